"""Every state of the two screens as a script of the double: what is set, what is pushed."""

from collections.abc import Callable
from typing import Any

from tests.e2e.counter_double import NOW, World
from tests.e2e.counter_script import (
    HUANG,
    LIANG,
    MO,
    QIN,
    WEI,
    WIDE,
    make_accepted,
    make_id,
    make_shown,
    make_swipe,
)

Body = dict[str, Any]
Play = Callable[[World], None]
EARLIER = "2026-03-18T11:08:20+08:00"
FIRST = {
    "meal_id": make_id(77),
    "at": EARLIER,
    "counter_name": "2 号窗口",
    "canteen_name": "榕荫里长者食堂",
    "channel": "dine_in",
    "elder_fen": 900,
    "own_canteen": True,
}
QUOTA = {
    "rule": "city",
    "applied": False,
    "code": "quota_meals",
    "zh": "今日补贴次数已用完（1 次）",
    "en": "the subsidised meals today are used up (1)",
}
SECRET = {
    "rule": "x",
    "applied": False,
    "code": "not_category",
    "zh": "不属于低保",
    "en": "not dibao",
}


def _swipe(outcome: str, elder: Body | None = None, **facts: Any) -> Play:
    card = {"printed": "1" + elder["number"][1:]} if elder else None
    body = make_swipe(outcome, **{"elder": elder, "card": card, **facts})
    return lambda world: world.push("swipe", body) and None


def _taken(*amounts: int, elder: Body = HUANG, **facts: Any) -> Play:
    return lambda world: world.push("swipe", make_accepted(elder, *amounts, **facts)) and None


def _event(kind: str, **facts: Any) -> Play:
    body = {"id": make_id(8000), "elder": HUANG, "card": {"printed": "10418"}, **facts}
    return lambda world: world.push(kind, body) and None


def _with(**facts: Any) -> Play:
    return lambda world: world.state.update(facts)


def _repeat(world: World) -> None:
    """As the service tells it: without the first meal, which stands in the list."""
    world.push("swipe", make_accepted(LIANG, 900, 360, 4120, id=make_id(9000)))
    world.push("swipe", make_swipe("repeat", elder=LIANG, card={"printed": "10201"}))


def _guest(world: World) -> None:
    nobody = {"elder": None, "guest": True, "card": None, "purse": None}
    world.push("meal", make_accepted(HUANG, 1260, 0, 0) | nobody)


def _cash(world: World) -> None:
    body = make_accepted(QIN, 700, 560, 0, swipe=make_id(9001))
    body["meal"]["pay"] = {"purse_fen": 320, "cash_fen": 380, "external_fen": 0}
    world.push("meal", body)


def _second(world: World) -> None:
    sale = {"id": make_id(5), "kind": "set", "set_meal": "set", "amount_fen": 1260}
    sale |= {"channel": "dine_in", "pay": "purse", "second": True, "keyed_at": NOW}
    world.state["sale"] = {**sale, "expires_at": "2026-03-18T11:43:08+08:00"}


SHORT = {"elder_fen": 700, "balance_fen": 320, "short_fen": 380}
LOST = {"reported_on": "2026-03-16", "reported_by": "女儿", "new_card_printed": "20356"}
VOID = {"purse_fen": 700, "cash_fen": 0, "subsidy_fen": 560, "balance_fen": 9340}

#: name → (what the double plays, what the cashier must read in Chinese)
COUNTER: dict[str, tuple[Play, str]] = {
    "ready": (_with(), "请刷卡"),
    "accepted": (_taken(700, 560, 8640), "已收"),
    "low": (_taken(200, 1060, 460, elder=MO, meals_left=1), "只够 1 餐，请提醒充值"),
    "low_0": (_taken(200, 1060, 160, elder=MO, meals_left=0), "不够下一餐"),
    "overdrawn": (
        _taken(
            700,
            560,
            -380,
            meals_left=0,
            messages=[
                {"code": "overdrawn", "zh": "透支 3.80 元，请提醒充值", "en": "Overdrawn by 3.80"}
            ],
        ),
        "透支 3.80 元",
    ),
    "wide": (_taken(1060, 200, 128640, elder=WIDE), "¥1,286.40"),
    "full_price": (_taken(1260, 0, 8640, reasons=[SECRET, QUOTA]), "没有补：今日补贴次数已用完"),
    "offline": (_taken(900, 360, 15300, elder=WEI, late=True, receipt=None), "已收，先存在本机"),
    "late": (_taken(900, 360, 15300, elder=WEI, late=True), "断网时收的，已补记"),
    "insufficient": (_swipe("insufficient_balance", QIN, short=SHORT), "没收：余额不够"),
    "cash": (_cash, "卡里扣 ¥3.20，收现金 ¥3.80"),
    "lost": (_swipe("card_lost", WEI, lost=LOST), "没收：这张卡挂失了"),
    "lost_no_card": (
        _swipe("card_lost", WEI, lost={**LOST, "new_card_printed": None}),
        "还没办新卡",
    ),
    "duplicate": (_swipe("already_eaten", LIANG, first=FIRST), "没收：午餐已经打过"),
    "repeat": (_swipe("repeat", LIANG, first=FIRST), "刚才已经收过，没有再扣"),
    "repeat_bare": (_repeat, "刚才已经收过，没有再扣"),
    "unknown": (_swipe("unknown_card"), "没收：不认识这张卡"),
    "unassigned": (_swipe("card_unassigned", card={"printed": "10777"}), "还没发给人"),
    "ambiguous": (_swipe("card_ambiguous"), "读卡不完整，请重刷"),
    "test_card": (_swipe("test_card"), "测试卡：读卡器正常"),
    "blocked": (_swipe("card_blocked", HUANG), "这张卡停用了"),
    "inactive": (_swipe("elder_inactive", HUANG), "名册上已停用"),
    "closed": (_swipe("canteen_closed", HUANG), "今天食堂不开"),
    "outside": (_swipe("outside_mealtime", HUANG), "现在不是开饭时间"),
    "price_missing": (_swipe("price_missing", HUANG), "这餐还没定价"),
    "held": (_swipe("held", HUANG), "先存着，等人核对"),
    "reader": (
        lambda world: world.push("reader", {"state": "lost", "detail": "absent"}) and None,
        "读卡器没有反应",
    ),
    "voided": (_event("void", meal_id=make_id(100), **VOID), "已撤销"),
    "topped_up": (_event("top_up", amount_fen=5000, balance_fen=13640, pay="cash"), "已充值"),
    "paid_out": (_event("pay_out", amount_fen=5000, balance_fen=3640, pay="cash"), "已取出"),
    "card_assigned": (_event("card", what="assigned"), "卡已登记"),
    "card_kept": (_event("card", what="kept"), "旧卡已收回"),
    "guest": (_guest, "散客"),
    "second": (_second, "再打一份，全价"),
    "between": (_with(mealtime=None, set_meals=[]), "现在不开饭"),
}


def _shown(kind: str, **facts: Any) -> Play:
    return lambda world: world.push("display", make_shown(kind, **facts), view="display") and None


LIANG_PAID = {"elder_fen": 900, "government_fen": 360, "balance_fen": 4120, "tone": "rise"}
HUANG_PAID = {"elder_fen": 700, "government_fen": 560, "balance_fen": 8640, "tone": "rise"}


def _after(kind: str, **facts: Any) -> Play:
    """The diner before, then this one."""

    def play(world: World) -> None:
        _shown("accepted", name_public="梁先生", **LIANG_PAID)(world)
        _shown(kind, **facts)(world)

    return play


def _shy(world: World) -> None:
    switched_off = {"show_government": False, "show_balance": False, "show_previous": False}
    world.display["settings"].update(switched_off)
    _shown("accepted", name_public=None, elder_fen=700)(world)


MO_PAID = {"elder_fen": 200, "government_fen": 1060, "balance_fen": 460, "meals_left": 2}
WIDE_PAID = {"elder_fen": 1060, "government_fen": 200, "balance_fen": 128640}

#: name → (what the double plays, what the elder must read in Chinese)
DISPLAY: dict[str, tuple[Play, str]] = {
    "idle": (_with(), "请在这里刷卡"),
    "accepted": (_after("accepted", name_public="黄女士", **HUANG_PAID), "刷好了"),
    "low": (_after("low", name_public="莫女士", **MO_PAID), "只够两餐了，请充值"),
    "wide": (_after("accepted", name_public="买买提·阿卜杜拉", **WIDE_PAID), "¥1,286.40"),
    "offline": (
        _after("offline", name_public="韦女士", about=True, **{**HUANG_PAID, "balance_fen": 15300}),
        "断网了，稍后再核对",
    ),
    "wait": (_after("wait", name_public="覃先生"), "工作人员帮您"),
    "wait_no_name": (_shown("wait"), "工作人员帮您"),
    "lost": (_after("lost"), "这张卡报过挂失"),
    "duplicate": (_after("duplicate", name_public="梁先生", first_at=EARLIER), "11 点 08 分"),
    "carried": (
        _after("duplicate", name_public="梁先生", first_at=EARLIER, is_carried=True),
        "午饭送到您家去了",
    ),
    "void": (_after("void", name_public="黄女士", returned_fen=700, balance_fen=9340), "退给您"),
    "shy": (_shy, "刷好了"),
}
