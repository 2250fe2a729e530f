"""Checks before a claim: how strict a district is, and what people answered to what was found."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Id, Instant


class CheckPolicy(Base):
    """What a district does with a check's findings: block, ask for an explanation, or note. The newest row
    of the lowest area holds. Append-only."""

    __tablename__ = "check_policies"
    __table_args__ = (
        CheckConstraint("level IN ('block', 'explain', 'note')", name="level"),
        Index(None, "area_code", "check_code"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    area_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"))
    check_code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(Text)


class CheckRemark(Base):
    """A person's answer to a finding, by the finding's key, which is the same whenever it is found again:
    at the day's end, in a draft, in the next version. Append-only; the newest holds."""

    __tablename__ = "check_remarks"
    __table_args__ = (Index(None, "canteen_id", "key"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: the check's code, its period and whom it names: `after_death:2026-12:0012`
    key: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by: Mapped[str] = mapped_column(Text)
