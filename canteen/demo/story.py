"""What happens to a few of the demonstration's people: a lost card, an illness, a death, a move, a grant.

Values only: who has which part from which day on. The days are lived by `history`, the desk writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from canteen.demo.world import Diner

Role = Literal[
    "card_lost", "in_hospital", "unreached", "twin", "deceased", "moved", "absent", "granted",
    "told_late",
]  # fmt: skip
AWAY = frozenset({"in_hospital", "unreached", "deceased", "moved", "absent", "told_late"})
#: part → how many days before today it begins, or at the beginning of a shorter history
ROLES: tuple[tuple[Role, int], ...] = (
    ("card_lost", 8),
    ("in_hospital", 13),
    ("unreached", 5),
    ("twin", 11),
    ("deceased", 9),
    ("moved", 6),
    ("absent", 4),
    ("granted", 20),
    ("granted", 12),
    ("absent", 3),
)
#: in a history of a year one more: she died so many days before the community was told, and somebody
#: went on eating with her card
LATE_ROLE: tuple[Role, int] = ("told_late", 120)
LATE_DAYS = 3
STORY_DAYS = 300
#: in shorter histories nothing happens to anybody
DAYS_MIN = 7
#: one part for so many people, none for the first ten, whose names are odd enough
PEOPLE_A_PART, PEOPLE_LEFT_OUT = 6, 10
#: who comes so often is missed
REGULAR = 65
#: the new card of the one who lost hers, as it is printed and as it is read
NEW_CARD, NEW_CARD_UID = "0012648430", "em4100:0A00C0FFEE"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the story: whose, and from which day on."""

    role: Role
    diner: Diner
    begins_on: date

    def keeps_away(self, day: date) -> bool:
        """Whether she does not come to eat that day."""
        return self.role in AWAY and self.begins_on <= day


def cast(diners: Sequence[Diner], *, days: int, today: date) -> tuple[Part, ...]:
    """Who has a part in a history of so many days before `today`: regulars of the first canteen."""
    if days < DAYS_MIN:
        return ()
    here = [one for one in diners if one.canteen == diners[0].canteen]
    regulars = [one for one in here[PEOPLE_LEFT_OUT:] if one.habit >= REGULAR]
    roles = ROLES[: len(here) // PEOPLE_A_PART]
    if days >= STORY_DAYS:
        roles = (LATE_ROLE, *roles)
    return tuple(
        Part(role, diner, today - timedelta(days=min(before, days - 1)))
        for (role, before), diner in zip(roles, regulars, strict=False)
    )


def list_away(parts: Iterable[Part], day: date) -> set[str]:
    """The register numbers of those who stay away that day."""
    return {part.diner.number for part in parts if part.keeps_away(day)}


def card_of(parts: Iterable[Part], diner: Diner, day: date) -> str:
    """The card she has with her that day."""
    for part in parts:
        if part.diner == diner and part.role == "card_lost" and part.begins_on <= day:
            return NEW_CARD_UID
    return diner.card
