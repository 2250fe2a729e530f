"""The papers of a day and a month: what they say, and what they never do."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.desk import WelfareCheck
from canteen.models.people import Elder
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.day_reports import fill_register, fill_report
from canteen.services.month_reports import fill_month, fill_notice
from canteen.services.swipes import record_swipe
from canteen.services.voids import VoidAsked, void_meal
from reports.sheets import Book, Table
from tests.factories.days import sign, sign_before
from tests.factories.world import TODAY, World, event_id, make_swipe, make_world, shanghai

EVENING = shanghai("20:00")
ID_NUMBER = "450702194611259920"


@pytest.fixture
def world(database: Database) -> World:
    """P01 and P03 ate lunch, P01 a second portion by name that was voided, and a guest ate."""
    world = database.run(make_world)
    for elder in ("P01", "P03"):
        asked = make_swipe(world, elder, "11:32", elder)
        database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=asked.read_at)
    database.run(_serve_more, world)
    return world


def _serve_more(session: Session, world: World) -> None:
    for asked in (
        MealAsked(event_id("second"), elder="P01", reason="没带卡", second=True),
        MealAsked(event_id("guest"), guest=True, pay="cash"),
    ):
        counter_id = world.counters["C1-1"]
        serve_meal(
            session, counter_id=counter_id, asked=asked, by="staff:li", now=shanghai("12:00")
        )
    void_meal(
        session, asked=VoidAsked(event_id("void"), event_id("second"), "other"),
        may_void_any=True, by="staff:wang", origin=None, now=shanghai("12:05"),
    )  # fmt: skip
    box = session.info["key_ring"].seal(ID_NUMBER, "elders:P01:id_number")
    session.execute(update(Elder).where(Elder.number == "P01").values(id_number_box=box))


def _table(book: Book, number: int = 0) -> Table:
    return book.pages[0].tables[number]


def test_the_register_has_a_line_a_meal_and_only_the_last_four_of_an_id(
    database: Database, world: World
) -> None:
    book = database.read(fill_register, canteen="C1", day=TODAY, now=EVENING)
    table = _table(book)
    assert [row[1] for row in table.rows] == ["黄桂兰", "陆秀珍", "黄桂兰", "散客"]
    assert [row[2] for row in table.rows] == ["9920", None, "9920", None]
    assert [row[14] for row in table.rows] == [None, None, "撤销；第二份", None]
    assert table.rows[2][13] == "手工 没带卡"
    assert ID_NUMBER not in book.to_json()
    assert table.totals is not None
    assert table.totals[8:12] == (3600, 1300, 0, 2300)
    assert book.pages[0].notes == (
        "堂食人次 3，打包人次 0，送餐人次 0，补贴人次 2，全价人次 1，补录人次 0，撤销 1，实际人数 2。"
        "合计不含撤销的。",
    )


def test_the_report_says_what_was_signed_and_who_has_not_come(
    database: Database, world: World
) -> None:
    last_seen = TODAY - timedelta(days=4)
    database.run(
        lambda s: s.execute(
            insert(WelfareCheck).values(
                elder_id=world.elders["P02"], canteen_id=world.canteens["C1"], cause="absent",
                last_seen_on=last_seen, opened_on=TODAY, opened_at=EVENING, opened_by="job:welfare",
            )
        ).close()
    )  # fmt: skip
    sign_before(database, TODAY)
    open_report = database.read(fill_report, canteen="C1", day=TODAY, now=EVENING)
    assert open_report.pages[0].foot == ("尚未签结，数字还会变。",)
    signed = sign(database, TODAY)
    book = database.read(fill_report, canteen="C1", day=TODAY, now=EVENING)
    [form] = book.pages
    assert str(signed["sha256"])[:16] in form.foot[0]
    assert _table(book).rows == (("午餐", 3, 0, 0, 3, None, None),)
    assert _table(book, 1).totals == ("合计", 3, 3, 2300, 1300, 1300)
    said = {fact.label: fact.text for fact in (*form.amounts, *form.remarks)}  # type: ignore[union-attr]
    assert said["补贴合计（大写）"] == "人民币壹拾叁元整"
    assert said["三天未到"] == "韦德胜（4 天）"
    assert said["异常"].startswith("1 条，已处理 0 条。C1-1 窗口现金还没点")


def test_the_month_marks_its_unsigned_days_and_the_notice_masks_its_names(
    database: Database, world: World
) -> None:
    month = database.read(fill_month, canteen="C1", day=TODAY, now=EVENING)
    assert [(row[0], row[-1]) for row in _table(month).rows] == [(TODAY, "未签结")]
    assert "以下日期尚未签结，数字还会变：25 日。" in month.pages[0].notes
    notice = database.read(fill_notice, canteen="C1", day=TODAY, now=EVENING)
    assert [row[1:] for row in _table(notice).rows] == [("黄**", 1, 500), ("陆**", 1, 800)]
    assert "黄桂兰" not in notice.to_json()
    assert "本月就餐 3 人次，餐费 36.00 元" in notice.pages[0].head[0]
    assert notice.pages[0].head[0].endswith("其中非老人 1 人次，不列在下表。")
