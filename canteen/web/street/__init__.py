"""The street's door: the communities of the own street."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("street", __name__, url_prefix="/street", template_folder="templates")
blueprint.before_request(door("street.view"))
