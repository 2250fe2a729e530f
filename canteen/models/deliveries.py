"""Meals carried to the door: orders, pauses, the day's deliveries and runs.

An order is a wish and a delivery the day's fact: deliveries are made of orders by one function that may
run any number of times.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Flag, Id, Instant

MEALTIME = "mealtime IN ('breakfast', 'lunch', 'dinner')"


class DeliveryException(Base):
    """A time in which an elder is brought her meals although age and category do not give it.

    Of it only the withdrawal may be written, once."""

    __tablename__ = "delivery_exceptions"
    __table_args__ = (
        CheckConstraint("ground IN ('illness', 'other')", name="ground"),
        CheckConstraint("from_on <= to_on", name="from_before_to"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    #: temporary illness, or what the reason says
    ground: Mapped[str] = mapped_column(Text)
    #: first and last service date, both included
    from_on: Mapped[date] = mapped_column(Day)
    to_on: Mapped[date] = mapped_column(Day)
    reason: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class DeliveryOrder(Base):
    """That an elder is to be brought meals: on weekdays from a day on (standing), or on one day (single).

    Asked for by somebody, approved or declined by the secretary, ended by whoever may."""

    __tablename__ = "delivery_orders"
    __table_args__ = (
        CheckConstraint("kind IN ('standing', 'single')", name="kind"),
        CheckConstraint(
            "source IN ('secretary', 'cashier', 'family', 'phone', 'volunteer', 'birthday')",
            name="source",
        ),
        CheckConstraint("state IN ('asked', 'approved', 'declined')", name="state"),
        CheckConstraint("kind = 'standing' OR from_on = to_on", name="single_has_one_day"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="from_before_to"),
        CheckConstraint("portions BETWEEN 1 AND 9", name="portions"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_whom"),
        Index(None, "elder_id", "state"),
        Index(None, "canteen_id", "state"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: made by who asks, so that a form sent twice is one order
    uid: Mapped[str] = mapped_column(Text, unique=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    #: the canteen that cooks and carries
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    kind: Mapped[str] = mapped_column(Text)
    #: ISO weekdays as digits: "12345"; of a single order its day's own
    weekdays: Mapped[str] = mapped_column(Text)
    #: mealtimes with commas between, in the order of the day: "lunch,dinner"
    mealtimes: Mapped[str] = mapped_column(Text)
    #: first and last service date, both included; an open end is null
    from_on: Mapped[date] = mapped_column(Day)
    to_on: Mapped[date | None] = mapped_column(Day)
    portions: Mapped[int] = mapped_column(Count, default=1)
    #: where it goes when not to her own address; plain, for the volunteer
    address: Mapped[str | None] = mapped_column(Text)
    #: for the volunteer: "门卫室交接"
    note: Mapped[str | None] = mapped_column(Text)
    #: by which way it was asked for, and who asked in words ("女儿 李小梅 来电")
    source: Mapped[str] = mapped_column(Text)
    asked_by_name: Mapped[str | None] = mapped_column(Text)
    #: why, in the asker's words
    reason: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    #: "staff:wang", "family:12", "job:deliveries"
    asked_by: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    #: why it was declined
    decision_note: Mapped[str | None] = mapped_column(Text)
    #: ended before its time: the last day it holds (the day before from_on: never)
    ended_on: Mapped[date | None] = mapped_column(Day)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[str | None] = mapped_column(Text)


class DeliveryPause(Base):
    """Days (or one mealtime of them) on which an elder is brought nothing, whatever her orders say.

    A single delivery is called off by a pause of its day. Of it only the withdrawal may be written, once."""

    __tablename__ = "delivery_pauses"
    __table_args__ = (
        CheckConstraint(f"mealtime IS NULL OR {MEALTIME}", name="mealtime"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="from_before_to"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        Index(None, "elder_id", "from_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    from_on: Mapped[date] = mapped_column(Day)
    #: null: until somebody withdraws it
    to_on: Mapped[date | None] = mapped_column(Day)
    #: null: every mealtime
    mealtime: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    asked_by_name: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class DeliveryDay(Base):
    """A mealtime of a canteen's day whose deliveries were made, and planned. Its row is the lock of both."""

    __tablename__ = "delivery_days"
    __table_args__ = (CheckConstraint(MEALTIME, name="mealtime"), STRICT)

    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Day, primary_key=True)
    mealtime: Mapped[str] = mapped_column(Text, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    #: the runs were drawn; drawn again as often as asked
    planned_at: Mapped[datetime | None] = mapped_column(Instant)
    #: one more with every change that the board shows
    version: Mapped[int] = mapped_column(Count, default=0)


class DeliveryRun(Base):
    """A volunteer's round (送餐批次): who carries, which trip, when she left and was back."""

    __tablename__ = "delivery_runs"
    __table_args__ = (
        CheckConstraint(MEALTIME, name="mealtime"),
        CheckConstraint("state IN ('planned', 'out', 'back')", name="state"),
        CheckConstraint("trip >= 1", name="trip"),
        UniqueConstraint("canteen_id", "day", "mealtime", "volunteer_id", "trip"),
        Index(None, "volunteer_id", "day"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    volunteer_id: Mapped[int] = mapped_column(Id, ForeignKey("volunteers.id"))
    #: 1, and 2 when the bag is filled again
    trip: Mapped[int] = mapped_column(Count)
    state: Mapped[str] = mapped_column(Text)
    #: how long it should take in minutes, by the plan
    planned_min: Mapped[int | None] = mapped_column(Count)
    out_at: Mapped[datetime | None] = mapped_column(Instant)
    back_at: Mapped[datetime | None] = mapped_column(Instant)


class Delivery(Base):
    """One elder's meal of one mealtime carried to her door (送餐); never two, whoever asks.

    States: rules.lifecycles.DELIVERY."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(MEALTIME, name="mealtime"),
        CheckConstraint(
            "state IN ('queued', 'assigned', 'out', 'delivered', 'failed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("portions BETWEEN 1 AND 9", name="portions"),
        CheckConstraint("(state = 'cancelled') = (cancel_code IS NOT NULL)", name="cancel_code"),
        CheckConstraint("(state = 'failed') = (fail_code IS NOT NULL)", name="fail_code"),
        CheckConstraint(
            "fail_code IS NULL OR fail_code IN ('not_home', 'refused', 'wrong_address', 'spilt',"
            " 'other')",
            name="fail_code_known",
        ),
        CheckConstraint(
            "state = 'queued' OR state = 'cancelled' OR run_id IS NOT NULL", name="run"
        ),
        UniqueConstraint("elder_id", "day", "mealtime"),
        Index(None, "canteen_id", "day", "mealtime"),
        Index(None, "run_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: handle in addresses and on phones
    uid: Mapped[str] = mapped_column(Text, unique=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: service date
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    portions: Mapped[int] = mapped_column(Count)
    #: the order it was made of, a newer one after a change
    order_id: Mapped[int] = mapped_column(Id, ForeignKey("delivery_orders.id"))
    state: Mapped[str] = mapped_column(Text)
    state_at: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    run_id: Mapped[int | None] = mapped_column(Id, ForeignKey("delivery_runs.id"))
    #: its turn on the run, from 1
    place: Mapped[int | None] = mapped_column(Count)
    #: a hand put it on this run (and at this turn): planning leaves it there
    is_pinned: Mapped[bool] = mapped_column(Flag, default=False)
    #: why it is not carried: paused, order_ended, gone, away, closed, already_eaten, not_entitled …
    cancel_code: Mapped[str | None] = mapped_column(Text)
    fail_code: Mapped[str | None] = mapped_column(Text)
    #: why it may be carried, on which ground: age, category code, exception; or none: at the other fee
    ground: Mapped[str | None] = mapped_column(Text)
    #: times it went out; names the meals of each
    attempt: Mapped[int] = mapped_column(Count, default=0)
    out_at: Mapped[datetime | None] = mapped_column(Instant)
    #: at the door, by the volunteer's phone, corrected; null until then
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    #: who took it for her: "邻居 陈姨"; null: herself
    receiver: Mapped[str | None] = mapped_column(Text)
    #: the secretary's reason to keep the elder's part of a failed one
    keep_reason: Mapped[str | None] = mapped_column(Text)
    #: a person has seen that it has no run or no address
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_by: Mapped[str | None] = mapped_column(Text)


class DeliveryMeal(Base):
    """Which meals a delivery made, by attempt and portion. Append-only."""

    __tablename__ = "delivery_meals"
    __table_args__ = (STRICT,)

    meal_id: Mapped[int] = mapped_column(Id, ForeignKey("meals.id"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(Id, ForeignKey("deliveries.id"), index=True)
    attempt: Mapped[int] = mapped_column(Count)
