"""What of a day somebody should look at: one named rule each, judged on that day's own lines.

Ground floor. An anomaly says what was seen and what the service did about it; it never undoes anything
and never stopped anybody from eating. `must` is settled by a person's remark before the day is signed,
`should` is worth a look, `note` is good to know. The key is the same whenever the rule finds it again.
SOURCE: domain.md §6; field cases O-003, O-074, O-095.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

from canteen.rules.bursts import list_bursts
from canteen.rules.day_facts import LEVELS, Anomaly, DayFacts, SwipeFact
from canteen.rules.day_lines import MealLine
from canteen.rules.money import yuan_text
from canteen.rules.outcomes import ACCEPTED, BY_CODE, MEALTIMES

#: one card cannot be at two canteens within
TWO_PLACES = timedelta(seconds=60)
#: so many accepted taps at one counter in so short a time are no queue of people
FAST_TAPS, FAST_SPAN = 8, timedelta(seconds=12)
#: a void so long after its meal is no slip of the hand
VOID_AFTER = timedelta(minutes=30)
VOIDS_MANY = 5
#: of a day's meals, in per cent, and at least so many
MANUAL_PER_CENT, MANUAL_MIN = 10, 5
#: the same number on so many days running, where at least so many eat
FLAT_DAYS, FLAT_MIN = 5, 10
#: meals keyed exactly at a scheme's lowest subsidised price: this often before it is worth a look
AT_FLOOR_MIN, AT_FLOOR_TIMES = 5, 3
#: refusals after which no food was handed out
NOT_FED = frozenset({"repeat", "test_card", "held"})


def find_anomalies(facts: DayFacts) -> list[Anomaly]:
    """Everything the rules find, the gravest first."""
    found = [anomaly for rule in RULES for anomaly in rule(facts)]
    return sorted(found, key=lambda one: (LEVELS.index(one.level), one.key))


def _held(facts: DayFacts) -> Iterator[Anomaly]:
    for swipe in facts.swipes:
        is_ours = swipe.canteen == facts.canteen and not swipe.is_settled
        if is_ours and swipe.outcome == "held":
            yield Anomaly(
                key=f"held:{swipe.id}", level="must", at=swipe.read_at, rows=(swipe.id,),
                zh=f"{swipe.counter}有一笔读卡时间不对，等人核对",
                en=f"A tap at {swipe.counter} has a wrong clock and waits for a person",
                did_zh="先记下，没有扣钱，也没有算人次", did_en="Kept; not charged, not counted",
                who=_who(swipe.name),
            )  # fmt: skip


def _food_given(facts: DayFacts) -> Iterator[Anomaly]:
    """Not a `must`: the list of food given stays open by itself, also after the day is signed."""
    for swipe in facts.swipes:
        if (
            swipe.canteen == facts.canteen and swipe.offline == "taken" and not swipe.is_settled
            and swipe.outcome not in ACCEPTED and swipe.outcome not in NOT_FED
        ):  # fmt: skip
            outcome = BY_CODE[swipe.outcome]
            yield Anomaly(
                key=f"food_given:{swipe.id}", level="should", at=swipe.read_at, rows=(swipe.id,),
                zh=f"断网时打了饭，上传后没记成账：{outcome.zh}",
                en=f"Food given while offline could not be booked: {outcome.en}",
                did_zh="没有扣钱，列入“饭给了没收钱”", did_en="Not charged; listed as food given",
                who=_who(swipe.name),
            )  # fmt: skip


def _drawers(facts: DayFacts) -> Iterator[Anomaly]:
    drawers = facts.figures["drawers"]
    assert isinstance(drawers, list)
    for drawer in drawers:
        counter, counted = drawer["counter"], drawer["counted_fen"]
        if counted is None and drawer["expected_fen"]:
            yield Anomaly(
                key=f"cash_uncounted:{counter}", level="should",
                zh="现金还没点", en="The cash is not counted",
                did_zh="不影响签结", did_en="Does not stop the sign-off",
                who=_drawer(counter),
            )  # fmt: skip
        elif counted is not None and counted != drawer["expected_fen"]:
            yield Anomaly(
                # A new count is a new thing to explain.
                key=f"cash_differs:{counter}:{counted - drawer['expected_fen']}", level="must",
                zh="点的现金和账不符", en="The cash counted differs from the books",
                did_zh="账没有改", did_en="The books were not changed",
                who=_drawer(counter),
                amounts={"counted_fen": counted, "expected_fen": drawer["expected_fen"]},
            )  # fmt: skip


def _drawer(counter: str) -> tuple[str, str]:
    """Whose cash it is; donations are taken at the desk and lie in no counter's drawer."""
    return (
        (f"{counter} 窗口", f"counter {counter}")
        if counter
        else ("社区收的现金", "the desk’s cash")
    )


def _portions(facts: DayFacts) -> Iterator[Anomaly]:
    portions = facts.figures["portions"]
    assert isinstance(portions, list)
    for line in portions:
        if line["left"] is None or line["cooked"] - line["left"] == line["served"]:
            continue
        zh, en = MEALTIMES[line["mealtime"]]
        sums = f"{line['cooked']} − {line['left']} ≠ {line['served']}"
        yield Anomaly(
            key=f"portions:{line['mealtime']}", level="should",
            zh=f"{zh}份数对不上：备 − 剩 ≠ 打出，{sums}",
            en=f"{en}: portions cooked − left ≠ served, {sums}",
            did_zh="数字照记", did_en="Kept as counted",
        )  # fmt: skip


def _two_places(facts: DayFacts) -> Iterator[Anomaly]:
    by_card: dict[str, list[SwipeFact]] = defaultdict(list)
    for swipe in facts.swipes:
        by_card[swipe.card].append(swipe)
    for swipes in by_card.values():
        ordered = sorted(swipes, key=lambda swipe: (swipe.read_at, swipe.id))
        for first, then in pairwise(ordered):
            apart = then.read_at - first.read_at
            if first.canteen == then.canteen or apart > TWO_PLACES:
                continue
            seconds = -(-apart // timedelta(seconds=1))
            yield Anomaly(
                key=f"two_places:{then.id}", level="should", at=first.read_at,
                rows=(first.id, then.id),
                zh=f"同卡两地 {seconds} 秒内：{first.canteen_name}、{then.canteen_name}",
                en=f"One card at two canteens within {seconds} s: {first.canteen_name},"
                f" {then.canteen_name}",
                did_zh=f"后一笔：{BY_CODE[then.outcome].zh}",
                did_en=f"The second: {BY_CODE[then.outcome].en}",
                who=_who(first.name or then.name),
            )  # fmt: skip


def _lost_cards(facts: DayFacts) -> Iterator[Anomaly]:
    for swipe in facts.swipes:
        if swipe.outcome == "card_lost" and swipe.canteen == facts.canteen:
            yield Anomaly(
                key=f"lost_card:{swipe.id}", level="should", at=swipe.read_at, rows=(swipe.id,),
                zh=f"挂失的卡 {swipe.card} 又在{swipe.counter}刷了",
                en=f"Lost card {swipe.card} was tapped at {swipe.counter}",
                did_zh="没收钱，请收卡", did_en="Not charged; the card is to be kept",
                who=_who(swipe.name),
            )  # fmt: skip


def _manual(facts: DayFacts) -> Iterator[Anomaly]:
    by_hand: dict[str, list[MealLine]] = defaultdict(list)
    of_elders = [meal for meal in _eaten(facts) if meal.elder is not None]
    for meal in of_elders:
        if meal.manual_reason is not None:
            by_hand[meal.booked_by].append(meal)
    for by, meals in by_hand.items():
        name = facts.names.get(by, by)
        many = len(meals) >= MANUAL_MIN and len(meals) * 100 > len(of_elders) * MANUAL_PER_CENT
        yield Anomaly(
            key=f"manual:{by}", level="should" if many else "note",
            at=min(meal.read_at for meal in meals), rows=tuple(meal.receipt for meal in meals),
            zh=f"没带卡，按姓名打饭；{name} 经手" + ("，比例偏高" if many else ""),
            en=f"Served by name, without a card; by {name}" + (", an unusual share" if many else ""),
            did_zh="照常补贴", did_en="Subsidised as usual",
            who=(f"{len(meals)} 位老人", f"{len(meals)} elders"),
        )  # fmt: skip


def _voids(facts: DayFacts) -> Iterator[Anomaly]:
    for void in facts.voids:
        if void.voided_at - void.read_at > VOID_AFTER:
            name = facts.names.get(void.by, void.by)
            minutes = (void.voided_at - void.read_at) // timedelta(minutes=1)
            yield Anomaly(
                key=f"void_after:{void.receipt}", level="should", at=void.voided_at,
                rows=(void.receipt,),
                zh=f"打饭 {minutes} 分钟后才撤销；{name} 经手",
                en=f"Voided {minutes} minutes after it was served; by {name}",
                did_zh="钱已退回", did_en="Money given back", who=_who(void.name),
            )  # fmt: skip
    for by, count in sorted(Counter(void.by for void in facts.voids).items()):
        if count >= VOIDS_MANY:
            name = facts.names.get(by, by)
            yield Anomaly(
                key=f"voids:{by}", level="should",
                rows=tuple(void.receipt for void in facts.voids if void.by == by),
                zh=f"{name} 一天撤销了 {count} 笔", en=f"{name} voided {count} meals in a day",
                did_zh="都留着两笔", did_en="Both lines of each are kept",
            )  # fmt: skip


def _below_floor(facts: DayFacts) -> Iterator[Anomaly]:
    for meal in facts.lines.meals:
        if meal.is_standing and meal.below_floor:
            charge = yuan_text(meal.purse_fen + meal.delivery_fee_fen)
            carried = meal.channel == "delivery"
            zh, en = ("送餐", "for a delivery") if carried else ("断网时", "while offline")
            yield Anomaly(
                key=f"below_floor:{meal.receipt}", level="should", at=meal.read_at,
                rows=(meal.receipt,),
                zh=f"{zh}扣的一笔（{charge}），余额低于底线",
                en=f"A charge taken {en} ({charge}) left the purse below its floor",
                did_zh="记待付，下次充值先补", did_en="Owed; the next top-up pays it first",
                who=_who(meal.name),
            )  # fmt: skip


def _no_scheme(facts: DayFacts) -> Iterator[Anomaly]:
    without = [m for m in _eaten(facts) if m.elder is not None and not m.is_under_scheme]
    if without:
        yield Anomaly(
            key="no_scheme", level="must", rows=tuple(meal.receipt for meal in without),
            at=min(meal.read_at for meal in without),
            zh="这天没有生效的补贴办法，补贴没有算", en="No subsidy scheme was in force that day",
            did_zh="按全价记，没有拒绝任何人", did_en="Served at full price; nobody was refused",
            who=(f"{len(without)} 笔", f"{len(without)} meals"),
        )  # fmt: skip


def _workdays(facts: DayFacts) -> Iterator[Anomaly]:
    if not facts.is_year_known:
        yield Anomaly(
            key="workdays_missing", level="should" if facts.asks_workdays else "note",
            zh="这一年的放假调休名单还没有", en="The list of workdays of this year is missing",
            did_zh="按周一至周五算工作日", did_en="Monday to Friday counted as workdays",
        )  # fmt: skip


def _flat(facts: DayFacts) -> Iterator[Anomaly]:
    today = Counter(meal.mealtime for meal in _eaten(facts))
    for mealtime, count in sorted(today.items()):
        before = list(facts.before.get(mealtime, ()))[: FLAT_DAYS - 1]
        if count >= FLAT_MIN and before == [count] * (FLAT_DAYS - 1):
            zh, en = MEALTIMES[mealtime]
            yield Anomaly(
                key=f"flat:{mealtime}", level="should",
                zh=f"{zh}连续 {FLAT_DAYS} 天都是 {count} 人次",
                en=f"{en}: exactly {count} on {FLAT_DAYS} days running",
                did_zh="数字照记", did_en="Kept as they are",
            )  # fmt: skip


def _too_fast(facts: DayFacts) -> Iterator[Anomaly]:
    by_counter: dict[str, list[SwipeFact]] = defaultdict(list)
    for swipe in facts.swipes:
        if swipe.canteen == facts.canteen and swipe.outcome in ACCEPTED:
            by_counter[swipe.counter].append(swipe)
    for counter, swipes in sorted(by_counter.items()):
        ordered = sorted(swipes, key=lambda swipe: (swipe.read_at, swipe.id))
        fast: dict[str, SwipeFact] = {}
        for run in list_bursts(ordered, FAST_TAPS, FAST_SPAN, lambda swipe: swipe.read_at):
            fast |= {swipe.id: swipe for swipe in run}
        if fast:
            yield Anomaly(
                key=f"too_fast:{counter}", level="should", rows=tuple(fast),
                at=min(swipe.read_at for swipe in fast.values()),
                zh=f"{counter}有 {len(fast)} 笔刷得比人手快",
                en=f"{len(fast)} taps at {counter} came faster than a hand can",
                did_zh="照常记账", did_en="Booked as usual",
            )  # fmt: skip


def _closed(facts: DayFacts) -> Iterator[Anomaly]:
    standing = [meal for meal in _eaten(facts) if meal.served_on == meal.booked_on]
    if standing and not facts.is_open:
        yield Anomaly(
            key="closed_day", level="should", rows=tuple(meal.receipt for meal in standing),
            at=min(meal.read_at for meal in standing),
            zh="日历上这天停业，却有用餐", en="Meals on a day the calendar calls closed",
            did_zh="照常记账", did_en="Booked as usual",
            who=(f"{len(standing)} 笔", f"{len(standing)} meals"),
        )  # fmt: skip


def _at_floor(facts: DayFacts) -> Iterator[Anomaly]:
    keyed = [
        meal for meal in _eaten(facts)
        if not meal.is_listed_price and meal.price_fen in facts.floors_fen
    ]  # fmt: skip
    usual = facts.at_floor_before * AT_FLOOR_TIMES
    if len(keyed) >= AT_FLOOR_MIN and len(keyed) * max(facts.days_before, 1) > usual:
        yield Anomaly(
            key="at_floor", level="should", rows=tuple(meal.receipt for meal in keyed),
            zh=f"{len(keyed)} 笔手输金额正好是补贴起点价，比平时多得多",
            en=f"{len(keyed)} keyed prices lie exactly at the lowest subsidised price,"
            " far more than usual",
            did_zh="照常记账", did_en="Booked as usual",
        )  # fmt: skip


def _eaten(facts: DayFacts) -> list[MealLine]:
    return [meal for meal in facts.lines.meals if meal.is_eaten]


def _who(name: str | None) -> tuple[str, str]:
    return (name, name) if name else ("不知道是谁的卡", "unknown")


RULES: tuple[Callable[[DayFacts], Iterator[Anomaly]], ...] = (
    _held, _food_given, _drawers, _portions, _two_places, _lost_cards, _manual, _voids,
    _below_floor, _no_scheme, _workdays, _flat, _too_fast, _closed, _at_floor,
)  # fmt: skip
