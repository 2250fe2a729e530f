"""Orders as pages show them: what, from when to when, who asked, what came of it.

Beside the till because the elder's page and the list of requests show the same line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import DeliveryOrder
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.till.delivery_wishes import OWNER


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order. `state`: asked, approved, declined, or ended (also one taken back before it was decided);
    `last_on` is the last day it holds, None: open."""

    id: int
    elder_id: int
    canteen_id: int
    canteen_code: str
    canteen_name: str
    kind: str
    weekdays: str
    mealtimes: tuple[str, ...]
    from_on: date
    last_on: date | None
    portions: int
    address: str | None
    note: str | None
    source: str
    asked_by_name: str | None
    reason: str | None
    asked_at: datetime
    asked_by: str
    state: str
    decision_note: str | None
    end_reason: str | None


def list_order_lines(
    session: Session, where: ColumnElement[bool], today: date
) -> Sequence[OrderLine]:
    """The orders that fulfil the condition, newest first."""
    rows = session.execute(
        select(OWNER, DeliveryOrder, Canteen.code, Canteen.name)
        .join(Elder, Elder.id == DeliveryOrder.elder_id)
        .join(Canteen, Canteen.id == DeliveryOrder.canteen_id)
        .where(where)
        .order_by(DeliveryOrder.id.desc())
    )
    return [_line(owner, row, code, name, today) for owner, row, code, name in rows]


def _line(owner: int, row: DeliveryOrder, code: str, name: str, today: date) -> OrderLine:
    ends = [end for end in (row.to_on, row.ended_on) if end is not None]
    last_on = min(ends, default=None)
    is_over = last_on is not None and last_on < today
    is_taken_back = row.state == "asked" and row.ended_at is not None
    return OrderLine(
        row.id, owner, row.canteen_id, code, name, row.kind, row.weekdays,
        tuple(row.mealtimes.split(",")), row.from_on, last_on, row.portions, row.address, row.note,
        row.source, row.asked_by_name, row.reason, row.asked_at, row.asked_by,
        "ended" if is_taken_back or (row.state == "approved" and is_over) else row.state,
        row.decision_note, row.end_reason,
    )  # fmt: skip
