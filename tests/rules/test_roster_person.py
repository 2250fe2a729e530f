"""One row by itself: ID numbers, names, phones, cards, categories; what is refused, held, noted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.grid import Cell, Typed, cell_name, column_letters
from canteen.rules.roster_file import judge_file
from canteen.rules.roster_text import clean, number_text
from canteen.rules.roster_words import find_category, read_level
from tests.rules.rosters import HEADER, P02, TODAY, codes, judge, judge_one, make_grid, make_row


@pytest.mark.parametrize(
    "written",
    [
        "４５０７０２１９４１０５０３９９１７",
        "450702 19410503 9917",
        "450702-19410503-9917",
        "'450702194105039917",
        "\u202d450702194105039917\u202c",
        "\ufeff450702194105039917\t",
        '="450702194105039917"',
        "4507\u200b02194105039917\r\n",
    ],
)
def test_an_id_number_is_read_through_what_surrounds_it(written: str) -> None:
    assert judge_one(id_number=written).id_number == P02


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (Typed("number", "4.50702194105039E+17"), "id_is_number"),
        (Typed("number", "450702194105039917"), "id_is_number"),
        (Typed("number", "450702410503991"), "id_is_number"),
        (Typed("date", "1941-05-03"), "id_is_number"),
        ("4.50702E+17", "id_is_number"),
        ("450702194105039000.0", "id_is_number"),
        ("4.50702194105039e+17", "id_is_number"),
        ("450702194105039918", "id_check_digit"),
        ("4507021941O5039917", "id_characters"),
        ("45070219410503991l", "id_characters"),
        ("45070219410503991", "id_length"),
        ("450702194113039917", "id_date"),
        ("45070220460503991X", "id_future"),
        ("H08123456(00)", "id_length"),
        (Typed("formula", ""), "cell_formula"),
        (Typed("error", "#N/A"), "cell_error"),
        ("#REF!", "cell_error"),
    ],
)
def test_an_id_number_that_cannot_be_used_stops_the_row(written: Cell, code: str) -> None:
    row = judge_one(id_number=written, born="1941-05-03")
    assert (row.weight, codes(row)[0], row.id_number) == ("refuse", code, None)
    shown = " ".join(finding.zh + finding.en + finding.said for finding in row.findings)
    assert "19410503" not in shown


def test_o_047_an_id_number_that_ends_in_000_is_held_until_a_person_says_it_is_right() -> None:
    number = "450702194105040001"[:17]
    lost = "450702194105039000"
    assert codes(judge_one(id_number=lost)) == ["id_ends_000"]
    assert judge_one(id_number=lost).weight == "hold"
    rows = (HEADER, make_row(id_number=lost, sex=None))
    sure = judge(*rows, confirmed={2: frozenset({"id_ends_000"})}).rows[0]
    assert sure.weight in (None, "refuse")
    assert "id_ends_000" not in codes(sure)
    assert len(number) == 17


def test_o_041_o_042_small_x_old_numbers_and_permits() -> None:
    assert judge_one(id_number="45070219560229995x").id_number == "45070219560229995X"
    assert judge_one(id_number="45070219560229995×").id_number == "45070219560229995X"
    for number in ("830000194306189911", "810000194306189918"):
        assert judge_one(id_number=number).weight is None
    old = judge_one(id_number="450702410503991")
    assert (codes(old), old.id_number) == (["id_old"], "450702194105039917")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("黄桂兰\u3000", "黄桂兰"),
        ("\u200b陆秀珍", "陆秀珍"),
        ("农玉琼\r\n", "农玉琼"),
        ("张  三", "张三"),
        ("Mary  Smith", "Mary Smith"),
        ("J.Smith", "J.Smith"),
        ("梁𠮷祥", "梁𠮷祥"),
        ("<b>黄</b>", "<b>黄</b>"),
        ("=1+1", "=1+1"),
    ],
)
def test_o_045_o_048_a_name_is_cleaned_and_otherwise_kept(written: str, kept: str) -> None:
    assert judge_one(name=written).name == kept


def test_names_that_are_none_or_too_long_are_refused() -> None:
    assert "name_missing" in codes(judge_one(name="nan"))
    assert "name_missing" in codes(judge_one(name="-"))
    assert "name_long" in codes(judge_one(name="𠮷" * 61))
    assert judge_one(name="𠮷" * 60).weight is None
    assert "text_long" in codes(judge_one(address="路" * 201))


@pytest.mark.parametrize(
    ("cell", "phone", "code"),
    [
        (Typed("number", "13800000001"), "13800000001", None),
        (Typed("number", "13800000001.0"), "13800000001", None),
        (Typed("number", "1.3800000001E10"), "13800000001", None),
        ("138 0000 0001", "13800000001", None),
        ("138-0000-0001", "13800000001", None),
        ("+86 13800000001", "13800000001", None),
        ("0777－2800003", "0777-2800003", None),
        ("07772800002", "07772800002", None),
        (Typed("number", "7772800003"), "7772800003", "phone_lost_zero"),
        ("2800003", "2800003", "phone_no_area"),
        ("1380000000", "1380000000", "phone_odd"),
        ("13800000001/13800000002", "13800000001", "phone_several"),
        ("nan", None, None),
        ("无", None, None),
        ("1.38E+10", None, "phone_unreadable"),
        ("13800000001.0", "13800000001", None),
        ("(0777)2800003", "0777-2800003", None),
        ("电话：13800000001", "13800000001", None),
        ("13800000001（女儿）", "13800000001", "phone_words"),
        ("女儿 138 0000 0001", "13800000001", "phone_words"),
        ("13800000001 13800000002", "13800000001", "phone_several"),
        ("13800000001\n0777-2800003", "13800000001", "phone_several"),
        ("问女儿", None, "phone_unreadable"),
    ],
)
def test_o_056_phones_are_kept_with_a_word_where_they_are_odd(
    cell: Cell, phone: str | None, code: str | None
) -> None:
    row = judge_one(phone=cell)
    assert row.phone == phone
    assert [said for said in codes(row) if said != "cleaned"] == ([code] if code else [])
    assert row.weight in (None, "note")


@pytest.mark.parametrize(
    ("cell", "card"),
    [
        (Typed("number", "11583954"), "0011583954"),
        (Typed("number", "8011"), "0000008011"),
        ("0011583954", "0011583954"),
        ("００１１５８３９５４", "0011583954"),
        ("em4100:0A00B0C1D2", "0011583954"),
        ("0A00B0C1D2", "0011583954"),
        ("0011583954 176,49618", "0011583954"),
        ("iso14443a:B0864D25", "iso14443a:B0864D25"),
        (None, None),
    ],
)
def test_o_056_cards_are_padded_to_the_ten_digits_printed_on_them(
    cell: Cell, card: str | None
) -> None:
    assert judge_one(card=cell).card == card


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("6228480000000000001", "card_unreadable"),
        ("4294967296", "card_unreadable"),
        ("A12", "card_unreadable"),
        ("0", "card_unreadable"),
        ("em4100:12", "card_uid"),
        ("iso14443a:8804A3C6", "card_unusable"),
        ("07302202", "card_unreadable"),  # eight digits are another form, not ten that lost zeros
    ],
)
def test_what_is_no_card_number_is_refused(cell: str, code: str) -> None:
    assert codes(judge_one(card=cell)) == [code]


def test_among_hexadecimal_cards_ten_digits_are_not_taken_for_the_printed_number() -> None:
    given = ["01000734E0", "0100129348", "printed:0011583954", "em4100:0100129348"]
    people = [make_row(name=name, id_number=None, born="1941-05-03", card=one)
              for name, one in zip("甲乙丙丁", given, strict=True)]  # fmt: skip
    rows = judge(HEADER, *people).rows
    assert [row.card for row in rows] == ["0000472288", None, "0011583954", "0001217352"]
    assert codes(rows[1]) == ["card_hex_or_decimal"]


@pytest.mark.parametrize(
    ("word", "code", "level"),
    [
        ("低保", "dibao", None),
        ("低保户", "dibao", None),
        ("城市低保", "dibao", None),
        ("低保边缘户", "dibao_margin", None),
        ("五保", "tekun", None),
        ("失能2级", "disability_care", 2),
        ("失能（二级）", "disability_care", 2),
        ("重度失能", "disability_care", 3),
        ("失能（中度）", "disability_care", 2),
        ("低保（城市）", "dibao", None),
        ("失能评估3级", "disabled", 3),
        ("二级残疾", "disability", 2),
        ("残疾二级", "disability", 2),
        ("肢体二级", "disability", 2),
        ("听力残疾一级", "disability", 1),
        ("重残", "heavy_disability", None),
        ("失独", "only_child_lost", None),
        ("dibao", "dibao", None),
        ("普通", None, None),
        ("80岁以上", None, None),
        ("60-69岁", None, None),
    ],
)
def test_a_word_is_its_category_with_its_level(
    word: str, code: str | None, level: int | None
) -> None:
    found = find_category(word)
    assert found is not None
    assert (found.code, found.level) == (code, level)


@pytest.mark.parametrize("word", ["低保户2", "失能9级", "一级", "半失能", "甲类"])
def test_a_word_nobody_knows_is_refused_with_the_nearest_as_a_guess(word: str) -> None:
    row = judge_one(category=word)
    assert codes(row) == ["category_unknown"]
    assert find_category(word) is None
    if word == "低保户2":
        assert row.findings[0].guess == "低保户"


def test_columns_of_their_own_say_yes_no_or_the_level() -> None:
    header = ["姓名", "身份证号", "是否低保", "残疾等级", "独居"]
    for cells, held in (
        (["是", "二级", "√"], {"dibao": None, "disability": 2, "living_alone": None}),
        (["否", "无", ""], {}),
        (["Y", Typed("number", "3"), Typed("bool", "TRUE")],
         {"dibao": None, "disability": 3, "living_alone": None}),
        (["低保户", "", "独居"], {"dibao": None, "living_alone": None}),
    ):  # fmt: skip
        row = judge(header, ["韦德胜", P02, *cells]).rows[0]
        assert {said.code: said.level for said in row.categories} == held
        assert row.weight is None
    wrong = judge(header, ["韦德胜", P02, "也许", "五级", None]).rows[0]
    assert codes(wrong) == ["category_value", "category_value"]


def test_a_degree_in_a_column_of_its_own_is_that_level_and_able_is_none() -> None:
    header = ["姓名", "身份证号", "失能情况"]
    said = [judge(header, ["韦德胜", P02, one]).rows[0] for one in ("轻度", "重度", "生活自理")]
    assert [[(one.code, one.level) for one in row.categories] for row in said] == [
        [("disability_care", 1)],
        [("disability_care", 3)],
        [],
    ]
    assert [row.findings for row in said] == [(), (), ()]
    cleared = judge(header, ["韦德胜", P02, "清除", None, None]).rows[0]
    assert [said.is_cleared for said in cleared.categories] == [True]
    assert read_level("Ⅱ") == 2


def test_death_and_moving_are_no_categories_of_a_roster() -> None:
    assert codes(judge_one(category="已故")) == ["person_ended"]
    assert judge_one(category="迁出").weight == "hold"
    assert codes(judge_one(remark="低保")) == ["category_in_remark"]


def test_sex_and_age_are_compared_with_what_the_id_number_says() -> None:
    assert codes(judge_one(sex="女")) == ["sex_differs"]
    assert codes(judge_one(sex="公")) == ["sex_unknown"]
    assert judge_one(sex="女性", id_number=None, born="1941-05-03").sex == "F"
    header = ["姓名", "身份证号", "年龄"]
    assert codes(judge(header, ["韦德胜", P02, "81"]).rows[0]) == ["age_differs"]
    assert codes(judge(header, ["韦德胜", P02, "86岁"]).rows[0]) == []
    young = judge_one(id_number=None, born="1990-01-01")
    assert codes(young) == ["under_age"]
    assert young.weight == "note"


def test_a_column_of_calendars_makes_a_date_lunar() -> None:
    header = ["姓名", "身份证号", "出生日期", "历法"]
    row = judge(header, ["韦德胜", P02, "1941-04-08", "农历"]).rows[0]
    assert codes(row) == ["date_lunar"]


def test_what_a_person_types_on_the_page_stands_for_the_cell() -> None:
    grid = make_grid(HEADER, make_row(id_number=Typed("number", "4.5E17"), born="1941-13-03"))
    fixes = {2: {"id_number": P02, "born": "1941-05-03", "phone": "13800000002"}}
    row = judge_file(grid, today=TODAY, fixes=fixes).rows[0]
    assert (row.weight, row.id_number, row.phone) == (None, P02, "13800000002")
    left = judge_file(
        make_grid(HEADER, make_row(), make_row()), today=TODAY, skipped=frozenset({2})
    )
    assert [row.row for row in left.rows] == [3]
    assert left.rows[0].weight is None


def test_rows_that_collide_are_told_in_pairs_until_one_is_left_out() -> None:
    rows = (
        HEADER,
        make_row(card="1"),
        make_row(name="韦德生"),
        make_row(name="甘素芬", sex="女", id_number="450702194302119887", card="1"),
        make_row(id_number=None, born="1950-01-01"),
    )
    found = {row.row: {(f.code, f.other_row) for f in row.findings} for row in judge(*rows).rows}
    assert found == {
        2: {("id_two_names", 3), ("card_twice", 4)},
        3: {("id_two_names", 2)},
        4: {("card_twice", 2)},
        5: {("name_without_id", 2)},
    }
    confirmed = {5: frozenset({"name_without_id"})}
    assert judge(*rows, confirmed=confirmed, skipped=frozenset({3, 4})).rows[-1].weight is None


@given(st.lists(st.text(max_size=20) | st.none(), min_size=11, max_size=11))
def test_any_junk_in_a_row_is_judged_and_never_crashes(cells: list[str | None]) -> None:
    roster = judge(HEADER, make_row(), cells)
    for row in roster.rows:
        for finding in row.findings:
            assert finding.zh
            assert finding.en
            assert finding.code


@given(st.text(max_size=40))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once or once.startswith(("'", '="', "’", "‘", "`"))
    assert once == once.strip()


def test_numbers_and_cells_are_written_as_people_see_them() -> None:
    assert number_text("4.50702194105039E+17") == "450702194105039000"
    assert (number_text("1.50"), number_text("1E999"), number_text("x")) == ("1.5", "1E999", "x")
    assert [column_letters(column) for column in (0, 25, 26, 701, 702)] == [
        "A", "Z", "AA", "ZZ", "AAA",
    ]  # fmt: skip
    assert cell_name(3, 2) == "D2"
