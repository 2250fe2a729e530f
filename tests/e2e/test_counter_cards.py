"""Cards and money at the counter's keyboard: a keyboard reader's burst, top-ups, unknown and lost cards."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.counter_double import COUNTER, Double
from tests.e2e.counter_hands import BURST, show, type_name, wait_for_dialog, wait_for_write
from tests.e2e.counter_script import HUANG, QIN, WEI, make_accepted, make_swipe
from tests.e2e.counter_states import LOST, SHORT

pytestmark = pytest.mark.e2e

BASE = f"/api/v1/counters/{COUNTER}"


def test_k_keeps_a_lost_card(counter_page: Page, double: Double) -> None:
    lost = make_swipe("card_lost", elder=WEI, lost=LOST)
    show(counter_page, double, "swipe", lost, "card_lost")
    counter_page.keyboard.press("k")
    method, path, body = wait_for_write(double)
    assert (method, path, body["swipe"]) == ("POST", f"{BASE}/kept-cards", lost["id"])


def test_f8_tops_up_in_two_steps(counter_page: Page, double: Double) -> None:
    show(counter_page, double, "swipe", make_accepted(HUANG, 700, 560, 8640), "subsidised")
    counter_page.keyboard.press("F8")
    wait_for_dialog(counter_page)
    counter_page.keyboard.type("50", delay=120)
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("dialog h2")).to_have_text("收 ¥50.00，充进 黄桂英 的卡？")
    assert double.world.writes == []
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Enter")
    method, path, body = wait_for_write(double)
    assert (method, path) == ("POST", "/api/v1/top-ups")
    assert (body["elder"], body["amount_fen"], body["pay"]) == ("E0418", 5000, "cash")
    assert body["counter"] == 1


def test_f8_on_a_short_purse_tops_up_and_then_serves_the_same_swipe(
    counter_page: Page, double: Double
) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    show(counter_page, double, "swipe", short, "insufficient_balance")
    counter_page.keyboard.press("F8")
    wait_for_dialog(counter_page)
    counter_page.keyboard.type("20", delay=120)
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("dialog h2")).to_contain_text("覃水生")
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Enter")
    wait_for_write(double, 2)
    (_, top_up_path, top_up), (_, meal_path, meal) = double.world.writes
    assert (top_up_path, top_up["amount_fen"]) == ("/api/v1/top-ups", 2000)
    assert (meal_path, meal["swipe"], meal["pay"]) == (f"{BASE}/meals", short["id"], "purse")


@pytest.mark.parametrize("typed", ["0011583955", "011583", "11583955", "２０００"])
def test_o_020_a_card_number_in_the_amount_field_is_refused(
    counter_page: Page, double: Double, typed: str
) -> None:
    show(counter_page, double, "swipe", make_accepted(HUANG, 700, 560, 8640), "subsidised")
    counter_page.keyboard.press("F8")
    wait_for_dialog(counter_page)
    counter_page.keyboard.type(typed)
    counter_page.keyboard.press("Enter")
    words = "最多 ¥1,000.00" if typed == "２０００" else "检测到卡号"
    expect(counter_page.locator(".dialog__err")).to_contain_text(words)
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("#amount")).to_be_visible()
    assert double.world.writes == []


def test_o_019_a_keyboard_reader_is_a_card_whatever_the_input_method(
    counter_page: Page, double: Double
) -> None:
    counter_page.evaluate(BURST, ["0000008011", "plain"])
    method, path, body = wait_for_write(double)
    assert (method, path, body["card"]) == ("POST", f"{BASE}/swipes", "0000008011")
    counter_page.evaluate(BURST, ["0000008011", "ime"])
    assert wait_for_write(double, 2)[2]["card"] == "0000008011"
    counter_page.evaluate(BURST, ["０００００８０１１", "none"])
    assert wait_for_write(double, 3)[2]["card"] == "000008011"
    counter_page.evaluate(BURST, ["ｏ００００００８０１１", "none"])
    expect(counter_page.locator("body")).to_have_attribute("data-state", "digits")
    assert len(double.world.writes) == 3


def test_a_burst_with_letters_of_the_map_runs_no_command(
    counter_page: Page, double: Double
) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    show(counter_page, double, "swipe", short, "insufficient_balance")
    counter_page.evaluate(BURST, ["C0B1E3A2", "plain"])
    assert wait_for_write(double)[2]["card"] == "C0B1E3A2"
    counter_page.keyboard.press(
        "F9"
    )  # any later command: by then the burst's keys would have acted
    expect(counter_page.locator("#notice")).not_to_be_empty()
    assert len(double.world.writes) == 1


def test_a_burst_on_a_focused_charging_button_does_not_press_it(
    counter_page: Page, double: Double
) -> None:
    short = make_swipe("insufficient_balance", elder=QIN, short=SHORT)
    show(counter_page, double, "swipe", short, "insufficient_balance")
    counter_page.locator('[data-command="cash"]').focus()
    counter_page.evaluate(BURST, ["0000008011", "plain"])
    assert wait_for_write(double)[1] == f"{BASE}/swipes"


def test_n_registers_an_unknown_card_in_two_steps_and_serves(
    counter_page: Page, double: Double
) -> None:
    unknown = make_swipe("unknown_card")
    show(counter_page, double, "swipe", unknown, "unknown_card")
    counter_page.keyboard.press("n")
    wait_for_dialog(counter_page)
    type_name(counter_page, "hgl")
    expect(counter_page.locator(".found__o")).to_have_count(2)
    counter_page.keyboard.press("Enter")
    expect(counter_page.locator("dialog h2")).to_have_text("登记给 黄桂英？")
    assert double.world.writes == []
    wait_for_dialog(counter_page)
    counter_page.keyboard.press("Enter")
    wait_for_write(double, 2)
    (_, card_path, card), (_, meal_path, meal) = double.world.writes
    assert (card_path, card["elder"]) == (f"{BASE}/cards", "E0418")
    assert (meal_path, meal["swipe"], card["swipe"]) == (
        f"{BASE}/meals",
        unknown["id"],
        unknown["id"],
    )


#: what a cashier may type → whole fen, or the reason why not; the limit is 1000.00
TYPED = {
    "12": 1200,
    "12.5": 1250,
    " 12.50 ": 1250,
    "１２．５": 1250,
    "0.05": 5,
    "1000": 100_000,
    "": "empty",
    "0": "zero",
    "1000.01": "limit",
    "012": "card",
    "0011583955": "card",
    "11583955": "card",
    "-5": "form",
    "1e3": "form",
    "12.345": "form",
    "12元": "form",
}
SHOWN = {
    0: "¥0.00",
    5: "¥0.05",
    1260: "¥12.60",
    128640: "¥1,286.40",
    -700: "−¥7.00",
    123456789: "¥1,234,567.89",
}


def test_money_is_cut_and_joined_as_text(counter_page: Page) -> None:
    """No float comes near it: 0.1 + 0.2 and 1.005 * 100 have nowhere to go wrong."""
    module = "const m = await import('/static/counter/money.js');"
    read = counter_page.evaluate(
        f"async typed => {{ {module} return typed.map(t => m.parseAmount(t, 100000)); }}",
        list(TYPED),
    )
    assert [answer.get("fen", answer.get("error")) for answer in read] == list(TYPED.values())
    shown = counter_page.evaluate(
        f"async fens => {{ {module} return fens.map(m.yuan); }}", list(SHOWN)
    )
    assert shown == list(SHOWN.values())


def test_ids_are_random_uuids_though_the_page_is_plain_http(counter_page: Page) -> None:
    ids = counter_page.evaluate(
        "async () => { const m = await import('/static/counter/api.js');"
        " return Array.from({ length: 500 }, m.newId); }"
    )
    assert len(set(ids)) == 500
    assert all(UUID(text).version == 4 for text in ids)
