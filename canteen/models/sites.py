"""Where meals are served: areas, canteens, their hours, counters and readers."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Flag, Id, Instant


class Area(Base):
    """A node of the tree province → city → district → town/street → community (行政区划)."""

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("length(code) IN (2, 4, 6, 9, 12)", name="code_length"),
        STRICT,
    )

    #: GB/T 2260-style code of 2, 4, 6, 9 or 12 digits; a prefix is the area above.
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class Canteen(Base):
    """A canteen (长者食堂) in a community."""

    __tablename__ = "canteens"
    __table_args__ = (
        CheckConstraint("overdraft_fen >= 0", name="overdraft_fen"),
        CheckConstraint("cash_unit_fen IN (1, 10, 50, 100)", name="cash_unit_fen"),
        CheckConstraint("grace_min BETWEEN 0 AND 120", name="grace_min"),
        CheckConstraint("show_name IN ('surname', 'masked', 'none')", name="show_name"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: short code on receipts and in commands, never changed
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    #: the area whose scheme holds here and whose officials see it; its community, or at least its town
    area_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"), index=True)
    #: how far below zero a purse may go so that nobody is sent away hungry; 0 = off
    overdraft_fen: Mapped[int] = mapped_column(Fen)
    #: cash is taken in this unit, rounded down in the elder's favour
    cash_unit_fen: Mapped[int] = mapped_column(Fen, default=10)
    #: minutes a mealtime stays open for the queue after its window
    grace_min: Mapped[int] = mapped_column(Count, default=15)
    #: fee of one delivered meal for the entitled, and for others
    delivery_fee_fen: Mapped[int] = mapped_column(Fen, default=0)
    delivery_fee_other_fen: Mapped[int] = mapped_column(Fen, default=0)
    #: categories for which meals are brought at the fee of the entitled, "code" or "code:level and graver"
    delivery_grounds: Mapped[str] = mapped_column(
        Text, default="limited_mobility,disability_care:2,disabled:2,heavy_disability"
    )
    #: minutes before a mealtime opens until which families and cashiers order, pause and change
    delivery_cutoff_min: Mapped[int] = mapped_column(Count, default=60)
    #: minutes after a mealtime opens by which every meal is to be at its door
    delivery_by_min: Mapped[int] = mapped_column(Count, default=120)
    #: minutes a meal stays hot in the bag: the longest a trip may take
    delivery_trip_min: Mapped[int] = mapped_column(Count, default=60)
    #: who runs it (运营方): claims of one operator are shown and exported together
    operator: Mapped[str | None] = mapped_column(Text)
    #: whom a family and a volunteer call; public
    phone: Mapped[str | None] = mapped_column(Text)
    #: ISO weekdays on which it is open, as digits: "1234567"
    open_weekdays: Mapped[str] = mapped_column(Text, default="1234567")
    #: what the elder's display shows: surname with 先生/女士, a masked name, or none
    show_name: Mapped[str] = mapped_column(Text, default="surname")
    show_government: Mapped[bool] = mapped_column(Flag, default=True)
    show_balance: Mapped[bool] = mapped_column(Flag, default=True)
    show_previous: Mapped[bool] = mapped_column(Flag, default=True)
    #: language of display and voice
    locale: Mapped[str] = mapped_column(Text, default="zh_CN")


class MealtimeWindow(Base):
    """When a canteen serves a mealtime (餐次): local clock, start included, end excluded."""

    __tablename__ = "mealtime_windows"
    __table_args__ = (
        CheckConstraint("mealtime IN ('breakfast', 'lunch', 'dinner')", name="mealtime"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
        UniqueConstraint("canteen_id", "mealtime", "from_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    mealtime: Mapped[str] = mapped_column(Text)
    #: local times of the canteen's zone, "HH:MM"
    opens: Mapped[str] = mapped_column(Text)
    closes: Mapped[str] = mapped_column(Text)
    #: service dates it holds on, both included; an open end is null
    from_on: Mapped[date] = mapped_column(Day)
    to_on: Mapped[date | None] = mapped_column(Day)


class ClosedDay(Base):
    """A day (or one mealtime of it) on which a canteen does not serve."""

    __tablename__ = "closed_days"
    __table_args__ = (UniqueConstraint("canteen_id", "closed_on", "mealtime"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    closed_on: Mapped[date] = mapped_column(Day)
    #: null = the whole day
    mealtime: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Counter(Base):
    """A counter (窗口): at most one pending sale, any number of readers."""

    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("canteen_id", "code"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    #: number of the newest counter event; its row is the lock of the counter
    event_seq: Mapped[int] = mapped_column(Count, default=0)


class Reader(Base):
    """A card reader (读卡器) of a counter; signs each request with its own key."""

    __tablename__ = "readers"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: what the agent sends as X-Canteen-Reader
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    counter_id: Mapped[int] = mapped_column(Id, ForeignKey("counters.id"), index=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    #: protocol profile of the agent's catalogue
    profile: Mapped[str] = mapped_column(Text)
    #: 32-byte key, sealed for "readers:<public_id>:key"
    key_box: Mapped[bytes] = mapped_column(LargeBinary)
    #: the agent's clock minus ours in ms, as it last measured it; positive = its clock is ahead
    clock_offset_ms: Mapped[int | None] = mapped_column(Count)
    #: its lists (known and blocked cards) as it fetched them last, and when it first fetched these:
    #: a card blocked before that instant is refused there also while the server is away
    lists_etag: Mapped[str | None] = mapped_column(Text)
    lists_fetched_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class ReaderHealth(Base):
    """The last beat of a reader's agent; overwritten, not evidence."""

    __tablename__ = "reader_health"
    __table_args__ = (STRICT,)

    reader_id: Mapped[int] = mapped_column(Id, ForeignKey("readers.id"), primary_key=True)
    reported_at: Mapped[datetime] = mapped_column(Instant)
    #: open, verified, absent, busy, denied, down
    state: Mapped[str] = mapped_column(Text)
    state_since: Mapped[datetime] = mapped_column(Instant)
    outbox_waiting: Mapped[int] = mapped_column(Count, default=0)
    outbox_dead: Mapped[int] = mapped_column(Count, default=0)
    outbox_stuck: Mapped[int] = mapped_column(Count, default=0)
    agent_version: Mapped[str | None] = mapped_column(Text)
    #: the whole report as JSON, for the operator's page
    body: Mapped[str] = mapped_column(Text)


class Funder(Base):
    """The office that owes a share (出资方): an area and a layer; claims are made per funder."""

    __tablename__ = "funders"
    __table_args__ = (
        CheckConstraint("claim_by_day BETWEEN 1 AND 28", name="claim_by_day"),
        CheckConstraint("pay_within_days >= 1", name="pay_within_days"),
        Index(None, "area_code"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"))
    #: a charity or village fund, whose money lies with us: donations in, shares out
    is_fund: Mapped[bool] = mapped_column(Flag, default=False)
    #: day of the month after the period by which it wants the claim, and days after its approval by
    #: which it pays
    claim_by_day: Mapped[int] = mapped_column(Count, default=20)
    pay_within_days: Mapped[int] = mapped_column(Count, default=30)
