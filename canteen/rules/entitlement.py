"""Whether a rule applies to a meal, and if not, why: dates, portion, who, when, price, quota.

Ground floor, under `split`. Conditions are three-valued: what is *unknown* (no birth date, an area
code too short) never qualifies, but says so, because the secretary can mend it; a condition that
fails for certain is named before one that is unknown. SOURCE: scheme.md §1–3.
"""

from collections.abc import Sequence
from datetime import date

from canteen.rules.days import local_time, period_start
from canteen.rules.elders import age_on, attained_on
from canteen.rules.meal_facts import EarlierMeal, MealFacts, Person
from canteen.rules.scheme import (
    AreaTest,
    CategoryTerm,
    Floor,
    Quota,
    Rule,
    Scheme,
    When,
    Who,
)
from canteen.rules.workdays import WorkdayCalendar

Facts = dict[str, str | int]
Obstacle = tuple[str, Facts]
"""Why a rule does not apply: a code of `reasons`, and plain facts about it."""

UNKNOWN = frozenset({"birth_unknown", "area_unknown", "level_unknown"})
"""Codes that say the register lacks something: it is listed for the secretary to mend."""


class Tally:
    """What one group of this scope gave before, by period: `meals[period]`, `fen[period]`, net."""

    __slots__ = ("fen", "meals")

    def __init__(
        self, meal: MealFacts, earlier: Sequence[EarlierMeal], scope: str, group: str
    ) -> None:
        day = meal.served_on
        monday = period_start(day, "week").toordinal()
        self.meals = dict.fromkeys(("mealtime", "day", "week", "month", "year"), 0)
        self.fen = dict(self.meals)
        for before in earlier:
            net_fen = 0
            for share in before.shares:
                if share.group == group and share.scope == scope:
                    net_fen += share.fen
            if net_fen > 0:
                for period in _periods_shared(before, meal, monday):
                    self.meals[period] += 1
                    self.fen[period] += net_fen


def _periods_shared(before: EarlierMeal, meal: MealFacts, monday: int) -> list[str]:
    one, other = before.served_on, meal.served_on
    periods = []
    if one.year == other.year:
        periods.append("year")
        if one.month == other.month:
            periods.append("month")
            if one.day == other.day:
                periods.append("day")
                if before.mealtime == meal.mealtime:
                    periods.append("mealtime")
    if 0 <= one.toordinal() - monday < 7:
        periods.append("week")
    return periods


class Occasion:
    """One person at one meal under one scheme: what several rules ask is worked out once."""

    __slots__ = ("_minute", "_tallies", "age", "calendar", "earlier", "meal", "person", "scheme")

    def __init__(
        self,
        scheme: Scheme,
        person: Person,
        meal: MealFacts,
        earlier: Sequence[EarlierMeal],
        calendar: WorkdayCalendar,
    ) -> None:
        self.scheme = scheme
        self.person = person
        self.meal = meal
        self.earlier = earlier
        self.calendar = calendar
        self.age = (
            age_on(person.born, meal.served_on, scheme.age_counts_from)
            if person.born is not None
            else None
        )
        self._minute = -1
        self._tallies: dict[str, Tally] = {}

    @property
    def minute(self) -> int:
        """Minute of the local day (0–1439) at which the meal was taken."""
        if self._minute < 0:
            local = local_time(self.meal.at)
            self._minute = local.hour * 60 + local.minute
        return self._minute

    def tally(self, group: str) -> Tally:
        """What that group gave to this person before."""
        found = self._tallies.get(group)
        if found is None:
            found = Tally(self.meal, self.earlier, self.scheme.quota_scope, group)
            self._tallies[group] = found
        return found

    def ordinal(self) -> int:
        """Which meal of its day this is, counting first portions booked before.

        A second portion counts as the meal whose mealtime it shares: it is no meal of its own.
        """
        same_day = [
            before.mealtime
            for before in self.earlier
            if before.portion == 1 and before.served_on == self.meal.served_on
        ]
        if self.meal.portion > 1 and self.meal.mealtime in same_day:
            return same_day.index(self.meal.mealtime) + 1
        return len(same_day) + 1


def find_obstacle(rule: Rule, occasion: Occasion, base_fen: int) -> Obstacle | None:
    """The first reason why `rule` does not apply on the stage's `base_fen`, or None if it does."""
    meal = occasion.meal
    day = meal.served_on
    if rule.from_on is not None and day < rule.from_on:
        return "not_yet_valid", {"from": rule.from_on.isoformat()}
    if rule.to_on is not None and day > rule.to_on:
        return "expired", {"to": rule.to_on.isoformat()}
    if meal.portion > rule.portions:
        return "second_portion", {"portion": meal.portion}
    found: Obstacle | None = None
    if rule.who is not None:
        found = find_who_obstacle(rule.who, occasion)
    if found is None and rule.when is not None:
        found = _find_when_obstacle(rule.when, occasion)
    if found is None and rule.floor is not None:
        found = _find_floor_obstacle(rule.floor, base_fen if rule.floor.of_base else meal.price_fen)
    if found is None and rule.quota is not None:
        found = _find_quota_obstacle(rule.quota, rule.group, occasion)
    return found


def find_who_obstacle(who: Who, occasion: Occasion) -> Obstacle | None:
    """Why the person is not one of `who`, or None."""
    unknown: Obstacle | None = None
    if who.age_min is not None or who.age_below is not None:
        found = _find_age_obstacle(who, occasion)
        if found is not None:
            if found[0] not in UNKNOWN:
                return found
            unknown = found
    if who.categories or who.not_categories:
        found = _find_category_obstacle(who, occasion)
        if found is not None:
            if found[0] not in UNKNOWN:
                return found
            unknown = unknown or found
    for test in who.areas:
        found = _find_area_obstacle(test, occasion)
        if found is not None:
            if found[0] not in UNKNOWN:
                return found
            unknown = unknown or found
    if who.any_of:
        found = _find_any_obstacle(who.any_of, occasion)
        if found is not None:
            if found[0] not in UNKNOWN:
                return found
            unknown = unknown or found
    return unknown


def _find_any_obstacle(any_of: Sequence[Who], occasion: Occasion) -> Obstacle | None:
    """None when one holds; else what can be mended, else the nearest age, else the first."""
    found: list[Obstacle] = []
    for who in any_of:
        obstacle = find_who_obstacle(who, occasion)
        if obstacle is None:
            return None
        found.append(obstacle)
    unknown = [obstacle for obstacle in found if obstacle[0] in UNKNOWN]
    if unknown:
        return unknown[0]
    young = [obstacle for obstacle in found if obstacle[0] == "too_young"]
    if young:
        return min(young, key=lambda obstacle: int(obstacle[1]["days"]))
    return found[0]


def _find_age_obstacle(who: Who, occasion: Occasion) -> Obstacle | None:
    born, age = occasion.person.born, occasion.age
    if born is None or age is None:
        return "birth_unknown", {}
    if who.age_min is not None and age < who.age_min:
        from_on = attained_on(born, who.age_min, occasion.scheme.age_counts_from)
        return "too_young", {
            "age": age,
            "age_min": who.age_min,
            "days": (from_on - occasion.meal.served_on).days,
        }
    if who.age_below is not None and age >= who.age_below:
        return "too_old", {"age": age, "age_below": who.age_below}
    return None


def _find_category_obstacle(who: Who, occasion: Occasion) -> Obstacle | None:
    day = occasion.meal.served_on
    for term in who.not_categories:
        if _holds(term, occasion.person, day):
            return "excluded_category", {"category": term.code}
    if not who.categories:
        return None
    level_unknown = ""
    for term in who.categories:
        held = _holds(term, occasion.person, day)
        if held:
            return None
        if held is None:
            level_unknown = term.code
    if level_unknown:
        return "level_unknown", {"category": level_unknown}
    return "not_category", {"categories": ",".join(term.code for term in who.categories)}


def _holds(term: CategoryTerm, person: Person, day: date) -> bool | None:
    """Whether the person holds it on that day; None: holds it, but the level is not recorded."""
    answer: bool | None = False
    for held in person.categories:
        if (
            held.code == term.code
            and (held.from_on is None or held.from_on <= day)
            and (held.to_on is None or day <= held.to_on)
        ):
            if term.low is None or term.high is None:
                return True
            if held.level is None:
                answer = None
            elif term.low <= held.level <= term.high:
                return True
    return answer


def _find_area_obstacle(test: AreaTest, occasion: Occasion) -> Obstacle | None:
    is_hukou = test.fact == "hukou"
    code = (occasion.person.hukou if is_hukou else occasion.person.residence) or ""
    elsewhere = "not_registered" if is_hukou else "not_resident"
    digits = test.same_digits
    if digits:
        canteen = occasion.meal.area_code or ""
        if len(code) < digits:
            return "area_unknown", {"which": test.fact, "digits": digits, "known": len(code)}
        if len(canteen) < digits:
            return "area_unknown", {"which": "canteen", "digits": digits, "known": len(canteen)}
        return None if code[:digits] == canteen[:digits] else (elsewhere, {"digits": digits})
    if code.startswith(test.prefixes):
        return None
    # Too short to tell: the known digits still fit the beginning of an area that is asked for.
    longer = [prefix for prefix in test.prefixes if prefix.startswith(code)]
    if longer:
        return "area_unknown", {"which": test.fact, "digits": len(longer[0]), "known": len(code)}
    return elsewhere, {"areas": ",".join(test.prefixes)}


def _find_when_obstacle(when: When, occasion: Occasion) -> Obstacle | None:
    meal = occasion.meal
    if when.mealtimes and meal.mealtime not in when.mealtimes:
        return "mealtime", {"mealtime": meal.mealtime}
    if when.channels and meal.channel not in when.channels:
        return "channel", {"channel": meal.channel}
    if when.weekdays and meal.served_on.isoweekday() not in when.weekdays:
        return "weekday", {"weekday": meal.served_on.isoweekday()}
    if when.days != "any":
        works = occasion.calendar.is_workday(meal.served_on)
        if works != (when.days == "workday"):
            return "not_rest_day" if works else "not_workday", calendar_facts(when, occasion)
    if when.windows:
        minute = occasion.minute
        if not any(start <= minute < end for start, end in when.windows):
            spans = ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in when.windows)
            return "window", {"windows": spans, "at": _clock(minute)}
    return None


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def calendar_facts(when: When, occasion: Occasion) -> Facts:
    """`{"year_missing": 2027}` where the rule asks for workdays of a year without a published list:
    Monday to Friday was taken, and the day is to be reviewed. SOURCE: field case O-095."""
    day = occasion.meal.served_on
    if when.days == "any" or occasion.calendar.is_known(day):
        return {}
    return {"year_missing": day.year}


def _find_floor_obstacle(floor: Floor, price_fen: int) -> Obstacle | None:
    if floor.min_fen is not None and price_fen < floor.min_fen:
        return "below_floor", {"floor_fen": floor.min_fen, "price_fen": price_fen}
    if floor.above_fen is not None and price_fen <= floor.above_fen:
        return "below_floor", {"above_fen": floor.above_fen, "price_fen": price_fen}
    return None


def _find_quota_obstacle(quota: Quota, group: str, occasion: Occasion) -> Obstacle | None:
    for period, limit in quota.meals:
        if occasion.tally(group).meals[period] >= limit:
            return "quota_meals", {"period": period, "limit": limit}
    if quota.ordinal is not None:
        ordinal = occasion.ordinal()
        if ordinal != quota.ordinal:
            return "ordinal", {"ordinal": quota.ordinal, "meal_of_day": ordinal}
    return None


def find_fen_left(
    quota: Quota, group: str, occasion: Occasion, given_fen: int
) -> tuple[int, str, int] | None:
    """What the tightest fen quota leaves: (fen left, its period, its limit); None without one.

    `given_fen` is what the same group already gave to this very meal in an earlier stage.
    """
    tightest: tuple[int, str, int] | None = None
    for period, limit in quota.fen:
        left_fen = max(0, limit - occasion.tally(group).fen[period] - given_fen)
        if tightest is None or left_fen < tightest[0]:
            tightest = left_fen, period, limit
    return tightest
