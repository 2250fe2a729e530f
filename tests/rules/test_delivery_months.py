"""A month of rounds and deliveries, added up by volunteer, reason, house and time."""

from datetime import UTC, date, datetime, timedelta

from canteen.rules.delivery_months import Carried, Went, add_up_month

DAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)


def _after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def make_round(run_id: int, number: str = "V1", **given: object) -> Went:
    values: dict[str, object] = {
        "name": "何志平",
        "team": None,
        "capacity": 10,
        "day": DAY,
        "mealtime": "lunch",
        "trip": 1,
        "planned_min": 20,
        "out_at": NOON,
        "back_at": _after(200),
    }
    return Went(run_id, number, **(values | given))  # type: ignore[arg-type]


def make_delivery(run_id: int | None, minutes: int | None = 10, **given: object) -> Carried:
    values: dict[str, object] = {
        "state": "delivered",
        "code": None,
        "house": "3栋",
        "portions": 1,
        "done_at": None if minutes is None else _after(minutes),
        "due_at": _after(30),
    }
    return Carried(run_id, **(values | given))  # type: ignore[arg-type]


def test_hours_run_from_leaving_to_the_last_door_however_late_the_phone_reports() -> None:
    told = add_up_month([make_round(1)], [make_delivery(1, 10), make_delivery(1, 25, portions=2)])
    [hers] = told.hours
    assert (hers.minutes, hers.rounds, hers.days, hers.doors, hers.portions) == (25, 1, 1, 2, 3)
    assert (told.tours[0].over_min, told.minutes, told.tenths_a_door) == (5, 25, 125)


def test_a_round_without_a_door_s_time_ends_when_she_is_back() -> None:
    told = add_up_month([make_round(1, back_at=_after(15))], [make_delivery(1, None)])
    assert told.tours[0].minutes == 15


def test_who_is_still_out_has_no_hours_yet() -> None:
    told = add_up_month(
        [make_round(1, back_at=None)], [make_delivery(1, 5), make_delivery(1, None, state="out")]
    )
    assert (told.tours[0].minutes, told.tours[0].over_min, told.minutes) == (None, None, 0)
    assert told.tenths_a_door is None
    assert told.carried == told.delivered == 1


def test_a_round_that_nobody_planned_is_not_over_its_plan() -> None:
    told = add_up_month([make_round(1, planned_min=None)], [make_delivery(1)])
    assert told.tours[0].over_min is None


def test_each_volunteer_has_one_line() -> None:
    rounds = [
        make_round(1),
        make_round(2, trip=2, day=date(2026, 11, 26)),
        make_round(3, "V2", name="卢海"),
    ]
    deliveries = [make_delivery(1), make_delivery(2, portions=5), make_delivery(3)]
    told = add_up_month(rounds, deliveries)
    assert [(one.number, one.rounds, one.days, one.portions_most) for one in told.hours] == [
        ("V1", 2, 2, 5),
        ("V2", 1, 1, 1),
    ]


def test_reasons_and_houses_are_told_by_how_often() -> None:
    failed = {"state": "failed", "code": "not_home"}
    told = add_up_month(
        [],
        [
            make_delivery(1, **failed),
            make_delivery(1, **failed, house="5栋"),
            make_delivery(1, **(failed | {"code": "refused"}), house="5栋"),
            make_delivery(1, 40),
            make_delivery(None, None, state="cancelled", code="paused"),
        ],
    )
    assert told.failed == (("not_home", 2), ("refused", 1))
    assert told.cancelled == (("paused", 1),)
    assert [(one.name, one.doors, one.failed, one.late) for one in told.houses] == [
        ("5栋", 2, 2, 0),
        ("3栋", 2, 1, 1),
    ]
    assert (told.delivered, told.late, told.carried) == (1, 1, 4)
