"""The register's codes in the words of people: categories, diets, kinds of facts."""

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.diets import DIETS
from canteen.web.i18n import pick

SEXES = {"F": ("女", "F"), "M": ("男", "M"), "U": ("性别不详", "sex unknown")}
KINDS = {
    "born": ("出生日期", "born"),
    "hukou": ("户籍", "registered in"),
    "residence": ("居住", "lives in"),
    "category": ("类别", "category"),
    "status": ("去向", "status"),
}
STATUSES = {"deceased": ("已故", "deceased"), "moved": ("迁出", "moved away")}
STATES = {
    "current": ("正在用", "in force"),
    "future": ("未到", "to come"),
    "past": ("已过", "past"),
    "withdrawn": ("已撤回", "withdrawn"),
}
FILTERS = {
    "all": ("全部", "All"),
    "below_zero": ("余额不到零", "Below zero"),
    "no_card": ("没有卡", "No card"),
    "card_lost": ("卡挂失", "Card lost"),
    "no_consent": ("没有同意书", "No consent"),
    "living_alone": ("独居", "Living alone"),
    "duplicates": ("可能重复", "Possible duplicates"),
    "gone": ("迁出、已故", "Moved, deceased"),
}
MARKS = STATUSES | {
    "card_lost": ("卡挂失", "card lost"),
    "below_zero": ("余额不到零", "below zero"),
}
LINES = {
    "meal_void": ("撤销", "void of"),
    "top_up": ("充值", "Top-up"),
    "top_up_void": ("撤销充值", "Top-up voided"),
    "pay_out": ("退款", "Paid out"),
    "opening": ("原有余额", "Opening balance"),
    "write_off": ("坏账核销", "Written off"),
    "merge": ("合并档案", "Rows merged"),
    "correction": ("更正", "Correction of"),
}
BLOCKS = {"lost": ("挂失", "reported lost"), "blocked": ("停用", "blocked")}


def _word(words: dict[str, tuple[str, str]], code: str) -> str:
    return pick(*words.get(code, (code, code)))


def category(code: str) -> str:
    """A category's name; a scheme's own code as it stands there."""
    return _word(REGISTER_CATEGORIES, code)


def diet(code: str) -> str:
    """A diet's or an allergy's name."""
    known = DIETS.get(code)
    return code if known is None else pick(known.zh, known.en)


def sex(code: str) -> str:
    """女, 男 …"""
    return _word(SEXES, code)


def kind(code: str) -> str:
    """What a fact is about."""
    return _word(KINDS, code)


def status(code: str) -> str:
    """Deceased or moved away."""
    return _word(STATUSES, code)


def state(code: str) -> str:
    """Where a period stands today."""
    return _word(STATES, code)


def filter_name(code: str) -> str:
    """A filter of the list."""
    return _word(FILTERS, code)


def mark(code: str) -> str:
    """What to look at in a line of the list."""
    return _word(MARKS, code)


def line(code: str) -> str:
    """A line of the account that is no meal."""
    return _word(LINES, code)


def block(code: str) -> str:
    """Why a card does not work."""
    return _word(BLOCKS, code)
