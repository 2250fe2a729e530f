"""The family's first page: what she ate today, her balance, her month, the latest entries.

Without a live link the same address asks for the number and PIN, or says that the link has ended.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template

from canteen import clock
from canteen.rules.days import local_date
from canteen.rules.family import month_after, month_before, month_weeks
from canteen.services import elder_account, elder_quote, family, family_deliveries
from canteen.services.elder_account import AccountLine
from canteen.services.family_deliveries import Offer
from canteen.web import family_words
from canteen.web.family import Family, blueprint, find_family, read_month
from canteen.web.figures import mealtime
from canteen.web.house import database
from canteen.web.link_cookie import find_ended
from canteen.web.links import enter_by_form, show_pin_page
from canteen.web.statements import line_words

ENTRIES_MAX = 8


@dataclass(frozen=True, slots=True)
class Ticket:
    """How her next meal is split, and for how many such meals her balance is enough."""

    price_fen: int
    own_fen: int
    government_fen: int
    discount_fen: int
    meals_left: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the account: what, when, and what the purse gained or lost by it."""

    what: str
    at: datetime
    change_fen: int
    paid_outside_fen: int


@blueprint.get("", strict_slashes=False)
def index() -> str:
    found = find_family()
    if found is not None:
        return _home(found)
    ended = find_ended()
    if ended is None or ended.elder_id is None:
        return show_pin_page("family")
    person = database().read(family.get_person, elder_id=ended.elder_id, now=clock.instant())
    return show_pin_page("family", ask=(person.canteen_name, person.phone))


@blueprint.post("", strict_slashes=False)
def enter() -> Response:
    return enter_by_form("family")


def _home(who: Family) -> str:
    now = clock.instant()
    today = local_date(now)
    month = read_month(today)
    home = database().read(
        family.get_home, number=who.number, shows=who.shows, month=month, now=now
    )
    return render_template(
        "family/home.html",
        home=home,
        person=who.person,
        shows=who.shows,
        today=today,
        month=month,
        weeks=month_weeks(month),
        before=month_before(month),
        after=month_after(month) if month < today.replace(day=1) else None,
        offer=_find_offer(who),
        ticket=_ticket(who, home.balance_fen, now),
        entries=list_entries(who, ENTRIES_MAX),
        w=family_words,
    )


def _find_offer(who: Family) -> Offer | None:
    """What bringing a meal costs her, for the button."""
    if "orders" not in who.shows or who.person.status is not None:
        return None
    return database().read(family_deliveries.find_offer, number=who.number, now=clock.instant())


def _ticket(who: Family, balance_fen: int | None, now: datetime) -> Ticket | None:
    """Figures only: neither the category nor a reason leaves the quote."""
    if balance_fen is None:
        return None
    coming = database().read(elder_quote.find_next_meal, number=who.number, now=now)
    if coming is None:
        return None
    own_fen = coming.elder_fen
    return Ticket(
        coming.price_fen,
        own_fen,
        coming.subsidy_fen,
        coming.discount_fen,
        max(balance_fen, 0) // own_fen if own_fen else None,
    )


def list_entries(who: Family, most: int) -> list[Entry] | None:
    """The newest entries, without the balance after each; None where the elder does not show them."""
    if "account" not in who.shows:
        return None
    lines = database().read(elder_account.list_account, number=who.number, most=most)
    return [_entry(line) for line in lines]


def _entry(line: AccountLine) -> Entry:
    is_plain = line.kind == "meal" and line.mealtime and not line.is_kept and not line.fee_fen
    what = mealtime(line.mealtime) if is_plain and line.mealtime else line_words(line)
    return Entry(what, line.at, line.change_fen, line.paid_outside_fen)
