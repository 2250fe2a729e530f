"""OR-Tools, a program of others, plans the same deliveries: ours may cost at most 5 % more."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from canteen.rules.addresses import parse_address
from canteen.rules.delivery_rounds import plan_rounds
from canteen.rules.delivery_trips import OVER_FAIR, Carrier, Rounds
from canteen.rules.delivery_walk import HAND_OVER_S, Door, Ways

pytestmark = pytest.mark.judges

PYTHON = Path("build/judges/bin/python")
#: neither the bag nor the clock stops anybody in these: one trip each
LONG_S = 10**6
#: doors, volunteers, portions in a bag, streets, seconds OR-Tools may think
INSTANCES = (
    (16, 5, 12, 1, 3),
    (28, 3, 14, 1, 4),
    (60, 4, 20, 2, 8),
    (80, 9, 12, 4, 10),
    (150, 15, 12, 3, 15),
)
STREETS = ("", "榕荫里5号", "桂雅路12号", "柳沙路")


def _make_doors(count: int, streets: int) -> list[Door]:
    rng = random.Random(count)
    return [
        Door(
            f"d{number:03}",
            parse_address(
                f"{rng.choice(STREETS[:streets])}{rng.randint(1, 20)}栋"
                f"{rng.randint(1, 4)}单元{rng.randint(1, 6)}0{rng.randint(1, 4)}"
            ),
            portions=rng.choice((1, 1, 1, 2)) if count < 30 else 1,
            has_lift=rng.choice((None, None, True)),
        )
        for number in range(count)
    ]


def _ask(ways: Ways, capacity: int, volunteers: int, fair_s: int, think_s: int) -> list[list[int]]:
    assert PYTHON.exists(), "OR-Tools is missing: `make judges` installs it"
    numbers = range(len(ways.doors))
    back = [0, *(ways.back_from(one) for one in numbers)]
    seconds = [[one and one + HAND_OVER_S for one in back]]
    for one in numbers:
        row = [ways.between(one, other) + HAND_OVER_S if other != one else 0 for other in numbers]
        seconds.append([back[one + 1], *row])
    asked = {
        "seconds": seconds,
        "portions": [0, *(door.portions for door in ways.doors)],
        "capacities": [capacity] * volunteers,
        "fair_s": fair_s,
        "over_fair": OVER_FAIR,
        "think_ms": think_s * 1000,
    }
    program = Path(__file__).with_name("ortools_rounds.py")
    done = subprocess.run(
        [PYTHON, program], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    routes: list[list[int]] = json.loads(done.stdout)
    return routes


@pytest.mark.parametrize(("doors", "volunteers", "capacity", "streets", "think_s"), INSTANCES)
def test_our_plan_costs_at_most_five_in_a_hundred_more(
    doors: int, volunteers: int, capacity: int, streets: int, think_s: int
) -> None:
    given = _make_doors(doors, streets)
    carriers = [Carrier(f"V{number:02}", capacity) for number in range(volunteers)]
    plan = plan_rounds(given, carriers, trip_s=LONG_S, by_s=LONG_S)
    assert not plan.left
    assert {trip.trip for trip in plan.trips} == {1}

    ways = Ways(given)
    fair_s = Rounds(ways, carriers, trip_s=LONG_S, by_s=LONG_S).fair_s
    theirs = _ask(ways, capacity, volunteers, fair_s, think_s)
    assert sorted(one for route in theirs for one in route) == list(range(doors))

    def cost(trips: list[int]) -> int:
        return sum(seconds + OVER_FAIR * max(seconds - fair_s, 0) for seconds in trips)

    ours = cost([trip.seconds for trip in plan.trips])
    judged = cost([ways.there_and_back(route) for route in theirs])
    assert 100 * ours <= 105 * judged
