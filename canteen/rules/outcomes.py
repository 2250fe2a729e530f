"""What can come of a swipe: the outcomes in the order in which they are tested, and what each says.

`zh` and `en` are for the cashier: what happened and what to do. What the elder sees and hears never
names a category, a want of money or another's misfortune (domain.md, Dignity): that is `elder_zh`,
`elder_en`, and `display` says which of the display's pictures it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: its code, whether a meal came of it, and its sentences."""

    code: str
    accepted: bool
    zh: str
    en: str
    display: str
    elder_zh: str
    elder_en: str


_WAIT = ("wait", "请稍等，工作人员帮您。", "One moment, the staff will help you.")
_DONE = ("accepted", "刷好了", "Done")

#: in the order of the tests of domain.md §2: validity before repetition
OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "held", False, "读卡时间不对，先记下，等人核对", "Clock is wrong: kept for a person", *_WAIT
    ),
    Outcome(
        "unknown_card", False, "未登记的卡，可按姓名打饭", "Unknown card: serve by name", *_WAIT
    ),
    Outcome(
        "card_ambiguous", False, "读卡不完整，请重刷", "Card not read whole: tap again", *_WAIT
    ),
    Outcome("test_card", False, "测试卡，读卡器正常", "Test card: the reader works", *_WAIT),
    Outcome(
        "card_lost",
        False,
        "卡已挂失，请收卡",
        "Card reported lost: keep it",
        "lost",
        "请稍等，请用新卡。",
        "One moment. Please use your new card.",
    ),
    Outcome(
        "card_blocked", False, "卡已停用，可按姓名打饭", "Card is blocked: serve by name", *_WAIT
    ),
    Outcome(
        "card_unassigned", False, "卡还没发给人，可按姓名打饭", "Card has no holder yet", *_WAIT
    ),
    Outcome(
        "elder_inactive", False, "已迁出，请联系社区", "Not on the register: ask community", *_WAIT
    ),
    Outcome(
        "repeat",
        False,
        "刚刚刷过，没有再扣钱",
        "Just tapped: no second charge",
        "accepted",
        "刷好了",
        "Done",
    ),
    Outcome("canteen_closed", False, "今天不开餐", "Closed today", *_WAIT),
    Outcome("outside_mealtime", False, "现在不是开餐时间", "Not a mealtime now", *_WAIT),
    Outcome(
        "already_eaten",
        False,
        "这餐已打过",
        "Already served this meal",
        "duplicate",
        "{meal}打过了，没有再扣钱。",
        "{meal} was already served. No charge.",
    ),
    Outcome("price_missing", False, "没有这餐的价格，请输金额", "No price: key the amount", *_WAIT),
    Outcome("insufficient_balance", False, "余额不够，收现金补足", "Not enough: take cash", *_WAIT),
    Outcome("subsidised", True, "已收", "Accepted", *_DONE),
    Outcome("full_price", True, "已收，全价", "Accepted, full price", *_DONE),
)

BY_CODE: Mapping[str, Outcome] = {outcome.code: outcome for outcome in OUTCOMES}
ACCEPTED = frozenset(outcome.code for outcome in OUTCOMES if outcome.accepted)
#: refused swipes that a cashier may answer at the counter without a card's second tap
ANSWERABLE = frozenset({"insufficient_balance", "already_eaten", "price_missing", "unknown_card"})

MEALTIMES: Mapping[str, tuple[str, str]] = {
    "breakfast": ("早餐", "Breakfast"),
    "lunch": ("午餐", "Lunch"),
    "dinner": ("晚餐", "Dinner"),
}
#: as people say it to an elder
MEALTIMES_SPOKEN: Mapping[str, tuple[str, str]] = {
    "breakfast": ("早饭", "Breakfast"),
    "lunch": ("午饭", "Lunch"),
    "dinner": ("晚饭", "Dinner"),
}

#: further codes an answer may carry beside its outcome: the cashier's words
NOTES: Mapping[str, tuple[str, str]] = {
    "overdrawn": ("先吃饭，余额已是负数，请提醒充值", "Served on credit: remind to top up"),
    "low_balance": ("余额不多，请提醒充值", "Low balance: suggest a top-up"),
    "below_floor": ("余额低于底线，已记下", "Below the floor: noted"),
    "late": ("补录：断网时刷的", "Booked late: tapped while offline"),
    "no_scheme": ("没有补贴办法，按全价", "No subsidy scheme: full price"),
    "second_portion": ("第二份，全价", "Second portion, full price"),
    "quota_used": ("补贴已用完，按全价", "Subsidy used up: full price"),
    "not_subsidised": ("这餐没有补贴，按全价", "No subsidy for this meal"),
    "guest": ("散客，全价", "Guest, full price"),
    "moved": ("已迁出，请联系社区", "Moved away: ask the community"),
    "deceased": ("名册已注销，请联系社区", "Off the register: ask the community"),
    "refused_offline": ("断网时已拒收", "Refused while offline"),
    "cut": ("读卡不完整，请重刷", "Card not read whole: tap again"),
    "random": ("这张卡或手机每次号码都变，不能用", "This card's number changes: not usable"),
    "several": ("卡号不全，对上了不止一张卡", "The short number fits several cards"),
    "clock_ahead": ("读卡器时间超前", "The reader's clock is ahead"),
    "clock_unknown": ("读卡器时间不可信", "The reader's clock is not set"),
    "too_old": ("超过七天的刷卡", "Older than seven days"),
    "write_down": ("零头不收", "Odd fen not taken"),
}
