"""What elders want brought, and what stands against it: orders, pauses, absences, grounds, by person.

Beside the till because making a day's deliveries, taking an order and showing an elder's page ask the
same. What was written for a row that was merged is its person's.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryException, DeliveryOrder, DeliveryPause
from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Canteen
from canteen.rules.attendance import AWAY_CATEGORIES, GONE, Away
from canteen.rules.delivery_entitlement import Exempt, Ground, list_grounds, parse_grounds
from canteen.rules.delivery_orders import Order, Pause, Wishes
from canteen.rules.meal_facts import Held, Person

#: the row that goes on for the person of a row
OWNER = func.coalesce(Elder.merged_into_id, Elder.id)


@dataclass(slots=True)
class _Known:
    born: date | None = None
    orders: list[Order] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    categories: list[Held] = field(default_factory=list)
    exceptions: list[Exempt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asker:
    """A person with everything that decides about her deliveries from a day on."""

    wishes: Wishes
    person: Person
    exceptions: tuple[Exempt, ...]

    def list_grounds(self, day: date, grounds: dict[str, int | None]) -> tuple[Ground, ...]:
        """Why she may be brought her meals on that day."""
        return list_grounds(self.person, self.exceptions, day, grounds)


def load_askers(
    session: Session, owners: Collection[int], first: date, last: date | None
) -> dict[int, Asker]:
    """These people with the approved orders, pauses and exceptions that touch the days from `first` to
    `last` (None: open)."""
    known = {owner: _Known() for owner in owners}
    order = DeliveryOrder
    for owner, row in session.execute(
        select(OWNER, order)
        .join(Elder, Elder.id == order.elder_id)
        .where(
            OWNER.in_(owners),
            order.state == "approved",
            _touches(order, first, last),
            or_(order.ended_on.is_(None), order.ended_on >= first),
        )
        .execution_options(populate_existing=True)
    ):
        known[owner].orders.append(to_rule(row))
    pause = DeliveryPause
    for owner, from_on, to_on, mealtime in session.execute(
        select(OWNER, pause.from_on, pause.to_on, pause.mealtime)
        .join(Elder, Elder.id == pause.elder_id)
        .where(OWNER.in_(owners), pause.withdrawn_at.is_(None), _touches(pause, first, last))
    ):
        known[owner].pauses.append(Pause(from_on, to_on, mealtime))
    exempt = DeliveryException
    for owner, ground, from_on, to_on in session.execute(
        select(OWNER, exempt.ground, exempt.from_on, exempt.to_on)
        .join(Elder, Elder.id == exempt.elder_id)
        .where(OWNER.in_(owners), exempt.withdrawn_at.is_(None), _touches(exempt, first, last))
        .order_by(exempt.id)
    ):
        known[owner].exceptions.append(Exempt(ground, from_on, to_on))
    _add_facts(session, known)
    return {
        owner: Asker(
            Wishes(tuple(one.orders), tuple(one.pauses), tuple(one.away)),
            Person(one.born, categories=tuple(one.categories)),
            tuple(one.exceptions),
        )
        for owner, one in known.items()
    }


def load_grounds(session: Session, canteen_id: int) -> dict[str, int | None]:
    """The categories for which this canteen brings meals at the fee of the entitled."""
    text = session.execute(
        select(Canteen.delivery_grounds).where(Canteen.id == canteen_id)
    ).scalar_one()
    return parse_grounds(text)


def to_rule(row: DeliveryOrder) -> Order:
    """The row as the rule reads it."""
    mealtimes = tuple(row.mealtimes.split(","))
    return Order(
        row.id, row.canteen_id, row.kind, row.weekdays, mealtimes, row.from_on, row.to_on,
        row.portions, row.ended_on, row.address,
    )  # fmt: skip


def _touches(
    table: type[DeliveryOrder | DeliveryPause | DeliveryException], first: date, last: date | None
) -> ColumnElement[bool]:
    begun = table.from_on <= last if last is not None else table.from_on.is_not(None)
    return begun & or_(table.to_on.is_(None), table.to_on >= first)


def _add_facts(session: Session, known: dict[int, _Known]) -> None:
    fact = ElderFact
    for elder_id, kind, code, level, born, from_on, to_on in session.execute(
        select(fact.elder_id, fact.kind, fact.code, fact.level, fact.born, fact.from_on, fact.to_on)
        .where(
            fact.elder_id.in_(known),
            fact.kind.in_(("born", "category", "status")),
            fact.withdrawn_at.is_(None),
        )
        .order_by(fact.recorded_at, fact.id)
    ):
        one = known[elder_id]
        if kind == "born":
            one.born = born
            continue
        assert code is not None, "a category and a status have their codes"
        if code in AWAY_CATEGORIES | GONE:
            one.away.append(Away(code, from_on, to_on))
        one.categories.append(Held(code, level, from_on, to_on))
