"""Long tables: more rows than the memory holds, as a workbook and as CSV, read again by others."""

import io
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from reports import long_workbook
from reports.long_csv import write_csv
from reports.long_table import LongTable
from reports.long_workbook import write_xlsx
from reports.row_file import RowFile
from reports.sheets import Book, Column, Kind, Sheet, SheetError
from tests.reports.making import CONTROL, ID_NUMBER, MADE_AT, NAMES, make_sheet

COLUMNS = (
    Column("序号", Kind.COUNT, is_summed=False),
    Column("姓名"),
    Column("身份证号", Kind.ID, width=20),
    Column("日期", Kind.DATE),
    Column("刷卡时间", Kind.INSTANT),
    Column("补贴", Kind.MONEY),
)
READ_AT = "2026-11-25 11:32:10.120003"


@pytest.fixture(autouse=True)
def row_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every file of rows that a test opens is closed behind it."""
    opened: list[RowFile] = []
    begin = RowFile.__init__

    def open_it(self: RowFile) -> None:
        begin(self)
        opened.append(self)

    monkeypatch.setattr(RowFile, "__init__", open_it)
    yield
    for one in opened:
        one.close()


def make_long_sheet(*names: str, fens: tuple[int, ...] = ()) -> Sheet:
    rows = RowFile()
    fens = fens or (250,) * len(names)
    for number, (name, fen) in enumerate(zip(names, fens, strict=True), 1):
        rows.add([number, name, ID_NUMBER, "2026-11-25", READ_AT, fen])
    totals = ("合计", None, None, None, None, sum(fens))
    table = LongTable(columns=COLUMNS, rows=(), totals=totals, stream=rows, count=len(names))
    return Sheet(title="助餐补贴明细表", name="明细表", head=("单位：元",), table=table)


def make_long_book(*pages: Sheet) -> Book:
    return Book(title="明细", made_at=MADE_AT, pages=pages)


def _xlsx(*pages: Sheet) -> bytes:
    made = io.BytesIO()
    write_xlsx(make_long_book(*pages), made)
    return made.getvalue()


def _open(workbook: bytes, *, data_only: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook), data_only=data_only)


def test_o075_numbers_are_numbers_ids_text_days_days_and_the_sum_stands_below_the_filter():
    book = _xlsx(make_sheet(name="汇总"), make_long_sheet("韦庆余", "刘䶮", fens=(250, -500)))

    sheet = _open(book)["明细表"]
    cells = [cell.value for cell in sheet[5]]
    assert cells[:3] == [2, "刘䶮", ID_NUMBER]
    assert [f"{cell:%F %T}" for cell in cells[3:5]] == ["2026-11-25 00:00:00", READ_AT[:19]]
    assert (cells[5], sheet["F5"].number_format) == (-5, "#,##0.00")
    assert (sheet["C5"].number_format, sheet["D5"].number_format) == ("@", "yyyy-mm-dd")
    assert sheet["F6"].value == "=SUM(F4:F5)"
    assert _open(book, data_only=True)["明细表"]["F6"].value == -2.5
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A3:F5", "A4")
    assert sheet.print_title_rows == "$1:$3"
    name = sheet["B4"].alignment
    assert (name.shrink_to_fit, bool(name.wrap_text)) == (True, False), "none lies over another"
    assert sheet["C4"].alignment.shrink_to_fit, "no digit is cut"


def test_o077_o086_names_that_mean_harm_are_words_in_both_files():
    rows = (*NAMES, CONTROL, " 韦 ", "两\n行", "-5.00", "+8613800000000")
    sheet = _open(_xlsx(make_long_sheet(*rows)))["明细表"]

    told = [unescape(sheet.cell(4 + at, 2).value) for at in range(len(rows))]
    assert told == [*NAMES, "牙口不好\n少辣", " 韦 ", "两\n行", "-5.00", "+8613800000000"]
    assert {sheet.cell(4 + at, 2).data_type for at in range(len(rows))} == {"s"}

    made = io.BytesIO()
    write_csv(make_long_book(make_long_sheet(*rows)), "csv", made)
    text = made.getvalue().decode("utf-8-sig")
    assert '"\'=HYPERLINK(""http://evil.example"",""点我"")"' in text
    assert "'@SUM(A1:A9)" in text
    assert ",-5.00," in text
    assert "'+8613800000000" in text
    assert '"牙口不好\n少辣"' in text


def test_o076_csv_has_a_mark_all_digits_and_another_alphabet():
    book = make_long_book(make_long_sheet("梁𠮷祥"))
    made = {form: io.BytesIO() for form in ("csv", "csv-gb18030")}
    for form, file in made.items():
        write_csv(book, form, file)

    assert made["csv"].getvalue().startswith(b"\xef\xbb\xbf")
    lines = made["csv"].getvalue().decode("utf-8-sig").split("\r\n")
    assert lines[1] == f"1,梁𠮷祥,{ID_NUMBER},2026-11-25,2026-11-25 11:32:10,2.50"
    assert made["csv-gb18030"].getvalue().decode("gb18030").split("\r\n") == lines


def test_the_same_rows_give_the_same_bytes_and_no_rows_an_empty_table():
    assert _xlsx(make_long_sheet("韦")) == _xlsx(make_long_sheet("韦"))
    empty = _open(_xlsx(make_long_sheet()))["明细表"]
    assert [cell.value for cell in empty[3]][:2] == ["序号", "姓名"]
    assert empty["F4"].value == 0


def test_what_one_tab_cannot_hold_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(long_workbook, "ROWS_MAX", 2)
    book = _open(_xlsx(make_long_sheet(*"甲乙丙丁戊", fens=(1, 2, 3, 4, 5))), data_only=True)

    assert book.sheetnames == ["明细表", "明细表 2", "明细表 3"]
    assert [book[name]["B4"].value for name in book.sheetnames] == ["甲", "丙", "戊"]
    assert [book["明细表"]["F6"].value, book["明细表 2"]["F6"].value] == [0.03, 0.07]
    assert book["明细表 3"]["F5"].value == 0.05


def test_a_day_before_the_calendar_of_spreadsheets_is_words():
    rows = RowFile()
    rows.add([1, "寿", ID_NUMBER, "1890-01-01", "1890-01-01 08:00:00", None])
    table = LongTable(columns=COLUMNS, rows=(), stream=rows, count=1)
    cells = _open(_xlsx(Sheet(title="明细表", table=table)))["明细表"][3]
    assert [cell.value for cell in cells][3:] == ["1890-01-01", "1890-01-01 08:00:00", None]


def test_a_long_table_has_its_rows_in_its_stream_and_csv_only_one():
    with pytest.raises(SheetError, match="stream"):
        LongTable(columns=COLUMNS, rows=((1,),), stream=(), count=1)
    with pytest.raises(SheetError, match="one sheet"):
        write_csv(Book(title="x", made_at=MADE_AT, pages=(make_sheet(),)), "csv", io.BytesIO())


def test_a_row_is_as_high_as_its_longest_sentence_needs():
    rows = RowFile()
    for reason in ("短", "当天去医院看病没有来吃，家属第二天来说明，应当退回", None):
        rows.add([reason, 100])
    columns = (Column("更正原因", width=20), Column("补贴", Kind.MONEY, 10))
    table = LongTable(columns=columns, rows=(), stream=rows, count=rows.count)
    sheet = _open(_xlsx(Sheet(title="更正", table=table)))["更正"]
    heights = [sheet.row_dimensions[row].height for row in (3, 4, 5)]
    assert heights == [None, 49, None], "three lines, and the programs' own height for one"


def test_rows_are_read_again_from_the_first():
    rows = RowFile()
    for number in range(1203):
        rows.add([number, None])
    assert [row[0] for row in rows] == [row[0] for row in rows] == list(range(1203))
    rows.close()


def test_an_instant_is_found_again_to_the_microsecond():
    assert date(2026, 11, 25).toordinal() - long_workbook.DAY_ZERO == 46351
    for microsecond in (0, 1, 120003, 999999):
        text = f"2026-11-25 23:59:59.{microsecond:06d}"
        serial = float(long_workbook._instant_cell(text)[4:-8])
        seconds = round((serial - 46351) * 86_400 * 10**6)
        assert seconds == 86_399 * 10**6 + microsecond
