"""The pending sale: what the cashier keys for the next swipe. At most one waits at a counter."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.swipes import Sale
from canteen.rules.errors import Conflict, Invalid
from canteen.till.dishes import choose_dishes, not_sold
from canteen.till.hours import list_prices, look_up_hours
from canteen.till.places import CounterPlace, get_counter, lock_counter
from canteen.till.sales import SALE_LIFE, check_amount, end_sale, sale_body
from canteen.trail.events import append_sale


@dataclass(frozen=True, slots=True)
class SaleAsked:
    """A keyed sale (contract.md §4): `kind` set (`set_meal`, else the first one sold), amount (with
    `amount_fen`) or dishes (with `dishes`: their codes, of weighed ones "CODE@GRAMS")."""

    id: str
    kind: str
    set_meal: str | None = None
    amount_fen: int | None = None
    dishes: tuple[str, ...] = ()
    channel: str | None = None
    pay: str = "purse"
    reference: str | None = None
    second: bool = False


@dataclass(frozen=True, slots=True)
class _Sold:
    items: str
    label_zh: str
    label_en: str
    amount_fen: int
    channel: str


def put_sale(
    session: Session, *, counter_id: int, asked: SaleAsked, by: str, now: datetime
) -> dict[str, Any]:
    """Key a sale for the next swipe; one that waits is replaced. The same id answers as before."""
    lock_counter(session, counter_id)
    counter = get_counter(session, counter_id)
    known = session.execute(select(Sale).where(Sale.id == asked.id)).scalar_one_or_none()
    if known is not None:
        if known.counter_id != counter_id or not _says_the_same(known, asked):
            raise Conflict("id_reused", "这个编号用过了", "This id has been used for another sale")
        return sale_body(known)
    if asked.pay == "external" and not asked.reference:
        raise Invalid("reference", "外部支付要填流水号", "External payment needs its reference")
    sold = _look_up(session, counter, asked, now)
    _end_pending(session, counter_id, "replaced", now)
    session.execute(
        insert(Sale).values(
            id=asked.id,
            counter_id=counter_id,
            kind=asked.kind,
            items=sold.items,
            label_zh=sold.label_zh,
            label_en=sold.label_en,
            amount_fen=sold.amount_fen,
            channel=asked.channel or sold.channel,
            pay=asked.pay,
            reference=asked.reference,
            second=asked.second,
            keyed_at=now,
            keyed_by=by,
            state="pending",
        )
    )
    row = session.execute(select(Sale).where(Sale.id == asked.id)).scalar_one()
    body = sale_body(row)
    append_sale(session, counter_id=counter_id, sale=body, why="keyed", now=now)
    return body


def _says_the_same(known: Sale, asked: SaleAsked) -> bool:
    """Is this the sale that was keyed, sent once more? What it left open was chosen then."""
    sold = {
        "set": asked.set_meal in (None, known.items),
        "amount": asked.amount_fen == known.amount_fen,
        "dishes": json.dumps(asked.dishes) == known.items,
    }
    return (
        known.kind == asked.kind
        and sold[asked.kind]
        and asked.channel in (None, known.channel)
        and (known.pay, known.reference, known.second) == (asked.pay, asked.reference, asked.second)
    )


def clear_sale(session: Session, *, counter_id: int, now: datetime) -> None:
    """Drop what waits, if anything does."""
    lock_counter(session, counter_id)
    if _end_pending(session, counter_id, "cleared", now):
        append_sale(session, counter_id=counter_id, sale=None, why="cleared", now=now)


def _end_pending(session: Session, counter_id: int, state: str, now: datetime) -> bool:
    row = session.execute(
        select(Sale.id, Sale.keyed_at).where(Sale.counter_id == counter_id, Sale.state == "pending")
    ).one_or_none()
    if row is None:
        return False
    end_sale(session, row.id, "expired" if now > row.keyed_at + SALE_LIFE else state, now)
    return True


def _look_up(session: Session, counter: CounterPlace, asked: SaleAsked, now: datetime) -> _Sold:
    if asked.kind == "amount":
        return _Sold("", "别的价", "Other price", check_amount(asked.amount_fen), "dine_in")
    if asked.kind == "dishes":
        chosen = choose_dishes(session, counter.canteen, asked.dishes, now)
        return _Sold(
            json.dumps(asked.dishes),
            chosen.label_zh,
            chosen.label_en,
            chosen.price_fen,
            chosen.channel,
        )
    mealtime = look_up_hours(session, counter.canteen, now).mealtime
    sold = list_prices(session, counter.canteen.id, mealtime, now) if mealtime else []
    for meal in sold:
        if asked.set_meal in (None, meal.code):
            return _Sold(meal.code, meal.name, meal.name_en, meal.price_fen, meal.channel)
    raise not_sold([asked.set_meal] if asked.set_meal else [])
