"""How an elder's next meal would be split, and why: the numbers of her page, from the rules themselves.

Nothing is written. What the secretary reads here is what the counter would do.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from canteen.rules.days import SHANGHAI, local_date, local_time
from canteen.rules.elders import age_band
from canteen.rules.reasons import reason_text
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.hours import SetMeal, list_prices, list_windows, look_up_hours
from canteen.till.own_canteen import find_own_canteen
from canteen.till.places import CanteenPlace
from canteen.till.quotes import Terms, list_portions, quote
from canteen.till.schemes_in_force import find_in_force

DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Why:
    """One rule of the scheme: whether it pays, and the sentence of its reason."""

    rule: str
    applied: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class NextMeal:
    """The next meal she has not eaten, with its split by what is known now."""

    served_on: date
    mealtime: str
    label_zh: str
    label_en: str
    canteen_name: str
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    #: (payer's name, fen), one a payer
    shares: tuple[tuple[str, int], ...]
    born: date | None
    age: int | None
    band: str | None
    categories: tuple[str, ...]
    scheme_name: str | None
    scheme_source: str | None
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class _Coming:
    """A mealtime ahead, and what is sold at it."""

    at: datetime
    mealtime: str
    meal: SetMeal


def find_next_meal(session: Session, *, number: str, now: datetime) -> NextMeal | None:
    """The split of her next meal; None when no canteen is hers, or it sells nothing this week."""
    elder_id = get_elder_id(session, number)
    canteen = find_own_canteen(session, elder_id)
    coming = None if canteen is None else _find_coming(session, canteen, elder_id, now)
    if canteen is None or coming is None:
        return None
    day = local_date(coming.at)
    facts = load_facts(session, elder_id, day)
    in_force = find_in_force(session, canteen, day)
    sold = coming.meal
    terms = Terms(sold.price_fen, coming.at, day, coming.mealtime, sold.channel, 1)
    divided = quote(session, canteen=canteen, elder=facts, in_force=in_force, terms=terms)
    payers: dict[str, int] = {}
    for share in divided.shares:
        assert in_force is not None
        name = in_force.scheme.payers[share.payer].name
        payers[name] = payers.get(name, 0) + share.fen
    age = facts.age(day)
    return NextMeal(
        day,
        coming.mealtime,
        sold.name,
        sold.name_en,
        canteen.name,
        divided.price_fen,
        divided.elder_fen,
        divided.subsidy_fen,
        divided.discount_fen,
        tuple(payers.items()),
        facts.person.born,
        age,
        None if age is None else age_band(age),
        tuple(
            held.code
            for held in facts.person.categories
            if (held.from_on is None or held.from_on <= day)
            and (held.to_on is None or day <= held.to_on)
        ),
        in_force.scheme.name if in_force else None,
        in_force.scheme.source if in_force else None,
        tuple(
            Why(
                reason.rule,
                reason.applied,
                reason_text(reason.code, reason.facts, "zh"),
                reason_text(reason.code, reason.facts, "en"),
            )
            for reason in divided.reasons
        ),
    )


def _find_coming(
    session: Session, canteen: CanteenPlace, elder_id: int, now: datetime
) -> _Coming | None:
    """The first mealtime, running or ahead, that she has not eaten yet."""
    today = local_date(now)
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        for window in list_windows(session, canteen.id, day):
            at = datetime.combine(day, window.opens, SHANGHAI)
            if ahead == 0 and local_time(now).time() >= window.closes:
                continue
            at = max(at, now)
            if look_up_hours(session, canteen, at).refusal is not None:
                continue
            sold = list_prices(session, canteen.id, window.mealtime, at)
            if sold and 1 not in list_portions(session, elder_id, day, window.mealtime):
                return _Coming(at, window.mealtime, sold[0])
    return None
