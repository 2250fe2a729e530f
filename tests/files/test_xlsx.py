"""XLSX as programs really write it: literals, dates by their format, formulas, hidden things, no `r`."""

import pytest

from canteen.files.rosters import read_roster, read_table
from canteen.files.xlsx import is_date_format
from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Typed
from canteen.rules.statement_columns import find_columns
from tests.files.sheets import raw_workbook, sent

HEADER = (
    "<row><c t='inlineStr'><is><t>姓名</t></is></c><c t='inlineStr'><is><t>性别</t></is></c></row>"
)


def _cell(xml: str, **given: object) -> Cell:
    grid = read_roster(raw_workbook(f'<row r="1">{xml}</row>', **given))  # type: ignore[arg-type]
    return grid.rows[0].cells[-1] if grid.rows else None


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ('<c r="A1"><v>4.50702194611259E+17</v></c>', Typed("number", "4.50702194611259E+17")),
        ('<c r="A1" t="n"><v>450702194302119887</v></c>', Typed("number", "450702194302119887")),
        ('<c r="A1" s="1"><v>15099</v></c>', Typed("date", "1941-05-03")),
        ('<c r="A1" s="1"><v>15099.75</v></c>', Typed("date", "1941-05-03")),
        ('<c r="A1"><v>15099</v></c>', Typed("number", "15099")),
        ('<c r="A1" s="2"><v>15099</v></c>', Typed("number", "15099")),
        ('<c r="A1" s="1"><v>-3</v></c>', Typed("number", "-3")),
        ('<c r="A1" t="d"><v>1941-05-03T00:00:00</v></c>', Typed("date", "1941-05-03")),
        ('<c r="A1" t="b"><v>1</v></c>', Typed("bool", "TRUE")),
        ('<c r="A1" t="e"><v>#N/A</v></c>', Typed("error", "#N/A")),
        ('<c r="A1"><f>A2&amp;A3</f><v/></c>', Typed("formula", "")),
        ('<c r="A1"><f>A2</f></c>', Typed("formula", "")),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', Typed("number", "2")),
        ('<c r="A1" t="str"><f>A2&amp;"x"</f><v>abx</v></c>', "abx"),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', None),
        ('<c r="A1" t="inlineStr"><is><r><t>黄</t></r><r><t>桂兰</t></r></is></c>', "黄桂兰"),
        (
            '<c r="A1" t="inlineStr"><is><t>黄</t><rPh sb="0" eb="1"><t>huang</t></rPh></is></c>',
            "黄",
        ),
        ('<c r="A1" t="inlineStr"><is><t> </t></is></c>', None),
    ],
)
def test_a_cell_is_what_the_file_says_it_is(xml: str, cell: Cell) -> None:
    assert _cell(xml) == cell


def test_a_date_of_the_1904_system_is_the_same_day() -> None:
    xml = '<c r="A1" s="1"><v>13637</v></c>'
    assert _cell(xml, properties='<workbookPr date1904="1"/>') == Typed("date", "1941-05-03")


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"年"m"月"d"日"', True),
        ('yyyy"年"m"月"', True),
        ("[$-804]e/m/d", True),
        ("m/d/yy h:mm", True),
        ("General", False),
        ("0.00E+00", False),
        ("h:mm:ss", False),
        ("[h]:mm", False),
        ("@", False),
        ('0"日"', False),
        ("[Red]0", False),
    ],
)
def test_a_format_is_known_to_show_a_day(code: str, is_date: bool) -> None:
    assert is_date_format(code) is is_date


def test_rows_and_cells_without_their_numbers_count_from_the_one_before() -> None:
    grid = read_roster(
        raw_workbook(HEADER + "<row/><row><c t='inlineStr'><is><t>黄</t></is></c></row>")
    )
    assert [row.number for row in grid.rows] == [1, 3]


def test_element_names_with_a_prefix_are_read_alike() -> None:
    sheet = (
        '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row r="4"><x:c r="C4" t="inlineStr"><x:is>'
        "<x:t>黄桂兰</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )
    row = read_roster(raw_workbook(sheet)).rows[0]
    assert (row.number, row.cells) == (4, (None, None, "黄桂兰"))


def test_the_first_visible_sheet_with_a_header_is_taken_and_hidden_ones_never_are() -> None:
    cover = '<row r="1"><c r="A1" t="inlineStr"><is><t>城南社区</t></is></c></row>'
    book = raw_workbook(HEADER, cover, HEADER, states=("veryHidden", "visible", "visible"))
    grid = read_roster(book)
    assert grid.sheet == "S3"
    assert [one.is_hidden for one in grid.sheets] == [True, False, False]
    assert read_roster(book, sheet="S2").sheet == "S2"
    for name in ("S1", "S9"):
        with pytest.raises(Invalid) as raised:
            read_roster(book, sheet=name)
        assert raised.value.code == "sheet_unknown"


def test_merges_hidden_rows_and_columns_are_known() -> None:
    grid = read_roster(sent("16_roster_hidden_rows_sheets.xlsx"))
    assert [row.number for row in grid.rows if row.is_hidden] == [4]
    assert grid.hidden_columns == {8}
    merges = read_roster(sent("04_roster_title_merged_header.xlsx")).merges
    assert (3, 3, 3, 4) in {(one.top, one.left, one.bottom, one.right) for one in merges}


def test_formatted_blanks_between_people_cost_nothing_and_move_nothing() -> None:
    blanks = "".join(
        f'<row r="{row}" s="1"><c r="A{row}" s="1"/><c r="B{row}" s="1"></c></row>'
        for row in range(2, 5000)
    )
    last = (
        '<row r="5000"><c r="A5000" s="1"/><c r="B5000" t="inlineStr"><is><t>女</t></is></c></row>'
    )
    grid = read_roster(raw_workbook(HEADER + blanks + last))
    assert [(row.number, row.cells) for row in grid.rows[1:]] == [(5000, (None, "女"))]


@pytest.mark.parametrize("kind", ["inlineStr", "str"])
def test_o_048_characters_that_xml_cannot_hold_are_read_as_themselves(kind: str) -> None:
    text = "1栋_x000D_\n2_x000b_单_x005F_x_xD842__xDFB7_ _xD842_ _x12_"
    shown = f"<is><t>{text}</t></is>" if kind == "inlineStr" else f"<v>{text}</v>"
    assert _cell(f'<c r="A1" t="{kind}">{shown}</c>') == "1栋\r\n2\x0b单_x𠮷 \ufffd _x12_"


def test_of_several_sheets_the_one_table_is_read_and_two_are_refused() -> None:
    head, cover = "交易日期 金额", '<row r="1"><c r="A1" t="str"><v>封面</v></c></row>'
    table = "<row>" + "".join(f'<c t="str"><v>{one}</v></c>' for one in head.split()) + "</row>"
    assert read_table(raw_workbook(cover, table), find_columns).sheet == "S2"
    assert read_table(raw_workbook(cover, cover), find_columns).sheet == "S1"
    hidden = raw_workbook(table, table, states=["hidden"])
    assert read_table(hidden, find_columns).sheet == "S2"
    with pytest.raises(Invalid, match="sheets_several"):
        read_table(raw_workbook(table, cover, table), find_columns)
