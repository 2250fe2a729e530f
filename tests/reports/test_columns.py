"""Columns on paper: numbers whole, nothing beyond the edge, the largest type that allows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.columns import (
    BREAK,
    PADDING,
    SIZE_MIN,
    WIDE,
    breakable,
    em_width,
    fit,
)
from reports.sheets import Column, Kind

PAGE = 5210


def test_a_narrow_table_is_set_in_the_type_that_is_asked_for():
    fitted = fit((Column("姓名"), Column("补贴", Kind.MONEY)), [["韦庆余", "2.50"]], PAGE, 105)

    assert fitted.size == 105


def test_numbers_keep_their_line_and_text_gives_way_before_the_type_gets_smaller():
    columns = (Column("住址"), *(Column("补贴", Kind.MONEY) for _ in range(8)))
    fitted = fit(columns, [["住" * 60, *["12,345.67"] * 8]], PAGE, 105)

    assert fitted.size >= 80
    assert all(ems >= em_width("12,345.67") for ems in fitted.ems[1:])
    assert fitted.ems[0] >= 6 * WIDE


@given(st.lists(st.tuples(st.sampled_from(Kind), st.text("中1a ", max_size=40)), min_size=1))
def test_columns_never_ask_for_more_than_the_page_unless_the_type_is_the_smallest(cells):
    columns = tuple(Column("标题", kind) for kind, _ in cells)
    fitted = fit(columns, [[text for _, text in cells]], PAGE, 105)

    assert fitted.size == SIZE_MIN or sum(fitted.widths) <= PAGE
    assert all(width >= PADDING for width in fitted.widths)


def test_a_width_that_is_given_is_kept():
    fitted = fit((Column("签字", width=20), Column("姓名")), [["", "韦"]], PAGE, 105)

    assert fitted.widths[0] > 3 * fitted.widths[1]


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(http://evil.example/xxxxxxxxxxxxxxxxxxxxxxxx)", "W" * 60, "住" * 60, "a b"]
)
def test_a_word_is_broken_where_it_would_stand_out_and_nothing_of_it_is_lost(text: str):
    broken = breakable(text, 600)

    assert broken.replace(BREAK, "") == text
    pieces = broken.replace("住", " ").replace(" ", BREAK).split(BREAK)
    assert max(map(em_width, pieces)) <= 600
