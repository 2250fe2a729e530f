"""A claim's detail (明细) as plain rows: one per meal, correction, service or grant.

Ground floor: sheets, checks, hashes and pages all read these; where they come from is the till's matter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

#: `meal:12`, of an id as either database keeps one
_ITEM = re.compile(r"(meal|correction|service):([1-9][0-9]{0,14})")

#: `grant:C1:2026-11:operating:city`
_GRANT = re.compile(r"grant:[^:]+:(20[0-9]{2}(?:-(?:0[1-9]|1[0-2]|Q[1-4]))?):[^:]+:([^:]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One row. price = elder + discount + Σ shares + other holds of meals and corrections (there of the
    deltas); of a service or grant all but `shares` is zero. Fen throughout."""

    #: place in the claim, from 1
    n: int
    #: meal, correction, service, grant
    kind: str
    #: what a hold names: `meal:12`, `correction:5`, `service:7`, `grant:…`
    item: str
    #: its lines: `share:12:60-plus:city` …
    sources: tuple[str, ...]
    served_on: date
    booked_on: date
    canteen: str
    canteen_name: str
    receipt: str | None = None
    #: of a correction: the receipt of the meal it changes, and why
    corrects: str | None = None
    reason: str | None = None
    #: register number and name; none for a guest or grant
    elder: str | None = None
    name: str | None = None
    #: completed years on the service date, category group, 户籍 area name: as known when it was booked
    age: int | None = None
    category: str | None = None
    hukou: str | None = None
    mealtime: str | None = None
    channel: str | None = None
    portion: int | None = None
    read_at: datetime | None = None
    #: how the person was known: card, late (offline card), manual, delivery
    proof: str | None = None
    price_fen: int = 0
    elder_fen: int = 0
    discount_fen: int = 0
    #: payer's name → what this claim asks of it
    shares: Mapping[str, int] = field(default_factory=dict)
    #: government and charity shares that this claim does not ask for: another funder's, another claim's
    other_fen: int = 0
    #: `code@version` of the scheme that split it
    scheme: str | None = None
    #: of a service or grant: its id, for whom, on which ground, by which volunteer (number)
    rule: str | None = None
    to_whom: str | None = None
    ground: str | None = None
    volunteer: str | None = None

    @property
    def asked_fen(self) -> int:
        """What the row asks of all funders together."""
        return sum(self.shares.values())


def parse_item(item: str) -> tuple[str, int] | None:
    """What a row is, and its id: `meal:12` is ("meal", 12). None of a grant, and of what is no item."""
    found = _ITEM.fullmatch(item)
    return None if found is None else (found[1], int(found[2]))


def parse_grant(item: str) -> tuple[str, str] | None:
    """The period and the payer of a grant's item; None of what is none."""
    found = _GRANT.fullmatch(item)
    return None if found is None else (found[1], found[2])
