"""Deliveries in the words of people: states, reasons, reports, steps of the ladder."""

from collections.abc import Sequence

from canteen.rules.delivery_entitlement import GROUND_NAMES
from canteen.rules.delivery_ladder import RESULTS, STEPS
from canteen.rules.diets import DIETS
from canteen.web.i18n import pick

LANES = {
    "queued": ("待分派", "To assign"),
    "assigned": ("已分派", "Assigned"),
    "out": ("在路上", "On the way"),
    "delivered": ("送到了", "Delivered"),
    "failed": ("没送成", "Not delivered"),
    "cancelled": ("今天不送", "Not carried"),
}
ICONS = {"queued": "bowl", "assigned": "user", "out": "walk", "delivered": "ok", "failed": "warn"}
FAILS = {
    "not_home": ("不在家", "not at home"),
    "refused": ("不要了", "refused"),
    "spilt": ("洒了", "spilt"),
    "wrong_address": ("地址不对", "wrong address"),
    "other": ("别的原因", "another reason"),
}
REPORTS = FAILS | {"delivered": ("送到了", "delivered"), "undo": ("收回刚才的", "took it back")}
OUTCOMES = {
    "applied": ("记下了", "taken"),
    "same": ("别人已经报过", "reported before"),
    "conflict": ("对不上，等人定", "contradicts, waits for a person"),
    "refused": ("没有采用", "not taken"),
}
CANCELS = {
    "paused": ("停送", "paused"),
    "order_ended": ("订单结束", "the order ended"),
    "gone": ("去世或迁出", "died or moved away"),
    "away": ("住院或在养老院", "in hospital or a nursing home"),
    "closed": ("停餐", "the canteen is closed"),
    "already_eaten": ("已经吃过了", "has eaten already"),
    "not_entitled": ("不符合送餐条件", "not entitled"),
    "elsewhere": ("改由别的食堂送", "another canteen brings it"),
    "merged": ("档案合并，只送一份", "two rows were one person"),
}
WELLBEING = {
    "well": ("精神好", "well"),
    "unwell": ("不舒服", "unwell"),
    "worried": ("叫人担心", "gives cause for worry"),
}


LEFT = {
    "nobody": ("没有志愿者", "no volunteer is on duty"),
    "stairs": ("楼层太高", "the stairs are too many"),
    "portions": (
        "份数比谁的包都多，请点选后指定人送",
        "more portions than any bag holds: pick it and give it to somebody",
    ),
    "time": ("来不及", "there is no time"),
    "address": ("没有地址", "no address"),
}
DECISIONS = {
    "delivered": ("送到了", "It was delivered"),
    "failed": ("没送成", "It was not"),
    "nothing": ("照现在的，不改", "Leave it as it is"),
}


def decisions() -> list[tuple[str, str]]:
    """The ways to settle reports that contradict each other."""
    return [(code, pick(*words)) for code, words in DECISIONS.items()]


TO_WHOM = {"operator": ("食堂", "the canteen"), "deliverer": ("送餐的人", "who carried")}
#: of a delivery carried at the other fee
NO_GROUND = ("不符合免费送餐", "not entitled")


def ground_name(code: str) -> tuple[str, str]:
    """Why a meal was brought, in both languages."""
    return GROUND_NAMES.get(code, NO_GROUND)


def named(table: dict[str, tuple[str, str]], code: str | None) -> str:
    """A code of one of the tables in the person's language; an unknown one as it is."""
    return pick(*table.get(code or "", (code or "", code or "")))


def step(code: str) -> str:
    """A step of the ladder."""
    return pick(*STEPS[code])


def result(code: str) -> str:
    """What came of a step."""
    return pick(*RESULTS[code])


def diets(codes: tuple[str, ...], words: str | None) -> str:
    """What she must not or does not eat: 软烂·少盐; her own words when no code is kept."""
    named_diets = [pick(DIETS[code].zh, DIETS[code].en) for code in codes]
    return pick("·", ", ").join(named_diets) or words or ""


def cause(code: str | None, tried: Sequence[tuple[str, str]]) -> str:
    """Why it was not delivered, and what came of the steps: 不在家，打了 2 次电话没人接."""
    why = named(FAILS, code)
    if not tried:
        return why
    last, came = tried[-1]
    if came == "no_answer":
        return pick(f"{why}，找了 {len(tried)} 次没人应", f"{why}, tried {len(tried)}×, no answer")
    return pick(f"{why}，{step(last)}：{result(came)}", f"{why}; {step(last)}: {result(came)}")


def next_step(code: str, relation: str | None) -> str:
    """What to do next, with whom it is when that is known: 打给女儿."""
    if code == "call_contact" and relation:
        return pick(f"打给{relation}", f"Call her family ({relation})")
    return step(code)
