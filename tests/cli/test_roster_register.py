"""What `canteen roster import` does to the register: who is the same, who waits, what is overwritten."""

import pytest

from tests.cli.conftest import Installation
from tests.cli.rosters import (
    P01,
    P02,
    apply_roster,
    cards_of,
    elders_of,
    facts_of,
    import_roster,
    items_of,
    phone_of,
    write_roster,
)


@pytest.mark.parametrize("sign", ["·", "•", "‧", "・", ".", ""])
def test_o_045_a_dotted_name_is_one_person_however_the_dot_is_written(
    empty_register: Installation, sign: str
) -> None:
    apply_roster(empty_register, "06_roster_utf8_bom.csv")
    path = write_roster(empty_register, [f"阿依古丽{sign}买买提", "450702195004099966", "城南社区"])
    assert apply_roster(empty_register, path)["same"] == 1
    assert "阿依古丽·买买提" in elders_of(empty_register)
    long = "阿卜杜热依木" + "·" + "买" * 16
    path = write_roster(
        empty_register, [long.replace("·", sign or "·"), "450702194302119887", "城南社区"]
    )
    assert apply_roster(empty_register, path)["add"] == 1
    assert long in elders_of(empty_register)


def test_o_046_two_of_one_name_stay_two_and_the_third_waits(street_world: Installation) -> None:
    answer = import_roster(street_world, "13_roster_same_name.xlsx", user="street")
    held = items_of(answer, "hold")
    assert held == {4: "name_without_id"}
    assert set(items_of(answer, "same", "change")) == {2, 3}


def test_o_051_collisions_are_shown_in_pairs_and_nothing_is_written(
    empty_register: Installation,
) -> None:
    answer = apply_roster(empty_register, "05_roster_duplicates.xlsx")
    assert answer["hold"] == answer["rows"] == 7
    pairs = {
        (item["row"], finding["other_row"])
        for item in answer["items"]
        for finding in item["findings"]
        if finding["other_row"]
    }
    assert {(2, 4), (4, 2), (5, 6), (6, 5), (3, 7), (7, 3), (3, 8), (8, 3)} == pairs
    assert elders_of(empty_register) == {}


def test_o_053_blanks_never_overwrite(empty_register: Installation) -> None:
    assert apply_roster(empty_register, "11a_roster_day1.xlsx")["add"] == 3
    preview = import_roster(empty_register, "11b_roster_day2_blanks.xlsx")
    assert items_of(preview, "change") == {3: "changed"}
    assert preview["items"][1]["changes"] == [
        {"field": "phone", "old": "138****0002", "new": "139****2222"}
    ]
    answer = apply_roster(empty_register, "11b_roster_day2_blanks.xlsx")
    assert (answer["change"], answer["same"]) == (1, 2)
    assert phone_of(empty_register, "黄桂兰") == "13800000001"
    assert elders_of(empty_register)["黄桂兰"].address == "城南路1号"
    assert cards_of(empty_register, "黄桂兰") == ["0011583954"]
    assert phone_of(empty_register, "韦德胜") == "13911112222"
    assert ("category", "dibao", True) in facts_of(empty_register, "陆秀珍")


def test_o_053_a_category_goes_only_with_the_mark(empty_register: Installation) -> None:
    apply_roster(empty_register, "11a_roster_day1.xlsx")
    row = ["陆秀珍", "450702193602299942", "城南社区", "清除", "清除", "清除低保、独居", "清除"]
    answer = apply_roster(empty_register, write_roster(empty_register, row))
    changes = answer["items"][0]["changes"]
    assert {(one["field"], one["old"], one["new"]) for one in changes} == {
        ("phone", "077*****0003", ""),
        ("address", "城南路1号", ""),
        ("category", "低保", ""),
        ("category", "", "独居"),
        ("card", "0001156548", ""),
    }
    running = {
        code
        for kind, code, runs in facts_of(empty_register, "陆秀珍")
        if kind == "category" and runs
    }
    assert running == {"living_alone"}
    assert cards_of(empty_register, "陆秀珍") == []
    assert elders_of(empty_register)["陆秀珍"].address is None
    assert phone_of(empty_register, "陆秀珍") is None


def test_what_the_register_holds_differently_is_held(street_world: Installation) -> None:
    path = write_roster(
        street_world,
        ["黄桂芳", P01, "城南社区"],
        ["韦德胜", P02, "河东社区"],
        ["农玉琼", "45070219661125992X", "城南社区"],
        ["梁𠮷祥", "450702194408159932", "城南社区", None, None, None, "0011583954"],
    )
    answer = import_roster(street_world, path, user="street")
    assert items_of(answer, "hold") == {
        2: "id_other_name",
        3: "other_community",
        4: "other_community",
        5: "card_held",
    }
    own = import_roster(street_world, path, user="secretary1")
    assert items_of(own, "hold", "refuse")[4] == "id_elsewhere"
    assert items_of(own, "hold", "refuse")[3] == "community_outside"
    assert "河东" not in str(own["items"][2])


def test_communities_are_known_by_their_short_names_and_unknown_ones_are_refused(
    empty_register: Installation,
) -> None:
    path = write_roster(
        empty_register,
        ["黄桂兰", P01, "城南"],
        ["韦德胜", P02, "城南社区居委会"],
        ["莫有福", "45070219560229995X", "北海社区"],
        ["陆秀珍", "450702193602299942", None],
    )
    answer = import_roster(empty_register, path)
    assert items_of(answer, "add") == {2: "new", 3: "new"}
    assert items_of(answer, "refuse") == {4: "community_unknown", 5: "community_missing"}
    assert import_roster(empty_register, path, user="secretary1")["add"] == 3
