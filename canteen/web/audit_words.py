"""What the auditor's pages call things: kinds of accounts, entries, receipts, rows and audit lines."""

from collections.abc import Mapping

from canteen.rules.four_way import SIDES, WAYS, Line, Row
from canteen.rules.outcomes import BY_CODE, MEALTIMES
from canteen.services.audit_samples import stratum_words
from canteen.web.delivery_words import FAILS
from canteen.web.i18n import pick

ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "purse": ("储值账户", "Purse"),
    "cash_drawer": ("钱箱", "Cash drawer"),
    "external": ("外部收款", "External payments"),
    "receivable": ("应收补贴", "Receivable"),
    "discount": ("食堂让利", "Canteen discount"),
    "sales": ("餐费收入", "Meal sales"),
    "delivery_fees": ("送餐费", "Delivery fees"),
    "cash_rounding": ("抹零", "Cash rounding"),
    "bank": ("银行", "Bank"),
    "write_off": ("核销", "Write-off"),
    "elder_debt": ("待收", "Debts"),
    "fund": ("基金", "Fund"),
}
JOURNAL: Mapping[str, tuple[str, str]] = {
    "meal": ("用餐", "Meal"),
    "meal_void": ("撤销", "Void"),
    "correction": ("更正", "Correction"),
}
#: what a receipt number stands for; the other kinds of rows beside them
ROWS: Mapping[str, tuple[str, str]] = {
    "meal": ("餐", "meal"),
    "top_up": ("充值", "top-up"),
    "pay_out": ("退款", "pay-out"),
    "correction": ("更正", "correction"),
    "donation": ("捐赠", "donation"),
    "advance": ("预拨", "advance"),
    "statement": ("银行流水", "bank statement"),
    "swipe": ("刷卡", "tap"),
    "journal": ("凭证", "journal entry"),
    "delivery": ("送餐", "delivery"),
}
CORRECTIONS: Mapping[str, tuple[str, str]] = {
    "not_eaten": ("没有吃", "nobody ate it"),
    "rejudged": ("重新核算", "split anew"),
    "claw_back": ("出资方追回", "taken back by a funder"),
}
#: why a meal was voided, in the counter's words
VOIDS: Mapping[str, tuple[str, str]] = {
    "wrong_person": ("刷错人", "wrong person"),
    "wrong_meal": ("选错餐", "wrong meal"),
    "not_wanted": ("老人不要了", "elder changed mind"),
    "swiped_twice": ("重复刷", "swiped twice"),
    **FAILS,
}
#: what the trail speaks of, by its kind
OBJECTS: Mapping[str, tuple[str, str]] = {
    "meal": ("用餐", "meal"),
    "swipe": ("刷卡", "tap"),
    "top_up": ("充值", "top-up"),
    "pay_out": ("退款", "pay-out"),
    "day": ("日报", "day sheet"),
    "claim": ("申报", "claim"),
    "correction": ("更正", "correction"),
    "elder": ("长者", "elder"),
    "card": ("就餐卡", "card"),
    "delivery": ("送餐", "delivery"),
    "delivery_run": ("送餐批次", "round"),
    "delivery_day": ("当日送餐", "day's deliveries"),
    "volunteer": ("志愿者", "volunteer"),
    "canteen": ("食堂", "canteen"),
    "price": ("价格", "price"),
    "reader": ("读卡器", "reader"),
    "scheme": ("补贴办法", "scheme"),
    "donation": ("捐款", "donation"),
    "advance": ("预拨", "advance"),
    "statement": ("银行流水", "bank statement"),
    "finding": ("核对发现", "finding"),
    "check": ("核对规则", "check"),
    "staff": ("账号", "account"),
    "person_link": ("链接", "link"),
    "family": ("家属链接", "family’s link"),
    "device_link": ("屏幕链接", "screen’s link"),
    "import_file": ("导入文件", "imported file"),
    "area": ("行政区划", "area"),
    "welfare_check": ("探访", "welfare check"),
    "enrolment": ("登记申请", "enrolment"),
    "sample": ("留样", "retained sample"),
    "supply": ("进货", "food that came in"),
    "dish": ("菜", "dish"),
    "job": ("定时任务", "job"),
    "alarm": ("告警", "alarm"),
    "setup": ("设置", "set-up"),
    "workdays": ("节假日", "workdays"),
}
STRATA: Mapping[str, tuple[str, str]] = {
    "": ("不分层", "not in strata"),
    "canteen": ("按食堂分层", "by canteen"),
    "channel": ("按就餐方式分层", "by channel"),
    "both": ("按食堂和就餐方式分层", "by canteen and channel"),
}


DESK = ("社区收的现金", "the desk’s cash")


def _word(words: Mapping[str, tuple[str, str]], code: str) -> str:
    return pick(*words.get(code, (code, code)))


def account(kind: str) -> str:
    """A kind of account."""
    return _word(ACCOUNTS, kind)


def entry(kind: str) -> str:
    """A kind of journal entry."""
    return _word(JOURNAL, kind)


def row(kind: str) -> str:
    """A kind of row."""
    return _word(ROWS, kind)


def correction(kind: str) -> str:
    """A kind of correction."""
    return _word(CORRECTIONS, kind)


def void(reason: str) -> str:
    """Why a meal was voided, at the counter or at a door."""
    return _word(VOIDS, reason)


def actor(code: str) -> str:
    """Who did it: `reader:C1-R1` is 读卡器 C1-R1."""
    kind, _, name = code.partition(":")
    return f"{object_kind(kind)} {name}" if name else code


def object_kind(kind: str) -> str:
    """What an audit line is about."""
    return _word(OBJECTS, kind)


def outcome(code: str) -> str:
    """What came of a tap: the code's own sentence, without what a counter would fill in."""
    return pick(BY_CODE[code].zh, BY_CODE[code].en)


def stratum(name: str) -> str:
    """A part of a sample."""
    return pick(*stratum_words(name)) or pick("全部", "all")


def way(code: str) -> str:
    """One of the four ways."""
    return pick(*WAYS[code])


def sides(line: Line) -> tuple[str, str]:
    """What stands on the two sides of a line."""
    here, there = SIDES[line.code]
    return pick(*here), pick(*there)


def subject_names(line: Line) -> tuple[str, str]:
    """The mealtime or counter a line is about; cash of no counter was taken at the community's desk."""
    if line.code == "drawer" and not line.subject:
        return DESK
    return MEALTIMES.get(line.subject, (line.subject, line.subject))


def subject(line: Line) -> str:
    """The same in the reader's language."""
    return pick(*subject_names(line))


def row_text(one: Row) -> str:
    """A row by its kind and its number."""
    return f"{row(one.kind)} {one.key}"
