"""The people and events that the double plays: the same figures as the reference pictures."""

from typing import Any

Body = dict[str, Any]
DAY = "2026-03-18T"
#: time, name, elder's part in fen, what came of it
BEFORE = [
    ("11:42:03", "梁福荣", 900, "ok"),
    ("11:41:58", "韦秋菊", 900, "ok"),
    ("11:41:52", "何德明", 700, "ok"),
    ("11:41:47", "邓玉珍", 900, "ok"),
    ("11:41:40", "陈宗海", 1060, "ok"),
    ("11:41:33", "莫秀琼", 200, "ok"),
    ("11:41:29", "罗少英", 900, "void"),
    ("11:41:21", "宁带娣", 700, "ok"),
    ("11:41:16", "张耀南", 1060, "ok"),
    ("11:41:10", "施德明", 900, "ok"),
    ("11:41:04", "李秋菊", 500, "ok"),
]
HUANG = {"number": "E0418", "name": "黄桂英", "sex": "F", "age": 84, "diet": "少糖"}
QIN = {"number": "E0097", "name": "覃水生", "sex": "M", "age": 88}
WEI = {"number": "E0356", "name": "韦月娥", "sex": "F", "age": 76}
LIANG = {"number": "E0201", "name": "梁福荣", "sex": "M", "age": 79}
MO = {"number": "E0311", "name": "莫秀琼", "sex": "F", "age": 71}
WIDE = {"number": "E0777", "name": "买买提·阿卜杜拉", "sex": "M", "age": 66}
LUNCH = {
    "code": "lunch",
    "name_zh": "午餐",
    "name_en": "Lunch",
    "opens": "11:00",
    "closes": "13:00",
    "grace_min": 15,
}
DINNER = {**LUNCH, "code": "dinner", "name_zh": "晚餐", "name_en": "Dinner"} | {
    "opens": "17:00",
    "closes": "18:30",
}


def make_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def make_meal(elder_fen: int, subsidy_fen: int = 0, **facts: Any) -> Body:
    return {
        "id": make_id(elder_fen * 1000 + subsidy_fen),
        "mealtime": "lunch",
        "service_date": "2026-03-18",
        "label_zh": "两菜一汤",
        "label_en": "2 dishes + soup",
        "price_fen": elder_fen + subsidy_fen,
        "elder_fen": elder_fen,
        "subsidy_fen": subsidy_fen,
        "discount_fen": 0,
        "portion": 1,
        "channel": "dine_in",
        "pay": {"purse_fen": elder_fen, "cash_fen": 0, "external_fen": 0},
    } | facts


def make_swipe(outcome: str, **facts: Any) -> Body:
    return {
        "id": make_id(9001),
        "outcome": outcome,
        "reason": None,
        "receipt": None,
        "late": False,
        "manual": False,
        "guest": False,
        "read_at": DAY + "11:42:08+08:00",
        "counter_code": "C1-1",
        "elder": None,
        "card": None,
        "meal": None,
        "purse": None,
        "messages": [],
        "meals_left": None,
        "reasons": [],
        "tally": {"served": 63, "cooked": 105, "left": 42},
    } | facts


def make_accepted(
    elder: Body, elder_fen: int, subsidy_fen: int, balance_fen: int, **facts: Any
) -> Body:
    return make_swipe(
        "subsidised" if subsidy_fen else "full_price",
        **{
            "elder": elder,
            "card": {"printed": "1" + elder["number"][1:]},
            "meal": make_meal(elder_fen, subsidy_fen),
            "purse": {"balance_fen": balance_fen},
            "receipt": "C1-20260318-0063",
            "meals_left": 9,
            **facts,
        },
    )


def make_recent() -> list[Body]:
    """The eleven before, newest first; one of them void."""
    rows: list[Body] = []
    for n, (time, name, fen, what) in enumerate(BEFORE):
        elder = {"number": f"E9{n:03d}", "name": name, "sex": "F", "age": 80}
        body = make_accepted(elder, fen, 1260 - fen, 5000, id=make_id(n + 1))
        body["meal"]["id"] = make_id(100 + n)
        at = body["read_at"] = f"{DAY}{time}+08:00"
        if what == "void":
            gone = {"meal_id": body["meal"]["id"]}
            rows.append({"type": "void", "seq": 0, "at": at, "body": gone})
        rows.append({"type": "swipe", "seq": 0, "at": at, "body": body})
    return rows


def make_state(now: str, **facts: Any) -> Body:
    meals = [
        ("1", "set", "两菜一汤", "2 dishes + soup", 1260, "dine_in"),
        ("2", "small", "一菜一汤", "1 dish + soup", 900, "dine_in"),
        ("3", "large", "三菜一汤", "3 dishes + soup", 1600, "dine_in"),
        ("4", "away", "两菜一汤 打包", "Take-away", 1310, "take_away"),
    ]
    names = ("key", "code", "zh", "en", "price_fen", "channel")
    return {
        "counter": {"id": 1, "code": "C1-1", "name": "1 号窗口"},
        "canteen": {"code": "C1", "name": "榕荫里长者食堂"},
        "cashier": {"name": "李素芬"},
        "now": now,
        "locale": "zh_CN",
        "timezone": "Asia/Shanghai",
        "mealtime": LUNCH,
        "next_mealtime": DINNER,
        "set_meals": [dict(zip(names, meal, strict=True)) for meal in meals],
        "tally": {"served": 63, "cooked": 105, "left": 42},
        "sale": None,
        "reader": {"state": "ok", "since": None, "detail": None},
        "recent": make_recent(),
        "last_seq": 0,
        "limits": {"amount_fen_max": 100000},
        "settings": {"show_name": True},
        "single_keys": True,
    } | facts


def make_display_state(now: str, **facts: Any) -> Body:
    dishes = [
        ("清蒸鱼片", "Steamed fish"),
        ("肉末豆腐", "Tofu with mince"),
        ("番茄炒蛋", "Tomato and egg"),
        ("蒜蓉空心菜", "Water spinach"),
        ("冬瓜排骨汤", "Winter melon soup"),
        ("紫菜蛋花汤", "Seaweed egg soup"),
    ]
    return {
        "canteen": {"name": "榕荫里长者食堂"},
        "mealtime": LUNCH,
        "dishes": [{"zh": zh, "en": en} for zh, en in dishes],
        "settings": {
            "show_name": "masked",
            "show_government": True,
            "show_balance": True,
            "show_previous": True,
        },
        "locale": "zh_CN",
        "now": now,
        "last_seq": 0,
        "last": None,
    } | facts


def make_shown(kind: str, **facts: Any) -> Body:
    """A display event: only what a public screen may show."""
    return {
        "kind": kind,
        "name_public": None,
        "elder_fen": None,
        "government_fen": None,
        "balance_fen": None,
        "about": False,
        "meals_left": None,
        "first_at": None,
        "is_carried": False,
        "mealtime": "lunch",
        "returned_fen": None,
        "speak": {
            "zh": {"full": "请稍等，工作人员帮您。", "short": "请稍等。"},
            "en": {"full": "One moment, the staff will help you.", "short": "One moment."},
        },
        "tone": "soft",
    } | facts


#: two people who answer to hgl, with what tells them apart
FOUND = [
    {
        **HUANG,
        "born": "1941-06-02",
        "community": "榕荫里社区",
        "building": "3 栋",
        "last4": "1024",
        "card_printed": "10418",
        "balance_fen": 8640,
    },
    {**WEI, "born": "1949-09-30", "community": "榕荫里社区", "building": "5 栋", "last4": "0046"}
    | {"card_printed": None, "balance_fen": 15300},
]
