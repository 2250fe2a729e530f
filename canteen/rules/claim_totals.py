"""What a claim adds up to, and the mark by which a submitted one is found changed.

Ground floor. The figures are asked of the lines; whoever doubts them adds the rows up again here.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from canteen.rules.claim_rows import ClaimRow
from canteen.rules.day_lines import canonical

#: of a row, what may be written otherwise later without the row being another one
NOT_DIGESTED = frozenset({"name", "canteen_name", "hukou"})
_DIGESTED = tuple(one.name for one in fields(ClaimRow) if one.name not in NOT_DIGESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTotals:
    """The figures of a claim. total = subsidy + services + grants + corrections; of the meals claimed
    price = elder + discount + subsidy + what is asked elsewhere."""

    price_fen: int = 0
    elder_fen: int = 0
    discount_fen: int = 0
    subsidy_fen: int = 0
    services_fen: int = 0
    grants_fen: int = 0
    corrections_fen: int = 0
    meals: int = 0
    persons: int = 0
    lines: int = 0

    @property
    def total_fen(self) -> int:
        """What is asked for."""
        return self.subsidy_fen + self.services_fen + self.grants_fen + self.corrections_fen


#: kind of a row → the figure that what it asks for goes into
FIGURE_OF: Mapping[str, str] = {
    "meal": "subsidy_fen",
    "service": "services_fen",
    "grant": "grants_fen",
    "correction": "corrections_fen",
}


def add_rows(rows: Iterable[ClaimRow]) -> ClaimTotals:
    """The figures of the rows, added one by one."""
    sums = dict.fromkeys(("price_fen", "elder_fen", "discount_fen", *FIGURE_OF.values()), 0)
    meals = lines = 0
    persons: set[str] = set()
    for row in rows:
        lines += len(row.sources)
        sums[FIGURE_OF[row.kind]] += row.asked_fen
        if row.kind == "meal":
            meals += 1
            persons.add(row.elder or "")
            for name in ("price_fen", "elder_fen", "discount_fen"):
                sums[name] += getattr(row, name)
    return ClaimTotals(**sums, meals=meals, persons=len(persons - {""}), lines=lines)


def claim_sha256(
    *,
    number: str,
    version: int,
    rows: Iterable[ClaimRow],
    totals: ClaimTotals,
    checks: str,
    note: str | None,
    previous: str,
) -> str:
    """SHA-256 over the head, every row in its order, the checks with their answers, and the claim that
    the canteen submitted before. Read row by row: a claim may hold a million."""
    digest = hashlib.sha256()
    head = [number, version, asdict(totals), totals.total_fen, checks, note, previous]
    digest.update(canonical(head).encode())
    for row in rows:
        digest.update(canonical([getattr(row, name) for name in _DIGESTED]).encode())
    return digest.hexdigest()
