"""Dates of birth in every guise: read when one day is meant, never put into another century."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.grid import Cell, Typed, serial_date
from canteen.rules.identity import check_digit
from canteen.rules.roster_dates import BirthReading, read_birth
from canteen.rules.roster_text import cell_text
from tests.rules.rosters import TODAY, codes, judge_one

MAY_3 = date(1941, 5, 3)
DAYS = st.dates(date(1901, 1, 1), date(2026, 11, 25))
DIGITS = "〇一二三四五六七八九"


def _read(cell: Cell, *, is_1904: bool = False, is_lunar: bool = False) -> BirthReading:
    return read_birth(cell, cell_text(cell), is_1904=is_1904, is_lunar=is_lunar)


def _id_number(born: date) -> str:
    body = f"450702{born:%Y%m%d}991"
    return body + check_digit(body)


def _writings(day: date) -> list[Cell]:
    """Ways to write one day that need no ID number to be understood."""
    year, month, of = day.year, day.month, day.day
    full = str.maketrans("0123456789-", "０１２３４５６７８９－")
    return [
        f"{year}-{month}-{of}",
        f"{year}-{month:02d}-{of:02d}",
        f"{year}/{month}/{of}",
        f"{year}.{month}.{of}",
        f" {year} 年 {month} 月 {of} 日 ",
        f"{year}年{month:02d}月{of:02d}号",
        f"{year}{month:02d}{of:02d}",
        f"{year}-{month:02d}-{of:02d} 00:00:00",
        f"{year}-{month:02d}-{of:02d}T00:00:00",
        f"{year}-{month:02d}-{of:02d}".translate(full),
        f"\u202a{year}\u00a0-{month}-{of}\u200b",
        f"公历{year}-{month}-{of}",
        f"'{year}{month:02d}{of:02d}",
        Typed("number", f"{year}{month:02d}{of:02d}"),
        Typed("date", day.isoformat()),
    ]


@given(DAYS, st.data())
def test_o_049_any_writing_of_a_day_gives_the_day(day: date, data: st.DataObject) -> None:
    cell = data.draw(st.sampled_from(_writings(day)))
    assert (_read(cell).days, _read(cell).is_sure) == ((day,), True)


def _loose(day: date) -> list[Cell]:
    year, month, of = day.year, day.month, day.day
    chinese = "".join(DIGITS[int(digit)] for digit in str(year))
    return [
        f"{year % 100:02d}-{month}-{of}",
        f"{year % 100:02d}.{month:02d}.{of:02d}",
        f"{month}/{of}/{year}",
        f"{of}/{month}/{year}",
        f"{month}/{of}/{year % 100:02d}",
        f"{year}年{month}月",
        f"{year}",
        f"{chinese}年{_chinese(month)}月{_chinese(of)}日",
        Typed("number", f"{year}.{month:02d}"),
        Typed("number", str((day - date(1899, 12, 30)).days)),
        str((day - date(1899, 12, 30)).days),
    ]


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    words = ["", "十", "二十", "三十"][tens]
    return words + (DIGITS[ones] if ones else "")


@given(DAYS.filter(lambda day: day > date(1902, 1, 1)), st.data())
def test_what_is_loosely_written_counts_only_beside_an_id_number_that_agrees(
    day: date, data: st.DataObject
) -> None:
    cell = data.draw(st.sampled_from(_loose(day)))
    with_id = judge_one(born=cell, id_number=_id_number(day))
    assert with_id.born == day
    assert with_id.weight in (None, "note")
    alone = judge_one(born=cell, id_number=None)
    assert alone.born in (None, day)  # 31/5/1941 can only be one day
    assert alone.weight == ("refuse" if alone.born is None else alone.weight)
    other = judge_one(born=cell, id_number=_id_number(day - timedelta(days=400)))
    assert other.born == day - timedelta(days=400)
    assert other.weight in ("hold", "note", "refuse")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("41-5-3", "date_uncertain"),
        ("5/3/1941", "date_uncertain"),
        ("1941年5月", "date_uncertain"),
        (Typed("number", "15099"), "date_serial"),
        ("1941-13-03", "date_impossible"),
        ("1941-02-29", "date_impossible"),
        ("1941-5-3-2", "date_unreadable"),
        ("五月初三", "date_lunar"),
        ("农历1941年闰六月十五", "date_lunar"),
        ("一九四四年八月十七", "date_lunar"),
        ("一九四四年八月十七日", "date_lunar"),
        ("3-May-41", "date_uncertain"),
        ("一九四一年五月", "date_uncertain"),
        ("1841-05-03", "born_too_early"),
        ("2031-05-03", "born_future"),
        (None, "born_missing"),
        ("不详", "born_missing"),
    ],
)
def test_without_an_id_number_only_a_plain_date_is_taken(cell: Cell, code: str) -> None:
    assert code in codes(judge_one(born=cell, id_number=None))


@pytest.mark.parametrize(
    "text",
    [
        "1941-05-03生",
        "1941年5月3日出生",
        "1941、5、3",
        "1941—05—03",
        "1941\\5\\3",
        "1941-05-03 星期六",
        "1941.05.3.",
        "May 3, 1941",
        "03-May-1941",
        "一九四一年五月三日",
        "1941年五月三日",
        "1941。5。3。",
        "民国30年5月3日",
        "民国三十年五月三日",
        "中华民国30-05-03",
    ],
)
def test_a_day_between_signs_and_words_is_still_that_day(text: str) -> None:
    assert judge_one(born=text, id_number=None).born == MAY_3


@pytest.mark.parametrize(
    ("text", "lunar_of"),
    [("一九四四年八月十七", date(1944, 10, 3)), ("一九四四年八月十七日", date(1944, 10, 3))],
)
def test_o_043_chinese_numerals_are_lunar_only_when_the_id_number_lies_a_lunar_lag_later(
    text: str, lunar_of: date
) -> None:
    assert codes(judge_one(born=text, id_number=_id_number(lunar_of))) == ["date_lunar"]
    another = judge_one(born=text, id_number=_id_number(lunar_of + timedelta(days=365)))
    assert codes(another) == ["born_differs"]


def test_a_date_that_differs_from_the_id_number_is_for_a_person_to_decide() -> None:
    row = judge_one(born="1941-05-04")
    assert codes(row) == ["born_differs"]
    assert (row.weight, row.findings[0].guess, row.born) == ("hold", "1941-05-03", MAY_3)


def test_a_date_cell_of_the_other_date_system_says_so() -> None:
    off = MAY_3 + timedelta(days=1462)
    row = judge_one(born=Typed("date", off.isoformat()))
    assert "1904" in row.findings[0].zh


def test_a_lunar_column_is_never_read_as_solar() -> None:
    assert _read("1941-05-03", is_lunar=True).wrong == "lunar"
    assert _read(Typed("date", "1941-05-03"), is_lunar=True).wrong == "lunar"


@pytest.mark.parametrize(
    ("literal", "is_1904", "day"),
    [
        ("15099", False, MAY_3),
        ("13637", True, MAY_3),
        ("1", False, date(1900, 1, 1)),
        ("59", False, date(1900, 2, 28)),
        ("60", False, None),
        ("61", False, date(1900, 3, 1)),
        ("0", False, None),
        ("2958465", False, date(9999, 12, 31)),
        ("2958466", False, None),
        ("-1", False, None),
        ("1e5", False, None),
    ],
)
def test_a_day_number_is_a_day_of_its_system(literal: str, is_1904: bool, day: date | None) -> None:
    assert serial_date(literal, is_1904) == day


@given(st.text(max_size=30) | st.from_regex(r"[0-9年月日/. -]{1,14}", fullmatch=True))
def test_any_text_is_a_reading_and_never_a_day_of_the_future_for_sure(text: str) -> None:
    reading = _read(text)
    assert reading.is_blank or reading.wrong or reading.days or reading.year is not None
    row = judge_one(born=text, id_number=None)
    assert row.born is None or row.born <= TODAY or row.weight == "refuse"
