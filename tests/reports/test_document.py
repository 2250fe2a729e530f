"""PDF as others read it: A4, fonts inside, titles on every page, names as they are, text to copy."""

import io
import re
from datetime import date

import pytest
from pypdf import PageObject, PdfReader

from reports.document import pdf
from reports.sheets import Column, Kind, Orientation, Table
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

A4 = (595, 841)


def _pages(*pages) -> list[PageObject]:
    return PdfReader(io.BytesIO(pdf(make_book(*pages)))).pages


def _text(page: PageObject) -> str:
    """The words of a page without the gaps and line ends that its layout made."""
    return re.sub(r"\s", "", page.extract_text())


@pytest.fixture(scope="module")
def long_sheet() -> list[PageObject]:
    return _pages(make_sheet(*(make_row(number) for number in range(1, 301))))


def test_o_082_every_page_has_the_title_the_titles_of_columns_and_its_number(long_sheet):
    texts = [_text(page) for page in long_sheet]

    assert len(texts) > 5
    for number, text in enumerate(texts, 1):
        assert text.count("就餐登记表") == 1
        assert "日期：2026-11-25（星期三）" in text
        assert "序号姓名身份证号出生日期" in text
        assert text.endswith(f"{number}/{len(texts)}")


def test_o_082_every_row_is_there_once_and_nothing_is_beyond_the_margins(long_sheet):
    words = "".join(_text(page) for page in long_sheet)
    right_edges: list[float] = []
    for page in long_sheet:
        page.extract_text(visitor_text=lambda _t, _c, place, _f, _s: right_edges.append(place[4]))

    assert words.count(ID_NUMBER) == 300
    assert "合计300750.00" in words
    assert max(right_edges) < A4[0] - 36


def test_o_044_o_088_names_are_printed_as_they_are_whatever_they_look_like():
    text = "".join(_text(page) for page in _pages(make_names_sheet()))

    for name in NAMES:
        assert re.sub(r"\s", "", name) in text


def test_o_077_a_control_character_and_a_missing_glyph_stop_nothing():
    pages = _pages(make_names_sheet(), make_sheet(make_row(1, "王😀")), make_notice())

    assert "牙口不好" in _text(pages[0])
    assert "王〔U+1F600〕" in _text(pages[1])


def test_fonts_are_inside_the_file_as_archives_want_it(tmp_path):
    path = tmp_path / "names.pdf"
    path.write_bytes(pdf(make_book(make_names_sheet())))
    fonts = [
        font["/FontDescriptor"]
        for page in PdfReader(path).pages
        for name in page["/Resources"]["/Font"].values()
        for font in [name["/DescendantFonts"][0]]
    ]

    assert {"NotoSerifSC", "NotoSansCJKsc"} <= {
        re.split("[+-]", str(font["/FontName"]))[1] for font in fonts
    }
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert b"<pdfaid:part>2</pdfaid:part>" in path.read_bytes()


def test_the_day_form_is_one_page_with_all_that_is_signed_on_it():
    (page,) = _pages(make_day_form())
    text = _text(page)

    for words in (
        "城南长者食堂就餐日报表",
        "编号：CN-20261125",
        "一、人次",
        "合计673216115",
        "90岁以上944,200.000.030.020.01",
        "补贴合计（大写）：人民币陆拾柒元捌角陆分",
        "三天未到农玉珍（5天）",
        "制表（签字）食堂负责人（签字）社区书记（签字）日期",
        "系统签结：周敏2026-11-2519:06。",
        "1/1",
    ):
        assert words in text
    assert tuple(int(side) for side in page.mediabox.upper_right) == A4


def test_a_busy_day_is_set_in_smaller_type_and_runs_on_rather_than_lose_a_word():
    def remarks(count: int):
        form = make_day_form()
        return make_day_form(remarks=form.remarks * count)

    (busy,) = _pages(remarks(10))
    overflowing = _pages(remarks(25))

    assert _text(busy).count("农玉珍") == 10
    assert len(overflowing) == 2
    assert sum(_text(page).count("农玉珍") for page in overflowing) == 25


def test_a_notice_for_the_wall_is_in_large_type():
    (page,) = _pages(make_notice())
    sizes: dict[str, float] = {}

    def look(text: str, _matrix, _place, _font, size: float) -> None:
        sizes[text.strip()] = size

    page.extract_text(visitor_text=look)

    assert "欧阳*娜" in _text(page)
    assert _text(page).index("城南社区居民委员会") > _text(page).index("168.00")
    assert min(size for text, size in sizes.items() if "*" in text) >= 14


def test_paper_lies_where_it_is_asked_to():
    (page,) = _pages(make_sheet(orientation=Orientation.LANDSCAPE))

    assert tuple(int(side) for side in page.mediabox.upper_right) == A4[::-1]


def test_sheets_without_rows_head_or_signatures_are_printed():
    empty = Table(columns=(Column("日期", Kind.DATE), Column("姓名")), rows=())
    (page,) = _pages(make_sheet(table=empty, head=(), signatures=(), foot=()))
    two = Table(columns=empty.columns, rows=((date(2026, 11, 25), None),), caption="二、明细")

    assert "日期姓名" in _text(page)
    assert "二、明细" in _text(_pages(make_sheet(table=two, head=("单位：元", "编号：1")))[0])


def test_the_same_book_gives_the_same_bytes():
    book = make_book(make_day_form(), make_names_sheet(), make_notice())

    assert pdf(book) == pdf(book)


def test_a_door_s_number_is_the_largest_on_a_run_sheet_and_no_stop_is_torn():
    """22 pt, as a volunteer reads it on a staircase."""
    sizes: dict[str, float] = {}

    def measure(text: str, *place: object) -> None:
        if text.strip():
            sizes[text.strip()] = float(place[3])  # type: ignore[arg-type]

    pages = _pages(make_run_sheet(25))
    pages[0].extract_text(visitor_text=measure)
    assert max(sizes, key=sizes.__getitem__).endswith("02")
    assert max(sizes.values()) == pytest.approx(22, abs=0.1)
    words = [_text(page) for page in pages]
    assert len(words) > 1
    for text in words:
        assert text.count("02陈惠芳") == text.count("不在家")
    assert "−1陆秀珍" in words[-1]


def test_labels_stand_three_in_a_row_and_say_whose_and_when():
    pages = _pages(make_labels(30))
    words = [_text(page) for page in pages]
    assert [text.count("2026-11-26午餐第") for text in words] == [24, 6]
    assert all("梁𠮷祥" in text for text in words)
