"""The audit trail and its seals, and the counter events that the screens draw from."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Id, Instant


class AuditLine(Base):
    """What a person or a job did: who, when, from where, before, after. Append-only."""

    __tablename__ = "audit_lines"
    __table_args__ = (Index(None, "object_kind", "object_id"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    #: "staff:li", "job:nightly_check", "command line: OS user canteen"
    actor: Mapped[str] = mapped_column(Text)
    #: address or host
    origin: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[str] = mapped_column(Text)
    #: JSON, never with an ID number or phone
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class Seal(Base):
    """A link of the chain over audit lines `from_id` to `to_id`. Append-only."""

    __tablename__ = "seals"
    __table_args__ = (CheckConstraint("from_id <= to_id", name="range"), STRICT)

    n: Mapped[int] = mapped_column(Id, primary_key=True)
    from_id: Mapped[int] = mapped_column(Id)
    to_id: Mapped[int] = mapped_column(Id, unique=True)
    #: of the previous seal and the canonical text of the lines
    sha256: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(Text)
    sealed_at: Mapped[datetime] = mapped_column(Instant)


class CounterEvent(Base):
    """What a counter's screens show next; written with what it tells of, kept 24 hours."""

    __tablename__ = "counter_events"
    __table_args__ = (
        CheckConstraint("view IN ('cashier', 'display')", name="view"),
        Index(None, "at"),
        STRICT,
    )

    counter_id: Mapped[int] = mapped_column(Id, ForeignKey("counters.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Count, primary_key=True)
    view: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[str] = mapped_column(Text)
