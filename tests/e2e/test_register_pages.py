"""The register in a real browser: every page fits and is accessible; a lost card, a merge, the keys."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, demonstration, follow, hold, sign_in
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e

SECRETARY = "demo-secretary"
#: page → its address
PAGES = {
    "register": "/community/elders",
    "register-lost": "/community/elders?f=card_lost",
    "register-nobody": "/community/elders?q=nobody-is-called-so",
    "elder": "/community/elders/E001",
    "elder-ate": "/community/elders/E002",
    "elder-new": "/community/elders/new",
    "elder-edit": "/community/elders/E001/edit",
    "elder-fact": "/community/elders/E001/facts/new",
    "elder-gone": "/community/elders/E001/gone",
    "elder-consent": "/community/elders/E001/consent",
    "elder-contact": "/community/elders/E001/contact",
    "elder-diet": "/community/elders/E001/diet",
    "elder-card": "/community/elders/E001/cards/new",
    "elder-move": "/community/elders/E001/move",
    "elder-top-up": "/community/elders/E001/top-up",
    "elder-pay-out": "/community/elders/E001/pay-out",
    "elder-statement": "/community/elders/E002/statement",
    "cards": "/community/cards",
    "purses": "/community/purses",
    "moves": "/community/moves",
    "merges": "/community/merges",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with demonstration(tmp_path_factory.mktemp("register"), days=3, elders=60) as demo:
        yield demo


@pytest.fixture(scope="module")
def cookies(live: Live, browser: Browser) -> list[Any]:
    return sign_in(live, browser, SECRETARY)


@pytest.fixture
def open_page(
    live: Live, cookies: list[Any], make_screen: Callable[..., Screen]
) -> Callable[..., Screen]:
    def open_it(path: str, lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *cookies])  # type: ignore[list-item]
        answer = screen.page.goto(live.address + path)
        assert answer is not None
        assert answer.status == 200
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_register_fits_and_is_accessible(
    name: str, lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    screen = open_page(PAGES[name], lang)
    hold(screen.page, f"{lang}-{name}", shots)
    assert screen.complaints == []


def test_the_list_is_walked_by_keys(open_page: Callable[..., Screen]) -> None:
    page = open_page("/community/elders").page
    page.keyboard.press("/")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type("hgl")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("tr.sel a")
    expect(chosen).to_be_focused()
    name = chosen.inner_text()
    follow(chosen, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/elders/E\d+/edit$"))


def test_a_filter_acts_at_a_click_and_n_begins_a_new_elder(
    open_page: Callable[..., Screen],
) -> None:
    page = open_page("/community/elders").page
    follow(page.locator(".chip", has_text="独居"))
    expect(page).to_have_url(re.compile("f=living_alone"))
    expect(page.locator(".chip", has_text="独居").locator("input")).to_be_checked()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/elders/new$"))


def test_a_lost_card_is_blocked_and_replaced(open_page: Callable[..., Screen], shots: Path) -> None:
    page = open_page("/community/elders/E005").page
    balance = page.locator(".who__bal b").inner_text()
    old = page.locator(".facts b.tn").first.inner_text()
    follow(page.get_by_role("link", name=f"挂失 {old}"))
    page.get_by_label("谁报的").fill("本人")
    follow(page.get_by_role("button", name="停用这张卡"))
    expect(page.locator(".facts .pill--bad", has_text="挂失")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d 个窗口已有 \d 个知道"))).to_be_visible()
    hold(page, "zh-card-lost", shots)
    follow(page.get_by_role("link", name=f"补卡 {old}"))
    page.get_by_label("卡号").fill("12")
    follow(page.get_by_role("button", name="停旧卡，发这张"))
    expect(page.locator("#f-typed-err")).to_contain_text("写卡面上的号码")
    hold(page, "zh-card-wrong", shots)
    page.get_by_label("卡号").fill("0020000001")
    follow(page.get_by_role("button", name="停旧卡，发这张"))
    expect(page.locator(".facts b.tn").first).to_have_text("0020000001")
    expect(page.locator(".who__bal b")).to_have_text(balance)
    hold(page, "zh-card-replaced", shots)


def _add(page: Page, live: Live, name: str, *, is_new: bool) -> None:
    page.goto(f"{live.address}/community/elders/new")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("出生日期").fill("1944-03-01")
    follow(page.get_by_role("button", name="登记上名册"))
    if is_new:
        expect(page.get_by_text("是不是这里面的一位")).to_be_visible()


def test_two_rows_of_one_person_are_merged(
    live: Live, open_page: Callable[..., Screen], shots: Path
) -> None:
    page = open_page("/community/elders").page
    _add(page, live, "覃美兰", is_new=False)
    first = page.url.rpartition("/")[2]
    _add(page, live, "覃美岚", is_new=True)
    hold(page, "zh-elder-alike", shots)
    page.get_by_label("都不是，是另一个人").check()
    follow(page.get_by_role("button", name="登记上名册"))
    second = page.url.rpartition("/")[2]
    page.goto(f"{live.address}/community/merges")
    hold(page, "zh-merge", shots)
    page.get_by_label(f"凭什么说是同一个人 ({first})").fill("户口本上是一个人")
    page.get_by_role("button", name=f"留这份 {first}").click()
    expect(page.get_by_text(f"并到这里的档案：{second}")).to_be_visible()
    page.goto(f"{live.address}/community/elders/{second}")
    expect(page).to_have_url(re.compile(f"/{first}$"))


def test_the_full_number_hides_itself_again(open_page: Callable[..., Screen]) -> None:
    page = open_page("/community/elders/E001").page
    page.clock.install()
    follow(page.get_by_role("button", name="看全号（会留痕）"))
    shown = page.locator("[data-hide-seconds]")
    expect(shown).to_have_text(re.compile(r"\d{17}[\dX]"))
    page.clock.fast_forward(31_000)
    expect(page.locator(".idno")).to_have_text(re.compile(r"\*{8}"))
