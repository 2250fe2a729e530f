"""The auditor's door: reads everything within the granted areas, changes nothing."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("auditor", __name__, url_prefix="/auditor", template_folder="templates")
blueprint.before_request(door("audit.view"))
