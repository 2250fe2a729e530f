"""What the rules of a day's anomalies are given, and what they find.

Ground floor: plain values; the rules themselves are `rules.day_anomalies`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from canteen.rules.day_lines import DayLines

LEVELS = ("must", "should", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwipeFact:
    """A swipe as the rules see it; of other canteens only those of a card that was also here."""

    id: str
    outcome: str
    read_at: datetime
    canteen: str
    canteen_name: str
    counter: str
    card: str
    name: str | None
    offline: str | None
    is_settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidFact:
    """A void of a meal."""

    receipt: str
    name: str | None
    by: str
    read_at: datetime
    voided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What the rules judge: the day's lines and figures, and what stands around them."""

    canteen: str
    lines: DayLines
    figures: Mapping[str, object]
    swipes: Sequence[SwipeFact] = ()
    voids: Sequence[VoidFact] = ()
    #: actor → the name of the person
    names: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = True
    is_year_known: bool = True
    asks_workdays: bool = False
    #: mealtime → how many ate on each served day before, the newest first
    before: Mapping[str, Sequence[int]] = field(default_factory=dict)
    #: the lowest subsidised prices of the scheme in force, and meals keyed exactly there in two weeks
    floors_fen: frozenset[int] = frozenset()
    at_floor_before: int = 0
    days_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """One thing to look at: what was seen and what the service did, in both languages.

    `amounts` are kept apart from the sentence: not everybody may see them."""

    key: str
    level: str
    zh: str
    en: str
    did_zh: str
    did_en: str
    #: in both languages
    who: tuple[str, str] = ("", "")
    at: datetime | None = None
    rows: tuple[str, ...] = ()
    amounts: Mapping[str, int] = field(default_factory=dict)
