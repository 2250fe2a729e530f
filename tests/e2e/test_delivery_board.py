"""The board in a real browser: by keyboard alone, live beside another person, and fit for desk and hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from canteen import clock
from canteen.db.run import Database
from canteen.models.encrypted import read_key_file
from canteen.rules.days import local_date
from canteen.services import delivery_reports
from canteen.services.delivery_reports import ReportAsked
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, follow, hold, sign_in
from tests.e2e.live import Live, live_canteen
from tests.e2e.page_rules import OVERFLOWS
from tests.factories.delivery_board import DAUGHTER, MadeBoard, make_board

pytestmark = pytest.mark.e2e


@dataclass
class Desk:
    """A served canteen with a lunch on its rounds, its database, and the secretary's cookies."""

    live: Live
    database: Database
    board: MadeBoard
    path: str
    cookies: list[Any]


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Desk]:
    with live_canteen(tmp_path_factory.mktemp("board"), elders=1) as live:
        data = live.folder / "data"
        database = Database(
            f"sqlite:///{data / 'canteen.db'}", key_ring=read_key_file(data / "data_keys.json")
        )
        today = local_date(clock.instant())
        made = database.run(lambda session: make_board(session, 1, day=today, now=clock.instant()))
        live.start_server("--no-jobs")  # who plans rounds would move what a test looks at
        cookies = sign_in(live, browser, "wang")
        yield Desk(live, database, made, f"/community/deliveries/C1/{today}/lunch", cookies)
        database.close()


@pytest.fixture
def open_page(desk: Desk, make_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def open_it(path: str = "", lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": desk.live.address}
        screen.context.add_cookies([chosen, *desk.cookies])  # type: ignore[list-item]
        screen.page.goto(desk.live.address + (path or desk.path))
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
def test_board_and_stop_fit_and_are_accessible(
    lang: str, desk: Desk, open_page: Callable[..., Screen], shots: Path
):
    screen = open_page(lang=lang)
    hold(screen.page, f"{lang}-board", shots)
    screen.page.goto(f"{desk.live.address}/community/stops/{desk.board.uids['李茂林']}")
    hold(screen.page, f"{lang}-board-stop", shots)
    screen.page.goto(f"{desk.live.address}/community/deliveries/C1/months")
    hold(screen.page, f"{lang}-board-month", shots)
    assert screen.complaints == []


def test_the_board_holds_in_high_contrast_and_at_four_times_the_size(
    desk: Desk, open_page: Callable[..., Screen], shots: Path
):
    page = open_page().page
    page.set_viewport_size({"width": 320, "height": 640})
    page.screenshot(path=shots / "zh-board-r320.png")
    assert page.evaluate(OVERFLOWS) == []
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.get_by_role("button", name="高对比").click()
    _card(page, "黄建国").locator("input").check()
    hold(page, "hc-zh-board", shots)


def _lane(page: Page, state: str) -> Locator:
    return page.locator(f"section:has(> #lane-{state})")


def _card(page: Page, name: str) -> Locator:
    return page.locator(".dcard", has_text=name)


def test_a_keyboard_picks_two_and_gives_them_away(
    desk: Desk, open_page: Callable[..., Screen], shots: Path
):
    page = open_page().page
    before = _lane(page, "assigned").locator(".dcard").count()
    page.keyboard.press("ArrowDown")
    expect(_card(page, "黄建国").locator("input")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("[data-picked]")).to_have_text("选了 2 份")
    page.screenshot(path=shots / "zh-board-picked.png")
    page.keyboard.press("ArrowRight")
    expect(_lane(page, "assigned").locator("input:focus")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(_lane(page, "out").locator(".dcard:has(a:focus)")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.locator("#volunteer").select_option(label="刘春燕（手上 3 份）")
    follow(page.locator("#assign button").first, "Enter")
    expect(_lane(page, "queued").locator(".dcard")).to_have_count(2)
    expect(_lane(page, "assigned").locator(".dcard")).to_have_count(before + 2)


def test_enter_on_a_picked_card_assigns_and_clear_takes_picks_away(
    desk: Desk, open_page: Callable[..., Screen]
):
    page = open_page().page
    box = _card(page, "罗美莲").locator("input")
    box.focus()
    page.keyboard.press("Space")
    page.locator("#assign button[type=reset]").click()
    expect(page.locator("[data-picked]")).to_have_text("选了 0 份")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(_lane(page, "assigned").locator(".dcard", has_text="罗美莲")).to_have_count(1)


def test_what_others_change_is_drawn_in_and_picks_and_focus_stay(
    desk: Desk, open_page: Callable[..., Screen]
):
    screen = open_page()
    page = screen.page
    _card(page, "韦秀珍").locator("input").check()
    _card(page, "韦秀珍").locator("input").focus()
    asked = ReportAsked(
        id=str(uuid4()),
        delivery=desk.board.uids["李炳坤"],
        kind="refused",
        reported_at=clock.instant(),
    )
    desk.database.run(delivery_reports.report, asked=asked, by="volunteer:V1", now=clock.instant())
    expect(_lane(page, "failed").locator(".dcard", has_text="李炳坤")).to_have_count(1)
    expect(_card(page, "韦秀珍").locator("input")).to_be_checked()
    expect(_card(page, "韦秀珍").locator("input")).to_be_focused()
    expect(page.locator("[data-picked]")).to_have_text("选了 1 份")
    assert screen.complaints == []


def test_a_door_that_stays_shut_is_followed_up_from_its_card(
    desk: Desk, open_page: Callable[..., Screen]
):
    page = open_page().page
    follow(_card(page, "李茂林").get_by_role("link", name="打给女儿"))
    follow(page.get_by_role("button", name="看全号"))
    expect(page.locator(f"a[href='tel:{DAUGHTER}']")).to_be_visible()
    page.locator("#f-result").select_option("answered")
    follow(page.get_by_role("button", name="记下这一步"))
    expect(page.locator("#ladder")).to_contain_text("联系上了")
    expect(page.locator("#f-step")).to_have_count(0)
    follow(page.locator("nav.crumb a"))
    expect(_card(page, "李茂林")).to_contain_text("打给家里人：联系上了")
    follow(_card(page, "李茂林").get_by_role("button", name="再送"))
    expect(_lane(page, "queued").locator(".dcard", has_text="李茂林")).to_have_count(1)


def test_who_cannot_come_is_spread_by_one_button(
    desk: Desk, open_page: Callable[..., Screen], shots: Path
):
    page = open_page().page
    follow(page.get_by_role("button", name="来不了 刘春燕"))
    expect(page.get_by_role("status").first).to_contain_text("已经转交")
    hold(page, "zh-board-spread", shots)
    expect(page.locator("#volunteer option", has_text="刘春燕")).to_have_count(0)


def test_run_sheets_are_one_click_away(desk: Desk, open_page: Callable[..., Screen], shots: Path):
    page = open_page().page
    follow(page.get_by_role("button", name="打印送餐单"))
    expect(page.locator(".a4--run").first).to_be_visible()
    hold(page, "zh-paper-runs", shots)
    page.emulate_media(media="print")
    page.screenshot(path=shots / "zh-paper-runs-print.png", full_page=True)
    page.emulate_media(media="screen")
    with page.expect_download() as got:
        page.get_by_role("button", name="PDF").click()
    assert got.value.suggested_filename.endswith("送餐单.pdf")
    page.goto(f"{desk.live.address}{desk.path.removesuffix('lunch')}register")
    hold(page, "zh-paper-register", shots)


def test_without_a_script_a_round_is_given_and_leaves(desk: Desk, browser: Browser):
    context = browser.new_context(java_script_enabled=False)
    chosen = {"name": "canteen_locale", "value": "zh_CN", "url": desk.live.address}
    context.add_cookies([chosen, *desk.cookies])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(desk.live.address + desk.path)
    _card(page, "苏春桃").locator("input").check()
    page.locator("#volunteer").select_option("V3")
    follow(page.get_by_role("button", name="分派"))
    follow(page.get_by_role("button", name="出发 卢海"))
    expect(_lane(page, "out").locator(".dcard", has_text="苏春桃")).to_have_count(1)
    follow(_card(page, "苏春桃").get_by_role("link"))
    page.get_by_label("谁代收的").fill("邻居 陈姨")
    follow(page.get_by_role("button", name="送到了"))
    expect(page.locator("main")).to_contain_text("邻居 陈姨 代收")
    context.close()
