"""Welfare checks (探访): a visit is owed until a person writes what was found and closes it.

Nothing closes by itself: a meal afterwards is shown beside the visit, and a person decides.
"""

from datetime import date, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.desk import WelfareCheck, WelfareNote
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.welfare import CONTACTS, FOUND
from canteen.till.facts import get_elder_id
from canteen.till.net_meals import IS_STILL_EATEN
from canteen.till.persons import rows_of_person
from canteen.till.phones import Phone, open_phones
from canteen.trail.audit import tell_of

_tell = tell_of("welfare_check")
NOTE_LENGTH_MAX = 400


def open_check(session: Session, *, number: str, by: str, origin: str | None, now: datetime) -> int:
    """Somebody asked to look in on her. Conflict `welfare_open` when a visit is owed already."""
    elder_id = get_elder_id(session, number)
    held = session.execute(
        select(WelfareCheck.id).where(
            WelfareCheck.elder_id == elder_id, WelfareCheck.closed_at.is_(None)
        )
    ).scalar_one_or_none()
    if held is not None:
        raise Conflict(
            "welfare_open", "已经有一次探访没办完", "A visit is owed already", field="number"
        )
    canteen_id = _usual_canteen(session, elder_id)
    if canteen_id is None:
        raise Invalid(
            "welfare_canteen",
            "这位长者还没有常去的食堂，请先在名册里填上",
            "She has no canteen yet: enter it on her page first",
            field="number",
        )
    check_id: int = session.execute(
        insert(WelfareCheck)
        .values(
            elder_id=elder_id,
            canteen_id=canteen_id,
            cause="asked",
            last_seen_on=_last_seen(session, elder_id),
            opened_on=local_date(now),
            opened_at=now,
            opened_by=by,
        )
        .returning(WelfareCheck.id)
    ).scalar_one()
    _tell(session, "welfare.open", check_id, {"cause": "asked"}, by, origin, now)
    return check_id


def write_note(
    session: Session,
    *,
    check_id: int,
    contact: str,
    found: str,
    note: str,
    follow_up_on: date | None,
    closes: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Write what was found, and close the visit if the person says so.

    Conflict `welfare_closed` when it is closed; Invalid when nobody was reached and it would close."""
    row = session.execute(
        select(WelfareCheck).where(WelfareCheck.id == check_id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("welfare_unknown", "没有这次探访", "No such visit")
    if row.closed_at is not None:
        raise Conflict("welfare_closed", "这次探访已经办完了", "This visit is closed already")
    if contact not in CONTACTS or found not in FOUND:
        raise Invalid("welfare_code", "请选怎么联系的、情况怎样", "Choose how, and what was found")
    if closes and not FOUND[found].closes:
        raise Invalid(
            "welfare_not_done",
            f"「{FOUND[found].zh}」不能办结，请写下次哪天再看",
            f"It cannot be closed with {FOUND[found].en!r}: say when to look again",
            field="found",
        )
    if follow_up_on is not None and follow_up_on < local_date(now):
        raise Invalid("day_past", "日期已经过去", "The day is past", field="follow_up_on")
    session.execute(
        insert(WelfareNote).values(
            check_id=check_id,
            contact=contact,
            found=found,
            note=note.strip()[:NOTE_LENGTH_MAX] or None,
            follow_up_on=None if closes else follow_up_on,
            written_at=now,
            written_by=by,
        )
    )
    if closes:
        session.execute(
            update(WelfareCheck)
            .where(WelfareCheck.id == check_id)
            .values(closed_at=now, closed_by=by)
        )
    action = "welfare.close" if closes else "welfare.note"
    _tell(session, action, check_id, {"contact": contact, "found": found}, by, origin, now)


def show_phones(
    session: Session, *, check_id: int, by: str, origin: str | None, now: datetime
) -> list[Phone]:
    """The numbers in full, to call; who looked is a line in the trail of her row."""
    elder_id: int = session.execute(
        select(WelfareCheck.elder_id).where(WelfareCheck.id == check_id)
    ).scalar_one()
    why = {"welfare_check": check_id}
    return open_phones(session, elder_id, why, by=by, origin=origin, now=now)


def _last_seen(session: Session, elder_id: int) -> date | None:
    found: date | None = session.execute(
        select(func.max(Meal.served_on)).where(
            Meal.elder_id.in_(rows_of_person(elder_id)), IS_STILL_EATEN
        )
    ).scalar_one()
    return found


def _usual_canteen(session: Session, elder_id: int) -> int | None:
    """Her own canteen, else where she ate last, else any of her community."""
    own = session.execute(
        select(Elder.canteen_id, Elder.community_code).where(Elder.id == elder_id)
    ).one()
    if own.canteen_id is not None:
        found: int = own.canteen_id
        return found
    last: int | None = session.execute(
        select(Meal.canteen_id)
        .where(Meal.elder_id.in_(rows_of_person(elder_id)))
        .order_by(Meal.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    near = select(Canteen.id).where(Canteen.area_code == own.community_code).limit(1)
    return last or session.execute(near).scalar_one_or_none()
