"""The cards that elders hold, by name: one page of them to look at, or all of them to print."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardBlock, CardHolding, Elder
from canteen.rules.days import local_date
from canteen.till.persons import is_listed, is_within

ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class CardListLine:
    """A card that is held: by whom, and since when."""

    number: str
    name: str
    address: str | None
    printed: str | None
    since: date
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class CardPage:
    """One page of `pages`; its first line is the `first` of `found`."""

    lines: tuple[CardListLine, ...]
    found: int
    first: int
    page: int
    pages: int


def list_cards(session: Session, *, areas: tuple[str, ...]) -> tuple[CardListLine, ...]:
    """Every card that an elder of these communities holds."""
    return _read(session, _cards_of(areas))


def show_cards(session: Session, *, areas: tuple[str, ...], page: int) -> CardPage:
    """The page asked for; a page beyond the last is the last one."""
    held = _cards_of(areas)
    found = session.execute(select(func.count()).select_from(held.subquery())).scalar_one()
    pages = max(1, -(-found // ROWS_MAX))
    page = min(max(1, page), pages)
    before = (page - 1) * ROWS_MAX
    lines = _read(session, held.limit(ROWS_MAX).offset(before))
    return CardPage(lines, found, before + 1, page, pages)


def _cards_of(areas: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    blocked = select(CardBlock.id).where(CardBlock.card_id == Card.id, CardBlock.to_at.is_(None))
    return (
        select(
            Elder.number,
            Elder.name,
            Elder.address,
            Card.printed,
            CardHolding.from_at,
            blocked.exists().label("is_blocked"),
        )
        .join(CardHolding, CardHolding.elder_id == Elder.id)
        .join(Card, Card.id == CardHolding.card_id)
        .where(CardHolding.to_at.is_(None), is_listed(), is_within(areas))
        .order_by(Elder.pinyin, Elder.number, func.coalesce(Card.printed, ""), Card.id)
    )


def _read(session: Session, cards: Select[*tuple[Any, ...]]) -> tuple[CardListLine, ...]:
    return tuple(
        CardListLine(
            row.number, row.name, row.address, row.printed, local_date(row.from_at), row.is_blocked
        )
        for row in session.execute(cards)
    )
