"""The canteen's days: receipt serials and sign-off; and the scheduler's memory."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Id, Instant


class CanteenDay(Base):
    """One booked day of a canteen. The row is the lock under which receipt numbers are drawn."""

    __tablename__ = "canteen_days"
    __table_args__ = (
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_by_whom"),
        CheckConstraint("signed_at IS NULL OR reopened_at IS NULL", name="signed_or_reopened"),
        STRICT,
    )

    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Day, primary_key=True)
    #: the last serial drawn; they have no gaps
    receipt_serial: Mapped[int] = mapped_column(Count, default=0)
    #: set while the day sheet is signed
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_by: Mapped[str | None] = mapped_column(Text)
    #: set while the street has the day open again
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)


class JobRun(Base):
    """That a job ran for a due time: the primary key lets it run once, whoever runs it."""

    __tablename__ = "job_runs"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
        STRICT,
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)


class Instance(Base):
    """The one row that says what this database is: real, or a demonstration with its own clock."""

    __tablename__ = "instances"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("kind IN ('real', 'demonstration')", name="kind"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
