"""Whom a few typed characters may mean: the conditions that the counter and the register share.

Name (dots and blanks do not count), pinyin, initials, register number, the card's printed number, and
the last four of the ID; on the register the building, too. A whole ID number or phone is looked up by
its keyed index.
"""

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from canteen.models.encrypted import KeyRing
from canteen.models.people import Card, CardHolding, Elder
from canteen.models.personal import INDEX_ID_LAST4, INDEX_ID_NUMBER, INDEX_PHONE
from canteen.rules.errors import Invalid
from canteen.rules.identity import parse_id_number
from canteen.rules.roster_text import clean, name_key
from canteen.till.persons import folded

CARD_DIGITS_MIN = 4


def list_meanings(
    session: Session, text: str, own: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    """The conditions any of which finds an elder; none when nothing was typed. The last four of the
    ID count only for the elders of `own`."""
    wanted = clean(text).lower()
    key = name_key(wanted)
    if not key:
        return []
    conditions = [
        folded(Elder.name).contains(key, autoescape=True),
        func.lower(Elder.number) == wanted,
    ]
    if key.isascii() and key.isalpha():
        conditions += [
            Elder.pinyin.startswith(key, autoescape=True),
            Elder.initials.startswith(key, autoescape=True),
        ]
    if wanted.isdecimal() and len(wanted) >= CARD_DIGITS_MIN:
        conditions.append(Elder.id.in_(_last_holders(wanted)))
    ring: KeyRing | None = session.info.get("key_ring")
    if ring is not None and len(wanted) == 4 and wanted[:3].isdecimal():
        conditions.append(
            (Elder.id_last4_index == ring.index(INDEX_ID_LAST4, wanted.upper())) & own
        )
    return conditions


def lives_at(text: str) -> ColumnElement[bool]:
    """Whose address holds this, however its blanks are written."""
    return folded(Elder.address).contains(name_key(text), autoescape=True)


def _last_holders(printed: str) -> Select[int]:
    """Who holds the cards whose printed number ends so, or held them last when nobody does."""
    last = select(func.max(CardHolding.id)).group_by(CardHolding.card_id)
    return (
        select(CardHolding.elder_id)
        .join(Card, Card.id == CardHolding.card_id)
        .where(Card.printed.endswith(printed, autoescape=True), CardHolding.id.in_(last))
    )


def find_by_secret(session: Session, text: str, own: ColumnElement[bool]) -> list[int]:
    """The elders of `own` whose ID number or phone is exactly this."""
    ring: KeyRing | None = session.info.get("key_ring")
    if ring is None:
        return []
    plain = clean(text).replace(" ", "").replace("-", "")
    wanted = Elder.phone_index == ring.index(INDEX_PHONE, plain)
    try:
        number = parse_id_number(plain).number
        wanted |= Elder.id_number_index == ring.index(INDEX_ID_NUMBER, number)
    except Invalid:
        pass
    return list(session.scalars(select(Elder.id).where(wanted, own).order_by(Elder.id)))
