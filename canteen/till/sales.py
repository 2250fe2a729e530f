"""The pending sale of a counter: found for a swipe, ended by the first one it serves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.swipes import Sale
from canteen.rules.days import instant_text
from canteen.rules.errors import Invalid
from canteen.rules.money import yuan_text
from canteen.till.meal_requests import Keyed

#: a keyed sale dies after this long
SALE_LIFE = timedelta(seconds=60)
#: the most a keyed sale may cost: a card number typed into the field is not a price
AMOUNT_FEN_MAX = 100_000


@dataclass(frozen=True, slots=True)
class PendingSale:
    """A keyed sale that waits for the next swipe."""

    id: str
    keyed: Keyed
    keyed_at: datetime


def check_amount(fen: int | None) -> int:
    """A keyed price in fen; Invalid `amount_fen` when it is missing or no price of a meal."""
    if fen is None or not 0 <= fen <= AMOUNT_FEN_MAX:
        most = yuan_text(AMOUNT_FEN_MAX)
        raise Invalid(
            "amount_fen",
            f"金额要在 0 到 {most} 元之间",
            f"The amount must lie between 0 and {most} yuan",
        )
    return fen


def find_pending(session: Session, counter_id: int, read_at: datetime) -> PendingSale | None:
    """The sale that a swipe read at `read_at` would consume: keyed before it, at most 60 s ago.

    The caller holds the counter."""
    row = session.execute(
        select(Sale).where(Sale.counter_id == counter_id, Sale.state == "pending")
    ).scalar_one_or_none()
    if row is None or not row.keyed_at <= read_at <= row.keyed_at + SALE_LIFE:
        return None
    keyed = Keyed(
        set_meal=row.items if row.kind == "set" else None,
        amount_fen=None if row.kind == "set" else row.amount_fen,
        label_zh=row.label_zh,
        label_en=row.label_en,
        channel=row.channel,
        pay=row.pay,
        reference=row.reference,
        second=row.second,
    )
    return PendingSale(row.id, keyed, row.keyed_at)


def end_sale(session: Session, sale_id: str, state: str, now: datetime) -> None:
    """End a pending sale as consumed, cleared, replaced or expired."""
    session.execute(
        update(Sale)
        .where(Sale.id == sale_id, Sale.state == "pending")
        .values(state=state, ended_at=now)
    )


def sale_body(row: Sale) -> dict[str, Any]:
    """A pending sale as the cashier's page draws it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "label_zh": row.label_zh,
        "label_en": row.label_en,
        "amount_fen": row.amount_fen,
        "channel": row.channel,
        "pay": row.pay,
        "second": row.second,
        "keyed_at": instant_text(row.keyed_at),
        "expires_at": instant_text(row.keyed_at + SALE_LIFE),
    }
