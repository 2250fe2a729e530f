"""A claim's rows gathered into the tables that pages and paper show: by elder, by day, by tier.

Ground floor: rows in, sums out. A tier (档) is the category group of the service date, or the age band of
who is in none: what the schemes pay by.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from canteen.rules.claim_rows import ClaimRow
from canteen.rules.day_tables import BAND_NAMES, CATEGORY_NAMES
from canteen.rules.elders import age_band

#: rows of no person: guests have no share, so these are grants and services of the canteen
NOBODY = "nobody"
#: services to a person: apart from her meals, so that in every tier price = elder + discount + shares
SERVICES = "services"
TIER_NAMES: Mapping[str, tuple[str, str]] = {
    **BAND_NAMES,
    **{code: name for code, name in CATEGORY_NAMES.items() if code not in ("plain", "guest")},
    SERVICES: ("送餐等服务", "delivery and other services"),
    NOBODY: ("食堂（运营等）", "the canteen (operating and the like)"),
}


@dataclass(slots=True)
class ClaimSum:
    """The sums of some rows; money in fen, corrections and all. `least_fen` and `most_fen` are of what one
    meal asks for."""

    key: str
    name: str | None = None
    meals: dict[str, int] = field(default_factory=dict)
    elders: set[str] = field(default_factory=set)
    tiers: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    price_fen: int = 0
    elder_fen: int = 0
    discount_fen: int = 0
    other_fen: int = 0
    asked_fen: int = 0
    shares: dict[str, int] = field(default_factory=dict)
    least_fen: int | None = None
    most_fen: int | None = None

    @property
    def count(self) -> int:
        """Meals over all mealtimes (人次)."""
        return sum(self.meals.values())

    def add(self, row: ClaimRow) -> None:
        """Take one row in."""
        asked_fen = row.asked_fen
        self.rows += 1
        self.price_fen += row.price_fen
        self.elder_fen += row.elder_fen
        self.discount_fen += row.discount_fen
        self.other_fen += row.other_fen
        self.asked_fen += asked_fen
        self.tiers[tier_of(row)] = None
        for payer, fen in row.shares.items():
            self.shares[payer] = self.shares.get(payer, 0) + fen
        if row.elder is not None:
            self.elders.add(row.elder)
        if row.kind == "meal" and row.mealtime is not None:
            self.meals[row.mealtime] = self.meals.get(row.mealtime, 0) + 1
            if self.least_fen is None or asked_fen < self.least_fen:
                self.least_fen = asked_fen
            if self.most_fen is None or asked_fen > self.most_fen:
                self.most_fen = asked_fen


def tier_of(row: ClaimRow) -> str:
    """The tier of a row's person on the service date; a code of `TIER_NAMES`."""
    if row.elder is None:
        return NOBODY
    if row.category is not None and row.category in TIER_NAMES:
        return row.category
    return "unknown" if row.age is None else age_band(row.age)


def _line_of(row: ClaimRow) -> str:
    """The line of the table by tier that a row goes into."""
    is_service = row.kind == "service" and row.elder is not None
    return SERVICES if is_service else tier_of(row)


#: what rows can be gathered by → the key of a row
KEYS: Mapping[str, Callable[[ClaimRow], str]] = {
    "elder": lambda row: row.elder or NOBODY,
    "day": lambda row: row.booked_on.isoformat(),
    "tier": _line_of,
    "all": lambda _: "all",
}


def gather_claim(rows: Iterable[ClaimRow], *by: str) -> list[Sequence[ClaimSum]]:
    """For each of `by` its sums, all in one pass over the rows: elders by their number, days and
    tiers in their order."""
    tables: list[dict[str, ClaimSum]] = [{} for _ in by]
    for row in rows:
        for name, table in zip(by, tables, strict=True):
            key = KEYS[name](row)
            found = table.get(key)
            if found is None:
                found = table[key] = ClaimSum(key, row.name)
            found.add(row)
    return [_in_order(name, table) for name, table in zip(by, tables, strict=True)]


def _in_order(name: str, table: Mapping[str, ClaimSum]) -> list[ClaimSum]:
    if name == "tier":
        return [table[code] for code in TIER_NAMES if code in table]
    return [table[key] for key in sorted(table, key=lambda key: (key == NOBODY, key))]


def payers_of(sums: Iterable[ClaimSum]) -> list[str]:
    """The payers of these sums, as they come."""
    return list(dict.fromkeys(payer for one in sums for payer in one.shares))
