"""The books: accounts, balanced journal entries, and the purse balance kept beside them.

Signs: an entry's fen is positive when the account is credited. A purse account is what we owe the
elder, so its sum is her balance; cash and receivables are negative. All entries together sum to zero.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Flag, Id, Instant


class Account(Base):
    """An account of the books; `key` names it (`purse:17`, `receivable:3:5`), so that each exists once."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('purse', 'cash_drawer', 'external', 'receivable', 'discount', 'sales',"
            " 'delivery_fees', 'cash_rounding', 'bank', 'write_off', 'elder_debt', 'services',"
            " 'grants', 'deliverers', 'advance', 'fund')",
            name="kind",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    canteen_id: Mapped[int | None] = mapped_column(Id, ForeignKey("canteens.id"))
    elder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"))
    counter_id: Mapped[int | None] = mapped_column(Id, ForeignKey("counters.id"))
    funder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("funders.id"))
    #: the drawer's day
    day: Mapped[date | None] = mapped_column(Day)


class Purse(Base):
    """An elder's prepaid money (储值账户). The row is her lock: one thing at a time happens to her."""

    __tablename__ = "purses"
    __table_args__ = (STRICT,)

    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"), unique=True)
    #: always the sum of the account's entries
    balance_fen: Mapped[int] = mapped_column(Fen)
    #: set while the balance is below the floor because a late swipe or a delivery could not be refused
    below_floor_since: Mapped[datetime | None] = mapped_column(Instant)


class JournalEntry(Base):
    """One event in the books; its ledger entries sum to zero. Append-only."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('meal', 'meal_void', 'top_up', 'top_up_void', 'pay_out', 'opening', 'write_off',"
            " 'merge', 'correction', 'claim', 'claim_back', 'claim_cut', 'claim_payment', 'advance',"
            " 'donation', 'reversal')",
            name="kind",
        ),
        Index(None, "canteen_id", "booked_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    booked_on: Mapped[date] = mapped_column(Day)
    booked_at: Mapped[datetime] = mapped_column(Instant)
    meal_id: Mapped[int | None] = mapped_column(Id, ForeignKey("meals.id"), index=True)
    #: the journal entry this one takes back; each at most once
    reverses_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("journal_entries.id"), unique=True
    )
    #: id of the swipe or act behind it
    cause: Mapped[str] = mapped_column(Text)


class LedgerEntry(Base):
    """One line of a journal entry. Append-only; made by `till.ledger` alone."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        Index(None, "account_id", "journal_entry_id"),
        STRICT,
    )

    journal_entry_id: Mapped[int] = mapped_column(
        Id, ForeignKey("journal_entries.id"), primary_key=True
    )
    line: Mapped[int] = mapped_column(Count, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    fen: Mapped[int] = mapped_column(Fen)


class TopUp(Base):
    """Money put into a purse (充值), or the opening balance brought from an older system. Append-only."""

    __tablename__ = "top_ups"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_fen"),
        CheckConstraint("pay IN ('cash', 'external', 'opening')", name="pay"),
        Index(None, "canteen_id", "booked_on"),
        STRICT,
    )

    #: the client-made id
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    counter_id: Mapped[int | None] = mapped_column(Id, ForeignKey("counters.id"))
    journal_entry_id: Mapped[int] = mapped_column(Id, ForeignKey("journal_entries.id"))
    amount_fen: Mapped[int] = mapped_column(Fen)
    pay: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    booked_on: Mapped[date] = mapped_column(Day)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Text, unique=True)


class PayOut(Base):
    """Money given back from a purse to a named person against a receipt. Append-only."""

    __tablename__ = "pay_outs"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_fen"),
        Index(None, "canteen_id", "booked_on"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    counter_id: Mapped[int | None] = mapped_column(Id, ForeignKey("counters.id"))
    journal_entry_id: Mapped[int] = mapped_column(Id, ForeignKey("journal_entries.id"))
    amount_fen: Mapped[int] = mapped_column(Fen)
    #: who took the money
    paid_to: Mapped[str] = mapped_column(Text)
    booked_on: Mapped[date] = mapped_column(Day)
    paid_at: Mapped[datetime] = mapped_column(Instant)
    paid_by: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Text, unique=True)


class TopUpDebt(Base):
    """待收: the part of a wrongly taken top-up that was eaten before it was voided, recorded by a
    second person; the elder's debt stands here, not as a silently negative purse. Append-only."""

    __tablename__ = "top_up_debts"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_fen"),
        UniqueConstraint("top_up_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    top_up_id: Mapped[str] = mapped_column(Text, ForeignKey("top_ups.id"))
    amount_fen: Mapped[int] = mapped_column(Fen)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)


class WriteOff(Base):
    """A dead person's debt that the canteen bears: one person asks, another decides. Of it only the
    decision may be written, once."""

    __tablename__ = "write_offs"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_fen"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_by_whom",
        ),
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        Index(
            "uq_write_offs_open",
            "elder_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    #: the debt as it stood when it was asked for; what is written off is the debt when it is approved
    amount_fen: Mapped[int] = mapped_column(Fen)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    is_approved: Mapped[bool | None] = mapped_column(Flag)
    journal_entry_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("journal_entries.id"), unique=True
    )
