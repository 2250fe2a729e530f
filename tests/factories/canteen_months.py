"""Honest months of invented canteens, as the checks are given them; `frauds` plants something in them.

A queue at lunch, few at dinner, fewer on rest days; a set meal of 12.50, some keyed prices; two
volunteers who walk from door to door; sacks of rice on Mondays. All of one seed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from canteen.rules.claim_checks.facts import (
    DoorFact,
    MealFact,
    MonthFacts,
    PeerFact,
    PersonFact,
    RoundFact,
    ServiceFact,
    StaffFact,
    SupplyFact,
    TierFact,
)
from canteen.rules.claim_periods import month_of
from canteen.rules.days import MEALTIMES, SHANGHAI
from canteen.rules.elders import Fact
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.workdays import PUBLISHED

SURNAMES = "黄韦陆梁覃莫农李王张刘陈杨赵周吴徐孙马朱"
GIVEN = "桂兰德胜秀珍玉琼大山有福志明淑芬建国"
CLERKS = (("staff:clerk1", "甘丽"), ("staff:clerk2", "冯平"))
CAPACITY = 8
HABITS = (40, 50, 60, 70, 90)
#: of a hundred prices keyed by hand, so many lie at the floor anyway
PRICES = (1000, 1100, 1150, 1300, 1350, 1400, 1550, 1600)
SCHEME = """
code = "measured"
[payer.city]
name = "市级"
kind = "government"
[payer.district]
name = "区级"
kind = "government"
[category.dibao]
name = "低保"
[[rule]]
id = "age-60"
payer = "city"
group = "city"
amount = {{ fixed_fen = 300 }}
who = {{ age_min = 60 }}
price = {{ min_fen = 1000 }}
[[rule]]
id = "dibao"
payer = "district"
group = "district"
amount = {{ fixed_fen = 200 }}
who = {{ category = ["dibao"] }}
price = {{ min_fen = 1000 }}
[[grant]]
id = "operating"
payer = "district"
per = "month"
basis = "average_elder_meals_per_open_day"
tiers = [ {{ min = {tier}, amount_fen = 100000 }} ]
"""


@dataclass(frozen=True, slots=True)
class Town:
    """The people of one canteen, who live through its months."""

    canteen: str
    area_code: str
    seed: int
    persons: Sequence[PersonFact]
    #: register number → of a hundred lunches she comes to so many
    habits: Mapping[str, int]
    #: those who are brought their lunch
    at_home: frozenset[str]
    tier: int = 1
    clerks: Sequence[StaffFact] = field(
        default_factory=lambda: [StaffFact(actor=actor, name=name) for actor, name in CLERKS]
    )

    @property
    def scheme_text(self) -> str:
        """The scheme that splits its meals."""
        return SCHEME.format(tier=self.tier)

    @property
    def scheme(self) -> Scheme:
        """The same, read."""
        return parse_scheme(self.scheme_text)


def make_town(canteen: str = "C1", *, persons: int = 60, seed: int = 1) -> Town:
    """Elders of 62 to 93, one in ten with 低保, one in twelve at home; the last never comes."""
    rng = random.Random(f"{seed} {canteen}")
    area = f"4507020030{5 + int(canteen[1:]):02d}"
    people = []
    for number in range(1, persons + 1):
        name = SURNAMES[number % len(SURNAMES)] + "".join(rng.sample(GIVEN, 2)) + f"{number:02d}"
        facts = [
            Fact("born", born=date(1933 + rng.randrange(30), 1 + number % 12, 1 + number % 28)),
            Fact("hukou", area),
            Fact("residence", area),
        ]
        if number % 10 == 3:
            facts.append(Fact("category", "dibao", from_on=date(2020, 1, 1)))
        people.append(PersonFact(number=f"{canteen}E{number:03d}", name=name, facts=facts))
    return Town(
        canteen,
        area,
        seed,
        people,
        {one.number: rng.choice(HABITS) for one in people} | {people[-1].number: 0},
        frozenset(one.number for number, one in enumerate(people) if number % 12 == 5),
    )


def live_month(town: Town, first: date) -> MonthFacts:
    """A month as it went, with its sheets signed."""
    last = month_of(first).last
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    rng = random.Random(f"{town.seed} {town.canteen} {first}")
    rest = frozenset(day for day in days if not PUBLISHED.is_workday(day))
    meals: list[MealFact] = []
    doors: list[DoorFact] = []
    for day in days:
        serial = iter(range(1, 10_000))
        meals += _live_counter(town, rng, day, serial, is_rest=day in rest)
        carried = _carry(town, rng, day, serial)
        meals += [meal for meal, _ in carried]
        doors += [door for _, door in carried]
    counted = sum(meal.portion == 1 for meal in meals)
    return seal(
        MonthFacts(
            canteen=town.canteen,
            canteen_name=f"{town.canteen} 食堂",
            area_code=town.area_code,
            first=first,
            last=last,
            meals=meals,
            persons={
                one.number: replace(one, ate_before=first - timedelta(days=1))
                for one in town.persons
            },
            services=[
                ServiceFact(item=f"service:{number}", elder=door.elder, served_on=door.day, fen=200)
                for number, door in enumerate(doors, start=1)
            ],
            doors=doors,
            rounds=list(_list_rounds(doors)),
            opened=dict.fromkeys(MEALTIMES, frozenset(days)),
            rest_days=rest,
            schemes={1: town.scheme},
            in_force=1,
            floors_fen=frozenset({1000}),
            at_floor_before=4,
            meals_before=2 * len(meals),
            peers=[
                PeerFact(name=f"邻 {number}", days=len(days), meals=counted + 10 * number,
                         persons=len({meal.elder for meal in meals}))
                for number in range(4)
            ],
            staff=town.clerks,
            supplies=list(_buy(days, len(meals))),
            tiers=[
                TierFact(grant="operating", payer="区级", min=town.tier, first=first, last=last,
                         meals=counted, days=len(days))
            ],
        )
    )  # fmt: skip


def seal(facts: MonthFacts) -> MonthFacts:
    """The day sheets signed over the meals as they are, receipts drawn anew in their order."""
    sums: dict[date, int] = {}
    for meal in facts.meals:
        sums[meal.booked_on] = sums.get(meal.booked_on, 0) + meal.subsidy_fen
    serials: dict[date, int] = {}
    meals = []
    for number, meal in enumerate(sorted(facts.meals, key=lambda one: (one.read_at, one.item)), 1):
        serials[meal.booked_on] = serials.get(meal.booked_on, 0) + 1
        receipt = f"{meal.canteen}-{meal.booked_on:%Y%m%d}-{serials[meal.booked_on]:04d}"
        meals.append(replace(meal, item=f"meal:{number}", receipt=receipt))
    return replace(
        facts, meals=meals, sheets={day: (fen, fen) for day, fen in sorted(sums.items())}
    )


def make_meal(
    town: Town, person: PersonFact, at: datetime, *, mealtime: str = "lunch", **given: object
) -> MealFact:
    """A set meal by card; the rules pay by what is true that day."""
    price_fen = given.get("price_fen", 1250)
    assert isinstance(price_fen, int)
    is_poor = person.has("dibao", at.date(), at.date())
    rules = (("age-60", "dibao") if is_poor else ("age-60",)) if price_fen >= 1000 else ()
    plain: dict[str, object] = {
        "item": f"{at.isoformat()} {person.number}", "receipt": "", "canteen": town.canteen,
        "canteen_name": f"{town.canteen} 食堂", "elder": person.number, "name": person.name,
        "served_on": at.date(), "booked_on": at.date(), "mealtime": mealtime, "portion": 1,
        "channel": "dine_in", "read_at": at, "counter": "1 号窗口", "price_fen": price_fen,
        "subsidy_fen": {(): 0, ("age-60",): 300}.get(rules, 500), "is_listed_price": True,
        "is_late": False, "is_manual": False, "by": f"reader:{town.canteen}-R1", "version": 1,
        "rules": rules,
    }  # fmt: skip
    return MealFact(**{**plain, **given})  # type: ignore[arg-type]


def at(day: date, clock: time, seconds: int = 0) -> datetime:
    """An instant of a local day."""
    return datetime.combine(day, clock, SHANGHAI) + timedelta(seconds=seconds)


def _live_counter(
    town: Town, rng: random.Random, day: date, serial: Iterator[int], *, is_rest: bool
) -> Iterator[MealFact]:
    for mealtime, opens, share, seconds in (
        ("lunch", time(10, 35), 1, 9600),
        ("dinner", time(16, 35), 11, 6000),
    ):
        quiet = 15 if is_rest else 0
        coming = [
            one for one in town.persons
            if one.number not in town.at_home
            and rng.randrange(100) < (town.habits[one.number] - quiet) // share
        ]  # fmt: skip
        rng.shuffle(coming)
        moments = sorted(int(rng.triangular(0, seconds, seconds // 4)) for _ in coming)
        last = -1
        for person, moment in zip(coming, moments, strict=True):
            last = max(moment, last + 3)
            given: dict[str, object] = {"item": f"{day} {next(serial):04d}"}
            draw = rng.randrange(100)
            if draw == 0:
                given |= {"is_manual": True, "by": CLERKS[rng.randrange(2)][0]}
            elif draw < 4:
                given |= {"price_fen": rng.choice(PRICES), "is_listed_price": False}
            yield make_meal(town, person, at(day, opens, last), mealtime=mealtime, **given)


def _carry(
    town: Town, rng: random.Random, day: date, serial: Iterator[int]
) -> list[tuple[MealFact, DoorFact]]:
    carried = []
    names = [one for one in town.persons if one.number in town.at_home]
    for round_number in range(2):
        now = 0
        for person in names[round_number::2]:
            now += rng.randrange(90, 210)
            done_at = at(day, time(11, 0), now)
            meal = make_meal(
                town, person, at(day, time(10, 55)), channel="delivery", counter=None,
                by="staff:clerk1", item=f"{day} {next(serial):04d}",
            )  # fmt: skip
            door = make_door(person, day, done_at, volunteer=round_number + 1, canteen=town.canteen)
            carried.append((meal, door))
    return carried


def make_door(
    person: PersonFact,
    day: date,
    done_at: datetime,
    *,
    volunteer: int,
    canteen: str = "C1",
    portions: int = 1,
) -> DoorFact:
    """A lunch handed over by a volunteer, told by her own phone."""
    return DoorFact(
        run=f"{canteen}-{day}-{volunteer}", volunteer=f"{canteen}V{volunteer}",
        volunteer_name=f"志愿者{volunteer}", elder=person.number, name=person.name,
        address=f"{person.number[-2:]}栋 1 单元", day=day, mealtime="lunch", portions=portions,
        done_at=done_at, is_own_report=True,
    )  # fmt: skip


def _list_rounds(doors: Sequence[DoorFact]) -> Iterator[RoundFact]:
    for run in {door.run: door for door in doors}.values():
        yield RoundFact(
            run=run.run, volunteer=run.volunteer, name=run.volunteer_name, day=run.day,
            mealtime=run.mealtime, capacity=CAPACITY, is_away=False,
        )  # fmt: skip


def _buy(days: Sequence[date], meals: int) -> Iterator[SupplyFact]:
    weeks = [day for day in days if day.isoweekday() == 1]
    for day in weeks:
        part = meals // len(weeks)
        yield SupplyFact(day=day, kind="staple", item="大米", grams=85 * part, cost_fen=60 * part)
        yield SupplyFact(day=day, kind="meat", item="猪肉", grams=90 * part, cost_fen=260 * part)
        yield SupplyFact(
            day=day, kind="vegetable", item="青菜", grams=200 * part, cost_fen=220 * part
        )
