"""The secretary's door: her own community."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("community", __name__, url_prefix="/community", template_folder="templates")
blueprint.before_request(door("community.view"))
