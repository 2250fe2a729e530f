"""Fixes of a roster: kept as they are through their text, and a way to mend each finding."""

from canteen.rules.roster_fixes import DECISIONS, Fixes, mending_of
from canteen.rules.roster_values import CONFIRMABLE, Finding


def test_fixes_survive_their_text():
    fixes = (
        Fixes()
        .with_row(3, {"id_number": "x"}, frozenset({"sex_differs"}))
        .with_row(3, {"address": "5栋"}, frozenset({"born_differs"}))
        .with_skipped(7)
        .with_row(8, {"name": "x"}, frozenset({"elder_gone"}))
        .with_skipped(8)
        .without_row(8)
    )
    again = Fixes.from_json(fixes.to_json())
    assert again == fixes
    assert again.typed == {3: {"id_number": "x", "address": "5栋"}}
    assert again.confirmed == {3: frozenset({"sex_differs", "born_differs"})}
    assert again.skipped == {7}
    assert again.rows == [3, 7]


def test_each_finding_has_its_way_to_be_mended():
    def way(weight: str, code: str, said: str = "", guess: str | None = None) -> str:
        finding = Finding(weight, code, "错", "wrong", "category", "列", said, guess)  # type: ignore[arg-type]
        return mending_of(finding).kind

    assert way("refuse", "id_check_digit") == "type"
    assert way("hold", "id_twice") == "type"
    assert way("hold", "sex_differs") == "decide"
    assert way("hold", "id_elsewhere") == "none"
    assert way("refuse", "category_unknown", "低保户2", "低保") == "choose"
    assert way("refuse", "category_unknown", "低保户2、独居", "低保") == "type"


def test_a_category_is_chosen_with_the_best_guess_first():
    finding = Finding("refuse", "category_unknown", "", "", "category", "", "低保户2", "低保")
    assert mending_of(finding).options[:3] == ("低保", "普通", "低保边缘")


def test_the_page_offers_a_decision_for_exactly_the_holds_that_can_be_confirmed():
    assert set(DECISIONS) == CONFIRMABLE
