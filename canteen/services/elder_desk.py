"""Putting one elder on the register by hand, and changing what is kept of her.

What the ID number says decides over what was typed; whoever may be the same person is shown first.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Area, Canteen
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.identity import IdNumber, parse_id_number
from canteen.rules.phones import take_phone
from canteen.rules.pinyin_names import pinyin_keys
from canteen.rules.roster_text import clean, clean_name
from canteen.till.facts import get_elder_id
from canteen.till.persons import births_of, is_listed, is_within
from canteen.till.register_facts import Recorded
from canteen.till.register_rows import (
    NewElder,
    add_elder_rows,
    change_elder_row,
    find_id_owners,
)

SOURCE = "register"
COMMUNITY_DIGITS = 12
SEXES = ("F", "M", "U")


@dataclass(frozen=True, slots=True)
class ElderAsked:
    """A person as the form tells of her; "" where nothing was typed. `canteen` is its code."""

    name: str
    community: str
    id_number: str = ""
    sex: str = ""
    born: date | None = None
    phone: str = ""
    address: str = ""
    diet: str = ""
    canteen: str = ""
    hukou: str = ""


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
    """Put her on the register and return her number.

    Invalid for what does not fit together; Conflict when the ID number is on the register already:
    she is to be linked, not made a second time."""
    today = local_date(now)
    sex, born, id_number = _identity(asked, today)
    if id_number is not None and find_id_owners(session, [id_number]):
        raise Conflict(
            "id_number_known",
            "这个身份证号已经在名册上，不能再登记一个人",
            "This ID number is on the register already: she is not made a second time",
            field="id_number",
        )
    _check_area(session, asked.community, "community")
    if asked.hukou:
        _check_area(session, asked.hukou, "hukou")
    new = NewElder(
        name=_name(asked.name),
        sex=sex,
        community_code=asked.community,
        born=born,
        canteen_id=_canteen(session, asked.canteen),
        id_number=id_number,
        phone=take_phone(asked.phone),
        address=clean(asked.address) or None,
        diet=clean(asked.diet) or None,
        hukou=asked.hukou or None,
        residence=asked.community,
        from_on=None,
    )
    how = Recorded(SOURCE, None, by, origin, now)
    (number,) = add_elder_rows(session, [new], how)
    return number


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
        identity = _read_id(asked.id_number, local_date(now))
        known = births_of(session, [elder_id]).get(elder_id)
        if known is not None and known != identity.born:
            raise _born_differs()
        id_number = identity.number
    wanted: dict[str, object] = {
        "name": _name(asked.name),
        "sex": asked.sex,
        "canteen_id": _canteen(session, asked.canteen),
        "address": clean(asked.address) or None,
        "diet": clean(asked.diet) or None,
        "speak": asked.speak,
        "speak_balance": asked.speak_balance,
    }
    how = Recorded(SOURCE, None, by, origin, now)
    change_elder_row(
        session, elder_id, wanted, how, id_number=id_number, phone=take_phone(asked.phone)
    )


def _identity(asked: ElderAsked, today: date) -> tuple[str, date, str | None]:
    """Sex, birth date and ID number: the number decides, and what was typed must agree with it."""
    if not asked.id_number:
        if asked.born is None:
            raise Invalid(
                "born_or_id",
                "要写身份证号，或出生日期",
                "Give the ID number, or the birth date",
                field="born",
            )
        if asked.born > today:
            raise Invalid(
                "born_future", "出生日期在今天之后", "The birth date lies after today", field="born"
            )
        return asked.sex or "U", asked.born, None
    identity = _read_id(asked.id_number, today)
    if asked.born is not None and asked.born != identity.born:
        raise _born_differs()
    if asked.sex in ("F", "M") and asked.sex != identity.sex:
        raise Invalid(
            "sex_differs",
            "性别和身份证号不一致，请核对",
            "The sex and the ID number do not agree; please check",
            field="sex",
        )
    return identity.sex, identity.born, identity.number


def _read_id(text: str, today: date) -> IdNumber:
    try:
        return parse_id_number(text, today)
    except Invalid as wrong:
        raise Invalid(wrong.code, wrong.zh, wrong.en, field="id_number") from None


def _born(asked: ElderAsked) -> date | None:
    try:
        return parse_id_number(asked.id_number).born
    except Invalid:
        return asked.born


def _born_differs() -> Invalid:
    return Invalid(
        "born_differs",
        "出生日期和身份证号不一致，请核对",
        "The birth date and the ID number do not agree; please check",
        field="id_number",
    )


def _name(text: str) -> str:
    return clean_name(clean(text))


def _canteen(session: Session, code: str) -> int | None:
    if not code:
        return None
    found: int | None = session.execute(
        select(Canteen.id).where(Canteen.code == code)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("canteen_unknown", "没有这个食堂", "No such canteen", field="canteen")
    return found


def _check_area(session: Session, code: str, field: str) -> None:
    if session.execute(select(Area.code).where(Area.code == code)).first() is None:
        raise Invalid("area_unknown", "没有这个行政区划代码", "No such area code", field=field)
