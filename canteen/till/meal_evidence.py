"""What a meal rests on, row by row as it is kept: the tap and its reader, the card's holder, the facts,
the scheme, the price. Nothing is drawn anew; a row is given with all its columns.

Beside the till, because pages of evidence read what the till wrote; it only reads.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from canteen.models.base import Base
from canteen.models.meals import Meal
from canteen.models.people import Card, CardBlock, CardHolding, Elder, ElderFact
from canteen.models.personal import key_ring_of
from canteen.models.sites import Area, Canteen, Reader, ReaderHealth
from canteen.models.swipes import Swipe
from canteen.models.tariffs import SchemeBinding, SchemeVersion
from canteen.rules.elders import age_on, mask_id_number
from canteen.rules.reasons import reason_text
from canteen.rules.scheme import AREA_DIGITS
from canteen.rules.scheme_quotes import quote_rule

Row = Mapping[str, Any]


def values_of(row: Base) -> Row:
    """All columns of a row but what is sealed."""
    return {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if not column.key.endswith(("_box", "_index"))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSeen:
    """The swipe as it came in, its reader, and what the same reader sent before and after it."""

    swipe: Row
    #: what the clock's measured offset changed of the raw stamp, in ms
    moved_ms: int
    answer: str
    reader: Row | None
    health: Row | None
    before: Row | None
    after: Row | None
    repeats: tuple[Row, ...]


def load_tap(session: Session, swipe_id: str) -> TapSeen:
    """The swipe that made a meal."""
    swipe = session.get_one(Swipe, swipe_id)
    reader = None if swipe.reader_id is None else session.get_one(Reader, swipe.reader_id)
    health = None if reader is None else session.get(ReaderHealth, reader.id)
    repeats = session.scalars(
        select(Swipe).where(Swipe.first_swipe_id == swipe.id).order_by(Swipe.read_at, Swipe.id)
    )
    moved = swipe.read_at - swipe.raw_read_at
    return TapSeen(
        swipe=values_of(swipe),
        moved_ms=moved.days * 86_400_000 + moved.seconds * 1000 + moved.microseconds // 1000,
        answer=json.dumps(json.loads(swipe.answer), ensure_ascii=False, indent=1, sort_keys=True),
        reader=None if reader is None else values_of(reader),
        health=None if health is None else values_of(health),
        before=_find_neighbour(session, swipe, is_after=False),
        after=_find_neighbour(session, swipe, is_after=True),
        repeats=tuple(values_of(one) for one in repeats),
    )


def _find_neighbour(session: Session, swipe: Swipe, *, is_after: bool) -> Row | None:
    """The reader's swipe next to this one in its own numbering."""
    if swipe.reader_id is None or swipe.seq is None:
        return None
    order = Swipe.seq if is_after else Swipe.seq.desc()
    next_to = Swipe.seq > swipe.seq if is_after else Swipe.seq < swipe.seq
    found = session.scalars(
        select(Swipe)
        .where(Swipe.counter_id == swipe.counter_id, Swipe.reader_id == swipe.reader_id, next_to)
        .order_by(order)
        .limit(1)
    ).one_or_none()
    return None if found is None else values_of(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSeen:
    """A card, who held it when, and when it was blocked; `holders` with whether at the tap."""

    card: Row
    holders: tuple[tuple[Row, str, str, bool], ...]
    blocks: tuple[Row, ...]


def load_card(session: Session, card_id: int, at: datetime) -> CardSeen:
    """The card of a tap, with its history."""
    holders = session.execute(
        select(CardHolding, Elder.number, Elder.name)
        .join(Elder, Elder.id == CardHolding.elder_id)
        .where(CardHolding.card_id == card_id)
        .order_by(CardHolding.from_at)
    )
    blocks = session.scalars(
        select(CardBlock).where(CardBlock.card_id == card_id).order_by(CardBlock.from_at)
    )
    return CardSeen(
        card=values_of(session.get_one(Card, card_id)),
        holders=tuple(
            (
                values_of(held),
                number,
                name,
                held.from_at <= at and (held.to_at is None or at < held.to_at),
            )
            for held, number, name in holders
        ),
        blocks=tuple(values_of(one) for one in blocks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSeen:
    """A fact of the register: whether it was true on the service date, and known when it was booked."""

    fact: Row
    is_true: bool
    was_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ElderSeen:
    """Who ate: never more of the ID number than its two ends."""

    number: str
    name: str
    id_masked: str | None
    community: str
    #: by the birth date that was known when it was booked
    age: int | None
    facts: tuple[FactSeen, ...]


def load_elder(session: Session, meal: Meal) -> ElderSeen | None:
    """The elder of a meal with every fact about her, those learnt later too; None of a guest."""
    if meal.elder_id is None:
        return None
    elder = session.get_one(Elder, meal.elder_id)
    community = session.get_one(Area, elder.community_code).name
    box = elder.id_number_box
    ring, sealed_for = key_ring_of(session.info), f"elders:{elder.number}:id_number"
    facts = tuple(
        FactSeen(
            fact=values_of(fact),
            is_true=(fact.from_on or meal.served_on)
            <= meal.served_on
            <= (fact.to_on or meal.served_on),
            was_known=fact.recorded_at <= meal.booked_at
            and (fact.withdrawn_at is None or fact.withdrawn_at > meal.booked_at),
        )
        for fact in session.scalars(
            select(ElderFact)
            .where(ElderFact.elder_id == elder.id)
            .order_by(ElderFact.recorded_at, ElderFact.id)
        )
    )
    born: list[date] = [
        one.fact["born"] for one in facts if one.was_known and one.fact["kind"] == "born"
    ]
    return ElderSeen(
        number=elder.number,
        name=elder.name,
        id_masked=None if box is None else mask_id_number(ring.open(box, sealed_for)),
        community=community,
        age=age_on(born[-1], meal.served_on) if born else None,
        facts=facts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSeen:
    """What a rule gave or why not, and the rule as the stored file has it."""

    rule: str
    applied: bool
    zh: str
    en: str
    quote: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeSeen:
    """The scheme version that split a meal, and the binding that put it in force there."""

    version: Row
    binding: Row | None


def load_reasons(meal: Meal, body: str | None) -> tuple[ReasonSeen, ...]:
    """The stored reasons of a split in words, each with its rule's text."""
    return tuple(
        ReasonSeen(
            rule=one["rule"],
            applied=one["applied"],
            zh=reason_text(one["code"], one["facts"], "zh"),
            en=reason_text(one["code"], one["facts"], "en"),
            quote=None if body is None else quote_rule(body, one["rule"]),
        )
        for one in json.loads(meal.explanation)
    )


def load_scheme(session: Session, meal: Meal, canteen: Canteen) -> SchemeSeen | None:
    """The version that split the meal; of several bindings the lowest, as when it was split."""
    if meal.scheme_version_id is None:
        return None
    areas = [canteen.area_code[:digits] for digits in AREA_DIGITS.values()]
    bindings = session.scalars(
        select(SchemeBinding).where(
            SchemeBinding.scheme_version_id == meal.scheme_version_id,
            or_(
                SchemeBinding.canteen_id == canteen.id,
                and_(SchemeBinding.canteen_id.is_(None), SchemeBinding.area_code.in_(areas)),
            ),
            SchemeBinding.from_on <= meal.served_on,
            or_(SchemeBinding.to_on.is_(None), SchemeBinding.to_on >= meal.served_on),
            SchemeBinding.recorded_at <= meal.booked_at,
            or_(SchemeBinding.withdrawn_at.is_(None), SchemeBinding.withdrawn_at > meal.booked_at),
        )
    )
    lowest = max(
        bindings,
        key=lambda one: (one.canteen_id is not None, len(one.area_code or ""), one.from_on, one.id),
        default=None,
    )
    return SchemeSeen(
        version=values_of(session.get_one(SchemeVersion, meal.scheme_version_id)),
        binding=None if lowest is None else values_of(lowest),
    )
