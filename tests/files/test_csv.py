"""Separated text in the encodings and with the separators that come, read strictly."""

import pytest

from canteen.files.rosters import read_roster
from canteen.rules.errors import Invalid
from tests.files.sheets import sent

TEXT = "身份证号,姓名,性别\r\n450702194408159932,梁𠮷祥,男\r\n,刘䶮,女\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_o_052_each_encoding_gives_the_same_text(encoding: str) -> None:
    data = TEXT.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    grid = read_roster(data)
    assert [row.cells for row in grid.rows] == [
        ("身份证号", "姓名", "性别"),
        ("450702194408159932", "梁𠮷祥", "男"),
        ("", "刘䶮", "女"),
    ]


@pytest.mark.parametrize("separator", list(",\t;|"))
def test_each_separator_is_found(separator: str) -> None:
    grid = read_roster(TEXT.replace(",", separator).encode())
    assert {len(row.cells) for row in grid.rows} == {3}


def test_the_separator_that_the_first_line_names_is_obeyed() -> None:
    grid = read_roster("sep=;\n姓名;性别\n黄,桂;女\n".encode())
    assert [(row.number, row.cells) for row in grid.rows] == [
        (2, ("姓名", "性别")),
        (3, ("黄,桂", "女")),
    ]


def test_a_blank_behind_the_separator_does_not_spoil_the_quotes() -> None:
    grid = read_roster('"姓名", "性别"\n"黄桂兰", "女"\n'.encode())
    assert [row.cells for row in grid.rows] == [("姓名", "性别"), ("黄桂兰", "女")]


def test_rows_count_records_and_a_line_break_inside_quotes_is_none() -> None:
    grid = read_roster(sent("12_roster_markup_names.csv") + '\r\n6,"a\nb",男\r\n7,c\r\n'.encode())
    assert grid.rows[5].cells[-1] == 'a,b"c\nd'
    assert [row.number for row in grid.rows] == [1, 2, 3, 4, 5, 6, 8, 9]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\r\n \r\n", "file_empty"),
        ('姓名,性别\n"黄桂兰,女\n'.encode(), "file_broken"),
        ('姓名,性别\n"黄"桂兰,女\n'.encode(), "file_broken"),
        ("姓名,性别\n".encode() + b"\xff\xfe\xff\xff\n", "file_encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_broken"),
        ("<html><table><tr><td>姓名</td></tr></table></html>".encode(), "file_kind"),
        (b'<?xml version="1.0"?><Workbook/>', "file_kind"),
        (b"%PDF-1.7", "file_kind"),
    ],
)
def test_what_is_no_table_is_told(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_roster(data)
    assert raised.value.code == code
