"""The elder's display in a real browser: every state, both languages, landscape, portrait and phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_double import Double
from tests.e2e.counter_script import make_shown
from tests.e2e.counter_states import DISPLAY, HUANG_PAID, LIANG_PAID
from tests.e2e.page_rules import AXE, OVERFLOWS, hold_rules

pytestmark = pytest.mark.e2e

SIZES = ((1366, 768), (390, 844), (800, 1280))
AAA = {**AXE, "rules": {"color-contrast-enhanced": {"enabled": True}}}
SPOKEN = {
    "zh": {
        "full": "黄女士，您付七块，政府补五块六，还有八十六块四。",
        "short": "您付七块，还有八十六块四。",
    },
    "en": {"full": "You pay 7 yuan. 86.40 yuan left.", "short": "You pay 7 yuan."},
}
FORBIDDEN = ("余额不足", "不够", "差", "低保", "特困", "失能", "迁出", "去世", "身份证")


def _open(screen: Screen, double: Double) -> Page:
    """The display, once it has drawn the last of what the double plays."""
    screen.page.goto(double.display_url)
    last = double.world.events[-1]["body"] if double.world.events else {"kind": "idle"}
    expect(screen.page.locator(f"body.elder--{last['kind']}")).to_be_visible()
    expect(screen.page.locator("#live")).to_contain_text(last.get("name_public") or "")
    return screen.page


@pytest.mark.parametrize("contrast", ["normal", "high"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", DISPLAY)
def test_every_state_is_drawn_and_fits_and_is_accessible(
    name: str,
    lang: str,
    contrast: str,
    double: Double,
    make_screen: Callable[..., Screen],
    shots: Path,
) -> None:
    play, words = DISPLAY[name]
    play(double.world)
    double.world.display["locale"] = "zh_CN" if lang == "zh" else "en"
    screen = make_screen(1366, 768, voices=["zh-CN", "en-US"])
    screen.context.add_cookies(
        [{"name": "canteen_contrast", "value": contrast, "url": double.address}]
    )
    page = _open(screen, double)
    page.keyboard.press("Shift")
    expect(page.locator(".elder__mark")).to_have_count(0)
    if lang == "zh":
        expect(page.locator("#live")).to_contain_text(words)
        if name != "low":
            assert not [word for word in FORBIDDEN if word in page.locator("body").inner_text()]
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{lang}-{contrast}-{width}x{height}-display-{name}.png")
        hold_rules(page, axe=AAA)
    assert screen.complaints == []
    assert all(address.startswith((double.address, "data:")) for address in screen.addresses)


def test_a_result_leaves_after_thirty_seconds_and_takes_the_one_before_along(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    screen = make_screen(1366, 768)
    screen.page.clock.install()
    page = _open(screen, double)
    double.world.push(
        "display", make_shown("accepted", name_public="梁先生", **LIANG_PAID), view="display"
    )
    double.world.push(
        "display", make_shown("accepted", name_public="黄女士", **HUANG_PAID), view="display"
    )
    expect(page.locator(".elder__name")).to_contain_text("黄女士")
    page.clock.run_for(10_000)  # the clock goes on by itself, too: on a slow machine for seconds
    expect(page.locator(".elder__name")).to_contain_text("黄女士")
    page.clock.run_for(21_000)
    expect(page.locator("body.elder--idle")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("梁先生")


def test_the_line_is_spoken_in_full_then_short_and_a_new_one_cuts_the_old(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768, voices=["zh-CN"]), double)
    page.keyboard.press("Shift")
    paid = make_shown("accepted", name_public="黄女士", **HUANG_PAID) | {"speak": SPOKEN}
    double.world.push("display", paid, view="display")
    double.world.push("display", paid, view="display")
    page.wait_for_function("() => said.filter(Boolean).length === 2")
    assert page.evaluate("said") == [None, SPOKEN["zh"]["full"], None, SPOKEN["zh"]["short"]]


def test_f9_at_the_counter_makes_the_display_say_it_again(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    screen = make_screen(1366, 768, voices=["zh-CN"])
    page = _open(screen, double)
    page.keyboard.press("Shift")
    paid = make_shown("accepted", name_public="黄女士", **HUANG_PAID) | {"speak": SPOKEN}
    double.world.push("display", paid, view="display")
    page.wait_for_function("() => said.filter(Boolean).length === 1")
    counter = screen.context.new_page()
    counter.goto(double.counter_url)
    expect(counter.locator("#keys button")).to_have_count(6)
    counter.keyboard.press("F9")
    expect(counter.locator("#notice")).to_have_text("已再播一遍")
    page.wait_for_function("() => said.filter(Boolean).length === 2")


def test_without_a_voice_the_line_is_shown_in_large_type(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768, voices=[]), double)
    expect(page.locator(".elder__mark")).to_have_text("声音不可用")
    paid = make_shown("accepted", name_public="黄女士", **HUANG_PAID) | {"speak": SPOKEN}
    double.world.push("display", paid, view="display")
    spoken = page.locator(".elder__prev--spoken")
    expect(spoken).to_have_text(SPOKEN["zh"]["full"])
    assert spoken.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 24
    assert page.evaluate(OVERFLOWS) == []


def test_until_a_touch_the_screen_says_how_to_get_sound(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768, voices=["zh-CN"]), double)
    expect(page.locator(".elder__mark")).to_have_text("点一下或按任意键开声音")
    page.mouse.click(400, 300)
    expect(page.locator(".elder__mark")).to_have_count(0)


def test_a_lost_line_is_shown_and_resumed(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    screen = make_screen(1366, 768, voices=["zh-CN"])
    page = _open(screen, double)
    page.keyboard.press("Shift")
    screen.context.set_offline(True)
    expect(page.locator(".elder__mark")).to_have_text("断网")
    double.world.push(
        "display", make_shown("accepted", name_public="黄女士", **HUANG_PAID), view="display"
    )
    screen.context.set_offline(False)
    expect(page.locator(".elder__name")).to_contain_text("黄女士")
    expect(page.locator(".elder__mark")).to_have_count(0)


def test_a_display_without_its_link_says_so(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    double.world.display_refused = True
    page = make_screen(1366, 768).page
    page.goto(double.display_url)
    expect(page.locator("#live")).to_contain_text("这块屏还没有连上")
