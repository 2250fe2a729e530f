"""Accounts for tests, without the cost of hashing a password for each."""

from datetime import datetime

from sqlalchemy.orm import Session

from canteen.models.staff import Staff
from canteen.services import sign_in, staff
from tests.factories.people import LONG_AGO

PASSWORD = "correct-horse-7"
PASSWORD_HASH = sign_in.hash_password(PASSWORD)


def make_account(
    session: Session,
    name: str,
    *roles: tuple[str, str],
    display_name: str | None = None,
    now: datetime = LONG_AGO,
) -> int:
    """An account with `PASSWORD` and (role, scope) pairs; returns its id."""
    account = Staff(
        name=name,
        name_key=name,
        display_name=display_name or name,
        password_hash=PASSWORD_HASH,
        created_at=now,
    )
    session.add(account)
    session.flush()
    for role, scope in roles:
        staff.grant_role(
            session, name=name, role=role, scope=scope, actor="test", origin=None, now=now
        )
    return account.id


def make_session(session: Session, staff_id: int, now: datetime) -> str:
    """A signed-in session of the account; returns its token."""
    tried = sign_in.SignInAttempt(name_key="test", origin="test", at=now, succeeded=False)
    session.add(tried)
    session.flush()
    return sign_in.finish_sign_in(
        session, attempt_id=tried.id, staff_id=staff_id, rehashed=None, origin="test", now=now
    )
