"""The check of resident ID numbers (GB 11643)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.errors import Invalid
from canteen.rules.identity import check_digit, parse_id_number

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "number", "born", "sex"),
    [
        ("11010519491231002X", "11010519491231002X", "1949-12-31", "F"),
        ("45070219560229995x", "45070219560229995X", "1956-02-29", "M"),
        ("830000194306189911", "830000194306189911", "1943-06-18", "M"),
        ("810000194306189918", "810000194306189918", "1943-06-18", "M"),
        (" 110105 19491231 002X\u3000", "11010519491231002X", "1949-12-31", "F"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", "1949-12-31", "F"),
        ("\ufeff11010519491231002ｘ", "11010519491231002X", "1949-12-31", "F"),
        ("110105491231002", "11010519491231002X", "1949-12-31", "F"),
    ],
)
def test_good_numbers_are_folded_and_read(text: str, number: str, born: str, sex: str) -> None:
    found = parse_id_number(text, TODAY)
    assert (found.number, found.born, found.sex) == (number, date.fromisoformat(born), sex)
    assert found.area == number[:6]


def _number(body: str) -> str:
    return body + check_digit(body)


@pytest.mark.parametrize(
    "area", ["320102", "441900", "330103", "710000", "820000", "910156", "999999", "000000"]
)
def test_no_number_is_refused_for_its_area(area: str) -> None:
    assert parse_id_number(_number(area + "19430618991"), TODAY).area == area


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_length"),
        ("4507021946", "id_length"),
        ("1101051949123100222", "id_length"),
        ("1101051949O231002X", "id_characters"),
        ("11010519491231X02X", "id_characters"),
        ("11010519491231002Y", "id_characters"),
        ("1101054912310o2", "id_characters"),
        ("11010549123100X", "id_characters"),
        ("450702194513310021", "id_date"),
        ("450702195502290021", "id_date"),
        ("450702000001010021", "id_date"),
        ("110105491331002", "id_date"),
        ("110105194912310021", "id_check_digit"),
        ("11010519491231003X", "id_check_digit"),
        (_number("45070220460101002"), "id_future"),
    ],
)
def test_wrong_numbers_say_what_is_wrong_and_not_the_number(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_id_number(text, TODAY)
    assert refused.value.code == code
    assert not text or text not in f"{refused.value} {refused.value.zh} {refused.value.facts}"


def test_without_today_the_future_is_not_asked_about() -> None:
    assert parse_id_number(_number("45070220460101002")).born == date(2046, 1, 1)
    assert parse_id_number(_number("45070220261125002"), TODAY).born == TODAY


@given(
    st.integers(0, 999_999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_any_single_wrong_digit_is_found(
    area: int, born: date, serial: int, place: int, by: int
) -> None:
    number = _number(f"{area:06d}{born:%Y%m%d}{serial:03d}")
    found = parse_id_number(number, TODAY)
    assert (found.born, found.sex) == (born, "M" if serial % 2 else "F")
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(Invalid):
        parse_id_number(wrong, TODAY)
