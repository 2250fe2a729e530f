"""The pages of price list, calendar and workdays: what is typed is what is sold, and words for a refusal."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import xlsxwriter
from werkzeug.test import TestResponse

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import prices
from tests.factories.requests import Browser
from tests.web.conftest import Service


def _price_form(**typed: str) -> dict[str, str]:
    return {
        "mealtime": "lunch", "kind": "dish", "unit": "portion", "channel": "dine_in",
        "from_on": str(local_date(clock.instant()) + timedelta(days=1)), **typed,
    }  # fmt: skip


def test_O_026_a_price_typed_in_yuan_is_stored_in_fen_to_the_last_one(service: Service):
    """O-026: 2.30, 19.90 and 16.40 are 230, 1990 and 1640 fen, shown as typed."""
    browser = service.browser("secretary1")

    for name, typed in (("豆腐", "2.30"), ("红烧肉", "19.90"), ("蒸鱼", "１６.４０")):
        answer = browser.post_form("/community/prices/C1", **_price_form(name=name, price=typed))
        assert answer.status_code == 303, answer.get_data(as_text=True)

    lines = service.database.read(
        prices.list_price_lines, canteen_id=service.world.canteens["C1"], now=clock.instant()
    )
    assert {line.name: line.price_fen for line in lines if line.kind == "dish"} == {
        "豆腐": 230, "红烧肉": 1990, "蒸鱼": 1640,
    }  # fmt: skip
    shown = browser.get("/community/prices/C1").get_data(as_text=True)
    assert all(text in shown for text in ("¥2.30", "¥19.90", "¥16.40"))


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("price", "2.305", "最多两位小数"),
        ("price", "", "请输入金额"),
        ("from_on", "2026-02-30", "没有这一天"),
        ("from_at", "25:00", "11:45"),
        ("unit", "weight", "称重的写明多少克"),
        ("key", "九", "请选一项"),
        ("code", "红烧肉", "字母"),
    ],
)
def test_a_fault_is_told_beside_its_field_and_what_was_typed_stays(
    service: Service, field: str, typed: str, words: str
):
    browser = service.browser("secretary1")
    answer = browser.post_form(
        "/community/prices/C1", **{**_price_form(name="豆腐", price="2.30"), field: typed}
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "豆腐" in page


def _sheet(*rows: tuple[object, ...]) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet("价目")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return made.getvalue()


def _send_file(browser: Browser, data: bytes, **typed: str) -> TestResponse:
    tomorrow = str(local_date(clock.instant()) + timedelta(days=1))
    return browser.client.post(
        "/community/prices/C1/file",
        data={
            "csrf": browser.csrf, "file_mealtime": "lunch", "file_from_on": tomorrow,
            "file": (BytesIO(data), "价目.xlsx"), **typed,
        },
    )  # fmt: skip


def test_O_026_a_sheet_of_prices_is_checked_first_and_then_taken_to_the_fen(service: Service):
    """O-026: numbers of a spreadsheet, 2.30, 19.90 and 16.40, are 230, 1990 and 1640 fen."""
    browser = service.browser("secretary1")
    data = _sheet(
        ("城南食堂价目表",),
        ("菜名", "单价（元）", "单位"),
        ("豆腐", 2.3, "份"),
        ("红烧肉", 19.9, None),
        ("蒸鱼", 16.4, "半份"),
        ("卤牛肉", 39.8, "斤"),
        ("两菜一汤", 13, None),
    )

    checked = _send_file(browser, data)
    assert checked.status_code == 200
    assert all(one in checked.get_data(as_text=True) for one in ("¥19.90", "¥39.80 / 500"))
    assert not [line for line in _lines(service) if line.kind == "dish"]

    taken = _send_file(browser, data, take="on")
    assert taken.status_code == 303
    assert {line.name: line.price_fen for line in _lines(service) if line.state == "coming"} == {
        "豆腐": 230, "红烧肉": 1990, "蒸鱼": 1640, "卤牛肉": 3980, "两菜一汤": 1300,
    }  # fmt: skip
    before = len(_lines(service))
    assert _send_file(browser, data, take="on").status_code == 303
    assert len(_lines(service)) == before


def test_one_faulty_row_stops_the_whole_file_and_is_named(service: Service):
    browser = service.browser("secretary1")
    answer = _send_file(browser, _sheet(("名称", "价格"), ("豆腐", 2.3), ("鱼", "面议")), take="on")

    assert answer.status_code == 422
    assert "第 3 行不能收" in answer.get_data(as_text=True)
    assert not [line for line in _lines(service) if line.kind == "dish"]
    for data in (b"", _sheet(("甲", "乙")), _sheet(("名称", "价格"))):
        assert _send_file(browser, data).status_code == 422
    assert browser.post_form("/community/prices/C1/file").status_code == 422


def _lines(service: Service) -> list[prices.PriceLine]:
    return service.database.read(
        prices.list_price_lines, canteen_id=service.world.canteens["C1"], now=clock.instant()
    )


def test_a_line_is_changed_or_ended_from_the_page(service: Service):
    browser = service.browser("secretary1")
    browser.post_form("/community/prices/C1", **_price_form(name="豆腐", price="2.30"))
    now = clock.instant()
    line = next(
        line
        for line in service.database.read(
            prices.list_price_lines, canteen_id=service.world.canteens["C1"], now=now
        )
        if line.name == "豆腐"
    )

    assert 'value="豆腐"' in browser.get(f"/community/prices/C1?line={line.id}").get_data(
        as_text=True
    )
    assert browser.post_form(f"/community/prices/C1/{line.id}/end").status_code == 303
    assert browser.post_form("/community/prices/C1/999999/end").status_code == 422
    assert "不再卖" in browser.get("/community/prices/C1").get_data(as_text=True)


def test_another_community_s_canteen_answers_as_if_it_were_not_there(service: Service):
    browser = service.browser("secretary1")
    for path in ("/community/prices/C2", "/community/calendar/C2", "/community/prices/C9"):
        assert browser.get(path).status_code == 404, path
    assert browser.get("/community/prices").headers["Location"].endswith("/prices/C1")
    assert browser.get("/community/calendar").headers["Location"].endswith("/calendar/C1")


def test_the_calendar_is_kept_from_its_page(service: Service):
    browser = service.browser("secretary1")
    page = "/community/calendar/C1"
    tomorrow = str(local_date(clock.instant()) + timedelta(days=1))

    closed = browser.post_form(f"{page}/closed", closed_on=tomorrow, reason="消毒")
    hours = browser.post_form(
        f"{page}/windows", mealtime="dinner", opens="17:00", closes="19:00", from_on=tomorrow
    )
    days = browser.post_form(f"{page}/weekdays", **{f"day-{n}": "on" for n in range(1, 7)})

    assert [closed.status_code, hours.status_code, days.status_code] == [303, 303, 303]
    shown = browser.get(page).get_data(as_text=True)
    assert all(text in shown for text in ("消毒", "17:00–19:00"))
    assert browser.post_form(f"{page}/closed/1/withdraw").status_code == 303
    assert "已撤回" in browser.get(page).get_data(as_text=True)
    overlap = browser.post_form(
        f"{page}/windows", mealtime="dinner", opens="13:00", closes="19:00", from_on=tomorrow
    )
    assert overlap.status_code == 422
    assert "重叠" in overlap.get_data(as_text=True)


def test_an_administrator_enters_the_next_year_s_workdays(service: Service):
    """O-095: from November on the missing year is told; once entered it is not."""
    browser = service.browser("admin1")
    assert "2027" in browser.get("/admin/workdays").get_data(as_text=True)

    wrong = browser.post_form("/admin/workdays", source="国办发明电", days="2027-13-01 rest")
    right = browser.post_form(
        "/admin/workdays", source="国办发明电", days="日期,类型\n2027-01-01,休息\n2027-01-02,上班"
    )

    assert wrong.status_code == 422
    assert "第 1 行" in wrong.get_data(as_text=True)
    assert right.status_code == 303
    page = browser.get(right.headers["Location"]).get_data(as_text=True)
    assert "缺 2027" not in page
    assert "01-02*" in page
    assert date(2027, 1, 2).weekday() == 5
