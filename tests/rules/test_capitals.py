"""大写 by the bill-writing rule, and as a program of others writes it."""

import re

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.capitals import FEN_LIMIT, in_capitals
from canteen.rules.errors import Invalid
from canteen.rules.money import yuan_text


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (-700, "负柒元整"),
        (57420, "伍佰柒拾肆元贰角整"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1000050, "壹万元伍角整"),
        (1234567, "壹万贰仟叁佰肆拾伍元陆角柒分"),
        (1260420, "壹万贰仟陆佰零肆元贰角整"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (100000001, "壹佰万元零壹分"),
        (10000000000, "壹亿元整"),
        (50000202201, "伍亿零贰仟零贰拾贰元零壹分"),
        (FEN_LIMIT - 1, "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_are_written_by_the_rule(fen: int, words: str):
    assert in_capitals(fen) == words


@given(st.integers(min_value=1, max_value=FEN_LIMIT - 1))
def test_another_program_writes_the_same_but_for_what_the_rule_leaves_open(fen: int):
    """零 between 元 and 角, 零 before 仟 after an empty group, and 整 after 角 may be left out."""

    def without_choices(words: str) -> str:
        return re.sub("零(.仟)", r"\1", re.sub("元零(.角)", r"元\1", words)).removesuffix("整")

    theirs = (
        cn2an.an2cn(yuan_text(fen), "rmb").removeprefix("零元" if fen < 100 else "").lstrip("零")
    )

    assert without_choices(in_capitals(fen)) == without_choices(theirs)


def test_only_whole_fen_within_the_words_we_have_are_written():
    with pytest.raises(Invalid, match="fen_not_whole"):
        in_capitals(12.5)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        in_capitals(FEN_LIMIT)
