"""The cashier's page when the line, the service or an answer is lost: it says so, resumes, never doubles."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_double import COUNTER, STATIC, Double
from tests.e2e.counter_script import HUANG, LIANG, MO, QIN, WEI, make_accepted, make_id, make_swipe
from tests.e2e.counter_states import FIRST, SHORT

pytestmark = pytest.mark.e2e

BASE = f"/api/v1/counters/{COUNTER}"
#: keeps what the notice said: it may be gone before somebody looks
LISTEN = """() => {
  const notice = document.getElementById("notice");
  window.heard = [];
  new MutationObserver(() => heard.push(notice.textContent)).observe(notice, { childList: true });
}"""


def _taken(elder: dict, number: int) -> dict:
    body = make_accepted(elder, 700, 560, 8640, id=make_id(number))
    body["meal"]["id"] = make_id(number + 500)
    return body


def _open(screen: Screen, double: Double) -> Page:
    screen.page.goto(f"{double.counter_url}?lang=zh")
    expect(screen.page.locator("#keys button")).to_have_count(6)
    return screen.page


def _names(page: Page, count: int) -> list[str]:
    return page.locator(".recent__b").all_inner_texts()[:count]


def test_a_lost_line_is_said_within_seconds_and_what_was_missed_comes_once(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    screen = make_screen(1366, 768)
    screen.page.clock.install()
    page = _open(screen, double)
    double.world.push("swipe", _taken(HUANG, 1))
    expect(page.locator(".now__name")).to_have_text("黄桂英")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    double.world.be_silent(True)
    page.clock.run_for(3_000)  # of the page's own time, however slow the machine
    expect(page.locator('[data-net="down"]')).to_be_visible()
    page.clock.resume()
    expect(page.locator("#notice")).to_contain_text("结果未确认，请勿重刷")
    double.world.push("swipe", _taken(LIANG, 2))
    double.world.push("swipe", _taken(WEI, 3))
    page.keyboard.press("Escape")
    expect(page.locator(".now__invite")).to_contain_text("结果未确认，请勿重刷")
    double.world.be_silent(False)
    expect(page.locator('[data-net="up"]')).to_be_visible()
    expect(page.locator(".now__name")).to_have_text("韦月娥")
    assert _names(page, 4) == ["韦月娥", "梁福荣", "黄桂英", "梁福荣"]


def test_a_service_that_dies_and_comes_back_is_resumed_by_number(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768), double)
    double.world.push("swipe", _taken(HUANG, 1))
    expect(page.locator(".now__name")).to_have_text("黄桂英")
    double.stop()
    expect(page.locator('[data-net="down"]')).to_be_visible()
    double.world.push("swipe", _taken(MO, 2))
    double.start()
    expect(page.locator(".now__name")).to_have_text("莫秀琼")
    expect(page.locator('[data-net="up"]')).to_be_visible()
    double.world.push("swipe", _taken(WEI, 3))
    expect(page.locator(".now__name")).to_have_text("韦月娥")
    assert _names(page, 3) == ["韦月娥", "莫秀琼", "黄桂英"]


def test_without_a_stream_the_page_polls(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    double.world.streams_full = True
    page = _open(make_screen(1366, 768), double)
    double.world.push("swipe", _taken(HUANG, 1))
    expect(page.locator(".now__name")).to_have_text("黄桂英")
    double.world.push("swipe", _taken(MO, 2))
    expect(page.locator(".now__name")).to_have_text("莫秀琼")
    assert _names(page, 2) == ["莫秀琼", "黄桂英"]


def test_events_no_longer_kept_make_the_page_ask_for_the_state(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    double.world.kept_from = 40
    double.world.state["last_seq"] = 10
    page = _open(make_screen(1366, 768), double)
    double.world.state["last_seq"] = 40
    double.world.push("swipe", _taken(HUANG, 1))
    expect(page.locator(".now__name")).to_have_text("黄桂英")
    assert sum(asked.startswith(f"{BASE}?") for asked in double.world.asked) >= 2


@pytest.mark.parametrize("lost", [1, 3])
def test_o_102_a_lost_answer_is_asked_for_again_with_the_same_id(
    make_screen: Callable[..., Screen], double: Double, lost: int
) -> None:
    page = _open(make_screen(1366, 768), double)
    double.world.push("swipe", make_swipe("insufficient_balance", elder=QIN, short=SHORT))
    expect(page.locator("body")).to_have_attribute("data-state", "insufficient_balance")
    page.evaluate(LISTEN)
    double.world.failing = lost
    page.keyboard.press("c")
    page.wait_for_function("() => heard.some(said => said.includes('结果未确认，请勿重刷'))")
    expect(page.locator("#notice")).to_be_empty()
    assert len(double.world.writes) == lost + 1
    assert len({str(body) for _, _, body in double.world.writes}) == 1


def test_a_refused_write_says_why(make_screen: Callable[..., Screen], double: Double) -> None:
    problem = {"code": "already_voided", "zh": "这一餐已经撤销过", "en": "Already voided"}
    double.world.answers["POST void"] = (409, problem)
    page = _open(make_screen(1366, 768), double)
    page.keyboard.press("F4")
    expect(page.locator("dialog[data-ready]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text("没办成：这一餐已经撤销过")


def test_without_a_session_the_page_goes_to_sign_in(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    double.world.signed_in = False
    page = make_screen(1366, 768).page
    page.goto(double.counter_url)
    page.wait_for_url(f"**/sign-in?next=%2Fcounter%2F{COUNTER}")


def test_a_result_leaves_after_a_minute(make_screen: Callable[..., Screen], double: Double) -> None:
    screen = make_screen(1366, 768)
    screen.page.clock.install()
    page = _open(screen, double)
    double.world.push("swipe", _taken(HUANG, 1))
    expect(page.locator(".now__name")).to_have_text("黄桂英")
    page.clock.run_for(40_000)  # the clock goes on by itself, too: on a slow machine for seconds
    expect(page.locator(".now__name")).to_have_text("黄桂英")
    page.clock.run_for(21_000)
    expect(page.locator("body")).to_have_attribute("data-state", "ready")


def test_a_swipe_never_waits_for_a_refusal_and_keeps_the_live_regions(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768), double)
    page.evaluate("window.regions = ['accepted', 'refused'].map(id => document.getElementById(id))")
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    double.world.push("swipe", short)
    expect(page.locator('[role="alert"]#refused')).to_contain_text("没收：余额不够")
    double.world.push("swipe", _taken(HUANG, 7))
    expect(page.locator('[role="status"]#accepted')).to_contain_text("已收")
    assert page.evaluate("regions[0].isConnected && regions[1].isConnected")
    expect(page.locator(".recent tbody tr").nth(1)).to_have_attribute("data-kind", "open")
    double.world.push("meal", {**_taken(QIN, 8), "swipe": short["id"]})
    expect(page.locator(".recent tbody tr").nth(2)).to_have_attribute("data-kind", "no")


def test_a_late_swipe_does_not_push_away_who_stands_here(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768), double)
    double.world.push("swipe", _taken(HUANG, 1))
    double.world.push("swipe", {**_taken(MO, 2), "late": True})
    refused = make_swipe("already_eaten", elder=WEI, late=True, first=FIRST)
    double.world.push("swipe", refused)
    expect(page.locator(".recent__b").first).to_have_text("韦月娥")
    expect(page.locator(".now__name")).to_have_text("黄桂英")


def test_both_languages_have_every_word_that_the_scripts_use(
    make_screen: Callable[..., Screen], double: Double
) -> None:
    page = _open(make_screen(1366, 768), double)
    tables = page.evaluate(
        "async () => { const w = await import('/static/counter/words.js');"
        " return [w.TABLES.zh, w.TABLES.en]; }"
    )
    zh, en = tables
    assert set(zh) == set(en)
    for name, text in zh.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", en[name])), name
    used = set()
    for path in (STATIC / "counter").glob("*.js"):
        used |= set(re.findall(r"\bt\(\s*\"(\w+)\"", path.read_text(encoding="utf-8")))
    assert used <= set(zh), used - set(zh)
    other = "".join(p.read_text(encoding="utf-8") for p in (STATIC / "counter").glob("*.js"))
    unused = [
        name for name in zh if f'"{name}"' not in other and not re.match(r"(e|m|n|c|sex)_", name)
    ]
    assert unused == []


def test_no_script_or_page_is_long_or_asks_another_server() -> None:
    for path in sorted((STATIC / "counter").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 350, path.name
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|style=", text), (
            path.name
        )
