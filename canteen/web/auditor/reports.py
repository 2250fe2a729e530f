"""What a card and what a person was used for in a period: two reports that never mix two holders."""

from flask import Response, render_template, request

from canteen.rules.identity import is_personal
from canteen.rules.roles import may
from canteen.services import audit_reports, places
from canteen.web import audit_words
from canteen.web.audit_periods import read_period
from canteen.web.auditor import blueprint
from canteen.web.auth import get_signed_in, missing
from canteen.web.canteens import see_other
from canteen.web.door_page import list_reach
from canteen.web.house import database

VIEW = "audit.view"
NUMBER_LENGTH_MAX = 40


@blueprint.get("/cards")
def cards() -> str | Response:
    """The cards with a printed number or id; the only one at once."""
    text = request.args.get("q", "").strip()[:NUMBER_LENGTH_MAX]
    found = [
        one for one in database().read(audit_reports.find_cards, text=text) if _may_see(one.id)
    ]
    if len(found) == 1:
        return see_other("auditor.cards_show", card_id=found[0].id)
    return render_template("auditor/cards.html", text=text, found=found)


@blueprint.get("/cards/<number:card_id>")
def cards_show(card_id: int) -> str | tuple[str, int]:
    if not _may_see(card_id):
        raise missing()
    card, holders = database().read(audit_reports.get_card, card_id=card_id)
    form, period = read_period()
    use = database().read(
        audit_reports.list_card_use,
        card_id=card_id,
        canteens=_codes(),
        first=period.first,
        last=period.last,
    )
    grants = get_signed_in().grants
    page = render_template(
        "auditor/card.html",
        card=card,
        holders=[(one, may(grants, VIEW, one.place)) for one in holders],
        use=use,
        form=form,
        w=audit_words,
    )
    return (page, 422) if form.faults else page


@blueprint.get("/elders/<number>")
def elders_show(number: str) -> str | tuple[str, int]:
    place = database().read(places.find_place_of_elder, number=number)
    if place is None or is_personal(number) or not may(get_signed_in().grants, VIEW, place):
        raise missing()
    form, period = read_period()
    use = database().read(
        audit_reports.list_person_use,
        number=number,
        canteens=_codes(),
        first=period.first,
        last=period.last,
    )
    page = render_template("auditor/elder.html", number=number, use=use, form=form, w=audit_words)
    return (page, 422) if form.faults else page


def _codes() -> list[str]:
    return [one.code for one in list_reach(VIEW)]


def _may_see(card_id: int) -> bool:
    """A card that somebody within the granted areas holds or held."""
    grants = get_signed_in().grants
    held = database().read(audit_reports.list_card_places, card_id=card_id)
    return any(may(grants, VIEW, place) for place in held)
