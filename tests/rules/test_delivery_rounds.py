"""Doors spread over volunteers: what a person would do by hand, and what must hold whatever comes."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canteen.rules.addresses import parse_address
from canteen.rules.delivery_rounds import RoundPlan, plan_rounds
from canteen.rules.delivery_trips import Carrier
from canteen.rules.delivery_walk import (
    HAND_OVER_S,
    LIFT_HOP_S,
    LIFT_S,
    START_S,
    Door,
    Pin,
    Ways,
    known_houses,
)

HOUR_S = 3600


def make_door(address: str, uid: str = "", **given: object) -> Door:
    return Door(uid or address, parse_address(address), **given)  # type: ignore[arg-type]


def _plan(
    doors: list[Door], *carriers: Carrier, trip_s: int = HOUR_S, by_s: int = 2 * HOUR_S
) -> RoundPlan:
    return plan_rounds(doors, carriers, trip_s=trip_s, by_s=by_s)


def _carried(plan: RoundPlan) -> dict[str, list[tuple[str, ...]]]:
    return {
        number: [trip.doors for trip in plan.trips if trip.carrier == number]
        for number in {trip.carrier for trip in plan.trips}
    }


def make_estate(count: int, seed: int = 1) -> list[Door]:
    """Doors of an estate of ten houses without lifts."""
    rng = random.Random(seed)
    return [
        make_door(
            f"{rng.randint(1, 10)}栋{rng.randint(1, 3)}单元{rng.randint(1, 6)}0{rng.randint(1, 2)}",
            f"d{number:03}",
        )
        for number in range(count)
    ]


def test_each_house_is_walked_once_stair_by_stair_and_floor_by_floor() -> None:
    doors = ["5栋1单元601", "3栋2单元201", "5栋2单元502", "3栋1单元602", "10栋101", "3栋1单元101"]
    plan = _plan([make_door(one) for one in doors], Carrier("V1", 20))
    [trip] = plan.trips
    assert trip.doors == (
        "3栋1单元101",
        "3栋1单元602",
        "3栋2单元201",
        "5栋1单元601",
        "5栋2单元502",
        "10栋101",
    )


def test_an_estate_takes_two_and_a_half_minutes_a_door() -> None:
    """28 portions in one estate, 70 minutes."""
    minutes = [
        trip.seconds // 60
        for seed in range(10)
        for trip in _plan(make_estate(28, seed), Carrier("V1", 28), trip_s=2 * HOUR_S).trips
    ]
    assert 63 <= sum(minutes) // len(minutes) <= 77


def test_stairs_take_time_and_a_lift_saves_it() -> None:
    def seconds(*doors: Door) -> int:
        return Ways(doors).there_and_back(range(len(doors))) - 2 * START_S

    low, high = make_door("3栋101"), make_door("3栋601")
    assert seconds(low) == HAND_OVER_S
    assert seconds(high) == HAND_OVER_S + 2 * 5 * 12
    assert seconds(replace(high, has_lift=True)) == HAND_OVER_S + 2 * LIFT_S
    assert seconds(replace(high, floor=2)) == HAND_OVER_S + 2 * 12
    assert seconds(make_door("3栋负一楼")) == HAND_OVER_S + 2 * 12
    two = (make_door("3栋1001"), make_door("3栋501"))
    assert seconds(*two) == 2 * HAND_OVER_S + 2 * LIFT_S + LIFT_HOP_S, "ten storeys have a lift"
    none = (replace(two[0], has_lift=False), replace(two[1], has_lift=False))
    assert seconds(*none) == 2 * HAND_OVER_S + 2 * 9 * 12
    assert seconds(make_door("3栋1001"), make_door("3栋1002")) == 2 * (HAND_OVER_S + LIFT_S)


def test_houses_are_farther_apart_the_farther_their_numbers() -> None:
    def apart(one: str, other: str) -> int:
        return Ways([make_door(one), make_door(other)]).between(0, 1)

    assert apart("3栋101", "4栋101") < apart("3栋101", "9栋101") <= apart("3栋101", "99栋101")
    assert apart("3栋101", "99栋101") < apart("榕荫里3栋101", "桂雅路12号4栋101")
    assert apart("A座101", "B座101") < apart("3栋101", "99栋101")


def test_everyone_who_came_carries() -> None:
    plan = _plan(make_estate(40), *(Carrier(f"V{one}", 20) for one in range(1, 6)))
    loads = [len(trip.doors) for trip in plan.trips]
    assert (len(loads), sum(loads)) == (5, 40)
    assert max(loads) <= 11


def test_a_full_bag_is_filled_again() -> None:
    plan = _plan(make_estate(18), Carrier("V1", 10))
    assert [trip.trip for trip in plan.trips] == [1, 2]
    assert all(len(trip.doors) <= 10 for trip in plan.trips)
    assert not plan.left


def test_a_meal_does_not_stay_in_the_bag_too_long() -> None:
    plan = _plan(make_estate(18), Carrier("V1", 20), trip_s=30 * 60)
    assert len(plan.trips) > 1
    assert all(trip.seconds <= 30 * 60 + START_S + 5 * 12 for trip in plan.trips)


def test_what_does_not_fit_the_promised_time_is_left_and_named() -> None:
    plan = _plan(make_estate(40), Carrier("V1", 10), by_s=HOUR_S)
    assert plan.left
    assert set(plan.left.values()) == {"time"}
    assert not any(trip.late for trip in plan.trips)


def test_who_must_be_served_is_late_rather_than_left() -> None:
    doors = [replace(door, must_serve=True) for door in make_estate(40)]
    plan = _plan(doors, Carrier("V1", 10), by_s=HOUR_S)
    assert not plan.left
    assert sum(len(trip.late) for trip in plan.trips) > 0
    assert all(len(trip.doors) <= 10 for trip in plan.trips)


def test_who_must_be_served_goes_before_the_others() -> None:
    doors = make_estate(20)
    doors[13] = replace(doors[13], must_serve=True)
    plan = _plan(doors, Carrier("V1", 5), by_s=15 * 60)
    assert plan.left
    assert doors[13].uid not in plan.left


def test_nobody_climbs_higher_than_she_can() -> None:
    doors = [make_door("3栋101"), make_door("3栋601"), make_door("5栋1101")]
    plan = _plan(doors, Carrier("V1", 20, floors_max=2), Carrier("V2", 20, floors_max=6))
    assert [trip.carrier for trip in plan.trips if "3栋601" in trip.doors] == ["V2"]
    alone = _plan(doors, Carrier("V1", 20, floors_max=2))
    assert alone.left == {"3栋601": "stairs"}
    must = _plan([replace(doors[1], must_serve=True)], Carrier("V1", 20, floors_max=2))
    assert not must.left


def test_more_portions_than_any_bag_holds_are_named_unless_they_must_be_served() -> None:
    big = make_door("3栋101", portions=9)
    assert _plan([big], Carrier("V1", 5)).left == {"3栋101": "portions"}
    assert not _plan([replace(big, must_serve=True)], Carrier("V1", 5)).left


def test_known_houses_come_first() -> None:
    doors = make_estate(30)
    fifth = parse_address("5栋").building_key
    plan = _plan(doors, Carrier("V1", 20), Carrier("V2", 20, knows=frozenset({fifth})))
    known = {door.uid for door in doors if door.address.building_key == fifth}
    assert {uid for trip in _carried(plan)["V2"] for uid in trip} >= known


def test_houses_are_known_by_their_number_or_with_their_estate() -> None:
    doors = [
        make_door(one) for one in ("3栋101", "榕荫里3栋101", "桂雅路5栋101", "7栋101", "那朗屯")
    ]

    def known(words: str) -> list[str]:
        keys = known_houses(words, doors)
        return [door.uid for door in doors if door.address.building_key in keys]

    assert known("3、七栋") == ["3栋101", "榕荫里3栋101", "7栋101"]
    assert known("榕荫里3栋 桂雅路9栋") == ["榕荫里3栋101"]
    assert known("") == []


def test_a_hand_s_choice_stays() -> None:
    doors = make_estate(12)
    doors[3] = replace(doors[3], pin=Pin("V2", 1, 1))
    doors[7] = replace(doors[7], pin=Pin("V2", 1, 2))
    doors[9] = replace(doors[9], pin=Pin("V1", 2))
    plan = _plan(doors, Carrier("V1", 20), Carrier("V2", 20))
    [of_v2] = _carried(plan)["V2"]
    assert of_v2[:2] == (doors[3].uid, doors[7].uid)
    [second] = [trip.doors for trip in plan.trips if (trip.carrier, trip.trip) == ("V1", 2)]
    assert doors[9].uid in second


def test_a_hand_may_overfill_a_bag_but_the_plan_adds_nothing() -> None:
    doors = [replace(door, pin=Pin("V1", 1)) for door in make_estate(8)] + [make_door("3栋101")]
    [first, second] = _plan(doors, Carrier("V1", 5)).trips
    assert (len(first.doors), second.doors) == (8, ("3栋101",))


def test_who_only_helps_out_gets_no_more() -> None:
    doors = make_estate(6)
    doors[0] = replace(doors[0], pin=Pin("V2", 1))
    plan = _plan(doors, Carrier("V1", 20), Carrier("V2", 20, is_closed=True))
    assert _carried(plan)["V2"] == [(doors[0].uid,)]
    assert set(_plan(doors, Carrier("V2", 20, is_closed=True)).left.values()) == {"nobody"}


def test_who_is_still_out_takes_a_later_trip() -> None:
    plan = _plan([make_door("3栋101")], Carrier("V1", 20, free_s=600, first_trip=3), by_s=1200)
    [trip] = plan.trips
    assert (trip.trip, trip.late) == (3, ())
    assert _plan([make_door("3栋101")], Carrier("V1", 20, free_s=600), by_s=700).left


def test_without_volunteers_everything_is_left() -> None:
    plan = _plan(make_estate(3))
    assert (plan.trips, set(plan.left.values())) == ((), {"nobody"})
    assert _plan([], Carrier("V1", 5)) == RoundPlan((), {})


@st.composite
def _instances(draw: st.DrawFn) -> tuple[list[Door], list[Carrier], int, int]:
    carriers = [
        Carrier(
            f"V{number}",
            draw(st.integers(1, 12)),
            draw(st.none() | st.integers(1, 9)),
            frozenset(parse_address(f"{draw(st.integers(1, 5))}栋").building_key for _ in "ab"),
            draw(st.sampled_from((0, 0, 900))),
            draw(st.integers(1, 2)),
            draw(st.sampled_from((False, False, True))),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    pins = st.builds(
        Pin,
        st.sampled_from(("V0", "V1", "V9")),
        st.integers(1, 10**9),
        st.none() | st.integers(1, 9),
    )
    text = st.builds("{}栋{}单元{}0{}".format, *[st.integers(1, 9)] * 4) | st.text(max_size=12)
    doors = [
        Door(
            f"d{number}",
            parse_address(draw(text)),
            draw(st.integers(1, 9)),
            draw(st.none() | st.integers(-2, 30)),
            draw(st.none() | st.booleans()),
            draw(st.booleans()),
            draw(st.none() | st.none() | pins),
        )
        for number in range(draw(st.integers(0, 25)))
    ]
    return doors, carriers, draw(st.integers(1, 7200)), draw(st.integers(1, 7200))


@given(_instances())
@settings(max_examples=150)
def test_whatever_it_is_fed(asked: tuple[list[Door], list[Carrier], int, int]) -> None:
    doors, carriers, trip_s, by_s = asked
    plan = plan_rounds(doors, carriers, trip_s=trip_s, by_s=by_s)
    assert plan == plan_rounds(doors[::-1], carriers[::-1], trip_s=trip_s, by_s=by_s)

    placed = Counter(uid for trip in plan.trips for uid in trip.doors)
    placed.update(list(plan.left))
    assert placed == Counter(door.uid for door in doors), "each door once, or named"

    by_uid, by_number = {d.uid: d for d in doors}, {c.number: c for c in carriers}
    for trip in plan.trips:
        carrier, inside = by_number[trip.carrier], [by_uid[uid] for uid in trip.doors]
        by_hand = [d for d in inside if d.pin is not None and d.pin.carrier == trip.carrier]
        assert all(d.pin is not None and d.pin.trip == trip.trip for d in by_hand), "pins stay"
        chosen = len(inside) - len(by_hand)
        is_kept = sum(d.portions for d in inside) <= carrier.capacity or len(inside) == 1
        assert is_kept or not chosen, "no bag is overfilled but by a hand"
        assert not (carrier.is_closed and chosen)
    is_open = any(not carrier.is_closed for carrier in carriers)
    assert not any(is_open and by_uid[uid].must_serve for uid in plan.left), "must-serve is placed"


@pytest.mark.parametrize("seed", range(3))
def test_six_hundred_doors_and_sixty_volunteers_are_planned(seed: int) -> None:
    rng = random.Random(seed)
    doors = [
        make_door(
            f"{rng.choice(('', '榕荫里', '桂雅路12号', '新竹巷9号'))}{rng.randint(1, 30)}栋"
            f"{rng.randint(1, 4)}单元{rng.randint(1, 7)}0{rng.randint(1, 4)}",
            f"d{number}",
        )
        for number in range(600)
    ]
    plan = _plan(doors, *(Carrier(f"V{number:02}", 12) for number in range(60)))
    assert not plan.left
    assert max(trip.seconds for trip in plan.trips) < HOUR_S
