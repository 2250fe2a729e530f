"""The pages of visits owed: masked numbers, a call that is written down, notes, and the morning's list."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen import clock
from canteen.models.audit import AuditLine
from canteen.models.people import Elder
from canteen.rules.days import local_date
from canteen.services import welfare
from tests.web.conftest import Service

PHONE = "13800002217"


@pytest.fixture
def check_id(service: Service) -> int:
    """Somebody asked to look in on P01, who has a phone."""
    ring = service.database.key_ring
    assert ring is not None

    def ask(session: Session) -> int:
        box = ring.seal(PHONE, "elders:P01:phone")
        session.execute(update(Elder).where(Elder.number == "P01").values(phone_box=box))
        return welfare.open_check(
            session, number="P01", by="staff:li", origin=None, now=clock.instant()
        )

    return service.database.run(ask)


def test_numbers_are_masked_until_somebody_says_she_calls(service: Service, check_id: int):
    browser = service.browser("secretary1")
    for path in ("/community/welfare", f"/community/welfare/{check_id}"):
        page = browser.get(path).get_data(as_text=True)
        assert "138****2217" in page
        assert PHONE not in page

    called = browser.post_form(f"/community/welfare/{check_id}/phones")

    assert f'href="tel:{PHONE}"' in called.get_data(as_text=True)
    actions = service.database.read(
        lambda session: session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    )
    assert actions.count("elder.unmask") == 1


def test_what_was_found_is_logged_and_closes_only_when_somebody_says_so(
    service: Service, check_id: int
):
    browser = service.browser("secretary1")
    page = f"/community/welfare/{check_id}"
    tomorrow = str(local_date(clock.instant()) + timedelta(days=1))

    missed = browser.post_form(
        f"{page}/notes", contact="call_elder", found="not_reached", follow_up_on=tomorrow
    )
    early = browser.post_form(f"{page}/notes", contact="visit", found="not_reached", closes="on")
    assert missed.status_code == 303
    assert early.status_code == 422
    assert "不能办结" in early.get_data(as_text=True)
    assert "没联系上" in browser.get("/community/welfare").get_data(as_text=True)

    done = browser.post_form(
        f"{page}/notes", contact="visit", found="away", note="去女儿家，22 日回", closes="on"
    )
    assert done.status_code == 303
    shown = browser.get(page).get_data(as_text=True)
    assert "去女儿家" in shown
    assert "notes" not in shown.split("<main", maxsplit=1)[1]  # closed: no form any more


def test_a_visit_is_opened_from_the_page_for_one_s_own_elders_only(service: Service):
    browser = service.browser("secretary1")

    opened = browser.post_form("/community/welfare", number="P02")
    again = browser.post_form("/community/welfare", number="P02")

    assert opened.status_code == 303
    assert again.status_code == 422
    assert "已经有一次探访" in again.get_data(as_text=True)
    assert browser.post_form("/community/welfare", number="P09").status_code in (404, 422)
    assert browser.post_form("/community/welfare").status_code == 422
    assert "韦德胜" in browser.get("/community/welfare").get_data(as_text=True)
    assert "韦德胜" not in service.browser("secretary2").get("/community/welfare").get_data(
        as_text=True
    )


def test_another_community_s_visit_answers_as_if_it_were_not_there(service: Service, check_id: int):
    other = service.browser("secretary2")
    for page in (f"/community/welfare/{check_id}", "/community/welfare/999999"):
        assert other.get(page).status_code == 404
        assert other.post_form(f"{page}/notes").status_code == 404
        assert other.post_form(f"{page}/phones").status_code == 404


def test_the_morning_s_list_is_printed_with_masked_numbers(service: Service, check_id: int):
    browser = service.browser("secretary1")

    answer = browser.get("/community/welfare/morning.pdf")

    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "黄桂兰" in text
    assert "138****2217" in text
    assert browser.get("/community/welfare/morning.exe").status_code == 404
