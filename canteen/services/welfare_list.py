"""The visits that are owed, as the page and the morning's list show them. Read only.

A meal after the visit was opened is shown beside it: "came again"; that closes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.desk import WelfareCheck, WelfareNote
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.rules.attendance import count_missed
from canteen.rules.days import local_date
from canteen.rules.elders import age_on
from canteen.rules.roles import Place
from canteen.rules.welfare import CAUSES, CONTACTS, FOUND
from canteen.till.day_state import last_day_over, list_open_days
from canteen.till.net_meals import IS_STILL_EATEN
from canteen.till.persons import births_of, has_category_on, is_within, rows_of_person
from canteen.till.phones import Phone, list_phones
from canteen.till.places import get_canteen
from reports.sheets import Book, Column, Kind, Orientation, Sheet, Table

CLOSED_SHOWN_MAX = 30
SEXES = {"F": "女", "M": "男"}


@dataclass(frozen=True, slots=True)
class Note:
    """One step of a visit: how somebody was reached, what was found, when to look again."""

    contact: str
    found: str
    note: str | None
    follow_up_on: date | None
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class Check:
    """A visit owed, or one that was closed."""

    id: int
    number: str
    name: str
    sex: str
    age: int | None
    is_alone: bool
    address: str | None
    phones: tuple[Phone, ...]
    canteen_code: str
    canteen_name: str
    place: Place
    cause: str
    last_seen_on: date | None
    #: open days of her canteen since she was last seen
    missed: int
    #: the first meal after that, if she came again
    came_on: date | None
    opened_on: date
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    notes: tuple[Note, ...]

    @property
    def follow_up_on(self) -> date | None:
        """When the newest note says to look again."""
        return self.notes[-1].follow_up_on if self.notes else None


def list_checks(
    session: Session, *, areas: Iterable[str], now: datetime, is_open: bool = True
) -> list[Check]:
    """The visits of the elders of these communities ("" is everywhere): open ones, those nobody has
    looked after first, then by how long she has been away; or the newest closed ones."""
    query = (
        select(WelfareCheck).join(Elder, Elder.id == WelfareCheck.elder_id).where(is_within(areas))
    )
    if is_open:
        rows = session.scalars(query.where(WelfareCheck.closed_at.is_(None))).all()
        checks = [_draw(session, row, now) for row in rows]
        return sorted(checks, key=lambda check: (bool(check.notes), -check.missed, check.id))
    closed = query.where(WelfareCheck.closed_at.is_not(None))
    newest = closed.order_by(WelfareCheck.closed_at.desc()).limit(CLOSED_SHOWN_MAX)
    return [_draw(session, row, now) for row in session.scalars(newest).all()]


def find_check(session: Session, *, check_id: int, now: datetime) -> Check | None:
    """One visit, open or closed, or None."""
    row = session.execute(
        select(WelfareCheck).where(WelfareCheck.id == check_id)
    ).scalar_one_or_none()
    return None if row is None else _draw(session, row, now)


def morning_book(session: Session, *, areas: Iterable[str], now: datetime) -> Book:
    """The morning's list to print: whom to look in on, with room to write what was found."""
    checks = list_checks(session, areas=areas, now=now)
    columns = (
        Column("序号", Kind.COUNT),
        Column("姓名"),
        Column("性别年龄"),
        Column("住址"),
        Column("电话"),
        Column("几天没来", Kind.COUNT, is_summed=False),
        Column("上次来", Kind.DATE),
        Column("为什么去看"),
        Column("已经了解到的", width=30),
        Column("结果", width=24),
    )
    rows = tuple(_row(number, check) for number, check in enumerate(checks, 1))
    sheet = Sheet(
        title="探访名单",
        head=(f"日期：{local_date(now)}", f"共 {len(checks)} 位"),
        table=Table(columns=columns, rows=rows),
        notes=("只列平常每周来 4 次以上、连着 3 个供餐日没来的，和有人请去看的；停餐日不算。",),
        signatures=("探访人",),
        orientation=Orientation.LANDSCAPE,
    )
    return Book(title=f"{local_date(now)} 探访名单", made_at=now, pages=(sheet,))


def _row(number: int, check: Check) -> tuple[int | str | date | None, ...]:
    told = [
        f"{local_date(note.written_at):%m-%d} {CONTACTS[note.contact][0]}：{FOUND[note.found].zh}"
        for note in check.notes
    ]
    if check.came_on is not None:
        told.append(f"{check.came_on:%m-%d} 又来了")
    age = "" if check.age is None else f"{check.age} 岁"
    return (
        number,
        check.name,
        SEXES.get(check.sex, "") + age + ("，独居" if check.is_alone else ""),
        check.address,
        "、".join(f"{phone.relation or '本人'} {phone.masked}" for phone in check.phones) or None,
        check.missed,
        check.last_seen_on,
        CAUSES[check.cause][0],
        "；".join(told) or None,
        None,
    )


def _draw(session: Session, row: WelfareCheck, now: datetime) -> Check:
    today = local_date(now)
    elder = session.execute(select(Elder).where(Elder.id == row.elder_id)).scalar_one()
    canteen = get_canteen(session, row.canteen_id)
    born = births_of(session, [elder.id]).get(elder.id)
    is_alone = session.execute(
        select(has_category_on(today, "living_alone")).where(Elder.id == elder.id)
    ).scalar_one()
    came_on = _first_after(session, elder.id, row)
    missed = 0
    if row.last_seen_on is not None:
        until = came_on or last_day_over(session, canteen, row.closed_at or now)
        opened = list_open_days(session, canteen, row.last_seen_on, until)
        missed = count_missed(opened - {came_on}, row.last_seen_on, until)
    notes = session.scalars(
        select(WelfareNote).where(WelfareNote.check_id == row.id).order_by(WelfareNote.id)
    )
    return Check(
        id=row.id,
        number=elder.number,
        name=elder.name,
        sex=elder.sex,
        age=None if born is None else age_on(born, today),
        is_alone=bool(is_alone),
        address=elder.address,
        phones=tuple(list_phones(session, elder.id)),
        canteen_code=canteen.code,
        canteen_name=canteen.name,
        place=Place(elder.community_code, canteen.code),
        cause=row.cause,
        last_seen_on=row.last_seen_on,
        missed=missed,
        came_on=came_on,
        opened_on=row.opened_on,
        opened_by=row.opened_by,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        notes=tuple(
            Note(
                note.contact,
                note.found,
                note.note,
                note.follow_up_on,
                note.written_at,
                note.written_by,
            )
            for note in notes
        ),
    )


def _first_after(session: Session, elder_id: int, row: WelfareCheck) -> date | None:
    """The first standing meal that says she came again, wherever she ate."""
    query = select(func.min(Meal.served_on)).where(
        Meal.elder_id.in_(rows_of_person(elder_id)),
        IS_STILL_EATEN,
        Meal.served_on > row.last_seen_on
        if row.last_seen_on is not None
        else Meal.read_at > row.opened_at,
    )
    found: date | None = session.execute(query).scalar_one()
    return found
