"""Whether the food bought can have made the meals claimed: ⑩. SOURCE: practice.md §4 (鄱阳敬老院 2018)."""

from collections.abc import Iterator

from canteen.rules.claim_checks.check import Check, make_key
from canteen.rules.claim_checks.facts import MonthFacts
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.money import yuan_apart, yuan_text

#: raw rice or flour of a meal: an elder's bowl is 75 to 100 g; sacks last from month to month
STAPLE_GRAMS_MIN = 40
#: of the list price; canteens spend 45 to 60 per cent on food (鄱阳 spent 70 of what was for food alone)
COST_PER_CENT_MIN = 25
#: sooner a month's sacks may not all have come in
DAYS_MIN = 20


def _food(facts: MonthFacts) -> Iterator[Finding]:
    """Only of kitchens that keep the book: without a line there is nothing to compare."""
    days = len({meal.served_on for meal in facts.meals})
    if not facts.supplies or days < DAYS_MIN:
        return
    meals = len(facts.meals)
    staple = sum(one.grams for one in facts.supplies if one.kind == "staple")
    cost_fen = sum(one.cost_fen for one in facts.supplies)
    price_fen = sum(meal.price_fen for meal in facts.meals)
    rows = [
        SeenRow(
            zh=f"{one.day} {one.item} {_kilograms(one.grams)} kg {yuan_text(one.cost_fen)}",
            en=f"{one.day} {one.item} {_kilograms(one.grams)} kg {yuan_text(one.cost_fen)}",
            fen=one.cost_fen,
        )
        for one in facts.supplies
    ]
    if staple < STAPLE_GRAMS_MIN * meals:
        yield Finding(
            code="food_bought",
            key=make_key("food_bought", facts, "staple"),
            zh=f"主食进了 {_kilograms(staple)} kg，{meals} 餐平均只有 {staple // meals} 克",
            en=f"{_kilograms(staple)} kg of staple food for {meals} meals: {staple // meals} g each",
            rows=[
                row for row, one in zip(rows, facts.supplies, strict=True) if one.kind == "staple"
            ],
        )
    if cost_fen * 100 < price_fen * COST_PER_CENT_MIN:
        yield Finding(
            code="food_bought",
            key=make_key("food_bought", facts, "cost"),
            zh=f"食材花了 {yuan_text(cost_fen)}，不到餐费 {yuan_text(price_fen)} 的"
            f" {COST_PER_CENT_MIN}%",
            en=f"{yuan_text(cost_fen)} spent on food, less than {COST_PER_CENT_MIN}% of the meals'"
            f" {yuan_text(price_fen)}",
            rows=rows,
        )


def _kilograms(grams: int) -> str:
    return f"{grams // 1000}.{grams % 1000 // 100}"


def _show(facts: MonthFacts) -> str:
    spent_fen = sum(one.cost_fen for one in facts.supplies)
    return f"¥{yuan_apart(spent_fen)}" if facts.supplies else ""


CHECKS = (
    Check(
        code="food_bought", find=_food, show=_show,
        zh="买的菜够做这么多餐", en="The food bought suffices for the meals",
        about_zh=f"⑩主食每餐不到 {STAPLE_GRAMS_MIN} 克，或食材不到餐费的 {COST_PER_CENT_MIN}%；"
        f"供餐满 {DAYS_MIN} 天才看，没记进货的食堂不看。鄱阳：收 5950，只花约 4200。",
        about_en=f"⑩ Less than {STAPLE_GRAMS_MIN} g of staple food a meal, or less than"
        f" {COST_PER_CENT_MIN}% of the price spent on food; after {DAYS_MIN} served days, and only of"
        " kitchens that keep the book. Source: Poyang, 2018.",
    ),
)  # fmt: skip
