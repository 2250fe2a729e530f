"""The kitchen's book of what came in (采购验收): added line by line, a mistake taken back by a line of the
negative amount, so that nobody can make a purchase disappear.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.kitchen import FoodSupply
from canteen.models.sites import Canteen
from canteen.rules.claim_periods import month_of
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.food_supplies import KINDS
from canteen.trail.audit import append_audit

#: how late a delivery note may be written in
LATE = timedelta(days=31)
TEXT_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class SupplyAsked:
    """What came in, from whom, at what cost; `document`: where its paper lies."""

    day: date
    kind: str
    item: str
    grams: int
    cost_fen: int
    supplier: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """A line of the book; `is_open` may still be taken back."""

    id: int
    day: date
    kind: str
    item: str
    grams: int
    cost_fen: int
    supplier: str
    document: str | None
    recorded_at: datetime
    recorded_by: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SupplyMonth:
    """A month of the book, the newest first, with its sums and by kind."""

    first: date
    last: date
    lines: tuple[Supply, ...]

    @property
    def cost_fen(self) -> int:
        """What was spent."""
        return sum(one.cost_fen for one in self.lines)

    @property
    def by_kind(self) -> list[tuple[str, int, int]]:
        """(kind, grams, fen) of each kind that came in."""
        return [
            (kind, sum(one.grams for one in of_kind), sum(one.cost_fen for one in of_kind))
            for kind in KINDS
            if (of_kind := [one for one in self.lines if one.kind == kind])
        ]


def show_supplies(session: Session, *, canteen_id: int, month: date) -> SupplyMonth:
    """The month that a day lies in."""
    period = month_of(month)
    rows = session.scalars(
        select(FoodSupply)
        .where(
            FoodSupply.canteen_id == canteen_id,
            FoodSupply.day.between(period.first, period.last),
        )
        .order_by(FoodSupply.day.desc(), FoodSupply.id.desc())
    ).all()
    return SupplyMonth(
        period.first,
        period.last,
        tuple(
            Supply(
                row.id, row.day, row.kind, row.item, row.grams, row.cost_fen, row.supplier,
                row.document, row.recorded_at, row.recorded_by,
                row.grams > 0 and not any(_undoes(other, row) for other in rows),
            )
            for row in rows
        ),
    )  # fmt: skip


def record_supply(
    session: Session,
    *,
    canteen_id: int,
    asked: SupplyAsked,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Write a line. Invalid `supply_day` for a day to come or long gone, `supply` without an amount."""
    today = local_date(now)
    if not today - LATE <= asked.day <= today:
        raise Invalid(
            "supply_day",
            "到货日期不能在今天之后，也不能早于一个月前",
            "The day of arrival lies after today, or more than a month ago",
            field="day",
        )
    if asked.kind not in KINDS or asked.grams <= 0 or asked.cost_fen <= 0:
        raise Invalid("supply", "种类、重量、金额都要有", "Kind, weight and cost are needed")
    _insert(session, canteen_id, asked, by, origin, now)


def take_back(
    session: Session, *, canteen_id: int, supply_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """Take a line back by one of the negative amount on the same day. NotFound `supply_unknown`,
    Conflict `supply_taken_back` for one that is, or is itself a taking back."""
    session.execute(
        select(Canteen.id).where(Canteen.id == canteen_id).with_for_update(key_share=True)
    )
    row = session.get(FoodSupply, supply_id)
    if row is None or row.canteen_id != canteen_id:
        raise NotFound("supply_unknown", "没有这笔进货", "No such line")
    same = session.scalars(
        select(FoodSupply).where(
            FoodSupply.canteen_id == canteen_id,
            FoodSupply.day == row.day,
            FoodSupply.item == row.item,
        )
    ).all()
    if row.grams < 0 or any(_undoes(other, row) for other in same):
        raise Conflict("supply_taken_back", "这笔已经冲掉了", "This line is taken back already")
    asked = SupplyAsked(
        row.day, row.kind, row.item, -row.grams, -row.cost_fen, row.supplier, _mark(row.id)
    )
    _insert(session, canteen_id, asked, by, origin, now)


def _mark(supply_id: int) -> str:
    return f"冲 #{supply_id}"


def _undoes(other: FoodSupply, row: FoodSupply) -> bool:
    return other.grams < 0 and other.document == _mark(row.id)


def _insert(
    session: Session,
    canteen_id: int,
    asked: SupplyAsked,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    supply_id: int = session.execute(
        insert(FoodSupply)
        .values(
            canteen_id=canteen_id, day=asked.day, kind=asked.kind,
            item=asked.item[:TEXT_LENGTH_MAX], grams=asked.grams, cost_fen=asked.cost_fen,
            supplier=asked.supplier[:TEXT_LENGTH_MAX],
            document=(asked.document or "")[:TEXT_LENGTH_MAX] or None,
            recorded_at=now, recorded_by=by,
        )
        .returning(FoodSupply.id)
    ).scalar_one()  # fmt: skip
    append_audit(
        session, actor=by, origin=origin, action="supply.record", object_kind="supply",
        object_id=str(supply_id),
        after={"item": asked.item, "grams": asked.grams, "cost_fen": asked.cost_fen}, now=now,
    )  # fmt: skip
