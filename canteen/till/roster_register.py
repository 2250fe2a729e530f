"""The part of the register that the rows of a roster speak of, gathered in a few statements a slice.

Beside the till because cards, facts and persons are read as everywhere else; what becomes of a row is
decided by `rules.roster_plan`, which sees values only.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from canteen.models.encrypted import KeyRing
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.models.personal import INDEX_ID_NUMBER, key_ring_of
from canteen.models.sites import Area
from canteen.rules.days import local_date
from canteen.rules.pinyin_names import pinyin_keys
from canteen.rules.roster_register import (
    CardHeld,
    Reach,
    Register,
    Registered,
    community_key,
    find_titled,
)
from canteen.rules.roster_row import RosterRow
from canteen.rules.roster_text import name_key
from canteen.rules.scheme import AREA_DIGITS
from canteen.till.lots import in_lots
from canteen.till.persons import folded, holds_on

#: what of a row is compared; plain columns, because a large roster reads a hundred thousand
_COLUMNS = (
    Elder.id,
    Elder.number,
    Elder.name,
    Elder.sex,
    Elder.community_code,
    Elder.id_number_index,
    Elder.phone_box,
    Elder.address,
    Elder.diet,
)


def load_register(
    session: Session,
    rows: Sequence[RosterRow],
    reach: Reach,
    now: datetime,
    titles: Sequence[str] = (),
) -> Register:
    """What is known of the elders, cards and areas that these rows and the roster's titles name."""
    ring, day = key_ring_of(session.info), local_date(now)
    owners = _owners(session, ring, {row.id_number for row in rows if row.id_number})
    alike = _namesakes(session, rows)
    elders = _load(session, ring, {*owners.values(), *alike}, day)
    namesakes: dict[str, list[Registered]] = defaultdict(list)
    for elder_id in alike:
        namesakes[name_key(elders[elder_id].name)].append(elders[elder_id])
    areas = {row.code: row.name for row in session.execute(select(Area.code, Area.name))}
    communities = _communities(areas, reach)
    return Register(
        by_id={number: elders[elder_id] for number, elder_id in owners.items()},
        namesakes={name: tuple(found) for name, found in namesakes.items()},
        cards=_cards(session, {row.card for row in rows if row.card}),
        communities=communities,
        areas=areas,
        reach=reach,
        titled=find_titled(titles, set(communities.values()), areas),
    )


def _communities(areas: dict[str, str], reach: Reach) -> dict[str, str]:
    """Folded name → code of the asker's communities; a name that two of them share names none."""
    above = {
        code[:digits] for code in areas for digits in AREA_DIGITS.values() if digits < len(code)
    }
    leaves = [code for code in areas if code not in above and reach.holds(code)]
    found: dict[str, str] = {}
    for code in leaves:
        key = community_key(areas[code])
        found[key] = "" if key in found else code
    return {key: code for key, code in found.items() if code} | {code: code for code in leaves}


def _owners(session: Session, ring: KeyRing, numbers: Iterable[str]) -> dict[str, int]:
    """ID number → elder; of a merged row the one that goes on."""
    indexes = {ring.index(INDEX_ID_NUMBER, number): number for number in numbers}
    owners: dict[str, int] = {}
    for some in in_lots(indexes):
        rows = session.execute(
            select(Elder.id_number_index, func.coalesce(Elder.merged_into_id, Elder.id)).where(
                Elder.id_number_index.in_(some)
            )
        )
        owners |= {indexes[index or ""]: elder_id for index, elder_id in rows}
    return owners


def _namesakes(session: Session, rows: Sequence[RosterRow]) -> list[int]:
    """Elders without an ID number who share a name with a row, and all who do with a row without one."""
    named = [row for row in rows if row.name]
    found: list[int] = []
    for some in in_lots({name_key(row.name) for row in named}):
        found += session.scalars(
            select(Elder.id).where(
                Elder.id_number_index.is_(None),
                Elder.merged_into_id.is_(None),
                folded(Elder.name).in_(some),
            )
        )
    alone = {name_key(row.name): row.name for row in named if row.id_number is None}
    for some in in_lots({pinyin_keys(name).full for name in alone.values()}):
        alike = select(Elder.id, Elder.name).where(
            Elder.pinyin.in_(some), Elder.merged_into_id.is_(None)
        )
        found += [id for id, name in session.execute(alike) if name_key(name) in alone]
    return list(dict.fromkeys(found))


def _cards(session: Session, texts: set[str]) -> dict[str, CardHeld]:
    found: dict[str, CardHeld] = {}
    for some in in_lots(texts):
        rows = session.execute(
            select(Card.uid, Card.printed, Card.is_test, CardHolding.elder_id)
            .outerjoin(CardHolding, (CardHolding.card_id == Card.id) & CardHolding.to_at.is_(None))
            .where(or_(Card.printed.in_(some), Card.uid.in_(some)))
            .order_by(Card.id)
        )
        for row in rows:
            text = row.printed if row.printed in texts else row.uid
            is_usable = not row.is_test and text not in found
            found[text] = CardHeld(row.uid, row.elder_id, is_usable)
    return found


def _load(session: Session, ring: KeyRing, ids: Iterable[int], day: date) -> dict[int, Registered]:
    elders: dict[int, Registered] = {}
    for some in in_lots(ids):
        facts = _standing_facts(session, some, day)
        cards = _held_cards(session, some)
        for elder in session.execute(select(*_COLUMNS).where(Elder.id.in_(some))):
            held = facts[elder.id]
            single = {fact.kind: fact.code for fact in held if fact.kind != "category"}
            births = [fact.born for fact in held if fact.kind == "born"]
            box = elder.phone_box
            elders[elder.id] = Registered(
                id=elder.id,
                number=elder.number,
                name=elder.name,
                sex=elder.sex,
                born=births[-1] if births else None,
                community=elder.community_code,
                status=single.get("status"),
                has_id=elder.id_number_index is not None,
                phone=ring.open(box, f"elders:{elder.number}:phone") if box else None,
                address=elder.address,
                diet=elder.diet,
                hukou=single.get("hukou"),
                residence=single.get("residence"),
                categories={
                    fact.code or "": fact.level for fact in held if fact.kind == "category"
                },
                cards=frozenset(cards[elder.id]),
            )
    return elders


def _standing_facts(session: Session, ids: list[int], day: date) -> dict[int, list[Any]]:
    facts: dict[int, list[Any]] = defaultdict(list)
    for fact in session.execute(
        select(ElderFact.elder_id, ElderFact.kind, ElderFact.code, ElderFact.level, ElderFact.born)
        .where(ElderFact.elder_id.in_(ids), holds_on(day))
        .order_by(ElderFact.recorded_at, ElderFact.id)
    ):
        facts[fact.elder_id].append(fact)
    return facts


def _held_cards(session: Session, ids: list[int]) -> dict[int, list[str]]:
    cards: dict[int, list[str]] = defaultdict(list)
    for elder_id, uid, printed in session.execute(
        select(CardHolding.elder_id, Card.uid, Card.printed)
        .join(Card, Card.id == CardHolding.card_id)
        .where(CardHolding.elder_id.in_(ids), CardHolding.to_at.is_(None))
    ):
        cards[elder_id].append(printed or uid)
    return cards
