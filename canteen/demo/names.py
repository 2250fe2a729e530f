"""Invented names of elders, as they are met in Guangxi, with some that are rare, long or hard to type."""

import random

#: written as one text each, because they are read by people
_SURNAMES = """
黄 韦 覃 梁 李 陆 农 莫 蒙 岑 罗 潘 卢 周 廖 陈 张 何 刘 杨 曾 苏 邓 谢 吴 林 闭 凌 甘 玉 欧阳 司徒
"""
_WOMEN = """
桂兰 秀英 玉珍 秀珍 美莲 凤英 惠芳 月娥 彩云 丽娟 素芬 桂芳 玉琼 兰香 金凤 翠莲 淑贞 小妹 爱群 春梅
少芬 秋菊 雪梅 瑞英 妹七 庆兰 冬梅 永芳 红 莲
"""
_MEN = """
德胜 有福 大山 建国 国强 志明 永康 文光 家兴 世荣 少华 伟民 福生 振华 汉文 炳坤 祖德 日新 天佑 寿昌
承志 绍基 明 军 长寿 卫东 荣贵 锦标 学文 宝山
"""
SURNAMES, WOMEN, MEN = _SURNAMES.split(), _WOMEN.split(), _MEN.split()
#: names that programs get wrong: four characters, a middle dot, characters beyond the first plane
RARE = (
    ("F", "阿依古丽·买买提"),
    ("M", "梁𠮷祥"),
    ("F", "欧阳婉仪"),
    ("M", "尉迟敬业"),
    ("F", "单玉"),
    ("M", "仇万里"),
    ("F", "宁𬱖"),
    ("M", "买买提·吐尔逊江·艾合买提"),
    ("F", "区少芬"),
    ("M", "解学龙"),
)
#: characters that sound alike and are mistaken for one another when a name is copied by ear
_ALIKE = str.maketrans("兰英珍娟胜文明军桂", "蓝瑛真涓圣雯铭均贵")
STREETS = ("榕荫里", "桂雅路", "新竹巷", "柳沙路", "古城里")


def invent_name(rng: random.Random, number: int) -> tuple[str, str]:
    """(sex, name); the first few elders carry the rare names."""
    if number <= len(RARE):
        return RARE[number - 1]
    sex = rng.choices("FM", (58, 42))[0]
    return sex, rng.choice(SURNAMES) + rng.choice(WOMEN if sex == "F" else MEN)


def invent_address(rng: random.Random, *, is_near: bool = False) -> str:
    """A door in one of the streets around, or in the estate beside the canteen."""
    street, house = rng.choice(STREETS), rng.randint(1, 30)
    block, stair = rng.randint(1, 4), rng.randint(1, 3)
    door = f"{rng.randint(1, 7)}0{rng.randint(1, 3)}"
    if is_near:
        return f"{STREETS[0]}{1 + house % 8}栋{stair}单元{door}"
    return f"{street}{house}号{block}栋{stair}单元{door}"


def sound_alike(name: str) -> str:
    """The name as somebody writes it who only heard it; the same when nothing in it sounds alike."""
    return name.translate(_ALIKE)
