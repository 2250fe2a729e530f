"""Counts that no queue of people makes: too even, too many, on days nobody cooked: ③, ④, ⑤.

SOURCE: domain.md §6; practice.md §4 (兴国铜溪村: 20 diners every day, rest days alike, against 7 persons
entitled; 通城东港村: 61 days where the neighbours had about 35); forms.md D, E; field case O-074.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from canteen.rules.claim_checks.check import Check, count_text, make_key, row_of
from canteen.rules.claim_checks.facts import MealFact, MonthFacts, PeerFact
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.day_anomalies import FLAT_DAYS, FLAT_MIN
from canteen.rules.outcomes import MEALTIMES
from canteen.rules.take_up import is_entitled
from canteen.rules.workdays import PUBLISHED

#: few people come in the same number by chance: of fewer than so many a run must be longer
FLAT_MANY, FLAT_DAYS_FEW = 30, 7
#: of free choice the variance of a day's count is about a third of its mean; a twentieth is none
SPREAD_MIN_DAYS, SPREAD_PART = 12, 20
#: so many rest days and workdays must have been served before the two can be compared
REST_DAYS_MIN, WORKDAYS_MIN = 4, 8
#: per cent of the workdays' average: rest days are no quieter
REST_PER_CENT = 100
#: so many neighbours make a usual figure; one and a half times it is far above
PEERS_MIN, PEER_PER_CENT = 3, 150
#: too few meals to compare
PEER_MEALS_MIN = 100


def _by_mealtime(facts: MonthFacts) -> Iterator[tuple[str, dict[date, int]]]:
    """Mealtime → 人次 of each served day."""
    counts: dict[str, Counter[date]] = defaultdict(Counter)
    for meal in facts.meals:
        counts[meal.mealtime][meal.served_on] += 1
    for mealtime in MEALTIMES:
        if counts[mealtime]:
            yield mealtime, dict(sorted(counts[mealtime].items()))


def _flat(facts: MonthFacts) -> Iterator[Finding]:
    for mealtime, counts in _by_mealtime(facts):
        zh, en = MEALTIMES[mealtime]
        runs = [run for run in _list_runs(counts) if len(run) >= _flat_days(counts[run[0]])]
        for run in runs:
            count = counts[run[0]]
            yield Finding(
                code="flat_counts",
                key=make_key("flat_counts", facts, mealtime, run[0]),
                zh=f"{zh}连续 {len(run)} 天都是 {count} 人次",
                en=f"{en}: exactly {count} on {len(run)} days running",
                rows=[_day_row(day, count) for day in run],
            )
        values = list(counts.values())
        if not runs and _is_even(values):
            yield Finding(
                code="flat_counts",
                key=make_key("flat_counts", facts, mealtime, "spread"),
                zh=f"{zh} {len(values)} 天都在 {min(values)} 到 {max(values)} 人次之间，齐得不像人来吃饭",
                en=f"{en}: between {min(values)} and {max(values)} on all {len(values)} days, more"
                " even than people are",
                rows=[_day_row(day, count) for day, count in counts.items()],
            )


def _list_runs(counts: dict[date, int]) -> Iterator[list[date]]:
    """Served days one after another with the same count, where enough people eat for that to be odd."""
    run: list[date] = []
    for day, count in counts.items():
        if run and counts[run[-1]] != count:
            yield run
            run = []
        if count >= FLAT_MIN:
            run.append(day)
    if run:
        yield run


def _flat_days(count: int) -> int:
    return FLAT_DAYS if count >= FLAT_MANY else FLAT_DAYS_FEW


def _is_even(values: Sequence[int]) -> bool:
    """Whether the variance is less than a twentieth of the mean, in whole numbers."""
    days, total = len(values), sum(values)
    if days < SPREAD_MIN_DAYS or total < FLAT_MIN * days:
        return False
    squares = days * sum(value * value for value in values) - total * total
    return squares * SPREAD_PART < total * days


def _rest_dip(facts: MonthFacts) -> Iterator[Finding]:
    for mealtime, counts in _by_mealtime(facts):
        rest = [count for day, count in counts.items() if day in facts.rest_days]
        work = [count for day, count in counts.items() if day not in facts.rest_days]
        if (
            len(rest) < REST_DAYS_MIN
            or len(work) < WORKDAYS_MIN
            or sum(work) < FLAT_MIN * len(work)
        ):
            continue
        if sum(rest) * len(work) * 100 >= sum(work) * len(rest) * REST_PER_CENT:
            zh, en = MEALTIMES[mealtime]
            averages = f"{sum(rest) // len(rest)} ≥ {sum(work) // len(work)}"
            yield Finding(
                code="rest_dip",
                key=make_key("rest_dip", facts, mealtime),
                zh=f"{zh}休息日的人不比工作日少（日均 {averages}）",
                en=f"{en}: rest days are no quieter than workdays (a day {averages})",
                rows=[_day_row(day, n) for day, n in counts.items() if day in facts.rest_days],
            )


def _above_register(facts: MonthFacts) -> Iterator[Finding]:
    here = [one for one in facts.persons.values() if one.is_registered]
    gone = [[day for s in ("deceased", "moved") if (day := one.gone_since(s))] for one in here]
    meals: dict[tuple[date, str], list[MealFact]] = defaultdict(list)
    for meal in facts.meals:
        if meal.elder is not None:
            meals[meal.served_on, meal.mealtime].append(meal)
    for (day, mealtime), found in sorted(meals.items()):
        registered = sum(not days or min(days) >= day for days in gone)
        if len(found) > registered:
            zh, en = MEALTIMES[mealtime]
            yield Finding(
                code="above_register",
                key=make_key("above_register", facts, day, mealtime),
                zh=f"{day} {zh} {len(found)} 餐，名册上只有 {registered} 人",
                en=f"{day} {en}: {len(found)} meals, {registered} persons on the register",
                rows=list(map(row_of, found)),
            )


def _above_entitled(facts: MonthFacts) -> Iterator[Finding]:
    """Subsidised meals of a mealtime ≤ entitled persons × serving days."""
    scheme = facts.schemes.get(facts.in_force or 0)
    if scheme is None:
        return
    entitled = sum(
        is_entitled(scheme, one.person_on(facts.last), facts.last, facts.area_code, PUBLISHED)
        for one in facts.persons.values()
    )
    for mealtime in MEALTIMES:
        meals = [m for m in facts.meals if m.mealtime == mealtime and m.subsidy_fen > 0]
        days = len({meal.served_on for meal in meals})
        if len(meals) > entitled * days:
            zh, en = MEALTIMES[mealtime]
            yield Finding(
                code="above_entitled",
                key=make_key("above_entitled", facts, mealtime),
                zh=f"{zh}补了 {len(meals)} 餐，多于应享受 {entitled} 人 × 供餐 {days} 天",
                en=f"{en}: {len(meals)} subsidised, more than {entitled} entitled × {days} days",
            )


def _closed_day(facts: MonthFacts) -> Iterator[Finding]:
    closed: dict[date, list[MealFact]] = defaultdict(list)
    for meal in facts.meals:
        is_ours = facts.first <= meal.served_on <= facts.last
        if is_ours and meal.served_on not in facts.opened.get(meal.mealtime, ()):
            closed[meal.served_on].append(meal)
    for day, meals in sorted(closed.items()):
        yield Finding(
            code="closed_day",
            key=make_key("closed_day", facts, day),
            zh=f"{day} 日历上停业，却有 {len(meals)} 餐",
            en=f"{day} is closed by the calendar; {count_text(len(meals), 'meal', 'meals')}",
            rows=list(map(row_of, meals)),
        )


def _above_peers(facts: MonthFacts) -> Iterator[Finding]:
    paid = [meal for meal in facts.meals if meal.subsidy_fen > 0 and meal.elder is not None]
    peers = [one for one in facts.peers if one.meals >= PEER_MEALS_MIN]
    if len(peers) < PEERS_MIN or len(paid) < PEER_MEALS_MIN:
        return
    own = PeerFact(
        name=facts.canteen_name, days=len({meal.booked_on for meal in paid}), meals=len(paid),
        persons=len({meal.elder for meal in paid}),
    )  # fmt: skip
    usual_days = _median([one.days for one in peers])
    usual_meals = _median([_tenths(one) for one in peers])
    for what, ours, usual, zh, en in (
        ("days", own.days, usual_days, "开餐天数", "Days served"),
        ("meals", _tenths(own), usual_meals, "人均餐数（十分之一餐）", "Meals a person, in tenths"),
    ):
        if ours * 100 > usual * PEER_PER_CENT:
            yield Finding(
                code="above_peers",
                key=make_key("above_peers", facts, what),
                zh=f"{zh} {ours}，本区其他食堂一般 {usual}",
                en=f"{en}: {ours}, usual in the district {usual}",
                rows=[
                    SeenRow(
                        zh=f"{one.name} {one.days} 天 {one.meals} 餐 {one.persons} 人",
                        en=f"{one.name}: {one.days} days, {one.meals} meals, {one.persons} persons",
                    )
                    for one in (own, *peers)
                ],
            )


def _tenths(peer: PeerFact) -> int:
    return peer.meals * 10 // max(peer.persons, 1)


def _median(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]


def _day_row(day: date, count: int) -> SeenRow:
    return SeenRow(zh=f"{day} {count} 人次", en=f"{day}: {count_text(count, 'meal', 'meals')}")


def _show_days(facts: MonthFacts) -> str:
    counts = Counter(meal.served_on for meal in facts.meals)
    return f"{min(counts.values())}–{max(counts.values())}" if counts else ""


CHECKS = (
    Check(
        code="flat_counts", find=_flat, show=_show_days,
        zh="每天人次有正常的起伏", en="Counts vary from day to day as they should",
        about_zh=f"③连续 {FLAT_DAYS} 天一个数（不到 {FLAT_MANY} 人的 {FLAT_DAYS_FEW} 天），"
        "或整月起伏小得不像真的（方差不到均值的二十分之一）。"
        "兴国铜溪村：天天 20 人，休息日也一样。",
        about_en=f"③ The same number on {FLAT_DAYS} days running ({FLAT_DAYS_FEW} of fewer than {FLAT_MANY}"
        " people), or a month more even than people"
        " are (variance below a twentieth of the mean). Source: Xingguo's Tongxi village, 2022.",
    ),
    Check(
        code="rest_dip", find=_rest_dip,
        zh="休息日人少一些", en="Rest days are quieter",
        about_zh="③周末和节假日的日均不低于工作日的，请说明（比如食堂只有周末有菜）。",
        about_en="③ Where weekends and holidays are no quieter than workdays, say why.",
    ),
    Check(
        code="above_register", find=_above_register,
        zh="用餐不多于名册人数", en="No more meals than persons on the register",
        about_zh="④一餐的老人用餐份数多于名册上的人。依据：美国夏季供餐审计，15% 的日子人次多于名单。",
        about_en="④ More meals of elders in one mealtime than persons on the register. Source:"
        " audits of US summer meals, where 15% of the days were so.",
    ),
    Check(
        code="above_entitled", find=_above_entitled,
        zh="补贴餐数不多于应享受人数 × 天数", en="Subsidised meals ≤ entitled persons × days",
        about_zh="④按生效办法数应享受的人。依据：美国学校供餐的核对表（人数 × 供餐天数）。",
        about_en="④ The entitled are counted by the scheme in force. Source: the edit"
        " check of US school meals (eligible persons × serving days).",
    ),
    Check(
        code="closed_day", find=_closed_day,
        zh="停业的日子没有用餐", en="No meal on a closed day",
        about_zh="日历上停业（或那一餐不开）却有用餐。",
        about_en="Meals on a day, or of a mealtime, that the calendar calls closed.",
    ),
    Check(
        code="above_peers", find=_above_peers,
        zh="天数和人均餐数与本区相当", en="Days and meals a person are as usual in the district",
        about_zh="⑤超过本区其他食堂中位数的一倍半。通城东港村：61 天，邻村 35 天左右。",
        about_en="⑤ More than one and a half times the district's median. Source: Tongcheng's Donggang"
        " village, 2025.",
    ),
)  # fmt: skip
