"""An elder's cards at the desk: issue, report lost, replace, found again, taken back; the card list."""

from functools import partial

from flask import Response, render_template, request

from canteen import clock
from canteen.rules.days import local_date, local_time
from canteen.services import card_desk, card_list
from canteen.services.card_desk import CardAsked, CardLine
from canteen.web.auth import missing, require
from canteen.web.canteens import see_other
from canteen.web.community import blueprint
from canteen.web.elder_forms import Ask, ElderForm, act, ask_page, submit
from canteen.web.forms import Form
from canteen.web.house import database
from canteen.web.i18n import gettext, pick
from canteen.web.numbers import read_number
from canteen.web.printing import FORMATS, printed
from canteen.web.register_reach import get_elder, list_areas
from reports.sheets import Book, Column, Kind, Sheet, Table

ASSIGN, BLOCK = "card.assign", "card.block"


@blueprint.get("/elders/<number>/cards/new")
def elders_card_issue(number: str) -> str:
    return _issue_page(get_elder(ASSIGN, number), Form())


@blueprint.post("/elders/<number>/cards/new")
def elders_card_issue_try(number: str) -> Response | tuple[str, int]:
    get_elder(ASSIGN, number)
    form = Form(request.form)
    asked = _read_card(form)
    return submit(
        number,
        form,
        _issue_page,
        card_desk.issue,
        asked=asked,
        areas=list_areas(ASSIGN),
    )


@blueprint.get("/elders/<number>/cards/<number:card_id>/lost")
def elders_card_lost(number: str, card_id: int) -> str:
    get_elder(BLOCK, number)
    return _lost_page(_get_card(number, card_id), number, Form())


@blueprint.post("/elders/<number>/cards/<number:card_id>/lost")
def elders_card_lost_try(number: str, card_id: int) -> Response | tuple[str, int]:
    get_elder(BLOCK, number)
    form = Form(request.form)
    told_by = form.text("reported_by", most=60, is_needed=False)
    return submit(
        number,
        form,
        partial(_lost_page, _get_card(number, card_id)),
        card_desk.report_lost,
        card_id=card_id,
        reported_by=told_by or None,
    )


@blueprint.get("/elders/<number>/cards/<number:card_id>/replace")
def elders_card_replace(number: str, card_id: int) -> str:
    get_elder(BLOCK, number)
    get_elder(ASSIGN, number)
    return _replace_page(_get_card(number, card_id), number, Form())


@blueprint.post("/elders/<number>/cards/<number:card_id>/replace")
def elders_card_replace_try(number: str, card_id: int) -> Response | tuple[str, int]:
    get_elder(BLOCK, number)
    get_elder(ASSIGN, number)
    form = Form(request.form)
    asked = _read_card(form)
    told_by = form.text("reported_by", most=60, is_needed=False)
    return submit(
        number,
        form,
        partial(_replace_page, _get_card(number, card_id)),
        card_desk.replace,
        card_id=card_id,
        asked=asked,
        reported_by=told_by or None,
        areas=list_areas(ASSIGN),
    )


@blueprint.post("/elders/<number>/cards/<number:card_id>/found")
def elders_card_lift(number: str, card_id: int) -> Response:
    get_elder(BLOCK, number)
    act(
        card_desk.lift_block,
        number=number,
        card_id=card_id,
    )
    return see_other("community.elders_show", number=number)


@blueprint.post("/elders/<number>/cards/<number:card_id>/return")
def elders_card_return(number: str, card_id: int) -> Response:
    get_elder(ASSIGN, number)
    act(
        card_desk.return_card,
        number=number,
        card_id=card_id,
    )
    return see_other("community.elders_show", number=number)


@blueprint.get("/cards")
def elders_cards() -> str:
    require("elder.view")
    listed = database().read(
        card_list.show_cards, areas=list_areas("elder.view"), page=read_number("page") or 1
    )
    return render_template("community/cards.html", listed=listed)


@blueprint.get("/cards/print/<form>")
def elders_cards_print(form: str) -> Response:
    """The card list on paper or as a workbook: who has which card, and since when."""
    require("elder.view")
    if form not in FORMATS:
        raise missing()
    now = clock.instant()
    lines = database().read(card_list.list_cards, areas=list_areas("elder.view"))
    title = pick("就餐卡清单", "Meal cards")
    table = Table(
        columns=(
            Column(pick("编号", "Number"), Kind.ID),
            Column(pick("姓名", "Name")),
            Column(pick("住址", "Address")),
            Column(pick("卡面号", "Card"), Kind.ID),
            Column(pick("领卡日期", "Since"), Kind.DATE),
            Column(pick("状态", "State")),
        ),
        rows=tuple(
            (
                line.number,
                line.name,
                line.address,
                line.printed,
                line.since,
                pick("挂失", "blocked") if line.is_blocked else pick("在用", "in use"),
            )
            for line in lines
        ),
    )
    sheet = Sheet(
        title=title,
        head=(f"{local_date(now)}", pick(f"共 {len(lines)} 张", f"{len(lines)} cards")),
        table=table,
    )
    book = Book(title=f"{title} {local_time(now):%Y-%m-%d}", made_at=now, pages=(sheet,))
    return printed(book, form)


def _get_card(number: str, card_id: int) -> CardLine:
    """A card she holds now; 404 for any other."""
    held = database().read(card_desk.list_cards, number=number)
    found = next((card for card in held if card.id == card_id and card.to_at is None), None)
    if found is None:
        raise missing()
    return found


def _read_card(form: Form) -> CardAsked:
    tapped = form.text("tapped", most=64, is_needed=False)
    typed = form.text("typed", most=64, is_needed=not tapped)
    return CardAsked(typed, tapped, form.yes("from_other"))


def _ask_card(number: str) -> tuple[Ask, ...]:
    tapped = database().read(card_desk.list_tapped, number=number, now=clock.instant())
    choices = tuple(
        (card.swipe, f"{local_time(card.at):%H:%M} {card.counter} {card.printed}")
        for card in tapped
    )
    chosen = (
        Ask(
            "tapped",
            gettext("A card tapped at the counter just now"),
            options=choices,
            empty=gettext("none of these"),
        ),
    )
    return (
        *(chosen if choices else ()),
        Ask(
            "typed",
            gettext("Card number"),
            hint=gettext("Ten digits as printed, or tap the card on a keyboard reader"),
            most=64,
            is_needed=not choices,
        ),
        Ask("from_other", gettext("Take it back from another elder who holds it"), kind="yes"),
    )


def _ask_teller() -> Ask:
    return Ask("reported_by", gettext("Who told us"), most=60, is_needed=False)


def _issue_page(number: str, form: Form) -> str:
    asked = ElderForm(gettext("Issue a card"), gettext("Issue this card"), _ask_card(number))
    return ask_page(number, asked, form)


def _lost_page(card: CardLine, number: str, form: Form) -> str:
    notes = (
        card.printed or "",
        gettext("It is blocked at every counter at once. The balance stays hers."),
    )
    asked = ElderForm(
        gettext("Report a card lost"), gettext("Block this card"), (_ask_teller(),), notes
    )
    return ask_page(number, asked, form)


def _replace_page(card: CardLine, number: str, form: Form) -> str:
    notes = (
        card.printed or "",
        gettext(
            "The old card is blocked at every counter; balance and history go on with the new one."
        ),
    )
    asked = ElderForm(
        gettext("Replace a card"),
        gettext("Block the old card, issue this one"),
        (_ask_teller(), *_ask_card(number)),
        notes,
    )
    return ask_page(number, asked, form)
