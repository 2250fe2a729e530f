"""The desk's pages in a browser: a demonstration with history behind them, its people's cookies, and
what every page must hold."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.live import Live, empty_canteen
from tests.e2e.page_rules import AXE, OVERFLOWS

SIZES = ((1366, 768), (390, 844))
LANGUAGES = {"zh": "zh_CN", "en": "en"}


@contextmanager
def demonstration(folder: Path, *, days: int, elders: int) -> Iterator[Live]:
    """A served demonstration of so many days."""
    live = empty_canteen(folder)
    size = ("--days", str(days), "--elders", str(elders), "--seed", "7")
    made = live.canteen("demo", *size, "--json")
    assert made.returncode == 0, made.stderr
    live.made = json.loads(made.stdout)
    live.start_server()
    try:
        yield live
    finally:
        live.stop()


def sign_in(live: Live, browser: Browser, name: str) -> list[Any]:
    """The cookies of one of the demonstration's people."""
    context = browser.new_context()
    answer = context.request.post(
        f"{live.address}/api/v1/session",
        data={"user": name, "password": live.made["sign_ins"][name]},
    )
    assert answer.status == 201
    cookies = context.cookies()
    context.close()
    return cookies


def hold(page: Page, name: str, shots: Path) -> None:
    """The page fits and is accessible at a desk and in a hand; pictures of both are kept."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{name}-{width}x{height}.png", full_page=True)
        overflows = page.evaluate(OVERFLOWS)
        if "-paper-" in name:  # paper is read in the hand: its type is set in points
            overflows = [one for one in overflows if not one.startswith("tiny")]
        assert overflows == [], f"{width}×{height}: {overflows}"
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
