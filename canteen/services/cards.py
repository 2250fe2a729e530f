"""Cards: issue, report lost, and what a cashier does with an unknown or a lost one.

A card is a number; the purse and the history belong to the elder. Holdings say who held which card
from when to when, so that the past stays the past when a card goes on to someone else.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardBlock, CardHolding
from canteen.models.swipes import Swipe
from canteen.rules.card_uid import parse_card_uid
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.acts import asked_sha256, find_done, record_act
from canteen.till.answers import Answer
from canteen.till.cards import find_unusable
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.places import get_counter, lock_counter
from canteen.trail.audit import append_audit
from canteen.trail.events import append_event
from canteen.trail.screens import elder_body


def issue_card(
    session: Session,
    *,
    elder: str,
    uid: str,
    printed: str | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Give a card to an elder (`elder` is the register number) and return the card's id.

    Invalid for a number that can never name one card (cut or random); Conflict when another elder
    holds it. The same card to the same elder changes nothing."""
    elder_id = get_elder_id(session, elder)
    return _hand_over(session, elder_id, uid, printed, by, origin, now)


def return_card(session: Session, *, uid: str, by: str, origin: str | None, now: datetime) -> None:
    """The holder gives the card back; from now on nobody holds it."""
    card = _get_card(session, uid)
    session.execute(
        update(CardHolding)
        .where(CardHolding.card_id == card.id, CardHolding.to_at.is_(None))
        .values(to_at=now)
    )
    _audit(session, "card.return", card, None, by, origin, now)


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
    """Block a card at once everywhere (`kind` lost, or blocked for another reason). Once is enough."""
    card = _get_card(session, uid)
    known = session.execute(
        select(CardBlock.id).where(
            CardBlock.card_id == card.id, CardBlock.kind == kind, CardBlock.to_at.is_(None)
        )
    ).first()
    if known is not None:
        return
    session.execute(
        insert(CardBlock).values(
            card_id=card.id, kind=kind, from_at=now, reported_by=reported_by, recorded_by=by
        )
    )
    _audit(session, f"card.{kind}", card, {"reported_by": reported_by}, by, origin, now)


def lift_block(session: Session, *, uid: str, by: str, origin: str | None, now: datetime) -> None:
    """The card was found again: it works from now on."""
    card = _get_card(session, uid)
    session.execute(
        update(CardBlock)
        .where(CardBlock.card_id == card.id, CardBlock.to_at.is_(None))
        .values(to_at=now)
    )
    _audit(session, "card.found", card, None, by, origin, now)


def assign_unknown_card(
    session: Session,
    *,
    id: str,
    counter_id: int,
    swipe: str,
    elder: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> Answer:
    """Second step at the counter: the card of an unknown_card swipe becomes this elder's."""
    sha256 = asked_sha256("card", {"swipe": swipe, "elder": elder, "counter": counter_id})
    done = find_done(session, id, sha256)
    if done is not None:
        return Answer(False, done)
    uid = _get_swipe(session, counter_id, swipe, {"unknown_card", "card_unassigned"}).card_uid
    if uid.startswith("partial:"):
        raise Invalid(
            "card_partial",
            "这台读卡器读不全卡号，请到社区办卡",
            "This reader does not read the whole number: enrol the card at the community",
        )
    elder_id = get_elder_id(session, elder)
    lock_counter(session, counter_id)
    card_id = _hand_over(session, elder_id, uid, None, by, origin, now)
    return _finish(session, id, counter_id, "assigned", card_id, elder_id, sha256, by, now)


def keep_lost_card(
    session: Session,
    *,
    id: str,
    counter_id: int,
    swipe: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> Answer:
    """The cashier kept a lost card that was tapped: noted for the day's anomalies."""
    sha256 = asked_sha256("kept_card", {"swipe": swipe, "counter": counter_id})
    done = find_done(session, id, sha256)
    if done is not None:
        return Answer(False, done)
    found = _get_swipe(session, counter_id, swipe, {"card_lost", "card_blocked"})
    lock_counter(session, counter_id)
    card = session.execute(select(Card).where(Card.id == found.card_id)).scalar_one()
    _audit(session, "card.kept", card, {"swipe": swipe}, by, origin, now)
    return _finish(session, id, counter_id, "kept", card.id, found.elder_id, sha256, by, now)


def _hand_over(
    session: Session,
    elder_id: int,
    uid: str,
    printed: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    parsed = parse_card_uid(uid)
    if find_unusable(parsed.uid) is not None or not parsed.uid.partition(":")[2].strip("0"):
        raise Invalid(
            "card_unusable",
            "这张卡的号码不完整或每次都变，不能用作就餐卡",
            "This card's number is cut, empty or changes at each tap: it cannot be used",
        )
    card = session.execute(select(Card).where(Card.uid == parsed.uid)).scalar_one_or_none()
    if card is None:
        card = Card(
            uid=parsed.uid,
            printed=printed or parsed.printed,
            low24=parsed.low24,
            low32=parsed.low32,
            created_at=now,
            is_test=False,
        )
        session.add(card)
        session.flush()
    holder = session.execute(
        select(CardHolding.elder_id).where(
            CardHolding.card_id == card.id, CardHolding.to_at.is_(None)
        )
    ).scalar_one_or_none()
    if holder == elder_id:
        return card.id
    if holder is not None:
        raise Conflict(
            "card_held",
            "这张卡在别人名下，请先收回",
            "Another elder holds this card: return it first",
        )
    session.execute(
        insert(CardHolding).values(card_id=card.id, elder_id=elder_id, from_at=now, recorded_by=by)
    )
    _audit(session, "card.issue", card, {"elder": elder_id}, by, origin, now)
    return card.id


def _finish(
    session: Session,
    id_: str,
    counter_id: int,
    what: str,
    card_id: int,
    elder_id: int | None,
    sha256: str,
    by: str,
    now: datetime,
) -> Answer:
    day = local_date(now)
    printed = session.execute(select(Card.printed).where(Card.id == card_id)).scalar_one()
    elder = None if elder_id is None else elder_body(load_facts(session, elder_id, day), day)
    body: dict[str, Any] = {
        "id": id_,
        "what": what,
        "card": {"printed": printed},
        "elder": elder,
    }
    record_act(
        session,
        id=id_,
        kind="card" if what == "assigned" else "kept_card",
        canteen_id=get_counter(session, counter_id).canteen.id,
        counter_id=counter_id,
        by=by,
        sha256=sha256,
        answer=body,
        now=now,
    )
    append_event(session, counter_id=counter_id, view="cashier", kind="card", body=body, now=now)
    return Answer(True, body)


def _get_swipe(session: Session, counter_id: int, swipe: str, outcomes: set[str]) -> Swipe:
    found = session.execute(select(Swipe).where(Swipe.id == swipe)).scalar_one_or_none()
    if found is None or found.counter_id != counter_id:
        raise NotFound("swipe_unknown", "没有这次刷卡", "No such swipe at this counter")
    if found.outcome not in outcomes:
        raise Conflict("swipe_other", "这次刷卡不是这种情况", "This swipe had another outcome")
    return found


def _get_card(session: Session, uid: str) -> Card:
    card = session.execute(select(Card).where(Card.uid == uid)).scalar_one_or_none()
    if card is None:
        raise NotFound("card_unknown", "没有这张卡", "No such card")
    return card


def _audit(
    session: Session,
    action: str,
    card: Card,
    after: dict[str, object] | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=action,
        object_kind="card",
        object_id=str(card.id),
        after=after,
        now=now,
    )
