"""The volunteer's phone without a signal, in a real browser: nothing she taps is lost or doubled."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryRun
from canteen.models.links import PersonLink
from canteen.models.meals import Meal
from tests.e2e.conftest import Screen
from tests.e2e.live import wait_until
from tests.e2e.volunteer_round import KEPT, PIN, Round, door_of, hold_phone, tap

pytestmark = pytest.mark.e2e
LAID_BY = """async () => navigator.serviceWorker.controller
  && (await (await caches.open("canteen.volunteer")).keys()).length === 10"""
WAITING = "(JSON.parse(localStorage.getItem('canteen.volunteer'))?.queue ?? []).length"


def test_a_round_without_a_signal_in_its_middle_loses_nothing_and_doubles_nothing(
    carried: Round, open_phone: Callable[..., Screen], shots: Path
):
    screen = open_phone("刘春燕")
    page = screen.page
    tap(page, "取餐出发")
    expect(door_of(page)).to_have_text("202")
    page.get_by_label("2", exact=True).check()
    tap(page, "送到了")
    expect(door_of(page)).to_have_text("304")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")

    screen.context.set_offline(True)
    tap(page, "送到了")
    expect(door_of(page)).to_have_text("203")
    tap(page, "点错了")
    expect(door_of(page)).to_have_text("304")
    tap(page, "不要了")
    tap(page, "送到了")
    expect(page.locator(".note--ok")).to_contain_text("都送完了")
    expect(page.locator(".pfoot")).to_contain_text("还有 4 条没报上")
    page.screenshot(path=shots / "zh-volunteer-offline.png", full_page=True)
    assert carried.state("苏春桃") == "out"

    screen.context.set_offline(False)
    page.reload()
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    expect(page.locator(".ptop__n b")).to_have_text("0")
    page.reload()
    expect(page.locator(".donerow")).to_have_count(3)

    page.wait_for_function(f"() => {WAITING} === 0")
    assert carried.reports("周秀兰") == [("delivered", "applied")]
    assert carried.reports("苏春桃") == [
        ("delivered", "applied"),
        ("undo", "applied"),
        ("refused", "applied"),
    ]
    assert carried.reports("周玉兰") == [("delivered", "applied")]
    assert (carried.state("苏春桃"), carried.state("周玉兰")) == ("failed", "delivered")
    assert carried.database.read(_standing_meals) == 2


def _standing_meals(session: Session) -> int:
    return len(session.scalars(select(Meal).where(Meal.voided_at.is_(None))).all())


def test_the_signal_coming_back_sends_what_waits_by_itself(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone("刘春燕")
    page = screen.page
    screen.context.set_offline(True)
    tap(page, "取餐出发")
    tap(page, "送到了")
    expect(page.locator(".pfoot")).to_contain_text("还有 2 条没报上")

    screen.context.set_offline(False)

    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.state("周秀兰") == "delivered"
    assert carried.state("苏春桃") == "out"


def test_a_tab_thrown_away_opens_again_without_a_signal(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone("刘春燕")
    page = screen.page
    tap(page, "取餐出发")
    expect(door_of(page)).to_have_text("202")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    wait_until(lambda: page.evaluate(LAID_BY), "the empty page is laid by")
    screen.context.set_offline(True)
    tap(page, "送到了")
    page.close()

    again = screen.context.new_page()
    again.goto(f"{carried.live.address}/volunteer")
    expect(door_of(again)).to_have_text("304")
    expect(again.locator(".ptop__t")).to_contain_text("刘春燕")
    expect(again.locator(".pfoot")).to_contain_text("还有 1 条没报上")
    tap(again, "送到了")
    screen.context.set_offline(False)

    expect(again.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.reports("周秀兰") == [("delivered", "applied")]
    assert carried.reports("苏春桃") == [("delivered", "applied")]


def test_what_finds_no_signal_in_its_day_is_sent_by_her_next_link(
    carried: Round, open_phone: Callable[..., Screen], shots: Path
):
    screen = open_phone()
    page = screen.page
    expect(door_of(page)).to_have_text("601")
    screen.context.set_offline(True)
    page.get_by_role("link", name="不在家").click()
    page.get_by_text("说好了，放邻居家").click()
    page.get_by_label("放谁家").fill("对门 陈姨")
    tap(page, "送到了")
    expect(page.locator(".pfoot")).to_contain_text("还有 1 条没报上")
    carried.database.run(_let_a_night_pass)

    screen.context.set_offline(False)
    expect(page.locator("main")).to_contain_text("这个链接停用了。 有点过的还没报上")
    assert "何志平" not in page.locator("body").inner_text()
    hold_phone(page, "zh-volunteer-unsent", shots)
    carried.link("何志平")
    page.reload()
    expect(page.locator("[data-part=unsent]")).to_be_visible()
    hold_phone(page, "zh-volunteer-pin-unsent", shots)
    assert not any(name in page.evaluate(KEPT) for name in ("李炳坤", "陈姨", "何志平"))
    page.get_by_label("编号").fill("V1")
    page.get_by_label("口令").fill(PIN)
    tap(page, "打开")

    page.wait_for_function(f"() => {WAITING} === 0")
    expect(page.locator("main")).to_contain_text("今天还没有分给您的送餐")
    assert carried.reports("李炳坤") == [("delivered", "applied")]
    assert carried.state("李炳坤") == "delivered"


def _let_a_night_pass(session: Session) -> None:
    """All of today is yesterday's."""
    for day in (DeliveryDay.day, DeliveryRun.day, Delivery.day, PersonLink.valid_on):
        [(row_day,)] = session.execute(select(day).distinct()).all()
        session.execute(update(day.class_).values({day: row_day - timedelta(days=1)}))


def test_a_report_that_cannot_be_read_holds_up_no_other(
    carried: Round, open_phone: Callable[..., Screen]
):
    screen = open_phone()
    page = screen.page
    expect(door_of(page)).to_have_text("601")
    screen.context.set_offline(True)
    page.get_by_role("link", name="不在家").click()
    page.get_by_text("说好了，放邻居家").click()
    page.get_by_label("放谁家").evaluate("field => { field.value = 'x\\u0001' }")
    tap(page, "送到了")
    tap(page, "送到了")
    expect(page.locator(".pfoot")).to_contain_text("还有 2 条没报上")

    screen.context.set_offline(False)

    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    expect(page.locator(".note--warn")).to_contain_text("有不能用的字符")
    expect(door_of(page)).to_have_text("601")
    assert (carried.state("李炳坤"), carried.state("陆世昌")) == ("out", "delivered")
