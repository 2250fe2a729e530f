"""Corrections (更正): what changes the result of a booked meal after its day was signed.

A correction is asked for by one person and decided by another; once approved it is booked on the first
unsigned day and never changes. The meal itself stays as it was booked: its result is the meal and its
approved corrections together.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Flag, Id, Instant


class Correction(Base):
    """A difference to one meal. Amounts are deltas in fen: negative takes back.

    list price = elder + subsidy + discount holds of the deltas; of the elder's part what falls goes to
    her purse (a guest's to the drawer), what rises is borne by the canteen or charged to her. Of it only
    the decision and the booking may be written, once."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("kind IN ('not_eaten', 'rejudged', 'claw_back')", name="kind"),
        CheckConstraint("price_fen = elder_fen + subsidy_fen + discount_fen", name="split_sum"),
        CheckConstraint("elder_fen = borne_fen - purse_fen - cash_fen", name="paid_sum"),
        CheckConstraint("meals IN (0, -1)", name="meals"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_by_whom",
        ),
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        CheckConstraint(
            "(booked_on IS NULL) = (journal_entry_id IS NULL)"
            " AND (booked_on IS NULL) = (receipt IS NULL)",
            name="booked",
        ),
        Index(
            "uq_corrections_open",
            "meal_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(None, "canteen_id", "booked_on"),
        Index(None, "meal_id"),
        Index(None, "elder_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: made by who asks, so that a form sent twice is one correction
    uid: Mapped[str] = mapped_column(Text, unique=True)
    meal_id: Mapped[int] = mapped_column(Id, ForeignKey("meals.id"))
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: null for a guest
    elder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"))
    #: nobody ate it; split anew by what is known now; shares taken back by a funder
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    #: JSON: what it rests on (facts learnt since, the new split's reasons, the delivery report …)
    explanation: Mapped[str] = mapped_column(Text)
    price_fen: Mapped[int] = mapped_column(Fen)
    elder_fen: Mapped[int] = mapped_column(Fen)
    subsidy_fen: Mapped[int] = mapped_column(Fen)
    discount_fen: Mapped[int] = mapped_column(Fen)
    #: given to the purse (negative: charged to it), without the fee
    purse_fen: Mapped[int] = mapped_column(Fen)
    #: given back to a guest from the drawer
    cash_fen: Mapped[int] = mapped_column(Fen)
    #: the rise of the elder's part that the canteen bears; negative where it bore more than it has to
    borne_fen: Mapped[int] = mapped_column(Fen)
    #: delivery fee, to or from the purse beside the rest
    delivery_fee_fen: Mapped[int] = mapped_column(Fen, default=0)
    #: change of the count of meals (人次)
    meals: Mapped[int] = mapped_column(Count)
    #: how many approved corrections and cuts of an approval the meal had when this was asked for: another
    #: one since makes it stale
    after_count: Mapped[int] = mapped_column(Count)
    claw_back_id: Mapped[int | None] = mapped_column(Id, ForeignKey("claw_backs.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    is_approved: Mapped[bool | None] = mapped_column(Flag)
    decision_note: Mapped[str | None] = mapped_column(Text)
    #: the day sheet that counts it; null until approved
    booked_on: Mapped[date | None] = mapped_column(Day)
    #: of the canteen's day as with meals
    receipt: Mapped[str | None] = mapped_column(Text, unique=True)
    journal_entry_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("journal_entries.id"), unique=True
    )


#: a condition for queries: a second person approved it, and a day counts it
IS_BOOKED = Correction.booked_on.is_not(None)


class CorrectionShare(Base):
    """The change of one payer's share: the negative of what an old version gave, the positive of what the
    new gives (domain.md §4). Append-only."""

    __tablename__ = "correction_shares"
    __table_args__ = (CheckConstraint("fen <> 0", name="fen"), Index(None, "funder_id"), STRICT)

    correction_id: Mapped[int] = mapped_column(Id, ForeignKey("corrections.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    payer: Mapped[str] = mapped_column(Text, primary_key=True)
    scheme_version_id: Mapped[int] = mapped_column(
        Id, ForeignKey("scheme_versions.id"), primary_key=True
    )
    payer_kind: Mapped[str] = mapped_column(Text)
    payer_name: Mapped[str] = mapped_column(Text)
    funder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("funders.id"))
    quota_scope: Mapped[str] = mapped_column(Text)
    quota_group: Mapped[str] = mapped_column(Text)
    fen: Mapped[int] = mapped_column(Fen)
