"""What the family reads of a day, a delivery and an entry, in plain spoken words."""

from datetime import date, datetime

from canteen.rules.days import local_time
from canteen.services.family import DayLine
from canteen.web.figures import MONTHS, WEEKDAYS, daytext
from canteen.web.i18n import choose_locale, pick

MEALS = {
    "breakfast": ("早饭", "breakfast"),
    "lunch": ("午饭", "lunch"),
    "dinner": ("晚饭", "dinner"),
}
FAILED = {
    "not_home": ("家里没人开门", "nobody opened the door"),
    "refused": ("没有收", "it was not taken"),
    "wrong_address": ("地址不对，没找到", "the address was not found"),
    "spilt": ("路上洒了", "it was spilt on the way"),
    "other": ("没送成", "it did not work out"),
}
#: what a page lets the family see, for the secretary's page as well
SHOWS = {
    "meals": ("哪天吃了、几点吃的", "when she ate"),
    "balance": ("余额、每餐怎么算", "the balance, and how a meal is split"),
    "account": ("每一笔进出、对账单", "every entry, and the statement"),
    "orders": ("送餐，可以申请和停送", "deliveries, to be asked for and called off"),
}
DONE = {
    "asked": ("申请交了，社区看过就送", "The request is sent; the community looks at it"),
    "paused": ("停好了，这几天不送", "Done: nothing is brought on those days"),
    "ended": ("好，以后不送了；今天的照样送", "Done: not any more from tomorrow on"),
    "resumed": ("恢复了，照样送", "Done: it is brought again"),
    "enrolment": (
        "收到了。社区看过会打电话给您",
        "Received. The community looks at it and calls you",
    ),
    "lost": (
        "卡停用了，捡到的人刷不了。余额都在，带身份证到食堂或社区领新卡",
        "The card is blocked: nobody can use it. The balance is safe; fetch a new card at the"
        " canteen or the community with the ID card",
    ),
}
WHY = {
    "walking": ("腿脚不方便", "trouble walking"),
    "ill": ("生病、刚出院", "ill, just out of hospital"),
    "weather": ("下雨路滑", "rain, slippery ways"),
    "other": ("别的原因", "something else"),
}
WISH_STATES = {
    "asked": ("等社区看", "the community looks at it"),
    "approved": ("照着送", "agreed"),
    "declined": ("没有同意", "not agreed"),
}
COMING_STATES = {
    "planned": ("会送", "will be brought"),
    "on_list": ("排好了", "on the list"),
    "out": ("在路上", "on its way"),
    "done": ("办完了", "done"),
    "off": ("不送", "called off"),
}
ENROLMENT_STATES = {
    "asked": ("等社区看", "the community looks at it"),
    "approved": ("登记好了", "on the register"),
    "declined": ("没有登记", "not taken"),
}
NEAR = {0: ("今天", "today"), 1: ("明天", "tomorrow")}
ICONS = {"out": "walk", "coming": "clock", "late": "warn", "failed": "warn", "uneaten": "info"}


def meal(mealtime: str) -> str:
    """午饭, lunch."""
    return pick(*MEALS[mealtime])


def clock(at: datetime | None) -> str:
    """The local time of an instant, "" when nobody knows it."""
    return "" if at is None else f"{local_time(at):%H:%M}"


def weekdays() -> tuple[str, ...]:
    """The heads of a calendar, from Monday."""
    return tuple(pick(zh[-1], en[0]) for zh, en in WEEKDAYS)


def done(code: str) -> str:
    """What was just done, said on the first page."""
    return pick(*DONE[code])


def shows(code: str) -> str:
    """What the elder may let her family see."""
    return pick(*SHOWS[code])


def why(code: str) -> str:
    """Why it is asked for, in the asker's language: it is kept so."""
    return pick(*WHY[code])


def wish_state(code: str) -> str:
    """Where an order stands."""
    return pick(*WISH_STATES[code])


def enrolment_state(code: str) -> str:
    """Where a wish to be enrolled stands."""
    return pick(*ENROLMENT_STATES[code])


def coming_state(code: str) -> str:
    """Where a coming meal stands."""
    return pick(*COMING_STATES[code])


def when(day: date, today: date) -> str:
    """今天 or 明天 with the day, or the day itself."""
    is_near = (day - today).days in NEAR
    return f"{near(day, today)}{pick('，', ', ')}{daytext(day)}" if is_near else daytext(day)


def near(day: date, today: date) -> str:
    """今天, 明天, or the day itself."""
    ahead = (day - today).days
    return pick(*NEAR[ahead]) if ahead in NEAR else daytext(day)


def until(at: datetime, today: date) -> str:
    """An instant by which something is to be sent: 今天 09:30, 11 月 26 日 星期四 09:30."""
    return f"{near(local_time(at).date(), today)} {clock(at)}"


def days(first: date, last: date | None, today: date) -> str:
    """From when to when."""
    if first == last:
        return daytext(first)
    if last is not None:
        return pick(f"{daytext(first)}到{daytext(last)}", f"{daytext(first)} – {daytext(last)}")
    if first <= today:
        return pick("天天，直到说停", "every day until called off")
    return pick(f"{daytext(first)}起，直到说停", f"from {daytext(first)} on, until called off")


def meals(codes: tuple[str, ...]) -> str:
    """午饭、晚饭"""
    return pick("、", ", ").join(meal(code) for code in codes)


def month(first: date) -> str:
    """3 月, March."""
    return pick(f"{first.month} 月", MONTHS[first.month - 1])


def day_icon(line: DayLine) -> str:
    """The picture beside a line of the day."""
    return ICONS.get(line.what, "ok")


def day_line(line: DayLine, own_canteen: str) -> str:
    """今天 11:42 在食堂吃了午饭"""
    said, at = meal(line.mealtime), clock(line.at)
    if choose_locale() == "zh_CN":
        return _day_zh(line, said, at, "食堂" if line.canteen == own_canteen else line.canteen)
    return _day_en(line, said, at, "the canteen" if line.canteen == own_canteen else line.canteen)


def _day_zh(line: DayLine, said: str, at: str, where: str) -> str:
    taken = f"，{line.receiver} 代收" if line.receiver else ""
    until = f"，{at} 前送到" if at else ""
    return {
        "ate": f"今天 {at} 在{where}吃了{said}",
        "took": f"今天 {at} 在{where}打包了{said}",
        "delivered": f"今天 {at} {said}送到家了{taken}",
        "out": f"{said}正在送来的路上{until}",
        "coming": f"今天的{said}送到家{until}",
        "late": f"{said}还没送到，本来 {at} 前到",
        "failed": f"今天 {at} 送{said}，{_failed(line)}",
        "uneaten": f"今天 {at} 的{said}已更正：没有吃到",
    }[line.what]


def _day_en(line: DayLine, said: str, at: str, where: str) -> str:
    taken = f", taken by {line.receiver}" if line.receiver else ""
    until = f", by {at}" if at else ""
    return {
        "ate": f"Had {said} at {where} today, {at}",
        "took": f"Took {said} away from {where} today, {at}",
        "delivered": f"{said.capitalize()} was brought home today, {at}{taken}",
        "out": f"{said.capitalize()} is on its way{until}",
        "coming": f"Today’s {said} is brought home{until}",
        "late": f"{said.capitalize()} is late: it was to be there by {at}",
        "failed": f"{said.capitalize()} was brought today, {at}: {_failed(line)}",
        "uneaten": f"Today’s {said} of {at} was corrected: she did not have it",
    }[line.what]


def _failed(line: DayLine) -> str:
    return pick(*FAILED.get(line.fail_code or "other", FAILED["other"]))
