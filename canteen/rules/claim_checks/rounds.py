"""Deliveries that nobody can have carried: ⑧. SOURCE: domain.md §5; practice.md §4 (台北, the bento ring)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from canteen.rules.bursts import list_bursts
from canteen.rules.claim_checks.check import Check, make_key
from canteen.rules.claim_checks.facts import DoorFact, MonthFacts, RoundFact
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.days import local_time

#: of what she can carry, in per cent: a neighbour's box more is possible, half as much again is not
LOAD_PER_CENT = 150
#: a volunteer needs two and a half minutes a door; so many doors in so little time were not walked
DOORS_MIN, DOORS_SPAN = 5, timedelta(seconds=90)


def _overloaded(facts: MonthFacts) -> Iterator[Finding]:
    for one, doors in _by_round(facts):
        carried = sum(door.portions for door in doors)
        if carried * 100 > one.capacity * LOAD_PER_CENT:
            yield Finding(
                code="overloaded",
                key=make_key("overloaded", facts, one.day, one.volunteer, one.mealtime),
                zh=f"{one.day} {one.name} 一趟送了 {carried} 份，最多能拿 {one.capacity} 份",
                en=f"{one.day} {one.name}: {carried} portions on one round, can carry {one.capacity}",
                rows=list(map(_row, doors)),
            )


def _doors_too_fast(facts: MonthFacts) -> Iterator[Finding]:
    """By the volunteer's own phone, wherever she reported from; what the desk wrote off a list is no
    time of a door."""
    carried: dict[tuple[str, object], list[DoorFact]] = defaultdict(list)
    for door in facts.doors:
        if door.is_own_report:
            carried[door.volunteer, door.day].append(door)
    for (volunteer, day), doors in carried.items():
        fast: dict[tuple[str, str], DoorFact] = {}
        for some in list_bursts(doors, DOORS_MIN, DOORS_SPAN, lambda door: door.done_at):
            if len({door.address or door.elder for door in some}) == DOORS_MIN:
                fast |= {(door.run, door.elder): door for door in some}
        if fast:
            found = list(fast.values())
            seconds = (found[-1].done_at - found[0].done_at) // timedelta(seconds=1)
            yield Finding(
                code="doors_too_fast",
                key=make_key("doors_too_fast", facts, day, volunteer),
                zh=f"{day} {found[0].volunteer_name} {seconds} 秒内报了 {len(found)} 家送到",
                en=f"{day} {found[0].volunteer_name}: {len(found)} doors reported within {seconds} s",
                rows=list(map(_row, found)),
            )


def _away(facts: MonthFacts) -> Iterator[Finding]:
    for one, doors in _by_round(facts):
        if one.is_away and doors:
            yield Finding(
                code="carrier_away",
                key=make_key("carrier_away", facts, one.day, one.volunteer, one.mealtime),
                zh=f"{one.day} {one.name} 请了假或已不送餐，却有 {len(doors)} 家记她送到",
                en=f"{one.day} {one.name} was away or had ended; {len(doors)} doors name her",
                rows=list(map(_row, doors)),
            )


def _by_round(facts: MonthFacts) -> Iterator[tuple[RoundFact, list[DoorFact]]]:
    doors: dict[str, list[DoorFact]] = defaultdict(list)
    for door in facts.doors:
        doors[door.run].append(door)
    for one in facts.rounds:
        yield one, doors[one.run]


def _row(door: DoorFact) -> SeenRow:
    at = f"{local_time(door.done_at):%Y-%m-%d %H:%M:%S}"
    where = f"{door.name} {door.address or ''}".rstrip()
    return SeenRow(
        zh=f"{at} {where}", en=f"{at} {where}", item=door.item, receipt=door.receipt,
        at=door.done_at,
    )  # fmt: skip


CHECKS = (
    Check(
        code="overloaded", find=_overloaded,
        zh="一趟没有超过能拿的份数", en="No round beyond what a volunteer can carry",
        about_zh="⑧一趟送到的份数超过登记能拿的一倍半。",
        about_en="⑧ More than one and a half times what she can carry by the list.",
    ),
    Check(
        code="doors_too_fast", find=_doors_too_fast,
        zh="送餐没有同时到几家", en="No volunteer at several doors at once",
        about_zh=f"⑧同一人 {DOORS_SPAN.seconds} 秒内 {DOORS_MIN} 家不同地址送到。"
        "松江一家一般两分半钟。回来以后一起点的，请说明。",
        about_en=f"⑧ {DOORS_MIN} doors at different addresses within {DOORS_SPAN.seconds} s. A door"
        " takes two and a half minutes. Who marked them after coming back says so.",
    ),
    Check(
        code="carrier_away", find=_away,
        zh="请假的人没有送餐", en="Nobody carried while away",
        about_zh="⑧送餐人那天请了假、或已不再送餐（通城：名单上的人不在当地）。",
        about_en="⑧ The volunteer was away that day or carries no more. Source: Tongcheng, 2025, where"
        " named persons were away.",
    ),
)  # fmt: skip
