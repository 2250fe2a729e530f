"""A year of five canteens with frauds planted in it: what the checks find, and what they cry of in vain."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.claim_checks import CHECKS
from canteen.till.claim_judging import judge_month
from canteen.till.day_state import get_canteen_by_code
from tests.factories.canteen_months import Town, live_month, make_town
from tests.factories.frauds import FRAUDS
from tests.factories.month_rows import (
    bind,
    elsewhere,
    instant_after,
    write_district,
    write_month,
    write_town,
)
from tests.factories.round_rows import Written
from tests.measuring import keep

CANTEENS, PERSONS, YEAR = 5, 160, 2026
#: the thresholds were settled while looking at the first; the other year nobody had seen
SEEDS = {
    5: "The thresholds were settled on this year.",
    11: "No threshold was settled on this year.",
}
#: what stays true afterwards, so that it is planted in the last month
LAST_ONLY = ("own_card", "tier_reached")
#: needs months before it in which the card lay idle
LATER_ONLY = ("woken_card",)
#: a fraud that another check sees as well: no false alarm
BESIDE = {
    # a row of holidays filled up to one number
    "rest_dip": {"flat_counts"},
    "above_peers": {"rest_dip", "above_register", "flat_counts", "food_bought", "woken_card"},
    "above_entitled": {"above_register", "above_peers", "food_bought"},
    "doors_too_fast": {"overloaded", "carrier_away"},
}
Plan = dict[tuple[str, int], str]


def _plan(rng: random.Random) -> Plan:
    """Each fraud twice, at different canteens; the other months are honest."""
    free = [(f"C{one}", month) for one in range(1, CANTEENS + 1) for month in range(1, 12)]
    last = [(f"C{one}", 12) for one in range(1, CANTEENS + 1)]
    rng.shuffle(free)
    plan: Plan = {}
    for code in (*LAST_ONLY, *LATER_ONLY, *(code for code in FRAUDS if code not in LATER_ONLY)):
        here = last if code in LAST_ONLY else free
        if code in plan.values():
            continue
        for _ in range(2):
            taken = {canteen for (canteen, _), planted in plan.items() if planted == code}
            months = {month for (_, month), planted in plan.items() if planted == code}
            place = next(
                one for one in here
                if one[0] not in taken
                and (one[1] > 4 or code not in LATER_ONLY)
                and (one[1] not in months or here is last)
            )  # fmt: skip
            here.remove(place)
            plan[place] = code
    return plan


def _write_year(
    session: Session, plan: Plan, seed: int
) -> tuple[int, Mapping[tuple[str, int], set[str]]]:
    """Live and write every month; the meals, and by canteen and month what may be found."""
    towns = [
        make_town(f"C{one}", persons=PERSONS, seed=one + seed - 5) for one in range(1, CANTEENS + 1)
    ]
    written = write_district(session)
    for town in towns:
        write_town(session, written, town)
    expected: dict[tuple[str, int], set[str]] = defaultdict(set)
    meals = 0
    for settled in towns:
        town = settled
        for month in range(1, 13):
            code = plan.get((town.canteen, month))
            town, count = _write_month(session, written, town, month, code)
            meals += count
            if code is not None:
                expected[town.canteen, month] |= {code} | BESIDE.get(code, set())
                if code == "own_card":  # whose mother she is was true all the year
                    for earlier in range(1, 13):
                        expected[town.canteen, earlier].add(code)
                if code in ("two_canteens", "too_close"):
                    expected[elsewhere(written, "C9", town.canteen), month].add(code)
    return meals, expected


def _write_month(
    session: Session, written: Written, town: Town, month: int, code: str | None
) -> tuple[Town, int]:
    """The month with its fraud, and the town as it goes on after it."""
    facts = live_month(town, date(YEAR, month, 1))
    if code is not None:
        facts = FRAUDS[code](town, facts, random.Random(f"{town.canteen} {month} {code}"))
    if code == "tier_reached":
        town = replace(town, tier=facts.tiers[0].min)
        bind(session, written, town, facts.first)
    write_month(session, written, town, facts)
    people = [
        replace(one, ate_before=None)
        for one in facts.persons.values()
        if not any(one.gone_since(status) for status in ("deceased", "moved"))
        and not one.has("nursing_home", facts.last, facts.last)
    ]
    return replace(town, persons=people), len(facts.meals)


def _judge_year(
    database: Database,
) -> Iterator[tuple[tuple[str, int], set[str], float]]:
    """Canteen and month, the codes found, and the seconds it took."""

    def judge(session: Session, code: str, month: int) -> set[str]:
        first = date(YEAR, month, 1)
        place = get_canteen_by_code(session, code)
        now = instant_after(live_month(make_town(code, persons=1), first))
        results = judge_month(session, place, first, now.date(), now)
        return {
            key.split(":")[0]
            for r in results
            for f in r.findings
            if f":{first:%Y-%m}" in (key := f.key)
        }

    for one in range(1, CANTEENS + 1):
        for month in range(1, 13):
            began = time.process_time()
            found = database.read(judge, code=f"C{one}", month=month)
            yield (f"C{one}", month), found, time.process_time() - began


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_fraud_is_found_and_few_alarms_are_false(
    seed: int, sqlite_database: Database
) -> None:
    plan = _plan(random.Random(seed))
    meals, expected = sqlite_database.run(_write_year, plan=plan, seed=seed)
    found: dict[tuple[str, int], set[str]] = {}
    seconds: list[float] = []
    for place, codes, took in _judge_year(sqlite_database):
        found[place] = codes
        seconds.append(took)
    caught = Counter(code for place, code in plan.items() if code in found[place])
    false = Counter(code for place, codes in found.items() for code in codes - expected[place])
    in_vain = [
        f"{code} ({canteen}, month {month})"
        for (canteen, month), codes in found.items()
        for code in sorted(codes - expected[canteen, month])
    ]
    planted = Counter(plan.values())
    lines = [
        f"| {check.code} | {check.zh} | {planted[check.code] or '–'} |"
        f" {caught[check.code] if planted[check.code] else '–'} | {false[check.code]} |"
        for check in CHECKS
    ]
    average = sum(seconds) / len(seconds)
    keep(
        f"Frauds found by the checks, year {seed}",
        f"{SEEDS[seed]} By `tests/till/test_frauds_measured.py`: {CANTEENS} canteens × 12 months,"
        f" {PERSONS} elders each, {meals:,} meals in SQLite; {len(plan)} of {len(found)}"
        " canteen-months hold a planted"
        f" fraud. Of {len(found) * len(CHECKS):,} verdicts {sum(false.values())} were false alarms."
        f" Judging a month of {meals // len(found):,} meals took {average:.2f} s of a processor on"
        f" average, {max(seconds):.2f} s at most; a canteen's year {average * 12:.1f} s.\n\n"
        "| check | holds when nothing is found | planted | found | false alarms |\n"
        "|---|---|---|---|---|\n"
        + "\n".join(lines)
        + f"\n\nFalse alarms: {', '.join(in_vain) or 'none'}.",
    )
    missed = planted - caught
    assert not missed, (missed, false)
    assert sum(false.values()) * 100 <= len(found) * len(CHECKS), in_vain
