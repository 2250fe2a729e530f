"""Pages of the checks: the secretary answers, finance says how strict, the kitchen keeps its book."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from canteen import clock
from canteen.models.people import ElderFact
from canteen.till.claim_judging import list_levels
from tests.factories.claims import draw_claim
from tests.factories.meals import make_meal
from tests.factories.world import TODAY, close_day, shanghai
from tests.web.conftest import Service, set_clock

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def month(service: Service) -> Service:
    """Two lunches on a day that the calendar calls closed."""

    def fill(session):
        canteen_id = service.world.canteens["C1"]
        for number, elder in enumerate(("P01", "P02"), start=1):
            make_meal(
                session, canteen_id, service.world.elders[elder], YESTERDAY,
                receipt=f"C1-{YESTERDAY:%Y%m%d}-{number:04d}",
            )  # fmt: skip
        close_day(session, canteen_id, YESTERDAY)

    service.database.run(fill)
    return service


def test_the_secretary_sees_the_rows_and_answers_what_nobody_can_delete(month: Service):
    browser = month.browser("secretary1")
    page = browser.get("/community/checks").headers["Location"]
    assert page == "/community/checks/C1"
    text = browser.get(page).get_data(as_text=True)
    assert f"{YESTERDAY} 日历上停业，却有 2 餐" in text
    assert f"C1-{YESTERDAY:%Y%m%d}-0001" in text
    key = f"closed_day:2026-11:{YESTERDAY}"
    for answer in ("村里办席，临时开餐", "有通知，见附件"):
        sent = browser.post_form(f"{page}/answer?month=2026-11", key=key, answer=answer)
        assert sent.status_code == 303
    text = browser.get(f"{page}?month=2026-11").get_data(as_text=True)
    assert text.index("村里办席，临时开餐") < text.index("有通知，见附件")
    assert "已说明" in text


def test_what_drawing_held_out_is_not_said_to_be_explained(month: Service):
    def die(session):
        fact = {
            "elder_id": month.world.elders["P01"], "kind": "status", "code": "deceased",
            "from_on": YESTERDAY - timedelta(days=2), "source": "女儿来报",
            "recorded_at": clock.instant(), "recorded_by": "staff:wang",
        }  # fmt: skip
        session.execute(insert(ElderFact).values(fact))
        draw_claim(session, period="2026-11", now=clock.instant())

    month.database.run(die)
    text = month.browser("secretary1").get("/community/checks/C1").get_data(as_text=True)
    found = text.partition('id="after_death"')[2].partition("</form>")[0]
    assert "暂不申报</span>" in found
    assert "去世，之后还有 1 餐</small>" in found
    assert "已说明" not in found


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"key": f"closed_day:2026-11:{YESTERDAY}", "answer": " "}, "请填写"),
        ({"key": "made_up:2026-11", "answer": "没事"}, "没有这条核对结果"),
    ],
)
def test_what_is_no_answer_is_told_on_the_page(month: Service, sent: dict[str, str], code: str):
    refused = month.browser("secretary1").post_form("/community/checks/C1/answer", **sent)
    assert refused.status_code == 422
    assert code in refused.get_data(as_text=True)


def test_finance_too_is_told_of_an_empty_answer_beside_it(month: Service):
    finance = month.browser("finance1")
    finance.post_form("/finance/claims", of_period="2026-11", of_whom="canteen:C1")
    key = f"closed_day:2026-11:{YESTERDAY}"
    refused = finance.post_form("/finance/claims/C1-2026-11/answer", key=key, answer=" ")
    assert refused.status_code == 422
    fault = 'id="a-1-closed_day-err">'
    assert "请填写" in refused.get_data(as_text=True).split(fault)[1].split("</span>")[0]


def test_a_month_to_come_and_another_communitys_are_no_pages(month: Service):
    for address in ("C1?month=2026-12", "C1?month=so", "C2", "C9"):
        assert month.browser("secretary1").get(f"/community/checks/{address}").status_code == 404


def test_at_the_sign_off_one_line_says_how_much_the_claim_will_ask(month: Service):
    browser = month.browser("secretary1")
    address = f"/community/days/C1/{TODAY}"
    assert "条要在申报前说明" not in browser.get(address).get_data(as_text=True)
    set_clock(shanghai("20:00"))
    try:
        assert "本月有 1 条要在申报前说明" in browser.get(address).get_data(as_text=True)
    finally:
        clock.set_offset(0)


def test_finance_makes_a_check_harder_in_its_district_but_never_softens_what_blocks(
    month: Service,
):
    browser = month.browser("finance1")
    assert "停业的日子没有用餐" in browser.get("/finance/checks").get_data(as_text=True)
    plain = {"area": "450702", "check": "closed_day", "level": "block", "reason": "区文件 3 号"}
    assert browser.post_form("/finance/checks/policy", **plain).status_code == 303
    assert browser.post_form("/finance/checks/policy", **{**plain, "area": "450702003", "level": "note"}
    ).status_code == 303  # fmt: skip
    levels = month.database.read(lambda session: list_levels(session, "450702003005"))
    assert levels == {"closed_day": "note"}, "the lowest area holds"
    assert "区文件 3 号" in browser.get("/finance/checks").get_data(as_text=True)
    for changed, words in (
        ({"check": "unsigned_days", "level": "note"}, "不能放宽"),
        ({"reason": ""}, "请填写"),
        ({"level": "never"}, "请选一项"),
    ):
        refused = browser.post_form("/finance/checks/policy", **{**plain, **changed})
        assert refused.status_code == 422
        assert words in refused.get_data(as_text=True)
    elsewhere = browser.post_form("/finance/checks/policy", **{**plain, "area": "4507"})
    assert elsewhere.status_code == 404
    assert browser.post_form("/finance/checks/policy", **{**plain, "area": "450702999"}).status_code in (
        404, 422,
    )  # fmt: skip


def test_the_kitchen_writes_down_what_came_in_and_takes_a_mistake_back(month: Service):
    browser = month.browser("kitchen1")
    line = {
        "day": str(TODAY), "kind": "staple", "item": "大米", "weight": "50", "cost": "260",
        "supplier": "粮油店", "document": "送货单 18",
    }  # fmt: skip
    assert browser.post_form("/kitchen/C1/supplies", **line).status_code == 303
    page = browser.get("/kitchen/C1/supplies").get_data(as_text=True)
    assert "大米" in page
    assert "¥260.00" in page
    back = page.split("/take-back", maxsplit=1)[0].rpartition("/")[2]
    address = f"/kitchen/C1/supplies/{back}/take-back"
    assert browser.post_form(address).status_code == 303
    assert "¥0.00" in browser.get("/kitchen/C1/supplies").get_data(as_text=True)
    again = browser.post_form(address)
    assert again.status_code == 422
    assert "这笔已经冲掉了" in again.get_data(as_text=True)
    for changed, words in (
        ({"weight": "-3"}, "重量写千克"),
        ({"day": str(TODAY + timedelta(days=1))}, "到货日期"),
        ({"cost": "0"}, "种类、重量、金额都要有"),
    ):
        refused = browser.post_form("/kitchen/C1/supplies", **{**line, **changed})
        assert refused.status_code == 422
        assert words in refused.get_data(as_text=True)
