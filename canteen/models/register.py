"""What the secretary keeps beside a person's dated facts: consent, contacts, diets, moves, merges.

All are added or ended, never edited: who wrote what, and when, stays to be read.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Flag, Id, Instant


class ElderConsent(Base):
    """That the elder (or who may sign for her) agreed to be kept on the register, and from when."""

    __tablename__ = "elder_consents"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    #: the day she agreed
    given_on: Mapped[date] = mapped_column(Day)
    #: who signed, when it was not she: "女儿 李小梅"
    signed_by: Mapped[str | None] = mapped_column(Text)
    #: where the paper lies
    document: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class ElderContact(Base):
    """Whom to call about an elder, in the order of recording."""

    __tablename__ = "elder_contacts"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    #: 女儿, 邻居, 楼长 …
    relation: Mapped[str] = mapped_column(Text)
    #: sealed for "elder_contacts:<elder number>:phone"
    phone_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class ElderDiet(Base):
    """A diet or an allergy by its code of `rules.diets`; the free words stand in `Elder.diet`."""

    __tablename__ = "elder_diets"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        Index(
            "uq_elder_diets_standing",
            "elder_id",
            "code",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    code: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class ElderMove(Base):
    """An elder's way from one community's register to another's: one side asks, the other confirms."""

    __tablename__ = "elder_moves"
    __table_args__ = (
        CheckConstraint("from_code <> to_code", name="two_communities"),
        CheckConstraint("state IN ('asked', 'done', 'refused')", name="state"),
        Index(
            "uq_elder_moves_asked",
            "elder_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    #: the communities she leaves and joins
    from_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"), index=True)
    to_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"), index=True)
    #: the first day she belongs to the new one
    moves_on: Mapped[date] = mapped_column(Day)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    #: "from" or "to": the side that asked; the other one confirms
    asked_side: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    #: why it was refused
    note: Mapped[str | None] = mapped_column(Text)


class ElderMerge(Base):
    """That two rows of the register are one person: one goes on, the other keeps its past.

    Append-only."""

    __tablename__ = "elder_merges"
    __table_args__ = (CheckConstraint("kept_id <> merged_id", name="two_rows"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kept_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    merged_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    merged_at: Mapped[datetime] = mapped_column(Instant)
    merged_by: Mapped[str] = mapped_column(Text)


class ElderDoor(Base):
    """What a volunteer has to know at an elder's door; the newest row that stands holds.

    Of it only the withdrawal may be written, once."""

    __tablename__ = "elder_doors"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by"),
        Index(
            "uq_elder_doors_standing",
            "elder_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    #: "耳背，敲门用力些，多等一会儿"
    note: Mapped[str | None] = mapped_column(Text)
    #: whether the house has a lift; null: nobody has said
    has_lift: Mapped[bool | None] = mapped_column(Flag)
    #: the floor, when the address does not tell it; below ground is negative
    floor: Mapped[int | None] = mapped_column(Count)
    #: she has nobody else: her meal may be late, never dropped
    must_serve: Mapped[bool] = mapped_column(Flag)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
