"""Frauds planted in an honest month: each as the published cases had it, by the check that should find it.

Each takes a month and the town it was lived in and gives the month as a cheat would have made it.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time, timedelta

from canteen.rules.claim_checks.facts import (
    MealFact,
    MonthFacts,
    PersonFact,
    RoundFact,
    StaffFact,
    TapFact,
)
from canteen.rules.elders import Fact
from tests.factories.canteen_months import CAPACITY, CLERKS, Town, at, make_door, make_meal, seal

Fraud = Callable[[Town, MonthFacts, random.Random], MonthFacts]
FLAT_FROM, FLAT_RUN = 5, 10


def flat_counts(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """兴国: exactly as many lunches on ten days running, filled up with people who did not come."""
    days = [facts.first + timedelta(days=FLAT_FROM + number) for number in range(FLAT_RUN)]
    lunches = {day: lunches_of(facts, day) for day in days}
    most = max(map(len, lunches.values()))
    ghosts = [
        ghost
        for day in days
        for ghost in absent_lunches(town, facts, rng, day, most - len(lunches[day]))
    ]
    return add_meals(facts, ghosts)


def rest_dip(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """兴国: weekends and holidays are filled up to the busiest workday."""
    most = max(len(lunches_of(facts, day)) for day in _days(facts) if day not in facts.rest_days)
    ghosts = [
        ghost for day in sorted(facts.rest_days)
        for ghost in absent_lunches(town, facts, rng, day, most - len(lunches_of(facts, day)))
    ]  # fmt: skip
    return add_meals(facts, ghosts)


def too_fast(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """O-074: a stack of cards, one after another in seconds, before anybody comes."""
    day = facts.first + timedelta(days=8)
    ghosts = absent_lunches(town, facts, rng, day, 15)
    fast = [
        replace(ghost, read_at=at(day, time(10, 30)) + timedelta(milliseconds=1300 * number))
        for number, ghost in enumerate(ghosts)
    ]
    return add_meals(facts, fast)


def after_death(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """Her card goes on eating."""
    return _changed(facts, _regular(facts, rng), Fact("status", "deceased", from_on=_soon(facts)))


def after_moving(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """She moved to her daughter's; her card stayed."""
    return _changed(facts, _regular(facts, rng), Fact("status", "moved", from_on=_soon(facts)))


def nursing_home(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """She lives in a nursing home that feeds her."""
    lives = Fact("category", "nursing_home", from_on=_soon(facts))
    return _changed(facts, _regular(facts, rng), lives)


def not_entitled(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """低保 ended, and goes on being paid."""
    poor = [one for one in facts.persons.values() if one.has("dibao", facts.first, facts.last)]
    person = max(poor, key=lambda one: _count(facts)[one.number])
    ended = [
        replace(fact, to_on=_soon(facts)) if fact.code == "dibao" else fact for fact in person.facts
    ]
    return replace(facts, persons={**facts.persons, person.number: replace(person, facts=ended)})


def doors_too_fast(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """A round that was never walked: nine doors ticked within a minute, more than she can carry, by
    somebody who was away."""
    day = facts.first + timedelta(days=12)
    ghosts = absent_lunches(town, facts, rng, day, 9)
    meals = [replace(one, channel="delivery", counter=None, by="staff:clerk2") for one in ghosts]
    doors = [
        make_door(
            facts.persons[meal.elder or ""], day, at(day, time(12, 10), 6 * number), volunteer=9,
            canteen=town.canteen, portions=2,
        )
        for number, meal in enumerate(meals)
    ]  # fmt: skip
    ghost_round = RoundFact(
        run=doors[0].run, volunteer=doors[0].volunteer, name=doors[0].volunteer_name, day=day,
        mealtime="lunch", capacity=CAPACITY, is_away=True,
    )  # fmt: skip
    lived = add_meals(facts, meals)
    return replace(lived, doors=[*facts.doors, *doors], rounds=[*facts.rounds, ghost_round])


def at_floor(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """Dishes of 8.00 keyed as 10.00, where the subsidy begins."""
    days = _days(facts)
    ghosts = [ghost for day in days for ghost in absent_lunches(town, facts, rng, day, 2)]
    keyed = [replace(one, price_fen=1000, is_listed_price=False) for one in ghosts]
    return add_meals(facts, keyed)


def alike(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """An evening's work: twenty meals keyed at one price, one after another."""
    day = facts.first + timedelta(days=15)
    keyed = [
        replace(one, price_fen=1380, is_listed_price=False,
                read_at=at(day, time(13, 31), 20 * number))
        for number, one in enumerate(absent_lunches(town, facts, rng, day, 18))
    ]  # fmt: skip
    return add_meals(facts, keyed)


def manual_share(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """石门: one hand enters five people a day who never came."""
    days = _days(facts)[3:13]
    ghosts = [ghost for day in days for ghost in absent_lunches(town, facts, rng, day, 6)]
    return add_meals(facts, [replace(one, is_manual=True, by=CLERKS[1][0]) for one in ghosts])


def late_share(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """The reader is pulled out of the net and taps are sent later."""
    meals = [
        replace(meal, is_late=meal.channel != "delivery" and rng.randrange(100) < 40)
        for meal in facts.meals
    ]
    return seal(replace(facts, meals=meals))


def woken_card(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """拱墅: idle for a quarter of a year, then every day."""
    number = min(town.habits, key=lambda one: (one in town.at_home, town.habits[one], one))
    person = replace(facts.persons[number], ate_before=facts.first - timedelta(days=90))
    kept = [meal for meal in facts.meals if meal.elder != number]
    days = _days(facts)[6:20]
    woken = [make_meal(town, person, at(day, time(11, 40), rng.randrange(600))) for day in days]
    lived = replace(facts, meals=kept, persons={**facts.persons, number: person})
    return add_meals(lived, woken)


def two_canteens(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """台湾: the same names on two lists."""
    meal = lunches_of(facts, facts.first + timedelta(days=4))[0]
    other = replace(
        meal, canteen="C9", canteen_name="河东食堂", portion=2, rules=(), subsidy_fen=0,
        item="meal:900001", read_at=meal.read_at + timedelta(hours=1),
    )  # fmt: skip
    return replace(facts, elsewhere=[other])


def too_close(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """The card was lent: five minutes later it is tapped across the town."""
    day = facts.first + timedelta(days=4)
    meal = next(one for one in lunches_of(facts, day) if one.channel != "delivery")
    tap = TapFact(elder=meal.elder or "", canteen="C9", canteen_name="河东食堂",
                  outcome="already_eaten", read_at=meal.read_at + timedelta(minutes=5))  # fmt: skip
    return replace(facts, refused=[tap])


def above_register(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """US audits: 15 per cent of the days had more meals than the roster has people."""
    day = facts.first + timedelta(days=9)
    absent = len(facts.persons) - len(lunches_of(facts, day))
    second = [
        replace(meal, portion=2, subsidy_fen=0, rules=(), item=f"{meal.item}-2")
        for meal in lunches_of(facts, day)[:12]
    ]
    return add_meals(facts, [*absent_lunches(town, facts, rng, day, absent), *second])


def above_entitled(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """Second portions on everybody's card, day after day, subsidised."""
    more = [
        replace(meal, portion=portion, item=f"{meal.item}-{portion}",
                read_at=meal.read_at + timedelta(seconds=1500 * portion))
        for meal in facts.meals if meal.mealtime == "lunch"
        for portion in (2, 3)
    ]  # fmt: skip
    return add_meals(facts, more)


def closed_day(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """O-074: twelve lunches on a day marked 停业."""
    day = facts.first + timedelta(days=16)
    on_it = [meal for meal in facts.meals if meal.served_on == day]
    kept = [meal for meal in facts.meals if meal.served_on != day]
    opened = {mealtime: days - {day} for mealtime, days in facts.opened.items()}
    doors = [door for door in facts.doors if door.day != day]
    counted = [meal for meal in on_it if meal.channel != "delivery"][:12]
    return seal(replace(facts, meals=[*kept, *counted], opened=opened, doors=doors))


def above_peers(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """通城: everybody eats there twice a day, where the neighbours' people come every other day."""
    ghosts = []
    for day in _days(facts):
        ghosts += absent_lunches(town, facts, rng, day, rng.randrange(34, 40))
        dined = {m.elder for m in facts.meals if m.served_on == day and m.mealtime == "dinner"}
        for person in facts.persons.values():
            if person.number not in dined and rng.randrange(10) < 7:
                moment = at(day, time(16, 35), rng.randrange(6000))
                ghosts.append(make_meal(town, person, moment, mealtime="dinner"))
    return add_meals(facts, ghosts)


def food_bought(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """鄱阳: the money was not spent on food."""
    bought = [
        replace(one, grams=one.grams // 3, cost_fen=one.cost_fen // 3) for one in facts.supplies
    ]
    return replace(facts, supplies=bought)


def own_card(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """The clerk's mother: her contact is the clerk."""
    person = facts.persons[_regular(facts, rng)]
    contacts = [(CLERKS[0][1], "女儿")]
    return replace(
        facts,
        persons={**facts.persons, person.number: replace(person, contacts=contacts)},
        staff=[*facts.staff, StaffFact(actor="staff:own", name=person.name)],
    )


def tier_reached(town: Town, facts: MonthFacts, rng: random.Random) -> MonthFacts:
    """Just as many meals as the tier asks for."""
    return replace(facts, tiers=[replace(one, min=one.meals // one.days) for one in facts.tiers])


#: check → who plants what it should find
FRAUDS: Mapping[str, Fraud] = {
    fraud.__name__: fraud
    for fraud in (
        flat_counts, rest_dip, too_fast, after_death, after_moving, nursing_home, not_entitled,
        doors_too_fast, at_floor, alike, manual_share, late_share, woken_card, two_canteens,
        too_close, above_register, above_entitled, closed_day, above_peers, food_bought, own_card,
        tier_reached,
    )
}  # fmt: skip


def _days(facts: MonthFacts) -> list[date]:
    return [
        facts.first + timedelta(days=number)
        for number in range((facts.last - facts.first).days + 1)
    ]


def _soon(facts: MonthFacts) -> date:
    return facts.first + timedelta(days=10)


def lunches_of(facts: MonthFacts, day: date) -> list[MealFact]:
    """The lunches of a day."""
    return [meal for meal in facts.meals if meal.served_on == day and meal.mealtime == "lunch"]


def absent_lunches(
    town: Town, facts: MonthFacts, rng: random.Random, day: date, count: int
) -> list[MealFact]:
    """Lunches of people who did not come that day, spread over the mealtime."""
    ate = {meal.elder for meal in lunches_of(facts, day)}
    absent = [one for one in facts.persons.values() if one.number not in ate]
    return [
        make_meal(town, person, at(day, time(10, 40), rng.randrange(9000)))
        for person in absent[:count]
    ]


def add_meals(facts: MonthFacts, more: list[MealFact]) -> MonthFacts:
    """The month with these meals, too, signed over."""
    lived = seal(replace(facts, meals=[*facts.meals, *more]))
    first = sum(meal.portion == 1 for meal in lived.meals)
    return replace(lived, tiers=[replace(one, meals=first) for one in facts.tiers])


def _count(facts: MonthFacts) -> Counter[str]:
    return Counter(
        meal.elder for meal in facts.meals if meal.elder and meal.served_on > _soon(facts)
    )


def _regular(facts: MonthFacts, rng: random.Random) -> str:
    """Somebody who comes to the counter nearly every day."""
    often = Counter(meal.elder or "" for meal in facts.meals if meal.channel != "delivery")
    return rng.choice([number for number, _ in often.most_common(5)])


def _changed(facts: MonthFacts, number: str, fact: Fact) -> MonthFacts:
    person: PersonFact = facts.persons[number]
    told = replace(person, facts=[*person.facts, fact])
    return replace(facts, persons={**facts.persons, number: told})
