"""Meals and who paid what of them. Append-only; of a meal only the void may be written, once."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Flag, Id, Instant

#: at most one of a person, date, mealtime and portion; what is only money kept is no meal
STANDING = "voided_at IS NULL AND elder_id IS NOT NULL AND NOT is_kept"
#: SQLite takes an index for a question that says the same in the same words only
STANDING_ON_SQLITE = STANDING.replace("NOT is_kept", "is_kept = 0")


class Meal(Base):
    """A served meal (用餐): list price, split, scheme version, explanation.

    list price = elder + subsidy + discount; elder = purse + cash + external + cash rounding."""

    __tablename__ = "meals"
    __table_args__ = (
        CheckConstraint("price_fen = elder_fen + subsidy_fen + discount_fen", name="split_sum"),
        CheckConstraint(
            "elder_fen = purse_fen + cash_fen + external_fen + rounding_fen", name="paid_sum"
        ),
        CheckConstraint(
            "price_fen >= 0 AND elder_fen >= 0 AND subsidy_fen >= 0 AND discount_fen >= 0"
            " AND purse_fen >= 0 AND cash_fen >= 0 AND external_fen >= 0 AND rounding_fen >= 0",
            name="not_negative",
        ),
        CheckConstraint("portion >= 1", name="portion"),
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        CheckConstraint("channel IN ('dine_in', 'take_away', 'delivery')", name="channel"),
        CheckConstraint("(elder_id IS NULL) = is_guest", name="guest_or_elder"),
        CheckConstraint(
            "delivery_fee_fen >= 0 AND (delivery_fee_fen = 0 OR channel = 'delivery')",
            name="delivery_fee_fen",
        ),
        CheckConstraint("NOT is_kept OR channel = 'delivery'", name="is_kept"),
        CheckConstraint("(voided_at IS NULL) = (voided_by IS NULL)", name="void_by_whom"),
        Index(
            "uq_meals_standing",
            "elder_id",
            "served_on",
            "mealtime",
            "portion",
            unique=True,
            sqlite_where=text(STANDING_ON_SQLITE),
            postgresql_where=text(STANDING),
        ),
        Index(None, "canteen_id", "booked_on"),
        Index(None, "canteen_id", "served_on"),
        Index(None, "counter_id", "id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: handle in addresses: the id of the swipe or act that made it
    uid: Mapped[str] = mapped_column(Text, unique=True)
    elder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"))
    is_guest: Mapped[bool] = mapped_column(Flag)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    counter_id: Mapped[int | None] = mapped_column(Id, ForeignKey("counters.id"))
    #: the swipe it answers; null for a meal by name, a guest, a delivery
    #: (checked at commit: the swipe's row is written last, with its answer)
    swipe_id: Mapped[str | None] = mapped_column(
        Text, ForeignKey("swipes.id", deferrable=True, initially="DEFERRED"), unique=True
    )
    #: local date the meal belongs to: picks age, facts, quota and scheme
    served_on: Mapped[date] = mapped_column(Day)
    #: the day sheet that counts it; never changes
    booked_on: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    portion: Mapped[int] = mapped_column(Count)
    channel: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(Instant)
    booked_at: Mapped[datetime] = mapped_column(Instant)
    #: came after the fact from an agent that was offline
    is_late: Mapped[bool] = mapped_column(Flag)
    #: served without a card, and why
    is_manual: Mapped[bool] = mapped_column(Flag)
    manual_reason: Mapped[str | None] = mapped_column(Text)
    #: "cashier:name" or "reader:code"
    booked_by: Mapped[str] = mapped_column(Text)
    label_zh: Mapped[str] = mapped_column(Text)
    label_en: Mapped[str] = mapped_column(Text)
    #: list price, without delivery fee
    price_fen: Mapped[int] = mapped_column(Fen)
    elder_fen: Mapped[int] = mapped_column(Fen)
    #: shares of government and charity payers
    subsidy_fen: Mapped[int] = mapped_column(Fen)
    #: the canteen's own discount
    discount_fen: Mapped[int] = mapped_column(Fen)
    #: how the elder's part was paid
    purse_fen: Mapped[int] = mapped_column(Fen)
    cash_fen: Mapped[int] = mapped_column(Fen)
    external_fen: Mapped[int] = mapped_column(Fen)
    #: what the cash unit let go in the elder's favour; the canteen bears it
    rounding_fen: Mapped[int] = mapped_column(Fen)
    external_reference: Mapped[str | None] = mapped_column(Text)
    price_id: Mapped[int | None] = mapped_column(Id, ForeignKey("prices.id"))
    scheme_version_id: Mapped[int | None] = mapped_column(Id, ForeignKey("scheme_versions.id"))
    #: the reasons of the split as JSON: rule, applied, code, facts
    explanation: Mapped[str] = mapped_column(Text)
    #: canteen code – booked_on – serial; no gaps
    receipt: Mapped[str] = mapped_column(Text, unique=True)
    #: the purse went below its floor because this one could not be refused
    below_floor: Mapped[bool] = mapped_column(Flag)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    voided_by: Mapped[str | None] = mapped_column(Text)
    #: paid from the purse beside the elder's part, outside list price and shares; reversed with the meal
    delivery_fee_fen: Mapped[int] = mapped_column(Fen, default=0)
    #: nobody ate it: the elder's part of a failed delivery that the secretary kept; money, not a meal
    is_kept: Mapped[bool] = mapped_column(Flag, default=False)


#: a condition for queries: it stands, and somebody ate it
IS_EATEN = and_(Meal.voided_at.is_(None), ~Meal.is_kept)


class Share(Base):
    """What one payer pays of one meal under one rule (补贴份额). Append-only."""

    __tablename__ = "shares"
    __table_args__ = (CheckConstraint("fen > 0", name="fen"), Index(None, "funder_id"), STRICT)

    meal_id: Mapped[int] = mapped_column(Id, ForeignKey("meals.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    payer: Mapped[str] = mapped_column(Text, primary_key=True)
    #: government, charity, canteen
    payer_kind: Mapped[str] = mapped_column(Text)
    payer_name: Mapped[str] = mapped_column(Text)
    #: the office that owes it; null for the canteen's own discount
    funder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("funders.id"))
    #: whose counter it uses up: (quota_scope, quota_group) of this elder
    quota_scope: Mapped[str] = mapped_column(Text)
    quota_group: Mapped[str] = mapped_column(Text)
    fen: Mapped[int] = mapped_column(Fen)


class Void(Base):
    """The undoing of a meal or a top-up before the day is signed off (撤销). Append-only."""

    __tablename__ = "voids"
    __table_args__ = (
        CheckConstraint("(meal_id IS NULL) <> (top_up_id IS NULL)", name="meal_or_top_up"),
        Index(None, "canteen_id", "booked_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: checked at commit: the act's row is written last, with its answer
    act_id: Mapped[str] = mapped_column(
        Text, ForeignKey("counter_acts.id", deferrable=True, initially="DEFERRED"), unique=True
    )
    meal_id: Mapped[int | None] = mapped_column(Id, ForeignKey("meals.id"), unique=True)
    top_up_id: Mapped[str | None] = mapped_column(Text, ForeignKey("top_ups.id"), unique=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    booked_on: Mapped[date] = mapped_column(Day)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime] = mapped_column(Instant)
    voided_by: Mapped[str] = mapped_column(Text)
