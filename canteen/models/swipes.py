"""What happened at a counter: swipes, other acts with a client-made id, and the pending sale."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Fen, Flag, Id, Instant


class Swipe(Base):
    """One reading of a card at a counter, whatever came of it (刷卡). Append-only.

    `id` is the agent's; it is the whole key of idempotency. The stored answer never differs."""

    __tablename__ = "swipes"
    __table_args__ = (
        CheckConstraint("offline IS NULL OR offline IN ('taken', 'refused')", name="offline"),
        Index(None, "counter_id", "read_at"),
        Index(None, "canteen_id", "received_at"),
        Index(None, "elder_id", "read_at"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    #: null when a keyboard reader typed it into the counter's page
    reader_id: Mapped[int | None] = mapped_column(Id, ForeignKey("readers.id"))
    counter_id: Mapped[int] = mapped_column(Id, ForeignKey("counters.id"))
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: as sent: canonical, or partial:24:…
    card_uid: Mapped[str] = mapped_column(Text)
    card_id: Mapped[int | None] = mapped_column(Id, ForeignKey("cards.id"))
    elder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"))
    #: corrected instant of reading; the agent's own stamp beside it
    read_at: Mapped[datetime] = mapped_column(Instant)
    raw_read_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    seq: Mapped[int | None] = mapped_column(Id)
    offline: Mapped[str | None] = mapped_column(Text)
    clock_ok: Mapped[bool] = mapped_column(Flag)
    age_ms: Mapped[int | None] = mapped_column(Id)
    #: subsidised, full_price, repeat, unknown_card …
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    #: the swipe that a `repeat` repeats
    first_swipe_id: Mapped[str | None] = mapped_column(Text, ForeignKey("swipes.id"))
    #: outcome, ids, amounts, balance and message codes as JSON: what every sending is answered with
    answer: Mapped[str] = mapped_column(Text)


class CounterAct(Base):
    """An act of a person at a counter with a client-made id: a meal without a card, a void, a top-up …

    Kept so that the same id always gets the same answer. Append-only."""

    __tablename__ = "counter_acts"
    __table_args__ = (Index(None, "counter_id", "done_at"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    #: meal, void, delivery_void, top_up, top_up_void, pay_out, card, kept_card
    kind: Mapped[str] = mapped_column(Text)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    counter_id: Mapped[int | None] = mapped_column(Id, ForeignKey("counters.id"))
    done_by: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime] = mapped_column(Instant)
    #: SHA-256 of what was asked, to tell a repeat from another thing under the same id
    asked_sha256: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)


class Sale(Base):
    """What the cashier keyed for the next swipe of a counter; at most one is pending."""

    __tablename__ = "sales"
    __table_args__ = (
        CheckConstraint("kind IN ('set', 'amount', 'dishes')", name="kind"),
        CheckConstraint("pay IN ('purse', 'purse_then_cash', 'cash', 'external')", name="pay"),
        CheckConstraint("channel IN ('dine_in', 'take_away')", name="channel"),
        CheckConstraint(
            "state IN ('pending', 'consumed', 'cleared', 'replaced', 'expired')", name="state"
        ),
        CheckConstraint("amount_fen >= 0", name="amount_fen"),
        Index(
            "uq_sales_pending",
            "counter_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    counter_id: Mapped[int] = mapped_column(Id, ForeignKey("counters.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    #: the set meal's or the dishes' codes as JSON, and what the screens call them
    items: Mapped[str] = mapped_column(Text)
    label_zh: Mapped[str] = mapped_column(Text)
    label_en: Mapped[str] = mapped_column(Text)
    #: list price when keyed; a set meal is priced again at the swipe
    amount_fen: Mapped[int] = mapped_column(Fen)
    channel: Mapped[str] = mapped_column(Text)
    pay: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    #: a second portion on purpose
    second: Mapped[bool] = mapped_column(Flag)
    keyed_at: Mapped[datetime] = mapped_column(Instant)
    keyed_by: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
