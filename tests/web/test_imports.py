"""A roster on its pages: four steps, nothing written before the last, fixes kept, the rest stays."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from canteen.db.run import Database
from canteen.models.imports import ColumnName, ImportFile
from canteen.models.people import CardHolding, Elder
from canteen.roster_job import write_rosters
from tests.factories.files import csv_bytes, id_number
from tests.factories.requests import Browser
from tests.factories.world import CHENGNAN, shanghai
from tests.web.conftest import Service, set_clock

ROSTERS = Path(__file__).parents[1] / "data" / "roster"
HEAD = ("姓名", "性别", "身份证号", "住址", "对象类别")
GOOD = ("莫秀英", "女", id_number("19450605", 2), "5栋1单元301", "低保")
RIGHT = id_number("19500101", 3)
BAD_ID = ("韦长林", "男", f"{RIGHT[:-1]}{5 if RIGHT[-1] != '5' else 6}", "6栋", None)
BAD_WORD = ("梁仕忠", "男", id_number("19480203", 5), "7栋", "低保户2")


def _send(
    browser: Browser, data: bytes, name: str = "名册.csv", area: str = CHENGNAN
) -> TestResponse:
    sent = {"csrf": browser.csrf, "area": area, "file": (io.BytesIO(data), name)}
    return browser.client.post("/community/import", data=sent)


def _open(browser: Browser, data: bytes, name: str = "名册.csv") -> str:
    """Send a roster, take the columns as guessed; the address of its rows."""
    answer = _send(browser, data, name)
    assert answer.status_code == 303, answer.text
    columns = answer.headers["Location"]
    page = browser.get(columns).text
    selects = re.findall(r'<select[^>]*name="(column-\d+)".*?</select>', page, re.S)
    chosen = {}
    for block in re.findall(r"<select.*?</select>", page, re.S):
        name = re.search(r'name="(column-\d+)"', block)
        picked = re.search(r'value="([^"]*)" selected', block)
        assert name
        chosen[name[1]] = picked[1] if picked else ""
    assert selects
    answer = browser.post_form(columns, **chosen)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def _count(service: Service) -> int:
    return service.database.read(
        lambda session: session.execute(select(func.count()).select_from(Elder)).scalar_one()
    )


def test_four_steps_write_the_good_rows_and_keep_the_rest(service: Service, secretary: Browser):
    before = _count(service)
    address = _open(secretary, csv_bytes(HEAD, GOOD, BAD_ID, BAD_WORD))
    page = secretary.get(address).text
    assert "<b>2</b>" in page
    assert GOOD[2] not in page
    assert str(BAD_ID[2]) not in page
    assert "没有“低保户2”这个类别" in page
    assert _count(service) == before

    assert secretary.post_form(f"{address}/write").status_code == 303
    assert _count(service) == before + 1
    assert "<b>1</b>" in secretary.get(f"{address}/done").text

    assert secretary.post_form(f"{address}/rows/3", **{"type-id_number": RIGHT}).status_code == 303
    secretary.post_form(f"{address}/rows/4", act="mend", **{"type-category": "低保"})
    page = secretary.get(address).text
    assert RIGHT not in page
    secretary.post_form(f"{address}/write")
    assert _count(service) == before + 3
    file = service.database.read(lambda session: session.scalars(select(ImportFile)).one())
    assert (file.state, file.content_box, file.fixes_box) == ("applied", None, None)
    assert secretary.get(address).status_code == 303
    assert secretary.post_form(f"{address}/write").status_code == 409


def test_fixes_are_sealed_while_they_wait(service: Service, secretary: Browser):
    address = _open(secretary, csv_bytes(HEAD, BAD_ID))
    secretary.post_form(f"{address}/rows/2", **{"type-id_number": RIGHT})

    box = service.database.read(
        lambda session: session.execute(select(ImportFile.fixes_box)).scalar_one()
    )
    assert box is not None
    assert RIGHT.encode() not in box


def test_the_same_file_twice_changes_nothing(service: Service, secretary: Browser):
    """The second time nothing is to be written; bytes still waiting are not kept twice."""
    data = csv_bytes(HEAD, GOOD)
    address = _open(secretary, data)
    assert _send(secretary, data).headers["Location"] == f"{address}/columns"
    secretary.post_form(f"{address}/write")
    before = _count(service)

    again = _open(secretary, data)
    page = secretary.get(again).text
    assert "什么都不会变" in page
    assert "/write" not in page
    assert secretary.post_form(f"{again}/away").status_code == 303
    assert _count(service) == before


def _take_all_cards_back(session: Session) -> None:
    """The cards of the base world's own people are free for the roster's."""
    session.execute(update(CardHolding).values(to_at=shanghai("09:00")))


def test_blank_cells_take_nothing_away_and_one_change_is_listed(
    service: Service, secretary: Browser
):
    """O-053: the second roster leaves the first one's phone, address and category alone."""
    service.database.run(_take_all_cards_back)
    for name in ("11a_roster_day1.xlsx", "11b_roster_day2_blanks.xlsx"):
        address = _open(secretary, (ROSTERS / name).read_bytes(), name)
        for row in (2, 3, 4) if name.startswith("11a") else ():  # the base world's are others
            secretary.post_form(f"{address}/rows/{row}", **{"decide-person_without_id": "go"})
        page = secretary.get(address).text
        if name.startswith("11b"):
            changed = page[page.index('id="h-changed"') :]
            assert changed.count("→") == 1
            assert "电话" in changed
        secretary.post_form(f"{address}/write")


def test_rows_that_collide_are_shown_in_pairs_and_nothing_of_them_is_written(
    service: Service, secretary: Browser
):
    """O-051: rows 2/4, 5/6, 3/7, 3/8 of file 05."""
    before = _count(service)
    data = (ROSTERS / "05_roster_duplicates.xlsx").read_bytes()
    address = _open(secretary, data, "05.xlsx")
    page = secretary.get(address).text
    for other in (2, 4, 5, 6, 7, 3):
        assert f"和第 {other} 行" in page
    secretary.post_form(f"{address}/write")
    assert _count(service) == before


def test_a_row_is_skipped_and_taken_back_in(secretary: Browser):
    address = _open(secretary, csv_bytes(HEAD, GOOD, BAD_ID))
    secretary.post_form(f"{address}/rows/3", act="skip")
    page = secretary.get(address).text
    assert "改过或跳过的行" in page
    assert "<b>1</b>" in page
    secretary.post_form(f"{address}/rows/3", act="back")
    assert "改过或跳过的行" not in secretary.get(address).text


def test_a_hold_is_decided_by_a_person(service: Service, secretary: Browser):
    """The sex differs from the ID: her word goes on by the ID; leaving it leaves the row out."""
    row = ("莫秀英", "男", id_number("19450605", 2), "5栋", None)
    before = _count(service)
    address = _open(secretary, csv_bytes(HEAD, row))
    assert 'name="decide-sex_differs"' in secretary.get(address).text
    secretary.post_form(f"{address}/rows/2", **{"decide-sex_differs": "leave"})
    assert "改过或跳过的行" in secretary.get(address).text
    secretary.post_form(f"{address}/rows/2", act="back")
    secretary.post_form(f"{address}/rows/2", **{"decide-sex_differs": "go"})
    secretary.post_form(f"{address}/write")
    assert _count(service) == before + 1


def test_nothing_typed_is_told(secretary: Browser):
    address = _open(secretary, csv_bytes(HEAD, BAD_ID))
    answer = secretary.post_form(f"{address}/rows/2", act="mend", **{"type-id_number": ""})
    assert answer.status_code == 422
    assert "或者跳过这行" in answer.text


def test_a_changed_column_is_remembered_for_the_next_roster(service: Service, secretary: Browser):
    rows = (("姓名", "身份证号", "楼号"), ("莫秀英", id_number("19450605", 2), "5栋"))
    columns = _send(secretary, csv_bytes(*rows)).headers["Location"]
    given = {"column-0": "name", "column-1": "id_number", "column-2": "address"}
    assert secretary.post_form(columns, **given).status_code == 303
    kept = service.database.read(
        lambda session: [(one.header, one.field) for one in session.scalars(select(ColumnName))]
    )
    assert kept == [("楼号", "address")]

    other = _send(secretary, csv_bytes(*rows, ("韦明", id_number("19450605", 4), "6栋")))
    assert 'value="address" selected' in secretary.get(other.headers["Location"]).text
    refused = secretary.post_form(columns, **{**given, "column-0": ""})
    assert refused.status_code == 422
    assert "找不到表头" in refused.text


def test_rejected_rows_come_as_a_file_that_can_be_mended_and_sent_again(
    service: Service, secretary: Browser
):
    address = _open(secretary, csv_bytes(HEAD, GOOD, BAD_ID, BAD_WORD))
    book = openpyxl.load_workbook(io.BytesIO(secretary.get(f"{address}/rejected/xlsx").get_data()))
    sheet = book.active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in values if "姓名" in row)
    assert head[-1] == "哪里不对"
    line = next(row for row in values if "韦长林" in row)
    assert line[0] == 3
    assert "校验位" in str(line[-1])
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == BAD_ID[2]:
                cell.value = RIGHT
            if cell.value == "低保户2":
                cell.value = "低保"
    mended = io.BytesIO()
    book.save(mended)

    before = _count(service)
    again = _open(secretary, mended.getvalue(), "改好.xlsx")
    secretary.post_form(f"{again}/write")
    assert _count(service) == before + 2
    text = secretary.get(f"{address}/rejected/csv").get_data().decode("utf-8-sig")
    assert "梁仕忠" in text
    assert secretary.get(f"{address}/rejected/pdf").status_code == 404


def test_markup_in_names_is_shown_literally(service: Service, secretary: Browser):
    """O-088: preview, list and rejected rows of file 12."""
    data = (ROSTERS / "12_roster_markup_names.csv").read_bytes()
    address = _open(secretary, data, "12.csv")
    page = secretary.get(address).text
    secretary.post_form(f"{address}/write")
    page += secretary.get("/community/elders").text
    assert "<script>alert" not in page
    assert "<img" not in page


def test_a_roster_of_another_community_is_not_there(service: Service, secretary: Browser):
    """O-087: exactly as one that does not exist, also for a write and a download."""
    address = _open(secretary, csv_bytes(HEAD, GOOD))
    other = service.browser("secretary2")
    foreign, absent = other.get(address).text, other.get("/community/import/999").text
    assert foreign.replace(address, "") == absent.replace("/community/import/999", "")
    for path in (address, f"{address}/columns", f"{address}/done", f"{address}/rejected/csv"):
        assert other.get(path).status_code == 404
    before = _count(service)
    for path in ("/columns", "/rows/2", "/write", "/away"):
        assert other.post_form(f"{address}{path}").status_code == 404
    assert _count(service) == before
    assert _send(other, csv_bytes(HEAD, GOOD)).status_code == 422


def test_what_is_wrong_with_a_file_is_told_in_words(secretary: Browser):
    for data, told in (
        (b"<html><table></table>", "不是真正的表格"),
        (b"", "文件是空的"),
        (b"PK\x03\x04broken", "打不开"),
        (csv_bytes(("甲", "乙"), ("丙", "丁")), "找不到表头"),
        (csv_bytes(("姓名", "身份证号")), "没有人"),
    ):
        answer = _send(secretary, data)
        assert answer.status_code == 422, told
        assert told in answer.text
    kind = "multipart/form-data; boundary=x"
    huge = secretary.client.post("/community/import", data=b"a" * (33 << 20), content_type=kind)
    assert "超过 32 MB" in huge.text
    large = b"\n".join([b"\xe5\xa7\x93\xe5\x90\x8d,id"] + [b"a,1"] * 20_001)
    assert "canteen roster import" in _send(secretary, large).text  # `roster_large`
    assert "请选一个文件" in secretary.post_form("/community/import", area=CHENGNAN).text


class _Killed:
    """A database whose process dies after a few writes."""

    def __init__(self, database: Database, after: int) -> None:
        self.read, self._run, self._left = database.read, database.run, after

    def run(self, *given: Any, **named: Any) -> Any:
        if not self._left:
            raise RuntimeError("killed")
        self._left -= 1
        return self._run(*given, **named)


def _seen(browser: Browser, name: str) -> int:
    return browser.get(f"/community/elders?q={name}").text.count(f">{name}")


def test_a_large_roster_is_written_in_slices_each_row_once(service: Service, secretary: Browser):
    """2,001 rows: refused while a meal is served (one SQLite file), later written by the job; a job
    that was cut off goes on where it was."""
    births = [f"19{40 + place % 30}0{1 + place % 9}{1 + place // 300:02d}" for place in range(2100)]
    made = [id_number(born, place % 999) for place, born in enumerate(births)]
    whole = [number for number in made if not number.endswith("000")][:2001]
    people = [(f"人{place}", None, one, f"{place}栋", None) for place, one in enumerate(whole)]
    before = _count(service)
    address = _open(secretary, csv_bytes(HEAD, *people))
    if service.database.dialect == "sqlite":
        refused = secretary.post_form(f"{address}/write")
        assert refused.status_code == 409
        assert "正在供餐" in refused.text
        set_clock(shanghai("15:00"))
    assert secretary.post_form(f"{address}/write").status_code == 303
    page = secretary.get(f"{address}/done").text
    assert "data-applying" in page
    assert secretary.post_form(f"{address}/rows/2", act="skip").status_code == 422
    assert _count(service) == before

    with pytest.raises(RuntimeError, match="killed"):
        write_rosters(_Killed(service.database, after=2))
    assert "<b>1000</b>" in secretary.get(f"{address}/done").text
    assert _seen(secretary, "人1") == 0

    assert write_rosters(service.database) == 1
    assert write_rosters(service.database) == 0
    assert _count(service) == before + 2001
    assert _seen(secretary, "人1") > 0
    assert "<b>2001</b>" in secretary.get(f"{address}/done").text
    pending = service.database.read(
        lambda session: session.scalars(
            select(Elder.id).where(Elder.pending_import_id.is_not(None))
        ).all()
    )
    assert pending == []
