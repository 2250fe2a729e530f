"""What is brought on a day: one decision from orders, pauses and absences, in whatever order they come."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.attendance import Away
from canteen.rules.days import MEALTIMES, Window, local_time
from canteen.rules.delivery_orders import (
    Decision,
    Order,
    Pause,
    Wishes,
    cut_off_of,
    decide,
    find_ends,
    is_same_wish,
    overlap,
    sort_mealtimes,
)

DAY = date(2026, 11, 25)  # a Wednesday
CANTEENS = (1, 2)
days = st.integers(-9, 9).map(lambda ahead: DAY + timedelta(days=ahead))


def _order(id: int = 1, **given: object) -> Order:
    values: dict[str, object] = {
        "canteen_id": 1, "kind": "standing", "weekdays": "1234567", "mealtimes": ("lunch",),
        "from_on": DAY, "to_on": None, "portions": 1,
    }  # fmt: skip
    return Order(id, **(values | given))  # type: ignore[arg-type]


@st.composite
def _orders(draw: st.DrawFn) -> list[Order]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        first, second = sorted((draw(days), draw(days)))
        is_single = draw(st.booleans())
        last = first if is_single else draw(st.sampled_from((second, None)))
        made.append(
            _order(
                number,
                canteen_id=draw(st.sampled_from(CANTEENS)),
                kind="single" if is_single else "standing",
                weekdays="".join(draw(st.sets(st.sampled_from("1234567"), min_size=1))),
                mealtimes=tuple(draw(st.sets(st.sampled_from(MEALTIMES), min_size=1))),
                from_on=first,
                to_on=last,
                portions=draw(st.integers(1, 3)),
                ended_on=draw(st.one_of(st.none(), days)),
            )
        )
    return made


pauses = st.lists(
    st.builds(
        lambda first, length, mealtime: Pause(first, first + timedelta(days=length), mealtime),
        days,
        st.integers(0, 5),
        st.sampled_from((None, *MEALTIMES)),
    ),
    max_size=3,
)
aways = st.lists(
    st.builds(Away, st.sampled_from(("in_hospital", "deceased")), days, st.none()), max_size=1
)


@given(_orders(), pauses, aways, days, st.sampled_from(MEALTIMES), st.randoms())
def test_one_decision_the_same_in_any_order_and_always_with_a_reason(
    asked: list[Order], paused: list[Pause], away: list[Away], day: date, mealtime: str, rng
):
    first = decide(Wishes(tuple(asked), tuple(paused), tuple(away)), day, mealtime, CANTEENS)
    rng.shuffle(asked)
    rng.shuffle(paused)
    again = decide(Wishes(tuple(asked), tuple(paused), tuple(away)), day, mealtime, CANTEENS)
    assert first == again
    assert (first.order is None) == (first.why_not is not None)
    if first.order is not None:
        assert first.order.wants(day, mealtime)
        assert not any(pause.holds_on(day, mealtime) for pause in paused)
        assert not any(one.holds_on(day) for one in away)


@given(_orders(), pauses, days, st.sampled_from(MEALTIMES))
def test_a_pause_only_takes_away_and_an_order_only_adds(
    asked: list[Order], paused: list[Pause], day: date, mealtime: str
):
    without = decide(Wishes(tuple(asked)), day, mealtime, CANTEENS)
    with_pauses = decide(Wishes(tuple(asked), tuple(paused)), day, mealtime, CANTEENS)
    assert with_pauses.order in (without.order, None)
    for fewer in range(len(asked)):
        part = decide(Wishes(tuple(asked[:fewer])), day, mealtime, CANTEENS)
        assert part.order is None or without.order is not None


@given(_orders(), days, st.sampled_from(MEALTIMES))
def test_nothing_comes_from_a_canteen_that_is_closed(asked: list[Order], day: date, mealtime: str):
    wishes = Wishes(tuple(asked))
    assert decide(wishes, day, mealtime, ()).order is None
    decision = decide(wishes, day, mealtime, (1,))
    assert decision.order is None or decision.order.canteen_id == 1


@given(_orders())
def test_orders_overlap_when_some_day_and_meal_is_wanted_by_both(asked: list[Order]):
    for one in asked:
        for other in asked:
            both = any(
                one.wants(day, mealtime) and other.wants(day, mealtime)
                for day in (DAY + timedelta(days=ahead) for ahead in range(-9, 30))
                for mealtime in MEALTIMES
            )
            assert overlap(one, other) == both


@pytest.mark.parametrize(
    ("wishes", "why"),
    [
        (Wishes(), "order_ended"),
        (Wishes((_order(ended_on=DAY - timedelta(days=1)),)), "order_ended"),
        (Wishes((_order(canteen_id=3),)), "closed"),
        (Wishes((_order(),), (Pause(DAY, DAY, None),)), "paused"),
        (Wishes((_order(),), (), (Away("in_hospital", DAY, None),)), "away"),
        (Wishes((_order(),), (), (Away("moved", DAY, None),)), "gone"),
    ],
)
def test_why_nothing_is_brought(wishes: Wishes, why: str):
    assert decide(wishes, DAY, "lunch", CANTEENS) == Decision(None, why)


def test_o063_a_single_order_goes_before_a_standing_one_and_the_newer_before_the_older():
    single = _order(1, kind="single", to_on=DAY, portions=2)
    standing, newer = _order(2), _order(3, portions=3)
    assert decide(Wishes((standing, single, newer)), DAY, "lunch", CANTEENS).order == single
    later = DAY + timedelta(days=1)
    assert decide(Wishes((standing, single, newer)), later, "lunch", CANTEENS).order == newer


def test_the_cut_off_lies_so_many_minutes_before_the_mealtime_opens():
    at = cut_off_of(DAY, Window("lunch", time(10, 30), time(13, 30)), 60)
    assert local_time(at).isoformat() == "2026-11-25T09:30:00+08:00"


def test_mealtimes_are_written_in_the_order_of_the_day():
    assert sort_mealtimes(["dinner", "lunch", "dinner", "tea"]) == ("lunch", "dinner")


def test_the_same_wish_again_is_known():
    assert is_same_wish(_order(2, from_on=DAY + timedelta(days=2)), _order(1))
    assert not is_same_wish(_order(2, portions=2), _order(1))
    assert not is_same_wish(_order(2, from_on=DAY - timedelta(days=2)), _order(1))


def test_a_standing_order_steps_in_the_place_of_those_it_outlasts():
    old = _order(1)
    assert find_ends(_order(2), [old]) == (old,)
    week = _order(3, to_on=DAY + timedelta(days=6))
    assert find_ends(week, [old]) == ()
    assert find_ends(_order(4), [old, week]) == (old, week)
    assert find_ends(_order(5, kind="single", to_on=DAY), [old]) == ()
    assert find_ends(_order(6, mealtimes=("dinner",)), [old]) == ()
