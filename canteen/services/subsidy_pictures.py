"""The figures behind the pictures of a district's subsidy: money by funder, canteens beside each other,
and how many of the entitled come. A few statements for all elders and meals, two more a canteen (its scheme).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimPayment
from canteen.models.claims import Claim, ClaimCut, ClaimLine
from canteen.models.corrections import Correction
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder
from canteen.models.sites import Canteen, Funder
from canteen.rules.days import local_date
from canteen.rules.meal_facts import Person
from canteen.rules.take_up import is_entitled
from canteen.till.facts import load_persons
from canteen.till.persons import is_listed
from canteen.till.places import get_canteen
from canteen.till.schemes_in_force import find_in_force, workday_calendar

CLAIMED = ("submitted", "approved", "paid")


@dataclass(frozen=True, slots=True)
class FunderPeriod:
    """What was claimed of a funder for a period, what of it was cut, and what has arrived."""

    period: str
    claimed_fen: int
    cut_fen: int
    paid_fen: int

    @property
    def open_fen(self) -> int:
        """What is still to come."""
        return self.claimed_fen - self.cut_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class FunderYear:
    """A funder's periods, the oldest first."""

    code: str
    name: str
    periods: Sequence[FunderPeriod]


@dataclass(frozen=True, slots=True)
class CanteenMonth:
    """A canteen's month: its elders, the days they came (one a person and day), what was given."""

    code: str
    name: str
    elders: int
    elder_days: int
    subsidy_fen: int
    entitled: int
    #: of the entitled: who had a subsidised meal at any of the canteens asked for
    came: int

    @property
    def per_day_fen(self) -> int:
        """Subsidy per elder and day, to the nearest fen."""
        return divided(self.subsidy_fen, self.elder_days)


def divided(fen: int, among: int) -> int:
    """To the nearest fen, half up; 0 among nobody."""
    return (2 * fen + among) // (2 * among) if among else 0


def list_funder_years(
    session: Session, *, canteens: Sequence[str], first: date, last: date
) -> Sequence[FunderYear]:
    """Claims of these canteens whose period ends between the days, by funder and period."""
    of_claims = (
        Canteen.code.in_(canteens) & Claim.last_on.between(first, last) & Claim.state.in_(CLAIMED)
    )
    by = (ClaimLine.funder_id, Claim.period, Claim.first_on)
    claimed = session.execute(
        select(*by, func.sum(ClaimLine.fen).label("fen"), func.sum(ClaimCut.fen).label("cut_fen"))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .outerjoin(ClaimCut, ClaimCut.claim_line_id == ClaimLine.id)
        .where(of_claims)
        .group_by(*by)
        .order_by(Claim.first_on, Claim.period)
    ).all()
    arrived = session.execute(
        select(ClaimPayment.funder_id, Claim.period, func.sum(ClaimPayment.fen).label("fen"))
        .join(Claim, Claim.id == ClaimPayment.claim_id)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(of_claims, ClaimPayment.reversed_at.is_(None))
        .group_by(ClaimPayment.funder_id, Claim.period)
    )
    paid = {(row.funder_id, row.period): int(row.fen) for row in arrived}
    periods: dict[int, list[FunderPeriod]] = {}
    for row in claimed:
        paid_fen = paid.get((row.funder_id, row.period), 0)
        periods.setdefault(row.funder_id, []).append(
            FunderPeriod(row.period, int(row.fen), int(row.cut_fen or 0), paid_fen)
        )
    funders = session.execute(
        select(Funder.id, Funder.code, Funder.name)
        .where(Funder.id.in_(periods))
        .order_by(Funder.area_code, Funder.code)
    )
    return [FunderYear(code, name, periods[funder_id]) for funder_id, code, name in funders]


def list_canteen_months(
    session: Session, *, canteens: Sequence[str], first: date, last: date, now: datetime
) -> Sequence[CanteenMonth]:
    """These canteens in the month of the days, by service date, net of corrections."""
    places = session.execute(
        select(Canteen.id, Canteen.code, Canteen.name, Canteen.area_code)
        .where(Canteen.code.in_(canteens))
        .order_by(Canteen.code)
    ).all()
    ids = [place.id for place in places]
    eaten = _count_eaten(session, ids, first, last)
    entitled = _list_entitled(session, places, min(last, local_date(now)))
    came = _find_who_came(session, ids, first, last)
    months = []
    for place in places:
        elders, elder_days, subsidy_fen = eaten.get(place.id, (0, 0, 0))
        of_canteen = entitled[place.id]
        months.append(
            CanteenMonth(
                place.code,
                place.name,
                elders,
                elder_days,
                subsidy_fen,
                len(of_canteen),
                len(of_canteen & came),
            )
        )
    return months


def _count_eaten(
    session: Session, ids: Iterable[int], first: date, last: date
) -> Mapping[int, tuple[int, int, int]]:
    """Canteen → elders, days they came, subsidy: of subsidised meals, with what corrections changed."""
    changes = (
        select(
            Correction.meal_id,
            func.sum(Correction.subsidy_fen).label("fen"),
            func.sum(Correction.meals).label("meals"),
        )
        .where(Correction.booked_on.is_not(None))
        .group_by(Correction.meal_id)
        .subquery()
    )
    net_fen = Meal.subsidy_fen + func.coalesce(changes.c.fen, 0)
    days = (
        select(Meal.canteen_id, Meal.elder_id, Meal.served_on, func.sum(net_fen).label("fen"))
        .outerjoin(changes, changes.c.meal_id == Meal.id)
        .where(
            Meal.canteen_id.in_(ids),
            Meal.served_on.between(first, last),
            Meal.elder_id.is_not(None),
            IS_EATEN,
            func.coalesce(changes.c.meals, 0) == 0,
            net_fen > 0,
        )
        .group_by(Meal.canteen_id, Meal.elder_id, Meal.served_on)
        .subquery()
    )
    rows = session.execute(
        select(
            days.c.canteen_id,
            func.count(days.c.elder_id.distinct()),
            func.count(),
            func.sum(days.c.fen),
        ).group_by(days.c.canteen_id)
    )
    return {canteen: (elders, count, int(fen)) for canteen, elders, count, fen in rows}


def _list_entitled(
    session: Session, places: Sequence[Any], day: date
) -> Mapping[int, frozenset[int]]:
    """Canteen → the persons on the register who would be given something there on that day. Who has no
    usual canteen is counted at the first of her community."""
    near: dict[str, int] = {}
    for place in places:
        near.setdefault(place.area_code, place.id)
    at = [place.id for place in places]
    wanted = is_listed() & (
        Elder.canteen_id.in_(at) | (Elder.canteen_id.is_(None) & Elder.community_code.in_(near))
    )
    rows = session.execute(
        select(Elder.id, Elder.canteen_id, Elder.community_code).where(wanted)
    ).all()
    persons = load_persons(session, select(Elder.id).where(wanted), day)
    of_canteen: dict[int, list[tuple[int, Person]]] = {one: [] for one in at}
    for row in rows:
        person, status = persons.get(row.id, (Person(None), None))
        if status is None:
            of_canteen[row.canteen_id or near[row.community_code]].append((row.id, person))
    found = {}
    for place in places:
        bound = find_in_force(session, get_canteen(session, place.id), day)
        if bound is None:
            found[place.id] = frozenset[int]()
            continue
        calendar = workday_calendar(session, bound.scheme)
        found[place.id] = frozenset(
            elder_id
            for elder_id, person in of_canteen[place.id]
            if is_entitled(bound.scheme, person, day, place.area_code, calendar)
        )
    return found


def _find_who_came(session: Session, ids: Iterable[int], first: date, last: date) -> frozenset[int]:
    """Persons with a subsidised meal on these days; a row merged into another is that person."""
    person: Select[int] = (
        select(func.coalesce(Elder.merged_into_id, Elder.id))
        .join(Meal, Meal.elder_id == Elder.id)
        .where(
            Meal.canteen_id.in_(ids),
            Meal.served_on.between(first, last),
            IS_EATEN,
            Meal.subsidy_fen > 0,
        )
        .distinct()
    )
    return frozenset(session.scalars(person))
