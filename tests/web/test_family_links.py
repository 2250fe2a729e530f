"""The secretary gives families their links, changes and ends them, and decides who is enrolled."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.audit import AuditLine
from canteen.models.links import EnrolmentRequest, PersonLink
from canteen.models.people import Elder
from tests.factories.links import CSRF, LinkBrowser, make_enrolment_link, make_family_link
from tests.factories.requests import Browser
from tests.web.conftest import Service

ADDRESS = re.compile(r'href="http://localhost(/link/[A-Za-z0-9_-]{20,})"')
PIN = re.compile(r'<b class="tn">(\d{8})</b>')
ID_NUMBER = "450702194611259920"
FORM = {
    "uid": "form-1", "name": "梁福兰", "id_number": ID_NUMBER, "address": "3栋2单元501",
    "phone": "13800000001", "asker": "女儿 李小梅", "asker_phone": "13900000852",
}  # fmt: skip


@pytest.fixture
def wall(service: Service) -> LinkBrowser:
    """Somebody who opened the link on the canteen's wall."""
    link = service.database.run(make_enrolment_link, service.world.canteens["C1"])
    return LinkBrowser(service.app, link)


def _text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status)
    return answer.get_data(as_text=True)


def test_a_link_is_given_shown_once_changed_and_ended(service: Service, secretary: Browser) -> None:
    page = secretary.post_form(
        "/community/elders/P01/family", holder="女儿 李小梅", meals="1", has_pin="1"
    ).get_data(as_text=True)
    address, pin = ADDRESS.search(page), PIN.search(page)
    assert address is not None
    assert pin is not None
    listed = _text(secretary, "/community/elders/P01/family")
    assert "女儿 李小梅" in listed
    assert "没有打开过" in listed
    assert address[1] not in listed
    assert pin[1] not in listed

    phone = service.app.test_client()
    assert phone.get(address[1]).headers["Location"] == "/family"
    home = phone.get("/family").get_data(as_text=True)
    assert 'class="cal"' in home
    assert 'class="fbal"' not in home
    assert "没有打开过" not in _text(secretary, "/community/elders/P01/family")

    secretary.post_form("/community/elders/P01/family/1/shows", balance="1")
    home = phone.get("/family").get_data(as_text=True)
    assert 'class="cal"' not in home
    assert 'class="fbal"' in home
    secretary.post_form("/community/elders/P01/family/1/revoke")
    assert "这个链接停用了" in phone.get("/family").get_data(as_text=True)
    assert secretary.post_form("/community/elders/P01/family/1/revoke").status_code == 404
    told = service.database.read(
        lambda s: [
            line.action
            for line in s.scalars(select(AuditLine).order_by(AuditLine.id))
            if "person_link" in line.action
        ]
    )
    done = [action.removeprefix("person_link_") for action in told]
    assert done == ["created", "opened", "changed", "revoked"]


def test_the_pin_opens_it_too(service: Service, secretary: Browser) -> None:
    page = secretary.post_form(
        "/community/elders/P01/family", holder="女儿", orders="1", has_pin="1"
    ).get_data(as_text=True)
    pin = PIN.search(page)
    assert pin is not None
    assert "申请送餐上门" in _enter(service, "p01", pin[1])
    assert "申请送餐上门" not in _enter(service, "p02", pin[1])


def _enter(service: Service, number: str, pin: str) -> str:
    """The first page after a number and a PIN were typed."""
    phone = service.app.test_client()
    token = CSRF.search(phone.get("/family").get_data(as_text=True))
    assert token is not None
    phone.post("/family", data={"csrf": token[1], "number": number, "pin": pin})
    return phone.get("/family").get_data(as_text=True)


def test_a_link_needs_a_name_and_stays_the_elders_own(service: Service, secretary: Browser) -> None:
    answer = secretary.post_form("/community/elders/P01/family", holder=" ")
    assert answer.status_code == 422
    assert "请填写" in answer.get_data(as_text=True)
    link = service.database.run(make_family_link, service.world.elders["P02"])
    other = service.database.run(make_family_link, service.world.elders["P07"])
    for path in (
        f"/community/elders/P01/family/{link.id}/revoke",
        f"/community/elders/P01/family/{link.id}/shows",
        f"/community/elders/P07/family/{other.id}/revoke",
        "/community/elders/P07/family",
    ):
        assert secretary.post_form(path, holder="x").status_code == 404, path
    revoked = service.database.read(
        lambda s: list(s.scalars(select(PersonLink).where(PersonLink.revoked_at.is_not(None))))
    )
    assert revoked == []


def test_a_link_of_a_row_that_was_merged_is_hers(service: Service, secretary: Browser) -> None:
    service.database.run(make_family_link, service.world.elders["P06"])
    kept = service.world.elders["P01"]

    def merge(session: Session) -> None:
        elder = session.scalars(select(Elder).where(Elder.number == "P06")).one()
        elder.merged_into_id = kept

    def give(number: str) -> str:
        page = secretary.post_form(
            f"/community/elders/{number}/family", holder="儿子", meals="1", has_pin="1"
        ).get_data(as_text=True)
        pin = PIN.search(page)
        assert pin is not None
        return pin[1]

    before = give("P06")
    service.database.run(merge)
    assert "女儿 李小梅" in _text(secretary, "/community/elders/P01/family")
    for pin in (before, give("P01")):
        for number in ("P01", "P06"):
            assert "黄桂兰" in _enter(service, number, pin)


def test_who_opened_the_link_on_the_wall_asks_and_sees_nobody(
    service: Service, wall: LinkBrowser, secretary: Browser
) -> None:
    assert wall.home == "/family/enrolment"
    assert "城南食堂" in wall.text("/family/enrolment")
    assert wall.get("/family/delivery").headers["Location"] == "/family"
    answer = wall.send("/family/enrolment", **FORM)
    assert answer.headers["Location"] == "/family/enrolment?done=enrolment"
    told = wall.text("/family/enrolment?done=enrolment")
    assert "收到了" in told
    assert "梁福兰" not in told
    wall.send("/family/enrolment", **FORM)
    assert "等着办" in _text(secretary, "/community/enrolments")
    assert "登记申请 <b>1</b>" in _text(secretary, "/community/elders")
    rows = service.database.read(lambda s: list(s.scalars(select(EnrolmentRequest))))
    assert len(rows) == 1


def test_what_is_wrong_in_the_form_is_told_beside_it(service: Service, wall: LinkBrowser) -> None:
    answer = wall.send(
        "/family/enrolment", **FORM | {"id_number": "450702194602309920", "asker_phone": "12"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-id_number-err"' in page
    answer = wall.send("/family/enrolment", **FORM | {"asker_phone": "12"})
    assert 'id="f-asker_phone-err"' in answer.get_data(as_text=True)
    assert "梁福兰" in answer.get_data(as_text=True)


def test_the_secretary_puts_her_on_the_register(service: Service, secretary: Browser) -> None:
    link = service.database.run(make_family_link, service.world.elders["P01"])
    family = LinkBrowser(service.app, link)
    family.send("/family/enrolment", **FORM)
    page = _text(secretary, "/community/enrolments/1")
    assert "4507********9920" in page
    assert "139****0852" in page
    assert ID_NUMBER not in page
    full = secretary.post_form("/community/enrolments/1/unmask").get_data(as_text=True)
    assert ID_NUMBER in full
    assert "13900000852" in full
    answer = secretary.post_form("/community/enrolments/1/approve", community="450702003005")
    number = answer.headers["Location"].rpartition("/")[2]
    shown = _text(secretary, f"/community/elders/{number}")
    assert "梁福兰" in shown
    assert "女儿 李小梅" in shown
    assert "登记好了" in family.text("/family/enrolment")
    assert secretary.get("/community/enrolments/1").status_code == 404


def test_whoever_may_be_the_same_is_shown_and_not_made_twice(
    service: Service, wall: LinkBrowser, secretary: Browser
) -> None:
    wall.send("/family/enrolment", **FORM)
    secretary.post_form("/community/enrolments/1/approve", community="450702003005")
    wall.send("/family/enrolment", **FORM | {"uid": "form-2"})
    page = _text(secretary, "/community/enrolments/2")
    assert "就是这个身份证号" in page
    assert "/community/enrolments/2/approve" not in page
    again = secretary.post_form("/community/enrolments/2/approve", community="450702003005")
    assert again.status_code == 422
    number = re.search(r"/community/enrolments/2/known/(E\d{6})", page)
    assert number is not None
    secretary.post_form(number[0])
    elders = service.database.read(
        lambda s: list(s.scalars(select(Elder.number).where(Elder.name == "梁福兰")))
    )
    assert elders == [number[1]]


def test_a_namesake_is_shown_beside_the_request(
    service: Service, wall: LinkBrowser, secretary: Browser
) -> None:
    wall.send(
        "/family/enrolment", **FORM | {"name": "黄桂兰", "id_number": "", "born": "1946-11-25"}
    )
    page = _text(secretary, "/community/enrolments/1")
    assert "/community/enrolments/1/known/P01" in page
    assert "/community/enrolments/1/approve" in page


def test_no_needs_its_reason_and_the_family_reads_it(service: Service, secretary: Browser) -> None:
    link = service.database.run(make_family_link, service.world.elders["P01"])
    family = LinkBrowser(service.app, link)
    family.send("/family/enrolment", **FORM)
    assert secretary.post_form("/community/enrolments/1/decline").status_code == 422
    secretary.post_form("/community/enrolments/1/decline", reason="不住在本社区")
    assert "不住在本社区" in family.text("/family/enrolment")
    assert "不住在本社区" in _text(secretary, "/community/enrolments")


def test_another_communitys_secretary_sees_no_request(service: Service, wall: LinkBrowser) -> None:
    wall.send("/family/enrolment", **FORM)
    other = service.browser("secretary2")
    assert "梁福兰" not in _text(other, "/community/enrolments")
    for path in ("", "/unmask", "/approve", "/decline", "/known/P07"):
        answer = (
            other.get("/community/enrolments/1")
            if not path
            else other.post_form(
                f"/community/enrolments/1{path}", reason="x", community="450702003006"
            )
        )
        assert answer.status_code == 404, path
    assert other.post_form("/community/enrolments/links/C1").status_code == 404


def test_the_link_on_the_wall_is_given_and_ended(service: Service, secretary: Browser) -> None:
    page = secretary.post_form("/community/enrolments/links/C1").get_data(as_text=True)
    address = ADDRESS.search(page)
    assert address is not None
    phone = service.app.test_client()
    phone.get(address[1])
    assert "给老人登记" in phone.get("/family/enrolment").get_data(as_text=True)
    other = service.browser("secretary2")
    assert other.post_form("/community/enrolments/links/1/revoke").status_code == 404
    secretary.post_form("/community/enrolments/links/1/revoke")
    assert phone.get("/family/enrolment").status_code == 303
