"""Spreading a list of doors over the volunteers: who carries what, on which trip, in which order.

Ground floor, and the same answer to the same question. A trip visits its doors in the order of their
addresses (`delivery_walk`: each house once, stair by stair, floor by floor), so what is left to decide is
who takes which: doors go one by one where they cost least, then houses, stairs, doors and ends of trips
change hands as long as that helps.

Kept: capacity, the stairs somebody can climb, hot food (`trip_s`, `by_s`), and what a hand put in its
place. A door that must be served may be late and is never left; of the others those that do not fit are
left, each with the reason.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from canteen.rules.delivery_trips import Carrier, Change, Doors, Rounds, Spot, joined, without
from canteen.rules.delivery_walk import Door, Ways

#: a part is exchanged with trips that go by so many doors before or behind it in walking order,
#: for one of their parts that is no farther than this
CLOSE, EXCHANGE = 4, 8


@dataclass(frozen=True, slots=True)
class Trip:
    """A round: whose, which of hers from 1, its doors in order, seconds until she is back."""

    carrier: str
    trip: int
    doors: tuple[str, ...]
    seconds: int
    #: doors reached after the promised time
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """The trips, and the doors that nobody can take: uid → nobody, stairs, portions or time."""

    trips: tuple[Trip, ...]
    left: dict[str, str]


def plan_rounds(
    doors: Iterable[Door], carriers: Iterable[Carrier], *, trip_s: int, by_s: int
) -> RoundPlan:
    """Spread the doors. `trip_s`: how long a meal may be on its way; `by_s`: from leaving with the
    first trips until the last door."""
    ways = Ways(doors)
    rounds = Rounds(ways, carriers, trip_s=trip_s, by_s=by_s)
    loose = [one for one in range(len(ways.doors)) if one not in rounds.pinned]
    must = [one for one in loose if ways.doors[one].must_serve]
    other = [one for one in loose if not ways.doors[one].must_serve]
    left = [one for one in (*must, *other) if not rounds.place(one)]
    improve(rounds)
    left = [one for one in left if not rounds.place(one)]
    late = [one for one in left if ways.doors[one].must_serve]
    for one in late:
        if rounds.place(one, slack=1) or rounds.place(one, slack=2):
            left.remove(one)
    hands = [rounds.carriers[hand] for hand in rounds.open]
    why = {
        ways.doors[one].uid: why_left(ways.doors[one].portions, ways.climbs[one], hands)
        for one in left
    }
    return RoundPlan(tuple(_list_trips(rounds)), why)


def improve(rounds: Rounds) -> None:
    """Let parts of trips change hands until nothing is gained."""
    tried: set[tuple[Doors, ...]] = set()
    before = -1
    while before != sum(rounds.costs):
        before = sum(rounds.costs)
        for hand in range(len(rounds.carriers)):
            for trip in list(rounds.trips[hand]):
                while _is_bettered(rounds, (hand, trip), tried):
                    pass


def _is_bettered(rounds: Rounds, spot: Spot, tried: set[tuple[Doors, ...]]) -> bool:
    """Was something of this trip given to another with gain?"""
    for change in _changes(rounds, spot):
        key = tuple(change.values())
        if key in tried:
            continue
        tried.add(key)
        gain = rounds.gain(change)
        if gain is not None and gain > 0:
            rounds.put(change)
            return True
    return False


def _changes(rounds: Rounds, spot: Spot) -> Iterator[Change]:
    """What may change of a trip: parts given away, parts exchanged, ends exchanged."""
    doors = rounds.doors_at(spot)
    for part in _parts(rounds, doors):
        rest = without(doors, part)
        yield from _given(rounds, spot, rest, part)
        yield from _exchanged(rounds, spot, rest, part)
    for at in range(1, len(doors)):
        yield from _crossed(rounds, spot, doors[:at], doors[at:])


def _given(rounds: Rounds, spot: Spot, rest: Doors, part: Doors) -> Iterator[Change]:
    """The part goes to another trip."""
    for other in rounds.spots_of(sorted(rounds.hands_near(part[0]))):
        if other != spot:
            yield {spot: rest, other: joined(rounds.doors_at(other), part)}


def _exchanged(rounds: Rounds, spot: Spot, rest: Doors, part: Doors) -> Iterator[Change]:
    """The part goes to a trip close by for one of its parts: where bags are full nothing else helps."""
    low, high = part[0] - EXCHANGE, part[-1] + EXCHANGE
    for other in rounds.spots_near(part[0] - CLOSE, part[-1] + CLOSE):
        theirs = rounds.doors_at(other)
        for back in _parts(rounds, theirs) if other != spot else ():
            if low <= back[0] <= high:
                yield {spot: joined(rest, back), other: joined(without(theirs, back), part)}


def _crossed(rounds: Rounds, spot: Spot, head: Doors, end: Doors) -> Iterator[Change]:
    """From a door on, two trips change hands."""
    for other in rounds.spots_of(sorted(rounds.hands_near(end[0]))):
        theirs = rounds.doors_at(other)
        cut = bisect_left(theirs, end[0])
        if other != spot and rounds.pinned.isdisjoint(end + theirs[cut:]) and theirs[cut:]:
            yield {spot: head + theirs[cut:], other: theirs[:cut] + end}


def _parts(rounds: Rounds, doors: Doors) -> list[Doors]:
    """The houses of a trip, its stairs and its doors, each once; none with a door that is pinned."""
    ways = rounds.ways
    parts = {
        tuple(part) for key in (ways.house_of, ways.stair_of) for _, part in groupby(doors, key)
    }
    free = [part for part in parts.union((one,) for one in doors) if rounds.pinned.isdisjoint(part)]
    return sorted(free, key=lambda part: (-len(part), part))


def _list_trips(rounds: Rounds) -> Iterator[Trip]:
    """The trips in order, each with its pinned doors at their turns."""
    for carrier, trips in zip(rounds.carriers, rounds.trips, strict=True):
        at = carrier.free_s
        for number, doors in sorted(trips.items()):
            order = _with_turns(rounds.ways, doors)
            reached = _reached(rounds.ways, order)
            seconds = rounds.ways.there_and_back(order)
            uids = [rounds.ways.doors[one].uid for one in order]
            late = [uid for uid, when in zip(uids, reached, strict=True) if at + when > rounds.by_s]
            yield Trip(carrier.number, number, tuple(uids), seconds, tuple(late))
            at += seconds


def _with_turns(ways: Ways, doors: Doors) -> Doors:
    """Walking order, but for the doors that a hand gave a turn."""
    turns = {one: pin.place for one in doors if (pin := ways.doors[one].pin) and pin.place}
    order = [one for one in doors if one not in turns]
    for one, place in sorted(turns.items(), key=lambda turn: (turn[1], turn[0])):
        order.insert(max(place - 1, 0), one)
    return tuple(order)


def _reached(ways: Ways, doors: Doors) -> Iterator[int]:
    """Seconds from leaving until each door was served."""
    heads = [doors[: at + 1] for at in range(len(doors))]
    return (ways.there_and_back(head) - ways.back_from(head[-1]) for head in heads)


def why_left(portions: int, climb: int, hands: Collection[Carrier]) -> str:
    """Why none of the hands on duty takes a door of so many portions so high up on foot."""
    if not hands:
        return "nobody"
    climbers = [hand for hand in hands if hand.floors_max is None or climb <= hand.floors_max]
    if not climbers:
        return "stairs"
    return "portions" if all(portions > hand.capacity for hand in climbers) else "time"
