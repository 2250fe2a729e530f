"""Pinyin keys: surnames read as surnames, everything else by its usual reading."""

import pytest

from canteen.rules.pinyin_names import pinyin_keys
from canteen.rules.surnames import COMPOUND, COMPOUND_READINGS, READINGS, is_han, surname_of


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("黄桂兰", "huangguilan", "hgl"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("仇英", "qiuying", "qy"),
        ("区伟", "ouwei", "ow"),
        ("解缙", "xiejin", "xj"),
        ("曾国藩", "zengguofan", "zgf"),
        ("覃秀英", "qinxiuying", "qxy"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("查良镛", "zhaliangyong", "zly"),
        ("任月", "renyue", "ry"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟雪", "moqixue", "mqx"),
        ("欧阳修", "ouyangxiu", "oyx"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("李单", "lidan", "ld"),
        ("吕布", "lvbu", "lb"),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
        (" 黄 桂兰 ", "huangguilan", "hgl"),
        ("𠮷田", "𠮷tian", "𠮷t"),
        ("Li Mei 2", "limei2", "limei2"),
        ("黄桂兰（小）", "huangguilanxiao", "hglx"),
        ("", "", ""),
    ],
)
def test_keys_of_names(name: str, full: str, initials: str) -> None:
    keys = pinyin_keys(name)
    assert (keys.full, keys.initials) == (full, initials)


def test_surnames_are_of_the_right_length_and_have_readings_of_it() -> None:
    assert all(len(surname) == 2 for surname in COMPOUND)
    assert all(len(surname) == 1 and is_han(surname) for surname in READINGS)
    assert all(len(reading.split()) == 2 for reading in COMPOUND_READINGS.values())
    assert set(COMPOUND_READINGS) <= COMPOUND
    assert all(reading.isascii() and reading.islower() for reading in READINGS.values())


def test_a_surname_needs_a_han_character() -> None:
    assert surname_of("黄桂兰") == "黄"
    assert surname_of("Mary") == ""
    assert surname_of("") == ""
    assert [is_han(character) for character in "〇黄㐀𠮷豈aあ"] == [True] * 5 + [False] * 2
