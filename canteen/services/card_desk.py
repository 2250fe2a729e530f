"""Cards at the community's desk: what an elder holds and held, a new one for a lost one, the card list.

The counter's own acts (assign an unknown card, keep a lost one) stand in `cards`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardBlock, CardHolding, Elder
from canteen.models.sites import Canteen, Counter, Reader
from canteen.models.swipes import Swipe
from canteen.rules.card_uid import parse_written_card
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.till.facts import get_elder_id
from canteen.till.holdings import block, find_holder, hand_over, lift, take_back
from canteen.till.persons import is_within, rows_of_person

#: a card tapped at a counter within so many minutes may be chosen instead of typing its number
TAPPED_MINUTES = 60
TAPPED_MAX = 8
DISTRICT_DIGITS = 6
#: outcomes of a tap whose card nobody holds
FREE_OUTCOMES = ("unknown_card", "card_unassigned")
NEVER, ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card an elder holds or held. `block` is lost, blocked or None as it stands now; then so many
    of the district's counters know of it, also while the server is away."""

    id: int
    printed: str | None
    from_at: datetime
    to_at: datetime | None
    block: str | None
    blocked_at: datetime | None
    reported_by: str | None
    counters_knowing: int
    counters: int


@dataclass(frozen=True, slots=True)
class TappedCard:
    """A card nobody holds that was tapped at a counter a moment ago."""

    swipe: str
    printed: str
    counter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardAsked:
    """Which card: `tapped` is a swipe of a free card, else `typed` a number; `from_other` takes it
    back from whoever holds it."""

    typed: str = ""
    tapped: str = ""
    from_other: bool = False


def list_cards(session: Session, *, number: str) -> tuple[CardLine, ...]:
    """Her cards, newest first, held now or before, on any row of hers."""
    elder_id = get_elder_id(session, number)
    rows = session.execute(
        select(CardHolding, Card.printed)
        .join(Card, Card.id == CardHolding.card_id)
        .where(CardHolding.elder_id.in_(rows_of_person(elder_id)))
        .order_by(CardHolding.from_at.desc(), CardHolding.id.desc())
    ).all()
    blocks = _open_blocks(session, [row.CardHolding.card_id for row in rows])
    community = session.execute(
        select(Elder.community_code).where(Elder.id == elder_id)
    ).scalar_one()
    known_at = _known_at(session, community[:DISTRICT_DIGITS]) if blocks else []
    lines = []
    for row in rows:
        holding, found = row.CardHolding, blocks.get(row.CardHolding.card_id)
        # A block made after she gave the card away is the next holder's affair.
        if found is not None and holding.to_at is not None and found.from_at > holding.to_at:
            found = None
        knowing = sum(found is not None and at >= found.from_at for at in known_at)
        lines.append(
            CardLine(
                holding.card_id,
                row.printed,
                holding.from_at,
                holding.to_at,
                found.kind if found else None,
                found.from_at if found else None,
                found.reported_by if found else None,
                knowing,
                len(known_at),
            )
        )
    return tuple(lines)


def _open_blocks(session: Session, card_ids: Sequence[int]) -> dict[int, CardBlock]:
    rows = session.scalars(
        select(CardBlock)
        .where(CardBlock.card_id.in_(card_ids), CardBlock.to_at.is_(None))
        .order_by(CardBlock.kind, CardBlock.id.desc())
    )
    return {row.card_id: row for row in rows}


def _known_at(session: Session, district: str) -> list[datetime]:
    """Of each counter of the district, since when all its readers have had the lists they have; a
    counter without a reader asks the server and knows at once."""
    rows = session.execute(
        select(Counter.id, Reader.id.label("reader_id"), Reader.lists_fetched_at)
        .join(Canteen, Canteen.id == Counter.canteen_id)
        .outerjoin(Reader, (Reader.counter_id == Counter.id) & Reader.revoked_at.is_(None))
        .where(Canteen.area_code.startswith(district, autoescape=True))
    )
    known: dict[int, datetime] = {}
    for row in rows:
        at = ALWAYS if row.reader_id is None else row.lists_fetched_at or NEVER
        known[row.id] = min(known.get(row.id, ALWAYS), at)
    return list(known.values())


def list_tapped(session: Session, *, number: str, now: datetime) -> tuple[TappedCard, ...]:
    """Cards nobody holds that were tapped within the hour where she eats: to choose, not to type."""
    elder_id = get_elder_id(session, number)
    rows = session.execute(
        select(Swipe.id, Swipe.card_uid, Swipe.read_at, Counter.name)
        .join(Counter, Counter.id == Swipe.counter_id)
        .join(Canteen, Canteen.id == Swipe.canteen_id)
        .join(Elder, Elder.id == elder_id)
        .where(
            or_(Canteen.id == Elder.canteen_id, Elder.community_code.startswith(Canteen.area_code)),
            Swipe.outcome.in_(FREE_OUTCOMES),
            ~Swipe.card_uid.startswith("partial:"),
            Swipe.received_at >= now - timedelta(minutes=TAPPED_MINUTES),
        )
        .order_by(Swipe.received_at.desc())
        .limit(TAPPED_MAX)
    )
    newest: dict[str, TappedCard] = {}
    for row in rows:
        tapped = TappedCard(row.id, row.card_uid.partition(":")[2], row.name, row.read_at)
        newest.setdefault(row.card_uid, tapped)
    return tuple(newest.values())


def issue(
    session: Session,
    *,
    number: str,
    asked: CardAsked,
    areas: tuple[str, ...],
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Give her a card, beside any she has. Another elder's card of the asker's own communities may be
    taken back in the same act: what was eaten with it stays the other's."""
    elder_id = get_elder_id(session, number)
    uid = _get_uid(session, asked)
    held = session.execute(select(Card.id).where(Card.uid == uid)).scalar_one_or_none()
    holder = None if held is None else find_holder(session, held)
    if held is not None and holder not in (None, elder_id):
        own = session.execute(
            select(Elder.id).where(Elder.id == holder, is_within(areas))
        ).scalar_one_or_none()
        if own is None or not asked.from_other:
            raise Conflict(
                "card_held",
                "这张卡在别人名下，请先收回",
                "Another elder holds this card: return it first",
                field="typed",
            )
        take_back(session, held, by=by, origin=origin, now=now)
    if held is not None and _open_blocks(session, [held]):
        raise Conflict(
            "card_still_blocked",
            "这张卡报过挂失，先解挂再发",
            "This card was reported lost; lift that first",
            field="typed",
        )
    return hand_over(session, elder_id, uid, by=by, origin=origin, now=now)


def replace(
    session: Session,
    *,
    number: str,
    card_id: int,
    asked: CardAsked,
    reported_by: str | None,
    areas: tuple[str, ...],
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """One act for a lost card: it is blocked everywhere, is hers no more, and the new one is.
    Balance and history are hers, not the card's: nothing moves."""
    _get_held(session, number, card_id)
    block(session, card_id, kind="lost", reported_by=reported_by, by=by, origin=origin, now=now)
    take_back(session, card_id, by=by, origin=origin, now=now)
    return issue(session, number=number, asked=asked, areas=areas, by=by, origin=origin, now=now)


def report_lost(
    session: Session,
    *,
    number: str,
    card_id: int,
    reported_by: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Block a card she holds, at once and everywhere."""
    _get_held(session, number, card_id)
    block(session, card_id, kind="lost", reported_by=reported_by, by=by, origin=origin, now=now)


def lift_block(
    session: Session, *, number: str, card_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """A card she holds was found: it works again."""
    _get_held(session, number, card_id)
    lift(session, card_id, by=by, origin=origin, now=now)


def return_card(
    session: Session, *, number: str, card_id: int, by: str, origin: str | None, now: datetime
) -> None:
    """She gives a card back."""
    _get_held(session, number, card_id)
    take_back(session, card_id, by=by, origin=origin, now=now)


def _get_held(session: Session, number: str, card_id: int) -> None:
    if find_holder(session, card_id) != get_elder_id(session, number):
        raise NotFound("card_not_hers", "这张卡不在她名下", "She does not hold this card")


def _get_uid(session: Session, asked: CardAsked) -> str:
    """The canonical id of the card asked for; ten digits name a known card, or a new one by what is
    printed on it."""
    if asked.tapped:
        uid: str | None = session.execute(
            select(Swipe.card_uid).where(Swipe.id == asked.tapped, Swipe.outcome.in_(FREE_OUTCOMES))
        ).scalar_one_or_none()
        if uid is None:
            raise NotFound("swipe_unknown", "没有这次刷卡", "No such swipe", field="tapped")
        return uid
    try:
        typed = parse_written_card(asked.typed)
    except Invalid as wrong:
        raise Invalid(wrong.code, wrong.zh, wrong.en, field="typed") from None
    if not typed.startswith("partial:"):
        return typed
    low32 = int(typed.rpartition(":")[2], 16)
    found = list(session.scalars(select(Card.uid).where(Card.low32 == low32).limit(2)))
    if len(found) > 1:
        raise Invalid(
            "card_several",
            "有几张卡是这个号码：请在窗口刷一下，再从下面选",
            "Several cards have this number: tap it at a counter, then choose it here",
            field="typed",
        )
    return found[0] if found else f"printed:{low32:010d}"
