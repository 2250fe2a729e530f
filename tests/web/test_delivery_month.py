"""The month of deliveries: the page, its papers, and the platform's list with phones."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update

from canteen.models.audit import AuditLine
from canteen.models.personal import key_ring_of
from canteen.models.volunteers import Volunteer
from tests.factories.deliveries import make_carried
from tests.factories.doors import send_out, tell
from tests.web.conftest import Service

PHONE = "13800000091"
MONTH = "/community/deliveries/C1/months/2026-11"


@pytest.fixture
def carried(service: Service) -> Service:
    """V1 brought P01 his lunch and found P02 not at home."""
    database = service.database
    stops = [database.run(make_carried, service.world, elder) for elder in ("P01", "P02")]

    def give_phone(session: object) -> None:
        box = key_ring_of(session.info).seal(PHONE, "volunteers:V1:phone")  # type: ignore[attr-defined]
        session.execute(update(Volunteer).values(phone_box=box, name="何志平"))  # type: ignore[attr-defined]

    database.run(give_phone)
    send_out(database, *stops)
    tell(database, stops[0], "delivered", "11:41")
    tell(database, stops[1], "not_home", "11:50")
    return service


def test_the_page_tells_hours_reasons_houses_and_rounds(carried: Service):
    browser = carried.browser("secretary1")
    for path in (MONTH, "/community/deliveries/C1/months"):
        page = browser.get(path).get_data(as_text=True)
        assert "何志平" in page
        assert "30 分" in page
        assert "不在家" in page
        assert "每家 15.0 分钟" in page
        assert PHONE not in page
    led = browser.get("/community/deliveries/months")
    assert led.location.endswith("/community/deliveries/C1/months")


def test_an_empty_month_says_so(service: Service):
    page = service.browser("secretary1").get(f"{MONTH[:-2]}10").get_data(as_text=True)
    assert "这个月还没有人出发" in page
    assert "2026-09" in page


def test_the_report_and_the_thanks_are_papers(carried: Service):
    browser = carried.browser("secretary1")
    book = load_workbook(BytesIO(browser.get(f"{MONTH}/report.xlsx").data))
    assert book.sheetnames == [
        "志愿者",
        "没送成的原因",
        "没有送的原因",
        "楼栋",
        "每一趟",
        "送餐补贴",
    ]
    assert book["没送成的原因"]["A4"].value == "不在家"
    assert "本月没有。" in [row[0].value for row in book["没有送的原因"]]
    assert book["送餐补贴"].cell(book["送餐补贴"].max_row, 1).value in ("合计", "本月没有。")
    thanks = PdfReader(BytesIO(browser.get(f"{MONTH}/thanks.pdf").data))
    assert "何志平" in thanks.pages[0].extract_text()


def test_the_platform_s_list_has_phones_and_leaves_a_line(carried: Service):
    browser = carried.browser("secretary1")
    answer = browser.post_form(f"{MONTH}/platform/csv")
    assert PHONE in answer.data.decode("utf-8-sig")
    actions = carried.database.read(
        lambda s: s.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    )
    assert actions.count("volunteer.export") == 1


def test_what_is_no_month_and_no_paper_is_not_there(service: Service):
    browser = service.browser("secretary1")
    for path in (
        "/community/deliveries/C1/months/2026-13",
        "/community/deliveries/C2/months/2026-11",
        f"{MONTH}/report.doc",
        f"{MONTH}/nothing.pdf",
    ):
        assert browser.get(path).status_code == 404, path
    assert browser.post_form(f"{MONTH}/platform/doc").status_code == 404
