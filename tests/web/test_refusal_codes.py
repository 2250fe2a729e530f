"""A body that is wrong and a door that is shut answer with a code that programs can rely on."""

import pytest

from tests.web.conftest import Service

SALE = {"id": "6f0e5f0a-0000-4000-8000-000000000001", "kind": "amount", "amount_fen": 900}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body_not_json"),
        (b"{", "body_not_json"),
        (b'{"amount_fen": NaN}', "body_not_json"),
        (b'"\xff"', "body_not_json"),
        (b"[" * 100_000, "body_not_json"),
        (b"[]", "body_shape"),
        (b"null", "body_shape"),
        (b"{}", "fields"),
    ],
)
def test_a_wrong_body_of_the_agent_is_named(service: Service, body: bytes, code: str):
    answer = service.agent().send("POST", "/api/v1/swipes", raw=body)

    assert answer.status_code in (400, 422)
    assert answer.get_json()["code"] == code


def test_a_wrong_body_of_a_batch_fails_alone(service: Service):
    answer = service.agent().send("POST", "/api/v1/swipes/batch", {"swipes": ["no swipe", {}]})

    assert answer.status_code == 200
    codes = [result["body"]["code"] for result in answer.get_json()["results"]]
    assert codes == ["body_shape", "fields"]


def test_every_wrong_field_is_named_at_once(service: Service):
    wrong = SALE | {"amount_fen": "9.00", "channel": "by post", "discount": 5}

    answer = service.browser("cashier1").send("PUT", f"{service.counter()}/sale", wrong)

    assert answer.get_json()["code"] == "fields"
    named = {error["field"].split(".")[0] for error in answer.get_json()["errors"]}
    assert {"amount_fen", "channel", "discount"} <= named


def test_a_person_of_another_trade_may_not(service: Service):
    answer = service.browser("kitchen1").send("PUT", f"{service.counter()}/sale", SALE)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_permitted")


def test_the_doors_of_volunteer_and_family_open_by_link_only(service: Service):
    chief = service.browser("chief")

    page = chief.get("/family")
    typed = chief.post_form("/volunteer", number="V1", pin="123456")

    assert "退出" in page.get_data(as_text=True)
    assert typed.status_code == 403
    assert "请先退出" in typed.get_data(as_text=True)  # `link_signed_in`
