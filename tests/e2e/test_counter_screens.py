"""The cashier's page in a real browser: every state is drawn, fits, is read aloud, and every key acts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_double import COUNTER as COUNTER_ID
from tests.e2e.counter_double import Double
from tests.e2e.counter_states import COUNTER

pytestmark = pytest.mark.e2e

SIZES = ((1366, 768), (1366, 625), (390, 844))
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
#: what sticks out: the page sideways, or a text cut off in its own box
OVERFLOWS = """() => {
  const out = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) out.push("page " + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!box.width || style.visibility === "hidden" || e.closest("svg, .vh, .skip, noscript")) continue;
    if (box.right > width + 1 || box.left < -1) out.push("off " + e.tagName + "." + e.className + " " + e.textContent.slice(0, 20));
    if (!e.children.length && e.textContent.trim() && e.scrollWidth > e.clientWidth + 1 && style.display !== "inline"
        && !e.matches("input, .recent__b")) out.push("cut " + e.tagName + "." + e.className + " " + e.textContent.slice(0, 20));
    if (!e.children.length && e.textContent.trim() && parseFloat(style.fontSize) < 13.1 && !e.matches(".key")) out.push("small " + e.textContent.slice(0, 20));
  }
  const main = document.querySelector(".counter .now:not([hidden])");
  if (main && main.scrollHeight > main.clientHeight + 1) out.push("now is higher than its place");
  return [...new Set(out)];
}"""


@pytest.fixture
def open_counter(
    make_screen: Callable[..., Screen], double: Double
) -> Callable[..., Screen]:
    def open_it(width: int = 1366, height: int = 768, lang: str = "zh") -> Screen:
        screen = make_screen(width, height)
        screen.page.goto(f"{double.counter_url}?lang={lang}")
        expect(screen.page.locator("#keys button")).to_have_count(6)
        return screen

    return open_it


def _panel(page: Page) -> str:
    return page.locator(".now:not([hidden])").inner_text()


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
    if double.world.events:
        expect(page.locator("body")).not_to_have_attribute("data-state", "ready")
    if lang == "zh":
        expect(page.locator(".now:not([hidden])")).to_contain_text(words)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{lang}-{width}x{height}-counter-{name}.png")
        assert page.evaluate(OVERFLOWS) == [], f"{width}×{height}"
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, found.generate_report()
    assert screen.complaints == []
    assert all(address.startswith((double.address, "data:")) for address in screen.addresses)
