"""Every dialog of the counter, opened by its keys: it fits each screen and is accessible."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_double import Double
from tests.e2e.counter_script import FOUND, make_swipe
from tests.e2e.desk import follow
from tests.e2e.page_rules import hold_rules

pytestmark = pytest.mark.e2e

DIALOGS = {
    "find": ["F2"],
    "void": ["F4"],
    "price": ["0"],
    "more": ["b"],
    "keys": ["?"],
    "serve": ["F2", "h", "Enter"],
    "top_up": ["F8", "h", "Enter"],
    "top_up_sure": ["F8", "h", "Enter", "5", "Enter"],
    "assign": ["n", "h", "Enter"],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_fits_and_is_accessible(
    name: str, lang: str, make_screen: Callable[..., Screen], double: Double, shots: Path
) -> None:
    double.world.elders = FOUND
    page = make_screen(1366, 768).page
    page.goto(f"{double.counter_url}?lang={lang}")
    expect(page.locator("#keys button")).to_have_count(6)
    if name == "assign":
        double.world.push("swipe", make_swipe("unknown_card"))
        expect(page.locator("body")).to_have_attribute("data-state", "unknown_card")
    for key in DIALOGS[name]:
        if key == "Enter" and page.locator("#find").count():
            expect(page.locator("#found:not([aria-busy])")).to_be_visible()
        page.keyboard.press(key)
        expect(page.locator("dialog[data-ready]")).to_be_visible()
    for width, height in ((1366, 768), (1366, 625), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{lang}-{width}x{height}-dialog-{name}.png")
        hold_rules(page)


def test_all_keys_lead_to_the_counting_of_the_drawer(counter_page: Page) -> None:
    counter_page.keyboard.press("?")
    follow(counter_page.get_by_role("button", name="点现金"))

    expect(counter_page).to_have_url(re.compile(r"/counter/[^/]+/cash$"))


def test_all_keys_lead_to_asking_for_a_delivery(counter_page: Page) -> None:
    counter_page.keyboard.press("?")
    follow(counter_page.get_by_role("button", name="要送餐"))

    expect(counter_page).to_have_url(re.compile(r"/counter/[^/]+/deliveries$"))
