"""What a row says beside its values: 清除, signs that are not kept, names that lost a character, 已故."""

import pytest

from canteen.rules.grid import Typed
from canteen.rules.roster_categories import Said
from tests.rules.rosters import P02, codes, judge_one


@pytest.mark.parametrize("field", ["name", "sex", "id_number", "born", "community"])
def test_the_mark_that_clears_is_refused_where_nothing_can_be_taken_away(field: str) -> None:
    row = judge_one(**{field: "清除"})
    assert (row.weight, codes(row)[0]) == ("refuse", "cannot_clear")
    assert "清除" in row.findings[0].zh


def test_the_mark_clears_phone_address_card_and_diet_without_a_word() -> None:
    row = judge_one(phone="清除", address="清除", card="清除")
    assert row.cleared == {"phone", "address", "card"}
    assert codes(row) == []


@pytest.mark.parametrize(
    ("field", "written", "place"),
    [
        ("id_number", "４５０７０２１９４１０５０３９９１７", "D2"),
        ("id_number", "450702 19410503 9917", "D2"),
        ("id_number", f"\u202a{P02}\u202c", "D2"),
        ("name", "韦德胜\u200b", "B2"),
        ("phone", "１３８００００００２２", "F2"),
    ],
)
def test_o_048_what_was_tidied_is_said_with_its_cell(field: str, written: str, place: str) -> None:
    row = judge_one(**{field: written})
    assert (codes(row), row.weight) == (["cleaned"], "note")
    assert place in row.findings[0].zh


def test_blanks_at_the_ends_are_not_worth_a_word() -> None:
    assert codes(judge_one(name=" 韦德胜 ", id_number=f"{P02} ")) == []


@pytest.mark.parametrize("name", ["梁?祥", "?", "刘\ufffd", "韦□明", "12345"])
def test_a_name_that_lost_a_character_is_refused(name: str) -> None:
    assert codes(judge_one(name=name)) == ["name_lost_character"]


@pytest.mark.parametrize("name", ["O'Brien\\黄", "@SUM(1+1)*cmd", "-2+3", '=HYPERLINK("x/?"&D2)'])
def test_o_086_signs_in_a_name_are_kept(name: str) -> None:
    assert (judge_one(name=name).name, codes(judge_one(name=name))) == (name, [])


@pytest.mark.parametrize("remark", ["已去世", "2025年3月病故", "已故", "本人已迁出"])
def test_a_remark_that_she_has_died_or_moved_is_for_a_person_to_decide(remark: str) -> None:
    row = judge_one(remark=remark)
    assert (codes(row), row.weight) == (["person_ended"], "hold")
    assert codes(judge_one(name="韦德胜(已故)")) == ["person_ended"]
    assert codes(judge_one(remark=f"老伴{remark}")) == []


def test_blanks_that_space_out_a_category_part_nothing() -> None:
    assert judge_one(category="低 保").categories == (Said("dibao"),)
    assert judge_one(category="低保 独居").categories == (Said("dibao"), Said("living_alone"))


@pytest.mark.parametrize("name", ["韦XX", "*德胜", "3韦德胜", "韦德胜1"])
def test_a_name_that_is_masked_or_numbered_is_to_be_checked(name: str) -> None:
    row = judge_one(name=name)
    assert (row.name, codes(row), row.weight) == (name, ["name_odd"], "note")


@pytest.mark.parametrize("field", ["address", "community"])
@pytest.mark.parametrize("mark", ["同上", "〃", '"'])
def test_as_above_is_no_address_and_neither_is_a_nought(field: str, mark: str) -> None:
    row = judge_one(**{field: mark})
    assert (getattr(row, field), codes(row)) == (None, ["cell_ditto"])
    assert getattr(judge_one(**{field: Typed("number", "0")}), field) is None
