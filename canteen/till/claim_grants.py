"""Grants of a claim: what a scheme gives the canteen for a month, a quarter or a year that ends in it."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.days import CanteenDay
from canteen.models.meals import IS_EATEN, Meal
from canteen.rules.claim_periods import ClaimPeriod, list_grant_periods, parse_period
from canteen.rules.day_lines import canonical
from canteen.rules.grants import Attendance, reckon_grant
from canteen.rules.scheme import Grant
from canteen.till.claim_scope import is_unclaimed, is_unheld, key
from canteen.till.claim_services import Line, make_line
from canteen.till.day_state import list_open_days
from canteen.till.places import CanteenPlace
from canteen.till.schemes_in_force import InForce, find_in_force


def list_grants(
    session: Session, period: str, funder_id: int | None, place: CanteenPlace
) -> Iterator[Line]:
    """A line for each grant, of one funder or (None) all, that reaches an amount by the scheme in force on
    the last day of the grant's period; none for a period in which nobody ate on a signed day: who was
    never open is given nothing."""
    own = parse_period(period)
    for per in ("month", "quarter", "year"):
        for span in list_grant_periods(per, own):
            in_force = find_in_force(session, place, span.last)
            if in_force is not None and _was_open(session, place.id, span):
                for grant in in_force.scheme.grants:
                    if grant.per == per and _is_owed(grant, in_force, funder_id):
                        yield from _reckon(session, place, grant, in_force, span)


def _was_open(session: Session, canteen_id: int, period: ClaimPeriod) -> bool:
    eaten = exists().where(
        Meal.canteen_id == canteen_id, IS_EATEN, _is_signed(canteen_id, Meal.booked_on, period)
    )
    return session.execute(select(eaten)).scalar_one()


def _is_owed(grant: Grant, in_force: InForce, funder_id: int | None) -> bool:
    payer = grant.payer
    return not payer.is_canteen and funder_id in (None, in_force.funders[payer.code])


def _reckon(
    session: Session, place: CanteenPlace, grant: Grant, in_force: InForce, period: ClaimPeriod
) -> Iterator[Line]:
    of_period = f"grant:{place.code}:{period.code}:"
    source = f"{of_period}{grant.id}:{grant.payer.code}"
    funder_id = in_force.funders[grant.payer.code]
    # a scheme bound later for the same days asks nobody twice under other names; whom no claim asked
    # before still owes its own
    by_another = exists().where(
        Claim.canteen_id == place.id,
        Claim.first_on <= period.last,
        Claim.last_on >= period.last,
        ClaimLine.claim_id == Claim.id,
        ClaimLine.source.startswith(of_period, autoescape=True),
        ClaimLine.released_at.is_(None),
        ClaimLine.scheme_version_id != in_force.version_id,
        or_(Claim.funder_id.is_(None), Claim.funder_id == funder_id, ClaimLine.rule == grant.id),
    )
    free = select(is_unclaimed(key(source)), is_unheld(key(source)), ~by_another)
    if not all(session.execute(free).one()):
        return
    attendance = count_attendance(session, place, period) if grant.tiers else Attendance()
    fen, told = reckon_grant(grant, period, attendance)
    if fen:
        yield make_line(
            "grant",
            source=source,
            rule=grant.id,
            payer=grant.payer.code,
            payer_name=grant.payer.name,
            funder_id=funder_id,
            scheme_version_id=in_force.version_id,
            served_on=period.last,
            booked_on=period.last,
            fen=fen,
            explanation=canonical(told),
        )


def count_attendance(session: Session, place: CanteenPlace, period: ClaimPeriod) -> Attendance:
    """First portions of elders on signed days, net of corrections; and the days that were open by the
    calendar since the first meal ever, or on which somebody ate."""
    of_elders = (
        Meal.canteen_id == place.id, IS_EATEN, Meal.elder_id.is_not(None), Meal.portion == 1,
    )  # fmt: skip
    eaten = session.execute(
        select(Meal.booked_on, func.count())
        .where(*of_elders, _is_signed(place.id, Meal.booked_on, period))
        .group_by(Meal.booked_on)
    ).all()
    taken_back = session.execute(
        select(func.coalesce(func.sum(Correction.meals), 0))
        .join(Meal, Meal.id == Correction.meal_id)
        .where(
            *of_elders,
            _is_signed(place.id, Correction.booked_on, period),
        )
    ).scalar_one()
    first: date | None = session.execute(
        select(func.min(Meal.booked_on)).where(Meal.canteen_id == place.id)
    ).scalar_one()
    begins = max(period.first, first or period.last)
    open_days = list_open_days(session, place, begins, period.last) | {row[0] for row in eaten}
    return Attendance(sum(row[1] for row in eaten) + int(taken_back), len(open_days))


def _is_signed(
    canteen_id: int, booked_on: SQLColumnExpression[date | None], period: ClaimPeriod
) -> ColumnElement[bool]:
    return booked_on.between(period.first, period.last) & exists().where(
        CanteenDay.canteen_id == canteen_id,
        CanteenDay.day == booked_on,
        CanteenDay.signed_at.is_not(None),
    )
