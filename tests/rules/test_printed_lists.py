"""The difference of a list to its paper: additions, absences, portions, volunteers, and no false alarm."""

from canteen.rules.printed_lists import Difference, Entry, compare, print_again

PAPER: dict[str, Entry] = {
    "a": (1, "V1", 1),
    "b": (1, "V1", 2),
    "c": (2, "V1", 3),
    "d": (1, "V2", 1),
    "e": (1, None, None),
}


def test_a_list_that_did_not_change_has_no_difference():
    assert not compare(PAPER, dict(reversed(PAPER.items())))


def test_who_is_off_is_told_and_who_moves_up_for_it_is_not():
    now = {uid: entry for uid, entry in PAPER.items() if uid != "a"} | {"b": (1, "V1", 1)}
    assert compare(PAPER, now) == Difference(taken_off=("a",))


def test_new_ones_portions_and_other_volunteers_are_told_each():
    now: dict[str, Entry] = PAPER | {"c": (1, "V1", 3), "e": (1, "V2", 2), "f": (1, None, None)}
    assert compare(PAPER, now) == Difference(
        added=("f",), portions=(("c", 2, 1),), moved=(("e", None, "V2"),)
    )


def test_another_order_on_one_round_is_told():
    now: dict[str, Entry] = PAPER | {"a": (1, "V1", 2), "b": (1, "V1", 1)}
    assert set(compare(PAPER, now).turned) == {"a", "b"}


def test_one_volunteer_s_new_sheet_makes_no_other_one_right():
    now: dict[str, Entry] = PAPER | {"a": (1, "V2", 2), "d": (3, "V2", 1)}
    papers = print_again(PAPER, now, "V2")
    assert papers["d"] == (3, "V2", 1)
    assert papers["a"] == (1, "V2", 2)
    assert not compare(papers, now)
    assert compare(print_again(PAPER, now, "V1"), now).added == ("a",)
