"""What the checks find in a canteen's month, or in a claim, with what people have answered.

Beside the till, because a day's end, a draft and a submission must judge alike.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.claim_checks import CheckPolicy, CheckRemark
from canteen.models.claims import Claim, ClaimHold, ClaimLine
from canteen.rules.claim_checks import BY_CODE, judge
from canteen.rules.claim_checks.check import Known
from canteen.rules.claim_checks.facts import MonthFacts
from canteen.rules.claim_findings import CheckResult
from canteen.rules.claim_periods import month_of
from canteen.rules.days import local_date
from canteen.rules.scheme import AREA_DIGITS
from canteen.till.claim_around import load_claim
from canteen.till.claim_facts import load_month
from canteen.till.places import CanteenPlace, get_canteen

DAY = timedelta(days=1)


def judge_month(
    session: Session, canteen: CanteenPlace, first: date, last: date, now: datetime
) -> list[CheckResult]:
    """The booked months of a canteen from `first` to `last`, or what there is of them so far: today owes
    no signature yet."""
    today = local_date(now)
    until = min(last, today)
    months = [
        load_month(session, canteen, *ends, owed_before=min(until + DAY, today))
        for ends in _list_months(first, until)
    ]
    return _judge(session, canteen, months)


def judge_claim(session: Session, claim_id: int, now: datetime) -> list[CheckResult]:
    """The months of a claim whole, and of earlier ones what it holds of them: the same findings, by the
    same keys, as at the day's end. Nothing of the future is judged but that it is not signed."""
    claim = session.get_one(Claim, claim_id)
    canteen = get_canteen(session, claim.canteen_id)
    until = max(claim.first_on, min(claim.last_on, local_date(now)))
    months = [
        load_month(session, canteen, *ends, owed_before=claim.last_on + DAY)
        for ends in _list_months(claim.first_on, until)
    ]
    months[-1] = replace(months[-1], claim=load_claim(session, claim))
    whole = _judge(session, canteen, months)
    late = _list_late(session, claim)
    if not late:
        return whole
    begins = min(late.values())
    early = [
        load_month(session, canteen, *ends, owed_before=begins)
        for ends in _list_months(begins.replace(day=1), claim.first_on - DAY)
    ]
    return [
        _add_late(check, before, late.keys())
        for check, before in zip(whole, _judge(session, canteen, early), strict=True)
    ]


def _add_late(check: CheckResult, before: CheckResult, items: Collection[str]) -> CheckResult:
    """With the findings of earlier months that speak of these items."""
    found = [one for one in before.findings if any(row.item in items for row in one.rows)]
    return replace(
        check, findings=[*found, *check.findings], answers={**before.answers, **check.answers}
    )


def _list_late(session: Session, claim: Claim) -> dict[str, date]:
    """Items of the claim that were booked before its period → the day."""
    rows = session.execute(
        select(ClaimLine.meal_id, ClaimLine.service_line_id, ClaimLine.booked_on).where(
            ClaimLine.claim_id == claim.id,
            ClaimLine.booked_on < claim.first_on,
            ClaimLine.kind.in_(("share", "service")),
        )
    )
    return {
        f"meal:{meal_id}" if meal_id is not None else f"service:{service_id}": booked_on
        for meal_id, service_id, booked_on in rows
    }


def _list_months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The first and last day of each month between them, the ends cut."""
    while first <= last:
        ends = min(month_of(first).last, last)
        yield first, ends
        first = ends + DAY


def list_levels(session: Session, area_code: str) -> dict[str, str]:
    """How strict the district (or town, city …) of a canteen is, by check: the lowest area's newest row."""
    areas = [area_code[:digits] for digits in AREA_DIGITS.values()]
    rows = session.scalars(
        select(CheckPolicy).where(CheckPolicy.area_code.in_(areas)).order_by(CheckPolicy.id)
    )
    ordered = sorted(rows, key=lambda row: len(row.area_code))
    return {row.check_code: row.level for row in ordered if row.check_code in BY_CODE}


def list_known(session: Session, canteen_id: int) -> Known:
    """The newest remark of each finding, and what is held out of claims."""
    remarks = session.execute(
        select(CheckRemark.key, CheckRemark.text, CheckRemark.written_at)
        .where(CheckRemark.canteen_id == canteen_id)
        .order_by(CheckRemark.id)
    )
    holds = session.execute(
        select(ClaimHold.item, ClaimHold.reason).where(
            ClaimHold.canteen_id == canteen_id, ClaimHold.lifted_at.is_(None)
        )
    )
    return Known(
        remarks={row.key: (row.text, row.written_at) for row in remarks},
        holds={row.item: row.reason for row in holds},
    )


def _judge(session: Session, canteen: CanteenPlace, months: list[MonthFacts]) -> list[CheckResult]:
    levels = list_levels(session, canteen.area_code)
    return judge(months, levels, list_known(session, canteen.id))
