"""One person put on the register: what her ID number says decides over what was typed.

Beside the till, as the rows are: the community's form and a family's request make the same.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Area, Canteen
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.identity import IdNumber, parse_id_number
from canteen.rules.phones import take_phone
from canteen.rules.roster_text import clean, clean_name
from canteen.till.register_facts import Recorded
from canteen.till.register_rows import NewElder, add_elder_rows, find_id_owners


@dataclass(frozen=True, slots=True)
class Asked:
    """A person as a form tells of her; "" where nothing was typed. `canteen` is its code."""

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


def put_on_register(session: Session, asked: Asked, how: Recorded) -> str:
    """Make her row and return her number.

    Invalid for what does not fit together; Conflict when the ID number is on the register already:
    she is to be linked, not made a second time."""
    sex, born, id_number = read_identity(asked, local_date(how.now))
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
        name=clean_name(clean(asked.name)),
        sex=sex,
        community_code=asked.community,
        born=born,
        canteen_id=find_canteen_id(session, asked.canteen),
        id_number=id_number,
        phone=take_phone(asked.phone),
        address=clean(asked.address) or None,
        diet=clean(asked.diet) or None,
        hukou=asked.hukou or None,
        residence=asked.community,
        from_on=None,
    )
    (number,) = add_elder_rows(session, [new], how)
    return number


def read_identity(asked: Asked, today: date) -> tuple[str, date, str | None]:
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
    identity = read_id(asked.id_number, today)
    if asked.born is not None and asked.born != identity.born:
        raise born_differs()
    if asked.sex in ("F", "M") and asked.sex != identity.sex:
        raise Invalid(
            "sex_differs",
            "性别和身份证号不一致，请核对",
            "The sex and the ID number do not agree; please check",
            field="sex",
        )
    return identity.sex, identity.born, identity.number


def read_id(text: str, today: date) -> IdNumber:
    """The ID number; Invalid names the field `id_number`."""
    try:
        return parse_id_number(text, today)
    except Invalid as wrong:
        raise Invalid(wrong.code, wrong.zh, wrong.en, field="id_number") from None


def born_differs() -> Invalid:
    """Birth date and ID number tell of two people."""
    return Invalid(
        "born_differs",
        "出生日期和身份证号不一致，请核对",
        "The birth date and the ID number do not agree; please check",
        field="id_number",
    )


def find_canteen_id(session: Session, code: str) -> int | None:
    """The canteen of a code; None for "", NotFound when there is none."""
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
