"""Volunteers (志愿者): who carries meals, on which days, and when she cannot."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Id, Instant


class Volunteer(Base):
    """Someone who carries meals (志愿者)."""

    __tablename__ = "volunteers"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("floors_max IS NULL OR floors_max >= 1", name="floors_max"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    #: sealed for "volunteers:<number>:phone"; its keyed index
    phone_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(Text, index=True)
    area_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"), index=True)
    #: portions one round can carry
    capacity: Mapped[int] = mapped_column(Count)
    #: the highest floor she climbs without a lift; null: any
    floors_max: Mapped[int | None] = mapped_column(Count)
    #: buildings she knows and takes first, as written: "3栋、5栋"
    buildings: Mapped[str | None] = mapped_column(Text)
    #: of which team or office; for the thanks list and the platform
    team: Mapped[str | None] = mapped_column(Text)
    #: the last day she carries; null: goes on
    ended_on: Mapped[date | None] = mapped_column(Day)


class VolunteerDuty(Base):
    """On which weekdays and mealtimes a volunteer carries; one who has no row carries on any open day."""

    __tablename__ = "volunteer_duties"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        STRICT,
    )

    volunteer_id: Mapped[int] = mapped_column(Id, ForeignKey("volunteers.id"), primary_key=True)
    #: ISO: 1 is Monday
    weekday: Mapped[int] = mapped_column(Count, primary_key=True)
    mealtime: Mapped[str] = mapped_column(Text, primary_key=True)


class VolunteerAbsence(Base):
    """Days (or one mealtime) on which a volunteer cannot carry. Only the withdrawal is written, once."""

    __tablename__ = "volunteer_absences"
    __table_args__ = (
        CheckConstraint("from_on <= to_on", name="from_before_to"),
        CheckConstraint(
            "mealtime IS NULL OR mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"
        ),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        Index(None, "volunteer_id", "from_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(Id, ForeignKey("volunteers.id"))
    from_on: Mapped[date] = mapped_column(Day)
    to_on: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
