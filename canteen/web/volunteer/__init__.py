"""The volunteer's door: the own run of today."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("volunteer", __name__, url_prefix="/volunteer", template_folder="templates")
blueprint.before_request(door("volunteer.view"))
