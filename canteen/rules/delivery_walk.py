"""How long it takes to carry meals: doors in the order one walks, and the seconds between them.

Ground floor. An address tells no map; what it tells is the building, the stair and the floor, and that
houses stand along their numbers. With such distances the order of the addresses is the shortest way.

SOURCE: one volunteer brought 28 portions to one estate in 70 minutes (2.5 minutes a door); GB 50096-2011
§6.4.1: houses of seven storeys and more have a lift.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from canteen.rules.addresses import Address, SortKey, parse_address

#: from the canteen to the first house, and back from the last
START_S = 180
#: knocking, waiting, handing over, a word
HAND_OVER_S = 60
#: a floor on foot, up or down
FLOOR_S = 12
#: waiting for a lift and riding in it, whatever the floor
LIFT_S = 40
#: from one floor to another of the same stair by lift
LIFT_HOP_S = 25
#: from one stair of a house to the next
STAIR_S = 30
#: to another house of the same estate or street: at least, more by each number between, at most
HOUSE_S, NUMBER_S, HOUSES_S = 60, 15, 240
#: to a house that has no number to count by
UNNUMBERED_S = 120
#: to another estate or street
PLACE_S = 300
#: houses with this floor have a lift, when nobody has said otherwise
LIFT_FROM_FLOOR = 7


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a hand put a door: whose trip, and its turn on it from 1 (None: any)."""

    carrier: str
    trip: int
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A delivery as the plan needs it. `uid` tells it from all others."""

    uid: str
    address: Address
    portions: int = 1
    #: when somebody wrote it down; else what the address tells
    floor: int | None = None
    #: None: nobody has said
    has_lift: bool | None = None
    must_serve: bool = False
    pin: Pin | None = None

    @property
    def storey(self) -> int:
        """The floor, the ground floor when nothing tells it."""
        told = self.floor if self.floor is not None else self.address.floor
        return 1 if told is None else told


class Ways:
    """The doors of a list, numbered in the order one walks, and the seconds between them."""

    def __init__(self, doors: Iterable[Door]) -> None:
        self.doors: Sequence[Door] = sorted(doors, key=_turn)
        self._stairs = _numbered([_stair(door) for door in self.doors])
        self._houses = _numbered([_house(door) for door in self.doors])
        self._places = _numbered([door.address.place_key for door in self.doors])
        self._numbers = [_house_number(door.address) for door in self.doors]
        with_lift = {
            stair
            for stair, door in zip(self._stairs, self.doors, strict=True)
            if door.has_lift or door.storey >= LIFT_FROM_FLOOR
        }
        self._lifts = [
            stair in with_lift if door.has_lift is None else door.has_lift
            for stair, door in zip(self._stairs, self.doors, strict=True)
        ]
        both = tuple(zip(self.doors, self._lifts, strict=True))
        self._heights = [_height(door, has_lift) for door, has_lift in both]
        #: the floor that has to be climbed on foot, 0 with a lift
        self.climbs = [0 if has_lift else abs(door.storey) for door, has_lift in both]

    def house_of(self, one: int) -> int:
        """Which house the door is in, by a number of its own in this list."""
        return self._houses[one]

    def stair_of(self, one: int) -> int:
        """Which stair the door is on, by a number of its own in this list."""
        return self._stairs[one]

    def between(self, one: int, other: int) -> int:
        """Seconds from one door to another, without the handing over."""
        low, high = self._heights[one], self._heights[other]
        if self._stairs[one] == self._stairs[other]:
            if self._lifts[one] and self._lifts[other]:
                return LIFT_HOP_S if self.doors[one].storey != self.doors[other].storey else 0
            return abs(low - high)
        if self._houses[one] == self._houses[other]:
            return abs(low) + STAIR_S + abs(high)
        return abs(low) + self._walk(one, other) + abs(high)

    def _walk(self, one: int, other: int) -> int:
        if self._places[one] != self._places[other]:
            return PLACE_S
        first, second = self._numbers[one], self._numbers[other]
        if first is None or second is None:
            return UNNUMBERED_S
        return min(HOUSE_S + NUMBER_S * abs(first - second), HOUSES_S)

    def back_from(self, one: int) -> int:
        """Seconds between the canteen and a door."""
        return abs(self._heights[one]) + START_S

    def there_and_back(self, doors: Sequence[int]) -> int:
        """Seconds of a trip to these doors in this order, from the canteen and back to it."""
        if not doors:
            return 0
        between = self.between
        return (
            self.back_from(doors[0])
            + sum(between(one, other) for one, other in pairwise(doors))
            + self.back_from(doors[-1])
            + HAND_OVER_S * len(doors)
        )


def known_houses(words: str, doors: Iterable[Door]) -> frozenset[SortKey]:
    """The keys of those houses of the doors that somebody knows, by her own words: "3栋、5栋", "8". A
    house named without its estate is any of that number."""
    known = [
        parse_address(f"{word}栋" if word.isdecimal() else word)
        for word in re.split(r"[\s、,，;；/]+", words)
        if word
    ]
    if not known:
        return frozenset()
    with_place = {address.building_key for address in known}
    without_place = {address.building_key for address in known if not address.place}
    return frozenset(
        door.address.building_key
        for door in doors
        if door.address.building_key in with_place
        or replace(door.address, place="").building_key in without_place
    )


def _turn(door: Door) -> tuple[object, ...]:
    """House by house, stair by stair, floor by floor; what cannot be read at the end."""
    address = door.address
    house = (not address.is_readable, address.building_key, address.stair_key)
    return (*house, door.storey, address.sort_key, door.uid)


def _house(door: Door) -> object:
    """What cannot be read is a house of its own."""
    return door.address.building_key if door.address.is_readable else door.address.text


def _stair(door: Door) -> object:
    return (_house(door), door.address.stair_key)


def _height(door: Door, has_lift: bool) -> int:
    """Seconds above the ground, negative below it."""
    up = door.storey - 1 if door.storey > 0 else door.storey
    return up * FLOOR_S if not has_lift else LIFT_S if up else 0


def _house_number(address: Address) -> int | None:
    number = re.search(r"\d+", address.building)
    return int(number[0]) if number else None


def _numbered(keys: Sequence[object]) -> list[int]:
    numbers: dict[object, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]
