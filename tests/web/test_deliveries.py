"""The board's pages: five lanes in order, what waits for a person, and a version that costs little."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen import clock
from canteen.models.audit import AuditLine
from tests.factories.deliveries import (
    make_carried,
    make_delivery,
    make_order,
    make_run,
    make_volunteer,
)
from tests.factories.delivery_board import PHONE, make_board
from tests.factories.requests import Browser
from tests.factories.world import World
from tests.web.conftest import Service

pytestmark = pytest.mark.both_databases

BOARD = "/community/deliveries/C1/2026-11-25/lunch"


def _main(page: str) -> str:
    return page.split("<main", maxsplit=1)[1]


def test_the_board_opens_at_the_running_mealtime(service: Service):
    browser = service.browser("secretary1")
    assert browser.get("/community/deliveries").headers["Location"].endswith("/C1")
    assert browser.get("/community/deliveries/C1").headers["Location"].endswith(BOARD)


def test_five_lanes_count_portions_and_group_rounds(service: Service):
    def fill(session: Session, world: World) -> None:
        c1 = world.canteens["C1"]
        run = make_run(session, c1, make_volunteer(session, name="何志平"), state="out")
        make_delivery(session, world.elders["P01"], c1, portions=2)
        make_delivery(session, world.elders["P02"], c1, run_id=run, place=1, state="delivered")
        make_delivery(session, world.elders["P03"], c1, run_id=run, place=2, state="out")

    service.database.run(fill, service.world)
    page = _main(service.browser("secretary1").get(BOARD).get_data(as_text=True))
    counts = re.findall(r"<h2 id=\"lane-(\w+)\">.*?<b>(\d+)</b>", page, re.DOTALL)
    assert counts == [
        ("queued", "2"),
        ("assigned", "0"),
        ("out", "1"),
        ("delivered", "1"),
        ("failed", "0"),
    ]
    assert "<b>3</b>" in page
    assert "何志平" in page
    assert "1/2" in page


def test_papers_are_drawn_and_downloaded_and_leave_a_trace(service: Service):
    service.database.run(lambda session: make_board(session, service.world.canteens["C1"]))
    browser = service.browser("secretary1")

    page = browser.post_form(f"{BOARD}/runs").get_data(as_text=True)
    assert "送餐单·何志平" in page
    assert '<span class="room">602</span>' in page
    assert PHONE in page
    one = browser.post_form(f"{BOARD}/runs", volunteer="V2", form="pdf")
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(one.data)).pages)
    assert "刘春燕" in words
    assert "何志平" not in words
    labels = browser.post_form(f"{BOARD}/labels", form="pdf")
    assert labels.mimetype == "application/pdf"
    assert browser.post_form(f"{BOARD}/labels", form="xlsx").status_code == 200
    register = "/community/deliveries/C1/2026-11-25/register"
    assert PHONE not in browser.get(register).get_data(as_text=True)
    assert browser.get(f"{register}.xlsx").status_code == 200
    assert browser.get(f"{register}.docx").status_code == 404
    assert browser.post_form(f"{BOARD[:-5]}supper/labels").status_code == 404
    printed = service.database.read(
        lambda session: session.scalars(
            select(AuditLine.action).where(AuditLine.action == "deliveries.print")
        ).all()
    )
    assert len(printed) == 4


def test_the_version_is_answered_in_a_word_until_something_changes(service: Service):
    made = service.database.run(
        lambda session: make_board(session, service.world.canteens["C1"], now=clock.instant())
    )
    browser = service.browser("secretary1")
    first = browser.get(f"{BOARD}/version")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert browser.get(f"{BOARD}/version", headers=tag).status_code == 304

    browser.post_form(
        f"/community/stops/{made.uids['李茂林']}/steps", step="call_contact", result="answered"
    )

    assert browser.get(f"{BOARD}/version", headers=tag).status_code == 200
    live = browser.get(f"{BOARD}/live")
    assert live.headers["Cache-Control"] == "no-store"
    assert "联系上了" in live.get_data(as_text=True)


def test_a_number_is_shown_to_who_says_that_she_calls(service: Service):
    made = service.database.run(lambda session: make_board(session, service.world.canteens["C1"]))
    browser = service.browser("secretary1")
    stop = f"/community/stops/{made.uids['李茂林']}"
    assert PHONE not in browser.get(stop).get_data(as_text=True)
    assert f'href="tel:{PHONE}"' in browser.post_form(f"{stop}/phones").get_data(as_text=True)
    assert service.browser("secretary2").get(stop).status_code == 404
    assert browser.get("/community/stops/none").status_code == 404


def test_a_step_of_the_ladder_names_who_took_it(service: Service):
    made = service.database.run(lambda session: make_board(session, service.world.canteens["C1"]))
    stop = service.browser("secretary1").get(f"/community/stops/{made.uids['李茂林']}")
    ladder = stop.get_data(as_text=True).split('id="ladder"')[1]
    assert "卢海" in ladder
    assert "V3" not in ladder


def test_a_round_leaves_and_its_doors_are_reported_from_the_desk(service: Service):
    """From the round's button to the end: out, delivered, taken back, failed, kept, sent again."""
    carried = service.database.run(make_carried, service.world, "P01")
    browser = service.browser("secretary1")
    stop = f"/community/stops/{carried.uid}"

    def state() -> str:
        page = _main(browser.get(stop).get_data(as_text=True))
        return re.findall(r'class="pill.*?</svg>(.*?)</span>', page, re.DOTALL)[0]

    assert browser.post_form(f"{BOARD}/leave", run="none").status_code == 404
    assert browser.post_form(f"{BOARD}/leave", run=carried.run_uid).status_code == 303
    assert state() == "在路上"
    uid = str(uuid4())
    for _ in range(2):  # the form sent twice is one report
        done = browser.post_form(f"{stop}/reports", id=uid, kind="delivered", receiver="邻居 陈姨")
        assert done.status_code == 303
    assert state() == "送到了"
    assert "邻居 陈姨" in browser.get(stop).get_data(as_text=True)
    browser.post_form(f"{stop}/reports", id=str(uuid4()), kind="undo")
    assert state() == "在路上"
    browser.post_form(f"{stop}/reports", id=str(uuid4()), kind="refused", note="女儿来了")
    assert state() == "没送成"
    assert browser.post_form(f"{stop}/keep").status_code == 422
    assert browser.post_form(f"{stop}/keep", reason="没有提前说").status_code == 303
    assert browser.post_form(f"{stop}/give-back").status_code == 303
    assert browser.post_form(f"{BOARD}/again", uid="none").status_code == 404
    assert browser.post_form(f"{BOARD}/again", uid=carried.uid).status_code == 303
    assert state() == "待分派"
    twice = browser.post_form(f"{stop}/again")
    assert twice.status_code == 422
    assert browser.post_form(f"{stop}/call-off", id=str(uuid4()), why="住院").status_code == 303
    assert state() == "今天不送"
    assert "停送" in browser.get(BOARD).get_data(as_text=True)


def test_ticks_are_kept_and_a_contradiction_is_decided_on_the_page(service: Service):
    carried = service.database.run(make_carried, service.world, "P10")
    browser = service.browser("secretary1")
    assert "缺地址" in browser.get(BOARD).get_data(as_text=True)
    assert browser.post_form(f"{BOARD}/seen", seen=carried.uid).status_code == 303
    assert "secretary1" in _main(browser.get(BOARD).get_data(as_text=True))

    def report(kind: str) -> int:
        return browser.post_form(
            f"/community/stops/{carried.uid}/reports", id=str(uuid4()), kind=kind
        ).status_code

    browser.post_form(f"/community/stops/{carried.uid}/leave")
    assert report("not_home") == 303
    assert report("delivered") == 422
    page = browser.get(BOARD).get_data(as_text=True)
    conflict = re.search(r'name="report" value="([^"]+)"', page)
    assert conflict is not None
    decided = browser.post_form(
        f"/community/stops/{carried.uid}/decide", report=conflict[1], decision="delivered"
    )
    assert decided.status_code == 303
    assert 'name="report"' not in browser.get(BOARD).get_data(as_text=True)


def test_picked_ones_go_to_a_volunteer_and_back_to_the_queue(service: Service):
    made = service.database.run(lambda session: make_board(session, service.world.canteens["C1"]))
    browser = service.browser("secretary1")
    nobody = browser.post_form(f"{BOARD}/assign", volunteer="V1")
    assert nobody.status_code == 422
    assert "先选要分派的" in nobody.get_data(as_text=True)
    picks = [made.uids["黄建国"], made.uids["罗文彬"]]
    browser.post_form(f"{BOARD}/assign", volunteer="V2", pick=picks)  # type: ignore[arg-type]
    assert _count_lanes(browser)[:2] == ["2", "5"]
    browser.post_form(f"{BOARD}/assign", volunteer="", pick=made.uids["罗文彬"])
    assert _count_lanes(browser)[:2] == ["3", "4"]
    late = browser.post_form(f"{BOARD}/assign", volunteer="V2", pick=made.uids["李少英"])
    assert late.status_code == 422
    assert "现在不能这样做" in late.get_data(as_text=True)


def test_who_cannot_come_hands_on_and_the_page_tells_who_what(service: Service):
    def fill(session: Session) -> None:
        make_board(session, service.world.canteens["C1"], now=clock.instant())
        make_volunteer(session, "V4", name="梁姐")

    service.database.run(fill)
    browser = service.browser("secretary1")
    told = browser.post_form(f"{BOARD}/away", volunteer="V2").get_data(as_text=True)
    assert "周秀兰 → 梁姐" in told
    assert "刘春燕（" not in told  # nobody can be given anything by her any more
    assert browser.post_form(f"{BOARD}/away", volunteer="V99").status_code == 422


def test_a_list_is_made_and_planned_on_demand(service: Service):
    def order(session: Session) -> None:
        make_volunteer(session, name="何志平")
        make_order(session, service.world.elders["P01"], service.world.canteens["C1"])

    service.database.run(order)
    browser = service.browser("secretary1")
    tomorrow = BOARD.replace("25", "26")
    assert "名单还没有生成" in browser.get(tomorrow).get_data(as_text=True)
    assert browser.post_form(f"{tomorrow}/plan").status_code == 303
    assert "黄桂兰" in browser.get(tomorrow).get_data(as_text=True)
    assert browser.post_form(f"{BOARD.replace('25', '24')}/plan").status_code == 422


def _count_lanes(browser: Browser) -> list[str]:
    page = browser.get(BOARD).get_data(as_text=True)
    return re.findall(r"<h2 id=\"lane-\w+\">.*?<b>(\d+)</b>", page, re.DOTALL)


def test_o_058_the_board_tells_what_its_paper_does_not_know(service: Service):
    """O-058: printed, then P03 is called off: the board says 已更新, −1 陆秀珍, and why it is not brought."""
    carried = [service.database.run(make_carried, service.world, elder) for elder in ("P01", "P03")]
    browser = service.browser("secretary1")
    browser.post_form(f"{BOARD}/runs")
    assert "已更新" not in browser.get(BOARD).get_data(as_text=True)
    off = browser.post_form(
        f"/community/stops/{carried[1].uid}/call-off", id=str(uuid4()), why="去女儿家"
    )
    assert off.status_code == 303
    page = _main(browser.get(BOARD).get_data(as_text=True))
    assert "已更新" in page
    assert "−1 陆秀珍" in page
    assert "停送" in page
    assert "−1 陆秀珍" in browser.post_form(f"{BOARD}/runs").get_data(as_text=True)
    assert "已更新" not in browser.get(BOARD).get_data(as_text=True)
