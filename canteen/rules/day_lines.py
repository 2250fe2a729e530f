"""The lines of a day sheet (日报) as plain values, and the marks by which a changed line is found.

Ground floor: what the sheet counts comes in from the tables, and what a signed sheet promised of it
can be compared with what the tables say later.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

#: of a line, what may change later without the line being another one
_NOT_DIGESTED = frozenset({"name"})
#: what only a delivery's line says: left out where it says nothing, as in the lines signed before
_OF_DELIVERIES = ("delivery_fee_fen", "is_kept")


@dataclass(frozen=True, slots=True)
class ShareLine:
    """What one payer pays of a meal."""

    payer: str
    kind: str
    name: str
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MealLine:
    """A meal as the sheet of its booked day counts it. `elder` is the register number."""

    receipt: str
    uid: str
    elder: str | None
    name: str | None
    served_on: date
    booked_on: date
    mealtime: str
    portion: int
    channel: str
    #: completed years on the service date
    age: int | None
    band: str
    category: str
    counter: str | None
    read_at: datetime
    is_late: bool
    manual_reason: str | None
    booked_by: str
    is_listed_price: bool
    is_under_scheme: bool
    below_floor: bool
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    purse_fen: int
    cash_fen: int
    external_fen: int
    rounding_fen: int
    shares: tuple[ShareLine, ...] = ()
    voided_at: datetime | None = None
    voided_by: str | None = None
    delivery_fee_fen: int = 0
    #: nobody ate it: money of a failed delivery that was kept
    is_kept: bool = False

    @property
    def is_standing(self) -> bool:
        """Whether it was not voided: only then does its money count."""
        return self.voided_at is None

    @property
    def is_eaten(self) -> bool:
        """Whether it is a meal that somebody had: only then is it counted (人次)."""
        return self.is_standing and not self.is_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """A top-up, a pay-out or a donation; `pay` is cash, external or opening. A donation that was taken back
    is a line of the day that books that, negative; its `elder` is no one, "": the giver is no elder here."""

    receipt: str
    kind: str
    elder: str
    pay: str
    amount_fen: int
    counter: str | None
    by: str
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedLine:
    """A correction that the day counts, of a meal (`meal`: its receipt) that an earlier one counted.
    Amounts are deltas; `purse_fen`, `cash_fen`, `borne_fen`: who got or bears the elder's part."""

    receipt: str
    kind: str
    meal: str
    served_on: date
    booked_on: date
    mealtime: str
    elder: str | None
    name: str | None
    counter: str | None
    reason: str
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    purse_fen: int
    cash_fen: int
    borne_fen: int
    delivery_fee_fen: int
    meals: int
    shares: tuple[ShareLine, ...]
    asked_by: str
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalLine:
    """A swipe of which no meal came."""

    swipe: str
    outcome: str
    read_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerCount:
    """What somebody counted in a counter's drawer."""

    counter: str
    counted_fen: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortionLine:
    """Portions cooked for a mealtime and left of it; `left` is None until somebody counted."""

    mealtime: str
    cooked: int
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLines:
    """Everything that one day sheet counts."""

    meals: Sequence[MealLine] = ()
    money: Sequence[MoneyLine] = ()
    refusals: Sequence[RefusalLine] = ()
    drawers: Sequence[DrawerCount] = ()
    portions: Sequence[PortionLine] = ()
    corrections: Sequence[CorrectedLine] = ()


def canonical(value: object) -> str:
    """JSON that reads alike wherever it is written: keys sorted, no blanks, instants in UTC."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text
    )


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    assert isinstance(value, date), value
    return value.isoformat()


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON, as hex."""
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def line_digests(lines: DayLines) -> dict[str, str]:
    """Receipt (of a refusal: `swipe:` and its id) → digest of the line, to name the one that changed."""
    marks = {}
    counted: tuple[MealLine | MoneyLine | CorrectedLine, ...]
    counted = (*lines.meals, *lines.money, *lines.corrections)
    for line in counted:
        values = {
            key: value
            for key, value in asdict(line).items()
            if key not in _NOT_DIGESTED and (value or key not in _OF_DELIVERIES)
        }
        marks[line.receipt] = digest(values)
    for refusal in lines.refusals:
        marks[f"swipe:{refusal.swipe}"] = digest(asdict(refusal))
    return marks


def sheet_sha256(
    *,
    canteen: str,
    day: date,
    version: int,
    figures: str,
    lines: str,
    signed_by: str,
    signed_at: datetime,
    remark: str | None,
    previous: str,
    replaced: str | None,
) -> str:
    """The hash of a signed sheet: over all that it says, and the two hashes before it."""
    return digest([canteen, day, version, figures, lines, signed_by, signed_at, remark, previous,
                   replaced])  # fmt: skip
