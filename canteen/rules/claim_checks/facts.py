"""What the checks of a canteen's month are given: plain values, gathered once for all of them.

Ground floor: the till fills these from its tables in a few set-based questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from canteen.rules.elders import Fact
from canteen.rules.meal_facts import Held, Person
from canteen.rules.scheme import Scheme

#: facts that end a person's meals: as a status, or brought in as a category
GONE = {"deceased": "deceased", "moved": "moved", "moved_away": "moved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MealFact:
    """A meal that somebody ate, net of its approved corrections. `elder` is the register number of the
    row that goes on for the person."""

    item: str
    receipt: str
    canteen: str
    canteen_name: str
    elder: str | None
    name: str | None
    served_on: date
    booked_on: date
    mealtime: str
    portion: int
    channel: str
    read_at: datetime
    counter: str | None
    price_fen: int
    #: government and charity shares
    subsidy_fen: int
    is_listed_price: bool
    is_late: bool
    is_manual: bool
    by: str
    #: scheme version and the rules of it that paid
    version: int | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFact:
    """A person who ate here or stands on the canteen's register, by what is known now."""

    number: str
    name: str
    facts: Sequence[Fact] = ()
    #: her usual canteen, or her community's
    is_registered: bool = True
    #: whom to call: (name, relation)
    contacts: Sequence[tuple[str, str]] = ()
    #: the last day she ate before the month, anywhere
    ate_before: date | None = None

    def gone_since(self, status: str) -> date | None:
        """The day she died or moved (`deceased`, `moved`); None: she has not."""
        days = [
            one.from_on
            for one in self.facts
            if one.kind in ("status", "category")
            and GONE.get(one.code or "") == status
            and one.from_on is not None
        ]
        return min(days, default=None)

    def has(self, category: str, first: date, last: date) -> bool:
        """Whether a category holds on any of these days."""
        return any(
            one.kind == "category"
            and one.code == category
            and (one.from_on or first) <= last
            and first <= (one.to_on or last)
            for one in self.facts
        )

    def person_on(self, day: date) -> Person:
        """As a scheme asks about her on a day."""
        born: date | None = None
        single: dict[str, str | None] = {}
        held = []
        for one in self.facts:
            if one.kind == "born":
                born = one.born
            elif one.kind == "category":
                held.append(Held(one.code or "", one.level, one.from_on, one.to_on))
            elif one.holds_on(day):
                single[one.kind] = one.code
        return Person(born, single.get("hukou"), single.get("residence"), tuple(held))


@dataclass(frozen=True, slots=True, kw_only=True)
class TapFact:
    """A refused tap of a known card, here or at another canteen."""

    elder: str
    canteen: str
    canteen_name: str
    outcome: str
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFact:
    """What a payer owes for a delivery."""

    item: str
    elder: str
    served_on: date
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorFact:
    """A meal delivered at a door, as it was reported."""

    run: str
    volunteer: str
    volunteer_name: str
    elder: str
    name: str
    address: str | None
    day: date
    mealtime: str
    portions: int
    done_at: datetime
    #: reported from the volunteer's own phone, not by the desk
    is_own_report: bool
    receipt: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFact:
    """A volunteer's round: what she can carry, and whether she had said that she is away."""

    run: str
    volunteer: str
    name: str
    day: date
    mealtime: str
    capacity: int
    is_away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerFact:
    """Another canteen of the district in the same month: subsidised meals, days with one, persons."""

    name: str
    days: int
    meals: int
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFact:
    """Who works at the canteen's counters or its community's desk."""

    actor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyFact:
    """Food that came in."""

    day: date
    kind: str
    item: str
    grams: int
    cost_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFact:
    """A tier of a grant, and how far its average is: elder meals over open days from `first` on."""

    grant: str
    payer: str
    min: int
    first: date
    last: date
    meals: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFact:
    """What a claim says of itself, and which of its lines do not say what their source says."""

    number: str
    meals: int
    persons: int
    subsidy_fen: int
    #: the sum of its lines of shares
    shares_fen: int
    #: line → the share's own amount
    wrong: Mapping[str, int] = field(default_factory=dict)
    #: line → the other living claim that holds it too
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """A canteen's booked month, or what there is of it so far (`last`)."""

    canteen: str
    canteen_name: str
    area_code: str
    first: date
    last: date
    meals: Sequence[MealFact] = ()
    persons: Mapping[str, PersonFact] = field(default_factory=dict)
    #: meals of the same persons at other canteens
    elsewhere: Sequence[MealFact] = ()
    refused: Sequence[TapFact] = ()
    services: Sequence[ServiceFact] = ()
    doors: Sequence[DoorFact] = ()
    rounds: Sequence[RoundFact] = ()
    #: mealtime → the days on which the canteen serves it
    opened: Mapping[str, frozenset[date]] = field(default_factory=dict)
    #: days of the month that people have off
    rest_days: frozenset[date] = frozenset()
    unsigned: Sequence[date] = ()
    #: signed day → subsidy on its sheet, and of the lines that stand now
    sheets: Mapping[date, tuple[int, int]] = field(default_factory=dict)
    schemes: Mapping[int, Scheme] = field(default_factory=dict)
    #: the version in force on the last day
    in_force: int | None = None
    #: the lowest subsidised prices; keyed meals exactly there, and all meals, of the months before
    floors_fen: frozenset[int] = frozenset()
    at_floor_before: int = 0
    meals_before: int = 0
    peers: Sequence[PeerFact] = ()
    staff: Sequence[StaffFact] = ()
    supplies: Sequence[SupplyFact] = ()
    tiers: Sequence[TierFact] = ()
    claim: ClaimFact | None = None

    @property
    def month(self) -> str:
        """2026-12"""
        return f"{self.first:%Y-%m}"
