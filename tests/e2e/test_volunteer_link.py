"""How the volunteer's phone is opened and closed, in a real browser: given, by PIN, ended, after the day."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, follow, hold
from tests.e2e.volunteer_round import KEPT, PIN, SIZE, Round, door_of, hold_phone, tap

pytestmark = pytest.mark.e2e


def test_after_the_day_the_page_and_the_phone_are_empty(open_phone: Callable[..., Screen]):
    screen = open_phone()
    page = screen.page
    expect(door_of(page)).to_have_text("601")
    page.clock.install()
    page.add_init_script("localStorage.removeItem('canteen.volunteer')")
    page.reload()
    # The service draws the round; that the phone keeps it again says that its script has it, too.
    page.wait_for_function(f"() => {KEPT} !== null")
    screen.context.set_offline(True)

    page.clock.fast_forward("24:00:00")

    expect(page.locator("main")).to_contain_text("这个链接已经过期")
    assert "李炳坤" not in page.locator("body").inner_text()
    assert page.evaluate(KEPT) is None

    page.clock.set_system_time(datetime.now(UTC))  # it was the phone's clock: the day is not over
    screen.context.set_offline(False)
    page.clock.run_for(31_000)
    expect(door_of(page)).to_have_text("601")


def test_a_revoked_link_empties_the_page_but_keeps_what_was_tapped(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone()
    page = screen.page
    expect(door_of(page)).to_have_text("601")
    screen.context.set_offline(True)
    tap(page, "送到了")
    new = carried.link("何志平")  # ends the older one

    screen.context.set_offline(False)

    expect(page.locator("main")).to_contain_text("这个链接停用了")
    assert "李炳坤" not in page.evaluate(KEPT)
    page.goto(new)
    expect(door_of(page)).to_have_text("502")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.reports("李炳坤") == [("delivered", "applied")]


def test_signing_out_leaves_nothing_and_waits_for_what_is_not_sent(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone()
    page = screen.page
    expect(door_of(page)).to_have_text("601")
    screen.context.set_offline(True)
    tap(page, "送到了")
    tap(page, "退出")
    expect(page.locator(".note--warn")).to_contain_text("还有 1 条没报上")
    screen.context.set_offline(False)
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")

    tap(page, "退出")

    expect(page.get_by_label("口令")).to_be_visible()
    assert page.evaluate(KEPT) is None
    assert carried.state("李炳坤") == "delivered"


def test_the_pin_opens_the_round_and_a_wrong_one_slows_down(
    carried: Round, make_screen: Callable[..., Screen], shots: Path
):
    carried.link("何志平")
    chosen = [{"name": "canteen_locale", "value": "zh_CN", "url": carried.live.address}]
    page = make_screen(*SIZE).page
    page.context.add_cookies(chosen)
    page.goto(f"{carried.live.address}/volunteer")

    def enter(pin: str) -> None:
        page.get_by_label("编号").fill("v1")
        page.get_by_label("口令").fill(pin)
        follow(page.get_by_role("button", name="打开", exact=True))

    enter("000000")
    expect(page.get_by_role("alert")).to_contain_text("编号或口令不对。再错 4 次")
    hold_phone(page, "zh-volunteer-pin", shots)
    enter(PIN)
    expect(door_of(page)).to_have_text("601")
    page.context.clear_cookies()
    page.context.add_cookies(chosen)
    page.goto(f"{carried.live.address}/volunteer")
    for _ in range(6):
        enter("000000")
    expect(page.get_by_role("alert")).to_contain_text("试得太多了")
    enter(PIN)
    expect(page.get_by_role("alert")).to_contain_text("试得太多了")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_secretary_gives_everybody_a_link(
    lang: str, carried: Round, make_screen: Callable[..., Screen], shots: Path
):
    screen = make_screen(1366, 768)
    address = carried.live.address
    person = {"user": "wang", "password": carried.live.password("wang")}
    screen.context.request.post(f"{address}/api/v1/session", data=person)
    screen.context.add_cookies(
        [{"name": "canteen_locale", "value": LANGUAGES[lang], "url": address}]
    )
    page = screen.page
    page.goto(f"{address}/community/volunteers/links")

    follow(page.locator("main .btn--primary"))

    expect(page.locator(".passnotes a")).to_have_count(3)
    hold(page, f"{lang}-volunteer-links-given", shots)
    given = page.locator(".passnotes a").first.inner_text()
    phone = make_screen(*SIZE).page
    phone.goto(given)
    expect(phone).to_have_url(f"{address}/volunteer")
    assert screen.complaints == []
