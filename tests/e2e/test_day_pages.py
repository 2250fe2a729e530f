"""The day in a real browser: the street opens it again, the secretary counts, settles and signs."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, demonstration, follow, hold, sign_in
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e

#: page → its address below the day's
PAGES = {
    "day": "",
    "lines": "/lines?mealtime=lunch",
    "paper-report": "/paper/report",
    "paper-register": "/paper/register",
    "paper-month": "/paper/month",
    "paper-notice": "/paper/notice",
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A demonstration of sixteen days, all of them signed."""
    elders = int(os.environ.get("DAY_ELDERS", "40"))
    with demonstration(tmp_path_factory.mktemp("day"), days=16, elders=elders) as demo:
        yield demo


@pytest.fixture(scope="module")
def sessions(live: Live, browser: Browser) -> dict[str, list[Any]]:
    """The cookies of secretary, street and cashier."""
    names = ("demo-secretary", "demo-street", "demo-cashier")
    return {name: sign_in(live, browser, name) for name in names}


@pytest.fixture
def open_page(
    live: Live, sessions: dict[str, list[Any]], make_screen: Callable[..., Screen]
) -> Callable[..., Screen]:
    def open_it(path: str, who: str = "demo-secretary", lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *sessions[who]])  # type: ignore[list-item]
        screen.page.goto(live.address + path)
        return screen

    return open_it


def _yesterday(page: Page) -> str:
    today = re.search(r"\d{4}-\d{2}-\d{2}$", page.url)
    assert today is not None
    return str(date.fromisoformat(today[0]) - timedelta(days=1))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_the_day_its_lists_and_papers_fit_and_are_accessible(
    name: str, lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    screen = open_page("/community/days", lang=lang)
    day = _yesterday(screen.page)
    screen.page.goto(f"{screen.page.url.rpartition('/')[0]}/{day}{PAGES[name]}")
    hold(screen.page, f"{lang}-{name}-signed", shots)
    assert screen.complaints == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_today_the_street_and_the_count_at_the_counter_fit(
    lang: str, open_page: Callable[..., Screen], shots: Path
) -> None:
    for name, who, path in (
        ("day-today", "demo-secretary", "/community/days"),
        ("street", "demo-street", "/street"),
        ("cash", "demo-cashier", "/counter/1/cash"),
    ):
        screen = open_page(path, who, lang)
        hold(screen.page, f"{lang}-{name}", shots)
        assert screen.complaints == []


def test_counts_of_today_that_stay_as_they_are_are_not_drawn_anew(
    open_page: Callable[..., Screen],
) -> None:
    page = open_page("/community/days").page
    today = page.locator("#today")
    today.evaluate("drawn => { drawn.isTheFirst = true }")
    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith("/live")):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert today.evaluate("drawn => drawn.isTheFirst")


def test_a_day_is_opened_again_counted_settled_and_signed(
    open_page: Callable[..., Screen], shots: Path
) -> None:
    street = open_page("/street", "demo-street").page
    follow(street.locator("tbody a").first)
    street.get_by_label("为什么重开？").fill("晚餐漏了一桌")
    street.get_by_role("button", name="退回签结，重开这一天").click()
    expect(street.get_by_text("街道退回，等重签")).to_be_visible()
    address = street.url.replace("/street/", "/community/")
    page = open_page(address.removeprefix(street.url.partition("/street")[0])).page
    page.get_by_label("点数 1 号窗口").fill("1")
    follow(page.get_by_role("button", name="记下点数"))
    why = page.locator("#sign-why")
    button = page.get_by_role("button", name="签结，锁定这天的数字")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(why).to_contain_text("上面还有")
    hold(page, "zh-day-unsigned", shots)
    page.get_by_label("怎么处理的").first.fill("找零错了，已补")
    follow(page.get_by_label("怎么处理的").first, "Enter")
    expect(page.get_by_text("找零错了，已补").first).to_be_visible()
    page.get_by_label("备餐 午餐").fill("200")
    page.get_by_label("剩余 午餐").fill("3")
    follow(page.get_by_role("button", name="记下份数"))
    expect(button).not_to_have_attribute("aria-disabled", "true")
    hold(page, "zh-day-ready", shots)
    follow(button)
    expect(page.get_by_text("已签结，数字锁定")).to_be_visible()
    expect(page.get_by_role("img", name="已签结", exact=False).first).to_be_visible()
    hold(page, "zh-day-signed-again", shots)
