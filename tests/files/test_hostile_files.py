"""Files made to hurt: bombs, entities, a million formatted rows, cells and texts without end."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.files import limits, xlsx_sheet, xml_parts
from canteen.files.rosters import read_roster
from canteen.rules.errors import Invalid
from tests.files.sheets import make_zip, old_workbook, raw_workbook, sent, workbook

PEOPLE = [["姓名", "性别"], ["黄桂兰", "女"]]


def _code(data: bytes) -> str:
    with pytest.raises(Invalid) as raised:
        read_roster(data)
    return raised.value.code


def test_o_094_a_million_formatted_rows_are_two_people() -> None:
    grid = read_roster(sent("08_roster_blank_formatted_tail.xlsx"))
    assert [row.number for row in grid.rows] == [1, 2, 3]
    assert max(len(row.cells) for row in grid.rows) == 11


def test_a_part_that_unpacks_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_parts, "UNPACKED_BYTES_MAX", 3 << 20)
    assert _code(raw_workbook("<row/>" * 1_000_000)) == "file_too_large"


def test_rows_cells_and_texts_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "ROWS_MAX", 1)
    assert _code(workbook(PEOPLE)) == "file_too_large"
    monkeypatch.undo()
    monkeypatch.setattr(xlsx_sheet, "CHARACTERS_MAX", 3)
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>黄桂兰黄桂兰</t></is></c></row>'
    assert _code(raw_workbook(cell)) == "file_too_large"


def test_a_text_without_end_is_cut_where_no_column_takes_it() -> None:
    grid = read_roster(workbook([["姓名", "性别"], ["黄" * 30_000, "女"]]))
    assert len(str(grid.rows[1].cells[0])) == limits.TEXT_MAX


def test_cells_far_to_the_right_are_not_kept_and_that_is_known() -> None:
    cells = '<c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="XFD1"><v>1</v></c>'
    grid = read_roster(raw_workbook(f'<row r="1">{cells}</row>'))
    assert grid.is_cut
    assert grid.rows[0].cells == ("姓名",)


def test_entities_are_refused_whatever_they_say() -> None:
    bomb = (
        '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    assert _code(raw_workbook(bomb)) == "file_broken"
    outside = '<!DOCTYPE w SYSTEM "file:///etc/passwd"><worksheet><sheetData/></worksheet>'
    assert _code(raw_workbook(outside)) == "file_broken"


@pytest.mark.parametrize(
    "xml",
    [
        "<row r='2'/><row r='1'>",
        "<row r='2'><c r='A2'><v>1</v></c></row><row r='1'><c r='A1'><v>1</v></c></row>",
        "<row r='1'><c r='1A'><v>1</v></c></row>",
        "<row r='1'><c r='A1' t='s'><v>7</v></c></row>",
    ],
)
def test_a_sheet_that_contradicts_itself_is_broken(xml: str) -> None:
    assert _code(raw_workbook(xml)) == "file_broken"


def test_archives_that_are_no_workbooks_are_broken() -> None:
    whole = workbook(PEOPLE)
    assert _code(whole[: len(whole) // 2]) == "file_broken"
    assert _code(make_zip({"readme.txt": "x"})) == "file_broken"
    assert _code(make_zip({"xl/workbook.xml": "<workbook/>"})) == "file_broken"


def test_encrypted_files_are_told() -> None:
    ole = old_workbook(PEOPLE)
    assert _code(ole + "EncryptedPackage".encode("utf-16-le")) == "file_encrypted"
    box = bytearray(make_zip({"xl/workbook.xml": "<workbook/>"}))
    with zipfile.ZipFile(io.BytesIO(bytes(box))) as archive:
        assert archive.infolist()[0].flag_bits == 0
    central = box.rindex(b"PK\x01\x02")
    box[central + 8] |= 1
    assert _code(bytes(box)) == "file_encrypted"


def test_a_file_beyond_all_size_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canteen.files.rosters.FILE_BYTES_MAX", 10)
    assert _code(b"x" * 11) == "file_too_large"


WHOLE = (workbook(PEOPLE), old_workbook(PEOPLE), sent("04_roster_title_merged_header.xlsx"))


def _told(data: bytes) -> str:
    """The code of what is told of a file; "" when it is read."""
    try:
        read_roster(data)
    except Invalid as told:
        return told.code
    return ""


@given(st.sampled_from(WHOLE), st.data())
def test_any_damage_is_told_in_words_and_never_crashes(whole: bytes, data: st.DataObject) -> None:
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    code = _told(bytes(spoilt[: data.draw(st.integers(0, len(spoilt)))]))
    assert not code or code.startswith(("file_", "sheet_"))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_told(junk: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "姓名,性别\n".encode()):
        code = _told(head + junk)
        assert not code or code.startswith(("file_", "sheet_"))
