"""Who holds a card, and its blocks, as acts: the only makers of those rows beside a set-up file.

Beside `cards`, which reads them for a swipe. The purse and the history belong to the elder; a holding
says who held the card from when to when, so that the past stays the past when it goes on to another.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardBlock, CardHolding
from canteen.rules.card_uid import CardUid, parse_enrolled_card
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Refused
from canteen.till.facts import load_facts
from canteen.trail.audit import append_audit_of_many, tell_of

#: the line of an act on a card in the audit trail
tell_of_card = tell_of("card")


def find_holder(session: Session, card_id: int) -> int | None:
    """The elder who holds the card now."""
    holder: int | None = session.execute(
        select(CardHolding.elder_id).where(
            CardHolding.card_id == card_id, CardHolding.to_at.is_(None)
        )
    ).scalar_one_or_none()
    return holder


def hand_over(
    session: Session,
    elder_id: int,
    uid: str,
    *,
    printed: str | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Give a card to an elder, enrolling it when it is new, and return its id.

    Invalid for a number that can never name one card (cut or random); Conflict when another elder
    holds it; Refused for an elder who has gone. The same card to its holder changes nothing."""
    parsed = parse_enrolled_card(uid)
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
    holder = find_holder(session, card.id)
    if holder == elder_id:
        return card.id
    if holder is not None:
        raise Conflict(
            "card_held",
            "这张卡在别人名下，请先收回",
            "Another elder holds this card: return it first",
        )
    if load_facts(session, elder_id, local_date(now)).status is not None:
        raise Refused(
            "elder_gone",
            "这位长者已迁出或去世，不能发卡",
            "This elder has moved away or died: no card can be issued",
        )
    session.execute(
        insert(CardHolding).values(card_id=card.id, elder_id=elder_id, from_at=now, recorded_by=by)
    )
    tell_of_card(session, "card.issue", card.id, {"elder": elder_id}, by, origin, now)
    return card.id


def enrol_cards(
    session: Session,
    cards: Sequence[tuple[CardUid, int]],
    *,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Enrol cards that nobody had, each for its elder (id) from now on: many in a few statements."""
    if not cards:
        return
    rows = [{**asdict(card), "is_test": False, "created_at": now} for card, _ in cards]
    made = insert(Card).returning(Card.uid, Card.id)
    ids = {row.uid: row.id for row in session.execute(made, rows)}
    session.execute(
        insert(CardHolding),
        [
            {"card_id": ids[card.uid], "elder_id": elder_id, "from_at": now, "recorded_by": by}
            for card, elder_id in cards
        ],
    )
    append_audit_of_many(
        session,
        actor=by,
        origin=origin,
        action="card.issue",
        object_kind="card",
        objects={str(ids[card.uid]): {"elder": elder_id} for card, elder_id in cards},
        now=now,
    )


def take_back(
    session: Session, card_id: int, *, by: str, origin: str | None, now: datetime
) -> None:
    """From now on nobody holds the card. Twice is once."""
    ended = session.execute(
        update(CardHolding)
        .where(CardHolding.card_id == card_id, CardHolding.to_at.is_(None))
        .values(to_at=now)
        .returning(CardHolding.id)
    ).first()
    if ended is not None:
        tell_of_card(session, "card.return", card_id, None, by, origin, now)


def block(
    session: Session,
    card_id: int,
    *,
    kind: str,
    reported_by: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Block a card at once everywhere (`kind` lost or blocked). Twice is once."""
    known = session.execute(
        select(CardBlock.id).where(
            CardBlock.card_id == card_id, CardBlock.kind == kind, CardBlock.to_at.is_(None)
        )
    ).first()
    if known is not None:
        return
    session.execute(
        insert(CardBlock).values(
            card_id=card_id, kind=kind, from_at=now, reported_by=reported_by, recorded_by=by
        )
    )
    tell_of_card(session, f"card.{kind}", card_id, {"reported_by": reported_by}, by, origin, now)


def lift(session: Session, card_id: int, *, by: str, origin: str | None, now: datetime) -> None:
    """The card works again from now on."""
    session.execute(
        update(CardBlock)
        .where(CardBlock.card_id == card_id, CardBlock.to_at.is_(None))
        .values(to_at=now)
    )
    tell_of_card(session, "card.found", card_id, None, by, origin, now)


def lift_of_act(
    session: Session, card_id: int, at: datetime, *, by: str, origin: str | None, now: datetime
) -> None:
    """Lift the block that an act at that instant put on the card, if it stands; others stay."""
    lifted = session.execute(
        update(CardBlock)
        .where(
            CardBlock.card_id == card_id,
            CardBlock.kind == "blocked",
            CardBlock.from_at == at,
            CardBlock.to_at.is_(None),
        )
        .values(to_at=now)
        .returning(CardBlock.id)
        .execution_options(synchronize_session=False)
    ).first()
    if lifted is not None:
        tell_of_card(session, "card.found", card_id, None, by, origin, now)


def list_held(session: Session, elder_id: int) -> list[int]:
    """The cards an elder holds now."""
    return list(
        session.scalars(
            select(CardHolding.card_id)
            .where(CardHolding.elder_id == elder_id, CardHolding.to_at.is_(None))
            .order_by(CardHolding.id)
        )
    )


def list_held_uids(session: Session, elder_id: int) -> list[tuple[int, str]]:
    """The cards an elder holds now, each with its canonical id."""
    held = list_held(session, elder_id)
    rows = session.execute(select(Card.id, Card.uid).where(Card.id.in_(held)).order_by(Card.id))
    return [(row.id, row.uid) for row in rows]
