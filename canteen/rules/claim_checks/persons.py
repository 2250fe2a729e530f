"""Meals of people who could not have had them, or not at that price: ① and ⑫. SOURCE: domain.md §6, O-071."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from canteen.rules.claim_checks.check import Check, count_text, make_key, row_of
from canteen.rules.claim_checks.facts import MealFact, MonthFacts, PersonFact
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.entitlement import Occasion, find_who_obstacle
from canteen.rules.meal_facts import MealFacts
from canteen.rules.money import yuan_text
from canteen.rules.reasons import reason_text
from canteen.rules.scheme import Rule
from canteen.rules.workdays import PUBLISHED

GONE_WORDS = {
    "deceased": ("去世", "died"),
    "moved": ("迁出", "moved away"),
}


def _after(status: str, code: str) -> Callable[[MonthFacts], Iterator[Finding]]:
    """Meals and deliveries after the day itself: on that day she may still have eaten."""
    zh, en = GONE_WORDS[status]

    def find(facts: MonthFacts) -> Iterator[Finding]:
        for number, meals in _by_person(facts.meals).items():
            person = facts.persons[number]
            gone_on = person.gone_since(status)
            after = [meal for meal in meals if gone_on is not None and gone_on < meal.served_on]
            if not after:
                continue
            services = [
                SeenRow(
                    zh=f"{one.served_on} 送餐补贴 {yuan_text(one.fen)}",
                    en=f"{one.served_on} delivery subsidy {yuan_text(one.fen)}",
                    item=one.item, fen=one.fen,
                )
                for one in facts.services
                if one.elder == number and gone_on is not None and gone_on < one.served_on
            ]  # fmt: skip
            yield Finding(
                code=code,
                key=make_key(code, facts, number),
                zh=f"{person.name} {gone_on} {zh}，之后还有 {len(after)} 餐",
                en=f"{person.name} {en} on {gone_on}; after it {_meals(after)}",
                rows=[*map(row_of, after), *services],
            )

    return find


def _nursing_home(facts: MonthFacts) -> Iterator[Finding]:
    for number, meals in _by_person(facts.meals).items():
        person = facts.persons[number]
        inside = [
            meal for meal in meals
            if meal.subsidy_fen > 0
            and person.has("nursing_home", meal.served_on, meal.served_on)
        ]  # fmt: skip
        if inside:
            yield Finding(
                code="nursing_home",
                key=make_key("nursing_home", facts, number),
                zh=f"{person.name} 登记为机构养老期间有 {len(inside)} 餐补贴",
                en=f"{person.name} lives in a nursing home by the register; {_meals(inside)}"
                " subsidised meanwhile",
                rows=list(map(row_of, inside)),
            )


def _not_entitled(facts: MonthFacts) -> Iterator[Finding]:
    """Each rule that paid is asked again by what is known now: age, category, registered area."""
    for number, meals in _by_person(facts.meals).items():
        person = facts.persons[number]
        wrong: dict[str, list[tuple[MealFact, str, str]]] = defaultdict(list)
        for meal in meals:
            if _is_gone(person, meal):
                continue
            for rule_id in meal.rules:
                reason = _why_not(facts, person, meal, rule_id)
                if reason is not None:
                    wrong[rule_id].append((meal, *reason))
        for rule_id, found in wrong.items():
            _, zh, en = found[0]
            first = found[0][0]
            yield Finding(
                code="not_entitled",
                key=make_key("not_entitled", facts, number, rule_id),
                zh=f"{person.name} {first.served_on} 起不合“{rule_id}”的条件（{zh}），补了"
                f" {len(found)} 餐",
                en=f"{person.name} does not fit {rule_id} from {first.served_on} ({en});"
                f" {_meals(found)} subsidised",
                rows=[row_of(meal, zh, en) for meal, zh, en in found],
            )


def _is_gone(person: PersonFact, meal: MealFact) -> bool:
    """Whether another check speaks of it: categories end with the person."""
    days = (person.gone_since(status) for status in GONE_WORDS)
    return any(day is not None and day <= meal.served_on for day in days)


def _why_not(
    facts: MonthFacts, person: PersonFact, meal: MealFact, rule_id: str
) -> tuple[str, str] | None:
    scheme = facts.schemes.get(meal.version or 0)
    rule: Rule | None = (
        next((one for one in scheme.rules if one.id == rule_id), None) if scheme else None
    )
    if scheme is None or rule is None or rule.who is None:
        return None
    asked = MealFacts(
        meal.price_fen, meal.read_at, meal.served_on, meal.mealtime, meal.channel,
        facts.area_code, meal.portion,
    )  # fmt: skip
    occasion = Occasion(scheme, person.person_on(meal.served_on), asked, (), PUBLISHED)
    obstacle = find_who_obstacle(rule.who, occasion)
    if obstacle is None:
        return None
    return reason_text(*obstacle, "zh"), reason_text(*obstacle, "en")


def _by_person(meals: Iterable[MealFact]) -> dict[str, list[MealFact]]:
    found: dict[str, list[MealFact]] = defaultdict(list)
    for meal in meals:
        if meal.elder is not None:
            found[meal.elder].append(meal)
    return found


def _meals(found: list[MealFact] | list[tuple[MealFact, str, str]]) -> str:
    return count_text(len(found), "meal", "meals")


CHECKS = (
    Check(
        code="after_death", holds_out=True, find=_after("deceased", "after_death"),
        zh="死亡日期后没有用餐", en="No meal after a person's death",
        about_zh="①死亡日期之后的用餐和送餐先挂起，等人决定；当天的不算。"
        "温州洞头的系统把“不给去世的人付钱”写成目标。",
        about_en="① Meals and deliveries after the day of death are held out until a person decides"
        "; those of the day itself stay.",
    ),
    Check(
        code="after_moving", holds_out=True, find=_after("moved", "after_moving"),
        zh="迁出后没有用餐", en="No meal after a person moved away",
        about_zh="①迁出之后的用餐，原社区不再申报。",
        about_en="① Meals after she moved away are not claimed by the old community.",
    ),
    Check(
        code="nursing_home", find=_nursing_home,
        zh="住养老机构期间没有补贴", en="No subsidy during a nursing-home stay",
        about_zh="①机构养老的人多地不补（天津、芜湖、华庄）。",
        about_en="① Residents of nursing homes are excluded in many places.",
    ),
    Check(
        code="not_entitled", find=_not_entitled,
        zh="类别和年龄当天有效", en="Category and age held on the day",
        about_zh="⑫按现在知道的出生日期、类别起止和户籍，逐餐再问一遍出钱的那条规定。",
        about_en="⑫ Each rule that paid is asked again, meal by meal, by the birth date, categories"
        " and registered area as known now.",
    ),
)  # fmt: skip
