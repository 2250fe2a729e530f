"""The day's pages at the doors of secretary and street, and the cashier's blind count."""

import re
from datetime import timedelta

import pytest

from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.delivery_decisions import keep
from canteen.services.swipes import record_swipe
from tests.factories.days import reopen, sign, sign_before
from tests.factories.deliveries import make_carried
from tests.factories.doors import send_out, tell
from tests.factories.world import TODAY, event_id, make_swipe, shanghai
from tests.web.conftest import Service, set_clock

pytestmark = pytest.mark.both_databases

DAY = "/community/days/C1/2026-11-25"


@pytest.fixture
def eaten(service: Service) -> Service:
    """Lunch is over, two elders and a guest have eaten, and it is evening."""
    for number, elder in enumerate(("P01", "P03")):
        asked = make_swipe(service.world, elder, f"11:3{number}", elder)
        service.database.run(
            record_swipe, reader_id=service.world.readers["C1-R1"], asked=asked, now=asked.read_at
        )
    service.database.run(
        serve_meal,
        counter_id=service.world.counters["C1-1"],
        asked=MealAsked(event_id("guest"), guest=True, pay="cash"),
        by="staff:li",
        now=shanghai("11:45"),
    )
    set_clock(shanghai("20:00"))
    return service


def _text(service: Service, who: str, address: str) -> str:
    answer = service.browser(who).get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_the_day_shows_its_counts_and_each_number_opens_its_list(eaten: Service) -> None:
    page = _text(eaten, "secretary1", DAY)
    assert "<b>3</b><span>人次</span>" in page
    assert "¥36.00" in page
    assert "¥13.00" in page
    lists = re.findall(r'href="(/community/days/[^"]+/lines[^"]+)">(\d+)</a>', page)
    assert len(lists) > 10
    for address, number in lists:
        opened = _text(eaten, "secretary1", address.replace("&amp;", "&"))
        assert f"<h1>{number} 笔用餐</h1>" in opened, address
    assert 'id="today"' in _text(eaten, "secretary1", f"{DAY}/live")


def test_the_secretary_signs_and_the_street_opens_again(eaten: Service) -> None:
    sign_before(eaten.database, TODAY)
    secretary, street = eaten.browser("secretary1"), eaten.browser("street1")
    assert secretary.post_form(f"{DAY}/sign").status_code == 422
    signed = secretary.post_form(f"{DAY}/sign", remark="读卡器送修")
    assert (signed.status_code, signed.headers["Location"]) == (303, DAY)
    page = _text(eaten, "secretary1", DAY)
    assert "已签结，数字锁定" in page
    assert "secretary1 11-25 20:00" in page
    again = secretary.post_form(f"{DAY}/sign", remark="再签")
    assert again.status_code == 422
    assert "已由 secretary1 签结" in again.get_data(as_text=True)
    assert "每天都签了" in _text(eaten, "street1", "/street")
    reopened = "/street/days/C1/2026-11-25/reopen"
    assert secretary.post_form(reopened, reason="我来").status_code == 403
    unsaid = street.post_form(reopened)
    assert unsaid.status_code == 422
    assert 'id="f-reason-err"' in unsaid.get_data(as_text=True)
    assert street.post_form(reopened, reason="漏了一桌").status_code == 303
    assert "漏了一桌" in _text(eaten, "secretary1", DAY)


def test_who_counts_blind_never_sees_what_the_books_expect(eaten: Service) -> None:
    count = "/counter/{}/cash".format(eaten.world.counters["C1-1"])
    cashier = eaten.browser("cashier1")
    assert "12.00" not in _text(eaten, "cashier1", count)
    assert cashier.post_form(count, counted="abc").status_code == 422
    kept = cashier.post_form(count, counted="11.00")
    assert kept.status_code == 303
    assert "12.00" not in _text(eaten, "cashier1", kept.headers["Location"])
    # Seen with the right, and by nobody else who may see the day: not the sum, not the difference.
    assert "账 ¥12.00" in _text(eaten, "secretary1", DAY)
    street = _text(eaten, "street1", "/street/days/C1/2026-11-25")
    assert "点的现金和账不符" in street
    assert "11.00" not in street
    assert "cash_differs" not in street


def test_counts_and_remarks_come_by_form_with_their_faults_beside_them(eaten: Service) -> None:
    secretary = eaten.browser("secretary1")
    wrong = secretary.post_form(f"{DAY}/portions", **{"cooked-lunch": "x", "left-lunch": "1"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.get_data(as_text=True)
    missing = secretary.post_form(f"{DAY}/portions", **{"left-lunch": "1"})
    assert missing.status_code == 422
    more = secretary.post_form(f"{DAY}/portions", **{"cooked-lunch": "1", "left-lunch": "2"})
    assert "剩的比做的还多" in more.get_data(as_text=True)
    good = {"cooked-lunch": "5", "left-lunch": "2"}
    assert secretary.post_form(f"{DAY}/portions", **good).status_code == 303
    assert "份数对得上" in _text(eaten, "secretary1", DAY)
    assert secretary.post_form(f"{DAY}/cash", **{"cash-C1-1": "1,2"}).status_code == 422
    assert secretary.post_form(f"{DAY}/cash", **{"cash-C1-1": "10"}).status_code == 303
    key = "cash_differs:C1-1:-200"
    assert f'value="{key}"' in _text(eaten, "secretary1", DAY)
    assert secretary.post_form(f"{DAY}/remark", key=key).status_code == 422
    assert secretary.post_form(f"{DAY}/remark", key=key, remark="找错了钱").status_code == 303
    assert "找错了钱" in _text(eaten, "secretary1", DAY)


def test_a_signed_day_shows_what_was_booked_later(eaten: Service) -> None:
    sign_before(eaten.database, TODAY)
    sign(eaten.database, TODAY)
    set_clock(shanghai("08:10", TODAY + timedelta(days=1)))
    asked = make_swipe(eaten.world, "P02", "12:00", "late", offline="taken")
    eaten.database.run(
        record_swipe, reader_id=eaten.world.readers["C1-R1"], asked=asked,
        now=shanghai("08:10", TODAY + timedelta(days=1)),
    )  # fmt: skip
    page = _text(eaten, "secretary1", DAY)
    assert "原报 3，补录 1，合 4" in page
    assert "<b>3</b><span>人次</span>" in page
    reopen(eaten.database, TODAY, now=shanghai("09:00", TODAY + timedelta(days=1)))
    assert "街道退回，等重签" in _text(eaten, "secretary1", DAY)


@pytest.mark.parametrize("sheet", ["report", "register", "month", "notice"])
def test_each_paper_is_a_page_and_a_file(eaten: Service, sheet: str) -> None:
    page = _text(eaten, "secretary1", f"{DAY}/paper/{sheet}")
    assert "城南食堂" in page
    assert ("黄桂兰" in page) == (sheet == "register")
    assert ("黄**" in page) == (sheet == "notice")
    printed = eaten.browser("secretary1").get(f"{DAY}/print/{sheet}.xlsx")
    assert printed.status_code == 200
    assert printed.get_data()[:2] == b"PK"
    assert eaten.browser("secretary1").get(f"{DAY}/print/{sheet}.doc").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/community/days/C2/2026-11-25", "/community/days/C9/2026-11-25", "/community/days/C2",
     "/community/days/C1/2026-02-30", "/community/days/C1/25-11-2026", f"{DAY}/lines?kind=other",
     "/community/days/C1/0001-01-01", "/community/days/C1/9999-12-31", f"{DAY}/paper/other"],
)  # fmt: skip
def test_another_community_and_no_day_at_all_are_not_there(service: Service, address: str) -> None:
    assert service.browser("secretary1").get(address).status_code == 404


def test_the_day_says_what_deliveries_cost_and_what_was_kept(eaten: Service) -> None:
    carried = [eaten.database.run(make_carried, eaten.world, elder) for elder in ("P10", "P02")]
    send_out(eaten.database, *carried)
    for one, kind in zip(carried, ("delivered", "not_home"), strict=True):
        tell(eaten.database, one, kind)
    eaten.database.run(
        keep, delivery=carried[1].uid, reason="饭做好了", with_fee=True, by="staff:wang",
        origin=None, now=shanghai("13:00"),
    )  # fmt: skip
    page = _text(eaten, "secretary1", DAY)
    assert "<b>4</b><span>人次</span>" in page
    assert "另收送餐费 ¥4.00" in page
    assert "没送成留下的自付 ¥7.00" in page
    kept = _text(eaten, "secretary1", f"{DAY}/lines?kind=kept")
    assert "没送成，留自付" in kept
    assert "送餐费 ¥2.00" in kept
    assert "2 份送餐都有结果" in page
    elder = _text(eaten, "secretary1", "/community/elders/P02")
    assert "两菜一汤（没送成，留自付），送餐费 ¥2.00" in elder
