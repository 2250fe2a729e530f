"""What the cashier's page asks of the service: state, sales, meals, money, cards; each write once."""

from uuid import uuid4

import pytest

from canteen import clock
from tests.factories.requests import Browser
from tests.web.conftest import Service

pytestmark = pytest.mark.both_databases


def _swipe(service: Service, elder: str = "P01", **changed: object) -> dict[str, object]:
    body = {
        "id": str(uuid4()),
        "card_uid": service.world.cards.get(elder, elder),
        "read_at": clock.instant().isoformat(),
        "seq": 1,
        **changed,
    }
    answer = service.agent().send("POST", "/api/v1/swipes", body)
    assert answer.status_code == 201
    told: dict[str, object] = answer.get_json()
    return told


def _twice(browser: Browser, method: str, path: str, body: dict[str, object]) -> dict[str, object]:
    """Send a write twice: 201 and 200, the same answer."""
    first, again = browser.send(method, path, body), browser.send(method, path, body)
    assert (first.status_code, again.status_code) == (201, 200), first.get_json()
    assert first.get_json() == again.get_json()
    told: dict[str, object] = first.get_json()
    return told


def test_the_page_has_everything_it_draws_first(service: Service):
    cashier = service.browser("cashier1")
    _swipe(service)

    state = cashier.get(service.counter()).get_json()

    assert state["counter"]["code"] == "C1-1"
    assert state["cashier"] == {"name": "cashier1"}
    assert state["mealtime"]["code"] == "lunch"
    assert state["timezone"] == "Asia/Shanghai"
    assert state["set_meals"][0]["price_fen"] == 1200
    assert state["tally"]["served"] == 1
    assert [event["type"] for event in state["recent"]] == ["swipe"]
    assert state["last_seq"] >= 1


def test_a_keyed_sale_waits_for_the_next_swipe(service: Service):
    cashier = service.browser("cashier1")
    sale = {
        "id": str(uuid4()),
        "kind": "amount",
        "amount_fen": 1500,
        "channel": "dine_in",
        "pay": "purse",
    }

    put = cashier.send("PUT", f"{service.counter()}/sale", sale)
    swiped = _swipe(service)

    assert put.status_code == 200
    assert put.get_json()["sale"]["keyed_at"]
    assert swiped["meal"]["price_fen"] == 1500
    assert cashier.get(service.counter()).get_json()["sale"] is None


def test_a_sale_can_be_dropped(service: Service):
    cashier = service.browser("cashier1")
    sale = {"id": str(uuid4()), "kind": "amount", "amount_fen": 1500}
    cashier.send("PUT", f"{service.counter()}/sale", sale)

    assert cashier.send("DELETE", f"{service.counter()}/sale").status_code == 204
    assert cashier.get(service.counter()).get_json()["sale"] is None


def test_a_meal_by_name_is_served_once(service: Service):
    cashier = service.browser("cashier1")
    body = {"id": str(uuid4()), "elder": "P01", "reason": "no_card", "kind": "set"}

    told = _twice(cashier, "POST", f"{service.counter()}/meals", body)

    assert told["outcome"] == "subsidised"
    assert told["meal"]["elder_fen"] == 700
    other = cashier.send("POST", f"{service.counter()}/meals", {**body, "elder": "P02"})
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")


def test_a_meal_names_exactly_one_whose_it_is(service: Service):
    cashier = service.browser("cashier1")
    for wrong in ({}, {"guest": True, "elder": "P01"}, {"swipe": str(uuid4()), "guest": True}):
        answer = cashier.send(
            "POST", f"{service.counter()}/meals", {"id": str(uuid4()), "kind": "set", **wrong}
        )
        assert answer.status_code == 422
        assert answer.get_json()["code"] == "whose_meal"


def test_a_keyboard_reader_types_the_printed_number(service: Service):
    cashier = service.browser("cashier1")
    printed = f"{int(service.world.cards['P01'].split(':')[1][2:], 16):010d}"

    told = _twice(
        cashier, "POST", f"{service.counter()}/swipes", {"id": str(uuid4()), "card": printed}
    )

    assert told["outcome"] == "subsidised"
    for odd in ("12", "4294967296", "abcdefghij", "123456789", "12345678901"):
        answer = cashier.send(
            "POST", f"{service.counter()}/swipes", {"id": str(uuid4()), "card": odd}
        )
        assert (answer.status_code, answer.get_json()["code"]) == (422, "typed_card"), odd


def test_an_elder_is_found_by_initials_and_namesakes_are_told_apart(service: Service):
    cashier = service.browser("cashier1")

    found = cashier.get(f"{service.counter()}/elders?find=hxy").get_json()["elders"]

    assert {elder["number"] for elder in found} == {"P06", "P07"}
    assert len({elder["born"] for elder in found}) == 2
    assert cashier.get(f"{service.counter()}/elders").get_json() == {"elders": []}


def test_money_goes_in_once_and_comes_out_again(service: Service):
    cashier = service.browser("cashier1")
    counter = service.world.counters["C1-1"]
    body = {"id": str(uuid4()), "counter": counter, "elder": "P01", "amount": "５０", "pay": "cash"}

    told = _twice(cashier, "POST", "/api/v1/top-ups", body)
    back = cashier.send(
        "POST", f"/api/v1/top-ups/{body['id']}/void", {"id": str(uuid4()), "reason": "wrong person"}
    )

    assert (told["amount_fen"], told["balance_fen"]) == (5000, 10000)
    assert back.status_code == 201
    for odd in (
        {"amount": "-50"},
        {"amount": "50元"},
        {"amount": "0.001"},
        {"amount": "1e3"},
        {"amount": "50", "amount_fen": 5000},
        {},
        {"amount_fen": 50.0},
        {"amount_fen": "50"},
        {"amount_fen": True},
    ):
        wrong = {"id": str(uuid4()), "counter": counter, "elder": "P01", **odd}
        assert cashier.send("POST", "/api/v1/top-ups", wrong).status_code == 422, odd
    both = cashier.send(
        "POST",
        "/api/v1/top-ups",
        {"id": str(uuid4()), "counter": counter, "elder": "P01", "amount": "5", "amount_fen": 500},
    )
    assert both.get_json()["code"] == "amount"


def test_only_the_secretary_pays_out_and_only_at_her_own_counter(service: Service):
    counter = service.world.counters["C1-1"]
    body = {
        "id": str(uuid4()),
        "counter": counter,
        "elder": "P01",
        "amount_fen": 1000,
        "paid_to": "黄桂兰",
    }

    assert service.browser("cashier1").send("POST", "/api/v1/pay-outs", body).status_code == 403
    assert service.browser("secretary2").send("POST", "/api/v1/pay-outs", body).status_code == 404
    assert service.browser("secretary1").send("POST", "/api/v1/pay-outs", body).status_code == 201


def test_a_cashier_voids_no_meal_of_another_canteen_by_naming_her_own_counter(service: Service):
    other = service.browser("cashier2")
    meal = other.send(
        "POST",
        f"{service.counter('C2-1')}/meals",
        {"id": str(uuid4()), "elder": "P10", "reason": "no_card", "kind": "set"},
    ).get_json()
    cashier = service.browser("cashier1")
    body = {
        "id": str(uuid4()),
        "reason": "other",
        "counter": service.world.counters["C1-1"],
    }

    assert cashier.send("POST", f"/api/v1/meals/{meal['id']}/void", body).status_code == 404
    foreign_counter = {**body, "counter": service.world.counters["C1-1"]}
    assert (
        other.send("POST", f"/api/v1/meals/{meal['id']}/void", foreign_counter).status_code == 404
    )


def test_an_unknown_card_becomes_an_elders_in_two_steps(service: Service):
    cashier = service.browser("cashier1")
    unknown = _swipe(service, "em4100:0AFFFFFF01")
    assert unknown["outcome"] == "unknown_card"

    told = _twice(
        cashier,
        "POST",
        f"{service.counter()}/cards",
        {"id": str(uuid4()), "swipe": unknown["id"], "elder": "P01"},
    )

    assert told["elder"]["number"] == "P01"
    assert _swipe(service, "em4100:0AFFFFFF01")["outcome"] == "subsidised"


def test_the_display_never_hears_a_full_name(service: Service):
    _swipe(service)
    cashier = service.browser("cashier1")

    display = cashier.get(f"{service.counter()}/events?after=0&view=display")
    state = cashier.get(f"{service.counter()}/display")

    assert [event["type"] for event in display.get_json()["events"]] == ["display"]
    for answer in (display, state):
        text = answer.get_data(as_text=True)
        for word in ("黄桂兰", "0A00B0C1D2", "低保", "450702"):
            assert word not in text
