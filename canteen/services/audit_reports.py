"""A card's and a person's use of the service, each by itself: a card that went from one elder to another
shows both, and neither elder's report shows the other's meals (field case O-085).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Result, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.people import Card, CardHolding, Elder
from canteen.models.sites import Canteen
from canteen.models.swipes import Swipe
from canteen.rules.errors import NotFound
from canteen.rules.reader_clock import AGE_MAX, FUTURE_MAX
from canteen.rules.roles import Place
from canteen.till.day_lines import day_bounds
from canteen.till.facts import get_elder_id
from canteen.till.net_meals import IS_CORRECTED
from canteen.till.persons import rows_of_person

LINES_MAX = 2_000


@dataclass(frozen=True, slots=True)
class CardFound:
    """A card by its handles."""

    id: int
    uid: str
    printed: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who held a card from when to when, and where she is kept."""

    number: str
    name: str
    place: Place
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseLine:
    """A tap of the card or a meal of the person: when, where, what came of it, whose it is."""

    at: datetime
    canteen: str
    canteen_name: str
    outcome: str | None
    elder: str | None
    name: str | None
    card: CardFound | None
    receipt: str | None
    mealtime: str | None
    channel: str | None
    price_fen: int | None
    elder_fen: int | None
    subsidy_fen: int | None
    discount_fen: int | None
    is_voided: bool
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Use:
    """The lines of a period at some canteens, and how many there are at others."""

    lines: Sequence[UseLine]
    elsewhere: int


def find_cards(session: Session, *, text: str) -> list[CardFound]:
    """The cards with this printed number or this id."""
    rows = session.execute(
        select(Card.id, Card.uid, Card.printed)
        .where(or_(Card.printed == text, Card.uid == text))
        .order_by(Card.id)
    )
    return [CardFound(*row) for row in rows]


def get_card(session: Session, *, card_id: int) -> tuple[CardFound, list[Holder]]:
    """A card and who held it, the first holder first; NotFound `card_unknown`."""
    row = session.execute(
        select(Card.id, Card.uid, Card.printed).where(Card.id == card_id)
    ).one_or_none()
    if row is None:
        raise NotFound("card_unknown", "没有这张卡", "No such card")
    holders = session.execute(
        select(
            Elder.number,
            Elder.name,
            Elder.community_code,
            Canteen.code,
            CardHolding.from_at,
            CardHolding.to_at,
        )
        .join(Elder, Elder.id == CardHolding.elder_id)
        .outerjoin(Canteen, Canteen.id == Elder.canteen_id)
        .where(CardHolding.card_id == card_id)
        .order_by(CardHolding.from_at)
    )
    return CardFound(*row), [
        Holder(number, name, Place(area, canteen), from_at, to_at)
        for number, name, area, canteen, from_at, to_at in holders
    ]


def list_card_places(session: Session, *, card_id: int) -> list[Place]:
    """Where those who hold or held a card are kept; none of a card that is not there."""
    holders = select(CardHolding.elder_id).where(CardHolding.card_id == card_id)
    rows = session.execute(
        select(Elder.community_code, Canteen.code)
        .outerjoin(Canteen, Canteen.id == Elder.canteen_id)
        .where(Elder.id.in_(holders))
    )
    return [Place(area, canteen) for area, canteen in rows]


def list_card_use(
    session: Session, *, card_id: int, canteens: Sequence[str], first: date, last: date
) -> Use:
    """Every tap of the card, refused ones too, with the meal it made."""
    begins, ends = day_bounds(first)[0], day_bounds(last)[1]
    of_card = (
        Swipe.card_id == card_id,
        Swipe.received_at >= begins - FUTURE_MAX,
        Swipe.received_at < ends + AGE_MAX + timedelta(days=1),
        Swipe.read_at >= begins,
        Swipe.read_at < ends,
    )
    rows: Result[Swipe, Canteen, str | None, str | None, Meal | None, bool] = session.execute(
        select(Swipe, Canteen, Elder.number, Elder.name, Meal, IS_CORRECTED)
        .join(Canteen, Canteen.id == Swipe.canteen_id)
        .outerjoin(Elder, Elder.id == Swipe.elder_id)
        .outerjoin(Meal, Meal.swipe_id == Swipe.id)
        .where(*of_card, Canteen.code.in_(canteens))
        .order_by(Swipe.read_at, Swipe.id)
        .limit(LINES_MAX)
    )
    lines = [
        _line(swipe.read_at, canteen, number, name, meal, is_corrected, outcome=swipe.outcome)
        for swipe, canteen, number, name, meal, is_corrected in rows
    ]
    return Use(lines, _count_elsewhere(session, Swipe, canteens, of_card))


def list_person_use(
    session: Session, *, number: str, canteens: Sequence[str], first: date, last: date
) -> Use:
    """Every meal of a person by its service date, voided ones too, with the card that was tapped. Rows
    of the register found to be one person are one."""
    elder_id = get_elder_id(session, number)
    of_person = (
        Meal.elder_id.in_(rows_of_person(elder_id)),
        Meal.served_on.between(first, last),
    )
    rows: Result[Meal, Canteen, str, str, Card | None, bool] = session.execute(
        select(Meal, Canteen, Elder.number, Elder.name, Card, IS_CORRECTED)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .join(Elder, Elder.id == Meal.elder_id)
        .outerjoin(Swipe, Swipe.id == Meal.swipe_id)
        .outerjoin(Card, Card.id == Swipe.card_id)
        .where(*of_person, Canteen.code.in_(canteens))
        .order_by(Meal.read_at, Meal.receipt)
        .limit(LINES_MAX)
    )
    lines = [
        _line(
            meal.read_at,
            canteen,
            elder,
            name,
            meal,
            is_corrected,
            card=None if card is None else CardFound(card.id, card.uid, card.printed),
        )
        for meal, canteen, elder, name, card, is_corrected in rows
    ]
    return Use(lines, _count_elsewhere(session, Meal, canteens, of_person))


def _count_elsewhere(
    session: Session,
    of: type[Swipe] | type[Meal],
    canteens: Sequence[str],
    which: Sequence[ColumnElement[bool]],
) -> int:
    return session.execute(
        select(func.count())
        .select_from(of)
        .join(Canteen, Canteen.id == of.canteen_id)
        .where(*which, Canteen.code.not_in(canteens))
    ).scalar_one()


def _line(
    at: datetime,
    canteen: Canteen,
    elder: str | None,
    name: str | None,
    meal: Meal | None,
    is_corrected: bool,
    *,
    outcome: str | None = None,
    card: CardFound | None = None,
) -> UseLine:
    return UseLine(
        at=at,
        canteen=canteen.code,
        canteen_name=canteen.name,
        outcome=outcome,
        elder=elder,
        name=name,
        card=card,
        receipt=meal.receipt if meal else None,
        mealtime=meal.mealtime if meal else None,
        channel=meal.channel if meal else None,
        price_fen=meal.price_fen if meal else None,
        elder_fen=meal.elder_fen if meal else None,
        subsidy_fen=meal.subsidy_fen if meal else None,
        discount_fen=meal.discount_fen if meal else None,
        is_voided=meal is not None and meal.voided_at is not None,
        is_corrected=is_corrected,
    )
