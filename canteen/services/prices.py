"""The price list of a canteen: set meals, dishes, half-portions, food by weight, each from an instant.

A line is never edited. A new one holds from its instant on, and never reaches back behind a meal that
was sold at the old one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.tariffs import Price
from canteen.rules.days import SHANGHAI, local_time
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.rules.price_file import PriceRow
from canteen.rules.price_list import PriceAsked, check_price, make_code
from canteen.trail.audit import append_audit

COMPARED = ("kind", "name", "name_en", "key", "channel", "unit", "unit_grams", "price_fen")


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of the list: `state` is now (in force), coming, or past."""

    id: int
    mealtime: str
    kind: str
    code: str
    name: str
    name_en: str | None
    key: int | None
    channel: str
    unit: str
    unit_grams: int | None
    price_fen: int | None
    valid_from: datetime
    recorded_by: str
    state: str


@dataclass(frozen=True, slots=True)
class PriceSet:
    """What became of an asked price: `action` is add, change or same."""

    action: str
    code: str
    valid_from: datetime


@dataclass(frozen=True, slots=True)
class RowTried:
    """A row of a sent list and what would become of it: add, change, same, or refuse and why."""

    row: PriceRow
    action: str
    zh: str
    en: str


def begin(day: date, clock: time | None = None) -> datetime:
    """The instant a price begins: 00:00 of the local day unless a time is given."""
    return datetime.combine(day, clock or time(), tzinfo=SHANGHAI)


def list_price_lines(session: Session, *, canteen_id: int, now: datetime) -> list[PriceLine]:
    """Every line by mealtime, kind, key and code; of each code the newest begin last."""
    rows = session.scalars(
        select(Price).where(Price.canteen_id == canteen_id).order_by(Price.valid_from, Price.id)
    ).all()
    in_force = {(row.mealtime, row.code): row.id for row in rows if row.valid_from <= now}
    lines = [
        PriceLine(
            row.id, row.mealtime, row.kind, row.code, row.name, row.name_en, row.key, row.channel,
            row.unit, row.unit_grams, row.price_fen, row.valid_from, row.recorded_by,
            "coming" if row.valid_from > now
            else "now" if in_force[row.mealtime, row.code] == row.id else "past",
        )
        for row in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.kind == "dish", line.key or 9, line.code))


def set_price(
    session: Session,
    *,
    canteen_id: int,
    asked: PriceAsked,
    valid_from: datetime,
    by: str,
    origin: str | None,
    now: datetime,
) -> PriceSet:
    """Let a price hold from an instant on. What is so already stays: asked twice is once.

    Raises `Invalid` `price_wrong`, Conflict `price_used` when a meal was sold since that instant,
    Conflict `price_key_taken` when another set meal has the key then."""
    judged, old = _judge(session, canteen_id, asked, valid_from)
    if judged.action == "same":
        return judged
    code, wanted = judged.code, {name: getattr(asked, name) for name in COMPARED}
    session.execute(
        insert(Price).values(
            canteen_id=canteen_id,
            mealtime=asked.mealtime,
            code=code,
            valid_from=valid_from,
            recorded_at=now,
            recorded_by=by,
            **wanted,
        )
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="price_set",
        object_kind="price",
        object_id=f"{canteen_id}/{asked.mealtime}/{code}",
        before=None if old is None else {name: getattr(old, name) for name in COMPARED},
        after={**wanted, "valid_from": valid_from},
        now=now,
    )
    return judged


def try_rows(
    session: Session, *, canteen_id: int, rows: Sequence[PriceRow], valid_from: datetime
) -> list[RowTried]:
    """What would become of each row of a sent price list; nothing is written."""
    tried = []
    for row in rows:
        action, zh, en = "refuse", row.fault_zh, row.fault_en
        if row.asked is not None:
            try:
                asked = _as_listed(session, canteen_id, row.asked)
                action = _judge(session, canteen_id, asked, valid_from)[0].action
            except CanteenError as error:
                zh, en = error.zh, error.en
        tried.append(RowTried(row, action, zh, en))
    return tried


def take_rows(
    session: Session,
    *,
    canteen_id: int,
    rows: Sequence[PriceRow],
    valid_from: datetime,
    by: str,
    origin: str | None,
    now: datetime,
) -> list[PriceSet]:
    """Take a sent price list whole: Invalid `price_file_faults` when one row cannot be taken."""
    made = []
    for row in rows:
        if row.asked is None:
            raise Invalid(
                "price_file_faults",
                f"第 {row.number} 行不能收：{row.fault_zh}",
                f"Row {row.number} cannot be taken: {row.fault_en}",
                field="file",
            )
        made.append(
            set_price(
                session,
                canteen_id=canteen_id,
                asked=_as_listed(session, canteen_id, row.asked),
                valid_from=valid_from,
                by=by,
                origin=origin,
                now=now,
            )
        )
    return made


def end_price(
    session: Session,
    *,
    price_id: int,
    canteen_id: int,
    valid_from: datetime,
    by: str,
    origin: str | None,
    now: datetime,
) -> PriceSet:
    """Sell it no longer from an instant on."""
    row = session.execute(
        select(Price).where(Price.id == price_id, Price.canteen_id == canteen_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("price_unknown", "价目表里没有这一行", "No such line on the price list")
    kept = {name: getattr(row, name) for name in (*COMPARED, "mealtime", "code")}
    return set_price(
        session,
        canteen_id=canteen_id,
        asked=PriceAsked(**{**kept, "price_fen": None}),
        valid_from=valid_from,
        by=by,
        origin=origin,
        now=now,
    )


def _as_listed(session: Session, canteen_id: int, asked: PriceAsked) -> PriceAsked:
    """A row of a file says no more than its columns: what it leaves out stays as it is listed."""
    same = (Price.name == asked.name) & (Price.unit == asked.unit)
    old = session.scalars(
        select(Price)
        .where(
            Price.canteen_id == canteen_id,
            Price.mealtime == asked.mealtime,
            Price.code == asked.code if asked.code else same,
        )
        .order_by(Price.valid_from.desc(), Price.id.desc())
        .limit(1)
    ).first()
    if old is None:
        return asked
    return replace(
        asked,
        code=old.code,
        kind=old.kind,
        name_en=asked.name_en or old.name_en,
        key=asked.key or old.key,
        channel=old.channel,
    )


def _judge(
    session: Session, canteen_id: int, asked: PriceAsked, valid_from: datetime
) -> tuple[PriceSet, Price | None]:
    """What would become of an asked price, and the line it would follow."""
    check_price(asked)
    rows = list(
        session.scalars(
            select(Price)
            .where(Price.canteen_id == canteen_id, Price.mealtime == asked.mealtime)
            .order_by(Price.valid_from, Price.id)
        )
    )
    code = asked.code or _find_code(rows, asked) or make_code(asked, {row.code for row in rows})
    held = {row.code: row for row in rows if row.valid_from <= valid_from}
    old = held.get(code)
    wanted = {name: getattr(asked, name) for name in COMPARED}
    if old is not None and all(getattr(old, name) == wanted[name] for name in COMPARED):
        return PriceSet("same", code, old.valid_from), old
    if asked.kind == "set" or any(row.code == code for row in rows):
        # A dish that was never sold before has charged nobody yet.
        _refuse_used(session, canteen_id, asked.mealtime, valid_from)
    for row in held.values():
        is_sold = row.price_fen is not None and asked.price_fen is not None
        if is_sold and asked.key is not None and row.key == asked.key and row.code != code:
            raise Conflict(
                "price_key_taken",
                f"按键 {row.key} 已经是「{row.name}」",
                f"Key {row.key} is {row.name} already",
                field="key",
            )
    return PriceSet("add" if old is None else "change", code, valid_from), old


def _find_code(rows: list[Price], asked: PriceAsked) -> str | None:
    """The code under which the same thing is listed already, by its name and unit."""
    same = [
        row.code
        for row in rows
        if (row.kind, row.name, row.unit) == (asked.kind, asked.name, asked.unit)
    ]
    return same[-1] if same else None


def _refuse_used(session: Session, canteen_id: int, mealtime: str, valid_from: datetime) -> None:
    """A meal that was sold keeps its price, so a new one begins after it."""
    last: datetime | None = session.execute(
        select(Meal.read_at)
        .where(Meal.canteen_id == canteen_id, Meal.mealtime == mealtime, Meal.read_at >= valid_from)
        .order_by(Meal.read_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    if last is not None:
        told = f"{local_time(last):%Y-%m-%d %H:%M:%S}"
        raise Conflict(
            "price_used",
            f"这个时间以后已经打过饭（最后一份 {told}），卖过的价不改；请把开始时间写在那以后",
            f"Meals were sold after that (the last at {told}) and keep their price: begin later",
            field="from_on",
        )
