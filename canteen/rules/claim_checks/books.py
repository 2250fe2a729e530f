"""Whether the claim is what the signed sheets say: days, totals, receipts.

SOURCE: domain.md §6, forms.md E.
"""

from collections import Counter
from collections.abc import Iterator

from canteen.rules.claim_checks.check import Check, make_key, row_of
from canteen.rules.claim_checks.facts import MonthFacts
from canteen.rules.claim_findings import Finding, SeenRow
from canteen.rules.money import yuan_apart, yuan_text


def _unsigned(facts: MonthFacts) -> Iterator[Finding]:
    if facts.unsigned:
        yield Finding(
            code="unsigned_days",
            key=make_key("unsigned_days", facts),
            zh=f"有 {len(facts.unsigned)} 天还没签结",
            en=f"Days not signed off: {len(facts.unsigned)}",
            rows=[SeenRow(zh=str(day), en=str(day)) for day in facts.unsigned],
        )


def _show_signed(facts: MonthFacts) -> str:
    return f"{len(facts.sheets)} / {len(facts.sheets) + len(facts.unsigned)}"


def _sheet_total(facts: MonthFacts) -> Iterator[Finding]:
    for day, (sheet_fen, lines_fen) in sorted(facts.sheets.items()):
        if sheet_fen != lines_fen:
            sums = f"{yuan_text(sheet_fen)} ≠ {yuan_text(lines_fen)}"
            yield Finding(
                code="sheet_total",
                key=make_key("sheet_total", facts, day),
                zh=f"{day} 日报上的补贴和明细对不上：{sums}",
                en=f"{day}: the subsidy on the sheet differs from its lines: {sums}",
            )
    claim = facts.claim
    if claim is None:
        return
    if claim.subsidy_fen != claim.shares_fen:
        sums = f"{yuan_text(claim.subsidy_fen)} ≠ {yuan_text(claim.shares_fen)}"
        yield Finding(
            code="sheet_total",
            key=make_key("sheet_total", facts, claim.number),
            zh=f"申报的合计和它的明细对不上：{sums}",
            en=f"The claim's total differs from its lines: {sums}",
        )
    if claim.wrong:
        yield Finding(
            code="sheet_total",
            key=make_key("sheet_total", facts, claim.number, "lines"),
            zh=f"有 {len(claim.wrong)} 行和当时记的补贴份额不一样",
            en=f"Lines that differ from the shares they claim: {len(claim.wrong)}",
            rows=[
                SeenRow(zh=f"{source} 应为 {yuan_text(fen)}", en=f"{source}: {yuan_text(fen)}",
                        item=source, fen=fen)
                for source, fen in claim.wrong.items()
            ],
        )  # fmt: skip


def _show_total(facts: MonthFacts) -> str:
    return f"¥{yuan_apart(sum(sheet_fen for sheet_fen, _ in facts.sheets.values()))}"


def _claimed_twice(facts: MonthFacts) -> Iterator[Finding]:
    if facts.claim is not None and facts.claim.elsewhere:
        held = facts.claim.elsewhere
        yield Finding(
            code="claimed_twice",
            key=make_key("claimed_twice", facts, facts.claim.number),
            zh=f"有 {len(held)} 份已经在别的申报里",
            en=f"Shares that stand in another claim: {len(held)}",
            rows=[
                SeenRow(zh=f"{source}：{number}", en=f"{source}: {number}", item=source)
                for source, number in held.items()
            ],
        )


def _receipts(facts: MonthFacts) -> Iterator[Finding]:
    """A receipt names the canteen and the booked day; each is drawn once."""
    seen = Counter(meal.receipt for meal in facts.meals)
    odd = [
        meal for meal in facts.meals
        if not meal.receipt
        or seen[meal.receipt] > 1
        or f"{meal.booked_on:%Y%m%d}" not in meal.receipt
    ]  # fmt: skip
    if odd:
        yield Finding(
            code="receipts",
            key=make_key("receipts", facts),
            zh=f"有 {len(odd)} 笔的收据号缺失、重复或不是入账那天的",
            en=f"Meals whose receipt is missing, drawn twice or of another day: {len(odd)}",
            rows=[row_of(meal, meal.receipt, meal.receipt) for meal in odd],
        )


def _persons_meals(facts: MonthFacts) -> Iterator[Finding]:
    claim = facts.claim
    if claim is not None and (claim.persons > claim.meals or (claim.meals and not claim.persons)):
        yield Finding(
            code="persons_meals",
            key=make_key("persons_meals", facts, claim.number),
            zh=f"人数 {claim.persons} 和人次 {claim.meals} 不可能同时对",
            en=f"{claim.persons} persons with {claim.meals} meals cannot both be right",
        )


def _show_persons(facts: MonthFacts) -> str:
    if facts.claim is not None:
        return f"{facts.claim.persons} ≤ {facts.claim.meals}"
    eaters = [meal.elder for meal in facts.meals if meal.elder is not None]
    return f"{len(set(eaters))} ≤ {len(eaters)}"


CHECKS = (
    Check(
        code="unsigned_days", level="block", find=_unsigned, show=_show_signed,
        zh="每天都签结了", en="Every day is signed off",
        about_zh="申报只从签结的日报取数，没签结的那天还会变。",
        about_en="A claim is drawn from signed sheets only: an open day may still change.",
    ),
    Check(
        code="sheet_total", level="block", find=_sheet_total, show=_show_total,
        zh="合计和日报一致", en="The total equals the day sheets",
        about_zh="逐日比对日报上的补贴和明细；申报的合计和每一行也要对得上。"
        "美国一次审计里 33% 的月报和日报不符。",
        about_en="The subsidy on each sheet against its lines; the claim's total and each line, too."
        " In one audit abroad 33% of the monthly claims differed from the sheets.",
    ),
    Check(
        code="claimed_twice", level="block", find=_claimed_twice,
        zh="没有一份补贴报了两次", en="No share stands in two claims",
        about_zh="一份补贴一辈子只能进一份申报。",
        about_en="A share is in one claim for ever.",
    ),
    Check(
        code="receipts", find=_receipts,
        zh="每笔都有收据号", en="Every row has a receipt",
        about_zh="收据号里有食堂和入账日期，一号一笔。",
        about_en="A receipt names canteen and booked day, one for each meal.",
    ),
    Check(
        code="persons_meals", find=_persons_meals, show=_show_persons,
        zh="人数不多于人次", en="Persons are not more than meals",
        about_zh="一个人至少吃一餐才算一个人。依据：美国供餐统计表的核对规则。",
        about_en="Each person has had at least one meal. Source: on-site statistics of US food banks.",
    ),
)  # fmt: skip
