"""What the checks find in a canteen's month, what people answer, and how strict a district is.

Nothing here stops a meal or a signature: the secretary sees the month as the claim will be judged, and
answers while she still remembers. Answers and policies are only added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from canteen.models.claim_checks import CheckPolicy, CheckRemark
from canteen.models.meals import Meal
from canteen.models.sites import Area
from canteen.rules.claim_checks import BY_CODE
from canteen.rules.claim_findings import LEVELS, CheckResult
from canteen.rules.claim_periods import month_of
from canteen.rules.errors import Invalid, NotFound, Refused
from canteen.till.claim_judging import judge_month
from canteen.till.day_judging import list_names
from canteen.till.day_state import get_canteen_by_code
from canteen.trail.audit import append_audit

TEXT_LENGTH_MAX = 500
#: judged in about two seconds
MEALS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person wrote of a finding; every one is kept, the newest holds."""

    key: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class MonthChecks:
    """A canteen's month, or what there is of it so far, with all that was written of it."""

    canteen: str
    canteen_name: str
    first: date
    last: date
    results: Sequence[CheckResult]
    #: finding's key → remarks, oldest first
    remarks: Mapping[str, Sequence[Remark]]
    #: actor → the name of the person
    names: Mapping[str, str]

    @property
    def waiting(self) -> int:
        """Findings to explain before the claim."""
        return count_waiting(self.results)


@dataclass(frozen=True, slots=True)
class Policy:
    """How strict an area is with a check."""

    area: str
    area_name: str
    check: str
    level: str
    reason: str
    at: datetime
    by: str


def show_month(session: Session, *, canteen: str, month: date, now: datetime) -> MonthChecks:
    """The month that a day lies in; NotFound for an unknown canteen."""
    place = get_canteen_by_code(session, canteen)
    period = month_of(month)
    results = judge_month(session, place, period.first, period.last, now)
    rows = session.scalars(
        select(CheckRemark)
        .where(
            CheckRemark.canteen_id == place.id,
            CheckRemark.key.in_([one.key for check in results for one in check.findings]),
        )
        .order_by(CheckRemark.id)
    )
    remarks: dict[str, list[Remark]] = {}
    for row in rows:
        remark = Remark(row.key, row.text, row.written_at, row.written_by)
        remarks.setdefault(row.key, []).append(remark)
    actors = {one.by for written in remarks.values() for one in written}
    return MonthChecks(
        place.code,
        place.name,
        period.first,
        period.last,
        results,
        remarks,
        list_names(session, actors),
    )


def count_to_explain(session: Session, *, canteen: str, day: date, now: datetime) -> int | None:
    """How many findings of the month so far ask for an answer before the claim: what a sign-off says in
    one line. None where so many eat that judging them would keep the page waiting: it is a link there."""
    place = get_canteen_by_code(session, canteen)
    period = month_of(day)
    meals = session.execute(
        select(func.count())
        .select_from(Meal)
        .where(Meal.canteen_id == place.id, Meal.booked_on.between(period.first, period.last))
    ).scalar_one()
    if meals > MEALS_AT_ONCE:
        return None
    return count_waiting(judge_month(session, place, period.first, period.last, now))


def count_waiting(results: Sequence[CheckResult]) -> int:
    """Findings without an answer, and those of checks that block whatever is written."""
    return sum(
        len(one.findings)
        if one.level == "block" and one.code != "unsigned_days"
        else len(one.waits)
        for one in results
    )


def write_remark(
    session: Session,
    *,
    canteen: str,
    key: str,
    text: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Answer a finding by its key. Nobody takes an answer back; a newer one stands beside it.

    Invalid `finding_unknown`, `answer_empty`."""
    place = get_canteen_by_code(session, canteen)
    if key.partition(":")[0] not in BY_CODE:
        raise Invalid("finding_unknown", "没有这条核对结果", "There is no such finding")
    written = text.strip()[:TEXT_LENGTH_MAX]
    if not written:
        raise Invalid(
            "answer_empty", "写一句是怎么回事", "Write what the matter is", field="answer"
        )
    session.execute(
        insert(CheckRemark).values(
            canteen_id=place.id, key=key, text=written, written_at=now, written_by=by
        )
    )
    append_audit(
        session, actor=by, origin=origin, action="check.answer", object_kind="finding",
        object_id=f"{place.code}:{key}", after={"text": written}, now=now,
    )  # fmt: skip


def list_policies(session: Session, *, areas: Collection[str]) -> list[Policy]:
    """Every row of these areas and of those below and above them, the newest first: the first of an area
    and a check holds there."""
    above = {area[:digits] for area in areas for digits in range(len(area) + 1)}
    rows = session.execute(
        select(CheckPolicy, Area.name)
        .join(Area, Area.code == CheckPolicy.area_code)
        .where(
            or_(
                CheckPolicy.area_code.in_(above),
                *(CheckPolicy.area_code.startswith(area, autoescape=True) for area in areas),
            )
        )
        .order_by(CheckPolicy.id.desc())
    )
    return [
        Policy(
            row.CheckPolicy.area_code,
            row.name,
            row.CheckPolicy.check_code,
            row.CheckPolicy.level,
            row.CheckPolicy.reason,
            row.CheckPolicy.set_at,
            row.CheckPolicy.set_by,
        )
        for row in rows
    ]


def list_areas(session: Session, *, areas: Collection[str]) -> list[tuple[str, str]]:
    """(code, name) of the areas for which somebody with these areas may set a policy."""
    rows = session.execute(
        select(Area.code, Area.name)
        .where(or_(*(Area.code.startswith(area, autoescape=True) for area in areas)))
        .order_by(Area.code)
    )
    return [(row.code, row.name) for row in rows]


def set_policy(
    session: Session,
    *,
    area: str,
    check: str,
    level: str,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Make a check block, ask or only note in an area and the canteens of it, from now on.

    NotFound `area_unknown`; Invalid `check_unknown`, `reason`; Refused `check_hard` for one that blocks
    everywhere."""
    if session.get(Area, area) is None:
        raise NotFound("area_unknown", "没有这个行政区划代码", "No such area code")
    if check not in BY_CODE or level not in LEVELS:
        raise Invalid("check_unknown", "没有这项核对或这个级别", "No such check or level")
    if BY_CODE[check].level == "block" != level:
        raise Refused(
            "check_hard",
            "这一项到哪里都必须拦住，不能放宽",
            "This one blocks everywhere and cannot be made softer",
            field="level",
        )
    if not reason.strip():
        raise Invalid("reason", "要写明依据", "Say what it rests on", field="reason")
    session.execute(
        insert(CheckPolicy).values(
            area_code=area, check_code=check, level=level,
            reason=reason.strip()[:TEXT_LENGTH_MAX], set_at=now, set_by=by,
        )
    )  # fmt: skip
    append_audit(
        session, actor=by, origin=origin, action="check.policy", object_kind="check",
        object_id=f"{area}:{check}", after={"level": level, "reason": reason.strip()}, now=now,
    )  # fmt: skip
