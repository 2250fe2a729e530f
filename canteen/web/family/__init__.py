"""The family's door: one elder's balance and meals, by a revocable link. Without a link nobody enters,
a signed-in official no more than a stranger."""

from flask import Blueprint

from canteen.rules.errors import Refused

blueprint = Blueprint("family", __name__, url_prefix="/family")


@blueprint.before_request
def _check_link() -> None:
    raise Refused(
        "family_link",
        "这一页要用家属自己的链接打开",
        "This page opens with the family's own link only",
    )
