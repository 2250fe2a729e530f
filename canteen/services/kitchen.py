"""How many to cook for a mealtime, why, and for whom apart: counts and diets, never a name."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from canteen.models.desk import PortionCount
from canteen.models.kitchen import CookPlan
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder, ElderFact
from canteen.models.register import ElderDiet
from canteen.rules.attendance import AWAY_CATEGORIES, GONE
from canteen.rules.cooking import LOOK_BACK, Estimate, choose_days, estimate, share_out
from canteen.rules.days import MEALTIMES, Window, local_date, local_time
from canteen.rules.diets import DIETS, list_clashes
from canteen.rules.errors import Invalid
from canteen.till.day_state import last_day_over, list_open_days, load_state
from canteen.till.delivery_portions import count_portions, list_brought_to
from canteen.till.menu import MenuDish, list_menu
from canteen.till.persons import holds_on
from canteen.till.places import get_canteen
from canteen.trail.audit import append_audit

PORTIONS_MAX = 5_000
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person decided to cook, whatever the estimate."""

    portions: int
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A dish that so many of those expected may not eat as it is, by their diets."""

    dish: MenuDish
    diets: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class KitchenMeal:
    """A mealtime of a day as the kitchen sees it; `window` None: nothing is served then."""

    day: date
    mealtime: str
    window: Window | None
    estimate: Estimate
    plan: Plan | None
    #: the portions to cook by way of eating
    ways: dict[str, int]
    served: int
    cooked: int | None
    left: int | None
    #: people who usually come, and those of them with a diet, by its code
    expected_people: int
    diets: tuple[tuple[str, int], ...]
    #: of them: nothing but words are kept, which no table can count
    words_only: int
    menu: tuple[MenuDish, ...]
    clashes: tuple[Clash, ...]

    @property
    def portions(self) -> int:
        """What is to be cooked: the person's number, else the estimate."""
        return self.estimate.portions if self.plan is None else self.plan.portions


def list_mealtimes(
    session: Session, *, canteen_id: int, now: datetime
) -> list[tuple[date, Window, bool]]:
    """The mealtimes of today and tomorrow: day, hours, and whether it is over."""
    canteen = get_canteen(session, canteen_id)
    today = local_date(now)
    found = []
    for day in (today, today + ONE_DAY):
        state = load_state(session, canteen, day)
        for window in state.windows:
            clock = local_time(now).time()
            found.append((day, window, day == today and window.closes <= clock))
    return found


def show_meal(
    session: Session, *, canteen_id: int, day: date, mealtime: str, now: datetime
) -> KitchenMeal:
    """The mealtime's page: estimate with its reasons, plan, counts, diets, menu and its clashes."""
    canteen = get_canteen(session, canteen_id)
    windows = {window.mealtime: window for window in load_state(session, canteen, day).windows}
    last = min(day - ONE_DAY, last_day_over(session, canteen, now))
    deliveries = count_portions(session, canteen_id, day, mealtime)
    counted = IS_EATEN if deliveries is None else IS_EATEN & (Meal.channel != "delivery")
    eaten, ways = _count_eaten(session, canteen_id, mealtime, day, counted)
    # Before its first meal the canteen was no canteen yet.
    begun = min(eaten, default=day)
    opened = sorted(list_open_days(session, canteen, begun, last, mealtime))
    people = _list_usual(session, canteen_id, mealtime, choose_days(opened, day)[0], counted)
    brought = list_brought_to(session, canteen_id, day, mealtime)
    away = _list_away(session, people, day) | (
        people & brought if deliveries is not None else set()
    )
    judged = estimate(eaten, opened, day, len(away), deliveries)
    plan = _find_plan(session, canteen_id, day, mealtime)
    cooked, left = _find_counts(session, canteen_id, day, mealtime)
    expected = (people - away) | brought
    diets = _count_diets(session, expected)
    menu = list_menu(session, canteen_id, day, day).get((day, mealtime), [])
    by_way: dict[str, int] = defaultdict(int)
    for on in judged.days:
        for way, count in ways[on].items():
            by_way[way] += count
    return KitchenMeal(
        day=day,
        mealtime=mealtime,
        window=windows.get(mealtime),
        estimate=judged,
        plan=plan,
        ways=_share_out(judged.portions if plan is None else plan.portions, by_way, judged),
        served=_count_served(session, canteen_id, mealtime, day),
        cooked=cooked,
        left=left,
        expected_people=len(expected),
        diets=diets,
        words_only=_count_words_only(session, expected),
        menu=tuple(menu),
        clashes=_find_clashes(menu, dict(diets)),
    )


def set_plan(
    session: Session,
    *,
    canteen_id: int,
    day: date,
    mealtime: str,
    portions: int,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """The kitchen's own number holds instead of the estimate; said again, the newest holds."""
    if mealtime not in MEALTIMES:
        raise Invalid("mealtime", "没有这个餐次", "No such mealtime", field="mealtime")
    if day < local_date(now):
        raise Invalid("day_past", "日期已经过去", "The day is past", field="portions")
    if not 0 <= portions <= PORTIONS_MAX:
        raise Invalid(
            "portions",
            f"份数要在 0 到 {PORTIONS_MAX} 之间",
            f"The portions must lie between 0 and {PORTIONS_MAX}",
            field="portions",
        )
    session.execute(
        insert(CookPlan).values(
            canteen_id=canteen_id,
            day=day,
            mealtime=mealtime,
            portions=portions,
            recorded_at=now,
            recorded_by=by,
        )
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="cook_plan_set",
        object_kind="canteen",
        object_id=str(canteen_id),
        after={"day": day, "mealtime": mealtime, "portions": portions},
        now=now,
    )


def _share_out(portions: int, by_way: dict[str, int], judged: Estimate) -> dict[str, int]:
    """The portions by way of eating: what is brought is known, the rest goes by the habit."""
    if not judged.deliveries:
        return share_out(portions, by_way)
    brought = min(portions, judged.deliveries)
    return {**share_out(portions - brought, by_way), "delivery": brought}


def _count_eaten(
    session: Session, canteen_id: int, mealtime: str, day: date, counted: ColumnElement[bool]
) -> tuple[dict[date, int], dict[date, dict[str, int]]]:
    """Standing portions by earlier day, and by day and way."""
    rows = session.execute(
        select(Meal.served_on, Meal.channel, func.count())
        .where(
            Meal.canteen_id == canteen_id,
            Meal.mealtime == mealtime,
            Meal.served_on.between(day - LOOK_BACK, day - ONE_DAY),
            counted,
        )
        .group_by(Meal.served_on, Meal.channel)
    )
    ways: dict[date, dict[str, int]] = defaultdict(dict)
    for served_on, channel, count in rows:
        ways[served_on][channel] = count
    return {on: sum(counts.values()) for on, counts in ways.items()}, ways


def _count_served(session: Session, canteen_id: int, mealtime: str, day: date) -> int:
    counted: int = session.execute(
        select(func.count()).where(
            Meal.canteen_id == canteen_id,
            Meal.mealtime == mealtime,
            Meal.served_on == day,
            IS_EATEN,
        )
    ).scalar_one()
    return counted


def _list_usual(
    session: Session,
    canteen_id: int,
    mealtime: str,
    days: Collection[date],
    counted: ColumnElement[bool],
) -> set[int]:
    """Who ate on at least half of the days looked at."""
    if not days:
        return set()
    person = func.coalesce(Elder.merged_into_id, Elder.id)
    rows = session.scalars(
        select(person)
        .join(Meal, Meal.elder_id == Elder.id)
        .where(
            Meal.canteen_id == canteen_id,
            Meal.mealtime == mealtime,
            Meal.served_on.in_(list(days)),
            counted,
        )
        .group_by(person)
        .having(2 * func.count(Meal.served_on.distinct()) >= len(days))
    )
    return set(rows)


def _list_away(session: Session, people: Collection[int], day: date) -> set[int]:
    """Those of them known to be in hospital, in a nursing home, moved or dead on the day."""
    rows = session.scalars(
        select(ElderFact.elder_id).where(
            ElderFact.elder_id.in_(list(people)),
            ElderFact.kind.in_(("category", "status")),
            ElderFact.code.in_(AWAY_CATEGORIES | GONE),
            holds_on(day),
        )
    )
    return set(rows)


def _count_diets(session: Session, people: Collection[int]) -> tuple[tuple[str, int], ...]:
    """How many of them have each diet, in the order of the table."""
    person = func.coalesce(Elder.merged_into_id, Elder.id)
    rows = session.execute(
        select(ElderDiet.code, func.count(person.distinct()))
        .join(Elder, Elder.id == ElderDiet.elder_id)
        .where(person.in_(list(people)), ElderDiet.withdrawn_at.is_(None))
        .group_by(ElderDiet.code)
    )
    counts: dict[str, int] = dict(iter(rows))
    return tuple((code, counts[code]) for code in DIETS if code in counts)


def _count_words_only(session: Session, people: Collection[int]) -> int:
    coded = select(ElderDiet.id).where(
        ElderDiet.elder_id == Elder.id, ElderDiet.withdrawn_at.is_(None)
    )
    counted: int = session.execute(
        select(func.count()).where(
            Elder.id.in_(list(people)), func.coalesce(Elder.diet, "") != "", ~coded.exists()
        )
    ).scalar_one()
    return counted


def _find_clashes(menu: Collection[MenuDish], diets: dict[str, int]) -> tuple[Clash, ...]:
    found = []
    for dish in menu:
        hit = {diet for diet, _ in list_clashes(diets, dish.contents)}
        if hit:
            counts = tuple((code, diets[code]) for code in DIETS if code in hit)
            found.append(Clash(dish, counts))
    return tuple(found)


def _find_plan(session: Session, canteen_id: int, day: date, mealtime: str) -> Plan | None:
    row = session.scalars(
        select(CookPlan)
        .where(
            CookPlan.canteen_id == canteen_id, CookPlan.day == day, CookPlan.mealtime == mealtime
        )
        .order_by(CookPlan.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Plan(row.portions, row.recorded_at, row.recorded_by)


def _find_counts(
    session: Session, canteen_id: int, day: date, mealtime: str
) -> tuple[int | None, int | None]:
    row = session.scalars(
        select(PortionCount)
        .where(
            PortionCount.canteen_id == canteen_id,
            PortionCount.day == day,
            PortionCount.mealtime == mealtime,
        )
        .order_by(PortionCount.id.desc())
        .limit(1)
    ).first()
    return (None, None) if row is None else (row.cooked, row.left_over)
