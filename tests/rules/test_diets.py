"""Diets and what clashes with them: one table for the register and the kitchen."""

import pytest

from canteen.rules.diets import CONTENTS, DIETS, list_clashes


def test_every_clash_names_a_content_and_every_content_clashes_with_something() -> None:
    named = {content for diet in DIETS.values() for content in diet.clashes}
    assert named == set(CONTENTS)


def test_every_name_stands_in_both_languages_and_only_once() -> None:
    for names in ([diet.zh for diet in DIETS.values()], [diet.en for diet in DIETS.values()]):
        assert all(names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("diets", "contents", "expected"),
    [
        (["no_pork"], ["pork", "egg"], [("no_pork", "pork")]),
        (["vegetarian", "allergy_egg"], ["egg", "soy"], [("allergy_egg", "egg")]),
        (["soft", "liquid"], ["hard"], [("soft", "hard"), ("liquid", "hard")]),
        (["halal"], ["beef"], []),
        (["no_such_code"], ["pork"], []),
        ([], ["pork"], []),
        (["low_salt"], ["no_such_content"], []),
    ],
)
def test_a_dish_clashes_with_whoever_may_not_eat_what_it_holds(
    diets: list[str], contents: list[str], expected: list[tuple[str, str]]
) -> None:
    assert list_clashes(diets, contents) == expected


def test_an_allergy_clashes_with_its_own_content_alone() -> None:
    for code, diet in DIETS.items():
        assert diet.is_allergy == code.startswith("allergy_")
        if diet.is_allergy:
            assert diet.clashes == {code.removeprefix("allergy_")}
