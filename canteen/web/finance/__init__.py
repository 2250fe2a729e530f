"""The finance office's door: claims, funders and schemes of the own district."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("finance", __name__, url_prefix="/finance", template_folder="templates")
blueprint.before_request(door("finance.view"))
