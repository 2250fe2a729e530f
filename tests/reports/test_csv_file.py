"""CSV: read in again it says the same, no spreadsheet runs it, and nothing stops it."""

import csv
import io

import pytest

from reports.csv_file import csv_gb18030, csv_utf8, guarded
from reports.sheets import SheetError
from tests.reports.making import (
    ID_NUMBER,
    NAMES,
    make_book,
    make_day_form,
    make_names_sheet,
    make_sheet,
)


def _rows(data: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


def test_o_076_the_bytes_begin_with_a_mark_and_hold_every_digit_of_an_id():
    data = csv_utf8(make_book(make_names_sheet()))

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(NAMES) + 2
    assert data.count(ID_NUMBER.encode()) == len(NAMES) + 1


@pytest.mark.parametrize(("write", "encoding"), [(csv_utf8, "utf-8-sig"), (csv_gb18030, "gb18030")])
def test_o_044_titles_and_rows_are_read_again_as_they_were_in_both_encodings(write, encoding: str):
    rows = _rows(write(make_book(make_names_sheet())), encoding)

    assert rows[0] == ["序号", "姓名", "身份证号", "出生日期", "刷卡时间", "人次", "补贴", "备注"]
    assert rows[1] == ["1", "梁𠮷祥", ID_NUMBER, "1938-05-12", "2026-11-25 19:06", "1", "2.50", ""]
    assert [row[1].removeprefix("'") for row in rows[1:-1]] == list(NAMES)


def test_o_086_no_cell_is_a_formula_a_refund_stays_a_number_and_a_phone_keeps_its_plus():
    rows = _rows(csv_utf8(make_book(make_names_sheet())), "utf-8-sig")

    assert [row[1] for row in rows if row[1][0] in "=+-@\t"] == []
    assert rows[-1][6] == "-5.00"
    assert guarded("+8613800000000") == "'+8613800000000"
    assert guarded("-5.00") == "-5.00"
    assert guarded("-5.00+cmd") == "'-5.00+cmd"
    assert guarded("\t=1") == "'\t=1"
    assert guarded("韦=1") == "韦=1"


def test_o_077_a_control_character_is_left_out_and_stops_nothing():
    assert _rows(csv_utf8(make_book(make_names_sheet())), "utf-8-sig")[-1][7] == "牙口不好\n少辣"


def test_only_one_sheet_goes_into_a_csv():
    for pages in ((make_sheet(), make_sheet()), (make_day_form(),)):
        with pytest.raises(SheetError, match="CSV holds one sheet"):
            csv_utf8(make_book(*pages))
