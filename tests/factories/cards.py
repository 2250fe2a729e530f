"""What the desk does with a card, for tests that know it by its canonical id alone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import Card
from canteen.till.facts import get_elder_id
from canteen.till.holdings import block, hand_over, lift, take_back


def issue_card(
    session: Session, *, elder: str, uid: str, by: str, origin: str | None, now: datetime
) -> int:
    """Give a card to the elder of a register number."""
    return hand_over(session, get_elder_id(session, elder), uid, by=by, origin=origin, now=now)


def return_card(session: Session, *, uid: str, by: str, origin: str | None, now: datetime) -> None:
    """Its holder gives it back."""
    take_back(session, _get(session, uid), by=by, origin=origin, now=now)


def report_lost(
    session: Session,
    *,
    uid: str,
    reported_by: str | None,
    by: str,
    origin: str | None,
    now: datetime,
    kind: str = "lost",
) -> None:
    """Block it, as lost or for another reason."""
    card_id = _get(session, uid)
    block(session, card_id, kind=kind, reported_by=reported_by, by=by, origin=origin, now=now)


def lift_block(session: Session, *, uid: str, by: str, origin: str | None, now: datetime) -> None:
    """It was found again."""
    lift(session, _get(session, uid), by=by, origin=origin, now=now)


def _get(session: Session, uid: str) -> int:
    return session.execute(select(Card.id).where(Card.uid == uid)).scalar_one()
