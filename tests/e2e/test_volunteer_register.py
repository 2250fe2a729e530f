"""The register of volunteers in a real browser: one is added by keyboard, is away, and is found again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, follow, hold, sign_in
from tests.e2e.live import Live, live_canteen

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_canteen(tmp_path_factory.mktemp("volunteers"), elders=1) as canteen:
        canteen.start_server()
        yield canteen


@pytest.fixture(scope="module")
def cookies(live: Live, browser: Browser) -> list[Any]:
    """The secretary's."""
    return sign_in(live, browser, "wang")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_volunteer_is_added_is_away_and_comes_back(
    lang: str,
    live: Live,
    cookies: list[Any],
    make_screen: Callable[..., Screen],
    shots: Path,
) -> None:
    screen = make_screen(*SIZES[0])
    page = screen.page
    chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
    screen.context.add_cookies([chosen, *cookies])  # type: ignore[list-item]
    page.goto(f"{live.address}/community/volunteers/add")
    page.locator("#f-name").fill("何志平")
    page.locator("#f-phone").fill("13800000091")
    page.locator("#f-buildings").fill("3栋、5栋")
    page.locator("input[name=duty][value='3-lunch']").check()
    page.locator("input[name=duty][value='5-lunch']").check()
    hold(page, f"{lang}-volunteer-add", shots)
    follow(page.locator("#f-buildings"), "Enter")
    expect(page.locator("h1")).to_contain_text("何志平")
    expect(page.locator("main")).to_contain_text("138****0091")

    follow(page.locator("form[action$=absences] button"))
    follow(page.locator("form[action$=phone] button"))
    expect(page.get_by_role("link", name="13800000091")).to_be_visible()
    hold(page, f"{lang}-volunteer-away", shots)
    follow(page.locator("form[action$=off] button"))
    expect(page.locator("form[action$=off]")).to_have_count(0)

    follow(page.locator("nav.crumb a").first)
    hold(page, f"{lang}-volunteer-list", shots)
    expect(page.get_by_role("link", name="何志平").first).to_be_visible()
    assert screen.complaints == []
