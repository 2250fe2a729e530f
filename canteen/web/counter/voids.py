"""Taking a meal back: by its cashier in the running mealtime, by the secretary until the day is signed."""

import re
from typing import Any

from flask import Response

from canteen import clock
from canteen.rules.roles import may
from canteen.services import voids
from canteen.services.voids import VoidAsked
from canteen.web.api import answer, operation
from canteen.web.auth import get_counter, missing, require
from canteen.web.counter import acts
from canteen.web.fields import Choice, Strict, Uid, Whole, Words
from canteen.web.house import database
from canteen.web.peer import origin

blueprint = acts
REASONS = ("wrong_person", "wrong_meal", "not_wanted", "swiped_twice", "other")
#: the exact id or receipt of one meal, and nothing that could be read as a pattern
ONE_MEAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{2,63}", re.ASCII)


class VoidBody(Strict):
    """Why the meal is taken back, and the counter it is asked at: a cashier names hers."""

    id = Uid(required=True)
    reason = Choice(*REASONS, required=True)
    note = Words(longest=200, load_default=None, allow_none=True)
    counter = Whole(least=1, load_default=None, allow_none=True)


@acts.post("/meals/<meal>/void")
@operation(
    "Void one meal, named by its exact id or receipt",
    takes=VoidBody,
    statuses={201: "voided", 200: "had been voided by this id: the same answer"},
)
def void_meal(meal: str, asked: dict[str, Any]) -> Response:
    person = require("meal.void")
    place = database().read(voids.find_meal_place, meal=meal) if ONE_MEAL.fullmatch(meal) else None
    if place is None or not may(person.grants, "meal.void", place):
        raise missing()
    if asked["counter"] is not None:
        get_counter("meal.void", asked["counter"])
    made = database().run(
        voids.void_meal,
        asked=VoidAsked(asked["id"], meal, asked["reason"], asked["note"], asked["counter"]),
        may_void_any=may(person.grants, "day.sign", place),
        by=person.actor,
        origin=origin(),
        now=clock.instant(),
    )
    return answer(made.body, 201 if made.is_new else 200)
