"""Putting one elder on the register by hand, and changing what is kept of her.

What the ID number says decides over what was typed; whoever may be the same person is shown first.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Area
from canteen.rules.days import local_date
from canteen.rules.errors import Invalid
from canteen.rules.identity import parse_id_number
from canteen.rules.phones import take_phone
from canteen.rules.pinyin_names import pinyin_keys
from canteen.rules.roster_text import clean, clean_name
from canteen.till.facts import get_elder_id
from canteen.till.new_elders import (
    Asked,
    born_differs,
    find_canteen_id,
    put_on_register,
    read_id,
)
from canteen.till.persons import births_of, is_listed, is_within
from canteen.till.register_facts import Recorded
from canteen.till.register_rows import (
    change_elder_row,
    find_id_owners,
)

SOURCE = "register"
COMMUNITY_DIGITS = 12
SEXES = ("F", "M", "U")


@dataclass(frozen=True, slots=True)
class ElderAsked(Asked):
    """A person as the form tells of her."""


@dataclass(frozen=True, slots=True)
class ElderChanges:
    """What the form of a known elder says. An ID number or phone left empty stays as it is."""

    name: str
    sex: str
    id_number: str = ""
    phone: str = ""
    address: str = ""
    diet: str = ""
    canteen: str = ""
    speak: bool = True
    speak_balance: bool = True


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody on the register who may be the same person."""

    number: str
    name: str
    born: date | None
    address: str | None
    community: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has this ID number: `is_own` in the asker's communities, else only the community is told."""

    number: str
    community_code: str
    community: str
    is_own: bool


def list_communities(session: Session, *, areas: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The communities of these areas as (code, name)."""
    rows = session.execute(
        select(Area.code, Area.name)
        .where(or_(false(), *(Area.code.startswith(area, autoescape=True) for area in areas)))
        .order_by(Area.code)
    )
    return tuple((row.code, row.name) for row in rows if len(row.code) == COMMUNITY_DIGITS)


def find_owner(session: Session, *, id_number: str, areas: tuple[str, ...]) -> Owner | None:
    """Who is on the register with this ID number, if it is one and somebody is."""
    try:
        number = parse_id_number(id_number).number
    except Invalid:
        return None
    owner = find_id_owners(session, [number]).get(number)
    if owner is None:
        return None
    name = session.execute(select(Area.name).where(Area.code == owner.community_code)).scalar_one()
    is_own = any(owner.community_code.startswith(area) for area in areas)
    return Owner(owner.number, owner.community_code, name, is_own)


def list_alike(session: Session, *, asked: ElderAsked, areas: tuple[str, ...]) -> tuple[Alike, ...]:
    """Who has the same name, or sounds alike and shares the birthday or the address."""
    keys, name = pinyin_keys(clean_name(asked.name)), clean_name(clean(asked.name))
    born = _born(asked)
    fact = aliased(ElderFact)
    same: list[ColumnElement[bool]] = [Elder.name == name]
    if asked.address:
        same.append(and_(Elder.pinyin == keys.full, Elder.address == asked.address))
    if born is not None:
        known = select(fact.id).where(
            fact.elder_id == Elder.id, fact.born == born, fact.withdrawn_at.is_(None)
        )
        same.append(and_(Elder.pinyin == keys.full, known.exists()))
    rows = session.execute(
        select(Elder.id, Elder.number, Elder.name, Elder.address, Area.name.label("community"))
        .join(Area, Area.code == Elder.community_code)
        .where(or_(*same), is_listed(), is_within(areas))
        .order_by(Elder.number)
    ).all()
    births = births_of(session, [row.id for row in rows])
    return tuple(
        Alike(row.number, row.name, births.get(row.id), row.address, row.community) for row in rows
    )


def add_elder(
    session: Session, *, asked: ElderAsked, by: str, origin: str | None, now: datetime
) -> str:
    """Put her on the register and return her number."""
    return put_on_register(session, asked, Recorded(SOURCE, None, by, origin, now))


def change_elder(
    session: Session,
    *,
    number: str,
    asked: ElderChanges,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Change what is kept of her in place. Her birth date is a fact and is not changed here, so an ID
    number must agree with it."""
    elder_id = get_elder_id(session, number)
    id_number = None
    if asked.id_number:
        identity = read_id(asked.id_number, local_date(now))
        known = births_of(session, [elder_id]).get(elder_id)
        if known is not None and known != identity.born:
            raise born_differs()
        id_number = identity.number
    wanted: dict[str, object] = {
        "name": clean_name(clean(asked.name)),
        "sex": asked.sex,
        "canteen_id": find_canteen_id(session, asked.canteen),
        "address": clean(asked.address) or None,
        "diet": clean(asked.diet) or None,
        "speak": asked.speak,
        "speak_balance": asked.speak_balance,
    }
    how = Recorded(SOURCE, None, by, origin, now)
    change_elder_row(
        session, elder_id, wanted, how, id_number=id_number, phone=take_phone(asked.phone)
    )


def _born(asked: ElderAsked) -> date | None:
    try:
        return parse_id_number(asked.id_number).born
    except Invalid:
        return asked.born
