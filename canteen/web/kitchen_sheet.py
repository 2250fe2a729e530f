"""The kitchen's paper (备餐单): filled from what its page shows, laid out by the printing house."""

from datetime import datetime

from canteen.rules.diets import DIETS
from canteen.rules.outcomes import MEALTIMES
from canteen.services.kitchen import KitchenMeal
from canteen.web.figures import WEEKDAYS
from reports.sheets import Book, Column, DayForm, Fact, Kind, Table

WAYS = {"dine_in": "堂食", "take_away": "打包", "delivery": "送餐（装盒）"}
LEFT_OUT = {
    "orders": "订餐还没有算进来",
    "few_days": "同一个星期几的日子不够，用了最近几天",
    "no_history": "还没有吃过的记录，请自己定",
}


def cooking_book(canteen: str, meal: KitchenMeal, now: datetime) -> Book:
    """One page: how many and which way, diets as counts, dishes with whom they clash."""
    opens = meal.window.opens.strftime("%H:%M") if meal.window else None
    ways = tuple((WAYS[way], count, opens) for way, count in meal.ways.items())
    diets = tuple((DIETS[code].zh, count) for code, count in meal.diets)
    clashes = tuple(
        (clash.dish.name, "、".join(f"{DIETS[code].zh} {count} 位" for code, count in clash.diets))
        for clash in meal.clashes
    )
    title = f"{MEALTIMES[meal.mealtime][0]}备餐单"
    page = DayForm(
        title=title,
        head=(
            canteen,
            f"{meal.day} {WEEKDAYS[meal.day.weekday()][0]}",
            f"做 {meal.portions} 份" + ("" if meal.plan is None else "（厨房定）"),
        ),
        tables=(
            Table(
                caption="怎么吃",
                columns=(Column("怎么吃"), Column("份数", Kind.COUNT), Column("几点要")),
                rows=ways,
            ),
            Table(
                caption="忌口和过敏（常来的人里）",
                columns=(Column("忌口、过敏"), Column("人数", Kind.COUNT, is_summed=False)),
                rows=diets or (("无", None),),
            ),
            Table(
                caption="菜和忌口冲突",
                columns=(Column("菜"), Column("谁不能吃")),
                rows=clashes or (("无", None),),
            ),
        ),
        remarks_caption="怎么估的",
        remarks=(
            Fact("估计", f"{meal.estimate.portions} 份"),
            Fact("没算进来的", "；".join(LEFT_OUT[code] for code in meal.estimate.left_out)),
        ),
    )
    return Book(title=f"{meal.day} {canteen} {title}", made_at=now, pages=(page,))
