"""The cashier's page in a real browser: every state is drawn, fits, is read aloud, and every key acts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_double import Double
from tests.e2e.counter_hands import wait_for_last
from tests.e2e.counter_states import COUNTER
from tests.e2e.page_rules import OVERFLOWS, hold_rules

pytestmark = pytest.mark.e2e

SIZES = ((1366, 768), (1366, 625), (390, 844))


@pytest.fixture
def open_counter(make_screen: Callable[..., Screen], double: Double) -> Callable[..., Screen]:
    def open_it(width: int = 1366, height: int = 768, lang: str = "zh") -> Screen:
        screen = make_screen(width, height)
        screen.page.goto(f"{double.counter_url}?lang={lang}")
        expect(screen.page.locator("#keys button")).to_have_count(6)
        return screen

    return open_it


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", COUNTER)
def test_every_state_is_drawn_and_fits_and_is_accessible(
    name: str,
    lang: str,
    double: Double,
    open_counter: Callable[..., Screen],
    shots: Path,
) -> None:
    play, words = COUNTER[name]
    play(double.world)
    screen = open_counter(lang=lang)
    page = screen.page
    wait_for_last(page, double)
    if lang == "zh":
        expect(page.locator(".now:not([hidden])")).to_contain_text(words)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{lang}-{width}x{height}-counter-{name}.png")
        hold_rules(page)
    assert screen.complaints == []
    assert all(address.startswith((double.address, "data:")) for address in screen.addresses)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["ready", "accepted", "low", "insufficient", "lost", "unknown"])
def test_high_contrast_and_large_screens_hold_too(
    name: str,
    lang: str,
    double: Double,
    open_counter: Callable[..., Screen],
    shots: Path,
) -> None:
    COUNTER[name][0](double.world)
    page = open_counter(lang=lang).page
    wait_for_last(page, double)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.screenshot(path=shots / f"{lang}-1920x1080-counter-{name}.png")
    assert page.evaluate(OVERFLOWS) == []
    page.set_viewport_size({"width": 1024, "height": 768})
    assert page.evaluate(OVERFLOWS) == []
    page.set_viewport_size({"width": 1366, "height": 768})
    page.evaluate("document.documentElement.dataset.contrast = 'high'")
    page.screenshot(path=shots / f"hc-{lang}-1366x768-counter-{name}.png")
    hold_rules(page)
