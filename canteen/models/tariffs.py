"""Prices and subsidy schemes: dated rows; a row once used is never edited."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Flag, Id, Instant


class Price(Base):
    """The price of a set meal or dish at a canteen, in force from an instant until the next row."""

    __tablename__ = "prices"
    __table_args__ = (
        CheckConstraint("kind IN ('set', 'dish')", name="kind"),
        CheckConstraint("price_fen IS NULL OR price_fen >= 0", name="price_fen"),
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        CheckConstraint("channel IN ('dine_in', 'take_away')", name="channel"),
        CheckConstraint("unit IN ('portion', 'half_portion', 'weight')", name="unit"),
        CheckConstraint("(unit = 'weight') = (unit_grams IS NOT NULL)", name="unit_grams"),
        Index(None, "canteen_id", "mealtime", "valid_from"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    mealtime: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    #: stable within a canteen; the set meal of key 1 is "set"
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    #: key on the counter, 1 to 4; the set meal of key 1 is what a plain swipe sells
    key: Mapped[int | None] = mapped_column(Count)
    channel: Mapped[str] = mapped_column(Text, default="dine_in")
    #: what the price is for: a portion, half of one, or so many grams on the scale
    unit: Mapped[str] = mapped_column(Text, default="portion", server_default="portion")
    unit_grams: Mapped[int | None] = mapped_column(Count)
    #: list price without delivery fee; null = no longer sold
    price_fen: Mapped[int | None] = mapped_column(Fen)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class SchemeVersion(Base):
    """A subsidy scheme (补贴办法) as it was added: code and the hash of its text. Never edited."""

    __tablename__ = "scheme_versions"
    __table_args__ = (UniqueConstraint("code", "version"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    #: first 12 hex digits of the SHA-256 of `body`
    version: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    #: the file, as an official reads it
    body: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(Text)


class SchemeBinding(Base):
    """From when a scheme version holds at a canteen, or in an area for all its canteens.

    The lowest binding wins: a canteen's own over its community's over its town's, and so on. Two
    clocks as with people's facts; withdrawn, never edited."""

    __tablename__ = "scheme_bindings"
    __table_args__ = (
        CheckConstraint("(canteen_id IS NULL) <> (area_code IS NULL)", name="canteen_or_area"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="from_before_to"),
        Index(None, "canteen_id", "from_on"),
        Index(None, "area_code", "from_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int | None] = mapped_column(Id, ForeignKey("canteens.id"))
    area_code: Mapped[str | None] = mapped_column(Text, ForeignKey("areas.code"))
    scheme_version_id: Mapped[int] = mapped_column(Id, ForeignKey("scheme_versions.id"))
    from_on: Mapped[date] = mapped_column(Day)
    to_on: Mapped[date | None] = mapped_column(Day)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class BindingPayer(Base):
    """Which funder stands behind a payer's word of the scheme, under one binding."""

    __tablename__ = "binding_payers"
    __table_args__ = (STRICT,)

    binding_id: Mapped[int] = mapped_column(Id, ForeignKey("scheme_bindings.id"), primary_key=True)
    payer: Mapped[str] = mapped_column(Text, primary_key=True)
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))


class WorkdayOverride(Base):
    """A day on which the national calendar differs from Monday to Friday, as officials entered it."""

    __tablename__ = "workday_overrides"
    __table_args__ = (STRICT,)

    day: Mapped[date] = mapped_column(Day, primary_key=True)
    is_workday: Mapped[bool] = mapped_column(Flag)
    source: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
