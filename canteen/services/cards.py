"""Cards at a counter: an unknown one becomes an elder's, a lost one is kept.

A card is a number; the purse and the history belong to the elder. Holdings say who held which card
from when to when, so that the past stays the past when a card goes on to someone else.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import Card
from canteen.models.swipes import Swipe
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.acts import asked_sha256, find_done, record_act
from canteen.till.answers import Answer
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.holdings import hand_over, tell_of_card
from canteen.till.places import get_counter, lock_counter
from canteen.trail.events import append_event
from canteen.trail.screens import elder_body


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
    card_id = hand_over(session, elder_id, uid, by=by, origin=origin, now=now)
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
    assert found.card_id is not None, "a blocked card is known"
    tell_of_card(session, "card.kept", found.card_id, {"swipe": swipe}, by, origin, now)
    return _finish(session, id, counter_id, "kept", found.card_id, found.elder_id, sha256, by, now)


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
