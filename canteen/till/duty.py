"""Volunteers on duty: who may carry for a canteen, and who can on a day and at a mealtime.

Beside the till because planning, the board and the volunteers' own pages ask the same.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, delete, exists, insert, literal, or_, select
from sqlalchemy.orm import Session

from canteen.models.sites import Canteen
from canteen.models.volunteers import Volunteer, VolunteerAbsence, VolunteerDuty
from canteen.rules.duties import Duty
from canteen.rules.errors import NotFound


def carries_for(area_code: str) -> ColumnElement[bool]:
    """The condition that a volunteer's area and this one lie within one another."""
    return or_(
        Volunteer.area_code.startswith(area_code, autoescape=True),
        literal(area_code).startswith(Volunteer.area_code),
    )


def is_on_duty(day: date, mealtime: str) -> ColumnElement[bool]:
    """The condition that a volunteer carries then: not ended, not absent, and one of her duties, if
    she has any."""
    hers = VolunteerDuty.volunteer_id == Volunteer.id
    on_duty = hers & (VolunteerDuty.weekday == day.isoweekday())
    absent = exists().where(
        VolunteerAbsence.volunteer_id == Volunteer.id,
        VolunteerAbsence.withdrawn_at.is_(None),
        VolunteerAbsence.from_on <= day,
        VolunteerAbsence.to_on >= day,
        or_(VolunteerAbsence.mealtime.is_(None), VolunteerAbsence.mealtime == mealtime),
    )
    return (
        or_(Volunteer.ended_on.is_(None), Volunteer.ended_on >= day)
        & or_(~exists().where(hers), exists().where(on_duty, VolunteerDuty.mealtime == mealtime))
        & ~absent
    )


def list_on_duty(session: Session, canteen_id: int, day: date, mealtime: str) -> list[Volunteer]:
    """Who carries for the canteen then, by number."""
    area = session.execute(select(Canteen.area_code).where(Canteen.id == canteen_id)).scalar_one()
    rows = session.scalars(
        select(Volunteer)
        .where(carries_for(area), is_on_duty(day, mealtime))
        .order_by(Volunteer.number)
    )
    return list(rows)


def get_carrier(session: Session, canteen_id: int, number: str) -> Volunteer:
    """The volunteer of this number, if she may carry for the canteen; NotFound `volunteer_unknown`."""
    area = session.execute(select(Canteen.area_code).where(Canteen.id == canteen_id)).scalar_one()
    found = session.execute(
        select(Volunteer).where(Volunteer.number == number, carries_for(area))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("volunteer_unknown", "没有这位志愿者", "No such volunteer")
    return found


def list_duties(session: Session, ids: Collection[int]) -> dict[int, frozenset[Duty]]:
    """Volunteer → on which weekdays and mealtimes she carries; none: on any."""
    held: dict[int, set[Duty]] = {one: set() for one in ids}
    for row in session.execute(
        select(VolunteerDuty.volunteer_id, VolunteerDuty.weekday, VolunteerDuty.mealtime).where(
            VolunteerDuty.volunteer_id.in_(ids)
        )
    ):
        held[row.volunteer_id].add((row.weekday, row.mealtime))
    return {one: frozenset(duties) for one, duties in held.items()}


def read_duties(session: Session, volunteer_id: int) -> frozenset[Duty]:
    """The duties of one volunteer."""
    return list_duties(session, [volunteer_id])[volunteer_id]


def write_duties(session: Session, number: str, duties: frozenset[Duty]) -> None:
    """Make these the duties of the volunteer of this number."""
    volunteer_id = session.execute(
        select(Volunteer.id).where(Volunteer.number == number)
    ).scalar_one()
    held = read_duties(session, volunteer_id)
    if held == duties:
        return
    session.execute(delete(VolunteerDuty).where(VolunteerDuty.volunteer_id == volunteer_id))
    for weekday, mealtime in sorted(duties):
        session.execute(
            insert(VolunteerDuty).values(
                volunteer_id=volunteer_id, weekday=weekday, mealtime=mealtime
            )
        )
