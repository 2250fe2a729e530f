"""Whose hand made the lines: ⑨ and ⑪. SOURCE: domain.md §6; practice.md §4 (高雄, 兴国, Hong Kong).

What ⑪ can see: a clerk's name as she signs in, the elders' names, and whom to call about an elder by name
and relation. Accounts hold no phone and no ID number of their owner: a relative of another name whom
nobody wrote down stays unseen, and two people of one name are told apart by the answer only.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from canteen.rules.claim_checks.check import Check, count_text, make_key, row_of
from canteen.rules.claim_checks.facts import MealFact, MonthFacts
from canteen.rules.claim_findings import Finding

#: one elder in a hundred has no card with her: more than a few a day, day after day, is another matter
MANUAL_PER_CENT, MANUAL_A_DAY, MANUAL_MIN = 5, 4, 15
#: the net of a community may fail for some days of a month
LATE_PER_CENT, LATE_MIN = 20, 30


def _manual(facts: MonthFacts) -> Iterator[Finding]:
    """Days on which one hand made more entries than people forget their cards, taken together."""
    served: dict[date, int] = defaultdict(int)
    hands: dict[str, dict[date, list[MealFact]]] = defaultdict(lambda: defaultdict(list))
    for meal in facts.meals:
        if meal.elder is not None and meal.channel != "delivery":
            served[meal.booked_on] += 1
            if meal.is_manual:
                hands[meal.by][meal.booked_on].append(meal)
    names = {one.actor: one.name for one in facts.staff}
    for by, days in sorted(hands.items()):
        many = {
            day: meals for day, meals in days.items()
            if len(meals) >= MANUAL_A_DAY
            and len(meals) * 100 > served[day] * MANUAL_PER_CENT
        }  # fmt: skip
        entered = [meal for meals in many.values() for meal in meals]
        if len(entered) >= MANUAL_MIN:
            all_meals, name = sum(served[day] for day in many), names.get(by, by)
            per_cent = len(entered) * 100 // all_meals
            yield Finding(
                code="manual_share",
                key=make_key("manual_share", facts, by),
                zh=f"{name} 有 {len(many)} 天经手的手工录入偏多，共 {len(entered)} 笔，占那几天的"
                f" {per_cent}%",
                en=f"{len(entered)} meals entered by hand by {name} on {len(many)} days,"
                f" {per_cent}% of those days",
                rows=list(map(row_of, entered)),
            )


def _late(facts: MonthFacts) -> Iterator[Finding]:
    counters: dict[str, list[MealFact]] = defaultdict(list)
    for meal in facts.meals:
        if meal.counter is not None and meal.elder is not None:
            counters[meal.counter].append(meal)
    for counter, meals in sorted(counters.items()):
        late = [meal for meal in meals if meal.is_late]
        if len(late) >= LATE_MIN and len(late) * 100 > len(meals) * LATE_PER_CENT:
            yield Finding(
                code="late_share",
                key=make_key("late_share", facts, counter),
                zh=f"{counter} {len(meals)} 笔里有 {len(late)} 笔是断网后补传的",
                en=f"{counter}: {len(late)} of {len(meals)} meals came late, from an offline reader",
                rows=list(map(row_of, late)),
            )


def _own_card(facts: MonthFacts) -> Iterator[Finding]:
    meals: dict[str, list[MealFact]] = defaultdict(list)
    for meal in facts.meals:
        if meal.elder is not None and meal.subsidy_fen > 0:
            meals[meal.elder].append(meal)
    for clerk in facts.staff:
        for number, found in meals.items():
            person = facts.persons[number]
            relation = next((word for name, word in person.contacts if name == clerk.name), None)
            if person.name == clerk.name:
                what_zh, what_en = "同名", "has the same name as"
            elif relation is not None:
                what_zh, what_en = f"是联系人（{relation}）", f"is called about by ({relation})"
            else:
                continue
            yield Finding(
                code="own_card",
                key=make_key("own_card", facts, clerk.actor, number),
                zh=f"{clerk.name}（经手人）和长者 {person.name} {what_zh}，补贴 {len(found)} 餐",
                en=f"{person.name} {what_en} the clerk {clerk.name};"
                f" {count_text(len(found), 'meal', 'meals')} subsidised",
                rows=list(map(row_of, found)),
            )


CHECKS = (
    Check(
        code="manual_share", find=_manual,
        zh="手工录入的比例正常", en="The share of entries by hand is usual",
        about_zh=f"⑨一个人一天手工录入 {MANUAL_A_DAY} 笔以上、超过那天的 {MANUAL_PER_CENT}%，"
        f"一个月累计 {MANUAL_MIN} 笔以上。"
        "石门：所有签名出自一人之手。",
        about_en=f"⑨ {MANUAL_A_DAY} entries by one hand and more than {MANUAL_PER_CENT}% on a day,"
        f" {MANUAL_MIN} in a month. Source: Shimen, 2019–21; Kaohsiung, 2025.",
    ),
    Check(
        code="late_share", find=_late,
        zh="断网补传的比例正常", en="The share of late taps is usual",
        about_zh=f"⑨一个窗口超过 {LATE_PER_CENT}% 是断网后补传的（至少 {LATE_MIN} 笔）。",
        about_en=f"⑨ More than {LATE_PER_CENT}% of a counter's meals came late, {LATE_MIN} at least.",
    ),
    Check(
        code="own_card", find=_own_card,
        zh="经手人自己和亲属没有用卡", en="No clerk's own card, no relative's",
        about_zh="⑪长者与经手人同名，或经手人是长者登记的联系人。账号里没有身份证和电话："
        "没登记过的亲属看不出来，同名不同人的请写明。",
        about_en="⑪ An elder has a clerk's name, or names a clerk as the one to call. Accounts hold no"
        " ID number or phone: unrecorded relatives stay unseen, namesakes are told apart by the answer.",
    ),
)  # fmt: skip
