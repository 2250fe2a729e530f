"""The register as a list (花名册): found, filtered and paged within the asker's communities.

A constant number of statements, whatever the page holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from canteen.models.accounts import Purse
from canteen.models.encrypted import KeyRing
from canteen.models.meals import Meal
from canteen.models.people import Card, CardBlock, CardHolding, Elder, ElderFact
from canteen.models.register import ElderConsent, ElderDiet
from canteen.rules.days import local_date
from canteen.rules.elders import age_on, mask_id_number
from canteen.rules.identity import is_personal
from canteen.rules.roster_text import clean
from canteen.till.finding import find_by_secret, list_meanings, lives_at
from canteen.till.net_meals import IS_STILL_EATEN
from canteen.till.persons import (
    births_of,
    has_category_on,
    holds_on,
    is_gone_on,
    is_listed,
    is_within,
)

ROWS_MAX = 25
FILTERS = (
    "all",
    "below_zero",
    "no_card",
    "card_lost",
    "no_consent",
    "living_alone",
    "duplicates",
    "gone",
)


@dataclass(frozen=True, slots=True)
class RegisterAsked:
    """Which part of the register: `areas` of the asker, what was typed, a filter, a page from 1."""

    areas: tuple[str, ...]
    text: str = ""
    filter: str = "all"
    page: int = 1


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """An elder as the list shows her."""

    number: str
    name: str
    sex: str
    age: int | None
    id_masked: str | None
    address: str | None
    categories: tuple[str, ...]
    card_printed: str | None
    balance_fen: int
    diets: tuple[str, ...]
    #: the last meal: its date and mealtime
    ate: tuple[date, str] | None
    #: deceased, moved, card_lost, below_zero: what to look at
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page; `counts` tells each filter's number over the whole register, not the search."""

    lines: tuple[RegisterLine, ...]
    counts: dict[str, int]
    found: int
    first: int
    page: int
    pages: int


def list_register(session: Session, *, asked: RegisterAsked, now: datetime) -> RegisterPage:
    """The page asked for; a page beyond the last is the last one."""
    day = local_date(now)
    filters = _conditions(day)
    scope = is_listed() & is_within(asked.areas)
    counts = session.execute(
        select(*(func.count(Elder.id).filter(filters[name]).label(name) for name in FILTERS))
        .join(Purse, Purse.elder_id == Elder.id)
        .where(scope)
    ).one()
    wanted = scope & filters[asked.filter]
    order: list[Any] = [Elder.pinyin, Elder.number]
    if asked.text.strip():
        # Whoever looks for a person by name finds her also when she has moved away or died.
        wanted = scope & (true() if asked.filter == "all" else filters[asked.filter])
        meanings = list_meanings(session, asked.text, scope)
        wanted &= _meant(session, asked.text, scope, meanings)
        # 单 is a surname, and stands in every address with a 单元: who is meant by name comes first.
        order.insert(0, case((or_(false(), *meanings), 0), else_=1))
    found = session.execute(
        select(func.count(Elder.id)).join(Purse, Purse.elder_id == Elder.id).where(wanted)
    ).scalar_one()
    pages = max(1, -(-found // ROWS_MAX))
    page = min(max(1, asked.page), pages)
    rows = session.execute(
        select(Elder, Purse.balance_fen)
        .join(Purse, Purse.elder_id == Elder.id)
        .where(wanted)
        .order_by(*order)
        .limit(ROWS_MAX)
        .offset((page - 1) * ROWS_MAX)
    ).all()
    lines = _lines(session, [(row.Elder, row.balance_fen) for row in rows], day)
    return RegisterPage(lines, dict(counts._mapping), found, (page - 1) * ROWS_MAX + 1, page, pages)


def _meant(
    session: Session, text: str, scope: ColumnElement[bool], meanings: list[ColumnElement[bool]]
) -> ColumnElement[bool]:
    others = [lives_at(clean(text))] if meanings else []
    if is_personal(text):
        others.append(Elder.id.in_(find_by_secret(session, text, scope)))
    return or_(false(), *meanings, *others)


def _conditions(day: date) -> dict[str, ColumnElement[bool]]:
    gone, other, own, born = is_gone_on(day), aliased(Elder), aliased(ElderFact), aliased(ElderFact)
    held = select(CardHolding.id).where(
        CardHolding.elder_id == Elder.id, CardHolding.to_at.is_(None)
    )
    lost = (
        select(CardBlock.id)
        .join(CardHolding, CardHolding.card_id == CardBlock.card_id)
        .where(
            CardHolding.elder_id == Elder.id,
            CardHolding.to_at.is_(None),
            CardBlock.to_at.is_(None),
        )
    )
    consent = select(ElderConsent.id).where(
        ElderConsent.elder_id == Elder.id, ElderConsent.withdrawn_at.is_(None)
    )
    same_birth = (
        select(own.id)
        .join(born, born.born == own.born)
        .where(
            own.elder_id == Elder.id,
            own.kind == "born",
            born.elder_id == other.id,
            born.kind == "born",
            own.withdrawn_at.is_(None),
            born.withdrawn_at.is_(None),
        )
        .correlate(Elder, other)
    )
    # The same sound covers the same name; a second row of one ID number the database refuses itself.
    twin = select(other.id).where(
        other.pinyin == Elder.pinyin,
        other.id != Elder.id,
        other.community_code == Elder.community_code,
        other.merged_into_id.is_(None),
        other.pending_import_id.is_(None),
        # Two ID numbers are two persons, whatever they are called.
        or_(other.id_number_index.is_(None), Elder.id_number_index.is_(None)),
        or_(other.address == Elder.address, same_birth.exists()),
    )
    return {
        "all": ~gone,
        "below_zero": Purse.balance_fen < 0,
        "no_card": ~gone & ~held.exists(),
        "card_lost": ~gone & lost.exists(),
        "no_consent": ~gone & ~consent.exists(),
        "living_alone": ~gone & has_category_on(day, "living_alone"),
        "duplicates": twin.exists(),
        "gone": gone,
    }


def _lines(
    session: Session, rows: Sequence[tuple[Elder, int]], day: date
) -> tuple[RegisterLine, ...]:
    ids = [elder.id for elder, _ in rows]
    births, cards = births_of(session, ids), _cards(session, ids)
    facts, diets = _standing(session, ids, day), _diets(session, ids)
    meals = _last_meals(session, ids)
    ring: KeyRing | None = session.info.get("key_ring")
    return tuple(
        RegisterLine(
            elder.number,
            elder.name,
            elder.sex,
            age_on(births[elder.id], day) if elder.id in births else None,
            _masked(ring, elder),
            elder.address,
            tuple(code for kind, code in facts.get(elder.id, ()) if kind == "category"),
            cards.get(elder.id, (None, False))[0],
            balance_fen,
            tuple(diets.get(elder.id, ())),
            meals.get(elder.id),
            tuple(
                [code for kind, code in facts.get(elder.id, ()) if kind == "status"]
                + ["card_lost"] * cards.get(elder.id, (None, False))[1]
                + ["below_zero"] * (balance_fen < 0)
            ),
        )
        for elder, balance_fen in rows
    )


def _masked(ring: KeyRing | None, elder: Elder) -> str | None:
    if ring is None or elder.id_number_box is None:
        return None
    return mask_id_number(ring.open(elder.id_number_box, f"elders:{elder.number}:id_number"))


def _cards(session: Session, ids: list[int]) -> dict[int, tuple[str | None, bool]]:
    """The newest card each holds: its printed number, and whether it is blocked."""
    blocked = select(CardBlock.id).where(CardBlock.card_id == Card.id, CardBlock.to_at.is_(None))
    rows = session.execute(
        select(CardHolding.elder_id, Card.printed, blocked.exists().label("is_blocked"))
        .join(Card, Card.id == CardHolding.card_id)
        .where(CardHolding.elder_id.in_(ids), CardHolding.to_at.is_(None))
        .order_by(CardHolding.id)
    )
    return {row.elder_id: (row.printed, row.is_blocked) for row in rows}


def _standing(session: Session, ids: list[int], day: date) -> dict[int, list[tuple[str, str]]]:
    rows = session.execute(
        select(ElderFact.elder_id, ElderFact.kind, ElderFact.code)
        .where(
            ElderFact.elder_id.in_(ids),
            ElderFact.kind.in_(("category", "status")),
            holds_on(day),
        )
        .order_by(ElderFact.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.elder_id, []).append((row.kind, row.code))
    return found


def _diets(session: Session, ids: list[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(ElderDiet.elder_id, ElderDiet.code)
        .where(ElderDiet.elder_id.in_(ids), ElderDiet.withdrawn_at.is_(None))
        .order_by(ElderDiet.id)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.elder_id, []).append(row.code)
    return found


def _last_meals(session: Session, ids: list[int]) -> dict[int, tuple[date, str]]:
    newest = (
        select(func.max(Meal.id))
        .where(Meal.elder_id.in_(ids), IS_STILL_EATEN)
        .group_by(Meal.elder_id)
    )
    rows = session.execute(
        select(Meal.elder_id, Meal.served_on, Meal.mealtime).where(Meal.id.in_(newest))
    )
    return {row.elder_id: (row.served_on, row.mealtime) for row in rows}
