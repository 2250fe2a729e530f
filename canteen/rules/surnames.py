"""Chinese surnames: the compound ones, and how a character is read where it is a surname.

Ground floor: `elders` masks names with it, `pinyin_names` spells them with it.
"""

_COMPOUND = """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台
    皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘
    子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐
    段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 第五
    歐陽 司馬 東方 諸葛 尉遲 鮮于 鍾離 長孫 軒轅 獨孤 南宮
"""

COMPOUND = frozenset(_COMPOUND.split())
"""Surnames of two characters (SOURCE: 百家姓, the compound ones, with common traditional forms)."""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


READINGS = _pairs(
    """
    单 shan 單 shan 仇 qiu 区 ou 區 ou 解 xie 曾 zeng 覃 qin 盖 ge 蓋 ge 查 zha 任 ren 朴 piao
    乐 yue 樂 yue 员 yun 員 yun 冼 xian 折 she 黑 he 种 chong 秘 bi 繁 po 缪 miao 繆 miao
    宓 mi 召 shao 翟 zhai 郇 xun 訾 zi 逄 pang 隗 wei 佴 nai 祭 zhai 阚 kan 闞 kan 谌 chen
    諶 chen 褚 chu 郗 xi 那 na 么 yao 幺 yao 车 che 車 che 葛 ge 哈 ha 尉 wei 会 gui 會 gui
    牟 mu 句 gou 曲 qu 强 qiang 纪 ji 紀 ji 宁 ning 应 ying 占 zhan 莘 shen 佘 she 沈 shen
    盛 sheng 万 wan 相 xiang 呙 guo 仉 zhang 臧 zang 薄 bo 宿 su 都 du 蔚 yu 降 jiang 还 huan
    柏 bai 卜 bu 瞿 qu 俞 yu 叶 ye 葉 ye 钭 tou 费 fei 贾 jia 賈 jia 石 shi 殷 yin 冯 feng
    洗 xian 令 ling 逯 lu 郏 jia 阿 a 娄 lou 校 xiao 肖 xiao 谷 gu 尧 yao 郤 xi 晟 cheng
    """
)
"""Surnames whose character reads otherwise in most words, or has more than one reading.

覃 is read qin, as most families in Guangxi say it (tan elsewhere).
SOURCE: 现代汉语词典, the entries marked 姓.
"""

COMPOUND_READINGS = {
    "尉迟": "yu chi",
    "尉遲": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "長孫": "zhang sun",
    "澹台": "tan tai",
    "鲜于": "xian yu",
    "鮮于": "xian yu",
    "宰父": "zai fu",
    "亓官": "qi guan",
    "乐正": "yue zheng",
    "夹谷": "jia gu",
    "子车": "zi ju",
    "颛孙": "zhuan sun",
    "闾丘": "lv qiu",
}
"""Compound surnames that do not read as their characters usually do; syllables apart."""

_DOTS = frozenset("·•・‧∙")


def surname_of(name: str) -> str:
    """The surname a Chinese name begins with ("" when it has none).

    A name with a middle dot (阿依古丽·买买提), or one that begins with another script, has none.
    A compound surname needs a given name behind it: 欧阳修 is 欧阳, a two-character 东方 is 东.
    """
    if not name or not _DOTS.isdisjoint(name) or not is_han(name[0]):
        return ""
    if len(name) > 2 and name[:2] in COMPOUND:
        return name[:2]
    return name[0]


def is_han(character: str) -> bool:
    """Whether it is a Han character: unified or compatibility ideographs, their extensions, 〇."""
    point = ord(character)
    return (
        0x3400 <= point <= 0x9FFF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x3FFFF
        or point == 0x3007
    )
