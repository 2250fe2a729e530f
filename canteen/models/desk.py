"""The community desk's day: counts of people's hands, signed sheets, remarks, visits owed, food given.

Evidence: rows are added, and a few columns written once; a signed sheet keeps its figures and hash.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Id, Instant


class DaySheet(Base):
    """A signed version of a day sheet (日报). Of it only the reopening may be written, once."""

    __tablename__ = "day_sheets"
    __table_args__ = (
        UniqueConstraint("canteen_id", "day", "version"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by IS NULL)"
            " AND (reopened_at IS NULL) = (reopen_reason IS NULL)",
            name="reopened_by_whom",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    #: 1, and one more each time the day was reopened and signed again
    version: Mapped[int] = mapped_column(Count)
    #: the figures as canonical JSON: what the sheet of that signing said
    figures: Mapped[str] = mapped_column(Text)
    #: digest of each counted line by its receipt, as canonical JSON: names the line that was changed
    lines: Mapped[str] = mapped_column(Text)
    #: SHA-256 of figures, lines, who and when, and the two hashes before
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    #: of the canteen's day signed before this one; "" for its first
    previous_sha256: Mapped[str] = mapped_column(Text)
    #: of the version this one replaces; null for version 1
    replaced_sha256: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(Instant)
    signed_by: Mapped[str] = mapped_column(Text)
    #: what the secretary wrote of readers that had not reported
    remark: Mapped[str | None] = mapped_column(Text)
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
    reopened_by: Mapped[str | None] = mapped_column(Text)
    reopen_reason: Mapped[str | None] = mapped_column(Text)


class CashCount(Base):
    """What somebody counted in a drawer at the day's end; the newest count holds. Append-only."""

    __tablename__ = "cash_counts"
    __table_args__ = (
        CheckConstraint("counted_fen >= 0", name="counted_fen"),
        Index(None, "canteen_id", "day"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    counter_id: Mapped[int] = mapped_column(Id, ForeignKey("counters.id"))
    day: Mapped[date] = mapped_column(Day)
    counted_fen: Mapped[int] = mapped_column(Fen)
    #: what the books expected at that moment, told to nobody before the count
    expected_fen: Mapped[int] = mapped_column(Fen)
    note: Mapped[str | None] = mapped_column(Text)
    counted_at: Mapped[datetime] = mapped_column(Instant)
    counted_by: Mapped[str] = mapped_column(Text)


class PortionCount(Base):
    """Portions cooked for a mealtime, and what was left; the newest row holds. Append-only."""

    __tablename__ = "portion_counts"
    __table_args__ = (
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        CheckConstraint("cooked >= 0 AND (left_over IS NULL OR left_over >= 0)", name="counts"),
        Index(None, "canteen_id", "day"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    cooked: Mapped[int] = mapped_column(Count)
    #: null until somebody counted
    left_over: Mapped[int | None] = mapped_column(Count)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class AnomalyRemark(Base):
    """What a person wrote of an anomaly of a day: a `must` is settled by it. Append-only."""

    __tablename__ = "anomaly_remarks"
    __table_args__ = (Index(None, "canteen_id", "day"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    #: rule and subject, the same whenever the rule finds it again: "cash_differs:3"
    key: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by: Mapped[str] = mapped_column(Text)


class WelfareCheck(Base):
    """A visit owed (探访): opened by a job or a person, closed only by who writes what was found."""

    __tablename__ = "welfare_checks"
    __table_args__ = (
        CheckConstraint("cause IN ('absent', 'not_home', 'asked')", name="cause"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_whom"),
        Index(
            "uq_welfare_checks_open",
            "elder_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"), index=True)
    cause: Mapped[str] = mapped_column(Text)
    #: the last day she was seen; null when never
    last_seen_on: Mapped[date | None] = mapped_column(Day)
    opened_on: Mapped[date] = mapped_column(Day)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(Text)


class WelfareNote(Base):
    """One step of a welfare check: whom we reached, what was found, when to look again. Append-only."""

    __tablename__ = "welfare_notes"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    check_id: Mapped[int] = mapped_column(Id, ForeignKey("welfare_checks.id"), index=True)
    #: how: call_elder, call_contact, neighbour, visit
    contact: Mapped[str] = mapped_column(Text)
    #: what was found, a code of rules.welfare: well, away, in_hospital, moved, deceased, not_reached …
    found: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    follow_up_on: Mapped[date | None] = mapped_column(Day)
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by: Mapped[str] = mapped_column(Text)


class FoodGiven(Base):
    """How a swipe that fed somebody and charged nobody was settled: closed, or made a meal. Append-only."""

    __tablename__ = "food_given"
    __table_args__ = (
        CheckConstraint(
            "(decision = 'closed') = (meal_id IS NULL) AND decision IN ('closed', 'meal')",
            name="decision",
        ),
        STRICT,
    )

    swipe_id: Mapped[str] = mapped_column(Text, ForeignKey("swipes.id"), primary_key=True)
    decision: Mapped[str] = mapped_column(Text)
    meal_id: Mapped[int | None] = mapped_column(Id, ForeignKey("meals.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(Text)
