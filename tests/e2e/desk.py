"""The desk's pages in a browser: a demonstration with history behind them, its people's cookies, and
what every page must hold."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from tests.e2e.live import Live, copy_of, pass_midnight
from tests.e2e.page_rules import hold_rules

SIZES = ((1366, 768), (390, 844))
LANGUAGES = {"zh": "zh_CN", "en": "en"}


#: longer than the tests of any module take that look at one demonstration
MODULE_SECONDS_MAX = 150


@contextmanager
def demonstration(folder: Path, *, days: int, elders: int) -> Iterator[Live]:
    """A served demonstration of so many days."""
    pass_midnight(MODULE_SECONDS_MAX)
    size = ("--days", str(days), "--elders", str(elders), "--seed", "7")
    live = copy_of(f"demo {size}", folder, lambda canteen: _fill(canteen, size))
    try:
        live.start_server()
        yield live
    finally:
        live.stop()


def _fill(live: Live, size: tuple[str, ...]) -> Any:
    made = live.canteen("demo", *size, "--json")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def sign_in(live: Live, browser: Browser, name: str) -> list[Any]:
    """The cookies of one of the canteen's people."""
    context = browser.new_context()
    answer = context.request.post(
        f"{live.address}/api/v1/session", data={"user": name, "password": live.password(name)}
    )
    assert answer.status == 201
    cookies = context.cookies()
    context.close()
    return cookies


def follow(leads_away: Locator, key: str | None = None) -> None:
    """Click what leads to another page, or press a key on it, and wait until that one is there with its
    scripts: what is looked at or pressed next must not be the old page's, nor of half a new one."""
    with leads_away.page.expect_navigation():
        if key is None:
            leads_away.click()
        else:
            leads_away.press(key)


def hold(page: Page, name: str, shots: Path) -> None:
    """The page fits and is accessible at a desk and in a hand; pictures of both are kept."""
    page.wait_for_load_state()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{name}-{width}x{height}.png", full_page=True)
        hold_rules(page, tiny="-paper-" in name)  # paper is read in the hand: its type is in points
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
