"""Which field a column of a roster means, by the many words that communities write above it.

Ground floor. A word matches as a whole (after decoration is taken off), so that 紧急联系人电话,
银行卡号 or 监护人姓名 are never taken for the elder's own.
"""

import re
from functools import lru_cache

from canteen.rules.roster_text import clean
from canteen.rules.roster_words import find_category

#: field → the words for it, as they stand after `plain_label`
WORDS: dict[str, str] = {
    "name": "姓名 名字 姓名全称 人员姓名 人名 name",
    "sex": "性别 男女 sex gender",
    "id_number": """身份证号 身份证号码 身份证 公民身份号码 公民身份证号 公民身份证号码 身份号码 居民身份证号
        居民身份证号码 居民身份证 证件号码 证件号 有效证件号码 有效证件号 身份证件号码 身份证件号 身份证编号
        二代身份证号 二代身份证号码 身份证明号码 居民身份号码 证号 idnumber idno idcard id idcardnumber""",
    "born": """出生日期 出生年月 出生年月日 出生时间 生日 出生 出生日 出生年份 出生年 公历生日 阳历生日
        公历出生日期 身份证出生日期 birthday birthdate born dateofbirth dob""",
    "lunar": "农历生日 阴历生日 农历出生日期 阴历出生日期 农历 旧历生日 老历生日",
    "calendar": "历法 历别 生日类型 阴历阳历 农历公历 公历农历 日期类型",
    "age": "年龄 周岁 实足年龄 年纪 岁数 age",
    "phone": """联系电话 电话 电话号码 手机 手机号 手机号码 联系方式 联系号码 联系手机 移动电话 固定电话 座机
        住宅电话 家庭电话 本人电话 联系电话号码 本人手机 本人手机号 本人或家属电话
        phone mobile tel telephone""",
    "community": """社区 所属社区 所在社区 村 村居 社区村 村社区 所属村 居委会 社区居委会 村委会 所属村社区
        所在村社区 所属居委会 社区名称 村居名称 社区村名称 所在村居 所属村居 community""",
    "address": """住址 地址 家庭住址 家庭地址 居住地址 现住址 现居住地址 现居住址 详细地址 详细住址 常住地址
        住所 楼栋 楼栋号 楼栋房号 楼栋单元 楼栋单元号 门牌号 门牌 房号 楼栋门牌 居住住址 小区楼栋
        联系地址 通讯地址 家庭详细住址 家庭详细地址 现住地址 现家庭住址 详细家庭住址 详细家庭地址 住房地址
        小区 居住小区 小区门牌号 address""",
    "hukou": """户籍 户籍地 户籍所在地 户口所在地 户籍地址 户口地址 户籍区划 户口地 户籍社区
        户口 hukou""",
    "residence": "居住地 居住 现居住地 居住区划 常住地 居住社区 实际居住地 residence",
    "category": """对象类别 类别 人员类别 对象类型 人员类型 享受类别 补贴类别 救助类别 老人类别 身份类别
        困难类别 人群分类 补助类别 补贴类型 享受补贴类别 特殊人群类别 特殊类别 特殊人群 人员性质
        类型 对象 特殊身份 身份类型 人群类别 老年人类别 保障类别 救助对象类别 对象性质 category""",
    "card": """卡号 就餐卡号 饭卡号 饭卡 就餐卡 餐卡号 餐卡 卡片编号 卡面号 卡面编号 ic卡号 id卡号 餐卡编号
        助餐卡号 助餐卡 卡面号码 饭卡卡号 餐卡卡号 就餐卡编号 刷卡卡号 卡片号 卡编号
        消费卡号 刷卡号 card cardno cardnumber""",
    "diet": "忌口 饮食禁忌 饮食要求 饮食习惯 忌口过敏 过敏食物 diet",
    "remark": "备注 说明 备考 附注 其他说明 remark remarks note notes",
}
#: what stands above a column without changing what it means
_DECORATION = re.compile(
    r"(?:受助老人|用餐老人|就餐老人|助餐老人|就餐者|被助餐人|老年人|老人|长者|助餐对象|服务对象|补贴对象|就餐人员|用餐人员|助餐人员|用餐人|就餐人|申请人|受助人|受益人|享受人员|享受人|被服务人|持卡人|本人|对象|人员|居民|村民|用户)(?=.)"
)
#: a group title or a longer word that makes a column somebody else's
_SOMEONE_ELSE = re.compile(
    r"联系人|监护|家属|子女|配偶|代办|代理|志愿者|填表|填报|审核|经办|负责人|户主|儿子|女儿|亲属|护理|照料|开户|银行"
)
_BRACKETS = re.compile(r"[（(【\[].*?[)）】\]]")
_SIGNS = re.compile(r"[\s*＊:：、,，/\\·.\-_“”\"'?？☆★]+")
_TRADITIONAL = "證號碼別電話聯繫類備註齡區戶現屬實際樓棟門級員殘對農曆"
_SIMPLIFIED = str.maketrans(_TRADITIONAL, "证号码别电话联系类备注龄区户现属实际楼栋门级员残对农历")
_BY_WORD = {word: field for field, words in WORDS.items() for word in words.split()}
FIELDS = (*WORDS, "level")
#: shown for choice on the page of columns, besides one `category.<code>` for each category
CHOICES = tuple(field for field in WORDS if field not in ("age", "calendar"))


def plain_label(label: str) -> str:
    """A header as it is compared and remembered: no blanks, signs, brackets, number at its end, in
    lower case and in simplified characters."""
    plain = _SIGNS.sub("", _BRACKETS.sub("", clean(label))).lower().translate(_SIMPLIFIED)
    return plain.rstrip("0123456789") or plain


def is_ordinal(label: str) -> bool:
    """Does the column only number the rows?"""
    return plain_label(label) in ("序号", "编号", "序", "号", "no", "")


@lru_cache(maxsize=4096)
def find_field(label: str, group: str = "") -> str | None:
    """The field that a header means; `group` is the title above it where headers have two rows."""
    if _SOMEONE_ELSE.search(label) or _SOMEONE_ELSE.search(group):
        return None
    plain = plain_label(label)
    field = _BY_WORD.get(plain) or _BY_WORD.get(_DECORATION.sub("", plain, count=1))
    if field is None:
        field = _find_category_column(plain) or _find_joined(label)
    if field == "born" and re.search(r"农历|阴历|旧历", label + group) and "公历" not in label:
        return "lunar"
    if field == "card" and re.search(r"银行|社保|医保|工资|存折|残疾", label + group):
        return None
    return field


def _find_joined(label: str) -> str | None:
    """手机/电话 is one column where both words mean the same."""
    parts = [part for part in re.split(r"[/、或]", label) if part]
    fields = {find_field(part) for part in parts} if 1 < len(parts) <= 3 else set()
    return fields.pop() if len(fields) == 1 else None


def _find_category_column(plain: str) -> str | None:
    """`category.dibao` for a column of its own: 是否低保, 低保户, 残疾等级."""
    word = re.sub(r"^是否(?:为|是|属于)?|^有无", "", plain)
    found = find_category(re.sub(r"(?:等级|级别|情况|程度|类别|状况)$", "", word))
    return None if found is None or found.code is None else f"category.{found.code}"
