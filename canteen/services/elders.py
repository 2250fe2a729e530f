"""Finding an elder at the counter: by name, pinyin or initials, the card's number, last four of the ID."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Purse
from canteen.models.encrypted import KeyRing
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.models.sites import Area, Canteen
from canteen.rules.days import local_date
from canteen.rules.elders import age_on
from canteen.rules.errors import NotFound

FOUND_MAX = 9
#: full-width letters and digits as an input method leaves them
_FOLD = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
)


def find_elders(
    session: Session, *, counter_canteen: str, text: str, now: datetime, most: int = FOUND_MAX
) -> list[dict[str, Any]]:
    """Up to `most` elders whom `text` may mean, those of this canteen first.

    Name, pinyin and initials match anywhere in the district of the canteen (an elder may eat at
    another canteen); the last four of the ID only within the canteen's own area."""
    wanted = text.translate(_FOLD).strip().lower()
    if not wanted:
        return []
    canteen = session.execute(
        select(Canteen).where(Canteen.code == counter_canteen)
    ).scalar_one_or_none()
    if canteen is None:
        raise NotFound("canteen_unknown", "没有这个食堂", "No such canteen")
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
            or_(*_conditions(session, wanted, canteen)),
        )
        .order_by(Elder.canteen_id != canteen.id, Elder.pinyin, Elder.number)
        .limit(most)
    ).all()
    day = local_date(now)
    births = _births(session, [row.id for row in rows])
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


def _conditions(session: Session, wanted: str, canteen: Canteen) -> list[ColumnElement[bool]]:
    conditions = [
        Elder.name.contains(wanted, autoescape=True),
        Elder.number == wanted,
    ]
    if wanted.isascii() and wanted.isalpha():
        conditions += [
            Elder.pinyin.startswith(wanted, autoescape=True),
            Elder.initials.startswith(wanted, autoescape=True),
        ]
    if wanted.isdigit() and len(wanted) >= 4:
        held = (
            select(CardHolding.elder_id)
            .join(Card, Card.id == CardHolding.card_id)
            .where(CardHolding.to_at.is_(None), Card.printed.endswith(wanted, autoescape=True))
        )
        conditions.append(Elder.id.in_(held))
    ring = session.info.get("key_ring")
    is_last4 = (
        len(wanted) == 4 and wanted[:3].isdigit() and (wanted[3].isdigit() or wanted[3] == "x")
    )
    if ring is not None and is_last4:
        index = ring.index("id_last4", wanted.upper())
        own = Elder.community_code.startswith(canteen.area_code, autoescape=True)
        conditions.append((Elder.id_last4_index == index) & own)
    return conditions


def _births(session: Session, ids: list[int]) -> dict[int, date]:
    rows = session.execute(
        select(ElderFact.elder_id, ElderFact.born)
        .where(
            ElderFact.elder_id.in_(ids),
            ElderFact.kind == "born",
            ElderFact.withdrawn_at.is_(None),
        )
        .order_by(ElderFact.recorded_at, ElderFact.id)
    )
    return {row.elder_id: row.born for row in rows}


def _cards(session: Session, ids: list[int]) -> dict[int, str | None]:
    rows = session.execute(
        select(CardHolding.elder_id, Card.printed)
        .join(Card, Card.id == CardHolding.card_id)
        .where(CardHolding.elder_id.in_(ids), CardHolding.to_at.is_(None))
        .order_by(CardHolding.id)
    )
    return {row.elder_id: row.printed for row in rows}
