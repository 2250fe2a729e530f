"""Pages of orders: requests with what decides them, an elder's deliveries, the cashier's own plain page."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from canteen.models.deliveries import DeliveryOrder, DeliveryPause
from canteen.models.register import ElderDoor
from tests.factories.delivery_orders import list_deliveries, make_order
from tests.factories.people import make_fact
from tests.factories.requests import Browser
from tests.factories.world import TODAY
from tests.web.conftest import Service

TOMORROW = TODAY + timedelta(days=1)
FORM = {
    "kind": "standing", "lunch": "1", "from_on": str(TOMORROW), "portions": "1",
    **{f"day-{digit}": "1" for digit in "1234567"},
}  # fmt: skip
HERS = "/community/elders/P02/deliveries"


def _desk(service: Service) -> Browser:
    return service.browser("secretary1")


def _order(browser: Browser, number: str = "P02", **given: str) -> Any:
    fields = {**FORM, "id": str(uuid4()), "canteen": "C1", "source": "secretary", **given}
    return browser.post_form(f"/community/elders/{number}/deliveries/order", **fields)


def _ask(service: Service, number: str = "P02", **given: str) -> Any:
    browser = service.browser("cashier1")
    fields = {**FORM, "id": str(uuid4()), "source": "cashier", **given}
    counter = service.world.counters["C1-1"]
    return browser.post_form(f"/counter/{counter}/deliveries/{number}", **fields)


def _orders(service: Service) -> list[DeliveryOrder]:
    return service.database.read(
        lambda session: list(session.scalars(select(DeliveryOrder).order_by(DeliveryOrder.id)))
    )


def _text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def test_the_secretary_orders_and_sees_why_it_is_allowed(service: Service):
    """P02 is 85."""
    browser = _desk(service)
    assert "她符合条件（满 80 周岁）" in _text(browser.get(f"{HERS}/order"))
    assert _order(browser).status_code == 303
    page = _text(browser.get(HERS))
    assert "满 80 周岁" in page
    assert "每天" in page
    assert "照送" in page
    assert "会送" in page
    [order] = _orders(service)
    assert (order.state, order.weekdays, order.mealtimes) == ("approved", "1234567", "lunch")
    _order(browser, dinner="1", lunch="", **{"day-6": "", "day-7": ""})
    _order(browser, breakfast="1", lunch="", **dict.fromkeys(("day-1", "day-2", "day-3"), ""))
    page = _text(browser.get(HERS))
    assert "周一至周五 晚餐" in page
    assert "星期四、星期五、星期六、星期日 早餐" in page


def test_who_is_not_entitled_needs_a_reason_told_beside_its_field(service: Service):
    browser = _desk(service)
    refused = _text(_order(browser, "P05"), 422)
    assert 'id="f-reason-err"' in refused
    assert "写明理由才能批准" in refused
    assert 'name="lunch" value="1" checked' in refused
    assert _order(browser, "P05", reason="家人出差").status_code == 303


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"lunch": ""}, "mealtimes"),
        ({f"day-{digit}": "" for digit in "1234567"}, "weekdays"),
        ({"kind": "sometimes"}, "kind"),
        ({"portions": "10"}, "portions"),
        ({"from_on": "2026-11-24"}, "from_on"),
        ({"source": "phone"}, "asked_by_name"),
    ],
)
def test_a_wrong_order_is_told_beside_its_field(
    service: Service, given: dict[str, str], field: str
):
    assert f'id="f-{field}-err"' in _text(_order(_desk(service), **given), 422)


def test_o063_the_form_shows_what_is_ordered_already(service: Service):
    browser = _desk(service)
    _order(browser)
    form = _text(browser.get(f"{HERS}/order"))
    assert "已经订的" in form
    again = _text(_order(browser, kind="single"), 422)
    assert "要两份，请把份数写成 2" in again
    assert _order(browser, kind="single", portions="2").status_code == 303


def test_a_cashier_asks_and_the_secretary_approves(service: Service):
    cashier = service.browser("cashier1")
    counter = service.world.counters["C1-1"]
    found = _text(cashier.get(f"/counter/{counter}/deliveries?find=韦德胜"))
    assert f"/counter/{counter}/deliveries/P02" in found
    assert "这个食堂和社区里没有叫这个的" in _text(
        cashier.get(f"/counter/{counter}/deliveries?find=覃大山")
    )
    form = _text(cashier.get(f"/counter/{counter}/deliveries/P02"))
    assert "满 80" not in form  # why she may is not the counter's
    asked = _ask(service, source="phone", asked_by_name="女儿 李小梅 来电")
    assert asked.status_code == 303
    assert "等社区定" in _text(cashier.get(asked.headers["Location"]))
    browser = _desk(service)
    page = _text(browser.get("/community/orders"))
    assert "女儿 李小梅 来电" in page
    assert "满 80 周岁" in page
    [order] = _orders(service)
    assert browser.post_form(f"/community/orders/{order.id}/approve").status_code == 303
    assert "没有人在等答复" in _text(browser.get("/community/orders"))
    twice = _text(browser.post_form(f"/community/orders/{order.id}/approve"), 422)
    assert "已经办过了" in twice


def test_a_cashier_finds_nobody_of_another_community(service: Service):
    counter = service.world.counters["C1-1"]
    browser = service.browser("cashier1")
    assert browser.get(f"/counter/{counter}/deliveries/P10").status_code == 404
    assert browser.get(f"/counter/{counter}/deliveries/P99").status_code == 404
    other = service.world.counters["C2-1"]
    assert browser.get(f"/counter/{other}/deliveries/P10").status_code == 404
    assert _text(_ask(service, lunch=""), 422)


def test_a_request_is_declined_with_a_reason_that_stays(service: Service):
    _ask(service, "P05")
    browser = _desk(service)
    [order] = _orders(service)
    page = _text(browser.get("/community/orders"))
    assert "不在免费范围" in page
    address = f"/community/orders/{order.id}"
    assert f'id="why-{order.id}-err"' in _text(browser.post_form(f"{address}/approve"), 422)
    assert f'id="why-{order.id}-err"' in _text(browser.post_form(f"{address}/decline"), 422)
    assert browser.post_form(f"{address}/decline", reason="请先办评估").status_code == 303
    assert "请先办评估" in _text(browser.get("/community/elders/P05/deliveries"))


def test_requests_of_another_community_answer_as_if_there_were_none(service: Service):
    _ask(service)
    [order] = _orders(service)
    browser = service.browser("secretary2")
    assert "没有人在等答复" in _text(browser.get("/community/orders"))
    for act in ("approve", "decline"):
        answer = browser.post_form(f"/community/orders/{order.id}/{act}", reason="x")
        assert answer.status_code == 404
        assert browser.post_form(f"/community/orders/99/{act}", reason="x").status_code == 404


def test_who_is_no_longer_entitled_is_listed_and_still_brought_her_meals(service: Service):
    p05, c1 = service.world.elders["P05"], service.world.canteens["C1"]
    service.database.run(
        make_fact, p05, "category", "limited_mobility", from_on=TODAY - timedelta(days=9),
        to_on=TODAY - timedelta(days=1),
    )  # fmt: skip
    service.database.run(make_order, p05, c1, from_on=TODAY - timedelta(days=5))
    page = _text(_desk(service).get("/community/orders"))
    assert "不再免费" in page
    assert "阿依古丽" in page


def test_o065_a_dead_mans_request_waits_for_nobody(service: Service):
    _ask(service)
    service.database.run(
        make_fact, service.world.elders["P02"], "status", "deceased", from_on=TODAY
    )
    assert "韦德胜" not in _text(_desk(service).get("/community/orders"))


def test_an_order_is_ended_from_her_page(service: Service):
    browser = _desk(service)
    _order(browser)
    [order] = _orders(service)
    address = f"{HERS}/orders/{order.id}/end"
    assert "最后一天" in _text(browser.get(address))
    assert browser.get(f"/community/elders/P01/deliveries/orders/{order.id}/end").status_code == 404
    assert 'id="f-last_on-err"' in _text(browser.post_form(address, last_on="2026-11-01"), 422)
    assert browser.post_form(address, last_on=str(TOMORROW)).status_code == 303
    assert [order.ended_on for order in _orders(service)] == [TOMORROW]


def test_a_pause_is_entered_and_taken_back(service: Service):
    browser = _desk(service)
    _order(browser, from_on=str(TODAY), kind="single", dinner="1", lunch="")
    assert [row.state for row in service.database.read(list_deliveries)] == ["queued"]
    assert "马上撤下" in _text(browser.get(f"{HERS}/pause"))
    given = {"id": str(uuid4()), "from_on": str(TODAY), "reason": "住院"}
    assert 'id="f-reason-err"' in _text(
        browser.post_form(f"{HERS}/pause", **{**given, "reason": ""}), 422
    )
    assert browser.post_form(f"{HERS}/pause", **given).status_code == 303
    assert [row.state for row in service.database.read(list_deliveries)] == ["cancelled"]
    assert "停送" in _text(browser.get(HERS))
    [pause] = service.database.read(lambda s: s.scalars(select(DeliveryPause)).all())
    assert browser.post_form(f"{HERS}/pauses/{pause.id}/resume").status_code == 303
    assert [row.state for row in service.database.read(list_deliveries)] == ["queued"]


def test_an_exception_is_approved_and_withdrawn(service: Service):
    browser = _desk(service)
    hers = "/community/elders/P05/deliveries"
    given = {"ground": "illness", "from_on": str(TODAY), "to_on": str(TOMORROW), "reason": "骨折"}
    assert "批准例外" in _text(browser.get(f"{hers}/exception"))
    wrong = {**given, "to_on": "2026-11-01"}
    assert 'id="f-to_on-err"' in _text(browser.post_form(f"{hers}/exception", **wrong), 422)
    assert browser.post_form(f"{hers}/exception", **given).status_code == 303
    assert "例外：临时生病" in _text(browser.get(hers))
    assert browser.post_form(f"{hers}/exceptions/1/off").status_code == 303
    assert "例外：临时生病" not in _text(browser.get(hers))


def test_the_door_is_told_and_stands_in_the_form_again(service: Service):
    browser = _desk(service)
    given = {"note": "耳背，多等一会儿", "has_lift": "no", "floor": "3", "must_serve": "1"}
    assert browser.post_form(f"{HERS}/door", **given).status_code == 303
    form = _text(browser.get(f"{HERS}/door"))
    assert "耳背，多等一会儿" in form
    assert 'id="f-floor-err"' in _text(browser.post_form(f"{HERS}/door", floor="0"), 422)
    [door] = service.database.read(lambda s: s.scalars(select(ElderDoor)).all())
    assert (door.note, door.has_lift, door.floor, door.must_serve) == (
        "耳背，多等一会儿", False, 3, True,
    )  # fmt: skip
    elder = _text(browser.get("/community/elders/P02"))
    assert "耳背，多等一会儿" in elder
    assert "能，满 80 周岁" in elder
