"""Corrections at the doors: the secretary asks, street or finance decides, the day's page shows them."""

import re
from datetime import timedelta

import pytest

from canteen.services.elder_facts import add_fact
from canteen.web.correction_words import KINDS
from tests.factories.corrections import approve, ask_back, eat
from tests.factories.days import settle, sign, sign_before
from tests.factories.deliveries import make_carried
from tests.factories.doors import delivery_of, meals_of, send_out, tell
from tests.factories.links import open_family
from tests.factories.requests import Browser
from tests.factories.world import TODAY, event_id, shanghai
from tests.web.conftest import Service, set_clock

pytestmark = pytest.mark.both_databases

YESTERDAY = TODAY - timedelta(days=1)
RECEIPT = "C1-20261124-0001"


@pytest.fixture
def signed(service: Service) -> Service:
    """Yesterday P02 and P05 had lunch, and the day is signed."""
    sign_before(service.database, YESTERDAY)
    for elder in ("P02", "P05"):
        eat(service.database, service.world, elder, YESTERDAY)
    settle(service.database, YESTERDAY)
    sign(service.database, YESTERDAY)
    set_clock(shanghai("15:00"))
    return service


def _read(browser: Browser, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def _ask(browser: Browser, door: str = "community", **given: str) -> str:
    """Where the browser is led after asking: the correction's page."""
    fields = {"receipt": RECEIPT, "kept": "nothing", "reason": "打了没吃", **given}
    answer = browser.post_form(f"/{door}/corrections/meal", uid=event_id("form"), **fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"].rpartition("/")[2]


def test_the_secretary_asks_and_the_street_decides(signed: Service) -> None:
    secretary, street = signed.browser("secretary1"), signed.browser("street1")
    page = _read(secretary, f"/community/corrections/meal?receipt={RECEIPT}")
    assert "提交，等第二个人批" in page
    unsaid = secretary.post_form("/community/corrections/meal", receipt=RECEIPT, kept="nothing")
    assert unsaid.status_code == 422
    assert 'id="f-reason-err"' in unsaid.get_data(as_text=True)
    uid = _ask(secretary)
    assert "由街道或财政审批" in _read(secretary, f"/community/corrections/{uid}")
    assert RECEIPT in _read(street, "/street/corrections")
    decide = f"/street/corrections/{uid}/decide"
    assert secretary.post_form(decide, decision="approve").status_code == 403
    assert street.post_form(decide, decision="maybe").status_code == 422
    assert street.post_form(decide, decision="approve").status_code == 303
    again = street.post_form(decide, decision="approve")
    assert "已经办过了" in again.get_data(as_text=True)
    day = _read(secretary, "/community/days/C1/2026-11-24")
    assert "原报 2，补录 0，更正 -1，合 1" in day
    assert RECEIPT in _read(secretary, "/community/days/C1/2026-11-25")
    assert "更正以前各日" in _read(secretary, "/community/days/C1/2026-11-25/paper/report")
    assert "1 笔" in _read(secretary, "/community/days/C1/2026-11-25/paper/month")
    assert f"{RECEIPT}" in _read(secretary, "/community/elders/P02/statement")
    meal = _read(secretary, f"/community/corrections/meal?receipt={RECEIPT}")
    assert "已经全部退回" in meal


def test_the_auditor_reads_what_waits_and_what_was_refused_and_decides_nothing(
    signed: Service,
) -> None:
    auditor, street = signed.browser("auditor1"), signed.browser("street1")
    assert "/auditor/corrections" in _read(auditor, "/auditor")
    uid = _ask(signed.browser("secretary1"))
    page = _read(auditor, f"/auditor/corrections/{uid}")
    assert f'href="/auditor/meals/{RECEIPT}"' in page
    assert f"corrections/{uid}/decide" not in page
    street.post_form(f"/street/corrections/{uid}/decide", decision="refuse", note="吃了的")
    assert uid in _read(auditor, "/auditor/corrections")
    assert "吃了的" in _read(auditor, f"/auditor/corrections/{uid}")
    assert auditor.post_form(f"/street/corrections/{uid}/decide").status_code == 403


def test_who_asked_in_finance_does_not_decide(signed: Service) -> None:
    finance = signed.browser("finance1")
    uid = _ask(finance, "finance", kept="part")
    assert "要另一个人" in _read(finance, f"/finance/corrections/{uid}")
    refused = finance.post_form(f"/finance/corrections/{uid}/decide", decision="approve")
    assert refused.status_code == 422
    assert "提出的人不能自己批准" in refused.get_data(as_text=True)


def test_what_lies_outside_the_scope_does_not_exist(signed: Service) -> None:
    uid = _ask(signed.browser("secretary1"))
    other = signed.browser("secretary2")
    _read(other, f"/community/corrections/{uid}", 404)
    _read(other, f"/community/corrections/meal?receipt={RECEIPT}", 404)
    for asked, told in (
        ("meal?receipt=" + "x" * 99, "没有这个收据号"),
        ("meal?receipt=C1-20261124-9999", "没有这个收据号"),
        ("again?elder=P99", "没有这位老人"),
    ):
        page = _read(other, f"/community/corrections/{asked}", 404)
        assert told in page
        assert "重新判定她的用餐" in page, "where it was typed"
    _read(other, "/community/corrections/again?elder=P02", 404)
    _read(signed.browser("secretary1"), "/community/corrections/again?canteen=C1", 404)
    assert RECEIPT not in _read(other, "/community/corrections")


def test_meals_are_judged_again_after_something_was_learnt_late(signed: Service) -> None:
    secretary, finance = signed.browser("secretary1"), signed.browser("finance1")
    nothing = _read(secretary, "/community/corrections/again?elder=P05", 422)
    assert "请填从哪天起" in nothing
    signed.database.run(
        add_fact, number="P05", kind="category", code="dibao", from_on=YESTERDAY, source="民政",
        document=None, by="staff:wang", origin=None, now=shanghai("14:00"),
    )  # fmt: skip
    assert "阿依古丽" in _read(secretary, "/community/corrections")
    page = _read(secretary, "/community/corrections/again?elder=P05")
    assert "9.00 → 4.00" in page
    asked = {"elder": "P05", "first": "2026-11-24"}
    unsaid = secretary.post_form("/community/corrections/again", **asked)
    assert unsaid.status_code == 422
    made = secretary.post_form("/community/corrections/again", reason="低保补登", **asked)
    assert made.status_code == 303
    at_canteen = _read(finance, "/finance/corrections/again?canteen=C1&first=2026-11-24")
    assert "等第二个人" in at_canteen
    twice = finance.post_form(
        "/finance/corrections/again", canteen="C1", first="2026-11-24", reason="再来"
    )
    assert twice.status_code == 422
    assert "没有差异" in twice.get_data(as_text=True)
    (uid,) = set(
        re.findall(r"/finance/corrections/([0-9a-f-]{36})", _read(finance, "/finance/corrections"))
    )
    shown = _read(finance, f"/finance/corrections/{uid}")
    assert KINDS["rejudged"][0] in shown
    assert "补登" in shown


def test_a_delivered_meal_that_nobody_ate_says_so_wherever_it_is_shown(service: Service) -> None:
    """The delivery stays delivered: the correction stands beside it, for the desk and for the family."""
    database, elder_id = service.database, service.world.elders["P02"]
    sign_before(database, TODAY)
    carried = database.run(make_carried, service.world, "P02")
    send_out(database, carried)
    tell(database, carried, "delivered")
    settle(database, TODAY)
    sign(database, TODAY)
    set_clock(shanghai("20:30"))
    secretary = service.browser("secretary1")
    pages = (f"/community/stops/{carried.uid}", f"/community/deliveries/C1/{TODAY}/lunch")
    family = open_family(service.app, database, elder_id)
    [meal] = meals_of(database, carried)
    uid = ask_back(database, meal.receipt, shanghai("20:31"), reason="放在门口被猫吃了")
    before = [_read(secretary, page) for page in pages]
    assert "等第二个人" in before[0]
    assert not any("没有人吃" in page for page in before)
    assert "午饭送到家了" in family.text()

    approve(database, uid, shanghai("20:32"))

    for page in pages:
        assert "后来更正：没有人吃" in _read(secretary, page)
    assert "放在门口被猫吃了" in _read(secretary, pages[0])
    assert delivery_of(database, carried).state == "delivered"
    assert "的午饭已更正：没有吃到" in family.text()
