"""The demonstration's deliveries: rounds with doors that stay shut, one refused, a volunteer ill."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from canteen.db.run import Database
from canteen.demo.deliveries import ILL_DAYS, MISHAPS, list_at_home, walk_on
from canteen.demo.places import list_places
from canteen.demo.volunteers import give_volunteer_link
from canteen.demo.world import make_world
from canteen.models.deliveries import Delivery, DeliveryMeal, DeliveryOrder, DeliveryRun
from canteen.models.delivery_reports import DeliveryStep
from canteen.models.desk import WelfareCheck
from canteen.models.meals import Meal
from canteen.models.volunteers import VolunteerAbsence
from canteen.services import person_links, volunteer_rounds
from canteen.services.books import check
from tests.cli.conftest import DAYS, ELDERS, SEED
from tests.factories.world import TODAY, shanghai

AT_HOME = list_at_home(make_world(seed=SEED, elders=ELDERS, canteens=1, today=TODAY).diners)


def test_each_day_brings_everyone_at_home_her_lunch_but_for_what_went_wrong(
    lived: Database,
) -> None:
    rows = lived.read(
        lambda s: s.execute(
            select(Delivery.day, Delivery.state, Delivery.fail_code, func.count()).group_by(
                Delivery.day, Delivery.state, Delivery.fail_code
            )
        ).all()
    )
    for days in range(1, DAYS + 1):
        day = TODAY - timedelta(days=days)
        failed = Counter(MISHAPS.get(days, {}).values())
        found = {row[1:3]: row[3] for row in rows if row[0] == day}
        assert found.pop(("delivered", None)) == len(AT_HOME) - failed.total()
        assert found == {("failed", code): count for code, count in failed.items()}
    assert [row[1:] for row in rows if row[0] == TODAY] == [("queued", None, len(AT_HOME))]


def test_what_nobody_ate_is_no_meal_and_a_part_kept_is_no_subsidy(lived: Database) -> None:
    carried = select(Meal).join(DeliveryMeal, DeliveryMeal.meal_id == Meal.id)
    meals = lived.read(lambda s: s.scalars(carried.where(Meal.voided_at.is_(None))).all())
    kept = [meal for meal in meals if meal.is_kept]
    assert [(meal.subsidy_fen, meal.elder_fen > 0) for meal in kept] == [(0, True)]
    failed = sum(len(doors) for doors in MISHAPS.values())
    assert len(meals) - len(kept) == DAYS * len(AT_HOME) - failed
    assert lived.read(check).is_clean


def test_nobody_at_home_twice_running_is_owed_a_visit_and_each_call_is_kept(
    lived: Database,
) -> None:
    owed = lived.read(
        lambda s: s.scalars(select(WelfareCheck.cause).where(WelfareCheck.cause == "not_home"))
    ).all()
    assert owed == ["not_home"]
    shut = sum(list(doors.values()).count("not_home") for doors in MISHAPS.values())
    steps = lived.read(lambda s: s.scalars(select(DeliveryStep.step)).all())
    assert Counter(steps) == {"call_elder": shut, "call_contact": shut}


def test_the_stops_of_the_volunteer_who_fell_ill_went_to_the_others(lived: Database) -> None:
    absent, on = lived.read(
        lambda s: s.execute(select(VolunteerAbsence.volunteer_id, VolunteerAbsence.from_on)).one()
    )
    assert on == TODAY - timedelta(days=ILL_DAYS)
    carriers = lived.read(
        lambda s: s.scalars(
            select(DeliveryRun.volunteer_id)
            .join(Delivery, Delivery.run_id == DeliveryRun.id)
            .where(Delivery.day == on)
        ).all()
    )
    assert absent not in carriers
    assert len(carriers) == len(AT_HOME)


def test_the_living_day_goes_on_door_by_door_and_leaves_the_last_round(lived: Database) -> None:
    place = lived.read(list_places)[0]
    for minute in range(3 * len(AT_HOME)):
        now = shanghai("11:00") + timedelta(minutes=minute)
        lived.run(walk_on, place=place, day=TODAY, now=now)
    states = lived.read(
        lambda s: s.execute(
            select(Delivery.state, Delivery.run_id).where(Delivery.day == TODAY)
        ).all()
    )
    assert len({run for state, run in states if state == "assigned"}) == 1
    assert {state for state, _ in states} == {"assigned", "delivered", "failed"}
    assert lived.read(check).is_clean


def test_two_requests_wait_for_the_secretary_and_who_turns_eighty_is_foreseen(
    lived: Database,
) -> None:
    asked = lived.read(
        lambda s: s.execute(
            select(DeliveryOrder.source, DeliveryOrder.from_on).where(
                DeliveryOrder.state == "asked"
            )
        ).all()
    )
    assert {source for source, _ in asked} >= {"family", "phone"}
    assert all(from_on > TODAY for _, from_on in asked)


def test_a_volunteers_phone_opens_a_round_of_today_that_has_not_set_off(lived: Database) -> None:
    now = shanghai("11:00")
    lived.run(walk_on, place=lived.read(list_places)[0], day=TODAY, now=now)

    token = lived.run(give_volunteer_link, canteen="C1", now=now)

    assert token is not None
    holder = lived.read(person_links.find_by_token, token=token, now=now)
    assert holder is not None
    assert holder.volunteer_id is not None
    day = lived.read(volunteer_rounds.get_day, volunteer_id=holder.volunteer_id, now=now)
    assert "planned" in {one.state for one in day.rounds}
    tomorrow = lived.run(give_volunteer_link, canteen="C1", now=now + timedelta(days=1))
    assert tomorrow is None  # nobody has a round then
