"""Old XLS files: values, dates of both systems, hidden things, long tables of texts, formulas."""

import io
from datetime import date

import pytest
import xlwt

from canteen.files.rosters import read_roster
from canteen.rules.errors import Invalid
from canteen.rules.grid import Typed
from tests.files.sheets import old_workbook, sent

HEADER = ["姓名", "性别", "身份证号", "出生日期"]


def _save(book: xlwt.Workbook) -> bytes:
    box = io.BytesIO()
    book.save(box)
    return box.getvalue()


@pytest.mark.parametrize("is_1904", [False, True])
def test_texts_numbers_and_dates_keep_their_kinds(is_1904: bool) -> None:
    rows = [HEADER, ["梁𠮷祥", True, 450702194611259920.0, date(1941, 5, 3)], [1.5, 13800000001]]
    grid = read_roster(old_workbook(rows, is_1904=is_1904))
    assert grid.is_1904 is is_1904
    assert grid.rows[1].cells == (
        "梁𠮷祥",
        Typed("bool", "TRUE"),
        Typed("number", "4.507021946112599e+17"),
        Typed("date", "1941-05-03"),
    )
    assert grid.rows[2].cells == (Typed("number", "1.5"), Typed("number", "13800000001"))


def test_hidden_rows_columns_sheets_and_merges_are_known() -> None:
    book = xlwt.Workbook()
    old = book.add_sheet("2024年旧册")
    old.visibility = 1
    sheet = book.add_sheet("现行")
    for column, text in enumerate(HEADER):
        sheet.write(0, column, text)
    sheet.write(3, 0, "黄桂兰")
    sheet.row(3).hidden = True
    sheet.col(2).hidden = True
    sheet.write_merge(5, 6, 0, 1, "合计")
    grid = read_roster(_save(book))
    assert grid.sheet == "现行"
    assert [one.is_hidden for one in grid.sheets] == [True, False]
    assert [row.number for row in grid.rows if row.is_hidden] == [4]
    assert grid.hidden_columns == {2}
    assert [(one.top, one.left, one.bottom, one.right) for one in grid.merges] == [(6, 0, 7, 1)]


def test_a_formula_nobody_calculated_is_known_as_one() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for column, text in enumerate(HEADER):
        sheet.write(0, column, text)
    sheet.write(1, 0, xlwt.Formula('CONCATENATE("农","玉琼")'))
    assert read_roster(_save(book)).rows[1].cells == (Typed("formula", ""),)


def test_an_old_file_saved_by_a_spreadsheet_program_reads_as_the_new_one() -> None:
    """Not by hand: `xls_by_office.xls` is 04's file saved as XLS by LibreOffice."""
    new, old = (
        read_roster(sent("04_roster_title_merged_header.xlsx")),
        read_roster(sent("xls_by_office.xls")),
    )
    assert [(row.number, row.cells) for row in old.rows] == [
        (row.number, row.cells) for row in new.rows
    ]
    assert set(old.merges) == set(new.merges)


def test_thousands_of_different_texts_run_over_many_records() -> None:
    rows = [HEADER, *([f"黄桂兰{number}", f"plain {number}", "x" * 40] for number in range(5000))]
    grid = read_roster(old_workbook(rows))
    assert [row.cells for row in grid.rows[1:]] == [tuple(row) for row in rows[1:]]


def test_one_cell_at_the_far_corner_costs_nothing() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "姓名")
    sheet.write(65535, 255, "x")
    grid = read_roster(_save(book))
    assert [(row.number, len(row.cells)) for row in grid.rows] == [(1, 1), (65536, 256)]


def test_a_file_cut_off_is_told_as_broken() -> None:
    whole = old_workbook([HEADER, ["黄桂兰", "女"]])
    for length in (9, 600, 1500, len(whole) // 2):
        with pytest.raises(Invalid) as raised:
            read_roster(whole[:length])
        assert raised.value.code == "file_broken"


def test_a_very_old_one_is_told_by_its_kind() -> None:
    whole = bytearray(old_workbook([HEADER, ["黄桂兰", "女"]]))
    at = whole.index(b"\x09\x08\x10\x00\x00\x06")
    whole[at + 4 : at + 6] = b"\x00\x05"
    with pytest.raises(Invalid) as raised:
        read_roster(bytes(whole))
    assert raised.value.code == "file_kind"
