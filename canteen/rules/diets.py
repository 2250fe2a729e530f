"""Diets and allergies (忌口、过敏) by code, and what a dish may hold that clashes with them.

Ground floor: the register keeps an elder's codes, the kitchen keeps a dish's contents, and both mean
this table. Codes are stored and never change their meaning; a new one is added at the end.
The allergens are those of GB 7718-2025, and sesame.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CONTENTS: dict[str, tuple[str, str]] = {
    "pork": ("猪肉", "pork"),
    "beef": ("牛肉", "beef"),
    "mutton": ("羊肉", "mutton"),
    "poultry": ("禽肉", "poultry"),
    "offal": ("动物内脏", "offal"),
    "fish": ("鱼", "fish"),
    "fish_bones": ("鱼刺、碎骨", "small bones"),
    "shellfish": ("虾蟹贝类", "crustaceans and shellfish"),
    "egg": ("蛋", "egg"),
    "milk": ("奶", "milk"),
    "peanut": ("花生", "peanut"),
    "nut": ("坚果", "nuts"),
    "soy": ("大豆", "soy"),
    "wheat": ("麦麸质", "wheat and other gluten"),
    "sesame": ("芝麻", "sesame"),
    "onion_garlic": ("葱蒜韭", "onion, garlic or leek"),
    "chilli": ("辣椒", "chilli"),
    "sugar": ("加糖", "added sugar"),
    "much_salt": ("重盐、腌制", "much salt, pickled"),
    "much_oil": ("油炸、重油", "fried, much oil"),
    "alcohol": ("酒", "alcohol"),
    "hard": ("硬、难嚼", "hard to chew"),
    "solid": ("固体食物", "solid food"),
}
"""Content of a dish → its name in Chinese and English."""

_LAND_MEAT = frozenset({"pork", "beef", "mutton", "poultry", "offal"})


@dataclass(frozen=True, slots=True)
class Diet:
    """A way of eating or an allergy: its two names, and the contents that clash with it."""

    zh: str
    en: str
    clashes: frozenset[str]
    is_allergy: bool = False


def _diet(zh: str, en: str, *contents: str) -> Diet:
    return Diet(zh, en, frozenset(contents))


def _allergy(content: str) -> Diet:
    zh, en = CONTENTS[content]
    return Diet(f"{zh}过敏", f"allergic to {en}", frozenset({content}), is_allergy=True)


DIETS: dict[str, Diet] = {
    "low_sugar": _diet("少糖", "low sugar", "sugar"),
    "low_salt": _diet("少盐", "low salt", "much_salt"),
    "low_fat": _diet("少油", "low fat", "much_oil"),
    "diabetic": _diet("糖尿病餐", "diabetic", "sugar"),
    "low_purine": _diet("低嘌呤（痛风）", "low purine (gout)", "offal", "shellfish", "alcohol"),
    "soft": _diet("软烂", "soft food", "hard", "fish_bones"),
    "liquid": _diet("流食", "liquid food", "solid", "hard", "fish_bones"),
    "no_spicy": _diet("不吃辣", "no chilli", "chilli"),
    "no_pork": _diet("不吃猪肉", "no pork", "pork"),
    "no_beef": _diet("不吃牛肉", "no beef", "beef"),
    "no_mutton": _diet("不吃羊肉", "no mutton", "mutton"),
    "no_fish": _diet("不吃鱼虾", "no fish or seafood", "fish", "shellfish"),
    "halal": _diet("清真", "halal", "pork", "alcohol"),
    "vegetarian": Diet("素食", "vegetarian", _LAND_MEAT | {"fish", "fish_bones", "shellfish"}),
    "buddhist": Diet(
        "佛家素（不吃葱蒜蛋）",
        "Buddhist vegetarian (no onion, garlic, egg)",
        _LAND_MEAT | {"fish", "fish_bones", "shellfish", "egg", "onion_garlic", "alcohol"},
    ),
    "allergy_fish": _allergy("fish"),
    "allergy_shellfish": _allergy("shellfish"),
    "allergy_egg": _allergy("egg"),
    "allergy_milk": _allergy("milk"),
    "allergy_peanut": _allergy("peanut"),
    "allergy_nut": _allergy("nut"),
    "allergy_soy": _allergy("soy"),
    "allergy_wheat": _allergy("wheat"),
    "allergy_sesame": _allergy("sesame"),
}
"""Code → diet or allergy, in the order the pages offer them."""


def list_clashes(diets: Iterable[str], contents: Iterable[str]) -> list[tuple[str, str]]:
    """The pairs (diet, content) in which a dish with `contents` clashes with one of `diets`.

    In the order of the tables; a code that is in neither table clashes with nothing."""
    wanted, held = set(diets), set(contents)
    return [
        (code, content)
        for code, diet in DIETS.items()
        if code in wanted
        for content in CONTENTS
        if content in held and content in diet.clashes
    ]
