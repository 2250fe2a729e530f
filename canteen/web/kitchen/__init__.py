"""The kitchen's door: counts and diets of the own canteen, no names."""

from flask import Blueprint

from canteen.web.auth import door

blueprint = Blueprint("kitchen", __name__, url_prefix="/kitchen", template_folder="templates")
blueprint.before_request(door("kitchen.view"))
