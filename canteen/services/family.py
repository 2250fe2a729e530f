"""One elder as her family may see her: what she ate, her balance, her month, what is brought to her.

Read only. What the elder does not let them see is not asked for at all, and nothing here names a
category, a reason of a split, an ID number or another elder. Rows merged into hers are hers.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Purse
from canteen.models.deliveries import Delivery
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.days import MEALTIMES, SHANGHAI, local_date
from canteen.rules.family import month_after
from canteen.till.day_state import load_state
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.hours import list_windows
from canteen.till.net_meals import IS_STILL_EATEN, list_net, list_uneaten
from canteen.till.own_canteen import find_own_canteen
from canteen.till.persons import rows_of_person


@dataclass(frozen=True, slots=True)
class DayLine:
    """One mealtime of the day. `what`: ate, took (away), delivered, out, coming, late, failed, or uneaten
    when a correction says since that she did not have it. Of what is still to come `at` is when it is
    to be there; `fail_code` is why it could not be handed over."""

    mealtime: str
    what: str
    at: datetime | None
    canteen: str
    receiver: str | None = None
    fail_code: str | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month's meals: how many mealtimes she ate on each day, and what she paid of them, fees too."""

    first: date
    days: dict[date, int]
    paid_fen: int | None

    @property
    def meals(self) -> int:
        return sum(self.days.values())


@dataclass(frozen=True, slots=True)
class CanteenToAsk:
    """A canteen and its public phone."""

    id: int
    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class FamilyPerson:
    """Whose page it is, and whom to ask. `number` is that of the row that goes on for her."""

    number: str
    name: str
    #: "deceased", "moved" or None
    status: str | None
    #: her canteen; None: her community has none
    canteen: CanteenToAsk | None

    @property
    def canteen_name(self) -> str:
        return "" if self.canteen is None else self.canteen.name

    @property
    def phone(self) -> str | None:
        return None if self.canteen is None else self.canteen.phone


@dataclass(frozen=True, slots=True)
class FamilyHome:
    """What the first page shows. None where the elder does not let them see it."""

    is_closed_today: bool
    #: its last mealtime is over
    is_over_today: bool
    today: tuple[DayLine, ...] | None
    balance_fen: int | None
    month: Month | None


def get_person(session: Session, *, elder_id: int, now: datetime) -> FamilyPerson:
    """The elder a link opens to; of a merged row the one that goes on."""
    kept: int = session.execute(
        select(func.coalesce(Elder.merged_into_id, Elder.id)).where(Elder.id == elder_id)
    ).scalar_one()
    facts = load_facts(session, kept, local_date(now))
    canteen = find_own_canteen(session, kept)
    to_ask = None if canteen is None else get_canteen_to_ask(session, canteen_id=canteen.id)
    return FamilyPerson(facts.number, facts.name, facts.status, to_ask)


def get_canteen_to_ask(session: Session, *, canteen_id: int) -> CanteenToAsk:
    """The canteen that a link for enrolment names."""
    row = session.execute(
        select(Canteen.id, Canteen.name, Canteen.phone).where(Canteen.id == canteen_id)
    ).one()
    return CanteenToAsk(*row)


def list_rows(session: Session, *, number: str) -> tuple[int, ...]:
    """Her row that goes on, then those merged into it: links given to them open to her."""
    elder_id = get_elder_id(session, number)
    rows = session.scalars(rows_of_person(elder_id)).all()
    return (elder_id, *(row for row in rows if row != elder_id))


def get_home(
    session: Session, *, number: str, shows: frozenset[str], month: date, now: datetime
) -> FamilyHome:
    """The page of the elder `number`, with the calendar of the month that begins on `month`."""
    elder_id = get_elder_id(session, number)
    canteen = find_own_canteen(session, elder_id)
    state = None if canteen is None else load_state(session, canteen, local_date(now))
    return FamilyHome(
        is_closed_today=state is not None and not state.is_open,
        is_over_today=state is not None and state.ends_at is not None and now >= state.ends_at,
        today=_today(session, elder_id, now) if "meals" in shows else None,
        balance_fen=_balance(session, elder_id) if "balance" in shows else None,
        month=_month(session, elder_id, month, shows) if "meals" in shows else None,
    )


def _balance(session: Session, elder_id: int) -> int:
    balance_fen: int = session.execute(
        select(Purse.balance_fen).where(Purse.elder_id == elder_id)
    ).scalar_one()
    return balance_fen


def _today(session: Session, elder_id: int, now: datetime) -> tuple[DayLine, ...]:
    """Her mealtimes of the day in their order; a delivery tells more than the meal it made."""
    today = local_date(now)
    eaten = session.execute(
        select(Meal.mealtime, Meal.channel, Meal.read_at, Canteen.name, IS_STILL_EATEN)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(
            Meal.elder_id.in_(rows_of_person(elder_id)),
            Meal.served_on == today,
            Meal.voided_at.is_(None),
            Meal.portion == 1,
            Meal.channel != "delivery",
        )
        .order_by(Meal.id)
    )
    lines = [
        DayLine(
            mealtime,
            "uneaten" if not is_eaten else "took" if channel == "take_away" else "ate",
            read_at,
            canteen,
        )
        for mealtime, channel, read_at, canteen, is_eaten in eaten
    ]
    brought = session.execute(
        select(Delivery, Canteen.name, Canteen.delivery_by_min)
        .join(Canteen, Canteen.id == Delivery.canteen_id)
        .where(
            Delivery.elder_id.in_(rows_of_person(elder_id)),
            Delivery.day == today,
            Delivery.state != "cancelled",
        )
    )
    lines += [_brought(session, *row, now) for row in brought.all()]
    return tuple(sorted(lines, key=lambda line: MEALTIMES.index(line.mealtime)))


def _brought(
    session: Session, delivery: Delivery, canteen: str, by_min: int, now: datetime
) -> DayLine:
    mealtime, state = delivery.mealtime, delivery.state
    if list_uneaten(session, [delivery.id]):
        return DayLine(mealtime, "uneaten", delivery.done_at, canteen)
    if state in ("delivered", "failed"):
        return DayLine(
            mealtime, state, delivery.done_at, canteen, delivery.receiver, delivery.fail_code
        )
    windows = list_windows(session, delivery.canteen_id, delivery.day)
    opens = next((one.opens for one in windows if one.mealtime == mealtime), None)
    at = None if opens is None else datetime.combine(delivery.day, opens, SHANGHAI)
    by_at = None if at is None else at + timedelta(minutes=by_min)
    what = "out" if state == "out" else "coming"
    return DayLine(mealtime, "late" if by_at is not None and now > by_at else what, by_at, canteen)


def _month(session: Session, elder_id: int, first: date, shows: frozenset[str]) -> Month:
    """Standing meals of the month, net of corrections; what was only kept of a failed delivery is paid,
    but no meal."""
    rows = session.execute(
        select(Meal.id, Meal.served_on, Meal.mealtime).where(
            Meal.elder_id.in_(rows_of_person(elder_id)),
            Meal.served_on >= first,
            Meal.served_on < month_after(first),
            Meal.voided_at.is_(None),
        )
    ).all()
    nets = list_net(session, [row.id for row in rows])
    eaten = {(row.served_on, row.mealtime) for row in rows if nets[row.id].meals}
    days: dict[date, int] = {}
    for day, _ in sorted(eaten):
        days[day] = days.get(day, 0) + 1
    paid_fen = sum(net.elder_fen - net.borne_fen + net.delivery_fee_fen for net in nets.values())
    return Month(first, days, paid_fen if "account" in shows else None)
