"""The volunteers of a community: who carries meals, what she can take, when she comes and when not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.sites import Area
from canteen.models.volunteers import Volunteer, VolunteerAbsence
from canteen.rules.duties import Duty
from canteen.rules.elders import mask_phone
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.phones import take_phone
from canteen.rules.roles import Place
from canteen.till.delivery_releases import release, releasing
from canteen.till.duty import list_duties, write_duties
from canteen.trail.audit import tell_of

_tell = tell_of("volunteer")
NAME_LENGTH_MAX = 40
WORDS_LENGTH_MAX = 100
ONE_DAY = timedelta(days=1)
CAPACITIES, FLOORS = range(1, 101), range(1, 100)


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which she cannot carry; `mealtime` None: all day."""

    id: int
    from_on: date
    to_on: date
    mealtime: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class VolunteerLine:
    """A volunteer as the register shows her."""

    number: str
    name: str
    area_code: str
    area_name: str
    phone_masked: str | None
    capacity: int
    floors_max: int | None
    buildings: str | None
    team: str | None
    #: none: any day that is open
    duties: frozenset[Duty]
    ended_on: date | None
    #: from today on
    absences: tuple[Absence, ...]

    @property
    def place(self) -> Place:
        """Where she stands."""
        return Place(self.area_code)


@dataclass(frozen=True, slots=True)
class Asked:
    """A volunteer as a form has her; `phone` None: what is kept stays."""

    name: str
    phone: str | None
    area: str
    capacity: int
    floors_max: int | None
    buildings: str | None
    team: str | None
    duties: frozenset[Duty]


def list_volunteers(session: Session, *, areas: Sequence[str], today: date) -> list[VolunteerLine]:
    """The volunteers of these areas, those who go on first."""
    of_areas = or_(*(Volunteer.area_code.startswith(area, autoescape=True) for area in areas))
    return _draw(session, of_areas, today)


def find_volunteer(session: Session, *, number: str, today: date) -> VolunteerLine | None:
    """The volunteer of a number, or None."""
    found = _draw(session, Volunteer.number == number, today)
    return found[0] if found else None


def list_areas(session: Session, *, areas: Sequence[str]) -> list[tuple[str, str]]:
    """The areas a volunteer of these may be of: code and name."""
    rows = session.execute(
        select(Area.code, Area.name)
        .where(or_(*(Area.code.startswith(area, autoescape=True) for area in areas)))
        .order_by(Area.code)
    )
    return [(row.code, row.name) for row in rows]


def propose_number(session: Session) -> str:
    """The number after the highest one written like V07."""
    numbers = session.scalars(select(Volunteer.number).where(Volunteer.number.startswith("V")))
    taken = [int(number[1:]) for number in numbers if number[1:].isdecimal()]
    return f"V{max(taken, default=0) + 1:02}"


def add_volunteer(
    session: Session, *, number: str, asked: Asked, by: str, origin: str | None, now: datetime
) -> None:
    """A new one. Conflict `volunteer_number_taken`; Invalid for a phone that is none."""
    taken = session.execute(select(Volunteer.id).where(Volunteer.number == number)).first()
    if taken is not None:
        raise Conflict(
            "volunteer_number_taken",
            "这个编号已经有人用",
            "This number is somebody else's",
            field="number",
        )
    session.execute(insert(Volunteer).values(number=number, **_columns(session, number, asked)))
    write_duties(session, number, asked.duties)
    _tell(session, "volunteer.add", number, _told(asked), by, origin, now)


def change_volunteer(
    session: Session, *, number: str, asked: Asked, by: str, origin: str | None, now: datetime
) -> None:
    """Make her what the form says; a planned round that this makes impossible waits again."""
    with releasing(session, _get(session, number).id, now):
        session.execute(
            update(Volunteer)
            .where(Volunteer.number == number)
            .values(**_columns(session, number, asked))
        )
        write_duties(session, number, asked.duties)
    _tell(session, "volunteer.change", number, _told(asked), by, origin, now)


def end_volunteer(
    session: Session,
    *,
    number: str,
    ended_on: date | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """The last day she carries; None: she goes on."""
    volunteer_id = _get(session, number).id
    session.execute(update(Volunteer).where(Volunteer.number == number).values(ended_on=ended_on))
    if ended_on is not None:
        release(session, volunteer_id, ended_on + ONE_DAY, None, None, now)
    _tell(session, "volunteer.end", number, {"ended_on": ended_on}, by, origin, now)


def add_absence(
    session: Session,
    *,
    number: str,
    from_on: date,
    to_on: date,
    mealtime: str | None,
    reason: str | None,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Days on which she cannot come: what she was to carry then waits again. Invalid `absence_days`
    when they are the wrong way round."""
    if to_on < from_on:
        raise Invalid(
            "absence_days",
            "最后一天不能早于第一天",
            "The last day must not be before the first",
            field="to_on",
        )
    volunteer_id = _get(session, number).id
    session.execute(
        insert(VolunteerAbsence).values(
            volunteer_id=volunteer_id,
            from_on=from_on,
            to_on=to_on,
            mealtime=mealtime,
            reason=reason,
            recorded_at=now,
            recorded_by=by,
        )
    )
    release(session, volunteer_id, from_on, to_on, mealtime, now)
    days = {"from_on": from_on, "to_on": to_on, "mealtime": mealtime}
    _tell(session, "volunteer.absent", number, days, by, origin, now)


def withdraw_absence(
    session: Session,
    *,
    number: str,
    absence_id: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """She comes after all; twice is once. NotFound `absence_unknown`."""
    row = session.execute(
        select(VolunteerAbsence).where(
            VolunteerAbsence.id == absence_id,
            VolunteerAbsence.volunteer_id == _get(session, number).id,
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("absence_unknown", "没有这一条", "No such absence")
    if row.withdrawn_at is None:
        session.execute(
            update(VolunteerAbsence)
            .where(VolunteerAbsence.id == absence_id)
            .values(withdrawn_at=now, withdrawn_by=by)
        )
        _tell(session, "volunteer.back", number, {"absence": absence_id}, by, origin, now)


def show_phone(
    session: Session, *, number: str, by: str, origin: str | None, now: datetime
) -> str | None:
    """Her number in full; who looked is written down."""
    row = _get(session, number)
    _tell(session, "volunteer.unmask", number, None, by, origin, now)
    return _open_phone(session, row)


def _get(session: Session, number: str) -> Volunteer:
    row = session.execute(
        select(Volunteer).where(Volunteer.number == number).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("volunteer_unknown", "没有这位志愿者", "No such volunteer")
    return row


def _open_phone(session: Session, row: Volunteer) -> str | None:
    if row.phone_box is None:
        return None
    return key_ring_of(session.info).open(row.phone_box, f"volunteers:{row.number}:phone")


def _columns(session: Session, number: str, asked: Asked) -> dict[str, Any]:
    phone = take_phone(asked.phone)
    ring = key_ring_of(session.info)
    return {
        "name": asked.name,
        "area_code": asked.area,
        "capacity": asked.capacity,
        "floors_max": asked.floors_max,
        "buildings": asked.buildings,
        "team": asked.team,
        **sealed_columns(ring, "volunteers", number, None, phone),
    }


def _told(asked: Asked) -> dict[str, object]:
    """What the trail says: all but the phone."""
    return {
        "name": asked.name,
        "area": asked.area,
        "capacity": asked.capacity,
        "floors_max": asked.floors_max,
        "buildings": asked.buildings,
        "team": asked.team,
        "duties": sorted(asked.duties),
    }


def _draw(session: Session, which: ColumnElement[bool], today: date) -> list[VolunteerLine]:
    rows = session.execute(
        select(Volunteer, Area.name.label("area_name"))
        .join(Area, Area.code == Volunteer.area_code)
        .where(which)
        .order_by(Volunteer.ended_on.is_not(None), Volunteer.number)
    ).all()
    ids = [row.Volunteer.id for row in rows]
    duties, absences = list_duties(session, ids), _list_absences(session, ids, today)
    lines = []
    for one, area_name in rows:
        phone = _open_phone(session, one)
        lines.append(
            VolunteerLine(
                one.number,
                one.name,
                one.area_code,
                area_name,
                None if phone is None else mask_phone(phone),
                one.capacity,
                one.floors_max,
                one.buildings,
                one.team,
                duties[one.id],
                one.ended_on,
                tuple(absences[one.id]),
            )
        )
    return lines


def _list_absences(session: Session, ids: Sequence[int], today: date) -> dict[int, list[Absence]]:
    rows = session.scalars(
        select(VolunteerAbsence)
        .where(
            VolunteerAbsence.volunteer_id.in_(ids),
            VolunteerAbsence.withdrawn_at.is_(None),
            VolunteerAbsence.to_on >= today,
        )
        .order_by(VolunteerAbsence.from_on, VolunteerAbsence.id)
    )
    held: dict[int, list[Absence]] = defaultdict(list)
    for one in rows:
        held[one.volunteer_id].append(
            Absence(one.id, one.from_on, one.to_on, one.mealtime, one.reason)
        )
    return held
