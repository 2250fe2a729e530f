"""The sentence of each reason why a rule paid or did not, in Chinese and English.

Ground floor: `split` gives codes and facts, which are stored; the sentences are drawn when shown.
No sentence names a category or a rule (低保 in a rule's id would be as bad): the cashier and the
elder read them. SOURCE: scheme.md §1, domain.md §2 "Dignity".
"""

from collections.abc import Callable, Mapping

from canteen.rules.money import yuan_text

Facts = Mapping[str, str | int]
Sentence = Callable[[Facts], tuple[str, str]]

_PERIODS = {
    "mealtime": ("本餐", "this mealtime"),
    "day": ("今日", "today"),
    "week": ("本周", "this week"),
    "month": ("本月", "this month"),
    "year": ("本年", "this year"),
}
_MEALTIMES = {
    "breakfast": ("早餐", "breakfast"),
    "lunch": ("午餐", "lunch"),
    "dinner": ("晚餐", "dinner"),
}
_CHANNELS = {
    "dine_in": ("堂食", "dining in"),
    "take_away": ("外带", "take-away"),
    "delivery": ("送餐", "delivery"),
}
_WEEKDAYS = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)
_PLACES = {
    "hukou": ("户籍地", "the registered area"),
    "residence": ("居住地", "the area of residence"),
    "canteen": ("食堂所在地", "the area of the canteen"),
}


def reason_text(code: str, facts: Facts, language: str) -> str:
    """The sentence for `code` in `language` ("zh…", anything else English); KeyError: unknown code.

    Facts that a stored reason lacks are left out of the sentence, never a failure at the counter.
    """
    zh, en = _SENTENCES[code](facts)
    return zh if language.startswith("zh") else en


def is_reason(code: str) -> bool:
    """Whether there is a sentence for `code`."""
    return code in _SENTENCES


def _plain(zh: str, en: str) -> Sentence:
    return lambda _: (zh, en)


def _yuan(facts: Facts, key: str) -> str:
    value = facts.get(key, 0)
    return yuan_text(value) if isinstance(value, int) else str(value)


def _paid(facts: Facts) -> tuple[str, str]:
    fen = _yuan(facts, "fen")
    zh, en = (
        (f"优惠 {fen} 元", f"discount of {fen}")
        if facts.get("discount")
        else (f"补贴 {fen} 元", f"pays {fen}")
    )
    if "wanted_fen" in facts:
        zh, en = f"{zh}（不超过餐费）", f"{en} (no more than the price)"
    elif "period" in facts:
        period = _name(_PERIODS, facts, "period")
        zh, en = f"{zh}（{period[0]}额度只剩这些）", f"{en} (all that is left {period[1]})"
    return _with_calendar(facts, zh, en)


def _with_calendar(facts: Facts, zh: str, en: str) -> tuple[str, str]:
    year = facts.get("year_missing")
    if year is None:
        return zh, en
    return (
        f"{zh}（{year} 年节假日表未录入，按周一至周五算）",
        f"{en} (no holiday list for {year}: Monday to Friday taken)",
    )


def _name(names: Mapping[str, tuple[str, str]], facts: Facts, key: str) -> tuple[str, str]:
    word = str(facts.get(key, ""))
    return names.get(word, (word, word))


def _too_young(facts: Facts) -> tuple[str, str]:
    days, age = facts.get("days", ""), facts.get("age_min", "")
    return f"差 {days} 天满 {age} 周岁", f"too young by {days} days (from {age})"


def _too_old(facts: Facts) -> tuple[str, str]:
    below = facts.get("age_below", "")
    return f"本规则只到不满 {below} 周岁", f"only below the age of {below}"


def _area_unknown(facts: Facts) -> tuple[str, str]:
    zh, en = _name(_PLACES, facts, "which")
    return f"{zh}登记不够细，无法判断", f"{en} is not recorded in enough detail"


def _below_floor(facts: Facts) -> tuple[str, str]:
    if "above_fen" in facts:
        above = _yuan(facts, "above_fen")
        return f"餐费未超过 {above} 元", f"the price is not above {above}"
    floor = _yuan(facts, "floor_fen")
    return f"餐费未满 {floor} 元", f"the price is below the {floor} floor"


def _quota_meals(facts: Facts) -> tuple[str, str]:
    zh, en = _name(_PERIODS, facts, "period")
    limit = facts.get("limit", "")
    return f"{zh}补贴次数已用完（{limit} 次）", f"the subsidised meals {en} are used up ({limit})"


def _quota_fen_used(facts: Facts) -> tuple[str, str]:
    zh, en = _name(_PERIODS, facts, "period")
    limit = _yuan(facts, "limit_fen")
    return f"{zh}补贴已用完（{limit} 元）", f"the subsidy {en} is used up ({limit})"


def _ordinal(facts: Facts) -> tuple[str, str]:
    wanted, here = facts.get("ordinal", ""), facts.get("meal_of_day", "")
    return (
        f"只补当天第 {wanted} 餐（这是第 {here} 餐）",
        f"only for meal {wanted} of the day (this is meal {here})",
    )


def _mealtime(facts: Facts) -> tuple[str, str]:
    zh, en = _name(_MEALTIMES, facts, "mealtime")
    return f"{zh}不补", f"not for {en}"


def _channel(facts: Facts) -> tuple[str, str]:
    zh, en = _name(_CHANNELS, facts, "channel")
    return f"{zh}不补", f"not for {en}"


def _weekday(facts: Facts) -> tuple[str, str]:
    number = facts.get("weekday", 0)
    if not isinstance(number, int) or not 1 <= number <= 7:
        return "这一天不补", "not on this weekday"
    zh, en = _WEEKDAYS[number - 1]
    return f"{zh}不补", f"not on a {en}"


_SENTENCES: dict[str, Sentence] = {
    "paid": _paid,
    "not_yet_valid": lambda facts: (
        f"自 {facts.get('from', '')} 起执行",
        f"valid from {facts.get('from', '')}",
    ),
    "expired": lambda facts: (
        f"已于 {facts.get('to', '')} 止",
        f"valid until {facts.get('to', '')}",
    ),
    "second_portion": _plain("加份不补，按原价", "second portion: no subsidy"),
    "too_young": _too_young,
    "too_old": _too_old,
    "birth_unknown": _plain("出生日期未登记", "the birth date is not recorded"),
    "not_category": _plain("不属于本规则的对象", "not in the group this rule is for"),
    "excluded_category": _plain("不属于本规则的对象", "not in the group this rule is for"),
    "level_unknown": _plain("登记不全，无法判断", "the register lacks a detail this rule needs"),
    "not_registered": _plain("户籍不在本规则的地区", "not registered in the area of this rule"),
    "not_resident": _plain("居住地不在本规则的地区", "does not live in the area of this rule"),
    "area_unknown": _area_unknown,
    "mealtime": _mealtime,
    "channel": _channel,
    "weekday": _weekday,
    "not_workday": lambda facts: _with_calendar(
        facts, "节假日无补贴", "not a workday: no subsidy on rest days"
    ),
    "not_rest_day": lambda facts: _with_calendar(
        facts, "工作日无补贴", "a workday: subsidy on rest days only"
    ),
    "window": lambda facts: (
        f"不在补贴时段（{facts.get('windows', '')}）",
        f"outside the hours {facts.get('windows', '')}",
    ),
    "below_floor": _below_floor,
    "quota_meals": _quota_meals,
    "quota_fen_used": _quota_fen_used,
    "ordinal": _ordinal,
    "smaller_in_group": _plain("已按较高的一项补贴", "a larger amount of the same group applies"),
    "nothing_left": _plain("餐费已补完", "nothing is left to pay"),
    "amount_zero": _plain("按本规则算得 0 元", "this rule comes to 0.00"),
    "no_scheme": _plain("本食堂当日没有补贴办法", "no scheme is in force here on this day"),
    "guest": _plain("来客按原价", "a guest pays the full price"),
    "gone": _plain("当天已迁出或已故", "she had moved away or died by that day"),
    "kept": _plain("没送成，只留长者自付的部分", "not delivered: only the elder's part is kept"),
}

CODES = tuple(_SENTENCES)
"""Every reason there is."""
