"""Schemes, persons and meals for the tests of the rules; defaults are the dullest legal case."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from canteen.rules.days import local_date
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.split import EarlierMeal, EarlierShare, Held, MealFacts, Person, Reason, Split
from canteen.rules.split import split as split_meal
from canteen.rules.workdays import PUBLISHED, WorkdayCalendar

PAYERS = """
[payer.gov]
name = "政府"
kind = "government"
[payer.city]
name = "市级"
kind = "government"
[payer.district]
name = "区级"
kind = "government"
[payer.street]
name = "街道"
kind = "government"
[payer.fund]
name = "慈善会"
kind = "charity"
[payer.canteen]
name = "食堂让利"
kind = "canteen"
"""
FIXED_300 = "amount = { fixed_fen = 300 }"


def make_scheme_text(*rules: str, head: str = "", tail: str = "") -> str:
    """A scheme file; a rule is the body of its [[rule]], by default with id r1, r2 … and payer gov."""
    blocks = []
    for number, body in enumerate(rules, start=1):
        keys = {line.split("=")[0].strip() for line in body.splitlines()}
        id_line = "" if "id" in keys else f'id = "r{number}"\n'
        payer_line = "" if "payer" in keys else 'payer = "gov"\n'
        blocks.append(f"[[rule]]\n{id_line}{payer_line}{body}\n")
    return f'code = "test"\n{head}\n{PAYERS}\n' + "\n".join(blocks) + tail


def make_scheme(*rules: str, head: str = "", tail: str = "") -> Scheme:
    """The parsed scheme of `make_scheme_text`."""
    return parse_scheme(make_scheme_text(*rules, head=head, tail=tail))


def make_person(
    born: str | None = "1950-01-15",
    hukou: str | None = "450702003005",
    residence: str | None = "450702003005",
    categories: Sequence[Held | str] = (),
) -> Person:
    """A person of 76 who is registered and lives where the canteen is."""
    held = tuple(Held(one) if isinstance(one, str) else one for one in categories)
    return Person(date.fromisoformat(born) if born else None, hukou, residence, held)


def make_meal(
    price_fen: int = 1250,
    at: str = "2026-03-02T12:01:00+08:00",
    mealtime: str = "lunch",
    channel: str = "dine_in",
    area_code: str | None = "450702003005",
    portion: int = 1,
) -> MealFacts:
    """A lunch of 12.50 on a Monday."""
    instant = datetime.fromisoformat(at)
    return MealFacts(price_fen, instant, local_date(instant), mealtime, channel, area_code, portion)


def make_earlier(
    day: str = "2026-03-02",
    mealtime: str = "breakfast",
    portion: int = 1,
    group: str = "gov",
    fen: int = 300,
    scope: str = "test",
) -> EarlierMeal:
    """A standing meal booked before, paid for by `group` when fen > 0."""
    shares = (EarlierShare(scope, group, fen),) if fen else ()
    return EarlierMeal(date.fromisoformat(day), mealtime, portion, shares)


def make_split(
    *rules: str,
    head: str = "",
    person: Person | None = None,
    earlier: Sequence[EarlierMeal] = (),
    calendar: WorkdayCalendar = PUBLISHED,
    **meal: Any,
) -> Split:
    """The split of one meal (`make_meal`) by the scheme of these rules."""
    return split_meal(
        make_scheme(*rules, head=head),
        person or make_person(),
        make_meal(**meal),
        earlier,
        calendar,
    )


def make_reason(*rules: str, **given: Any) -> Reason:
    """The reason of the first rule in that split."""
    return make_split(*rules, **given).reasons[0]
