"""Lists of other registers on their pages: sent, decided row by row or all; others’ lists are not there."""

import io
import re
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from canteen.models.people import Elder, ElderFact
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.services import swipes
from tests.factories.files import csv_bytes, id_number
from tests.factories.requests import Browser
from tests.factories.world import make_swipe, shanghai
from tests.web.conftest import Service

P01, P03 = id_number("19461125", 2), id_number("19360229", 4)
LIST = "/community/register-lists"
HEAD = ("姓名", "身份证号", "死亡日期", "类别")
ROWS = (
    HEAD,
    ("黄桂兰", P01, "2026-11-20", None),
    ("<b>陆秀珍</b>", P03, None, "特困"),
    ("无号", None, "2026-11-20", None),
)


@pytest.fixture
def secretary(service: Service) -> Browser:
    def number(session: Session) -> None:
        ring = key_ring_of(session.info)
        for elder, digits in (("P01", P01), ("P03", P03)):
            session.execute(
                update(Elder)
                .where(Elder.number == elder)
                .values(**sealed_columns(ring, "elders", elder, digits, None))
            )

    service.database.run(number)
    return service.browser("secretary1")


def _send(browser: Browser, data: bytes, name: str = "名单.csv", **fields: str) -> TestResponse:
    given = {"area": "450702003005", "source": "police", "as_of": "2026-11-25", **fields}
    sent = {"csrf": browser.csrf, **given, "file": (io.BytesIO(data), name)}
    return browser.client.post(LIST, data=sent)


def _statuses(service: Service) -> list[str | None]:
    return list(
        service.database.read(
            lambda session: session.scalars(
                select(ElderFact.code).where(ElderFact.kind == "status")
            ).all()
        )
    )


def test_a_list_is_sent_and_accepted_row_by_row(service: Service, secretary: Browser):
    sent = _send(secretary, csv_bytes(*ROWS))
    assert sent.status_code == 303
    address = sent.headers["Location"]
    page = secretary.get(address).get_data(as_text=True)
    assert "黄桂兰" in page
    assert "去世" in page
    assert "&lt;b&gt;陆秀珍&lt;/b&gt;" in page
    assert P01 not in page
    assert "没有身份证号" in page
    assert _statuses(service) == []

    only = re.findall(r'name="only" value="([\d,]+)"', page)
    assert secretary.post_form(address, only=only[0]).status_code == 303
    assert _statuses(service) == ["deceased"]
    chosen = re.findall(r'name="finding" value="(\d+)"', secretary.get(address).text)
    refused = secretary.post_form(address, act="decline", finding=chosen[0])
    assert refused.status_code == 422
    assert "请填写" in refused.text
    secretary.post_form(address, act="decline", finding=chosen[0], note="核实过，不是")
    assert "核实过，不是" in secretary.get(address).text
    assert secretary.post_form(f"{address}/away").status_code == 303
    assert secretary.post_form(address, act="accept_all").status_code == 422


def test_all_that_is_clear_is_accepted_at_once_and_again_finds_nothing(
    service: Service, secretary: Browser
):
    address = _send(secretary, csv_bytes(*ROWS[:3])).headers["Location"]
    assert secretary.post_form(address, act="accept_all").status_code == 303
    assert _statuses(service) == ["deceased"]

    again = secretary.get(_send(secretary, csv_bytes(*ROWS[:3])).headers["Location"])
    assert "没有什么新的" in again.text
    assert "名单.csv" in secretary.get(LIST).text


def test_meals_served_after_the_day_are_shown(service: Service, secretary: Browser):
    service.database.run(
        swipes.record_swipe,
        reader_id=service.world.readers["C1-R1"],
        asked=make_swipe(service.world, "P01", "11:40", "late", day=date(2026, 11, 22)),
        now=shanghai("11:40", date(2026, 11, 22)),
    )
    address = _send(secretary, csv_bytes(*ROWS[:2])).headers["Location"]
    assert "1 餐" in secretary.get(address).text
    secretary.post_form(address, act="accept_all")

    page = secretary.get(f"{address}/1").text
    assert "在有人决定之前，一笔都不改" in page
    for shown in ("C1-20261122-0001", "2026-11-22", "¥12.00"):
        assert shown in page, page
    address = _send(secretary, csv_bytes(HEAD, ("陆秀珍", P03, None, "特困"))).headers["Location"]
    assert "没有哪一餐" in secretary.get(f"{address}/2").text
    assert secretary.get(f"{address}/99").status_code == 404


def test_what_is_wrong_with_a_list_is_told_in_words(secretary: Browser):
    for data, fields, told in (
        (b"<html>", {}, "不是真正的表格"),
        (b"", {}, "文件是空的"),
        (csv_bytes(("姓名", "电话"), ("黄", "1")), {}, "身份证号"),
        (csv_bytes(*ROWS), {"as_of": "2026-02-30"}, "没有这一天"),
        (csv_bytes(*ROWS), {"is_complete": "on"}, "哪一类"),
        (csv_bytes(*ROWS), {"area": "450702003006"}, "请选一项"),
    ):
        answer = _send(secretary, data, **fields)
        assert answer.status_code == 422, told
        assert told in answer.text
    assert "请选一个文件" in secretary.post_form(LIST, source="police").text


def test_columns_are_chosen_and_the_list_matched_again(secretary: Browser):
    rows = (("姓名", "身份证号", "离世那天"), ("黄桂兰", P01, "2026-11-20"))
    address = _send(secretary, csv_bytes(*rows)).headers["Location"]
    assert "没有写谁变了什么" in secretary.get(address).text

    columns = {"column-0": "name", "column-1": "id_number", "column-2": "deceased_on"}
    assert secretary.post_form(f"{address}/columns", **columns).status_code == 303
    assert "去世" in secretary.get(address).text
    wrong = secretary.post_form(f"{address}/columns", **{"column-0": "nonsense"})
    assert wrong.status_code == 422


def test_a_list_of_another_community_is_not_there(service: Service, secretary: Browser):
    """O-087: exactly as one that does not exist, also for a write."""
    address = _send(secretary, csv_bytes(*ROWS)).headers["Location"]
    other = service.browser("secretary2")

    foreign, absent = other.get(address).text, other.get(f"{LIST}/999").text
    assert foreign.replace(address, "") == absent.replace(f"{LIST}/999", "")
    for path in (address, f"{address}/1", f"{LIST}/999"):
        assert other.get(path).status_code == 404
    for path in (address, f"{address}/columns", f"{address}/away"):
        assert other.post_form(path, act="accept_all").status_code == 404
    assert _statuses(service) == []


def test_a_stranger_may_not_send_large_bodies(service: Service, secretary: Browser):
    """A file larger than other bodies passes only with a session; beyond the limit nobody's does."""
    large = b"a" * 200_000
    stranger = service.app.test_client()
    answer = stranger.post(LIST, data={"file": (io.BytesIO(large), "a.csv")})
    assert answer.status_code in (403, 413)
    assert _send(secretary, large).status_code == 422
