"""What the register knows of the people, cards and places that a roster names, as values.

Ground floor: `till.roster_register` gathers it, `roster_plan` compares rows with it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from canteen.rules.roster_text import name_key


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register knows of somebody whom a row may mean, on the day of the import."""

    id: int
    number: str
    name: str
    sex: str
    born: date | None
    community: str
    status: str | None
    has_id: bool
    phone: str | None
    address: str | None
    diet: str | None
    hukou: str | None
    residence: str | None
    #: the categories that hold today, with their level
    categories: Mapping[str, int | None]
    cards: frozenset[str]


@dataclass(frozen=True, slots=True)
class CardHeld:
    """An enrolled card by what a roster calls it: who holds it now. It is not usable when it is a test
    card, or when several are printed with one number."""

    uid: str
    holder: int | None
    is_usable: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The asker's areas ("" is everywhere), and the community the roster is for where she said so."""

    areas: tuple[str, ...]
    community: str | None = None

    def holds(self, community: str) -> bool:
        """Does a community lie in her areas?"""
        return any(community.startswith(area) for area in self.areas)


@dataclass(frozen=True, slots=True)
class Register:
    """The part of the register that the rows at hand speak of, for an asker with her `reach`.

    `communities` are the asker's: folded name or code → code; `areas` are all: code → name."""

    by_id: Mapping[str, Registered]
    #: elders without an ID number, and for rows without one all, by folded name
    namesakes: Mapping[str, tuple[Registered, ...]]
    cards: Mapping[str, CardHeld]
    communities: Mapping[str, str]
    areas: Mapping[str, str]
    reach: Reach
    #: the one community of the asker's that the roster's title names
    titled: str | None = None


def find_titled(
    titles: Iterable[str], communities: Collection[str], areas: Mapping[str, str]
) -> str | None:
    """The one community of these codes whose name stands in the titles; None for none or several."""
    found = {code for title in titles for code in communities if areas[code] in title}
    return found.pop() if len(found) == 1 else None


def community_key(word: str) -> str:
    """What 城南社区, 城南 and 城南社区居委会 share."""
    plain = name_key(word)
    for end in ("居民委员会", "村民委员会", "居委会", "村委会", "社区", "村"):
        if len(plain) > len(end):
            plain = plain.removesuffix(end)
    return plain
