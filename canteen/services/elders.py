"""Finding an elder at the counter: by name, pinyin or initials, the card's number, last four of the ID."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Purse
from canteen.models.encrypted import KeyRing
from canteen.models.people import Card, CardHolding, Elder
from canteen.models.sites import Area, Canteen
from canteen.rules.days import local_date
from canteen.rules.elders import age_on
from canteen.rules.errors import NotFound
from canteen.till.finding import list_meanings
from canteen.till.persons import births_of, is_listed

FOUND_MAX = 9


def find_elders(
    session: Session, *, counter_canteen: str, text: str, now: datetime, most: int = FOUND_MAX
) -> list[dict[str, Any]]:
    """Up to `most` elders whom `text` may mean, those of this canteen first.

    Name, pinyin and initials match anywhere in the district of the canteen (an elder may eat at
    another canteen); the last four of the ID only within the canteen's own area."""
    canteen = session.execute(
        select(Canteen).where(Canteen.code == counter_canteen)
    ).scalar_one_or_none()
    if canteen is None:
        raise NotFound("canteen_unknown", "没有这个食堂", "No such canteen")
    meanings = list_meanings(
        session, text, Elder.community_code.startswith(canteen.area_code, autoescape=True)
    )
    if not meanings:
        return []
    rows = session.execute(
        select(
            Elder.id,
            Elder.number,
            Elder.name,
            Elder.sex,
            Elder.address,
            Elder.canteen_id,
            Elder.pinyin,
            Elder.community_code,
            Elder.id_number_box,
            Area.name.label("community"),
            Purse.balance_fen,
        )
        .join(Area, Area.code == Elder.community_code)
        .join(Purse, Purse.elder_id == Elder.id)
        .where(
            Elder.community_code.startswith(canteen.area_code[:6], autoescape=True),
            is_listed(),
            or_(*meanings),
        )
        .order_by(Elder.canteen_id != canteen.id, Elder.pinyin, Elder.number)
        .limit(most)
    ).all()
    day = local_date(now)
    births = births_of(session, [row.id for row in rows])
    cards = _cards(session, [row.id for row in rows])
    return [
        {
            "number": row.number,
            "name": row.name,
            "sex": row.sex,
            "age": age_on(births[row.id], day) if row.id in births else None,
            "born": births[row.id].isoformat() if row.id in births else None,
            "community": row.community,
            "building": row.address,
            "last4": _last4(session, row, canteen),
            "card_printed": cards.get(row.id),
            "balance_fen": row.balance_fen,
        }
        for row in rows
    ]


def _last4(session: Session, row: Any, canteen: Canteen) -> str | None:
    """The last four of the ID tell namesakes apart, within the canteen's own area only."""
    ring: KeyRing | None = session.info.get("key_ring")
    if ring is None or row.id_number_box is None:
        return None
    if not row.community_code.startswith(canteen.area_code):
        return None
    return ring.open(row.id_number_box, f"elders:{row.number}:id_number")[-4:]


def _cards(session: Session, ids: list[int]) -> dict[int, str | None]:
    rows = session.execute(
        select(CardHolding.elder_id, Card.printed)
        .join(Card, Card.id == CardHolding.card_id)
        .where(CardHolding.elder_id.in_(ids), CardHolding.to_at.is_(None))
        .order_by(CardHolding.id)
    )
    return {row.elder_id: row.printed for row in rows}
