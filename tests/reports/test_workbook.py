"""XLSX as another library reads it: numbers, dates and text are what they are, totals are formulas."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.sheets import Column, Kind, Orientation, Table
from reports.workbook import count_lines, xlsx
from tests.reports.making import (
    ID_NUMBER,
    NAMES,
    make_book,
    make_day_form,
    make_labels,
    make_names_sheet,
    make_notice,
    make_row,
    make_run_sheet,
    make_sheet,
)

HEADER = 3  # title, head, then the column titles


def _open(book, **how: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx(book)), **how)


def _first(book, **how: bool) -> Worksheet:
    return _open(book, **how).worksheets[0]


def test_o_075_ids_are_text_money_is_a_number_and_days_are_days():
    row = _first(make_book())[HEADER + 1]

    assert [cell.value for cell in row] == [
        1,
        "韦庆余",
        ID_NUMBER,
        datetime(1938, 5, 12),  # noqa: DTZ001  a workbook has no zones
        datetime(2026, 11, 25, 19, 6),  # noqa: DTZ001
        1,
        2.5,
        None,
    ]
    assert [cell.data_type for cell in row[:7]] == ["n", "s", "s", "d", "d", "n", "n"]
    assert [row[1].number_format, row[2].number_format] == ["@", "@"]
    assert [row[3].number_format, row[6].number_format] == ["yyyy-mm-dd", "#,##0.00"]


def test_totals_are_formulas_over_the_rows_whose_result_is_the_stored_total():
    book = make_book(make_names_sheet())
    last = HEADER + len(NAMES) + 1
    formulas, results = _first(book)[last + 1], _first(book, data_only=True)[last + 1]

    assert formulas[6].value == f"=SUM(G{HEADER + 1}:G{last})"
    assert results[6].value == len(NAMES) * 2.5 - 5
    assert (results[0].value, results[5].value) == ("合计", len(NAMES) + 1)


def test_a_total_that_is_no_sum_is_written_as_it_was_stored():
    table = Table(
        columns=(Column("类别"), Column("人数", Kind.COUNT, is_summed=False)),
        rows=(("低保", 2), ("失能", 2)),
        totals=("合计", 3),
    )
    cell = _first(make_book(make_sheet(table=table)))[HEADER + 3][1]

    assert (cell.value, cell.data_type) == (3, "n")


def test_a_table_without_rows_has_its_totals_all_the_same():
    empty = Table(columns=(Column("姓名"), Column("补贴", Kind.MONEY)), rows=(), totals=("合计", 0))

    assert [cell.value for cell in _first(make_book(make_sheet(table=empty)))[HEADER + 1]] == [
        "合计",
        0,
    ]


def test_o_086_o_088_no_name_is_a_formula_a_link_or_mark_up():
    sheet = _first(make_book(make_names_sheet()))
    names = [sheet.cell(HEADER + number, 2) for number in range(1, len(NAMES) + 1)]

    # The file format itself writes _x0041_ for a control; the reader leaves that to us to undo.
    assert [unescape(cell.value) for cell in names] == list(NAMES)
    assert {cell.data_type for cell in names} == {"s"}
    assert not any(cell.hyperlink for cell in names)


def test_o_077_a_control_character_is_left_out_and_stops_nothing():
    sheet = _first(make_book(make_names_sheet()))

    assert sheet.cell(HEADER + len(NAMES) + 1, 8).value == "牙口不好\n少辣"
    long = make_book(make_sheet(make_row(1, remark="长" * 40_000)))
    assert len(_first(long).cell(HEADER + 1, 8).value) == 32_767


def test_it_prints_on_a4_with_its_titles_on_each_page_and_stands_still_when_scrolled():
    sheet = _first(make_book(make_sheet(*(make_row(number) for number in range(1, 301)))))

    assert (sheet.page_setup.paperSize, sheet.print_title_rows) == (9, "$1:$3")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A4", "A3:H303")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert sheet.oddFooter.center.text == "&P / &N"


@pytest.mark.parametrize(
    ("orientation", "columns", "lies"),
    [
        (Orientation.PORTRAIT, 3, "portrait"),
        (Orientation.LANDSCAPE, 3, "landscape"),
        (Orientation.PORTRAIT, 4, "landscape"),
    ],
)
def test_paper_lies_where_asked_or_where_the_table_is_wide(orientation, columns: int, lies: str):
    table = Table(columns=(Column("住址"),) * columns, rows=(("住" * 20,) * columns,))
    sheet = _first(make_book(make_sheet(table=table, orientation=orientation)))

    assert sheet.page_setup.orientation == lies


def test_columns_are_wide_enough_for_chinese_and_rows_high_enough_for_what_is_wrapped():
    columns = (
        *(Column("姓名"), Column("住址"), Column("备注", width=20)),
        *(Column("说明", width=60), Column("SHA-256", Kind.ID, 66)),
    )
    rows = (("梁𠮷祥", "住" * 40, "", "", "f" * 64), ("韦", "", "", "", ""))
    sheet = _first(make_book(make_sheet(table=Table(columns=columns, rows=rows))))
    widths = [round(sheet.column_dimensions[name].width) for name in "ABCDE"]

    assert widths == [
        9,
        33,
        21,
        33,
        67,
    ]  # a Chinese character is two; the file adds the cell's own edges
    assert sheet.row_dimensions[HEADER + 1].height > 40


def test_lines_are_counted_as_they_are_wrapped():
    receipts = "、".join(f"C1-20261124-{n:04d}" for n in range(20))
    assert count_lines(receipts, 32) == 13, "no room is left for half a number"
    assert count_lines("住" * 40, 32) == 3
    assert count_lines("a" * 65, 32) == 3
    assert count_lines("住" * 16 + "。", 32) == 2
    assert count_lines("甲\n乙\n", 32) == 3


def test_a_page_of_several_tables_says_what_it_is_on_every_paper():
    assert _first(make_book(make_day_form())).print_title_rows == "$1:$2"


def test_a_title_is_not_broken_over_a_narrow_table():
    columns = (Column("原因"), Column("次数", Kind.COUNT))
    page = make_sheet(title="送餐月报·没送成的原因", table=Table(columns=columns, rows=()))
    sheet = _first(make_book(page))
    assert sum(sheet.column_dimensions[name].width for name in "AB") >= 21 * 16 // 11


def test_the_row_of_titles_is_as_high_as_the_longest_of_them_needs():
    columns = (Column("桂花社区慈善关爱基金会", Kind.MONEY, 10), Column("补贴", Kind.MONEY, 10))
    sheet = _first(make_book(make_sheet(table=Table(columns=columns, rows=((1, 2),)))))
    assert sheet.row_dimensions[HEADER].height > 40


def test_the_day_form_and_the_notice_say_all_that_they_say_on_paper():
    workbook = _open(make_book(make_day_form(), make_notice()))
    texts = [
        "\n".join(str(cell.value) for row in sheet.rows for cell in row if cell.value is not None)
        for sheet in workbook.worksheets
    ]

    for words in (
        "一、人次",
        "补贴合计（大写）：人民币",
        "异常：4 条",
        "社区书记（签字）",
        "系统签结",
    ):
        assert words in texts[0]
    for words in ("现将补贴情况", "如有异议", "欧阳*娜", "城南社区居民委员会"):
        assert words in texts[1]


def test_tabs_have_names_that_are_allowed_and_differ():
    names = ("日报", "日报", "[a]:*?/\\b", "", "History", "长" * 40, "长" * 40)
    workbook = _open(make_book(*(make_sheet(name=name) for name in names)))

    assert workbook.sheetnames == [
        "日报",
        "日报 2",
        "a      b",
        "就餐登记表",
        "History 2",
        "长" * 31,
        "长" * 29 + " 2",
    ]


def test_a_day_before_the_calendar_of_spreadsheets_is_text():
    table = Table(columns=(Column("出生日期", Kind.DATE),), rows=((date(1899, 12, 31),), (None,)))
    sheet = _first(make_book(make_sheet(table=table)))

    assert sheet.cell(HEADER + 1, 1).value == "1899-12-31"
    assert sheet.cell(HEADER + 2, 1).value is None


def test_the_same_book_gives_the_same_bytes_and_its_time_is_that_of_the_book():
    book = make_book(
        make_names_sheet(), make_day_form(), make_notice(), make_run_sheet(), make_labels()
    )
    made = xlsx(book)

    assert made == xlsx(book)
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
    assert _open(book).properties.created == book.made_at.replace(tzinfo=None)
    assert _open(book).properties.modified == book.made_at.replace(tzinfo=None)
