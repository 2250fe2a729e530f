"""Just over the line: prices at a scheme's floor, averages at a grant's tier: ⑬, ⑭. SOURCE: domain.md §6."""

from collections.abc import Iterator

from canteen.rules.claim_checks.check import Check, make_key, row_of
from canteen.rules.claim_checks.facts import MonthFacts, TierFact
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.day_anomalies import AT_FLOOR_TIMES

#: in a month fewer keyed prices at the floor may be chance
AT_FLOOR_MIN = 25
#: above the tier by no more than so many per cent: reached, but only just
TIER_PER_CENT = 103


def _at_floor(facts: MonthFacts) -> Iterator[Finding]:
    all_keyed = [meal for meal in facts.meals if not meal.is_listed_price]
    keyed = [meal for meal in all_keyed if meal.price_fen in facts.floors_fen]
    if len(keyed) >= AT_FLOOR_MIN and _is_more_than_usual(facts, len(keyed), len(all_keyed)):
        yield Finding(
            code="at_floor",
            key=make_key("at_floor", facts),
            zh=f"{len(keyed)} 笔手输金额正好是补贴起点价，之前两个月 {facts.at_floor_before} 笔",
            en=f"{len(keyed)} keyed prices lie exactly at the lowest subsidised price;"
            f" {facts.at_floor_before} in the two months before",
            rows=list(map(row_of, keyed)),
        )


def _is_more_than_usual(facts: MonthFacts, at_floor: int, keyed: int) -> bool:
    """Per meal, against the two months before; a canteen that has just begun against its other prices."""
    if facts.meals_before < len(facts.meals):
        return at_floor * 2 > keyed
    usual = facts.at_floor_before * AT_FLOOR_TIMES * len(facts.meals)
    return at_floor * facts.meals_before > usual


def _tier(facts: MonthFacts) -> Iterator[Finding]:
    for one in facts.tiers:
        if _is_reached(one, 100) and not _is_reached(one, TIER_PER_CENT):
            average = one.meals * 10 // one.days
            shown = f"{average // 10}.{average % 10}"
            yield Finding(
                code="tier_reached",
                key=make_key("tier_reached", facts, one.grant, one.min),
                zh=f"{one.payer}“{one.grant}”日均 {shown}，刚过 {one.min} 这一档",
                en=f"{one.payer}, {one.grant}: {shown} a day, just above the tier of {one.min}",
                rows=[
                    SeenRow(
                        zh=f"{one.first} 至 {one.last}：{one.meals} 餐 ÷ {one.days} 天",
                        en=f"{one.first} to {one.last}: {one.meals} meals ÷ {one.days} days",
                    )
                ],
            )


def _is_reached(tier: TierFact, per_cent: int) -> bool:
    return tier.days > 0 and tier.meals * 100 >= tier.min * tier.days * per_cent


CHECKS = (
    Check(
        code="at_floor", find=_at_floor,
        zh="价格没有集中在补贴起点", en="Prices do not gather at the lowest subsidised one",
        about_zh=f"⑬手输金额正好等于起点价，次数是之前的 {AT_FLOOR_TIMES} 倍以上"
        f"（至少 {AT_FLOOR_MIN} 笔）。",
        about_en=f"⑬ Keyed prices exactly at the floor, {AT_FLOOR_TIMES} times as often as before,"
        f" {AT_FLOOR_MIN} at least.",
    ),
    Check(
        code="tier_reached", find=_tier,
        zh="日均没有刚好够档", en="No average just above a tier",
        about_zh=f"⑭运营补贴的日均刚过一档，不超过 {TIER_PER_CENT - 100}%。",
        about_en=f"⑭ An average above a grant's tier by no more than {TIER_PER_CENT - 100}%.",
    ),
)  # fmt: skip
