"""Accounts of people who work here, what each may do where, and their signed-in sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Flag, Id, Instant


class Staff(Base):
    """A person with a sign-in: cashier, secretary, finance, auditor, administrator …"""

    __tablename__ = "staff"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: sign-in name as chosen, and folded (width, case, blanks) so that variants are one account
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    #: argon2id
    password_hash: Mapped[str] = mapped_column(Text)
    locale: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleGrant(Base):
    """A role of the table in `rules.roles` at a scope, from an instant until revoked."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("scope_kind IN ('area', 'canteen', 'everywhere')", name="scope_kind"),
        Index(None, "staff_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"))
    role: Mapped[str] = mapped_column(Text)
    scope_kind: Mapped[str] = mapped_column(Text)
    #: area code, canteen code, or "" for everywhere
    scope: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Session(Base):
    """A signed-in browser. The cookie holds the token, the row only its hash: a stolen database
    signs nobody in, and signing out ends the session at once."""

    __tablename__ = "sessions"
    __table_args__ = (STRICT,)

    token_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[int] = mapped_column(Id, ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(Text)
    origin: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInAttempt(Base):
    """A try to sign in; wrong ones slow down the account and the address they came from."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "name_key", "at"), Index(None, "origin", "at"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name_key: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    succeeded: Mapped[bool] = mapped_column(Flag)


class DeviceLink(Base):
    """A revocable link that opens one screen without a sign-in: an elder's display of one counter."""

    __tablename__ = "device_links"
    __table_args__ = (CheckConstraint("kind IN ('display')", name="kind"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    counter_id: Mapped[int] = mapped_column(Id, ForeignKey("counters.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
