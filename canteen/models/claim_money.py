"""Money between funders and canteens: what arrives of claims, advances, what is demanded back, bank
statements; and the village and charity funds, whose money lies with us.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Flag, Id, Instant


class BankStatement(Base):
    """A bank statement (CSV) that somebody brought in; the same file twice is one. Append-only."""

    __tablename__ = "bank_statements"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    brought_at: Mapped[datetime] = mapped_column(Instant)
    brought_by: Mapped[str] = mapped_column(Text)


class StatementLine(Base):
    """One movement of a bank account; a line that stands in two statements is one. Append-only."""

    __tablename__ = "statement_lines"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        UniqueConstraint("canteen_id", "fingerprint"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bank_statement_id: Mapped[int] = mapped_column(Id, ForeignKey("bank_statements.id"), index=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: row of the file as its own program shows it
    row: Mapped[int] = mapped_column(Count)
    #: SHA-256 of day, amount, reference, counterparty and which of equal ones of the day it is
    fingerprint: Mapped[str] = mapped_column(Text)
    moved_on: Mapped[date] = mapped_column(Day)
    #: positive: money in
    fen: Mapped[int] = mapped_column(Fen)
    counterparty: Mapped[str] = mapped_column(Text)
    #: the bank's own number of the movement
    reference: Mapped[str] = mapped_column(Text)
    #: what the payer wrote
    remark: Mapped[str] = mapped_column(Text)


class StatementAside(Base):
    """What of a movement concerns no claim and no advance, set aside with a reason. Of it only that it was
    taken back may be written, once."""

    __tablename__ = "statement_asides"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)", name="taken_back_by_whom"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    statement_line_id: Mapped[int] = mapped_column(Id, ForeignKey("statement_lines.id"), index=True)
    #: what was left of the movement then
    fen: Mapped[int] = mapped_column(Fen)
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(Text)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_by: Mapped[str | None] = mapped_column(Text)


class ClaimPayment(Base):
    """What a funder paid of a claim: by bank, out of its advance, or a fund out of its own money here.
    Negative when we pay back. Append-only but for the reversal, once."""

    __tablename__ = "claim_payments"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        CheckConstraint("source IN ('bank', 'advance', 'fund')", name="source"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversed_by_whom"),
        Index(None, "claim_id", "funder_id"),
        Index(None, "statement_line_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: made by who records it, so that a form sent twice is one payment
    uid: Mapped[str] = mapped_column(Text, unique=True)
    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"))
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))
    fen: Mapped[int] = mapped_column(Fen)
    source: Mapped[str] = mapped_column(Text)
    arrived_on: Mapped[date] = mapped_column(Day)
    #: the bank's number of the movement
    reference: Mapped[str] = mapped_column(Text)
    #: the movement it is, or is a part of: one may pay several claims
    statement_line_id: Mapped[int | None] = mapped_column(Id, ForeignKey("statement_lines.id"))
    #: why it differs from what is owed, where it does
    note: Mapped[str | None] = mapped_column(Text)
    journal_entry_id: Mapped[int] = mapped_column(Id, ForeignKey("journal_entries.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    reversed_at: Mapped[datetime | None] = mapped_column(Instant)
    reversed_by: Mapped[str | None] = mapped_column(Text)
    reversal_reason: Mapped[str | None] = mapped_column(Text)


class Advance(Base):
    """Money that a funder paid before any claim (预拨); claims are settled out of it (清算), what is left
    goes back as a negative one. Append-only."""

    __tablename__ = "advances"
    __table_args__ = (CheckConstraint("fen <> 0", name="fen"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"), index=True)
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))
    fen: Mapped[int] = mapped_column(Fen)
    #: for which year or period, in the funder's words
    purpose: Mapped[str] = mapped_column(Text)
    arrived_on: Mapped[date] = mapped_column(Day)
    reference: Mapped[str] = mapped_column(Text)
    statement_line_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("statement_lines.id"), unique=True
    )
    journal_entry_id: Mapped[int] = mapped_column(Id, ForeignKey("journal_entries.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class ClawBack(Base):
    """A funder's demand for what was paid wrongly of a claim: the shares it names become corrections, which
    the next claim sets off, or which are paid back as a negative payment of that claim. Of it only the
    decision may be written, once."""

    __tablename__ = "claw_backs"
    __table_args__ = (
        CheckConstraint("way IN ('set_off', 'pay_back')", name="way"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_by_whom",
        ),
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"), index=True)
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))
    way: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    #: the funder's letter
    document: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    is_approved: Mapped[bool | None] = mapped_column(Flag)


class ClaimWriteOff(Base):
    """What a funder will never pay of a claim, or paid too much and does not want back: one person asks that
    the canteen bears it, another decides. Of it only the decision may be written, once."""

    __tablename__ = "claim_write_offs"
    __table_args__ = (
        CheckConstraint("fen <> 0", name="fen"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_by_whom",
        ),
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"), index=True)
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))
    #: what was open of the claim then; negative: too much came
    fen: Mapped[int] = mapped_column(Fen)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    is_approved: Mapped[bool | None] = mapped_column(Flag)
    journal_entry_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("journal_entries.id"), unique=True
    )


class Donation(Base):
    """Money given to a fund (基金捐一点), with its receipt. Of it only the reversal may be written, once."""

    __tablename__ = "donations"
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("pay IN ('cash', 'external')", name="pay"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversed_by_whom"),
        Index(None, "funder_id", "given_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(Text, unique=True)
    #: the fund
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))
    #: where it was given, whose day and drawer it is
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: the giver as on the receipt; in public masked, or 爱心人士 when the giver wishes no name
    donor: Mapped[str] = mapped_column(Text)
    is_named: Mapped[bool] = mapped_column(Flag)
    fen: Mapped[int] = mapped_column(Fen)
    pay: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    given_on: Mapped[date] = mapped_column(Day)
    booked_on: Mapped[date] = mapped_column(Day)
    receipt: Mapped[str] = mapped_column(Text, unique=True)
    journal_entry_id: Mapped[int] = mapped_column(Id, ForeignKey("journal_entries.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    reversed_at: Mapped[datetime | None] = mapped_column(Instant)
    reversed_by: Mapped[str | None] = mapped_column(Text)
    reversal_reason: Mapped[str | None] = mapped_column(Text)
