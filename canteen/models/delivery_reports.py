"""What came in from the doors, what was printed, and what payers owe for it: evidence, only added."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Id, Instant

MEALTIME = "mealtime IN ('breakfast', 'lunch', 'dinner')"


class DeliveryReport(Base):
    """What somebody reported from a door, kept whatever came of it: the same id, the same answer.

    Of it only the decision of a conflict may be written, once."""

    __tablename__ = "delivery_reports"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('delivered', 'not_home', 'refused', 'spilt', 'wrong_address', 'other', 'undo')",
            name="kind",
        ),
        CheckConstraint("outcome IN ('applied', 'same', 'conflict', 'refused')", name="outcome"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_whom"),
        CheckConstraint("decided_at IS NULL OR outcome = 'conflict'", name="decided_conflict"),
        Index(None, "delivery_id"),
        STRICT,
    )

    #: made by the phone
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(Id, ForeignKey("deliveries.id"))
    kind: Mapped[str] = mapped_column(Text)
    #: who carried, when a volunteer reported
    volunteer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("volunteers.id"))
    #: "volunteer:V1", "staff:wang"
    reported_by: Mapped[str] = mapped_column(Text)
    #: by the phone, corrected by what its clock was off; and here
    reported_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    receiver: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    #: dishes taken back; null: not asked
    dishes_back: Mapped[int | None] = mapped_column(Count)
    #: how she is: well, unwell, worried; null: not asked
    wellbeing: Mapped[str | None] = mapped_column(Text)
    #: whether she wants the next open day's meal: yes, no; null: not asked
    next_day: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    #: what was answered, as JSON
    answer: Mapped[str] = mapped_column(Text)
    #: of a conflict: delivered or failed or nothing, by a person
    decision: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)


class DeliveryStep(Base):
    """A step of the safety ladder when nobody opens: whom somebody tried, and who answered. Append-only."""

    __tablename__ = "delivery_steps"
    __table_args__ = (
        CheckConstraint(
            "step IN ('call_elder', 'call_contact', 'neighbour', 'secretary')", name="step"
        ),
        CheckConstraint("result IN ('no_answer', 'answered', 'told')", name="result"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(Id, ForeignKey("deliveries.id"), index=True)
    step: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    done_by: Mapped[str] = mapped_column(Text)


class PrintedList(Base):
    """What a printed list of deliveries said, so that the next look tells what changed. Append-only."""

    __tablename__ = "printed_lists"
    __table_args__ = (
        CheckConstraint(MEALTIME, name="mealtime"),
        CheckConstraint("kind IN ('run_sheets', 'labels')", name="kind"),
        Index(None, "canteen_id", "day", "mealtime"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    day: Mapped[date] = mapped_column(Day)
    mealtime: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    #: delivery uid → [portions, volunteer number or null, turn] as JSON
    content: Mapped[str] = mapped_column(Text)
    printed_at: Mapped[datetime] = mapped_column(Instant)
    printed_by: Mapped[str] = mapped_column(Text)


class ServiceLine(Base):
    """What a payer owes for a delivery under a `[[service]]` of the scheme, kept for the claim.

    Beside the meal: it never changes the elder's part. Of it only the withdrawal may be written, once."""

    __tablename__ = "service_lines"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_fen"),
        CheckConstraint("to_whom IN ('operator', 'deliverer')", name="to_whom"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        UniqueConstraint("delivery_id", "attempt", "service", "payer"),
        Index(None, "canteen_id", "booked_on"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    delivery_id: Mapped[int] = mapped_column(Id, ForeignKey("deliveries.id"))
    #: which report of the door made it, from 1: an undone one is withdrawn, the next makes its own
    attempt: Mapped[int] = mapped_column(Count)
    #: id of the `[[service]]` in the scheme version
    service: Mapped[str] = mapped_column(Text)
    scheme_version_id: Mapped[int] = mapped_column(Id, ForeignKey("scheme_versions.id"))
    payer: Mapped[str] = mapped_column(Text)
    payer_name: Mapped[str] = mapped_column(Text)
    funder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("funders.id"))
    amount_fen: Mapped[int] = mapped_column(Fen)
    to_whom: Mapped[str] = mapped_column(Text)
    volunteer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("volunteers.id"))
    #: on which ground the elder is brought her meal: age, a category code, exception
    ground: Mapped[str] = mapped_column(Text)
    served_on: Mapped[date] = mapped_column(Day)
    booked_on: Mapped[date] = mapped_column(Day)
    made_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
