"""Which seal covers an audit line: for the pages that show lines of the trail."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from canteen.models.audit import AuditLine, Seal

_NEXT = aliased(Seal)


@dataclass(frozen=True, slots=True)
class CoveringSeal:
    """The number and hash of a seal."""

    n: int
    sha256: str


def seals_of(session: Session, ids: Collection[int]) -> dict[int, CoveringSeal]:
    """Line id → the seal that covers it; a line that is not sealed yet has none."""
    # seals follow each other without a gap: the first one that ends at or after a line covers it
    end = select(func.min(_NEXT.to_id)).where(_NEXT.to_id >= AuditLine.id).scalar_subquery()
    rows = session.execute(
        select(AuditLine.id, Seal.n, Seal.sha256)
        .join(Seal, Seal.to_id == end)
        .where(AuditLine.id.in_(ids))
    )
    return {row.id: CoveringSeal(row.n, row.sha256) for row in rows}
