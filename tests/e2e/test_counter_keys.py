"""Every key of the counter's map does its work without a mouse, and Enter alone never charges."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Screen
from tests.e2e.counter_double import COUNTER, Double
from tests.e2e.counter_script import HUANG, LIANG, QIN, WEI, make_accepted, make_id, make_swipe
from tests.e2e.counter_states import FIRST, LOST, SHORT
from tests.e2e.test_counter_screens import AXE, OVERFLOWS

pytestmark = pytest.mark.e2e

BASE = f"/api/v1/counters/{COUNTER}"
SALE = {"keyed_at": "2026-03-18T11:42:08+08:00", "expires_at": "2026-03-18T11:43:08+08:00"}
FOUND = [
    {
        **HUANG,
        "born": "1941-06-02",
        "community": "榕荫里社区",
        "building": "3 栋",
        "last4": "1024",
        "card_printed": "10418",
        "balance_fen": 8640,
    },
    {**WEI, "born": "1949-09-30", "community": "榕荫里社区", "building": "5 栋", "last4": "0046"}
    | {"card_printed": None, "balance_fen": 15300},
]
#: a keyboard reader: all keys at once, as a hand can't; then Enter
BURST = """([text, code]) => {
  const target = document.activeElement || document.body;
  for (const c of text) {
    const key = code === "ime" ? "Process" : c;
    const place = /[0-9]/.test(c) ? "Digit" + c : /[a-z]/i.test(c) ? "Key" + c.toUpperCase() : "";
    target.dispatchEvent(new KeyboardEvent("keydown", { key, code: code === "none" ? "" : place, bubbles: true, cancelable: true }));
  }
  target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def page(make_screen: Callable[..., Screen], double: Double) -> Page:
    double.world.answers["PUT sale"] = (200, {"sale": SALE})
    double.world.elders = FOUND
    page = make_screen(1366, 768).page
    page.goto(f"{double.counter_url}?lang=zh")
    expect(page.locator("#keys button")).to_have_count(6)
    return page


def _wait_for_write(page: Page, double: Double, count: int = 1) -> tuple[str, str, dict]:
    """The last of `count` writes, once the double has them."""
    for _ in range(200):
        if len(double.world.writes) >= count:
            break
        page.wait_for_timeout(25)
    assert len(double.world.writes) == count, double.world.writes
    return double.world.writes[-1]


def _show(page: Page, double: Double, kind: str, body: dict, state: str) -> None:
    double.world.push(kind, body)
    expect(page.locator("body")).to_have_attribute("data-state", state)


def _dialog(page: Page) -> None:
    expect(page.locator("dialog[data-ready]")).to_be_visible()


def test_numbers_choose_the_next_meal_and_one_goes_back(page: Page, double: Double) -> None:
    page.keyboard.press("2")
    method, path, body = _wait_for_write(page, double)
    assert (method, path) == ("PUT", f"{BASE}/sale")
    assert (body["kind"], body["set_meal"], body["pay"]) == ("set", "small", "purse")
    assert body["second"] is False
    assert len(body["id"]) == 36
    expect(page.locator('input[value="2"]')).to_be_checked()
    double.world.push("sale", {"sale": None, "why": "consumed"})
    expect(page.locator('input[value="1"]')).to_be_checked()
    page.keyboard.press("3")
    _wait_for_write(page, double, 2)
    expect(page.locator('input[value="3"]')).to_be_checked()
    page.keyboard.press("1")
    assert _wait_for_write(page, double, 3)[:2] == ("DELETE", f"{BASE}/sale")


def test_zero_takes_another_price_and_enter_sends_it(page: Page, double: Double) -> None:
    page.keyboard.press("0")
    _dialog(page)
    page.keyboard.type("15.5", delay=120)
    page.keyboard.press("Enter")
    body = _wait_for_write(page, double)[2]
    assert (body["kind"], body["amount_fen"]) == ("amount", 1550)
    expect(page.locator('input[value="0"]')).to_be_checked()
    expect(page.locator(".meal--keyed")).to_contain_text("15.50")


def test_escape_drops_a_pending_sale_and_clears_the_panel(page: Page, double: Double) -> None:
    page.keyboard.press("2")
    _wait_for_write(page, double)
    _show(page, double, "swipe", make_swipe("unknown_card"), "unknown_card")
    page.keyboard.press("Escape")
    assert _wait_for_write(page, double, 2)[:2] == ("DELETE", f"{BASE}/sale")
    expect(page.locator("body")).to_have_attribute("data-state", "ready")


def test_plain_enter_never_charges(page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    _show(page, double, "swipe", short, "insufficient_balance")
    page.keyboard.press("Enter")
    _show(page, double, "swipe", make_swipe("unknown_card", id=make_id(2)), "unknown_card")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    assert double.world.writes == []


def test_c_takes_the_missing_part_in_cash(page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    _show(page, double, "swipe", short, "insufficient_balance")
    page.keyboard.press("c")
    method, path, body = _wait_for_write(page, double)
    assert (method, path) == ("POST", f"{BASE}/meals")
    assert (body["swipe"], body["pay"]) == (short["id"], "purse_then_cash")
    assert body["id"] != short["id"]


def test_b_serves_a_second_portion_of_a_card_that_has_eaten(page: Page, double: Double) -> None:
    eaten = make_swipe("already_eaten", elder=LIANG, first=FIRST)
    _show(page, double, "swipe", eaten, "already_eaten")
    page.keyboard.press("B")
    body = _wait_for_write(page, double)[2]
    assert (body["swipe"], body["second"], body["pay"]) == (eaten["id"], True, "purse")


def test_b_after_a_repeat_arms_a_second_portion_for_the_next_swipe(
    page: Page, double: Double
) -> None:
    _show(page, double, "swipe", make_swipe("repeat", elder=LIANG, first=FIRST), "repeat")
    page.keyboard.press("b")
    method, path, body = _wait_for_write(page, double)
    assert (method, path, body["second"]) == ("PUT", f"{BASE}/sale", True)
    expect(page.locator("#notice")).to_contain_text("请再刷一次卡")


def test_b_sells_to_a_guest_in_cash_when_the_card_is_unknown(page: Page, double: Double) -> None:
    _show(page, double, "swipe", make_swipe("unknown_card"), "unknown_card")
    page.keyboard.press("b")
    body = _wait_for_write(page, double)[2]
    assert (body["guest"], body["pay"], body["set_meal"]) == (True, "cash", "set")


def test_b_elsewhere_asks_first_guest_or_second(page: Page, double: Double) -> None:
    page.keyboard.press("b")
    _dialog(page)
    page.keyboard.press("Enter")
    assert double.world.writes == []
    page.keyboard.press("2")
    assert _wait_for_write(page, double)[2]["second"] is True
    page.keyboard.press("b")
    _dialog(page)
    page.keyboard.press("1")
    assert _wait_for_write(page, double, 2)[2]["guest"] is True


def test_k_keeps_a_lost_card(page: Page, double: Double) -> None:
    lost = make_swipe("card_lost", elder=WEI, lost=LOST)
    _show(page, double, "swipe", lost, "card_lost")
    page.keyboard.press("k")
    method, path, body = _wait_for_write(page, double)
    assert (method, path, body["swipe"]) == ("POST", f"{BASE}/kept-cards", lost["id"])


def test_f2_serves_by_name_with_a_reason(page: Page, double: Double) -> None:
    page.keyboard.press("F2")
    _dialog(page)
    page.keyboard.type("hgl", delay=120)
    expect(page.locator(".found__o")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("dialog h2")).to_have_text("给 黄桂英 打饭")
    _dialog(page)
    page.keyboard.press("2")
    expect(page.locator('input[value="card_broken"]')).to_be_checked()
    assert double.world.writes == []
    page.keyboard.press("Enter")
    body = _wait_for_write(page, double)[2]
    assert (body["elder"], body["reason"], body["pay"]) == ("E0418", "card_broken", "purse")
    assert any("/elders?find=hgl" in asked for asked in double.world.asked)


def test_f2_on_a_lost_card_serves_its_owner(page: Page, double: Double) -> None:
    _show(page, double, "swipe", make_swipe("card_lost", elder=WEI, lost=LOST), "card_lost")
    page.keyboard.press("F2")
    _dialog(page)
    expect(page.locator('input[value="card_lost"]')).to_be_checked()
    page.keyboard.press("Enter")
    assert _wait_for_write(page, double)[2]["elder"] == WEI["number"]


def test_f4_voids_the_last_meal_with_a_reason(page: Page, double: Double) -> None:
    taken = make_accepted(HUANG, 700, 560, 8640)
    _show(page, double, "swipe", taken, "subsidised")
    page.keyboard.press("F4")
    _dialog(page)
    expect(page.locator("dialog")).to_contain_text("撤销，退 ¥7.00")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    method, path, body = _wait_for_write(page, double)
    assert (method, path) == ("POST", f"/api/v1/meals/{taken['meal']['id']}/void")
    assert (body["reason"], body["counter"]) == ("not_wanted", 1)
    given_back = {"purse_fen": 700, "cash_fen": 0, "subsidy_fen": 560, "balance_fen": 9340}
    facts = {"id": body["id"], "meal_id": taken["meal"]["id"], "elder": HUANG, **given_back}
    _show(page, double, "void", facts, "void")
    expect(page.locator(".recent tbody tr").first).to_have_attribute("data-kind", "void")


def test_f4_on_a_card_that_has_eaten_voids_the_first_one(page: Page, double: Double) -> None:
    eaten = make_swipe("already_eaten", elder=LIANG, first=FIRST)
    _show(page, double, "swipe", eaten, "already_eaten")
    page.keyboard.press("F4")
    _dialog(page)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert double.world.writes == []
    page.keyboard.press("F4")
    _dialog(page)
    page.keyboard.press("Enter")
    assert _wait_for_write(page, double)[1] == f"/api/v1/meals/{FIRST['meal_id']}/void"


def test_f8_tops_up_in_two_steps(page: Page, double: Double) -> None:
    _show(page, double, "swipe", make_accepted(HUANG, 700, 560, 8640), "subsidised")
    page.keyboard.press("F8")
    _dialog(page)
    page.keyboard.type("50", delay=120)
    page.keyboard.press("Enter")
    expect(page.locator("dialog h2")).to_have_text("收 ¥50.00，充进 黄桂英 的卡？")
    assert double.world.writes == []
    _dialog(page)
    page.keyboard.press("Enter")
    method, path, body = _wait_for_write(page, double)
    assert (method, path) == ("POST", "/api/v1/top-ups")
    assert (body["elder"], body["amount_fen"], body["pay"]) == ("E0418", 5000, "cash")
    assert body["counter"] == 1


@pytest.mark.parametrize("typed", ["0011583955", "011583", "11583955", "２０００"])
def test_o_020_a_card_number_in_the_amount_field_is_refused(
    page: Page, double: Double, typed: str
) -> None:
    _show(page, double, "swipe", make_accepted(HUANG, 700, 560, 8640), "subsidised")
    page.keyboard.press("F8")
    _dialog(page)
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    words = "最多 ¥1,000.00" if typed == "２０００" else "检测到卡号"
    expect(page.locator(".dialog__err")).to_contain_text(words)
    page.keyboard.press("Enter")
    expect(page.locator("#amount")).to_be_visible()
    assert double.world.writes == []


def test_o_019_a_keyboard_reader_is_a_card_whatever_the_input_method(
    page: Page, double: Double
) -> None:
    page.evaluate(BURST, ["0000008011", "plain"])
    method, path, body = _wait_for_write(page, double)
    assert (method, path, body["card"]) == ("POST", f"{BASE}/swipes", "0000008011")
    page.evaluate(BURST, ["0000008011", "ime"])
    assert _wait_for_write(page, double, 2)[2]["card"] == "0000008011"
    page.evaluate(BURST, ["０００００８０１１", "none"])
    assert _wait_for_write(page, double, 3)[2]["card"] == "000008011"
    page.evaluate(BURST, ["ｏ００００００８０１１", "none"])
    expect(page.locator("body")).to_have_attribute("data-state", "digits")
    assert len(double.world.writes) == 3


def test_a_burst_with_letters_of_the_map_runs_no_command(page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    _show(page, double, "swipe", short, "insufficient_balance")
    page.evaluate(BURST, ["C0B1E3A2", "plain"])
    assert _wait_for_write(page, double)[2]["card"] == "C0B1E3A2"
    page.keyboard.press("F9")  # any later command: by then the burst's keys would have acted
    expect(page.locator("#notice")).not_to_be_empty()
    assert len(double.world.writes) == 1


def test_a_burst_on_a_focused_charging_button_does_not_press_it(page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    _show(page, double, "swipe", short, "insufficient_balance")
    page.locator('[data-command="cash"]').focus()
    page.evaluate(BURST, ["0000008011", "plain"])
    assert _wait_for_write(page, double)[1] == f"{BASE}/swipes"


def test_n_registers_an_unknown_card_in_two_steps_and_serves(page: Page, double: Double) -> None:
    unknown = make_swipe("unknown_card")
    _show(page, double, "swipe", unknown, "unknown_card")
    page.keyboard.press("n")
    _dialog(page)
    page.keyboard.type("hgl", delay=120)
    expect(page.locator(".found__o")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("dialog h2")).to_have_text("登记给 黄桂英？")
    assert double.world.writes == []
    _dialog(page)
    page.keyboard.press("Enter")
    _wait_for_write(page, double, 2)
    (_, card_path, card), (_, meal_path, meal) = double.world.writes
    assert (card_path, card["elder"]) == (f"{BASE}/cards", "E0418")
    assert (meal_path, meal["swipe"], card["swipe"]) == (f"{BASE}/meals", unknown["id"], unknown["id"])


def test_zero_on_a_missing_price_serves_that_swipe(page: Page, double: Double) -> None:
    missing = make_swipe("price_missing", elder=HUANG)
    _show(page, double, "swipe", missing, "price_missing")
    page.keyboard.press("0")
    _dialog(page)
    page.keyboard.type("12", delay=120)
    page.keyboard.press("Enter")
    body = _wait_for_write(page, double)[2]
    assert (body["swipe"], body["kind"], body["amount_fen"]) == (missing["id"], "amount", 1200)


def test_arrows_and_enter_open_a_row(page: Page, double: Double) -> None:
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".now__name")).to_have_text("韦秋菊")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".now__name")).to_have_text("梁福荣")


def test_f9_says_it_again(page: Page, double: Double) -> None:
    page.keyboard.press("F9")
    expect(page.locator("#notice")).to_have_text("这里没有可以再播的")


def test_f9_asks_for_the_reader_when_it_is_lost(page: Page, double: Double) -> None:
    _show(page, double, "reader", {"state": "lost", "detail": "absent"}, "reader")
    expect(page.locator("#wall")).to_contain_text("读卡器断开")
    page.keyboard.press("F9")  # the double's state says that it is back
    expect(page.locator("body")).to_have_attribute("data-state", "ready")


def test_the_switch_turns_single_keys_off(page: Page, double: Double) -> None:
    page.keyboard.press("?")
    _dialog(page)
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("b")
    page.evaluate(BURST, ["0000008011", "plain"])
    assert _wait_for_write(page, double)[1] == f"{BASE}/swipes"
    expect(page.locator("dialog")).to_have_count(0)
    page.reload()
    expect(page.locator("#keys button")).to_have_count(6)
    page.keyboard.press("?")
    page.keyboard.press("F2")
    _dialog(page)
    expect(page.locator("#find")).to_be_focused()


def test_contrast_and_language_are_remembered(page: Page, double: Double) -> None:
    page.keyboard.press("?")
    _dialog(page)
    page.locator("#sw-contrast").press("Space")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    page.locator('[data-act="language"]').press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    page.goto(double.counter_url)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_tab_walks_and_every_stop_is_seen(page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    _show(page, double, "swipe", short, "insufficient_balance")
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "() => [document.activeElement.dataset.command || document.activeElement.className"
                " || document.activeElement.name, getComputedStyle(document.activeElement.closest("
                "'.meal') || document.activeElement).outlineStyle]"
            )
        )
    names = [name for name, _ in stops]
    assert names[:6] == ["skip", "cash", "topUp", "clear", "recent__b", "meal"]
    assert names[6:12] == ["find", "voidLast", "topUp", "sayAgain", "clear", "help"]
    assert all(outline == "solid" for _, outline in stops)


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
    name: str, lang: str, page: Page, double: Double, shots: Path
) -> None:
    page.goto(f"{double.counter_url}?lang={lang}")
    expect(page.locator("#keys button")).to_have_count(6)
    if name == "assign":
        _show(page, double, "swipe", make_swipe("unknown_card"), "unknown_card")
    for key in DIALOGS[name]:
        if key == "Enter" and page.locator("#find").count():
            expect(page.locator(".found__o")).to_have_count(2)
        page.keyboard.press(key)
        _dialog(page)
    for width, height in ((1366, 768), (1366, 625), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=shots / f"{lang}-{width}x{height}-dialog-{name}.png")
        assert page.evaluate(OVERFLOWS) == [], f"{width}×{height}"
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, found.generate_report()
