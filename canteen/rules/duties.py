"""On which weekdays and mealtimes a volunteer carries: "12345 lunch" in a file, a grid on a page.

Ground floor: texts in, (ISO weekday, mealtime) out.
"""

import re
from collections.abc import Iterable

from canteen.rules.days import MEALTIMES
from canteen.rules.setup_values import MEALTIME_WORDS

Duty = tuple[int, str]
WEEKDAYS = {
    1: ("一", "Mon"),
    2: ("二", "Tue"),
    3: ("三", "Wed"),
    4: ("四", "Thu"),
    5: ("五", "Fri"),
    6: ("六", "Sat"),
    7: ("日", "Sun"),
}
_WORDS = re.compile(r"\s*([1-7]{1,7})\s*([a-z]+|[一-鿿]+)\s*")


def parse_duty(words: str) -> frozenset[Duty] | None:
    """ "135 lunch" is the lunches of Monday, Wednesday and Friday; None when it is no such thing."""
    found = _WORDS.fullmatch(words)
    mealtime = MEALTIME_WORDS.get(found[2], found[2]) if found else ""
    if found is None or mealtime not in MEALTIMES:
        return None
    return frozenset((int(digit), mealtime) for digit in found[1])


def days_of(duties: Iterable[Duty]) -> dict[str, tuple[int, ...]]:
    """The weekdays of each mealtime that has any, in the order of the day."""
    held = sorted(duties)
    return {
        mealtime: days
        for mealtime in MEALTIMES
        if (days := tuple(day for day, other in held if other == mealtime))
    }
