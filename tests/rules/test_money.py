"""Yuan in, yuan out, and nothing but whole fen between."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.errors import Invalid
from canteen.rules.money import (
    FUNDER_YUAN_MAX,
    YUAN_MAX,
    check_fen,
    parse_yuan,
    yuan_apart,
    yuan_text,
)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.50", 1250),
        ("12.5", 1250),
        ("2.30", 230),
        ("19.90", 1990),
        ("16.40", 1640),
        (" 50 ", 5000),
        ("５０", 5000),
        ("１２．５０", 1250),
        ("\u30008\u3000", 800),
        ("0", 0),
        ("0.01", 1),
        ("0012", 1200),
        ("1.500", 150),
        ("1000000", 100_000_000),
        ("1000000.00", 100_000_000),
    ],
)
def test_yuan_typed_by_a_person_become_fen(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_empty"),
        ("  \u3000", "amount_empty"),
        ("-50", "amount_negative"),
        ("－５０", "amount_negative"),
        ("- 0.5", "amount_negative"),
        ("0.001", "amount_too_fine"),
        ("12.505", "amount_too_fine"),
        ("1e3", "amount_not_a_number"),
        ("NaN", "amount_not_a_number"),
        ("Infinity", "amount_not_a_number"),
        ("-Infinity", "amount_not_a_number"),
        ("50元", "amount_not_a_number"),
        ("¥50", "amount_not_a_number"),
        ("1,250", "amount_not_a_number"),
        ("1_0", "amount_not_a_number"),
        ("+5", "amount_not_a_number"),
        (".5", "amount_not_a_number"),
        ("5.", "amount_not_a_number"),
        ("٥", "amount_not_a_number"),
        ("²", "amount_not_a_number"),
        ("--5", "amount_not_a_number"),
        ("5 0", "amount_not_a_number"),
        ("999999999", "amount_too_large"),
        ("1000000.01", "amount_too_large"),
        ("9" * 5000, "amount_too_large"),
        (None, "amount_not_a_number"),
        (12, "amount_not_a_number"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_yuan(text)
    assert refused.value.code == code
    assert refused.value.zh
    assert refused.value.en


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1250, "12.50"), (0, "0.00"), (5, "0.05"), (-700, "-7.00"), (-5, "-0.05"), (100, "1.00")],
)
def test_fen_are_shown_as_yuan(fen: int, text: str) -> None:
    assert yuan_text(fen) == text


def test_what_a_funder_pays_at_once_may_be_more_than_a_person_otherwise_types() -> None:
    assert parse_yuan("1000000.01", FUNDER_YUAN_MAX) == 100_000_001
    with pytest.raises(Invalid, match="amount_too_large"):
        parse_yuan("100000000.01", FUNDER_YUAN_MAX)


@given(st.integers(0, YUAN_MAX * 100))
def test_what_is_shown_reads_back(fen: int) -> None:
    assert parse_yuan(yuan_text(fen)) == fen


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, Decimal(1)])
def test_only_whole_numbers_are_fen(value: object) -> None:
    with pytest.raises(Invalid, match="fen_not_whole"):
        check_fen(value)


def test_thousands_stand_apart_for_people_to_read() -> None:
    for fen, text in (
        (0, "0.00"),
        (176245, "1,762.45"),
        (-50, "-0.50"),
        (-1_260_000, "-12,600.00"),
    ):
        assert yuan_apart(fen) == text


def test_fen_may_be_negative() -> None:
    assert check_fen(-7) == -7
