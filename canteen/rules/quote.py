"""Trying a scheme on a person without a server: `canteen scheme quote` as a pure function.

Ground floor: texts in, plain JSON values out; each meal sees those before it. SOURCE: scheme.md §4.
"""

from collections.abc import Sequence
from typing import Any

from canteen.rules.case_reader import Case, CaseInvalid, parse_case
from canteen.rules.meal_facts import EarlierMeal, EarlierShare, MealFacts
from canteen.rules.reasons import reason_text
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.scheme_text import SchemeError, SchemeInvalid
from canteen.rules.split import Split, split
from canteen.rules.workdays import PUBLISHED, WorkdayCalendar

__all__ = ["CaseInvalid", "errors_json", "quote", "quote_case"]


def quote(
    scheme_text: str,
    case: object,
    *,
    scheme_file: str = "",
    case_file: str = "",
    calendar: WorkdayCalendar = PUBLISHED,
) -> dict[str, Any]:
    """`{"quotes": [...]}` of scheme.md §4 for a decoded CASE.json.

    Raises `SchemeInvalid` (whose errors include those of the case, if any) or `CaseInvalid`:
    all faults of both at once.
    """
    try:
        scheme = parse_scheme(scheme_text, scheme_file)
    except SchemeInvalid as wrong_scheme:
        try:
            parse_case(case, case_file)
        except CaseInvalid as wrong_case:
            raise SchemeInvalid((*wrong_scheme.errors, *wrong_case.errors)) from None
        raise
    found = quote_case(scheme, parse_case(case, case_file), calendar)
    return {"quotes": [_as_json(one) for one in found]}


def quote_case(
    scheme: Scheme, case: Case, calendar: WorkdayCalendar = PUBLISHED
) -> tuple[Split, ...]:
    """The splits of the case's meals in booking order, each knowing those before it."""
    earlier: list[EarlierMeal] = []
    found = []
    for meal in case.meals:
        one = split(scheme, case.person, meal, earlier, calendar)
        found.append(one)
        earlier.append(as_earlier(scheme, meal, one))
    return tuple(found)


def as_earlier(scheme: Scheme, meal: MealFacts, result: Split) -> EarlierMeal:
    """What a meal that was just split is to the person's later ones."""
    shares = tuple(
        EarlierShare(scheme.quota_scope, share.group, share.fen) for share in result.shares
    )
    return EarlierMeal(meal.served_on, meal.mealtime, meal.portion, shares)


def errors_json(errors: Sequence[SchemeError]) -> dict[str, Any]:
    """`{"errors": [{"file", "key", "message"}]}`: what the command prints with exit code 2."""
    return {"errors": [error.as_json() for error in errors]}


def _as_json(result: Split) -> dict[str, Any]:
    return {
        "price_fen": result.price_fen,
        "elder_fen": result.elder_fen,
        "discount_fen": result.discount_fen,
        "subsidy_fen": result.subsidy_fen,
        "shares": [
            {"rule": share.rule, "payer": share.payer, "fen": share.fen} for share in result.shares
        ],
        "reasons": [
            {
                "rule": reason.rule,
                "applied": reason.applied,
                "code": reason.code,
                "zh": reason_text(reason.code, reason.facts, "zh"),
                "en": reason_text(reason.code, reason.facts, "en"),
            }
            for reason in result.reasons
        ],
    }
