"""Gathers what the checks of a canteen's month look at, in a few set-based questions."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from canteen.rules.claim_checks.facts import MonthFacts
from canteen.rules.workdays import PUBLISHED
from canteen.till.claim_around import (
    count_before,
    list_floors,
    load_opened,
    load_peers,
    load_sheets,
    load_supplies,
    load_tiers,
)
from canteen.till.claim_meals import load_elsewhere, load_meals, load_refused
from canteen.till.claim_people import load_persons, load_staff
from canteen.till.claim_rounds import load_doors, load_rounds, load_services
from canteen.till.day_state import list_unsigned
from canteen.till.places import CanteenPlace
from canteen.till.schemes_in_force import find_in_force, load_schemes, workday_calendar


def load_month(
    session: Session, canteen: CanteenPlace, first: date, last: date, owed_before: date
) -> MonthFacts:
    """The booked days from `first` to `last`, of one month. Days before `owed_before` owe a signature."""
    in_force = find_in_force(session, canteen, last)
    meals = load_meals(session, canteen, first, last)
    versions = {meal.version for meal in meals if meal.version is not None}
    scheme = in_force.scheme if in_force else None
    floors_fen = list_floors(scheme)
    at_floor_before, meals_before = count_before(session, canteen, first, floors_fen)
    here = (session, canteen, first, last)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    workdays = workday_calendar(session, scheme) if scheme else PUBLISHED
    return MonthFacts(
        canteen=canteen.code,
        canteen_name=canteen.name,
        area_code=canteen.area_code,
        first=first,
        last=last,
        meals=meals,
        persons=load_persons(*here),
        elsewhere=load_elsewhere(*here),
        refused=load_refused(*here),
        services=load_services(*here),
        doors=load_doors(*here),
        rounds=load_rounds(*here),
        opened=load_opened(*here),
        rest_days=frozenset(day for day in days if not workdays.is_workday(day)),
        unsigned=[
            day for day in list_unsigned(session, canteen, owed_before) if first <= day <= last
        ],
        sheets=load_sheets(*here),
        schemes={
            **load_schemes(session, versions),
            **({in_force.version_id: in_force.scheme} if in_force else {}),
        },
        in_force=in_force.version_id if in_force else None,
        floors_fen=floors_fen,
        at_floor_before=at_floor_before,
        meals_before=meals_before,
        peers=load_peers(*here),
        staff=load_staff(session, canteen),
        supplies=load_supplies(*here),
        tiers=load_tiers(session, canteen, last, scheme),
    )
