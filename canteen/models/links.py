"""The links by which volunteers and families come in without an account, and what families ask for."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Day, Id, Instant


class PersonLink(Base):
    """A revocable way in without an account: a volunteer's for one day, a family's to one elder, or a
    canteen's for people who ask to be enrolled. Only hashes are kept: a stolen database lets nobody in."""

    __tablename__ = "person_links"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'volunteer' AND volunteer_id IS NOT NULL AND elder_id IS NULL"
            " AND canteen_id IS NULL AND valid_on IS NOT NULL)"
            " OR (kind = 'family' AND elder_id IS NOT NULL AND volunteer_id IS NULL"
            " AND canteen_id IS NULL)"
            " OR (kind = 'enrolment' AND canteen_id IS NOT NULL AND volunteer_id IS NULL"
            " AND elder_id IS NULL)",
            name="kind",
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_whom"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    volunteer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("volunteers.id"), index=True)
    elder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    canteen_id: Mapped[int | None] = mapped_column(Id, ForeignKey("canteens.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    #: argon2id of the PIN told beside it; null: the link alone
    pin_hash: Mapped[str | None] = mapped_column(Text)
    #: the only local day it opens; null: until it is revoked
    valid_on: Mapped[date | None] = mapped_column(Day)
    #: whose: "女儿 李小梅"
    holder: Mapped[str | None] = mapped_column(Text)
    #: what the elder lets a family see and do, with commas: meals,balance,account,orders
    shows: Mapped[str] = mapped_column(Text, default="")
    #: token of the forms of whoever came in by it
    csrf: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[str | None] = mapped_column(Text)


class EnrolmentRequest(Base):
    """A family's wish that an elder be taken into the register; the secretary approves or declines.

    Personal numbers are sealed together, and forgotten when it is decided."""

    __tablename__ = "enrolment_requests"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'approved', 'declined')", name="state"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_whom"),
        Index(None, "canteen_id", "state"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: made by the form, so that one sent twice is one request
    uid: Mapped[str] = mapped_column(Text, unique=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    link_id: Mapped[int] = mapped_column(Id, ForeignKey("person_links.id"))
    name: Mapped[str] = mapped_column(Text)
    #: sex, birth date, ID number, phone, address, who asks and how to reach them: JSON, sealed for
    #: "enrolment_requests:<uid>:facts"
    facts_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    #: the elder it became
    elder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
