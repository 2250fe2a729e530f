"""What a family may see of its elder: her day, her month, her balance; and nothing that is not shown."""

from datetime import date
from itertools import chain, combinations
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.deliveries import Delivery
from canteen.models.people import Elder
from canteen.models.sites import Canteen
from canteen.rules.family import SHOWS
from canteen.services import family
from canteen.services.family import FamilyHome
from tests.factories.deliveries import make_delivery, make_run, make_volunteer
from tests.factories.meals import make_meal
from tests.factories.people import make_fact
from tests.factories.world import TODAY, World, close_day, shanghai

NOW = shanghai("15:00")
MONTH = TODAY.replace(day=1)
ALL = frozenset(SHOWS)
EVERY_CHOICE = [
    frozenset(chosen)
    for chosen in chain.from_iterable(combinations(SHOWS, size) for size in range(len(SHOWS) + 1))
]


def _home(database: Database, shows: frozenset[str] = ALL, **given: Any) -> FamilyHome:
    asked = {"number": "P01", "month": MONTH, "now": NOW, **given}
    return database.read(family.get_home, shows=shows, **asked)


def _eat(database: Database, world: World, elder: str, day: date = TODAY, **given: Any) -> None:
    database.run(make_meal, world.canteens["C1"], world.elders[elder], day, **given)


def _bring(session: Session, world: World, state: str, **written: Any) -> None:
    run_id = make_run(session, world.canteens["C1"], make_volunteer(session))
    delivery_id = make_delivery(
        session, world.elders["P01"], world.canteens["C1"], run_id=run_id, state=state,
        fail_code=written.pop("fail_code", None),
    )  # fmt: skip
    session.execute(
        update(Delivery).where(Delivery.id == delivery_id).values(**written or {"place": 1})
    )


def test_the_first_thing_told_is_what_she_ate_today(database: Database, world: World) -> None:
    assert _home(database).today == ()
    assert [_home(database, now=shanghai(at)).is_over_today for at in ("18:44", "18:45")] == [
        False,
        True,
    ]
    _eat(database, world, "P01", mealtime="dinner", channel="take_away")
    _eat(database, world, "P01")
    lunch, dinner = _home(database).today or ()
    assert (lunch.what, lunch.mealtime, lunch.at) == ("ate", "lunch", shanghai("11:30"))
    assert (dinner.what, dinner.canteen) == ("took", "城南食堂")


@pytest.mark.parametrize(
    ("state", "what", "written", "at"),
    [
        (
            "delivered",
            "delivered",
            {"done_at": shanghai("11:20"), "receiver": "邻居 陈姨"},
            "11:20",
        ),
        ("failed", "failed", {"done_at": shanghai("11:50"), "fail_code": "not_home"}, "11:50"),
        ("out", "out", {}, "12:30"),
        ("assigned", "coming", {}, "12:30"),
    ],
)
def test_a_delivery_is_told_as_it_stands(
    database: Database, world: World, state: str, what: str, written: dict[str, Any], at: str
) -> None:
    database.run(_bring, world, state, **written)
    (line,) = _home(database, now=shanghai("11:55")).today or ()
    assert (line.what, line.at) == (what, shanghai(at))
    assert line.receiver == written.get("receiver")
    assert (line.fail_code is None) == (state != "failed")


def test_a_meal_that_should_be_there_is_told_to_be_late(database: Database, world: World) -> None:
    database.run(_bring, world, "out")
    (line,) = _home(database, now=shanghai("12:31")).today or ()
    assert (line.what, line.at) == ("late", shanghai("12:30"))


def test_a_month_has_a_tick_a_day_and_says_what_she_paid(database: Database, world: World) -> None:
    for day in (1, 3, 4):
        _eat(database, world, "P01", TODAY.replace(day=day))
    _eat(database, world, "P01", TODAY.replace(day=3), mealtime="dinner")
    _eat(database, world, "P01", date(2026, 10, 31))
    _eat(database, world, "P02", TODAY.replace(day=5))
    month = _home(database).month
    assert month is not None
    assert month.days == {TODAY.replace(day=1): 1, TODAY.replace(day=3): 2, TODAY.replace(day=4): 1}
    assert (month.meals, month.paid_fen) == (4, 4800)
    october = _home(database, month=date(2026, 10, 1)).month
    assert october is not None
    assert list(october.days) == [date(2026, 10, 31)]


def test_what_was_kept_of_a_failed_delivery_is_paid_but_no_meal(
    database: Database, world: World
) -> None:
    _eat(database, world, "P01", channel="delivery", is_kept=True, delivery_fee_fen=200)
    month = _home(database).month
    assert month is not None
    assert (month.meals, month.paid_fen) == (0, 1400)


@pytest.mark.parametrize("shows", EVERY_CHOICE, ids=lambda shows: "+".join(sorted(shows)) or "none")
def test_what_the_elder_does_not_show_is_not_in_the_data(
    database: Database, world: World, shows: frozenset[str]
) -> None:
    _eat(database, world, "P01")
    home = _home(database, shows)
    assert (home.today is not None) == ("meals" in shows)
    assert (home.month is not None) == ("meals" in shows)
    assert (home.balance_fen is not None) == ("balance" in shows)
    if home.month is not None:
        assert (home.month.paid_fen is not None) == ("account" in shows)


def test_two_rows_that_are_one_person_are_one_page(database: Database, world: World) -> None:
    _eat(database, world, "P01")
    _eat(database, world, "P06", TODAY.replace(day=2))
    merged = {"merged_into_id": world.elders["P01"]}
    database.run(lambda s: s.execute(update(Elder).where(Elder.number == "P06").values(merged)))
    person = database.read(family.get_person, elder_id=world.elders["P06"], now=NOW)
    assert (person.number, person.name) == ("P01", "黄桂兰")
    home = _home(database, number=person.number)
    assert home.month is not None
    assert home.month.meals == 2


def test_the_page_knows_whom_to_call_and_how_she_stands(database: Database, world: World) -> None:
    database.run(lambda s: s.execute(update(Canteen).values(phone="0777-000 0000")))
    database.run(make_fact, world.elders["P01"], "status", "deceased", from_on=TODAY)
    person = database.read(family.get_person, elder_id=world.elders["P01"], now=NOW)
    assert (person.canteen_name, person.phone) == ("城南食堂", "0777-000 0000")
    assert person.status == "deceased"


def test_an_elder_without_a_canteen_has_a_page_too(database: Database, world: World) -> None:
    database.run(
        lambda s: s.execute(
            update(Elder)
            .where(Elder.number == "P01")
            .values(canteen_id=None, community_code="450702003")
        )
    )
    person = database.read(family.get_person, elder_id=world.elders["P01"], now=NOW)
    assert (person.canteen, person.canteen_name, person.phone) == (None, "", None)
    assert not _home(database).is_closed_today


def test_a_day_on_which_nobody_cooks_is_told(database: Database, world: World) -> None:
    assert not _home(database).is_closed_today
    database.run(close_day, world.canteens["C1"], TODAY)
    assert _home(database).is_closed_today
