"""The papers: of the list's day and not today's, everybody on them, and what changed since is told."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.deliveries import Delivery
from canteen.models.people import Elder
from canteen.rules.errors import NotFound
from canteen.services import delivery_board, delivery_prints, delivery_register
from canteen.till.delivery_days import make, sync
from reports.sheets import Book, Labels, RunSheet, Sheet
from tests.factories.deliveries import (
    make_delivery,
    make_order,
    make_pause,
    make_run,
    make_volunteer,
)
from tests.factories.delivery_board import DAUGHTER, PHONE, MadeBoard, make_board
from tests.factories.world import TODAY, World, shanghai

TOMORROW = date(2026, 11, 26)
SIX = ("P01", "P02", "P03", "P04", "P06", "P10")


def _print(database: Database, world: World, what: str, day: date, at: str, **more: object) -> Book:
    asked = {"volunteer": None} if what == "runs" else {}
    listed = {"canteen_id": world.canteens["C1"], "day": day, "mealtime": "lunch"}
    fill = getattr(delivery_prints, f"fill_{what}")
    paper = database.read(fill, now=shanghai(at), **{**listed, **asked, **more})
    database.run(
        delivery_prints.keep_paper,
        paper=paper,
        by="staff:wang",
        origin=None,
        now=shanghai(at),
        **listed,  # type: ignore[arg-type]
    )
    assert isinstance(paper.book, Book)
    return paper.book


def _words(book: Book) -> str:
    return repr(book)


def _rows(book: Book, kind: type[Sheet]) -> list[tuple[object, ...]]:
    return [row for page in book.pages if type(page) is kind for row in page.table.rows]


def test_o_058_a_list_changed_after_its_print_says_how(database: Database, world: World):
    """O-058: six for tomorrow, printed at 17:00; P03 is called off: five everywhere, −1 陆秀珍."""

    def order(session: Session) -> None:
        for number in SIX:
            make_order(session, world.elders[number], world.canteens["C1"], day=TOMORROW)
        make(session, world.canteens["C1"], TOMORROW, "lunch", by="test", now=shanghai("16:50"))

    def call_off(session: Session) -> None:
        make_pause(session, world.elders["P03"], TOMORROW, TOMORROW, recorded_at=shanghai("17:20"))
        sync(session, world.canteens["C1"], TOMORROW, "lunch", by="test", now=shanghai("17:20"))

    database.run(order)
    assert len(_rows(_print(database, world, "labels", TOMORROW, "17:00"), Labels)) == 6
    first = _print(database, world, "runs", TOMORROW, "17:00")
    assert "已更新" not in _words(first)

    database.run(call_off)

    board = database.read(
        delivery_board.show_board,
        canteen_id=world.canteens["C1"],
        day=TOMORROW,
        mealtime="lunch",
        now=shanghai("17:30"),
    )
    assert board.portions == 5
    assert {one.kind: one.taken_off for one in board.printed} == {
        "run_sheets": ("陆秀珍",),
        "labels": ("陆秀珍",),
    }
    assert [(one.name, one.cancel_code) for one in board.cancelled] == [("陆秀珍", "paused")]
    again = _print(database, world, "runs", TOMORROW, "17:40")
    assert "已更新（上次 11-25 17:00）：−1 陆秀珍" in _words(again)
    assert len(_rows(again, Sheet)) == 5
    assert len(_rows(_print(database, world, "labels", TOMORROW, "17:41"), Labels)) == 5
    assert "已更新" not in _words(_print(database, world, "runs", TOMORROW, "17:42"))


def test_o_060_papers_are_of_the_list_s_day(database: Database, world: World):
    """O-060: on the 25th at 18:00 for the 26th: P03 ordered for the 26th, P02 only for the 25th."""

    def order(session: Session) -> None:
        for number, day in (("P02", TODAY), ("P03", TOMORROW)):
            make_order(session, world.elders[number], world.canteens["C1"], day=day)
            make(session, world.canteens["C1"], day, "lunch", by="test", now=shanghai("10:00"))

    database.run(order)
    for what in ("runs", "labels"):
        words = _words(_print(database, world, what, TOMORROW, "18:00"))
        assert "2026-11-26" in words
        assert "陆秀珍" in words
        assert "韦德胜" not in words
        assert "2026-11-25" not in words.replace("made_at=datetime.datetime(2026, 11, 25", "")


def test_o_061_who_has_no_round_or_no_address_is_on_the_sheet_and_has_a_label(
    database: Database, world: World
):
    """O-061: P03 without a round, P10 on a round without an address: both on paper, and a label each."""

    def fill(session: Session) -> None:
        c1 = world.canteens["C1"]
        run = make_run(session, c1, make_volunteer(session, name="何志平"))
        session.execute(
            update(Elder).where(Elder.number.in_(("P01", "P03"))).values(address="3栋2单元501")
        )
        make_delivery(session, world.elders["P01"], c1, run_id=run, place=1, portions=2)
        make_delivery(session, world.elders["P03"], c1)
        make_delivery(session, world.elders["P10"], c1, run_id=run, place=2)

    database.run(fill)
    book = _print(database, world, "runs", TODAY, "10:00")
    assert [row[2] for row in _rows(book, RunSheet)] == ["黄桂兰\n80 岁", "覃大山\n95 岁"]
    loose = [(row[1], row[5]) for row in _rows(book, Sheet)]
    assert sorted(loose) == [("覃大山", "缺地址"), ("陆秀珍", "未分派")]
    labels = _rows(_print(database, world, "labels", TODAY, "10:00"), Labels)
    assert len(labels) == 4
    assert [row[4] for row in labels if row[1] == "黄桂兰"] == [
        "第 1 份，共 2 份",
        "第 2 份，共 2 份",
    ]
    assert "3 栋 2 单元\n501" in {row[0] for row in labels}


def test_a_run_sheet_tells_a_volunteer_all_and_its_phones_are_recorded(
    database: Database, world: World
):
    database.run(lambda session: make_board(session, world.canteens["C1"]))
    book = _print(database, world, "runs", TODAY, "12:05", volunteer="V1")
    (page,) = book.pages
    assert isinstance(page, RunSheet)
    assert page.title == "送餐单·何志平"
    assert page.head[0] == "2026 年 11 月 25 日 午餐，5 家，12:30 前"
    assert [row[1] for row in page.table.rows][:3] == [
        "3 栋 1 单元\n602",
        "3 栋 2 单元\n201",
        "5 栋 1 单元\n601",
    ]
    assert page.table.rows[1][3:5] == ("糖尿病餐", "走得慢，多等一会儿")
    lines = database.read(
        lambda session: session.scalars(
            select(AuditLine.object_id).where(AuditLine.action == "deliveries.print")
        ).all()
    )
    assert list(lines) == ["C1 2026-11-25 午餐"]
    all_of_them = _print(database, world, "runs", TODAY, "12:06")
    assert [page.title for page in all_of_them.pages] == [
        "送餐单·何志平",
        "送餐单·刘春燕",
        "送餐单·卢海",
        "未分派、缺地址",
    ]
    assert PHONE in _words(all_of_them)


def test_what_an_address_says_beside_its_number_stands_on_the_sheet(
    database: Database, world: World
) -> None:
    written = "榕荫里3栋2单元5楼左手第二间"

    def make_list(session: Session) -> None:
        elder_id = world.elders["P01"]
        session.execute(update(Elder).where(Elder.id == elder_id).values(address=written))
        canteen_id = world.canteens["C1"]
        run = make_run(session, canteen_id, make_volunteer(session), day=TOMORROW)
        make_delivery(session, elder_id, canteen_id, day=TOMORROW, run_id=run, place=1)

    database.run(make_list)
    (row,) = _rows(_print(database, world, "runs", TOMORROW, "17:00"), RunSheet)
    assert row[1] == f"3 栋 2 单元\n5 楼\n{written}"
    (label,) = _rows(_print(database, world, "labels", TOMORROW, "17:00"), Labels)
    assert label[0] == "3 栋 2 单元\n5 楼"


def test_another_volunteer_is_told_by_both_names(database: Database, world: World):
    made: MadeBoard = database.run(lambda session: make_board(session, world.canteens["C1"]))
    _print(database, world, "runs", TODAY, "12:05")

    def hand_over(session: Session) -> None:
        run = make_run(session, world.canteens["C1"], made.volunteers["何志平"], trip=2)
        session.execute(
            update(Delivery)
            .where(Delivery.uid == made.uids["周秀兰"])
            .values(run_id=run, place=1, portions=2)
        )

    database.run(hand_over)
    words = _words(_print(database, world, "runs", TODAY, "12:10"))
    assert "周秀兰 1→2 份，周秀兰 刘春燕→何志平" in words
    assert "送餐单·何志平（第 2 趟）" in words


def test_who_is_brought_it_by_another_canteen_is_off_the_paper_by_name(
    database: Database, world: World
):
    made: MadeBoard = database.run(lambda session: make_board(session, world.canteens["C1"]))
    _print(database, world, "labels", TODAY, "12:05")
    database.run(
        lambda session: session.execute(
            update(Delivery)
            .where(Delivery.uid == made.uids["黄建国"])
            .values(canteen_id=world.canteens["C2"])
        )
    )
    board = database.read(
        delivery_board.show_board,
        canteen_id=world.canteens["C1"],
        day=TODAY,
        mealtime="lunch",
        now=shanghai("12:10"),
    )
    assert [one.taken_off for one in board.printed] == [("黄建国",)]


def test_the_register_masks_phones_and_says_who_took_the_meal(database: Database, world: World):
    made: MadeBoard = database.run(lambda session: make_board(session, world.canteens["C1"]))
    database.run(
        lambda session: session.execute(
            update(Delivery).where(Delivery.uid == made.uids["陈惠芳"]).values(receiver="邻居 陈姨")
        )
    )
    book = database.read(
        delivery_register.fill_register,
        canteen_id=world.canteens["C1"],
        day=TODAY,
        now=shanghai("14:00"),
    )
    rows = {row[4]: row for row in _rows(book, Sheet)}
    assert len(rows) == 16
    assert rows["陈惠芳"][11] == "邻居 陈姨"
    assert rows["李茂林"][12] == "无人应门"
    assert rows["李茂林"][6] == "138****0666"
    assert PHONE not in _words(book)
    assert DAUGHTER not in _words(book)
    with pytest.raises(NotFound):
        database.read(
            delivery_register.fill_register, canteen_id=999, day=TODAY, now=shanghai("14:00")
        )
