"""Who pays what of one meal: list price = elder + Σ shares, in whole fen, always, and why.

Ground floor and the heart of the house: a pure function of the scheme, the person, the meal and the
standing meals before it. It proves its own result; a broken split is a crash, never a log line.

Points that scheme.md leaves open, decided in its spirit: the groups of a stage are taken in the
order in which the file first names them there, whoever the elder is and whatever the date; a
rounded share never passes its base nor falls below 0; a group that pays in two stages of one meal
counts as one meal, and its fen quota covers both; what cannot be known never qualifies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canteen.rules.entitlement import (
    Facts,
    Occasion,
    calendar_facts,
    find_fen_left,
    find_obstacle,
)
from canteen.rules.errors import Invalid
from canteen.rules.meal_facts import EarlierMeal, EarlierShare, Held, MealFacts, Person
from canteen.rules.money import check_fen
from canteen.rules.scheme import ELDER_PAYS, FIXED, PERCENT, Amount, Payer, Rounding, Rule, Scheme
from canteen.rules.workdays import WorkdayCalendar

__all__ = [
    "EarlierMeal",
    "EarlierShare",
    "Held",
    "MealFacts",
    "Person",
    "Reason",
    "Share",
    "Split",
    "amount_fen",
    "full_price",
    "kept_part",
    "split",
    "split_by_ratio",
]


@dataclass(frozen=True, slots=True)
class Share:
    """What `payer` gives to one meal under `rule`; `fen` > 0. The key is (meal, rule, payer)."""

    rule: str
    payer: str
    payer_kind: str
    group: str
    fen: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule paid or did not: `code` and `facts` (plain str and int) make the sentence."""

    rule: str
    applied: bool
    code: str
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Split:
    """The result. `subsidy_fen`: government and charity; `discount_fen`: the canteen's own.
    `shares` in the order of evaluation, `reasons` one a rule in file order."""

    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    shares: tuple[Share, ...]
    reasons: tuple[Reason, ...]


def split(
    scheme: Scheme,
    person: Person,
    meal: MealFacts,
    earlier: Sequence[EarlierMeal],
    calendar: WorkdayCalendar,
) -> Split:
    """Split the meal's list price by the scheme. SOURCE: scheme.md §1, steps 1–6.

    `earlier` are the person's standing meals booked before this one, in booking order, at least
    those from `scheme.history_start(meal.served_on)` on; more do no harm.
    """
    if check_fen(meal.price_fen) < 0 or meal.portion < 1:
        raise Invalid("meal_wrong", "餐费不能为负, 份数从 1 起", "price below 0 or portion below 1")
    occasion = Occasion(scheme, person, meal, earlier, calendar)
    reasons: list[Reason | None] = [None] * len(scheme.rules)
    shares: list[Share] = []
    given_fen: dict[str, int] = {}
    left_fen = meal.price_fen
    for stage in scheme.stages:
        winners = _find_winners(stage.rules, occasion, left_fen, given_fen, reasons)
        for group in stage.groups:
            if group not in winners:
                continue
            rule, wanted_fen, facts = winners[group]
            fen = min(wanted_fen, left_fen)
            if fen == 0:
                reasons[rule.index] = Reason(rule.id, False, "nothing_left", {})
                continue
            if fen < wanted_fen:
                facts["wanted_fen"] = wanted_fen
            reasons[rule.index] = Reason(rule.id, True, "paid", {"fen": fen, **facts})
            shares += _shares(rule, fen)
            given_fen[group] = given_fen.get(group, 0) + fen
            left_fen -= fen
    return _prove(meal.price_fen, left_fen, shares, reasons)


def _find_winners(
    rules: Sequence[Rule],
    occasion: Occasion,
    base_fen: int,
    given_fen: Mapping[str, int],
    reasons: list[Reason | None],
) -> dict[str, tuple[Rule, int, Facts]]:
    """The rule with the largest amount of each group; a tie goes to the first in the file.

    Writes the reason of every rule that is not a winner.
    """
    winners: dict[str, tuple[Rule, int, Facts]] = {}
    applying: list[tuple[Rule, int]] = []
    for rule in rules:
        obstacle = find_obstacle(rule, occasion, base_fen)
        if obstacle is not None:
            reasons[rule.index] = Reason(rule.id, False, obstacle[0], obstacle[1])
            continue
        fen = amount_fen(rule.amount, base_fen, occasion.scheme.rounding)
        code = "amount_zero" if base_fen else "nothing_left"
        facts: Facts = {} if rule.when is None else calendar_facts(rule.when, occasion)
        if fen and rule.quota is not None and rule.quota.fen:
            limit = find_fen_left(rule.quota, rule.group, occasion, given_fen.get(rule.group, 0))
            if limit is not None and limit[0] < fen:
                fen, code = limit[0], "quota_fen_used"
                facts |= {"period": limit[1], "limit_fen": limit[2]}
        if fen == 0:
            reasons[rule.index] = Reason(rule.id, False, code, facts)
            continue
        if rule.parts[0][0].is_canteen and len(rule.parts) == 1:
            facts["discount"] = 1
        applying.append((rule, fen))
        best = winners.get(rule.group)
        if best is None or fen > best[1]:
            winners[rule.group] = rule, fen, facts
    for rule, fen in applying:
        best = winners[rule.group]
        if best[0] is not rule:
            smaller: Facts = {"fen": fen, "rule": best[0].id, "rule_fen": best[1]}
            reasons[rule.index] = Reason(rule.id, False, "smaller_in_group", smaller)
    return winners


def amount_fen(amount: Amount, base_fen: int, rounding: Rounding) -> int:
    """A rule's amount on its stage's base: rounded if it is a percentage, then capped; ≥ 0.

    FIXED may pass the base: it competes in its group with its full amount and is clamped later.
    """
    if amount.form == FIXED:
        return amount.fen
    if amount.form == ELDER_PAYS:
        return max(0, base_fen - amount.fen)
    fen = base_fen
    if amount.form == PERCENT:
        fen = _rounded_part(amount, base_fen, rounding)
    return fen if amount.cap_fen is None else min(fen, amount.cap_fen)


def _rounded_part(amount: Amount, base_fen: int, rounding: Rounding) -> int:
    exact = base_fen * amount.numerator
    unit = amount.denominator * rounding.unit_fen
    if rounding.side == "payer":
        fen = _round(exact, unit, rounding.mode) * rounding.unit_fen
    else:
        elder = _round(base_fen * amount.denominator - exact, unit, rounding.mode)
        fen = base_fen - elder * rounding.unit_fen
    return min(max(fen, 0), base_fen)


def _round(numerator: int, denominator: int, mode: str) -> int:
    """numerator ÷ denominator to a whole number (both ≥ 0), exactly, by the scheme's mode."""
    whole, rest = divmod(numerator, denominator)
    if mode == "down":
        return whole
    if mode == "up":
        return whole + (rest > 0)
    if 2 * rest == denominator and mode == "half_even":
        return whole + whole % 2
    return whole + (2 * rest >= denominator)


def _shares(rule: Rule, fen: int) -> list[Share]:
    if len(rule.parts) == 1:
        payer = rule.parts[0][0]
        return [Share(rule.id, payer.code, payer.kind, rule.group, fen)]
    return [
        Share(rule.id, payer.code, payer.kind, rule.group, part_fen)
        for payer, part_fen in split_by_ratio(rule.parts, fen)
        if part_fen > 0
    ]


def split_by_ratio(parts: Sequence[tuple[Payer, int]], fen: int) -> list[tuple[Payer, int]]:
    """Divide by largest remainder, ties in file order: 500 by 1:1:1 is 167, 167, 166.

    A part of 0 fen is still listed here; it makes no share.
    """
    total = sum(weight for _, weight in parts)
    found = [fen * weight // total for _, weight in parts]
    by_remainder = sorted(
        range(len(parts)), key=lambda number: -(fen * parts[number][1] % total)
    )  # sorted() is stable: ties stay in file order
    for number in by_remainder[: fen - sum(found)]:
        found[number] += 1
    return [(payer, part) for (payer, _), part in zip(parts, found, strict=True)]


def full_price(price_fen: int, code: str, **facts: str | int) -> Split:
    """The split of a meal that no rule was asked about (`no_scheme`, `gone`, `guest`)."""
    check_fen(price_fen)
    return Split(price_fen, price_fen, 0, 0, (), (Reason("", False, code, facts),))


def kept_part(price_fen: int, elder_fen: int) -> Split:
    """What is left of a meal that nobody ate, when the elder's part of it is kept: no payer gives
    anything, the rest is the canteen's loss."""
    reasons = (Reason("", False, "kept", {}),)
    return Split(price_fen, elder_fen, 0, price_fen - elder_fen, (), reasons)


def _prove(
    price_fen: int, elder_fen: int, shares: list[Share], reasons: list[Reason | None]
) -> Split:
    total_fen = discount_fen = 0
    for share in shares:
        assert share.fen > 0, f"a share of {share.fen} fen"
        total_fen += share.fen
        if share.payer_kind == "canteen":
            discount_fen += share.fen
    told = tuple(reason for reason in reasons if reason is not None)
    assert elder_fen >= 0, f"the elder pays {elder_fen} fen"
    assert elder_fen + total_fen == price_fen, "the shares do not add up to the price"
    assert len(told) == len(reasons), "a rule without a reason"
    return Split(price_fen, elder_fen, total_fen - discount_fen, discount_fen, tuple(shares), told)
