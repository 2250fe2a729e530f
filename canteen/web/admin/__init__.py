"""The administrator's door: accounts, canteens and readers of the granted areas."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
blueprint.before_request(door("admin.view"))
