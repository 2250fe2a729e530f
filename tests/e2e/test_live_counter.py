"""From the card on the reader to ¥ on both screens: every part is the real one."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_hands import type_name, wait_for_dialog
from tests.e2e.desk import follow
from tests.e2e.live import Live, card_of, live_canteen

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_canteen(tmp_path_factory.mktemp("live"), elders=12) as canteen:
        canteen.start_server()
        canteen.start_reader()
        yield canteen


def _sign_in(page: Page, live: Live, name: str) -> None:
    page.context.add_cookies([{"name": "canteen_locale", "value": "zh_CN", "url": live.address}])
    page.goto(f"{live.address}/sign-in")
    page.locator("input[name=user]").fill(name)
    page.locator("input[type=password]").fill(live.password(name))
    follow(page.locator("input[type=password]"), "Enter")
    assert "/sign-in" not in page.url


@pytest.fixture
def counter(live: Live, make_screen: Callable[..., Screen]) -> Screen:
    screen = make_screen(1366, 768)
    _sign_in(screen.page, live, "li")
    number = live.made["counters"]["C1-1"]
    screen.page.goto(f"{live.address}/counter/{number}")
    expect(screen.page.locator("#now")).to_contain_text(re.compile("请刷卡|已收|Ready"))
    return screen


@pytest.fixture
def display(live: Live, make_screen: Callable[..., Screen]) -> Screen:
    """The elder's display, opened by the device link that the secretary makes."""
    desk = make_screen(1366, 768)
    _sign_in(desk.page, live, "wang")
    desk.page.goto(f"{live.address}/community")
    desk.page.get_by_label("屏幕名称").fill("一号窗口的屏")
    follow(desk.page.get_by_role("button", name="开通一个链接"))
    found = re.search(r"/display/[A-Za-z0-9_-]{20,}", desk.page.content())
    assert found is not None
    screen = make_screen(1366, 768)
    screen.page.goto(f"{live.address}{found.group()}")
    expect(screen.page.locator("body")).to_contain_text("请在这里刷卡")
    return screen


def test_a_card_on_the_reader_is_read_as_yuan_on_both_screens(
    live: Live, counter: Screen, display: Screen, shots: Path
) -> None:
    live.tap(card_of(1))
    expect(counter.page.locator("#now")).to_contain_text("9.50")
    expect(counter.page.locator("#now")).to_contain_text("黄桂兰")
    expect(counter.page.locator("#now")).to_contain_text("3.00")
    expect(display.page.locator("body")).to_contain_text("9.50")
    expect(display.page.locator("body")).to_contain_text("黄女士")
    assert "黄桂兰" not in display.page.locator("body").inner_text()
    counter.page.screenshot(path=shots / "live-counter.png")
    display.page.screenshot(path=shots / "live-display.png")
    assert counter.complaints == []
    assert display.complaints == []
    asked = counter.addresses | display.addresses
    assert all(address.startswith(live.address) for address in asked), asked


def test_O_002_the_same_card_again_is_told_and_not_charged(
    live: Live, counter: Screen, display: Screen
) -> None:
    live.tap(card_of(2))
    expect(counter.page.locator("#now")).to_contain_text("韦德胜")
    expect(display.page.locator("body")).to_contain_text("韦女士")
    time.sleep(2.5)  # the card is taken away and laid down again: the agent must see it leave
    live.tap(card_of(2))
    expect(counter.page.locator("#now")).to_contain_text(re.compile("午餐已经打过|刚才已经收过"))
    done = live.canteen("check", "--json")
    assert done.returncode == 0, done.stdout + done.stderr


def test_O_008_an_unknown_card_is_assigned_in_two_steps_without_a_mouse(
    live: Live, counter: Screen, shots: Path
) -> None:
    page = counter.page
    live.tap("em4100:0AFFEE1234")
    expect(page.locator("#now")).to_contain_text("不认识这张卡")
    page.keyboard.press("n")
    wait_for_dialog(page)
    type_name(page, "lxz")
    expect(page.locator("dialog[open]")).to_contain_text("陆秀珍")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).not_to_contain_text("拼音首字母")
    wait_for_dialog(page)
    page.screenshot(path=shots / "live-assign.png")
    page.keyboard.press("Enter")
    expect(page.locator("#now")).to_contain_text("陆秀珍")
    expect(page.locator("#now")).to_contain_text("9.50")


def test_the_page_goes_on_after_the_server_was_away(
    live: Live, counter: Screen, display: Screen
) -> None:
    live.kill_server()
    live.tap(card_of(4))
    expect(counter.page.locator("header")).to_contain_text("断网")
    live.start_server()
    expect(counter.page.locator("#now")).to_contain_text("梁福荣")
    expect(display.page.locator("body")).to_contain_text("梁女士")
