"""What a reader needs while the server is away: its counter, its hours, which cards are known and blocked.

Apart from `readers`: who may fetch is decided there, what is fetched is put together here.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.people import Card, CardBlock, CardHolding, Elder
from canteen.models.sites import Canteen, Counter, MealtimeWindow, Reader
from canteen.rules.days import local_date
from canteen.till.persons import is_gone_on

PREFIX_BYTES = 5
#: an elder who ate at a canteen within so many days is on its reader's list
VISITOR_DAYS = 60


@dataclass(frozen=True, slots=True)
class Lists:
    """What `GET /readers/self` tells; `etag` covers all of it. `is_noted`: the reader had them before."""

    body: dict[str, object]
    etag: str
    is_noted: bool


def get_lists(session: Session, *, reader_id: int, key: bytes, now: datetime) -> Lists:
    """What the reader needs while the server is away: its counter, hours, and which cards are known.

    Cards travel as the first 5 bytes of HMAC-SHA256(reader key, canonical id): a stolen PC holds no
    card number. Known are cards held now by elders of the canteen, of its community, or who ate
    there within 60 days."""
    row = session.execute(
        select(Reader, Counter, Canteen)
        .join(Counter, Counter.id == Reader.counter_id)
        .join(Canteen, Canteen.id == Counter.canteen_id)
        .where(Reader.id == reader_id)
    ).one()
    reader, counter, canteen = row
    today = now.date()
    windows = session.execute(
        select(MealtimeWindow)
        .where(
            MealtimeWindow.canteen_id == canteen.id,
            MealtimeWindow.from_on <= today + timedelta(days=1),
            or_(MealtimeWindow.to_on.is_(None), MealtimeWindow.to_on >= today),
        )
        .order_by(MealtimeWindow.opens)
    ).scalars()
    body: dict[str, object] = {
        "reader": {"id": reader.public_id, "code": reader.code, "profile": reader.profile},
        "counter": {"id": counter.id, "code": counter.code, "name": counter.name},
        "canteen": {"code": canteen.code, "name": canteen.name},
        "mealtimes": [
            {"code": window.mealtime, "opens": window.opens, "closes": window.closes}
            for window in windows
        ],
        "blocked": _prefixes(key, _list_blocked(session, now)),
        "test_cards": _prefixes(key, _list_test_cards(session)),
        "known": _prefixes(key, _list_known(session, canteen, now)),
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return Lists(body, digest[:32], reader.lists_etag == digest[:32])


def note_lists(session: Session, *, reader_id: int, etag: str, now: datetime) -> None:
    """The reader has fetched lists it did not have: it knows every block made before now."""
    reader = session.get_one(Reader, reader_id)
    reader.lists_etag, reader.lists_fetched_at = etag, now


def _prefixes(key: bytes, uids: list[str]) -> list[str]:
    return sorted(hmac.digest(key, uid.encode(), "sha256")[:PREFIX_BYTES].hex() for uid in uids)


def _list_blocked(session: Session, now: datetime) -> list[str]:
    """Cards that are blocked, and those of elders who have moved away or died by now."""
    blocked = select(CardBlock.card_id).where(
        CardBlock.from_at <= now, or_(CardBlock.to_at.is_(None), CardBlock.to_at > now)
    )
    of_gone = (
        select(CardHolding.card_id)
        .join(Elder, Elder.id == CardHolding.elder_id)
        .where(CardHolding.to_at.is_(None), is_gone_on(local_date(now)))
    )
    return list(session.scalars(select(Card.uid).where(Card.id.in_(blocked.union(of_gone)))))


def _list_test_cards(session: Session) -> list[str]:
    return list(session.scalars(select(Card.uid).where(Card.is_test)))


def _list_known(session: Session, canteen: Canteen, now: datetime) -> list[str]:
    since = now.date() - timedelta(days=VISITOR_DAYS)
    ate_here = exists().where(
        Meal.elder_id == Elder.id, Meal.canteen_id == canteen.id, Meal.served_on >= since
    )
    return list(
        session.scalars(
            select(Card.uid)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .join(Elder, Elder.id == CardHolding.elder_id)
            .where(
                CardHolding.from_at <= now,
                or_(CardHolding.to_at.is_(None), CardHolding.to_at > now),
                or_(
                    Elder.canteen_id == canteen.id,
                    Elder.community_code.startswith(canteen.area_code),
                    ate_here,
                ),
            )
        )
    )
