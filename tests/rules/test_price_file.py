"""A sent price list: headers found, numbers read as their program shows them, faults told by row."""

import pytest

from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, GridRow, Typed
from canteen.rules.price_file import ROWS_MAX, price_fen, read_price_rows
from canteen.rules.price_list import PriceAsked


def _grid(*rows: tuple[Cell, ...]) -> Grid:
    return Grid("xlsx", tuple(GridRow(number, row) for number, row in enumerate(rows, 1)))


def _number(literal: str) -> Typed:
    return Typed("number", literal)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (_number("2.2999999999999998"), 230),
        (_number("19.899999999999999"), 1990),
        (_number("16.399999999999999"), 1640),
        (_number("2.3"), 230),
        (_number("1.2E1"), 1200),
        ("２.３０", 230),
        ("¥ 19.90", 1990),
        ("16.40元", 1640),
    ],
)
def test_O_026_a_price_is_what_its_program_shows(cell: Cell, fen: int):
    """O-026."""
    assert price_fen(cell) == fen


@pytest.mark.parametrize(
    "cell",
    [
        None, "", "面议", "-1", "2.305", _number("2.305"), _number("-1"), _number("1e400"),
        _number("nan"), Typed("date", "2026-01-01"), Typed("bool", "TRUE"), Typed("formula", ""),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(cell: Cell):
    with pytest.raises(Invalid):
        price_fen(cell)


def test_rows_are_read_below_the_header_with_their_units_and_keys():
    rows = read_price_rows(
        _grid(
            ("食堂价目",),
            ("餐次", "菜名", "价格(元)", "单位", "按键", "英文名"),
            ("晚餐", "豆腐", _number("2.3"), "半份", None, "Tofu"),
            (None, "卤牛肉", "39.80", "500克", None, None),
            (None, "卤鸭", "45", "元/公斤", None, None),
            ("lunch", "三菜一汤", "16", None, _number("2"), None),
        ),
        "lunch",
    )

    assert [row.asked for row in rows] == [
        PriceAsked("dinner", "dish", "豆腐", 230, name_en="Tofu", unit="half_portion"),
        PriceAsked("lunch", "dish", "卤牛肉", 3980, unit="weight", unit_grams=500),
        PriceAsked("lunch", "dish", "卤鸭", 4500, unit="weight", unit_grams=1000),
        PriceAsked("lunch", "set", "三菜一汤", 1600, key=2),
    ]
    assert [row.number for row in rows] == [3, 4, 5, 6]


def test_a_faulty_row_says_why_and_the_others_are_read():
    rows = read_price_rows(
        _grid(
            ("名称", "价格", "单位", "餐次"),
            ("豆腐", "2.3", "份", "夜宵"),
            (None, "2.3", None, None),
            ("鱼", "贵", None, None),
            ("虾", "9", "盘", None),
            ("米饭", "1", None, None),
        ),
        "lunch",
    )

    assert [bool(row.asked) for row in rows] == [False, False, False, False, True]
    assert "夜宵" in rows[0].fault_zh
    assert "盘" in rows[3].fault_zh


@pytest.mark.parametrize(
    ("grid", "code"),
    [
        (_grid(("甲", "乙"), ("豆腐", "2.3")), "price_file_header"),
        (_grid(("名称", "价格")), "price_file_rows"),
        (
            _grid(("名称", "价格"), *[("豆腐", "1")] * (ROWS_MAX + 1)),
            "price_file_rows",
        ),
    ],
)
def test_what_is_no_price_list_is_refused(grid: Grid, code: str):
    with pytest.raises(Invalid) as refused:
        read_price_rows(grid, "lunch")

    assert refused.value.code == code


def test_one_thing_at_two_prices_is_told_on_both_rows_and_a_total_is_no_dish():
    rows = read_price_rows(
        _grid(
            ("套餐名称", "金额", "单位"), ("鱼", "5", "份"), ("鱼", "6", None), ("鱼", "9", "半份"),
            ("肉", "7", None), ("肉", "7", None), ("合 计", "34", None),
        ),
        "lunch",
    )  # fmt: skip
    assert [(row.name, row.asked is None) for row in rows] == [
        ("鱼", True), ("鱼", True), ("鱼", False), ("肉", False), ("肉", False),
    ]  # fmt: skip
    assert ["第 3 行" in rows[0].fault_zh, "row 2" in rows[1].fault_en] == [True, True]
