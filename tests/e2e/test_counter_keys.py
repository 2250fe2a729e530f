"""Every key of the counter's map does its work without a mouse, and Enter alone never charges."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.counter_double import COUNTER, Double
from tests.e2e.counter_hands import (
    BURST,
    QUICK,
    show,
    type_name,
    wait_for_dialog,
    wait_for_write,
)
from tests.e2e.counter_script import HUANG, LIANG, QIN, WEI, make_accepted, make_id, make_swipe
from tests.e2e.counter_states import FIRST, LOST, SHORT

pytestmark = pytest.mark.e2e

BASE = f"/api/v1/counters/{COUNTER}"


def test_numbers_choose_the_next_meal_and_one_goes_back(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("2")
    method, path, body = wait_for_write(double)
    assert (method, path) == ("PUT", f"{BASE}/sale")
    assert (body["kind"], body["set_meal"], body["pay"]) == ("set", "small", "purse")
    assert body["second"] is False
    assert len(body["id"]) == 36
    expect(counter_page.locator('input[value="2"]')).to_be_checked()
    double.world.push("sale", {"sale": None, "why": "consumed"})
    expect(counter_page.locator('input[value="1"]')).to_be_checked()
    counter_page.keyboard.press("3")
    wait_for_write(double, 2)
    expect(counter_page.locator('input[value="3"]')).to_be_checked()
    counter_page.keyboard.press("1")
    assert wait_for_write(double, 3)[:2] == ("DELETE", f"{BASE}/sale")


def test_zero_takes_another_price_and_enter_sends_it(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("0")
    wait_for_dialog(counter_page)
    counter_page.keyboard.type("15.5", delay=120)
    counter_page.keyboard.press("Enter")
    body = wait_for_write(double)[2]
    assert (body["kind"], body["amount_fen"]) == ("amount", 1550)
    expect(counter_page.locator('input[value="0"]')).to_be_checked()
    expect(counter_page.locator(".meal--keyed")).to_contain_text("15.50")


def test_escape_drops_a_pending_sale_and_clears_the_panel(
    counter_page: Page, double: Double
) -> None:
    counter_page.keyboard.press("2")
    wait_for_write(double)
    show(counter_page, double, "swipe", make_swipe("unknown_card"), "unknown_card")
    counter_page.keyboard.press("Escape")
    assert wait_for_write(double, 2)[:2] == ("DELETE", f"{BASE}/sale")
    expect(counter_page.locator("body")).to_have_attribute("data-state", "ready")


def test_a_key_pressed_before_the_last_is_answered_waits_its_turn_and_is_not_lost(
    counter_page: Page, double: Double
) -> None:
    double.world.be_silent(True)
    for key in ("2", "3", "Escape"):
        counter_page.keyboard.press(key, delay=120)
    double.world.be_silent(False)
    wait_for_write(double, 3)
    asked = [(method, (body or {}).get("set_meal")) for method, _, body in double.world.writes]
    assert asked == [("PUT", "small"), ("PUT", "large"), ("DELETE", None)]
    expect(counter_page.locator('input[value="1"]')).to_be_checked()


def test_a_quick_hand_s_keys_act_in_the_order_in_which_they_were_pressed(
    counter_page: Page, double: Double
) -> None:
    counter_page.evaluate(QUICK, ["Digit3", "Escape"])
    wait_for_write(double, 2)
    assert [method for method, _, _ in double.world.writes] == ["PUT", "DELETE"]
    expect(counter_page.locator('input[value="1"]')).to_be_checked()


def test_plain_enter_never_charges(counter_page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    show(counter_page, double, "swipe", short, "insufficient_balance")
    counter_page.keyboard.press("Enter")
    show(counter_page, double, "swipe", make_swipe("unknown_card", id=make_id(2)), "unknown_card")
    counter_page.keyboard.press("Enter")
    counter_page.keyboard.press("Escape")
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("body")).to_have_attribute("data-state", "ready")
    assert double.world.writes == []


def test_c_takes_the_missing_part_in_cash(counter_page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    show(counter_page, double, "swipe", short, "insufficient_balance")
    counter_page.keyboard.press("c")
    method, path, body = wait_for_write(double)
    assert (method, path) == ("POST", f"{BASE}/meals")
    assert (body["swipe"], body["pay"]) == (short["id"], "purse_then_cash")
    assert body["id"] != short["id"]


def test_b_serves_a_second_portion_of_a_card_that_has_eaten(
    counter_page: Page, double: Double
) -> None:
    eaten = make_swipe("already_eaten", elder=LIANG, first=FIRST)
    show(counter_page, double, "swipe", eaten, "already_eaten")
    counter_page.keyboard.press("B")
    body = wait_for_write(double)[2]
    assert (body["swipe"], body["second"], body["pay"]) == (eaten["id"], True, "purse")


def test_b_after_a_repeat_arms_a_second_portion_for_the_next_swipe(
    counter_page: Page, double: Double
) -> None:
    show(counter_page, double, "swipe", make_swipe("repeat", elder=LIANG, first=FIRST), "repeat")
    counter_page.keyboard.press("b")
    method, path, body = wait_for_write(double)
    assert (method, path, body["second"]) == ("PUT", f"{BASE}/sale", True)
    expect(counter_page.locator("#notice")).to_contain_text("请再刷一次卡")


def test_b_sells_to_a_guest_in_cash_when_the_card_is_unknown(
    counter_page: Page, double: Double
) -> None:
    show(counter_page, double, "swipe", make_swipe("unknown_card"), "unknown_card")
    counter_page.keyboard.press("b")
    body = wait_for_write(double)[2]
    assert (body["guest"], body["pay"], body["set_meal"]) == (True, "cash", "set")


def test_b_elsewhere_asks_first_guest_or_second(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("b")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Enter")
    assert double.world.writes == []
    counter_page.keyboard.press("2")
    assert wait_for_write(double)[2]["second"] is True
    counter_page.keyboard.press("b")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("1")
    assert wait_for_write(double, 2)[2]["guest"] is True


def test_f2_serves_by_name_with_a_reason(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("F2")
    wait_for_dialog(counter_page)
    type_name(counter_page, "hgl")
    expect(counter_page.locator(".found__o")).to_have_count(2)
    counter_page.keyboard.press("ArrowDown")
    counter_page.keyboard.press("ArrowUp")
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("dialog h2")).to_have_text("给 黄桂英 打饭")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("2")
    expect(counter_page.locator('input[value="card_broken"]')).to_be_checked()
    assert double.world.writes == []
    counter_page.keyboard.press("Enter")
    body = wait_for_write(double)[2]
    assert (body["elder"], body["reason"], body["pay"]) == ("E0418", "card_broken", "purse")
    assert any("/elders?find=hgl" in asked for asked in double.world.asked)


def test_nobody_is_picked_from_a_list_that_is_not_yet_of_what_is_typed(
    counter_page: Page, double: Double
) -> None:
    counter_page.keyboard.press("F2")
    wait_for_dialog(counter_page)
    type_name(counter_page, "h")
    double.world.be_silent(True)
    with counter_page.expect_request("**/elders?find=hg"):
        counter_page.keyboard.type("g")
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("#find")).to_be_visible()
    double.world.be_silent(False)
    expect(counter_page.locator("#found:not([aria-busy])")).to_be_visible()
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("dialog h2")).to_have_text("给 黄桂英 打饭")


def test_f2_on_a_lost_card_serves_its_owner(counter_page: Page, double: Double) -> None:
    show(counter_page, double, "swipe", make_swipe("card_lost", elder=WEI, lost=LOST), "card_lost")
    counter_page.keyboard.press("F2")
    wait_for_dialog(counter_page)
    expect(counter_page.locator('input[value="card_lost"]')).to_be_checked()
    counter_page.keyboard.press("Enter")
    assert wait_for_write(double)[2]["elder"] == WEI["number"]


def test_f4_voids_the_last_meal_with_a_reason(counter_page: Page, double: Double) -> None:
    taken = make_accepted(HUANG, 700, 560, 8640)
    show(counter_page, double, "swipe", taken, "subsidised")
    counter_page.keyboard.press("F4")
    wait_for_dialog(counter_page)
    expect(counter_page.locator("dialog")).to_contain_text("撤销，退 ¥7.00")
    counter_page.keyboard.press("3")
    counter_page.keyboard.press("Enter")
    method, path, body = wait_for_write(double)
    assert (method, path) == ("POST", f"/api/v1/meals/{taken['meal']['id']}/void")
    assert (body["reason"], body["counter"]) == ("not_wanted", 1)
    given_back = {"purse_fen": 700, "cash_fen": 0, "subsidy_fen": 560, "balance_fen": 9340}
    facts = {"id": body["id"], "meal_id": taken["meal"]["id"], "elder": HUANG, **given_back}
    show(counter_page, double, "void", facts, "void")
    expect(counter_page.locator(".recent tbody tr").first).to_have_attribute("data-kind", "void")


def test_f4_on_a_card_that_has_eaten_voids_the_first_one(
    counter_page: Page, double: Double
) -> None:
    eaten = make_swipe("already_eaten", elder=LIANG, first=FIRST)
    show(counter_page, double, "swipe", eaten, "already_eaten")
    counter_page.keyboard.press("F4")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Escape")
    expect(counter_page.locator("dialog")).to_have_count(0)
    assert double.world.writes == []
    counter_page.keyboard.press("F4")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Enter")
    assert wait_for_write(double)[1] == f"/api/v1/meals/{FIRST['meal_id']}/void"


def test_zero_on_a_missing_price_serves_that_swipe(counter_page: Page, double: Double) -> None:
    missing = make_swipe("price_missing", elder=HUANG)
    show(counter_page, double, "swipe", missing, "price_missing")
    counter_page.keyboard.press("0")
    wait_for_dialog(counter_page)
    counter_page.keyboard.type("12", delay=120)
    counter_page.keyboard.press("Enter")
    body = wait_for_write(double)[2]
    assert (body["swipe"], body["kind"], body["amount_fen"]) == (missing["id"], "amount", 1200)


def test_arrows_and_enter_open_a_row(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("ArrowDown")
    counter_page.keyboard.press("ArrowDown")
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator(".now__name")).to_have_text("韦秋菊")
    counter_page.keyboard.press("ArrowUp")
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator(".now__name")).to_have_text("梁福荣")


def test_f9_says_it_again(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("F9")
    expect(counter_page.locator("#notice")).to_have_text("这里没有可以再播的")


def test_f9_asks_for_the_reader_when_it_is_lost(counter_page: Page, double: Double) -> None:
    show(counter_page, double, "reader", {"state": "lost", "detail": "absent"}, "reader")
    expect(counter_page.locator("#wall")).to_contain_text("读卡器断开")
    counter_page.keyboard.press("F9")  # the double's state says that it is back
    expect(counter_page.locator("body")).to_have_attribute("data-state", "ready")


def test_the_switch_turns_single_keys_off(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("?")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Space")
    counter_page.keyboard.press("Escape")
    counter_page.keyboard.press("2")
    counter_page.keyboard.press("b")
    counter_page.evaluate(BURST, ["0000008011", "plain"])
    assert wait_for_write(double)[1] == f"{BASE}/swipes"
    expect(counter_page.locator("dialog")).to_have_count(0)
    counter_page.reload()
    expect(counter_page.locator("#keys button")).to_have_count(6)
    counter_page.keyboard.press("?")
    counter_page.keyboard.press("F2")
    wait_for_dialog(counter_page)
    expect(counter_page.locator("#find")).to_be_focused()


def test_contrast_and_language_are_remembered(counter_page: Page, double: Double) -> None:
    counter_page.keyboard.press("?")
    wait_for_dialog(counter_page)
    counter_page.locator("#sw-contrast").press("Space")
    expect(counter_page.locator("html")).to_have_attribute("data-contrast", "high")
    counter_page.locator('[data-act="language"]').press("Enter")
    expect(counter_page.locator("html")).to_have_attribute("lang", "en")
    expect(counter_page.locator("html")).to_have_attribute("data-contrast", "high")
    counter_page.goto(double.counter_url)
    expect(counter_page.locator("html")).to_have_attribute("lang", "en")


def test_tab_walks_and_every_stop_is_seen(counter_page: Page, double: Double) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    show(counter_page, double, "swipe", short, "insufficient_balance")
    stops = []
    for _ in range(12):
        counter_page.keyboard.press("Tab")
        stops.append(
            counter_page.evaluate(
                "() => [document.activeElement.dataset.command || document.activeElement.className"
                " || document.activeElement.name, getComputedStyle(document.activeElement.closest("
                "'.meal') || document.activeElement).outlineStyle]"
            )
        )
    names = [name for name, _ in stops]
    assert names[:6] == ["skip", "cash", "topUp", "clear", "recent__b", "meal"]
    assert names[6:12] == ["find", "voidLast", "topUp", "sayAgain", "clear", "help"]
    assert all(outline == "solid" for _, outline in stops)
