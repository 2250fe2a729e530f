"""What waits for the secretary: orders asked for, and standing ones whose ground has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryOrder
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.attendance import GONE
from canteen.rules.days import local_date
from canteen.rules.delivery_entitlement import Ground
from canteen.rules.elders import age_on
from canteen.till.delivery_wishes import Asker, load_askers, load_grounds
from canteen.till.order_lines import OrderLine, list_order_lines

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """An order with whose it is, and why she may be brought her meals on its first day: none, she is
    not entitled and a reason is owed. `standing` are the orders she has already."""

    order: OrderLine
    number: str
    name: str
    age: int | None
    address: str | None
    first_on: date
    grounds: tuple[Ground, ...]
    standing: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Requests:
    """`asked` wait for a decision, oldest first; `lapsed` hold although she is no longer entitled."""

    asked: tuple[Request, ...]
    lapsed: tuple[Request, ...]


def list_requests(session: Session, *, areas: Iterable[str], now: datetime) -> Requests:
    """The requests to the canteens of these areas; none of elders who have gone."""
    today = local_date(now)
    here = _is_of_canteens(areas) & DeliveryOrder.ended_at.is_(None)
    asked = list_order_lines(session, here & (DeliveryOrder.state == "asked"), today)
    runs = or_(DeliveryOrder.to_on.is_(None), DeliveryOrder.to_on >= today)
    standing = list_order_lines(
        session,
        here & runs & (DeliveryOrder.state == "approved") & (DeliveryOrder.kind == "standing"),
        today,
    )
    lapsed = [line for line in standing if line.decision_note is None and line.from_on <= today]
    askers = load_askers(session, {line.elder_id for line in (*asked, *lapsed)}, today, None)
    grounds = {
        canteen_id: load_grounds(session, canteen_id)
        for canteen_id in {line.canteen_id for line in (*asked, *lapsed)}
    }
    people = {
        row.id: row
        for row in session.execute(
            select(Elder.id, Elder.number, Elder.name, Elder.address).where(Elder.id.in_(askers))
        )
    }

    def request(line: OrderLine) -> Request:
        asker, row = askers[line.elder_id], people[line.elder_id]
        first = _first_day(line, today)
        return Request(
            line,
            row.number,
            row.name,
            _age(asker, first),
            row.address,
            first,
            asker.list_grounds(first, grounds[line.canteen_id]),
            tuple(one for one in standing if one.elder_id == line.elder_id),
        )

    here_still = {
        owner
        for owner, asker in askers.items()
        if not any(one.code in GONE and one.holds_on(today) for one in asker.wishes.away)
    }
    judged = [request(line) for line in lapsed if line.elder_id in here_still]
    return Requests(
        tuple(request(line) for line in reversed(asked) if line.elder_id in here_still),
        tuple(one for one in judged if not one.grounds),
    )


def _is_of_canteens(areas: Iterable[str]) -> ColumnElement[bool]:
    return DeliveryOrder.canteen_id.in_(
        select(Canteen.id).where(
            or_(
                Canteen.id.is_(None),
                *(Canteen.area_code.startswith(area, autoescape=True) for area in areas),
            )
        )
    )


def _first_day(line: OrderLine, today: date) -> date:
    """The first day from today on whose meal it asks for."""
    first = max(line.from_on, today)
    days = (first + ahead * ONE_DAY for ahead in range(7))
    return next((day for day in days if str(day.isoweekday()) in line.weekdays), first)


def _age(asker: Asker, day: date) -> int | None:
    return None if asker.person.born is None else age_on(asker.person.born, day)
