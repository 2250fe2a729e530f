"""The volunteer's phone from door to door, in a real browser: brought, nobody at home, left with another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.delivery_reports import DeliveryStep
from tests.e2e.conftest import Screen
from tests.e2e.desk import LANGUAGES
from tests.e2e.volunteer_round import SON, Round, door_of, find_delivery, hold_phone, tap

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_as_drawn_and_accessible(
    lang: str, open_phone: Callable[..., Screen], shots: Path
):
    screen = open_phone(lang=lang)
    page = screen.page
    expect(door_of(page)).to_have_text("601")
    expect(page.locator(".ptop__n b")).to_have_text("3")
    hold_phone(page, f"{lang}-volunteer", shots)
    page.get_by_role("link", name="不在家" if lang == "zh" else "Not at home").click()
    expect(page.locator("#aw")).to_be_focused()
    hold_phone(page, f"{lang}-volunteer-away", shots)
    assert screen.complaints == []


def test_nobody_opens_two_calls_then_the_community_looks(
    carried: Round, open_phone: Callable[..., Screen]
):
    page = open_phone().page
    page.get_by_role("link", name="不在家").click()
    calls = page.locator(".awaybox a.pbtn--call")
    expect(calls).to_have_text(["打给本人", "打给儿子 李伟"])
    assert calls.nth(1).get_attribute("href") == f"tel:{SON}"
    tap(page, "没人接")
    expect(page.locator(".awaybox .ck")).to_contain_text("本人，没人接")
    tap(page, "没人接")
    expect(page.locator(".awaybox .ck")).to_have_count(2)

    tap(page, "都没接，报社区上门看")

    expect(door_of(page)).to_have_text("502")
    expect(page.locator(".donerow").last).to_contain_text("不在家")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    assert carried.state("李炳坤") == "failed"
    assert carried.database.read(_steps) == ["call_contact", "call_elder"]


def _steps(session: Session) -> list[str]:
    taken = session.scalars(select(DeliveryStep).where(DeliveryStep.done_by == "volunteer:V1"))
    return sorted(step.step for step in taken)


def test_a_neighbour_takes_it_for_her(carried: Round, open_phone: Callable[..., Screen]):
    page = open_phone().page
    page.get_by_role("link", name="不在家").click()
    page.get_by_text("说好了，放邻居家").click()
    page.get_by_label("放谁家").fill("对门 陈姨")

    tap(page, "送到了")

    expect(page.locator(".donerow").last).to_contain_text("对门 陈姨")
    expect(page.locator(".pfoot")).to_contain_text("没信号也能点")
    row = carried.database.read(find_delivery, carried.board.uids["李炳坤"])
    assert (row.state, row.receiver) == ("delivered", "对门 陈姨")


def test_she_may_take_another_door_first(open_phone: Callable[..., Screen]):
    page = open_phone().page

    page.get_by_role("link", name="5 栋 3 单元 101").click()

    expect(door_of(page)).to_have_text("101")
    expect(page.locator("#s-now")).to_be_focused()
