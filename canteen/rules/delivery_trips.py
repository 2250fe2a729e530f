"""The trips of a delivery plan while it is made: what they cost, what may be, where a door costs least.

Ground floor; `delivery_rounds` makes the plan with it. A trip visits its doors in walking order, so that
it is told by the set of its doors. Capacity, hot food and the stairs somebody can climb are kept here.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from canteen.rules.addresses import SortKey
from canteen.rules.delivery_walk import START_S, Ways

#: each second of somebody's work beyond her fair share counts so many more: who came carries
OVER_FAIR = 4
#: what it costs to send somebody into a house that another volunteer on duty knows
STRANGER_S = 150
#: doors before and behind one in walking order whose trips are tried as its place
NEAR = 12
#: volunteers with the least to do who are tried beside those
IDLE = 3

Doors = tuple[int, ...]
"""The doors of a trip by their number in `Ways`, ascending."""
Spot = tuple[int, int]
"""Whose trip (the carrier's number in the plan), and which of hers."""
Change = Mapping[Spot, Doors]
"""Trips as they are to become."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A volunteer on duty."""

    number: str
    #: portions on one trip
    capacity: int
    #: the highest floor without a lift; None: any
    floors_max: int | None = None
    #: `building_key` of the houses she knows and takes first
    knows: frozenset[SortKey] = frozenset()
    #: seconds until she is here, when she is still out with an earlier trip
    free_s: int = 0
    #: number of the first of her trips that is still to be made
    first_trip: int = 1
    #: takes nothing but what a hand gave her
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A trip as the plan counts it."""

    seconds: int
    #: until the last door is served
    to_last_s: int
    portions: int
    #: the highest floor on foot
    climb: int


class Rounds:
    """The trips while they are planned."""

    def __init__(self, ways: Ways, carriers: Iterable[Carrier], *, trip_s: int, by_s: int) -> None:
        self.ways, self.trip_s, self.by_s = ways, trip_s, by_s
        self.carriers = sorted(carriers, key=lambda one: one.number)
        self.open = [hand for hand, one in enumerate(self.carriers) if not one.is_closed]
        self.trips: list[dict[int, Doors]] = [{} for _ in self.carriers]
        self.costs = [0 for _ in self.carriers]
        self.spot_of: dict[int, Spot] = {}
        self._measures: dict[Doors, Measure] = {}
        everything = ways.there_and_back(range(len(ways.doors)))
        #: everyone's share of the work if it were spread evenly
        self.fair_s = 2 * START_S + everything // max(len(self.open), 1)
        self._houses = [door.address.building_key for door in ways.doors]
        known = frozenset[SortKey]().union(*(self.carriers[hand].knows for hand in self.open))
        #: by carrier: doors in houses that she does not know and somebody else does
        self._strange = [
            {one for one, house in enumerate(self._houses) if house in known - carrier.knows}
            for carrier in self.carriers
        ]
        self.pinned: set[int] = set()
        self._place_pinned()

    def _place_pinned(self) -> None:
        hands = {one.number: hand for hand, one in enumerate(self.carriers)}
        for one, door in enumerate(self.ways.doors):
            if door.pin is not None and door.pin.carrier in hands:
                self.pinned.add(one)
                spot = (hands[door.pin.carrier], door.pin.trip)
                self.put({spot: joined(self.doors_at(spot), (one,))})

    def doors_at(self, spot: Spot) -> Doors:
        """The doors of a trip; none of one that is not there."""
        return self.trips[spot[0]].get(spot[1], ())

    def measure(self, doors: Doors) -> Measure:
        """What a trip to these doors takes; each is counted once."""
        known = self._measures.get(doors)
        if known is None:
            ways, seconds = self.ways, self.ways.there_and_back(doors)
            known = self._measures[doors] = Measure(
                seconds,
                seconds - ways.back_from(doors[-1]),
                sum(ways.doors[one].portions for one in doors),
                max(ways.climbs[one] for one in doors),
            )
        return known

    def weigh(self, hand: int, trips: Mapping[int, Doors], slack: int) -> tuple[int, bool]:
        """What these trips cost a carrier, and whether they may be. `slack` 1: also late, and a bag
        too full with one door's; 2: up too many stairs as well."""
        carrier = self.carriers[hand]
        at, strangers, may_be = carrier.free_s, 0, True
        for number in sorted(trips):
            doors = trips[number]
            trip = self.measure(doors)
            may_be = may_be and (
                self._may_go(carrier, doors, trip, at, slack) or self.pinned.issuperset(doors)
            )
            at += trip.seconds
            strangers += len(self._strange[hand].intersection(doors))
        over = max(at - self.fair_s, 0)
        return at + OVER_FAIR * over + STRANGER_S * strangers, may_be

    def _may_go(self, carrier: Carrier, doors: Doors, trip: Measure, at: int, slack: int) -> bool:
        fits = trip.portions <= carrier.capacity and trip.to_last_s <= self.trip_s
        return (
            (fits or (slack > 0 and len(doors) == 1))
            and (slack > 0 or at + trip.to_last_s <= self.by_s)
            and (slack > 1 or carrier.floors_max is None or trip.climb <= carrier.floors_max)
        )

    def gain(self, change: Change, *, slack: int = 0) -> int | None:
        """How much cheaper the plan is when these trips become so; None when they may not."""
        gained = 0
        for hand in {hand for hand, _ in change}:
            cost, may_be = self.weigh(hand, self._changed(hand, change), slack)
            if not may_be:
                return None
            gained += self.costs[hand] - cost
        return gained

    def put(self, change: Change) -> None:
        """Make these trips so."""
        for hand in {hand for hand, _ in change}:
            self.trips[hand] = self._changed(hand, change)
            self.costs[hand], _ = self.weigh(hand, self.trips[hand], slack=0)
        for spot, doors in change.items():
            self.spot_of.update(dict.fromkeys(doors, spot))

    def _changed(self, hand: int, change: Change) -> dict[int, Doors]:
        new = {trip: doors for (whose, trip), doors in change.items() if whose == hand}
        return {trip: doors for trip, doors in (self.trips[hand] | new).items() if doors}

    def place(self, one: int, *, slack: int = 0) -> bool:
        """Put a door where it costs least; False when it may go nowhere."""
        knowers = (h for h in self.open if self._houses[one] in self.carriers[h].knows)
        for hands in ({*self.hands_near(one), *knowers}, self.open):
            found = []
            for spot in self.spots_of(sorted(hands)):
                change = {spot: joined(self.doors_at(spot), (one,))}
                gain = self.gain(change, slack=slack)
                if gain is not None:
                    found.append((-gain, spot, change))
            if found:
                self.put(min(found, key=lambda spot: spot[:2])[2])
                return True
        return False

    def hands_near(self, one: int) -> set[int]:
        """Who goes by this door, and who has least to do."""
        near = {hand for hand, _ in self.spots_near(one - NEAR, one + NEAR)}
        return near.union(nsmallest(IDLE, self.open, key=lambda hand: (self.costs[hand], hand)))

    def spots_near(self, first: int, last: int) -> list[Spot]:
        """The trips that go by these doors in walking order, of those who take more."""
        spots = {self.spot_of[one] for one in range(first, last + 1) if one in self.spot_of}
        return sorted(spot for spot in spots if not self.carriers[spot[0]].is_closed)

    def spots_of(self, hands: Iterable[int]) -> Iterable[Spot]:
        """The trips of these carriers, and one more of each."""
        for hand in hands:
            yield from ((hand, trip) for trip in self.trips[hand])
            first = self.carriers[hand].first_trip
            yield hand, max(self.trips[hand], default=first - 1) + 1


def joined(doors: Doors, more: Doors) -> Doors:
    """Both, in walking order."""
    at = bisect_left(doors, more[0])
    if at == bisect_left(doors, more[-1]):
        return doors[:at] + more + doors[at:]
    return tuple(sorted(doors + more))


def without(doors: Doors, part: Doors) -> Doors:
    """The doors but for a part of them."""
    return tuple(one for one in doors if one not in part)
