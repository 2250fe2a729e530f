"""The register's codes in the words of people: categories, diets, kinds of facts, acts of the log."""

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
ACTS = {
    "elder.add": ("登记", "put on the register"),
    "elder.change": ("改资料", "changed what is kept"),
    "elder.unmask": ("看了完整号码", "looked at the full numbers"),
    "elder.outside": ("别的社区的人想看，没有给看", "somebody of another community tried to look"),
    "elder.gone": ("登记去向", "recorded that she has gone"),
    "elder.merge": ("合并档案", "merged two rows"),
    "elder.merged": ("档案并入另一份", "was merged into another row"),
    "fact.add": ("加一段", "added a period"),
    "fact.end": ("结束一段", "ended a period"),
    "fact.withdraw": ("撤回一段", "withdrew a period"),
    "consent.add": ("登记同意", "recorded consent"),
    "consent.withdraw": ("撤回同意", "withdrew consent"),
    "contact.add": ("加联系人", "added a contact"),
    "contact.withdraw": ("去掉联系人", "took a contact off"),
    "diet.add": ("加忌口", "added a diet"),
    "diet.withdraw": ("去掉忌口", "took a diet off"),
    "card.issue": ("发卡", "issued a card"),
    "card.return": ("收回卡", "took a card back"),
    "card.lost": ("报失", "reported a card lost"),
    "card.blocked": ("停卡", "blocked a card"),
    "card.found": ("解挂", "lifted a block"),
    "card.kept": ("扣下挂失卡", "kept a lost card"),
    "delivery.ask": ("要求送餐", "asked for deliveries"),
    "delivery.approve": ("同意送餐", "approved deliveries"),
    "delivery.decline": ("不同意送餐", "declined deliveries"),
    "delivery.end": ("结束送餐", "ended deliveries"),
    "delivery.pause": ("暂停送餐", "paused deliveries"),
    "delivery.resume": ("恢复送餐", "took deliveries up again"),
    "delivery.exception": ("批准送餐例外", "approved an exception for deliveries"),
    "delivery.exception_withdraw": ("撤回送餐例外", "withdrew an exception for deliveries"),
    "door.write": ("写敲门须知", "wrote what to know at the door"),
    "move.ask": ("提出转社区", "asked for a move"),
    "move.confirm": ("确认转社区", "confirmed a move"),
    "move.refuse": ("不同意转社区", "refused a move"),
    "write_off.ask": ("提出核销欠款", "asked to write a debt off"),
    "write_off.approve": ("核销欠款", "wrote a debt off"),
    "write_off.refuse": ("不同意核销", "refused to write a debt off"),
}


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


def act(code: str) -> str:
    """What somebody did, in the log."""
    return _word(ACTS, code)
