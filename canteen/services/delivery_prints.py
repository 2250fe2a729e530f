"""The papers of a list of deliveries: run sheets to hand back, and labels for the boxes.

A paper carries the day and mealtime of its list and never today's (O-060), and what was printed is kept,
so that the next look tells what changed (O-058). Run sheets show phones in full: printing is recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Canteen
from canteen.rules.days import SHANGHAI, local_time
from canteen.rules.outcomes import MEALTIMES
from canteen.rules.printed_lists import Entry, print_again
from canteen.till.delivery_days import touch
from canteen.till.delivery_stops import Stop, list_stops
from canteen.till.hours import list_windows
from canteen.till.phones import list_phones
from canteen.till.printed_lists import Printed, content_of, find_printed, keep_printed
from canteen.trail.audit import append_audit
from reports.sheets import (
    Book,
    Column,
    Kind,
    Labels,
    RunSheet,
    Sheet,
    Table,
)

RESULTS = "送到\n不在家\n不要"
HAND_BACK = "不在家：先打电话，再打家属；都没接，马上打食堂。这张单送完交回食堂，不要带走。"
RUN_COLUMNS = (
    Column("序", Kind.COUNT, is_summed=False),
    Column("门牌"),
    Column("老人"),
    Column("饭"),
    Column("留意"),
    Column("结果（打勾）"),
)
LOOSE_COLUMNS = (
    Column("序", Kind.COUNT, is_summed=False),
    Column("老人"),
    Column("门牌"),
    Column("饭"),
    Column("电话"),
    Column("缺什么"),
    Column("看过（签名）", width=14),
)
LABEL_COLUMNS = (
    Column("门牌"),
    Column("姓名"),
    Column("饭"),
    Column("哪一餐"),
    Column("第几份"),
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed, and what it says of each delivery: filled first, then kept, so that nobody at a
    counter waits for it."""

    kind: str
    book: Book
    content: dict[str, Entry]
    #: the volunteers with a round of the list, by number and name
    volunteers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _List:
    """A list that is printed: its canteen, its stops, and when all is to be delivered."""

    canteen: Canteen
    day: date
    mealtime: str
    stops: list[Stop]
    due: str

    @property
    def title(self) -> str:
        """Which list it is: 2026-11-26 午餐."""
        return f"{self.day} {MEALTIMES[self.mealtime][0]}"

    @property
    def standing(self) -> list[Stop]:
        return [stop for stop in self.stops if stop.state != "cancelled"]


def fill_runs(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    volunteer: str | None,
    now: datetime,
) -> Paper:
    """The run sheets of all volunteers, or of one of them by her number; and who is on no sheet."""
    listed = _load(session, canteen_id, day, mealtime)
    printed = find_printed(session, canteen_id, day, mealtime, "run_sheets", listed.stops)
    content = content_of(listed.stops)
    if volunteer is not None:
        content = print_again({} if printed is None else printed.content, content, volunteer)
    rounds: dict[int, list[Stop]] = {}
    for stop in listed.standing:
        if stop.round is not None and volunteer in (None, stop.round.volunteer_number):
            rounds.setdefault(stop.round.id, []).append(stop)
    pages: list[Sheet] = [_run_sheet(session, listed, stops, printed) for stops in rounds.values()]
    loose = [stop for stop in listed.standing if stop.is_loose]
    if (loose and volunteer is None) or not pages:
        pages.append(_loose_sheet(session, listed, loose, printed))
    book = Book(
        title=f"{listed.title} {listed.canteen.name} 送餐单", made_at=now, pages=tuple(pages)
    )
    rounds_of = [stop.round for stop in listed.standing if stop.round is not None]
    names = {one.volunteer_number: one.volunteer for one in rounds_of}
    return Paper("run_sheets", book, content, tuple(names.items()))


def fill_labels(
    session: Session, *, canteen_id: int, day: date, mealtime: str, now: datetime
) -> Paper:
    """A label for every portion of the list, those without a round or an address too (O-061)."""
    listed = _load(session, canteen_id, day, mealtime)
    rows = tuple(
        (
            _door(stop),
            stop.name,
            stop.diet_text or "普通",
            listed.title,
            f"第 {portion} 份，共 {stop.portions} 份",
        )
        for stop in listed.standing
        for portion in range(1, stop.portions + 1)
    )
    page = Labels(
        title=f"{listed.title} 标签",
        head=(listed.canteen.name, f"共 {len(rows)} 份"),
        table=Table(columns=LABEL_COLUMNS, rows=rows),
    )
    book = Book(title=f"{listed.title} {listed.canteen.name} 标签", made_at=now, pages=(page,))
    return Paper("labels", book, content_of(listed.stops))


def keep_paper(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    paper: Paper,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A paper goes to the printer: what it says is kept, and that phones were on it is recorded."""
    keep_printed(
        session,
        canteen_id=canteen_id,
        day=day,
        mealtime=mealtime,
        kind=paper.kind,
        content=paper.content,
        by=by,
        now=now,
    )
    touch(session, canteen_id, day, mealtime)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="deliveries.print",
        object_kind="delivery_day",
        object_id=f"{_get_canteen(session, canteen_id).code} {day} {MEALTIMES[mealtime][0]}",
        after={"kind": paper.kind, "deliveries": len(paper.content)},
        now=now,
    )


def _load(session: Session, canteen_id: int, day: date, mealtime: str) -> _List:
    canteen = _get_canteen(session, canteen_id)
    opens = next(
        (one.opens for one in list_windows(session, canteen_id, day) if one.mealtime == mealtime),
        None,
    )
    due = ""
    if opens is not None:
        at = datetime.combine(day, opens, SHANGHAI) + timedelta(minutes=canteen.delivery_by_min)
        due = f"，{at:%H:%M} 前"
    return _List(canteen, day, mealtime, list_stops(session, canteen_id, day, mealtime), due)


def _get_canteen(session: Session, canteen_id: int) -> Canteen:
    return session.execute(select(Canteen).where(Canteen.id == canteen_id)).scalar_one()


def _run_sheet(
    session: Session, listed: _List, stops: list[Stop], printed: Printed | None
) -> RunSheet:
    own = stops[0].round
    assert own is not None, "a run sheet is of a round"
    trip = f"（第 {own.trip} 趟）" if own.trip > 1 else ""
    when = f"{listed.day.year} 年 {listed.day.month} 月 {listed.day.day} 日"
    return RunSheet(
        title=f"送餐单·{own.volunteer}{trip}",
        name=f"{own.volunteer}{trip}",
        head=(
            f"{when} {MEALTIMES[listed.mealtime][0]}，{len(stops)} 家{listed.due}",
            f"食堂 {listed.canteen.phone}" if listed.canteen.phone else listed.canteen.name,
        ),
        table=Table(
            columns=RUN_COLUMNS,
            rows=tuple(
                (turn, _way(stop), _person(session, stop), _meal(stop), _mind(stop), RESULTS)
                for turn, stop in enumerate(stops, 1)
            ),
        ),
        notes=_changed(printed),
        foot=(HAND_BACK,),
    )


def _loose_sheet(
    session: Session, listed: _List, loose: list[Stop], printed: Printed | None
) -> Sheet:
    """Who is on the list and on nobody's way, to be ticked off one by one.

    SOURCE: field case O-061."""
    rows = []
    for number, stop in enumerate(loose, 1):
        lacks = "、".join(
            word
            for word, is_so in (
                ("未分派", stop.round is None),
                ("缺地址", not stop.address.text),
            )
            if is_so
        )
        seen = None
        if stop.seen_at is not None and stop.seen_by is not None:
            seen = f"{local_time(stop.seen_at):%m-%d %H:%M} {stop.seen_by.partition(':')[2]}"
        phone = "、".join(_list_phones(session, stop)[:1]) or None
        rows.append((number, stop.name, _way(stop), _meal(stop), phone, lacks, seen))
    return Sheet(
        title="未分派、缺地址",
        head=(listed.canteen.name, listed.title, f"共 {len(rows)} 家"),
        table=Table(columns=LOOSE_COLUMNS, rows=tuple(rows)),
        notes=(
            "这些饭已经算在厨房的份数里，也有标签；逐个落实谁送、送到哪里。",
            *_changed(printed),
        ),
    )


def _door(stop: Stop) -> str:
    """House and door number on a line each: all that a label has room for."""
    if not stop.address.text:
        return "没有地址"
    return "\n".join(filter(None, (stop.address.house, stop.address.door)))


def _way(stop: Stop) -> str:
    """The door, and what its number does not tell."""
    return "\n".join(filter(None, (_door(stop), stop.address.beside)))


def _person(session: Session, stop: Stop) -> str:
    age = "" if stop.age is None else f"{stop.age} 岁"
    return "\n".join(filter(None, (stop.name, age, *_list_phones(session, stop))))


def _list_phones(session: Session, stop: Stop) -> list[str]:
    """Her own number, or the first that reaches somebody for her."""
    phones = list_phones(session, stop.elder_id)
    own = [phone.number for phone in phones if not phone.relation]
    return own[:1] or [f"{phone.relation} {phone.number}" for phone in phones[:1]]


def _meal(stop: Stop) -> str:
    portions = f"\n{stop.portions} 份" if stop.portions > 1 else ""
    return (stop.diet_text or "普通") + portions


def _mind(stop: Stop) -> str | None:
    alone = "独居" if stop.is_alone else None
    must = "一定要送到" if stop.must_serve else None
    return "；".join(filter(None, (stop.door_note, stop.order_note, alone, must))) or None


def _changed(printed: Printed | None) -> tuple[str, ...]:
    """What the paper printed before said otherwise."""
    if printed is None or not printed.is_changed:
        return ()
    parts: Iterable[str] = (
        *(f"−1 {name}" for name in printed.taken_off),
        *(f"+1 {name}" for name in printed.added),
        *(f"{name} {was}→{now} 份" for name, was, now in printed.portions),
        *(f"{name} {was or '未分派'}→{now or '未分派'}" for name, was, now in printed.moved),
        *(f"{name}换了顺序" for name in printed.turned),
    )
    return (f"已更新（上次 {local_time(printed.printed_at):%m-%d %H:%M}）：{'，'.join(parts)}",)
