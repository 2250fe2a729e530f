"""What a family does at its door: asks for deliveries, calls days off, reports the card lost."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from canteen import clock
from canteen.models.deliveries import DeliveryOrder, DeliveryPause
from canteen.models.people import Card, CardBlock
from canteen.rules.days import instant_text
from canteen.rules.family import SHOWS
from canteen.services import delivery_orders
from tests.factories.deliveries import make_order, make_pause
from tests.factories.links import LinkBrowser, open_family
from tests.factories.world import TODAY, shanghai
from tests.web.conftest import Service, set_clock

#: P03 陆秀珍
ELDER = "P03"


@pytest.fixture
def family(service: Service) -> LinkBrowser:
    """The daughter of 陆秀珍, who sees everything."""
    return _open(service)


def _open(service: Service, shows: frozenset[str] = frozenset(SHOWS)) -> LinkBrowser:
    return open_family(service.app, service.database, service.world.elders[ELDER], shows)


def _list_orders(service: Service) -> list[DeliveryOrder]:
    return service.database.read(
        lambda s: list(s.scalars(select(DeliveryOrder).order_by(DeliveryOrder.id)))
    )


def _ask(family: LinkBrowser, **changed: str) -> TestResponse:
    form = {
        "uid": "form-1", "days": "2026-11-26", "lunch": "1", "why": "walking",
        "address": "3栋2单元501", "phone": "", "note": "耳背，多等一会儿",
    }  # fmt: skip
    return family.send("/family/delivery", **form | changed)


def test_a_delivery_is_asked_for_and_waits_for_the_secretary(
    service: Service, family: LinkBrowser
) -> None:
    page = family.text("/family/delivery")
    assert "只送明天，11 月 26 日 星期四" in page
    assert "每次收送餐费 ¥2.00" in page
    answer = _ask(family, phone="139 0000 0852")
    assert answer.headers["Location"] == "/family/deliveries?done=asked"
    assert "申请交了" in family.text(answer.headers["Location"])
    assert "等社区看" in family.text("/family/deliveries")
    (order,) = _list_orders(service)
    assert (order.state, order.source, order.asked_by_name) == ("asked", "family", "女儿 李小梅")
    assert (order.reason, order.note, order.address) == (
        "腿脚不方便",
        "耳背，多等一会儿",
        "3栋2单元501",
    )
    assert order.asked_by == f"family:{family.link.id}"
    assert "139****0852" in family.text("/family/delivery")
    _ask(family, phone="13900000852")
    assert len(_list_orders(service)) == 1


@pytest.mark.parametrize(
    ("days", "from_on", "to_on", "kind", "told"),
    [
        (
            "several",
            "2026-11-27",
            "2026-11-30",
            "standing",
            (date(2026, 11, 27), date(2026, 11, 30)),
        ),
        ("always", "", "", "standing", (TODAY, None)),
        ("2026-11-25", "", "", "single", (TODAY, TODAY)),
    ],
)
def test_one_day_several_days_or_until_they_say_stop(
    service: Service, family: LinkBrowser, days: str, from_on: str, to_on: str, kind: str,
    told: tuple[date, date | None],
) -> None:  # fmt: skip
    answer = _ask(family, days=days, from_on=from_on, to_on=to_on, lunch="", dinner="1")
    assert answer.status_code == 303
    (order,) = _list_orders(service)
    assert (order.kind, order.mealtimes) == (kind, "dinner")
    assert (order.from_on, order.to_on) == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"lunch": ""}, "请选哪一餐"),
        ({"days": "2026-11-29"}, "请选一项"),
        ({"days": "several"}, "请填日期"),
        ({"days": "several", "from_on": "2026-11-20", "to_on": "2026-11-30"}, "日期已经过去"),
        ({"days": "2026-11-25"}, "送餐已经截止"),
        ({"phone": "12"}, "电话"),
        ({"address": ""}, "请填写"),
        ({"why": "because"}, "请选一项"),
    ],
)
def test_what_cannot_be_asked_for_is_told_on_the_form(
    service: Service, family: LinkBrowser, changed: dict[str, str], told: str
) -> None:
    answer = _ask(family, **changed)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert told in page
    assert "耳背，多等一会儿" in page
    assert _list_orders(service) == []


def _approve(service: Service, order_id: int) -> None:
    service.database.run(
        delivery_orders.approve, order_id=order_id, reason="同意", by="staff:wang", origin=None,
        now=clock.instant(),
    )  # fmt: skip


def test_a_day_is_called_off_and_taken_back_until_the_cut_off(
    service: Service, family: LinkBrowser
) -> None:
    set_clock(shanghai("08:00"))
    _ask(family, days="always")
    _approve(service, 1)
    off = {"uid": "off-1", "day": "2026-11-25", "mealtime": "lunch"}
    answer = family.send("/family/deliveries/off", "/family/deliveries", **off)
    assert answer.headers["Location"] == "/family/deliveries?done=paused"
    assert "还是要送" in family.text("/family/deliveries")
    answer = family.send("/family/deliveries/pauses/1/back", "/family/deliveries")
    assert answer.headers["Location"] == "/family/deliveries?done=resumed"
    assert "还是要送" not in family.text("/family/deliveries")
    set_clock(shanghai("09:31"))
    late = family.send("/family/deliveries/off", "/family/deliveries", **off | {"uid": "off-2"})
    assert late.status_code == 422
    assert "送餐已经截止" in late.get_data(as_text=True)


def test_days_are_paused_and_an_order_ends(service: Service, family: LinkBrowser) -> None:
    _ask(family, days="always")
    _approve(service, 1)
    pause = {"uid": "p-1", "from_on": "2026-12-01", "to_on": "2026-12-05", "reason": "住院"}
    answer = family.send("/family/deliveries/pause", "/family/deliveries", **pause)
    assert answer.headers["Location"] == "/family/deliveries?done=paused"
    assert "住院" in family.text("/family/deliveries")
    wrong = family.send(
        "/family/deliveries/pause",
        "/family/deliveries",
        **pause | {"uid": "p-2", "to_on": "2026-11-30"},
    )
    assert "最后一天不能早于第一天" in wrong.get_data(as_text=True)
    answer = family.send("/family/deliveries/orders/1/end", "/family/deliveries")
    assert answer.headers["Location"] == "/family/deliveries?done=ended"
    (order,) = _list_orders(service)
    assert (order.ended_on, order.ended_by) == (TODAY, f"family:{family.link.id}")
    assert family.send("/family/deliveries/orders/1/end", "/family/deliveries").status_code == 404


def test_a_pause_ends_with_the_first_day_that_is_not_cut_off(
    service: Service, family: LinkBrowser
) -> None:
    set_clock(shanghai("08:00"))
    _ask(family, days="always")
    _approve(service, 1)
    pause = {"uid": "p-1", "from_on": "2026-11-25", "to_on": "", "reason": "住院"}
    family.send("/family/deliveries/pause", "/family/deliveries", **pause)
    set_clock(shanghai("12:00"))
    answer = family.send("/family/deliveries/pauses/1/back", "/family/deliveries")
    assert answer.headers["Location"] == "/family/deliveries?done=resumed"
    left = service.database.read(
        lambda s: s.scalars(select(DeliveryPause).where(DeliveryPause.withdrawn_at.is_(None))).one()
    )
    assert (left.from_on, left.to_on) == (TODAY, TODAY)
    answer = family.send("/family/deliveries/pauses/2/back", "/family/deliveries")
    assert answer.status_code == 422
    assert "送餐已经截止" in answer.get_data(as_text=True)


def test_another_elders_orders_pauses_and_cards_are_not_there(
    service: Service, family: LinkBrowser
) -> None:
    elder_id, canteen_id = service.world.elders["P01"], service.world.canteens["C1"]
    order_id = service.database.run(make_order, elder_id, canteen_id)
    service.database.run(make_pause, elder_id, TODAY)
    for path in (
        f"/family/deliveries/orders/{order_id}/end",
        "/family/deliveries/pauses/1/back",
        f"/family/card/{_card(service, 'P01')}/lost",
    ):
        assert family.send(path, "/family/deliveries").status_code == 404, path


def test_deliveries_the_elder_does_not_show_are_not_there(service: Service) -> None:
    family = _open(service, frozenset({"meals"}))
    for path in ("/family/delivery", "/family/deliveries"):
        assert family.get(path).status_code == 404
        assert family.send(path, "/family").status_code in (404, 405)


def _card(service: Service, elder: str) -> int:
    uid = service.world.cards[elder]
    return service.database.read(
        lambda s: s.execute(select(Card.id).where(Card.uid == uid)).scalar_one()
    )


def test_a_card_reported_lost_is_blocked_at_the_counter_at_once(
    service: Service, family: LinkBrowser
) -> None:
    page = family.text("/family/card")
    assert "尾号 " in page
    assert "丢了，马上停用" in page
    path = f"/family/card/{_card(service, ELDER)}/lost"
    answer = family.send(path, "/family/card")
    assert answer.headers["Location"] == "/family?done=lost"
    assert "卡停用了" in family.text("/family?done=lost")
    assert "已停用" in family.text("/family/card")
    swipe = {
        "id": str(uuid4()), "card_uid": service.world.cards[ELDER], "seq": 1, "offline": None,
        "read_at": instant_text(clock.instant()), "clock_ok": True, "age_ms": 0,
    }  # fmt: skip
    told = service.agent().send("POST", "/api/v1/swipes", swipe).get_json()
    assert told["outcome"] == "card_lost"
    block = service.database.read(lambda s: s.scalars(select(CardBlock)).one())
    assert (block.reported_by, block.recorded_by) == ("女儿 李小梅", f"family:{family.link.id}")
    log = service.browser("secretary1").get(f"/community/elders/{ELDER}").get_data(as_text=True)
    assert "女儿 李小梅 报失" in log
