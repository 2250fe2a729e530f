"""The auditor's hour in a real browser: every page fits, is accessible, and leads from the first one to a
meal's evidence, the day's close and the trail."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES, SIZES, demonstration, follow, hold, sign_in
from tests.e2e.live import Live

pytestmark = pytest.mark.e2e

DELIVERED = "tr:has-text('送餐') a, tr:has-text('delivered') a"
LINK = ".ledger a[href^='/auditor/%s/']"
#: page → the way to it from the first page: addresses opened, links followed
PAGES: dict[str, tuple[str, ...]] = {
    "index": (),
    "samples": ("/auditor/samples?seed=2026&count=12&by=both",),
    "meal": ("/auditor/samples?seed=2026&count=12&by=channel", LINK % "meals"),
    "delivered": ("/auditor/samples?seed=2026&count=12&by=channel", DELIVERED),
    "closes": (LINK % "closes",),
    "close": (LINK % "closes", LINK % "closes"),
    "receipts": (LINK % "receipts",),
    "receipt-day": (LINK % "receipts", LINK % "receipts"),
    "trail": ("/auditor/trail",),
    "elder": ("/auditor/samples?seed=2026&count=12", LINK % "meals", "a[href^='/auditor/elders/']"),
    "card": ("/auditor/samples?seed=2026&count=12", LINK % "meals", "a[href^='/auditor/cards/']"),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A demonstration of nine days."""
    with demonstration(tmp_path_factory.mktemp("audit"), days=9, elders=30) as demo:
        yield demo


@pytest.fixture(scope="module")
def session(live: Live, browser: Browser) -> list[Any]:
    """The auditor's cookies."""
    return sign_in(live, browser, "demo-auditor")


@pytest.fixture
def open_page(live: Live, session: list[Any], make_screen: Callable[..., Screen]) -> Any:
    def open_it(lang: str = "zh") -> Screen:
        screen = make_screen(*SIZES[0])
        chosen = {"name": "canteen_locale", "value": LANGUAGES[lang], "url": live.address}
        screen.context.add_cookies([chosen, *session])
        screen.page.goto(f"{live.address}/auditor")
        return screen

    return open_it


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_auditor_fits_and_is_accessible(
    name: str, lang: str, live: Live, open_page: Callable[..., Screen], shots: Path
) -> None:
    screen = open_page(lang)
    for step in PAGES[name]:
        if step.startswith("/"):
            screen.page.goto(live.address + step)
        else:
            follow(screen.page.locator(step).first)
    screen.page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    hold(screen.page, f"{lang}-audit-{name}", shots)
    assert screen.complaints == []
    assert all(address.startswith((live.address, "data:")) for address in screen.addresses)


def test_an_hour_of_an_auditor(open_page: Callable[..., Screen]) -> None:
    """A sample drawn by the form, one of its meals looked at, its day closed, its number found again."""
    page = open_page().page
    follow(page.get_by_role("link", name="抽样").first)
    page.get_by_label("种子").fill("2026")
    follow(page.get_by_role("button", name="抽样"))
    receipt = page.locator(LINK % "meals").first.inner_text()
    page.get_by_role("link", name=receipt).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(receipt)
    expect(page.get_by_text("与签结时一致")).to_be_visible()
    page.get_by_role("navigation").or_(page.locator(".crumb")).get_by_role("link").last.click()
    expect(page).to_have_url(re.compile(r"/auditor/closes/C1/\d{4}-\d{2}-\d{2}$"))
    follow(page.get_by_role("link", name="审计", exact=True).last)
    page.get_by_role("searchbox").fill(receipt)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/auditor/meals/{receipt}$"))
