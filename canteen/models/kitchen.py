"""The kitchen's own records: how many to cook, the menu and what its dishes hold, samples, temperatures,
food that came in.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Id, Instant


class CookPlan(Base):
    """How many portions a person decided to cook, whatever the estimate; the newest row holds.

    Append-only."""

    __tablename__ = "cook_plans"
    __table_args__ = (
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        CheckConstraint("portions >= 0", name="portions"),
        Index(None, "canteen_id", "day"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    portions: Mapped[int] = mapped_column(Count)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class DishContent(Base):
    """What a dish holds that somebody may not eat, by its code of `rules.diets`."""

    __tablename__ = "dish_contents"
    __table_args__ = (STRICT,)

    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"), primary_key=True)
    #: the dish's code on the price list
    dish: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[str] = mapped_column(Text, primary_key=True)


class MenuLine(Base):
    """A dish on the menu of a day and mealtime."""

    __tablename__ = "menu_lines"
    __table_args__ = (
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        UniqueConstraint("canteen_id", "day", "mealtime", "dish"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    #: the dish's code on the price list
    dish: Mapped[str] = mapped_column(Text)


class RetainedSample(Base):
    """A sample of a dish kept cold for 48 hours (留样). Only the throwing away may be written, once.

    SOURCE: 餐饮服务食品安全操作规范 (State Administration for Market Regulation 2018 no. 12), annex on
    retained samples: at least 125 g of each dish, at least 48 hours."""

    __tablename__ = "retained_samples"
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        CheckConstraint("(discarded_at IS NULL) = (discarded_by IS NULL)", name="discarded_by"),
        Index(None, "canteen_id", "day"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    #: as people call it; a dish need not be on the price list
    dish: Mapped[str] = mapped_column(Text)
    grams: Mapped[int] = mapped_column(Count)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[str] = mapped_column(Text)
    discarded_at: Mapped[datetime | None] = mapped_column(Instant)
    discarded_by: Mapped[str | None] = mapped_column(Text)


class TemperatureReading(Base):
    """A temperature somebody read: of a fridge, or of food when it is handed out. Append-only."""

    __tablename__ = "temperature_readings"
    __table_args__ = (
        CheckConstraint("kind IN ('fridge', 'freezer', 'hot_food', 'cold_food')", name="kind"),
        Index(None, "canteen_id", "read_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    kind: Mapped[str] = mapped_column(Text)
    #: which fridge, which dish
    subject: Mapped[str] = mapped_column(Text)
    #: tenths of a degree Celsius
    celsius_tenths: Mapped[int] = mapped_column(Count)
    read_at: Mapped[datetime] = mapped_column(Instant)
    read_by: Mapped[str] = mapped_column(Text)


class FoodSupply(Base):
    """Food that came in (采购验收): what, how much, from whom, at what cost. Append-only; a mistake is
    taken back by a line of the negative amount."""

    __tablename__ = "food_supplies"
    __table_args__ = (
        CheckConstraint("kind IN ('staple', 'vegetable', 'meat', 'other')", name="kind"),
        CheckConstraint("grams <> 0 AND cost_fen <> 0", name="not_nothing"),
        Index(None, "canteen_id", "day"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    #: staple (rice, flour, noodles), vegetable, meat, other
    kind: Mapped[str] = mapped_column(Text)
    item: Mapped[str] = mapped_column(Text)
    grams: Mapped[int] = mapped_column(Count)
    cost_fen: Mapped[int] = mapped_column(Fen)
    supplier: Mapped[str] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
