"""Splitting booked meals again, to list those whose split would now differ. Changes nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.meals import IS_EATEN, Meal
from canteen.models.tariffs import SchemeVersion
from canteen.rules.meal_facts import MealFacts
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.split import Split, split
from canteen.till.facts import load_facts
from canteen.till.persons import rows_of_person
from canteen.till.places import get_canteen
from canteen.till.quotes import list_earlier
from canteen.till.schemes_in_force import workday_calendar


def list_differing(session: Session, elder_id: int, after_meal_id: int) -> list[str]:
    """Receipts of the person's standing meals booked after a meal whose split, made now, would differ."""
    meals = session.scalars(
        select(Meal)
        .where(
            Meal.elder_id.in_(rows_of_person(elder_id)),
            Meal.id > after_meal_id,
            IS_EATEN,
        )
        .order_by(Meal.id)
    )
    return [
        meal.receipt
        for meal in meals
        if (again := split_again(session, meal)) is not None and again.elder_fen != meal.elder_fen
    ]


def split_again(session: Session, meal: Meal) -> Split | None:
    """The meal's split by its own scheme version, today's knowledge, and the standing meals booked
    before it; None where no scheme split it."""
    if meal.scheme_version_id is None or meal.elder_id is None:
        return None
    body = session.execute(
        select(SchemeVersion.body).where(SchemeVersion.id == meal.scheme_version_id)
    ).scalar_one()
    scheme = parse_scheme(body)
    facts = load_facts(session, meal.elder_id, meal.served_on)
    asked = MealFacts(
        meal.price_fen,
        meal.read_at,
        meal.served_on,
        meal.mealtime,
        meal.channel,
        get_canteen(session, meal.canteen_id).area_code,
        meal.portion,
    )
    earlier = list_earlier(session, meal.elder_id, scheme, meal.served_on, before_meal_id=meal.id)
    return split(scheme, facts.person, asked, earlier, workday_calendar(session, scheme))
