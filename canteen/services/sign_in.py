"""Signing in and out: counted tries, server-side sessions, ended the moment they should be.

The password is checked by the caller between `begin_sign_in` and `finish_sign_in`, outside of any
transaction: a hash takes 30 ms, and the one writer of a SQLite database must not wait for it. The PIN
of a person's link is counted by the same `begin_try` and checked by the same hash.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session as DbSession

from canteen.models.staff import RoleGrant, Session, SignInAttempt, Staff
from canteen.rules.roles import Grant
from canteen.rules.sign_in import (
    KNOWN_FOR,
    WINDOW,
    Wrong,
    fold_name,
    seconds_to_wait,
    tries_left,
    wait_after,
)
from canteen.trail.audit import append_audit

SESSION_HOURS = 12
NAME_LENGTH_MAX = 64
#: OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
#: of a random text nobody knows: an unknown name takes the same time as a known one
NOBODY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$T2TZg5j6bhMDOuO29bxWwg$9/R0iyqsUtMR66Usz3nMZGt2nzWEypLp3NW2Us9Flao"
)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that has been counted: `wait_seconds` > 0 means it is not looked at.

    `tries_left` and `next_wait_seconds` hold for the case that the secret turns out wrong."""

    attempt_id: int | None
    wait_seconds: int
    tries_left: int
    next_wait_seconds: int


@dataclass(frozen=True, slots=True)
class SignInTry:
    """A counted try of an account, and whose password it must be."""

    counted: Try
    staff_id: int | None
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to and what they may do now."""

    staff_id: int
    actor: str
    name: str
    display_name: str
    locale: str | None
    csrf: str
    grants: tuple[Grant, ...]


def hash_password(password: str) -> str:
    """argon2id in its own encoding, with a fresh salt."""
    return HASHER.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Does the password fit? About 30 ms, whatever the answer."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def begin_sign_in(session: DbSession, *, name: str, origin: str, now: datetime) -> SignInTry:
    """Count a try of an account, and find its password's hash."""
    key = fold_name(name)[:NAME_LENGTH_MAX]
    counted = begin_try(session, key=key, kind="staff", origin=origin, now=now)
    found = (
        session.execute(
            select(Staff.id, Staff.password_hash).where(
                Staff.name_key == key, Staff.disabled_at.is_(None)
            )
        ).one_or_none()
        if counted.attempt_id is not None
        else None
    )
    return SignInTry(counted, *(found or (None, NOBODY_HASH)))


def begin_try(session: DbSession, *, key: str, kind: str, origin: str, now: datetime) -> Try:
    """Count a try before its secret is looked at, so that simultaneous tries cannot slip through.

    `key` is what wrong tries are counted by, `kind` what the trail calls it when they are slowed."""
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer; here the tries of one account wait for one another.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": key})
    here = _count_wrong(session, now, name_key=key, origin=origin)
    wait = seconds_to_wait(
        here,
        _count_wrong(session, now, name_key=key),
        _count_wrong(session, now, origin=origin),
        is_known=_find_success(session, key, origin, now - KNOWN_FOR) is not None,
        now=now,
    )
    if wait:
        return Try(None, wait, 0, wait)
    attempt = SignInAttempt(name_key=key, origin=origin, at=now, succeeded=False)
    session.add(attempt)
    session.flush()
    after = Wrong(here.count + 1, now)
    if tries_left(after) == 0:
        append_audit(
            session,
            actor="nobody",
            origin=origin,
            action="sign_in_slowed",
            object_kind=kind,
            object_id=key,
            after={"wrong_tries": after.count},
            now=now,
        )
    return Try(attempt.id, 0, tries_left(after), wait_after(after))


def finish_try(session: DbSession, *, attempt_id: int) -> None:
    """The secret was right: the try counts for whoever comes from there, not against them."""
    session.get_one(SignInAttempt, attempt_id).succeeded = True


def finish_sign_in(
    session: DbSession,
    *,
    attempt_id: int,
    staff_id: int,
    rehashed: str | None,
    origin: str,
    now: datetime,
) -> str:
    """The password was right: start a session and return its token, which is stored nowhere."""
    finish_try(session, attempt_id=attempt_id)
    staff = session.get_one(Staff, staff_id)
    if rehashed is not None:
        staff.password_hash = rehashed
    token = secrets.token_urlsafe(32)
    session.add(
        Session(
            token_sha256=_digest(token),
            staff_id=staff_id,
            csrf=secrets.token_urlsafe(24),
            origin=origin,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
        )
    )
    append_audit(
        session,
        actor=f"staff:{staff.name_key}",
        origin=origin,
        action="sign_in",
        object_kind="staff",
        object_id=staff.name_key,
        now=now,
    )
    return token


def rehash_if_needed(password_hash: str, password: str) -> str | None:
    """A new hash when the stored one was made with other costs; None when it is as it should be."""
    return hash_password(password) if HASHER.check_needs_rehash(password_hash) else None


def find_session(session: DbSession, *, token: str, now: datetime) -> SignedIn | None:
    """Who holds this token now; None when it has ended, run out, or its account is disabled."""
    row = session.execute(
        select(Staff, Session.csrf)
        .join(Session, Session.staff_id == Staff.id)
        .where(
            Session.token_sha256 == _digest(token),
            Session.ended_at.is_(None),
            Session.expires_at > now,
            Staff.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    staff, csrf = row
    grants = session.execute(
        select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope)
        .where(RoleGrant.staff_id == staff.id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return SignedIn(
        staff.id,
        f"staff:{staff.name_key}",
        staff.name,
        staff.display_name,
        staff.locale,
        csrf,
        tuple(Grant(*grant) for grant in grants),
    )


def end_session(session: DbSession, *, token: str, now: datetime) -> None:
    """Sign out: the token is worth nothing from now on, also where it was copied to."""
    ended = session.execute(
        update(Session)
        .where(Session.token_sha256 == _digest(token), Session.ended_at.is_(None))
        .values(ended_at=now)
        .returning(Session.staff_id, Session.origin)
    ).one_or_none()
    if ended is not None:
        key = session.get_one(Staff, ended.staff_id).name_key
        append_audit(
            session,
            actor=f"staff:{key}",
            origin=ended.origin,
            action="sign_out",
            object_kind="staff",
            object_id=key,
            now=now,
        )


def choose_locale(session: DbSession, *, staff_id: int, locale: str) -> None:
    """Keep the language a person chose in her profile."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(locale=locale))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _count_wrong(
    session: DbSession, now: datetime, *, name_key: str | None = None, origin: str | None = None
) -> Wrong:
    """Wrong tries within the window; of one account at one address, those since its last success."""
    since = now - WINDOW
    if name_key is not None and origin is not None:
        since = max(since, _find_success(session, name_key, origin, since) or since)
    query = select(func.count(), func.max(SignInAttempt.at)).where(
        ~SignInAttempt.succeeded, SignInAttempt.at > since
    )
    if name_key is not None:
        query = query.where(SignInAttempt.name_key == name_key)
    if origin is not None:
        query = query.where(SignInAttempt.origin == origin)
    count, last_at = session.execute(query).one()
    return Wrong(count, last_at)


def _find_success(
    session: DbSession, name_key: str, origin: str, since: datetime
) -> datetime | None:
    """When this account last signed in from this address, if after `since`."""
    found: datetime | None = session.execute(
        select(func.max(SignInAttempt.at)).where(
            SignInAttempt.name_key == name_key,
            SignInAttempt.origin == origin,
            SignInAttempt.succeeded,
            SignInAttempt.at > since,
        )
    ).scalar_one()
    return found
