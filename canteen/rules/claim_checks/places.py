"""One person at two canteens: ②. SOURCE: domain.md §6; 台北 2025, 拱墅 2020–22 in practice.md §4."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from canteen.rules.claim_checks.check import Check, make_key, row_of
from canteen.rules.claim_checks.facts import MealFact, MonthFacts
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.days import local_time
from canteen.rules.outcomes import BY_CODE

#: nobody of 80 is at two canteens sooner: a community's canteens lie a kilometre apart and more
TRAVEL = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where a person, or her card, was seen."""

    at: datetime
    canteen: str
    name: str
    row: SeenRow


def _two_canteens(facts: MonthFacts) -> Iterator[Finding]:
    meals: dict[tuple[object, ...], list[MealFact]] = defaultdict(list)
    for meal in (*facts.meals, *facts.elsewhere):
        if meal.elder is not None:
            meals[meal.elder, meal.served_on, meal.mealtime].append(meal)
    for (elder, day, mealtime), found in sorted(meals.items(), key=lambda one: str(one[0])):
        if len({meal.canteen for meal in found}) > 1:
            names = "、".join(dict.fromkeys(meal.canteen_name for meal in found))
            yield Finding(
                code="two_canteens",
                key=make_key("two_canteens", facts, elder, day, mealtime),
                zh=f"{found[0].name} {day} 同一餐在两家食堂：{names}",
                en=f"{found[0].name} on {day}, one mealtime at two canteens: {names}",
                rows=[row_of(meal, meal.canteen_name, meal.canteen_name) for meal in found],
            )


def _too_close(facts: MonthFacts) -> Iterator[Finding]:
    for elder, seen in sorted(_list_seen(facts).items()):
        close = [
            (first, then) for first, then in pairwise(sorted(seen, key=lambda one: one.at))
            if first.canteen != then.canteen and then.at - first.at <= TRAVEL
            and facts.canteen in (first.canteen, then.canteen)
        ]  # fmt: skip
        for first, then in close:
            person = facts.persons[elder]
            minutes = (then.at - first.at) // timedelta(minutes=1)
            yield Finding(
                code="too_close",
                key=make_key("too_close", facts, elder, f"{local_time(first.at):%Y%m%d%H%M%S}"),
                zh=f"{person.name} {minutes} 分钟内先后出现在{first.name}和{then.name}",
                en=f"{person.name} at {first.name} and at {then.name} within {minutes} min",
                rows=[first.row, then.row],
            )


def _list_seen(facts: MonthFacts) -> dict[str, list[_Seen]]:
    """Meals and refused taps at a counter; a delivery says where the volunteer was, not where she was."""
    seen: dict[str, list[_Seen]] = defaultdict(list)
    abroad = {meal.elder for meal in facts.elsewhere}
    abroad |= {tap.elder for tap in facts.refused if tap.canteen != facts.canteen}
    for meal in (*facts.meals, *facts.elsewhere):
        if meal.elder in abroad and meal.channel != "delivery" and meal.elder is not None:
            row = row_of(meal, meal.canteen_name, meal.canteen_name)
            seen[meal.elder].append(_Seen(meal.read_at, meal.canteen, meal.canteen_name, row))
    for tap in facts.refused:
        if tap.elder in abroad and tap.elder in facts.persons:
            outcome, at = BY_CODE[tap.outcome], f"{local_time(tap.read_at):%Y-%m-%d %H:%M:%S}"
            row = SeenRow(
                zh=f"{at} {tap.canteen_name} {outcome.zh}",
                en=f"{at} {tap.canteen_name} {outcome.en}",
                at=tap.read_at,
            )
            seen[tap.elder].append(_Seen(tap.read_at, tap.canteen, tap.canteen_name, row))
    return seen


CHECKS = (
    Check(
        code="two_canteens", find=_two_canteens,
        zh="没有人同一餐在两家食堂", en="Nobody had one mealtime at two canteens",
        about_zh="②一人一餐一处，连第二份也是。",
        about_en="② One person, one mealtime, one place; a second portion, too.",
    ),
    Check(
        code="too_close", find=_too_close,
        zh="没有人一刻钟内在两地", en="Nobody was at two canteens within a quarter of an hour",
        about_zh="②两处之间走不了这么快：卡可能借给了别人。没记成账的刷卡也看。",
        about_en="② Nobody walks that fast: the card may be lent. Refused taps are looked at, too.",
    ),
)  # fmt: skip
