"""The volunteer's door: the own run of today, by the link or the PIN of the day. An official is nobody
here."""

from flask import Blueprint

from canteen.web.links import link_door

blueprint = Blueprint("volunteer", __name__, template_folder="templates")
blueprint.before_request(
    link_door("volunteer", "volunteer.index", "volunteer.enter", "volunteer.worker")
)
