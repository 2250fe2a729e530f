"""The checks before a claim and the fourteen alerts: named rules that look at a canteen's month.

Ground floor. Each says what it saw, with the rows; a person answers. None stops a meal, none undoes
anything. SOURCE: domain.md §6; practice.md §4 (the numbers ① to ⑭); forms.md E.
"""

from collections.abc import Mapping, Sequence

from canteen.rules.claim_checks import (
    books,
    counts,
    hands,
    kitchen,
    persons,
    places,
    rounds,
    taps,
    thresholds,
)
from canteen.rules.claim_checks.check import Check, Known
from canteen.rules.claim_checks.facts import MonthFacts
from canteen.rules.claim_findings import CheckResult

CHECKS: tuple[Check, ...] = (
    *books.CHECKS,
    *persons.CHECKS,
    *places.CHECKS,
    *counts.CHECKS,
    *taps.CHECKS,
    *rounds.CHECKS,
    *hands.CHECKS,
    *kitchen.CHECKS,
    *thresholds.CHECKS,
)
BY_CODE: Mapping[str, Check] = {one.code: one for one in CHECKS}


def judge(
    months: Sequence[MonthFacts], levels: Mapping[str, str], known: Known
) -> list[CheckResult]:
    """What every check finds; `levels` are a district's own, by code."""
    return [one.judge(months, levels.get(one.code), known) for one in CHECKS]
