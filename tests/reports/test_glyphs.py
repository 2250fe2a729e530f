"""Every character that is printed has a glyph; what no font holds is spelt, what shows nothing goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.glyphs import on_paper


@pytest.mark.parametrize(
    "name",
    ["梁𠮷祥", "韦㐆明", "刘䶮", "杨𨭎", "阿卜杜拉·买买提", "José Müller", "（①）…—※", "6 ℃"],
)
def test_o_044_names_are_printed_as_they_are(name: str):
    assert on_paper(name) == name


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("王😀", "王〔U+1F600〕"),
        ("韦\U0002a6a5明", "韦〔U+2A6A5〕明"),
        ("\ue000梁", "〔U+E000〕梁"),
        ("梁\u202e祥\u200b\ufeff", "梁祥"),
        ("葛\U000e0100城", "葛城"),
        ("a\tb\nc", "a b\nc"),
    ],
)
def test_o_044_what_has_no_glyph_is_spelt_and_what_shows_nothing_is_left_out(
    stored: str, shown: str
):
    assert on_paper(stored) == shown


@given(st.text())
def test_no_text_is_changed_twice_on_paper(text: str):
    assert on_paper(on_paper(text)) == on_paper(text)
