"""Which canteens a page of finance is about: all within reach, or those of an area or operator, or one.

The choice stands in the address alone, so that two tabs never change each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from canteen.rules.roles import may
from canteen.rules.scheme import AREA_DIGITS
from canteen.services import canteen_groups
from canteen.services.canteen_groups import GroupedCanteen
from canteen.web.auth import get_signed_in, missing
from canteen.web.house import database
from canteen.web.register_reach import list_areas

DIGITS = (AREA_DIGITS["district"], AREA_DIGITS["town"])


@dataclass(frozen=True, slots=True)
class Reach:
    """The canteens within reach, what can be chosen of them, and what was chosen."""

    canteens: Sequence[GroupedCanteen]
    areas: Sequence[tuple[str, str]]
    operators: Sequence[str]
    area: str
    operator: str
    canteen: str
    chosen: Sequence[GroupedCanteen]
    granted: Sequence[str]

    @property
    def codes(self) -> list[str]:
        """The codes of the chosen canteens."""
        return [one.code for one in self.chosen]

    @property
    def within(self) -> tuple[str, ...]:
        """The granted areas, narrowed to the chosen one; "" is everywhere."""
        return tuple(
            granted if granted.startswith(self.area) else self.area
            for granted in self.granted
            if granted.startswith(self.area) or self.area.startswith(granted)
        )

    @property
    def asked(self) -> dict[str, str]:
        """The choice as an address carries it on."""
        given = {"area": self.area, "operator": self.operator, "canteen": self.canteen}
        return {name: value for name, value in given.items() if value}


def read_reach(permission: str) -> Reach:
    """The reach of the signed-in person, narrowed by the address; what lies outside does not exist."""
    grants = get_signed_in().grants
    canteens = [
        one
        for one in database().read(canteen_groups.list_grouped)
        if may(grants, permission, one.place)
    ]
    area, operator, code = (request.args.get(key, "") for key in ("area", "operator", "canteen"))
    chosen = [
        one
        for one in canteens
        if one.place.area_code.startswith(area)
        and operator in ("", one.operator)
        and code in ("", one.code)
    ]
    if not chosen and (area or operator or code):
        raise missing()
    codes = {one.place.area_code[:digits] for one in canteens for digits in DIGITS}
    areas = database().read(canteen_groups.name_areas, codes=codes)
    operators = sorted({one.operator for one in canteens if one.operator})
    return Reach(
        canteens,
        list(areas.items()),
        operators,
        area,
        operator,
        code,
        chosen,
        list_areas(permission),
    )
