"""The four-way close of a canteen's days, from what was kept: for one day, or a period as one table.

Taps, meals, portions and deliveries belong to the service date; money to the booked date.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry
from canteen.models.corrections import Correction
from canteen.models.deliveries import Delivery, DeliveryMeal
from canteen.models.delivery_reports import ServiceLine
from canteen.models.desk import CashCount, FoodGiven, PortionCount
from canteen.models.meals import Meal
from canteen.models.swipes import CounterAct, Swipe
from canteen.rules.days import local_date
from canteen.rules.errors import Invalid
from canteen.rules.four_way import Booked, Carried, DayFacts, Line, Served, Tap, add_days, close
from canteen.rules.outcomes import ACCEPTED
from canteen.rules.reader_clock import AGE_MAX, FUTURE_MAX
from canteen.till.booked_money import load_booked
from canteen.till.day_lines import day_bounds, list_counter_codes
from canteen.till.day_state import get_canteen_by_code
from canteen.till.places import CanteenPlace

DAYS_MAX = 100
#: what may stand behind a meal without an accepted tap
SOURCES = ("delivery", "act", "food_given")


@dataclass(frozen=True, slots=True)
class Closed:
    """The days of a canteen that had anything, each with its lines, and all of them together."""

    canteen: str
    name: str
    first: date
    last: date
    days: tuple[tuple[date, tuple[Line, ...]], ...]
    total: tuple[Line, ...]


def close_days(session: Session, *, canteen: str, first: date, last: date) -> Closed:
    """Close each day from `first` to `last`, both included; Invalid `period_too_long`."""
    place = get_canteen_by_code(session, canteen)
    if not 0 <= (last - first).days < DAYS_MAX:
        raise Invalid(
            "period_too_long",
            f"请选先后两天，最多 {DAYS_MAX} 天",
            f"Choose a first and a last day, at most {DAYS_MAX} days",
            field="last",
        )
    facts = _Facts(session, place, first, last).load()
    days = [(day, tuple(close(facts[day]))) for day in sorted(facts)]
    told = [(day, lines) for day, lines in days if any(_has_anything(line) for line in lines)]
    return Closed(
        place.code, place.name, first, last, tuple(told), tuple(add_days(day[1] for day in told))
    )


def _has_anything(line: Line) -> bool:
    return bool(line.here or line.there or line.rows)


@dataclass(slots=True)
class _Day:
    """What was found of one day so far."""

    taps: list[Tap] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    strays: list[tuple[int, Mapping[str, int]]] = field(default_factory=list)
    due: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    portions: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    carried: list[Carried] = field(default_factory=list)


class _Facts:
    """Everything kept of a canteen between two days, sorted into its days."""

    def __init__(self, session: Session, place: CanteenPlace, first: date, last: date) -> None:
        self.session, self.canteen_id = session, place.id
        self.first, self.last = first, last
        self.days: dict[date, _Day] = {
            first + timedelta(days=n): _Day() for n in range((last - first).days + 1)
        }
        self.counters = list_counter_codes(session, place.id)

    def load(self) -> dict[date, DayFacts]:
        self._load_taps()
        eaten = self._load_served()
        self._load_booked()
        self._load_drawers()
        self._load_portions()
        self._load_carried(eaten)
        return {
            day: DayFacts(
                day=day,
                taps=found.taps,
                served=found.served,
                booked=found.booked,
                strays=found.strays,
                drawers={
                    counter: (found.due.get(counter, 0), found.counted.get(counter))
                    for counter in found.due.keys() | found.counted.keys()
                },
                portions=found.portions,
                carried=found.carried,
            )
            for day, found in self.days.items()
        }

    def _load_taps(self) -> None:
        begins, ends = day_bounds(self.first)[0], day_bounds(self.last)[1]
        rows = self.session.execute(
            select(Swipe.id, Swipe.outcome, Swipe.read_at, Meal.receipt)
            .outerjoin(Meal, Meal.swipe_id == Swipe.id)
            .where(
                Swipe.canteen_id == self.canteen_id,
                Swipe.received_at >= begins - FUTURE_MAX,
                Swipe.received_at < ends + AGE_MAX + timedelta(days=1),
                Swipe.read_at >= begins,
                Swipe.read_at < ends,
                Swipe.outcome.in_(ACCEPTED),
            )
        )
        for row in rows:
            tap = Tap(row.id, row.outcome, row.receipt)
            self.days[local_date(row.read_at)].taps.append(tap)

    def _load_served(self) -> dict[int, str]:
        """The meals of the service dates; those that somebody ate, by id."""
        taken_back = (
            select(func.coalesce(func.sum(Correction.meals), 0))
            .where(Correction.meal_id == Meal.id, Correction.booked_on.is_not(None))
            .scalar_subquery()
        )
        rows = self.session.execute(
            select(
                Meal.id,
                Meal.receipt,
                Meal.mealtime,
                Meal.swipe_id,
                Meal.served_on,
                Meal.is_kept,
                Meal.voided_at,
                DeliveryMeal.delivery_id.label("delivery"),
                CounterAct.id.label("act"),
                FoodGiven.swipe_id.label("food_given"),
                taken_back.label("taken_back"),
            )
            .outerjoin(DeliveryMeal, DeliveryMeal.meal_id == Meal.id)
            .outerjoin(CounterAct, CounterAct.id == Meal.uid)
            .outerjoin(FoodGiven, FoodGiven.meal_id == Meal.id)
            .where(
                Meal.canteen_id == self.canteen_id, Meal.served_on.between(self.first, self.last)
            )
            .order_by(Meal.receipt)
        )
        eaten = {}
        for row in rows:
            is_eaten = row.voided_at is None and not row.is_kept and row.taken_back == 0
            if is_eaten:
                eaten[row.id] = row.receipt
            self.days[row.served_on].served.append(
                Served(
                    receipt=row.receipt,
                    mealtime=row.mealtime,
                    swipe=row.swipe_id,
                    source=next((one for one in SOURCES if getattr(row, one) is not None), None),
                    is_eaten=is_eaten,
                )
            )
        return eaten

    def _load_booked(self) -> None:
        """Every booked row beside what the books hold of it; what is left over are strays."""
        booked, strays = load_booked(self.session, self.canteen_id, self.first, self.last)
        for day, row in booked:
            self.days[day].booked.append(row)
        for day, number, fen in strays:
            self.days[day].strays.append((number, fen))

    def _load_drawers(self) -> None:
        due = self.session.execute(
            select(JournalEntry.booked_on, Account.counter_id, func.sum(LedgerEntry.fen))
            .join(LedgerEntry, LedgerEntry.journal_entry_id == JournalEntry.id)
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(
                JournalEntry.canteen_id == self.canteen_id,
                JournalEntry.booked_on.between(self.first, self.last),
                Account.kind == "cash_drawer",
            )
            .group_by(JournalEntry.booked_on, Account.counter_id)
        )
        for day, counter_id, fen in due:
            self.days[day].due[self.counters.get(counter_id or 0, "")] = -int(fen)
        for count in self.session.scalars(
            select(CashCount)
            .where(
                CashCount.canteen_id == self.canteen_id,
                CashCount.day.between(self.first, self.last),
            )
            .order_by(CashCount.id)
        ):
            counter = self.counters[count.counter_id]
            self.days[count.day].counted[counter] = count.counted_fen

    def _load_portions(self) -> None:
        for count in self.session.scalars(
            select(PortionCount)
            .where(
                PortionCount.canteen_id == self.canteen_id,
                PortionCount.day.between(self.first, self.last),
            )
            .order_by(PortionCount.id)
        ):
            self.days[count.day].portions[count.mealtime] = (count.cooked, count.left_over)

    def _load_carried(self, eaten: Mapping[int, str]) -> None:
        of_canteen = (
            Delivery.canteen_id == self.canteen_id,
            Delivery.day.between(self.first, self.last),
        )
        meals: dict[int, list[str]] = defaultdict(list)
        for delivery_id, meal_id in self.session.execute(
            select(DeliveryMeal.delivery_id, DeliveryMeal.meal_id)
            .join(Delivery, Delivery.id == DeliveryMeal.delivery_id)
            .where(*of_canteen)
            .order_by(DeliveryMeal.meal_id)
        ):
            if meal_id in eaten:
                meals[delivery_id].append(eaten[meal_id])
        owed = self.session.execute(
            select(ServiceLine.delivery_id, func.count())
            .join(Delivery, Delivery.id == ServiceLine.delivery_id)
            .where(*of_canteen, ServiceLine.withdrawn_at.is_(None))
            .group_by(ServiceLine.delivery_id)
        )
        services: dict[int, int] = {row[0]: row[1] for row in owed}
        for one in self.session.scalars(select(Delivery).where(*of_canteen).order_by(Delivery.id)):
            if one.attempt or meals[one.id] or one.state == "delivered":
                self.days[one.day].carried.append(
                    Carried(
                        uid=one.uid,
                        state=one.state,
                        portions=one.portions,
                        attempts=one.attempt,
                        eaten=tuple(meals[one.id]),
                        services=services.get(one.id, 0),
                    )
                )
