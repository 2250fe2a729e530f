"""Words for categories (对象类别) as rosters write them, with the level inside them where there is one.

Ground floor; codes are those of `categories`. A word that is not known is never taken for a known one:
the nearest is only a guess for the person who decides.
"""

import re
from dataclasses import dataclass

from canteen.rules.categories import LEVELS, REGISTER_CATEGORIES

_WORDS: dict[str, str] = {
    "dibao": """低保 低保户 低保对象 低保人员 城市低保 农村低保 城镇低保 城低保 农低保
        最低生活保障 最低生活保障对象""",
    "dibao_margin": "低保边缘 低保边缘户 低边 低边户 边缘户 低保边缘家庭 低保边缘对象 边缘家庭",
    "tekun": """特困 特困人员 特困户 特困供养 特困供养人员 五保 五保户 五保对象 分散供养 集中供养
        三无 三无人员 城市三无""",
    "low_income": "低收入 低收入家庭 低收入户 低收入人口",
    "hardship": "经济困难 困难 困难户 困难家庭 困难老人 经济困难老人 生活困难",
    "youfu": "优抚 优抚对象 重点优抚 重点优抚对象 烈属 烈士家属 复退军人 参战退役",
    "only_child_lost": "计生特扶 失独 失独家庭 失独老人 计划生育特殊家庭 计生特殊家庭 计划生育特扶",
    "model_worker": "劳模 劳动模范",
    "disability": "残疾 残疾人 残疾等级 持证残疾人",
    "heavy_disability": "重残 重度残疾 重度残疾人 重残人员",
    "disability_care": "失能 失能老人 失能人员 失能等级",
    "disabled": "失能评估 失能评估等级 能力评估 评估等级",
    "dementia": "失智 失智老人 认知症 认知障碍 老年痴呆 阿尔茨海默",
    "limited_mobility": "行动不便 行走不便 腿脚不便 行动不便老人",
    "living_alone": "独居 独居老人 单独居住",
    "empty_nest": "空巢 空巢老人 空巢家庭",
    "left_behind": "留守 留守老人",
    "nursing_home": "机构养老 养老院 入住机构 入住养老院 住养老院 机构养老人员 敬老院",
    "in_hospital": "住院",
    "deceased": "已故 去世 死亡 已去世 已死亡 病故 身故",
    "moved_away": "迁出 已迁出 户口迁出 迁走 搬走 已搬走",
}
#: no category at all
_ORDINARY_WORDS = """
    普通 一般 正常 普通老人 一般老人 社会老人 其他 其它 其他老人 普通长者 高龄 高龄老人 老年人 老人 长者
    无特殊
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_BY_WORD = {word: code for code, words in _WORDS.items() for word in words.split()} | {
    code: code for code in REGISTER_CATEGORIES
}
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "两": 2}
_NUMERALS |= {"ⅰ": 1, "ⅱ": 2, "ⅲ": 3, "ⅳ": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_LEVEL = re.compile(r"[(（]?([一二三四壹贰叁肆两ⅰⅱⅲⅳ1-9])\s*级?[)）]?")
_IN_FRONT = re.compile(r"^([一二三四1-9])级")
_BEHIND = re.compile(r"[(（]?([一二三四ⅰⅱⅲⅳ1-9])级[)）]?$")
_DEGREES = {"轻度": 1, "中度": 2, "重度": 3}
_KIND_OF_DISABILITY = re.compile(r"^(?:视力|听力|言语|肢体|智力|精神|多重)(?:残疾)?$")
_AGE_BAND = re.compile(
    r"\d{2,3}(?:周?岁)?(?:[-~—至到]\d{2,3}(?:周?岁)?|以上|及以上|\+)?(?:老人|老年人)?"
)
_BRACKETED = re.compile(r"([^()（）]+)[(（]((?:城市|城镇|农村|轻度|中度|重度)[^()（）]*)[)）]")
_SEPARATORS = re.compile(r"[、,，;；/|+＋&]+|\s+|\n")
YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "v", "true", "1", "○"})
_NO_WORDS = "否 不是 不 非 x ✗ ☐ n no false 0 自理 生活自理 完全自理 能力完好 无残疾 无失能 未失能"
NO = frozenset(_NO_WORDS.split())


@dataclass(frozen=True, slots=True)
class CategoryWord:
    """What a word means: a category with its level, or (code None) nobody special."""

    code: str | None
    level: int | None = None


def find_category(word: str) -> CategoryWord | None:
    """The category a word stands for; None when it is not known."""
    plain = re.sub(r"\s", "", word).lower()
    if plain in _BY_WORD:
        return CategoryWord(_BY_WORD[plain])
    if plain in _ORDINARY or _AGE_BAND.fullmatch(plain):
        return CategoryWord(None)
    bracketed = _BRACKETED.fullmatch(plain)
    if bracketed is not None:  # 低保(城市) is 城市低保
        return find_category(bracketed[2] + bracketed[1])
    degree = _DEGREES.get(plain[:2])
    if degree is not None and plain[2:] in ("失能", "失能老人", "失能人员"):
        return CategoryWord("disability_care", degree)
    level, rest = _split_level(plain)
    code = _BY_WORD.get(_KIND_OF_DISABILITY.sub("残疾", rest))
    if code is None or level is None or code not in LEVELS:
        return None
    low, high = LEVELS[code]
    return CategoryWord(code, level) if low <= level <= high else None


def read_level(text: str) -> int | None:
    """二级, 2级, 2, Ⅱ in a column of levels; None when it is none."""
    found = _LEVEL.fullmatch(text.lower())
    return _NUMERALS.get(found.group(1)) if found else None


def split_words(text: str) -> list[str]:
    """The words of a cell: 低保、独居; blanks that only space out one word part nothing."""
    if " " in text and find_category(text) is not None:
        return [text]
    return [word for word in _SEPARATORS.split(text) if word]


def nearest_category(word: str) -> str | None:
    """The longest known word inside an unknown one, as a guess: 低保 for 低保户2."""
    inside = [known for known in _BY_WORD if known in word and not known.isascii()]
    return max(inside, key=len, default=None)


def category_name(code: str, level: int | None) -> str:
    """How a page writes it: 失能 2 级."""
    name = REGISTER_CATEGORIES.get(code, (code, code))[0]
    return name if level is None else f"{name} {level} 级"


def _split_level(plain: str) -> tuple[int | None, str]:
    for pattern in (_IN_FRONT, _BEHIND):
        found = pattern.search(plain)
        if found:
            return _NUMERALS.get(found.group(1)), plain[: found.start()] + plain[found.end() :]
    return None, plain
