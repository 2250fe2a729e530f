"""The family's phone in a real browser: its pages fit and are accessible, and its whole ways are gone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, demonstration, follow, hold, sign_in
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e

SECRETARY = "demo-secretary"
#: who is brought her lunch, and who comes herself
BROUGHT, COMES = "E011", "E002"
HOLDER = "女儿 李小梅"
PHONE = (390, 844)
PAGES = {
    "home": "/family",
    "statement": "/family/statement",
    "delivery": "/family/delivery",
    "deliveries": "/family/deliveries",
    "card": "/family/card",
    "enrolment": "/family/enrolment",
}
DESK_PAGES = {
    "elder-family": f"/community/elders/{BROUGHT}/family",
    "enrolments": "/community/enrolments",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with demonstration(tmp_path_factory.mktemp("family"), days=3, elders=60) as demo:
        yield demo


@pytest.fixture(scope="module")
def cookies(live: Live, browser: Browser) -> list[Any]:
    return sign_in(live, browser, SECRETARY)


@pytest.fixture
def open_desk(
    live: Live, cookies: list[Any], make_screen: Callable[..., Screen]
) -> Callable[..., Screen]:
    """The secretary's browser at an address."""

    def open_it(path: str, lang: str = "zh") -> Screen:
        screen = make_screen(1366, 768)
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *cookies])
        screen.page.goto(live.address + path)
        return screen

    return open_it


@pytest.fixture
def open_phone(
    live: Live, open_desk: Callable[..., Screen], make_screen: Callable[..., Screen]
) -> Callable[..., Screen]:
    """A phone that opened the link which the secretary has just given at her desk."""

    def open_it(elder: str, lang: str = "zh") -> Screen:
        desk = open_desk(f"/community/elders/{elder}/family").page
        desk.get_by_label("给谁").fill(HOLDER)
        for word in ("meals", "balance", "account", "orders"):
            desk.locator(f"form.stack input[name={word}]").check()
        follow(desk.get_by_role("button", name="开通一个链接"))
        address = desk.get_by_role("status").get_by_role("link").inner_text()
        screen = make_screen(*PHONE)
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen])  # type: ignore[list-item]
        screen.page.goto(address)
        assert screen.page.url == f"{live.address}/family"
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_the_family_fits_and_is_accessible(
    lang: str, live: Live, open_phone: Callable[..., Screen], shots: Path
) -> None:
    screen = open_phone(BROUGHT, lang)
    for name, path in PAGES.items():
        screen.page.goto(live.address + path)
        hold(screen.page, f"{lang}-family-{name}", shots)
    assert screen.complaints == []
    assert all(address.startswith((live.address, "data:")) for address in screen.addresses)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", DESK_PAGES)
def test_the_secretarys_pages_of_it_fit_and_are_accessible(
    name: str, lang: str, open_desk: Callable[..., Screen], shots: Path
) -> None:
    screen = open_desk(DESK_PAGES[name], lang)
    hold(screen.page, f"{lang}-{name}", shots)
    assert screen.complaints == []


def test_the_first_page_holds_at_high_contrast(
    open_phone: Callable[..., Screen], shots: Path
) -> None:
    page = open_phone(COMES).page
    page.get_by_role("button", name="高对比").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    hold(page, "hc-zh-family-home", shots)


def test_what_is_asked_for_is_approved_and_comes(
    live: Live, open_phone: Callable[..., Screen], open_desk: Callable[..., Screen]
) -> None:
    phone = open_phone(COMES).page
    follow(phone.get_by_role("link", name=re.compile("申请送餐上门")))
    phone.get_by_text("以后天天送，直到说停").click()
    phone.get_by_label("志愿者打谁的电话").fill("13900000852")
    phone.get_by_label("要志愿者知道的").fill("耳背，多等一会儿")
    follow(phone.get_by_role("button", name=re.compile("交申请")))
    expect(phone.get_by_role("status")).to_contain_text("申请交了")
    expect(phone.get_by_text("没有要送的")).to_be_visible()

    desk = open_desk("/community/orders").page
    asked = desk.locator("section.sheet").filter(has_text=HOLDER).first
    expect(asked).to_contain_text("耳背，多等一会儿")
    asked.get_by_label("理由").fill("同意")
    follow(asked.get_by_role("button", name=re.compile("^同意")))

    phone.reload()
    row = phone.locator(".flist--do li").last
    expect(row).to_contain_text("会送")
    follow(row.get_by_role("button", name="这一餐不送"))
    row = phone.locator(".flist--do li").last
    expect(row).to_contain_text("不送")
    follow(row.get_by_role("button", name="还是要送"))
    expect(phone.locator(".flist--do li").last).to_contain_text("会送")


def test_the_form_asks_for_days_only_when_several_are_wanted(
    open_phone: Callable[..., Screen], live: Live
) -> None:
    page = open_phone(BROUGHT).page
    page.goto(f"{live.address}/family/delivery")
    expect(page.get_by_label("到哪天")).to_be_hidden()
    page.get_by_text("连着送几天").click()
    expect(page.get_by_label("到哪天")).to_be_visible()


def test_a_pause_works_without_script(
    live: Live, browser: Browser, open_phone: Callable[..., Screen]
) -> None:
    screen = open_phone(BROUGHT)
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain.add_cookies(screen.context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(f"{live.address}/family/deliveries")
    form = page.locator("form.pform")
    form.get_by_label("从哪天起").fill("2099-01-01")
    form.get_by_label("到哪天").fill("2099-01-05")
    form.get_by_label("为什么").fill("住院")
    follow(form.get_by_role("button"))
    expect(page.get_by_role("status")).to_contain_text("停好了")
    expect(page.locator("section").filter(has_text="不送的日子")).to_contain_text("住院")
    follow(page.get_by_role("button", name="恢复送餐"))
    expect(page.get_by_role("status")).to_contain_text("恢复了")
    plain.close()


def test_a_lost_card_is_blocked_for_everybody_at_once(
    open_phone: Callable[..., Screen], open_desk: Callable[..., Screen]
) -> None:
    phone = open_phone("E003").page
    follow(phone.get_by_role("link", name="卡丢了"))
    follow(phone.get_by_role("button", name="丢了，马上停用"))
    expect(phone.get_by_role("status")).to_contain_text("卡停用了")
    desk = open_desk("/community/elders/E003").page
    cards = desk.locator("section").filter(has=desk.get_by_role("heading", name=re.compile("^卡")))
    expect(cards.first).to_contain_text("挂失")
    expect(cards.first).to_contain_text(HOLDER)


def test_an_elder_is_enrolled_by_her_family(
    live: Live, open_phone: Callable[..., Screen], open_desk: Callable[..., Screen], shots: Path
) -> None:
    phone = open_phone(COMES).page
    follow(phone.get_by_role("link", name="给家里另一位老人登记"))
    phone.get_by_label("老人姓名").fill("覃桂香")
    phone.get_by_label("出生日期").fill("1947-03-08")
    phone.get_by_label("住址").fill("8栋1单元202")
    phone.get_by_label("您的电话").fill("13900000852")
    follow(phone.get_by_role("button", name="交申请"))
    expect(phone.get_by_role("status")).to_contain_text("收到了")
    desk = open_desk("/community/enrolments").page
    follow(desk.get_by_role("link", name="看看 覃桂香"))
    hold(desk, "zh-enrolment", shots)
    follow(desk.get_by_role("button", name="登记上名册"))
    expect(desk.get_by_role("heading", level=1)).to_have_text("覃桂香")
    expect(desk.locator("body")).to_contain_text(HOLDER)
    phone.goto(f"{live.address}/family/enrolment")
    expect(phone.locator(".flist")).to_contain_text("登记好了")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_link_that_was_ended_says_so_and_whom_to_call(
    lang: str,
    live: Live,
    open_phone: Callable[..., Screen],
    open_desk: Callable[..., Screen],
    shots: Path,
) -> None:
    phone = open_phone("E004", lang).page
    desk = open_desk("/community/elders/E004/family").page
    follow(desk.get_by_role("button", name=f"停用 {HOLDER}").first)
    _expect_ended(phone, live, lang)
    hold(phone, f"{lang}-family-ended", shots)


def _expect_ended(phone: Page, live: Live, lang: str) -> None:
    phone.goto(f"{live.address}/family/statement")
    told = phone.get_by_role("status")
    expect(told).to_contain_text("停用了" if lang == "zh" else "has ended")
    expect(told.get_by_role("link")).to_have_attribute("href", re.compile("^tel:0777"))
