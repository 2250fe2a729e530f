"""Charts are plain numbers: everything drawn lies within the drawing, and the scale holds the largest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.web.charts import WIDTH, Chart, Figure, draw_bars, draw_columns, find_scale

FIGURES = st.lists(
    st.builds(
        Figure,
        st.just("2026-02"),
        st.just("12,604"),
        st.integers(-100, 10**9),
        st.integers(-100, 10**9),
    ),
    max_size=25,
)


@given(FIGURES)
def test_columns_and_bars_lie_within_their_drawing(figures: list[Figure]) -> None:
    for chart in (draw_columns(figures, str), draw_bars(figures, str, 500)):
        assert len(chart.marks) == len(figures)
        for mark in chart.marks:
            for x, y, width, height in (mark.whole, mark.part):
                assert 0 <= x <= x + width <= WIDTH
                assert 0 <= y <= y + height <= chart.height
        assert all(0 <= line.at <= max(WIDTH, chart.height) for line in chart.lines)


@pytest.mark.parametrize(
    ("most", "scale"), [(0, (1, 1)), (3, (1, 3)), (31, (10, 40)), (1_546_650, (500_000, 2_000_000))]
)
def test_the_scale_holds_the_largest_with_few_lines(most: int, scale: tuple[int, int]) -> None:
    assert find_scale([most]) == scale


def test_what_is_paid_in_full_fills_the_height_of_what_is_claimed() -> None:
    chart: Chart = draw_columns([Figure("02", "4", 400, 400), Figure("03", "1", 400, 100)], str)
    full, quarter = chart.marks
    assert full.part[3] == full.whole[3] == quarter.whole[3]
    assert quarter.part[3] == quarter.whole[3] // 4
    assert quarter.part[2] < quarter.whole[2]  # narrower: it reads without colour


def test_a_long_name_is_cut_and_the_table_has_it_whole() -> None:
    chart = draw_bars([Figure("长" * 60, "1", 1, 1)], str)
    assert chart.marks[0].label == "长" * 33 + "…"


def test_the_value_beside_the_longest_bar_is_not_cut() -> None:
    value = "1,234 / 1,250　98.7%"
    bar = draw_bars([Figure("城南食堂", value, 1250, 1234)], str).marks[0].whole
    assert bar[2] + 14 + len(value) * 9 <= WIDTH
