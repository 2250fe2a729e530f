"""Re-judging against a brute-force fold: original and corrections are the re-judged result, and a second
run finds nothing (domain.md §4)."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.meals import Meal
from canteen.models.people import ElderFact
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict
from canteen.rules.meal_facts import EarlierMeal, EarlierShare, Held, MealFacts, Person
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.split import split
from canteen.rules.workdays import PUBLISHED
from canteen.services import books
from canteen.services.books_again import split_all_again
from canteen.services.books_corrections import check_corrections
from canteen.services.books_days import recount_days
from canteen.services.correction_lists import list_waiting
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.elder_facts import add_fact, withdraw_fact
from canteen.services.rejudging import find_first, list_late
from canteen.services.swipes import SwipeAsked, record_swipe
from canteen.services.voids import VoidAsked, void_meal
from canteen.till.net_meals import list_net
from tests.factories.corrections import approve, approve_all, ask_back, judge_again
from tests.factories.days import sign_before
from tests.factories.world import CHENGNAN, World, event_id, make_world, shanghai

#: one in every run of the suite, the others in the long one
SEEDS = [8, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(9, 30))]
WHO = "P05"
START = date(2026, 10, 28)
LAYERED = """
code = "layered"
name = "每日一次，每月有上限，食堂再让一成"
source = "test"
[payer.gov]
name = "政府"
kind = "government"
[payer.fund]
name = "慈善"
kind = "charity"
[payer.canteen]
name = "食堂让利"
kind = "canteen"
[[rule]]
id = "age"
payer = "gov"
amount = { fixed_fen = 300 }
who = { age_min = 70, age_below = 80 }
quota = { day = 1, week = 4 }
[[rule]]
id = "old"
payer = "gov"
amount = { fixed_fen = 450 }
who = { age_min = 80 }
quota = { day = 1 }
[[rule]]
id = "hardship"
payer = { gov = 1, fund = 2 }
group = "hardship"
amount = { percent = "30", cap_fen = 400 }
who = { category = ["dibao"] }
quota = { month_fen = 1100 }
[[rule]]
id = "second-of-day"
payer = "fund"
amount = { fixed_fen = 100 }
quota = { ordinal = 2 }
[[rule]]
id = "off"
payer = "canteen"
stage = 2
amount = { elder_pays_percent = "90" }
who = { age_min = 60 }
"""
SCHEME = parse_scheme(LAYERED)
Sums = dict[tuple[str, str], int]


@dataclass(slots=True)
class Life:
    """One elder's random weeks: meals, voids, days signed, and things learnt late."""

    database: Database
    world: World
    chance: random.Random
    now: datetime = field(default_factory=lambda: shanghai("06:00", START))
    number: int = 0
    meals: list[str] = field(default_factory=list)
    #: how often somebody has a second portion
    seconds: float = 0.2

    def live(self, days: int) -> None:
        for _ in range(days):
            day = local_date(self.now)
            for clock in ("07:10", "11:40", "17:20"):
                if self.chance.random() < 0.6:
                    self.eat(shanghai(clock, day))
            self.now = shanghai("20:30", day)
            if self.meals and self.chance.random() < 0.3:
                self.void()
            self.now = shanghai("06:00", day + timedelta(days=1))

    def eat(self, at: datetime) -> None:
        self.number += 1
        reader = self.chance.choice(["C1-R1", "C2-R1"])
        name = f"m{self.number}"
        asked = SwipeAsked(event_id(name), self.world.cards[WHO], at)
        body = self.database.run(
            record_swipe, reader_id=self.world.readers[reader], asked=asked, now=at
        ).body
        if body["receipt"]:
            self.meals.append(body["receipt"])
        if self.chance.random() < self.seconds:
            self.second(at + timedelta(minutes=1))

    def second(self, at: datetime) -> None:
        self.number += 1
        asked = MealAsked(
            event_id(f"s{self.number}"), elder=WHO, reason="no_card", kind="amount",
            amount_fen=self.chance.randrange(0, 2500), second=True,
        )  # fmt: skip
        self.database.run(
            serve_meal, counter_id=self.world.counters["C1-1"], asked=asked, by="cashier:li", now=at
        )

    def void(self) -> None:
        self.number += 1
        asked = VoidAsked(event_id(f"v{self.number}"), self.chance.choice(self.meals), "other")
        with suppress(Conflict):
            self.database.run(
                void_meal, asked=asked, may_void_any=True, by="staff:wang", origin=None,
                now=self.now,
            )  # fmt: skip

    def learn(self) -> None:
        """A category from some day on, another birth date, or something withdrawn."""
        self.now += timedelta(minutes=1)
        how = {"by": "staff:wang", "origin": None, "now": self.now}
        act = self.chance.choice(["category", "category", "born", "withdraw"])
        known = self.database.read(
            lambda s: s.scalars(
                select(ElderFact.id).where(
                    ElderFact.elder_id == self.world.elders[WHO],
                    ElderFact.kind == "category",
                    ElderFact.withdrawn_at.is_(None),
                )
            ).all()
        )
        if act == "withdraw" and known:
            self.database.run(withdraw_fact, number=WHO, fact_id=self.chance.choice(known), **how)
        elif act == "born":
            born = date(self.chance.choice([1945, 1952, 1960]), 11, self.chance.randrange(1, 9))
            self.database.run(
                add_fact, number=WHO, kind="born", born=born, source=None, document=None, **how
            )
        else:
            from_on = START + timedelta(days=self.chance.randrange(0, 12))
            with suppress(Conflict):
                self.database.run(
                    add_fact, number=WHO, kind="category", code="dibao", from_on=from_on,
                    source="民政", document=None, **how,
                )  # fmt: skip

    def results(self) -> dict[int, tuple[Sums, int]]:
        """What each standing meal has become: shares by rule and payer, the elder's part."""

        def look(session):
            meals = _standing(session, self.world.elders[WHO])
            nets = list_net(session, [meal.id for meal in meals])
            return {
                meal.id: (_sums((s.rule, s.payer, s.fen) for s in nets[meal.id].shares),
                          nets[meal.id].elder_fen)
                for meal in meals
                if nets[meal.id].meals
            }  # fmt: skip

        return self.database.read(look)


def _standing(session, elder_id: int) -> list[Meal]:
    return list(
        session.scalars(
            select(Meal)
            .where(Meal.elder_id == elder_id, Meal.voided_at.is_(None))
            .order_by(Meal.id)
        )
    )


def _sums(shares) -> Sums:
    sums: Sums = {}
    for rule, payer, fen in shares:
        sums[rule, payer] = sums.get((rule, payer), 0) + fen
    return {key: fen for key, fen in sums.items() if fen}


def _judge_by_hand(
    life: Life, first: date, before: dict[int, tuple[Sums, int]]
) -> dict[int, tuple[Sums, int]]:
    """The fold as domain.md §4 says it, from the tables alone."""

    def look(session):
        elder_id = life.world.elders[WHO]
        facts = session.scalars(
            select(ElderFact)
            .where(ElderFact.elder_id == elder_id, ElderFact.withdrawn_at.is_(None))
            .order_by(ElderFact.recorded_at, ElderFact.id)
        ).all()
        born = [fact.born for fact in facts if fact.kind == "born"][-1]
        held = tuple(
            Held(fact.code, fact.level, fact.from_on, fact.to_on)
            for fact in facts
            if fact.kind == "category"
        )
        groups = {rule.id: rule.group for rule in SCHEME.rules}
        earlier: list[EarlierMeal] = []
        judged: dict[int, tuple[Sums, int]] = {}
        for meal in _standing(session, elder_id):
            if meal.id not in before:  # nobody ate it
                continue
            if meal.served_on >= first:
                made = split(
                    SCHEME,
                    Person(born, CHENGNAN, CHENGNAN, held),
                    MealFacts(meal.price_fen, meal.read_at, meal.served_on, meal.mealtime,
                              meal.channel, CHENGNAN, meal.portion),
                    earlier,
                    PUBLISHED,
                )  # fmt: skip
                shares = _sums((share.rule, share.payer, share.fen) for share in made.shares)
                judged[meal.id] = shares, made.elder_fen
            else:
                judged[meal.id] = before[meal.id]
            by_group: dict[str, int] = {}
            for (rule, _), fen in judged[meal.id][0].items():
                by_group[groups[rule]] = by_group.get(groups[rule], 0) + fen
            earlier.append(
                EarlierMeal(
                    meal.served_on, meal.mealtime, meal.portion,
                    tuple(EarlierShare(SCHEME.quota_scope, g, fen) for g, fen in by_group.items()),
                )
            )  # fmt: skip
        return judged

    return life.database.read(look)


@pytest.mark.parametrize("seed", SEEDS)
def test_original_and_corrections_are_the_rejudged_result_and_a_second_run_finds_nothing(
    database: Database, seed: int
) -> None:
    world = database.run(make_world, scheme=LAYERED, payers=("gov", "fund"), balance_fen=90_000)
    life = Life(database, world, random.Random(seed))
    life.live(5)
    sign_before(database, local_date(life.now) - timedelta(days=3))
    for _ in range(2):
        life.learn()
        first = START + timedelta(days=life.chance.randrange(0, 6))
        before = life.results()
        wanted = _judge_by_hand(life, first, before)
        with suppress(Conflict):
            judge_again(database, WHO, first, life.now)
        if life.chance.random() < 0.5:  # in whatever order they are approved
            waiting = database.read(list_waiting, areas=("",))
            life.chance.shuffle(waiting)
            for one in waiting:
                approve(database, one.uid, life.now)
        approve_all(database, life.now)
        assert life.results() == wanted
        with pytest.raises(Conflict, match="nothing_to_change"):
            judge_again(database, WHO, first, life.now)
        _take_one_back(life)
        life.live(1)
    assert database.read(books.check).breaches == []
    assert database.read(check_corrections)[0] == []
    assert database.read(split_all_again)[0] == []
    assert database.read(recount_days)[0] == []


def _take_one_back(life: Life) -> None:
    """A meal of a signed day that nobody ate after all: corrected or not, its quota is given back."""
    for receipt in life.chance.sample(life.meals, k=min(3, len(life.meals))):
        with suppress(Conflict):
            approve(life.database, ask_back(life.database, receipt, life.now), life.now)
            return


def test_a_later_swipe_sees_the_quota_net_of_corrections(database: Database) -> None:
    world = database.run(make_world, scheme=LAYERED, payers=("gov", "fund"), balance_fen=90_000)
    life = Life(database, world, random.Random(0), seconds=0)
    life.eat(shanghai("11:40", START))
    sign_before(database, START)
    with pytest.raises(Conflict, match="nothing_to_change"):
        judge_again(database, WHO, START, shanghai("12:00", START))
    how = {"by": "staff:wang", "origin": None, "now": shanghai("12:30", START)}
    assert database.read(find_first, number=WHO) is None
    database.run(
        add_fact, number=WHO, kind="born", born=date(1970, 1, 1), source=None, document=None, **how
    )
    assert database.read(find_first, number=WHO) == START
    (late,) = database.read(list_late, areas=(CHENGNAN,), now=shanghai("12:40", START))
    assert (late.number, late.first, late.changes) == (WHO, START, 1)
    assert judge_again(database, WHO, START, shanghai("12:40", START)) == 1
    approve_all(database, shanghai("12:50", START))
    assert database.read(list_late, areas=(CHENGNAN,), now=shanghai("12:50", START)) == []
    database.run(
        add_fact, number=WHO, kind="born", born=date(1950, 1, 1), source=None, document=None,
        by="staff:wang", origin=None, now=shanghai("13:30", START),
    )  # fmt: skip
    life.eat(shanghai("17:20", START))
    lunch, dinner = life.results().values()
    assert lunch == ({}, 1200)
    assert dinner[0] == {
        ("age", "gov"): 300,
        ("second-of-day", "fund"): 100,
        ("off", "canteen"): 60,
    }
