"""How cards were tapped: too fast, all alike, or woken from a long sleep: ⑥, ⑦.

SOURCE: domain.md §6; practice.md §4 (拱墅重阳分: idle balances used suddenly); field case O-074.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from canteen.rules.bursts import list_bursts
from canteen.rules.claim_checks.check import Check, make_key, row_of
from canteen.rules.claim_checks.facts import MealFact, MonthFacts, PersonFact
from canteen.rules.claim_findings import Finding
from canteen.rules.day_anomalies import FAST_SPAN, FAST_TAPS
from canteen.rules.money import yuan_text

#: keyed by hand, so many alike one after another; a set meal always costs the same
ALIKE_MIN = 15
#: no meal for so long, then so many in two weeks
IDLE = timedelta(days=60)
BUSY_MEALS, BUSY = 10, timedelta(days=14)
#: why somebody stays away for long and comes back
AWAY = ("in_hospital", "nursing_home")


def _by_counter(facts: MonthFacts) -> Iterator[tuple[str, list[MealFact]]]:
    """The meals of each counter in the order of the queue."""
    counters: dict[str, list[MealFact]] = defaultdict(list)
    for meal in facts.meals:
        if meal.counter is not None and meal.channel != "delivery":
            counters[meal.counter].append(meal)
    for counter, meals in sorted(counters.items()):
        yield counter, sorted(meals, key=lambda meal: (meal.read_at, meal.receipt))


def _too_fast(facts: MonthFacts) -> Iterator[Finding]:
    for counter, meals in _by_counter(facts):
        tapped = [meal for meal in meals if not meal.is_manual]
        fast: dict[str, MealFact] = {}
        for run in list_bursts(tapped, FAST_TAPS, FAST_SPAN, lambda meal: meal.read_at):
            fast |= {meal.item: meal for meal in run}
        days: dict[date, list[MealFact]] = defaultdict(list)
        for meal in fast.values():
            days[meal.served_on].append(meal)
        for day, found in days.items():
            seconds = (found[-1].read_at - found[0].read_at) // timedelta(seconds=1)
            yield Finding(
                code="too_fast",
                key=make_key("too_fast", facts, counter, day),
                zh=f"{day} {counter} {seconds} 秒内刷了 {len(found)} 笔，人手没有这么快",
                en=f"{day} {counter}: {len(found)} taps within {seconds} s, faster than a hand can",
                rows=list(map(row_of, found)),
            )


def _alike(facts: MonthFacts) -> Iterator[Finding]:
    for counter, meals in _by_counter(facts):
        run: list[MealFact] = []
        for meal in (*(one for one in meals if not one.is_listed_price), None):
            if run and (meal is None or meal.price_fen != run[-1].price_fen):
                if len(run) >= ALIKE_MIN:
                    yield _alike_run(facts, counter, run)
                run = []
            if meal is not None:
                run.append(meal)


def _alike_run(facts: MonthFacts, counter: str, run: list[MealFact]) -> Finding:
    fen = yuan_text(run[0].price_fen)
    return Finding(
        code="alike",
        key=make_key("alike", facts, counter, run[0].receipt),
        zh=f"{counter}手输金额连续 {len(run)} 笔都是 {fen}",
        en=f"{counter}: {len(run)} keyed amounts running are {fen}",
        rows=list(map(row_of, run)),
    )


def _woken(facts: MonthFacts) -> Iterator[Finding]:
    days: dict[str, list[MealFact]] = defaultdict(list)
    for meal in sorted(facts.meals, key=lambda one: (one.served_on, one.receipt)):
        if meal.elder is not None:
            days[meal.elder].append(meal)
    for number, meals in days.items():
        person = facts.persons[number]
        before = person.ate_before
        for index, meal in enumerate(meals):
            if before is not None and meal.served_on - before >= IDLE:
                busy = [m for m in meals[index:] if m.served_on - meal.served_on < BUSY]
                if len(busy) >= BUSY_MEALS and not _was_away(person, before, meal.served_on):
                    yield _woken_card(facts, person, before, busy)
            before = meal.served_on


def _was_away(person: PersonFact, first: date, last: date) -> bool:
    return any(person.has(category, first, last) for category in AWAY)


def _woken_card(
    facts: MonthFacts, person: PersonFact, before: date, busy: list[MealFact]
) -> Finding:
    idle = (busy[0].served_on - before).days
    return Finding(
        code="woken_card",
        key=make_key("woken_card", facts, person.number),
        zh=f"{person.name} {idle} 天没来，{busy[0].served_on} 起两周内 {len(busy)} 餐",
        en=f"{person.name}: nothing for {idle} days, then {len(busy)} meals in two weeks from"
        f" {busy[0].served_on}",
        rows=list(map(row_of, busy)),
    )


CHECKS = (
    Check(
        code="too_fast", find=_too_fast,
        zh="刷卡不比人手快", en="No taps faster than a hand can",
        about_zh=f"⑥一个窗口 {FAST_SPAN.seconds} 秒内 {FAST_TAPS} 笔。南京实测一人 17 秒，"
        "熟练的收银三五秒一笔。",
        about_en=f"⑥ {FAST_TAPS} taps within {FAST_SPAN.seconds} s at one counter. A practised cashier"
        " takes one in three to five seconds.",
    ),
    Check(
        code="alike", find=_alike,
        zh="手输金额不是一长串相同", en="No long runs of one keyed amount",
        about_zh=f"⑥手输的金额连续 {ALIKE_MIN} 笔一样；套餐价不算。",
        about_en=f"⑥ {ALIKE_MIN} keyed amounts alike one after another; set meals do not count.",
    ),
    Check(
        code="woken_card", find=_woken,
        zh="没有久不用的卡突然忙起来", en="No long idle card suddenly busy",
        about_zh=f"⑦{IDLE.days} 天没用，之后两周用 {BUSY_MEALS} 次以上；"
        "登记过住院的不算。杭州拱墅：闲着的余额被集中用掉。",
        about_en=f"⑦ Nothing for {IDLE.days} days, then {BUSY_MEALS} meals or more in two weeks; a"
        " recorded hospital stay explains it. Source: Gongshu, 2020–22.",
    ),
)  # fmt: skip
