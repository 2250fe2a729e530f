"""Who could come: whether a scheme would give a person anything at all, whatever she eats and when.

Ground floor, beside `split`: that one asks about a meal, this one about a person. Take-up (受益率) is how
many of the entitled did come.
"""

from datetime import date, datetime, time

from canteen.rules.days import SHANGHAI
from canteen.rules.entitlement import Occasion, find_who_obstacle
from canteen.rules.meal_facts import MealFacts, Person
from canteen.rules.scheme import Scheme
from canteen.rules.workdays import WorkdayCalendar


def is_entitled(
    scheme: Scheme, person: Person, day: date, area_code: str, calendar: WorkdayCalendar
) -> bool:
    """Whether a government or charity rule valid on `day` is for her, at a canteen of that area."""
    noon = datetime.combine(day, time(12), SHANGHAI)
    meal = MealFacts(0, noon, day, "lunch", "dine_in", area_code)
    occasion = Occasion(scheme, person, meal, (), calendar)
    return any(
        not all(payer.is_canteen for payer, _ in rule.parts)
        and (rule.from_on is None or rule.from_on <= day)
        and (rule.to_on is None or day <= rule.to_on)
        and (rule.who is None or find_who_obstacle(rule.who, occasion) is None)
        for rule in scheme.rules
    )
