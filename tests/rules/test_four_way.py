"""The four-way close: both sides are compared, and what stands alone is named."""

from datetime import date

from canteen.rules.four_way import (
    SIDES,
    Booked,
    Carried,
    DayFacts,
    Line,
    Row,
    Served,
    Tap,
    add_days,
    close,
)

DAY = date(2026, 11, 25)


def _meal(receipt: str, **given: object) -> Served:
    kept: dict[str, object] = {
        "mealtime": "lunch", "swipe": None, "source": "act", "is_eaten": True, **given
    }  # fmt: skip
    return Served(receipt=receipt, **kept)  # type: ignore[arg-type]


def _close(**given: object) -> dict[tuple[str, str], Line]:
    facts = DayFacts(day=DAY, **{"drawers": {}, "portions": {}, **given})  # type: ignore[arg-type]
    return {(line.code, line.subject): line for line in close(facts)}


def test_a_day_on_which_all_is_equal_names_nothing() -> None:
    lines = _close(
        taps=[Tap("a", "subsidised", "R1"), Tap("b", "already_eaten", None)],
        served=[
            _meal("R1", swipe="a", source=None),
            _meal("R2"),
            _meal("R3", source="delivery"),
        ],
        booked=[Booked("meal", "R1", {"sales": 1200, "purse": -1200},
                       {"sales": 1200, "purse": -1200})],
        drawers={"C1-1": (500, 500)},
        portions={"lunch": (5, 2)},
        carried=[Carried(uid="d", state="delivered", portions=1, attempts=1, eaten=("R3",),
                         services=1)],
    )  # fmt: skip
    assert {code for code, _ in lines} == {
        "card", "no_card", "sales", "purse", "drawer", "portions", "went_out", "delivered",
        "services",
    }  # fmt: skip
    assert all(line.is_even for line in lines.values())


def test_a_tap_without_a_meal_and_a_meal_without_a_tap_are_both_named() -> None:
    line = _close(
        taps=[Tap("a", "subsidised", None), Tap("b", "repeat", None)],
        served=[_meal("R1", swipe="b", source=None)],
    )["card", ""]
    assert (line.here, line.there, line.difference) == (1, 1, 0)
    assert line.rows == (Row("swipe", "a"), Row("meal", "R1"))
    assert not line.is_even


def test_a_refused_tap_that_a_cashier_answered_is_no_difference() -> None:
    lines = _close(
        taps=[Tap("a", "subsidised", "R1"), Tap("b", "insufficient_balance", "R2")],
        served=[_meal("R1", swipe="a", source=None), _meal("R2", swipe="b")],
    )
    sides = {key: (line.here, line.there, line.rows) for key, line in lines.items()}
    assert sides["card", ""] == sides["no_card", ""] == (1, 1, ())


def test_mealtimes_stand_in_the_order_of_the_day() -> None:
    portions = {"dinner": (1, 0), "lunch": (2, 0), "breakfast": (3, 0)}
    days = [list(_close(portions=portions).values())]
    subjects = [line.subject for line in add_days(days) if line.code == "portions"]
    assert subjects == ["breakfast", "lunch", "dinner"]


def test_a_meal_with_nothing_behind_it_is_named() -> None:
    line = _close(served=[_meal("R1", source=None), _meal("R2")])["no_card", ""]
    assert (line.here, line.there, line.rows) == (2, 1, (Row("meal", "R1"),))


def test_money_names_what_is_posted_otherwise_and_what_is_posted_of_nothing() -> None:
    lines = _close(
        booked=[Booked("top_up", "T1", {"purse": 500, "cash_drawer": -500}, {"purse": 500})],
        strays=[(7, {"purse": 300})],
    )
    assert lines["purse", ""].rows == (Row("journal", "7"),)
    assert lines["purse", ""].difference == -300
    assert lines["cash_drawer", ""].rows == (Row("top_up", "T1"),)


def test_what_nobody_counted_is_neither_equal_nor_a_difference() -> None:
    lines = _close(
        served=[_meal("R1")], drawers={"C1-1": (500, None), "C1-2": (0, None)},
        portions={"dinner": (4, None)},
    )  # fmt: skip
    for key in (("drawer", "C1-1"), ("portions", "lunch"), ("portions", "dinner")):
        assert lines[key].difference is None
        assert not lines[key].is_even
    assert ("drawer", "C1-2") not in lines


def test_deliveries_that_do_not_fit_their_meals_or_lines_are_named() -> None:
    lines = _close(
        served=[_meal("R1", source="delivery"), _meal("R9", source="delivery")],
        carried=[
            Carried(uid="failed", state="failed", portions=1, attempts=1, eaten=("R1",),
                    services=1),
            Carried(uid="lost", state="delivered", portions=2, attempts=1, eaten=(), services=0),
            Carried(uid="road", state="out", portions=1, attempts=1, eaten=(), services=0),
        ],
    )  # fmt: skip
    assert lines["went_out", ""].rows == (Row("delivery", "road"),)
    assert lines["delivered", ""].rows == (
        Row("delivery", "failed"),
        Row("delivery", "lost"),
        Row("meal", "R9"),
    )
    assert lines["services", ""].rows == (Row("delivery", "failed"),)


def test_days_are_added_and_an_uncounted_one_stays_uncounted() -> None:
    days = [
        list(_close(drawers={"C1-1": (500, 400)}).values()),
        list(_close(drawers={"C1-1": (300, None), "C1-2": (10, 10)}).values()),
    ]
    total = {(line.code, line.subject): line for line in add_days(days)}
    assert (total["drawer", "C1-1"].here, total["drawer", "C1-1"].there) == (800, None)
    assert total["drawer", "C1-2"].is_even
    assert [line.code for line in add_days(days)][:2] == ["card", "no_card"]
    assert set(SIDES) >= {line.code for line in total.values()}
