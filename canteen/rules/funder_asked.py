"""What somebody records of money between funders and canteens, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PaymentAsked:
    """A payment of a claim as somebody records it: `claim` is its number, `funder` the code; negative fen
    is paid back."""

    uid: str
    claim: str
    funder: str
    fen: int
    source: str
    arrived_on: date
    reference: str
    note: str | None = None
    statement_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class AdvanceAsked:
    """An advance as somebody records it: canteen and funder by code; negative fen goes back."""

    uid: str
    canteen: str
    funder: str
    fen: int
    purpose: str
    arrived_on: date
    reference: str
    statement_line_id: int | None = None
