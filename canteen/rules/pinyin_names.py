"""Pinyin keys of names, so that a cashier finds 黄桂兰 by "hgl" or "huangguilan".

Ground floor: the table is a generated data file (pypinyin is a development tool only), read once on
first use; surnames are read as surnames (单 shan, 曾 zeng, 尉迟 yu chi).
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from canteen.rules.surnames import COMPOUND_READINGS, READINGS, surname_of


@dataclass(frozen=True, slots=True)
class PinyinKeys:
    """`full` "huangguilan", `initials` "hgl": lower case, ü as v, no tones, no blanks."""

    full: str
    initials: str


def pinyin_keys(name: str) -> PinyinKeys:
    """The keys of a name; letters and digits stay, characters outside the table pass through.

    Blanks, middle dots and other signs are dropped: 阿依古丽·买买提 is ayglmmt.
    """
    plain = "".join(name.split())
    surname = surname_of(plain)
    syllables = _surname_syllables(surname) if surname else []
    for character in plain[len(surname) :]:
        found = _table().get(character)
        if found is not None:
            syllables.append(found)
        elif character.isalnum():
            syllables.append(character.lower())
    return PinyinKeys("".join(syllables), "".join(syllable[0] for syllable in syllables))


def _surname_syllables(surname: str) -> list[str]:
    if surname in COMPOUND_READINGS:
        return COMPOUND_READINGS[surname].split()
    if surname in READINGS:
        return [READINGS[surname]]
    return [_table().get(character, character) for character in surname]


@cache
def _table() -> dict[str, str]:
    """Character → syllable: about 41,000 of them, read in some 10 ms."""
    table = {}
    text = files("canteen.rules").joinpath("data/pinyin_table.txt").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        syllable, _, characters = line.partition(" ")
        table.update(dict.fromkeys(characters, syllable))
    return table
