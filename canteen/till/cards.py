"""From what a reader sent to a card, and from the card to who held it at that instant."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardBlock, CardHolding, Elder
from canteen.rules.card_uid import find_unusable, known_as
from canteen.till.places import CanteenPlace


@dataclass(frozen=True, slots=True)
class CardFound:
    """What is known of a card at an instant. `refusal` is an outcome code, `reason` its detail."""

    card_id: int | None = None
    printed: str | None = None
    elder_id: int | None = None
    refusal: str | None = None
    reason: str | None = None


def resolve_card(session: Session, uid: str, canteen: CanteenPlace, read_at: datetime) -> CardFound:
    """The card and its holder at `read_at`, or why it cannot be charged, in the order of domain.md §2."""
    unusable = find_unusable(uid)
    if unusable is not None:
        return CardFound(refusal="card_ambiguous", reason=unusable)
    if uid.startswith("partial:"):
        cards = _list_partial(session, uid, canteen, read_at)
        if len(cards) > 1:
            return CardFound(refusal="card_ambiguous", reason="several")
        card = cards[0] if cards else None
    else:
        card = _find_card(session, uid)
    if card is None:
        return CardFound(refusal="unknown_card")
    if card.is_test:
        return CardFound(card.id, card.printed, refusal="test_card")
    return _judge_card(session, card, read_at)


def _find_card(session: Session, uid: str) -> Card | None:
    """The card of exactly this id, else the one that a roster enrolled by its printed number."""
    for known in known_as(uid):
        card = session.execute(select(Card).where(Card.uid == known)).scalar_one_or_none()
        if card is not None:
            return card
    return None


def _list_partial(
    session: Session, uid: str, canteen: CanteenPlace, read_at: datetime
) -> list[Card]:
    """The cards of this canteen that a short number fits: held by its own elders then, or a morning
    card, which nobody holds."""
    _, bits, digits = uid.split(":")
    column = Card.low24 if bits == "24" else Card.low32
    return list(
        session.scalars(
            select(Card)
            .outerjoin(
                CardHolding,
                and_(
                    CardHolding.card_id == Card.id,
                    CardHolding.from_at <= read_at,
                    or_(CardHolding.to_at.is_(None), CardHolding.to_at > read_at),
                ),
            )
            .outerjoin(Elder, Elder.id == CardHolding.elder_id)
            .where(
                column == int(digits, 16),
                or_(
                    Card.is_test,
                    Elder.canteen_id == canteen.id,
                    Elder.community_code.startswith(canteen.area_code, autoescape=True),
                ),
            )
            .distinct()
            .limit(2)
        )
    )


def _judge_card(session: Session, card: Card, read_at: datetime) -> CardFound:
    kinds = set(
        session.scalars(
            select(CardBlock.kind).where(
                CardBlock.card_id == card.id,
                CardBlock.from_at <= read_at,
                or_(CardBlock.to_at.is_(None), CardBlock.to_at > read_at),
            )
        )
    )
    holding = session.execute(
        select(
            # A late swipe of a row that was merged since is the person's who goes on.
            func.coalesce(Elder.merged_into_id, Elder.id).label("elder_id"),
            CardHolding.to_at,
        )
        .join(Elder, Elder.id == CardHolding.elder_id)
        .where(CardHolding.card_id == card.id, CardHolding.from_at <= read_at)
        .order_by(CardHolding.from_at.desc(), CardHolding.id.desc())
        .limit(1)
    ).one_or_none()
    # A lost card still says whose it was, so that the cashier can ask for the new one.
    last_holder = holding.elder_id if holding else None
    for kind in ("lost", "blocked"):
        if kind in kinds:
            return CardFound(card.id, card.printed, last_holder, refusal=f"card_{kind}")
    if holding is None or (holding.to_at is not None and holding.to_at <= read_at):
        return CardFound(card.id, card.printed, refusal="card_unassigned")
    return CardFound(card.id, card.printed, holding.elder_id)
