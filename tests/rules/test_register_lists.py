"""What rows of other registers' lists say, and what they would change; loose writing is told, not guessed."""

from collections.abc import Sequence
from datetime import date

import pytest

from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Grid, GridRow, Typed
from canteen.rules.register_changes import (
    Implied,
    Period,
    imply_absent,
    imply_category,
    imply_gone,
)
from canteen.rules.register_lists import ListRow, Terms, read_list
from tests.factories.files import id_number

TODAY = date(2026, 11, 25)
ID = id_number("19461125", 2)
POLICE = Terms("police", TODAY)
CIVIL = Terms("civil_affairs", TODAY)


def _read(*rows: Sequence[Cell], terms: Terms = POLICE) -> list[ListRow]:
    grid = Grid("csv", tuple(GridRow(place, tuple(row)) for place, row in enumerate(rows, 1)))
    return read_list(grid, terms, today=TODAY)[1]


def _codes(row: ListRow) -> list[str]:
    return [code for code, _, _ in row.wrong]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("2026年11月3日", date(2026, 11, 3)),
        ("20261103", date(2026, 11, 3)),
        (Typed("date", "2026-11-03T00:00:00"), date(2026, 11, 3)),
        ("2026/11", None),
        ("26.11.3", None),
        ("十一月三日", None),
        ("2026-11-31", None),
        ("2026-12-03", None),
    ],
)
def test_a_day_of_death_is_read_when_it_means_one_day(written: Cell, day: date | None):
    row = _read(("姓名", "身份证号", "死亡日期"), ("黄桂兰", ID, written))[0]
    assert row.gone == (None if day is None else ("deceased", day))
    assert bool(row.wrong) == (day is None)


@pytest.mark.parametrize(
    ("terms", "reason", "gone"),
    [
        (POLICE, None, "deceased"),
        (POLICE, "死亡注销", "deceased"),
        (POLICE, "户口迁出", "moved"),
        (POLICE, "出国定居", None),
        (POLICE, "非正常死亡", "deceased"),
        (POLICE, "市内迁移", "moved"),
        (POLICE, "外市迁入", None),
        (POLICE, "死亡注销恢复", None),
        (POLICE, "误报死亡", None),
        (POLICE, "故意伤害判刑", None),
        (CIVIL, "去世", "deceased"),
        (CIVIL, None, None),
    ],
)
def test_a_day_of_striking_off_means_what_its_reason_says(
    terms: Terms, reason: str | None, gone: str | None
):
    head = ("姓名", "公民身份号码", "注销日期", "注销原因")
    row = _read(head, ("黄桂兰", ID, "2026-11-03", reason), terms=terms)[0]
    assert (row.gone[0] if row.gone else None) == gone


def test_lists_of_the_dead_call_them_so_and_nobody_died_before_birth():
    rows = _read(
        ("逝者姓名", "逝者身份证号码", "火化时间"),
        ("黄", ID, "2026-11-03"),
        ("黄", ID, "1926-11-03"),
    )
    assert rows[0].gone == ("deceased", date(2026, 11, 3))
    assert [_codes(row) for row in rows] == [[], ["list_before_birth"]]


def test_the_level_of_a_disability_says_more_than_its_kind():
    head = ("姓名", "身份证号", "残疾类别", "残疾等级")
    assert _read(head, ("黄", ID, "肢体", "一级"))[0].categories == (Period("disability", 1),)


def test_a_list_printed_side_by_side_is_refused_before_its_right_half_is_lost():
    head = ("姓名", "身份证号", "死亡日期")
    with pytest.raises(Invalid, match="roster_side_by_side"):
        _read(head * 2, ("黄", ID, "2026-11-03") * 2)


def test_titles_examples_and_totals_are_no_people():
    rows = _read(
        ("钦南区公安分局死亡人员名单",),
        ("序号", "姓名", "身份证号", "死亡日期"),
        ("例", "张三", "450702194611250000", "2026-01-01"),
        ("1", "黄桂兰", ID, "2026-11-03"),
        ("合计", "1人"),
    )
    assert [row.row for row in rows] == [4]


def test_an_id_number_is_never_taken_from_a_number_cell_and_a_name_alone_says_nothing():
    head = ("姓名", "身份证号", "死亡日期")
    number = Typed("number", "450702194611250000")
    rows = _read(head, ("甲", number, "2026-11-03"), ("乙", None, "2026-11-03"))
    assert [_codes(row) for row in rows] == [["id_is_number"], ["list_no_id"]]


def test_categories_have_their_days_and_months_mean_their_ends():
    head = ("姓名", "身份证号", "对象类别", "残疾等级", "享受起始", "有效期至")
    row = _read(head, ("黄", ID, "城市低保", "二级", "202607", "2026年12月"), terms=CIVIL)[0]
    first, last = date(2026, 7, 1), date(2026, 12, 31)
    assert row.categories == (
        Period("dibao", None, first, last),
        Period("disability", 2, first, last),
    )
    row = _read(head, ("黄", ID, "特困", None, "2026.07.05", "长期"), terms=CIVIL)[0]
    assert row.categories == (Period("tekun", None, date(2026, 7, 5), None),)
    row = _read(head, ("黄", ID, "特困", None, "2026-07-05", "2026-01-01"), terms=CIVIL)[0]
    assert _codes(row) == ["list_days_turned"]


def test_what_the_whole_list_is_about_stands_in_for_words_that_name_no_category():
    home = Terms("civil_affairs", TODAY, "nursing_home")
    head = ("姓名", "身份证号", "类别", "入住日期")
    rows = _read(
        head, ("黄", ID, "A类", "2026-03-04"), ("黄", ID, "去世", "2026-05-04"), terms=home
    )
    assert rows[0].categories == (Period("nursing_home", None, date(2026, 3, 4), None),)
    assert rows[1].gone == ("deceased", date(2026, 5, 4))
    assert _codes(_read(head, ("黄", ID, "A类", None), terms=CIVIL)[0]) == ["category_unknown"]
    assert _codes(_read(head, ("黄", ID, None, None), terms=CIVIL)[0]) == ["list_says_nothing"]
    assert _codes(_read(head, ("黄", ID, "去世", None), terms=CIVIL)[0]) == ["person_ended"]


def test_a_category_taken_away_by_word_ends():
    row = _read(
        ("姓名", "身份证号", "类别", "终止日期"), ("黄", ID, "取消低保", "2026-10-31"), terms=CIVIL
    )
    assert row[0].categories == (Period("dibao", None, None, date(2026, 10, 31)),)


def test_a_list_without_its_columns_is_refused():
    with pytest.raises(Invalid) as refused:
        _read(("姓名", "电话"), ("黄", "13800000000"))
    assert refused.value.code == "list_header"


def test_who_is_known_to_have_gone_is_no_news():
    day = date(2026, 11, 2)
    assert imply_gone("deceased", day, []) == [Implied("deceased", day)]
    assert imply_gone("deceased", day, [Period("deceased", None, day)]) == []
    assert imply_gone("moved", day, [Period("deceased", None, date(2026, 10, 1))]) == []
    assert imply_gone("deceased", day, [Period("moved", None, date(2026, 10, 1))]) != []
    later = [Period("deceased", None, date(2026, 11, 5))]
    assert imply_gone("deceased", day, later) == [Implied("deceased", day)]


def test_a_category_is_news_on_its_first_day_only_where_we_do_not_know_it():
    first = date(2026, 7, 1)
    said = Period("disability", 2, first)
    begins = [Implied("category_begins", first, "disability", 2)]
    assert imply_category(said, [], TODAY) == begins
    assert imply_category(said, [Period("disability", 3)], TODAY) == begins
    assert imply_category(said, [Period("disability", 2)], TODAY) == []
    assert imply_category(said, [Period("disability", 2, date(2026, 9, 1))], TODAY) == begins
    assert imply_category(Period("disability", None, first), [Period("disability", 3)], TODAY) == []
    assert imply_category(said, [Period("deceased", None, date(2026, 1, 1))], TODAY) == []


def test_a_category_without_a_first_day_begins_on_the_lists_day_unless_it_has_ended():
    assert imply_category(Period("dibao"), [], TODAY) == [
        Implied("category_begins", TODAY, "dibao")
    ]
    ended = Period("dibao", None, None, date(2026, 10, 31))
    assert imply_category(ended, [], TODAY) == []
    assert imply_category(ended, [Period("dibao")], TODAY) == [
        Implied("category_ends", date(2026, 10, 31), "dibao")
    ]
    assert imply_category(ended, [Period("dibao", None, None, date(2026, 10, 31))], TODAY) == []
    both = imply_category(Period("dibao", None, TODAY, date(2026, 12, 31)), [], TODAY)
    assert [one.change for one in both] == ["category_begins", "category_ends"]


def test_absence_from_a_complete_list_ends_what_ran_before_it():
    last = date(2026, 11, 24)
    assert imply_absent("dibao", [Period("dibao")], TODAY) == [
        Implied("category_ends", last, "dibao")
    ]
    assert imply_absent("dibao", [Period("dibao", None, TODAY)], TODAY) == []
    assert imply_absent("dibao", [Period("tekun")], TODAY) == []
