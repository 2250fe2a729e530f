"""The family reports the card lost: it is blocked at once everywhere, the balance stays hers."""

from flask import Response, render_template

from canteen.services import card_desk
from canteen.web.canteens import see_other
from canteen.web.family import Family, blueprint, get_family
from canteen.web.house import database


@blueprint.get("/card")
def card() -> str:
    who = get_family()
    held = [card for card in _list_cards(who) if card.to_at is None]
    return render_template("family/card.html", person=who.person, cards=held)


@blueprint.post("/card/<number:card_id>/lost")
def card_lost(card_id: int) -> Response:
    """Twice is once; a card she does not hold is not found."""
    who = get_family()
    database().run(
        card_desk.report_lost,
        number=who.number,
        card_id=card_id,
        reported_by=who.holder,
        **who.acting(),
    )
    return see_other("family.index", done="lost")


def _list_cards(who: Family) -> tuple[card_desk.CardLine, ...]:
    return database().read(card_desk.list_cards, number=who.number)
