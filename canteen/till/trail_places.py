"""Where the object of an audit line stands, so that an auditor sees those of the granted areas only.

A kind without an entry here belongs to no place: accounts' sign-ins, jobs, schemes, the calendar.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, Text, func, null, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from canteen.models.claims import Claim
from canteen.models.corrections import Correction
from canteen.models.deliveries import Delivery, DeliveryRun
from canteen.models.desk import WelfareCheck
from canteen.models.imports import ImportFile
from canteen.models.kitchen import RetainedSample
from canteen.models.links import EnrolmentRequest, PersonLink
from canteen.models.people import Card, CardHolding, Elder
from canteen.models.sites import Area, Canteen, Counter, Funder, Reader
from canteen.models.staff import DeviceLink, RoleGrant, Staff
from canteen.models.swipes import Swipe
from canteen.models.volunteers import Volunteer
from canteen.rules.roles import Place

#: what a row id must fit into, so that no text of another kind is asked for as one
ID_MAX = 2**62

Found = Select[*tuple[Any, ...]]
Finder = Callable[[str], Found]


def find_places(session: Session, kind: str, key: str) -> list[Place] | None:
    """The places of an object: one, of an account all where it has a role; none of what is not there any
    more; None when its kind belongs to no place."""
    finder = FINDERS.get(kind)
    if finder is None:
        return None
    return [Place(*row) for row in session.execute(finder(key)) if row[0] is not None]


def _canteens() -> Found:
    return select(Canteen.area_code, Canteen.code)


def _of_area(column: Any, condition: Any) -> Found:
    return select(column, null()).where(condition)


def _number(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() and int(key) < ID_MAX else 0


def _of_canteen(key: str) -> Found:
    by_id = Canteen.id == _number(key)
    return _canteens().where(by_id if _number(key) else Canteen.code == key)


def _of_row(column: InstrumentedAttribute[Any]) -> Finder:
    """Objects that name their canteen, by row id or by a handle of their own."""
    return lambda key: _canteens().join(
        column.class_, column.class_.canteen_id == Canteen.id
    ).where(column == _typed(column, key))  # fmt: skip


def _of_counter(column: InstrumentedAttribute[Any]) -> Finder:
    """Objects that name their counter."""
    counters = _canteens().join(Counter, Counter.canteen_id == Canteen.id)
    return lambda key: counters.join(column.class_, column.class_.counter_id == Counter.id).where(
        column == _typed(column, key)
    )


def _typed(column: InstrumentedAttribute[Any], key: str) -> str | int:
    return key if isinstance(column.type, Text) else _number(key)


def _of_elder(condition: Any) -> Found:
    return select(Elder.community_code, Canteen.code).outerjoin(
        Canteen, Canteen.id == Elder.canteen_id
    ).where(condition)  # fmt: skip


def _of_card(key: str) -> Found:
    held = select(CardHolding.elder_id).join(Card, Card.id == CardHolding.card_id)
    return _of_elder(Elder.id.in_(held.where(Card.id == _number(key))))


def _of_person_link(key: str) -> Found:
    link = select(PersonLink).where(PersonLink.id == _number(key)).subquery()
    code = func.coalesce(Canteen.area_code, Volunteer.area_code, Elder.community_code)
    return (
        select(code, Canteen.code)
        .select_from(link)
        .outerjoin(Canteen, Canteen.id == link.c.canteen_id)
        .outerjoin(Volunteer, Volunteer.id == link.c.volunteer_id)
        .outerjoin(Elder, Elder.id == link.c.elder_id)
    )


def _of_staff(key: str) -> Found:
    """Where an account has or had a role; one with a role everywhere stands nowhere in particular."""
    area = func.coalesce(Canteen.area_code, RoleGrant.scope)
    return (
        select(area, Canteen.code)
        .select_from(RoleGrant)
        .join(Staff, Staff.id == RoleGrant.staff_id)
        .outerjoin(Canteen, (RoleGrant.scope_kind == "canteen") & (Canteen.code == RoleGrant.scope))
        .where(Staff.name_key == key, RoleGrant.scope_kind != "everywhere")
    )


def _before(mark: str, parts: int = 1) -> Finder:
    """Objects whose key begins with the canteen's code: `C1:2026-11-25`, `C1-20261125-0007`."""
    return lambda key: _of_canteen(key.rsplit(mark, parts)[0])


FINDERS: Mapping[str, Finder] = {
    "canteen": _of_canteen,
    "price": _before("/", 2),
    "dish": _before("/"),
    "day": _before(":"),
    "advance": _before(":"),
    "statement": _before(":"),
    "delivery_day": lambda key: _of_canteen(key.partition(" ")[0]),
    "meal": _before("-", 2),
    "top_up": _before("-", 2),
    "pay_out": _before("-", 2),
    "donation": _before("-", 2),
    "swipe": _of_row(Swipe.id),
    "delivery": _of_row(Delivery.uid),
    "delivery_run": _of_row(DeliveryRun.uid),
    "welfare_check": _of_row(WelfareCheck.id),
    "enrolment": _of_row(EnrolmentRequest.id),
    "sample": _of_row(RetainedSample.id),
    "claim": _of_row(Claim.number),
    "correction": _of_row(Correction.uid),
    "reader": _of_counter(Reader.code),
    "device_link": _of_counter(DeviceLink.id),
    "elder": lambda key: _of_elder(Elder.number == key),
    "card": _of_card,
    "person_link": _of_person_link,
    "volunteer": lambda key: _of_area(Volunteer.area_code, Volunteer.number == key),
    "import_file": lambda key: _of_area(ImportFile.area_code, ImportFile.id == _number(key)),
    "funder": lambda key: _of_area(Funder.area_code, Funder.code == key),
    "area": lambda key: _of_area(Area.code, Area.code.in_(key.split(","))),
    "staff": _of_staff,
}
