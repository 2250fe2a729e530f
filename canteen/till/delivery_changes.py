"""What stands between a day's deliveries and what is wanted: what to make, bring back, change or drop.

Beside the till and only read: `delivery_days` writes it, a job looks whether there is anything to write.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryOrder
from canteen.models.people import Elder
from canteen.rules.days import SHANGHAI
from canteen.rules.delivery_orders import decide
from canteen.rules.lifecycles import DELIVERY, may_move
from canteen.till.day_state import load_state
from canteen.till.delivery_wishes import OWNER, Asker, load_askers, load_grounds
from canteen.till.places import get_canteen

#: why a delivery was cancelled by what is wanted; any other reason is a person's or the door's, and stays
BY_WISHES = frozenset(
    {"paused", "order_ended", "gone", "away", "closed", "elsewhere", "merged"}
)  # fmt: skip
DONE = frozenset({"out", "delivered", "failed"})


@dataclass(slots=True)
class Changes:
    """What must happen to a day's deliveries so that they are what is wanted."""

    made: list[dict[str, Any]] = field(default_factory=list)
    #: delivery → its new columns
    kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    reinstated: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: delivery → (its state, why)
    cancelled: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: other canteens that lose one of theirs to this one
    robbed: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.made or self.kept or self.reinstated or self.cancelled)


def compare(
    session: Session,
    canteen_id: int,
    day: date,
    mealtime: str,
    *,
    elder_ids: Collection[int] | None = None,
    now: datetime,
) -> Changes:
    """What `sync` would do; only reads."""
    rows = _list_rows(session, canteen_id, day, mealtime, elder_ids)
    askers = load_askers(session, list(rows), day, day)
    open_at = _list_open(session, canteen_id, askers.values(), day, mealtime, now)
    grounds = load_grounds(session, canteen_id)
    changes = Changes()
    for owner, asker in askers.items():
        decision = decide(asker.wishes, day, mealtime, list(open_at))
        order = decision.order
        if order is None or order.canteen_id != canteen_id:
            _drop(changes, rows[owner], canteen_id, decision.why_not or "elsewhere")
            continue
        held = asker.list_grounds(day, grounds)
        wanted = {
            "elder_id": owner,
            "canteen_id": canteen_id,
            "order_id": order.id,
            "portions": order.portions,
            "ground": held[0].code if held else None,
        }
        kept = next(iter(rows[owner]), None)
        if any(row.state in DONE for row in rows[owner]):
            kept = None
        elif open_at[canteen_id]:
            _follow(changes, kept, wanted, day, mealtime, now)
        _drop(changes, [row for row in rows[owner] if row is not kept], canteen_id, "merged")
    return changes


def _follow(
    changes: Changes,
    row: Row[Any] | None,
    wanted: dict[str, Any],
    day: date,
    mealtime: str,
    now: datetime,
) -> None:
    """Make what is wanted, bring it back, or change what differs."""
    unplanned = {"state": "queued", "state_at": now, "run_id": None, "place": None}
    unplanned["is_pinned"] = False
    if row is None:
        made = {"uid": str(uuid4()), "day": day, "mealtime": mealtime, "made_at": now, "attempt": 0}
        changes.made.append({**wanted, **unplanned, **made})
    elif row.state == "cancelled":
        if row.cancel_code in BY_WISHES:
            changes.reinstated[row.id] = {**wanted, **unplanned, "cancel_code": None}
    else:
        changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if "canteen_id" in changed:
            changed |= unplanned
            changes.robbed.add(row.canteen_id)
        if changed:
            changes.kept[row.id] = changed


def _drop(changes: Changes, rows: list[Row[Any]], canteen_id: int, why: str) -> None:
    for row in rows:
        if row.canteen_id == canteen_id and may_move(DELIVERY, row.state, "cancel"):
            changes.cancelled[row.id] = (row.state, why)


def _list_rows(
    session: Session,
    canteen_id: int,
    day: date,
    mealtime: str,
    elder_ids: Collection[int] | None,
) -> dict[int, list[Row[Any]]]:
    """Whom the question is about, each with the deliveries that her rows of the register have then:
    all with an order here that touches the day, or a delivery; or these people."""
    of_meal = (Delivery.day == day) & (Delivery.mealtime == mealtime)
    if elder_ids is None:
        order = DeliveryOrder
        asked = (
            select(OWNER)
            .join(order, order.elder_id == Elder.id)
            .where(
                order.canteen_id == canteen_id,
                order.state == "approved",
                order.from_on <= day,
                or_(order.to_on.is_(None), order.to_on >= day),
                or_(order.ended_on.is_(None), order.ended_on >= day),
            )
        )
        held = select(OWNER).join(Delivery, Delivery.elder_id == Elder.id)
        owners = set(session.scalars(asked))
        owners |= set(session.scalars(held.where(of_meal, Delivery.canteen_id == canteen_id)))
    else:
        owners = set(session.scalars(select(OWNER).where(Elder.id.in_(elder_ids))))
    rows: dict[int, list[Row[Any]]] = {owner: [] for owner in sorted(owners)}
    for row in session.execute(
        select(OWNER.label("owner"), *Delivery.__table__.columns)
        .join(Delivery, Delivery.elder_id == Elder.id)
        .where(of_meal, OWNER.in_(owners))
        .order_by(Delivery.id)
    ):
        rows[row.owner].append(row)
    for owner, hers in rows.items():
        hers.sort(key=lambda row: (row.elder_id != owner, row.id))
    return rows


def _list_open(
    session: Session,
    canteen_id: int,
    askers: Iterable[Asker],
    day: date,
    mealtime: str,
    now: datetime,
) -> dict[int, bool]:
    """The canteens that serve this meal, of all that are asked: each with whether it is not over."""
    asked = {order.canteen_id for asker in askers for order in asker.wishes.orders}
    found = {}
    for one in sorted(asked | {canteen_id}):
        for window in load_state(session, get_canteen(session, one), day).windows:
            if window.mealtime == mealtime:
                found[one] = now < datetime.combine(day, window.closes, SHANGHAI)
    return found
