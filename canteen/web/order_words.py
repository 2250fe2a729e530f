"""Orders of deliveries in the words of people: what, on which days, by whom, why, and what came of it."""

from collections.abc import Iterable

from canteen.rules.delivery_entitlement import EXCEPTION_NAMES, GROUND_NAMES, Ground
from canteen.web.delivery_words import CANCELS, LANES
from canteen.web.figures import WEEKDAYS, mealtime
from canteen.web.i18n import pick

KINDS = {"standing": ("长期", "standing"), "single": ("只一天", "one day")}
SOURCES = {
    "secretary": ("社区", "the community"),
    "phone": ("来电", "by phone"),
    "cashier": ("窗口", "the counter"),
    "family": ("家属网页", "the family’s page"),
    "volunteer": ("上门时说的", "at the door"),
    "birthday": ("满 80 岁，自动拟的", "drafted for her 80th birthday"),
}
STATES = {
    "asked": ("等您定", "to be decided"),
    "approved": ("照送", "is brought"),
    "declined": ("没有同意", "declined"),
    "ended": ("已结束", "ended"),
}
COMING = LANES | {"planned": ("会送", "to be brought"), "none": ("不送", "nothing")}
EVERY_DAY = "1234567"


def word(table: dict[str, tuple[str, str]], code: str | None) -> str:
    """A code of one of the tables; an unknown one as it is."""
    return pick(*table.get(code or "", (code or "", code or "")))


def weekdays(digits: str) -> str:
    """每天, 周一至周五, 周一、周三."""
    if digits == EVERY_DAY:
        return pick("每天", "every day")
    if digits == "12345":
        return pick("周一至周五", "Monday to Friday")
    return pick("、", ", ").join(pick(*WEEKDAYS[int(digit) - 1]) for digit in digits)


def mealtimes(codes: Iterable[str]) -> str:
    """午餐、晚餐."""
    return pick("、", ", ").join(mealtime(code) for code in codes)


def ground(one: Ground) -> str:
    """满 80 周岁, 失能 2 级, 例外：临时生病 — with the days on which it holds where they end."""
    name = word(GROUND_NAMES, one.code)
    if one.kind is not None:
        kind = word(EXCEPTION_NAMES, one.kind)
        name = pick(f"例外：{kind}", f"exception: {kind}")
    elif one.level is not None:
        name = pick(f"{name} {one.level} 级", f"{name}, level {one.level}")
    if one.to_on is not None:
        name = pick(f"{name}（到 {one.to_on}）", f"{name} (to {one.to_on})")
    return name


def exception(code: str) -> str:
    """What kind of exception."""
    return word(EXCEPTION_NAMES, code)


def why_not(code: str | None) -> str:
    """Why nothing is brought."""
    return word(CANCELS, code)
