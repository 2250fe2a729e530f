"""Chinese surnames: the compound ones, and how a surname is read where the character reads otherwise.

Ground floor: `elders` masks names with it, `pinyin_names` spells them with it.
"""

COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 "
    "公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 "
    "壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 "
    "东门 西门 第五 欧陽 司馬 東方 諸葛 尉遲 鮮于 鍾離 長孫".split()
)
"""Surnames of two characters (SOURCE: 百家姓, the compound ones, with the common old forms)."""

READINGS = {
    "单": "shan", "單": "shan", "仇": "qiu", "区": "ou", "區": "ou", "解": "xie", "曾": "zeng",
    "覃": "qin", "盖": "ge", "蓋": "ge", "查": "zha", "任": "ren", "朴": "piao", "乐": "yue",
    "樂": "yue", "员": "yun", "員": "yun", "贠": "yun", "冼": "xian", "洗": "xian", "折": "she",
    "黑": "he", "种": "chong", "秘": "bi", "繁": "po", "缪": "miao", "繆": "miao", "宓": "mi",
    "召": "shao", "翟": "zhai", "柏": "bai", "卜": "bu", "重": "chong", "晁": "chao", "郇": "xun",
    "訾": "zi", "逄": "pang", "隗": "wei", "佴": "nai", "妫": "gui", "祭": "zhai", "阚": "kan",
    "闞": "kan", "殷": "yin", "谌": "chen", "諶": "chen", "褚": "chu", "郗": "xi", "那": "na",
    "尹": "yin", "么": "yao", "幺": "yao", "车": "che", "車": "che", "葛": "ge", "哈": "ha",
    "尉": "wei", "会": "gui", "不": "fou", "撒": "sa", "啜": "chuai", "牟": "mu", "能": "nai",
    "句": "gou", "适": "kuo", "曲": "qu", "强": "qiang", "钭": "tou", "晟": "cheng", "奇": "qi",
    "都": "du", "石": "shi", "纪": "ji", "紀": "ji", "宁": "ning", "甯": "ning", "应": "ying",
    "於": "yu", "占": "zhan", "莘": "shen", "佘": "she", "沈": "shen", "盛": "sheng", "万": "wan",
    "长": "zhang", "朝": "chao", "褶": "zhe", "瞿": "qu", "行": "xing", "传": "chuan", "相": "xiang",
    "冯": "feng", "馮": "feng", "贾": "jia", "賈": "jia", "俞": "yu", "兴": "xing", "叶": "ye",
    "葉": "ye", "合": "he", "蒙": "meng", "娄": "lou", "费": "fei", "陆": "lu", "陸": "lu",
    "呙": "guo", "咼": "guo", "仉": "zhang", "藏": "zang", "臧": "zang", "尧": "yao", "厘": "li",
}  # fmt: skip
"""Single surnames whose reading as a surname differs from, or is often confused with, the usual
reading of the character. 覃 is read qin, as most in Guangxi say it. SOURCE: 现代汉语词典, 姓 entries."""

COMPOUND_READINGS = {
    "尉迟": "yu chi", "尉遲": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "長孫": "zhang sun",
    "澹台": "tan tai", "鲜于": "xian yu", "鮮于": "xian yu", "令狐": "ling hu", "宰父": "zai fu",
    "亓官": "qi guan", "乐正": "yue zheng", "谷梁": "gu liang", "夹谷": "jia gu", "子车": "zi ju",
    "拓跋": "tuo ba", "颛孙": "zhuan sun", "闾丘": "lv qiu", "呼延": "hu yan", "欧阳": "ou yang",
    "公冶": "gong ye", "濮阳": "pu yang", "皇甫": "huang fu", "夏侯": "xia hou", "单于": "chan yu",
    "太史": "tai shi", "漆雕": "qi diao",
}  # fmt: skip
"""Compound surnames read otherwise than their characters, syllables apart."""


def surname_of(name: str) -> str:
    """The surname a Chinese name begins with ("" when the name has none).

    A name with a middle dot (阿依古丽·买买提), or one that does not begin with a Han character, has
    none. A compound surname needs a given name behind it: 欧阳修 is 欧阳, but a two-character 东方 is 东.
    """
    if not name or "·" in name or "•" in name or "・" in name or not is_han(name[0]):
        return ""
    if len(name) > 2 and name[:2] in COMPOUND:
        return name[:2]
    return name[0]


def is_han(character: str) -> bool:
    """Whether it is a Han character (unified ideographs and their extensions, 〇 and compatibility)."""
    point = ord(character)
    return (
        0x3400 <= point <= 0x9FFF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x3FFFF
        or point == 0x3007
    )
