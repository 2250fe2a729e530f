"""Accounts of people who work here: made, given roles at scopes, given a new password, disabled.

Signing in is `services.sign_in`. Every change ends the sessions it must end and leaves an audit line.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher, Type
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as DbSession

from canteen.models.sites import Area, Canteen
from canteen.models.staff import RoleGrant, Session, Staff
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.rules.roles import SCOPE_KINDS, STAFF_ROLES, Grant, Place
from canteen.rules.sign_in import check_password, fold_name
from canteen.trail.actors import names_of
from canteen.trail.audit import tell_of

_tell = tell_of("staff")
NAME_LENGTH_MAX = 64
#: without the look-alikes 0 O 1 l I
PASSWORD_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


@dataclass(frozen=True, slots=True)
class Acting:
    """An account that acts by the command line."""

    actor: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One account in a list."""

    name: str
    display_name: str
    is_disabled: bool
    grants: tuple[Grant, ...]


def make_password() -> str:
    """A password a person can read out: four groups of four, 80 bits."""
    letters = [secrets.choice(PASSWORD_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, 16, 4))


def add_account(
    session: DbSession,
    *,
    name: str,
    display_name: str,
    password: str,
    actor: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Make an account without any role and return its row id."""
    key = fold_name(name)
    if not key or len(key) > NAME_LENGTH_MAX:
        raise Invalid(
            "staff_name",
            f"账号名要有 1 到 {NAME_LENGTH_MAX} 个字",
            f"An account name has 1 to {NAME_LENGTH_MAX} characters",
        )
    check_password(password, key)
    if session.execute(select(Staff.id).where(Staff.name_key == key)).first():
        raise Conflict("staff_exists", f"已有这个账号：{key}", f"There is an account {key} already")
    staff = Staff(
        name=name.strip(),
        name_key=key,
        display_name=display_name.strip() or name.strip(),
        password_hash=HASHER.hash(password),
        created_at=now,
    )
    session.add(staff)
    session.flush()
    _tell(session, "staff_added", key, None, actor, origin, now)
    return staff.id


def add_account_with_role(
    session: DbSession,
    *,
    name: str,
    display_name: str,
    password: str,
    role: str | None,
    scope: str | None,
    actor: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Make an account and give it a first role, both or neither."""
    staff_id = add_account(
        session,
        name=name,
        display_name=display_name,
        password=password,
        actor=actor,
        origin=origin,
        now=now,
    )
    if role is not None and scope is not None:
        grant_role(session, name=name, role=role, scope=scope, actor=actor, origin=origin, now=now)
    return staff_id


def add_first_administrator(
    session: DbSession, *, name: str, password: str, now: datetime, actor: str = "command line"
) -> int:
    """The account that makes all others; Conflict when there is any account already."""
    if session.execute(select(func.count()).select_from(Staff)).scalar_one():
        raise Conflict("staff_exists", "已经有账号了", "There are accounts already")
    staff_id = add_account(
        session,
        name=name,
        display_name=name,
        password=password,
        actor=actor,
        origin=None,
        now=now,
    )
    grant_role(
        session, name=name, role="admin", scope="everywhere", actor=actor, origin=None, now=now
    )
    return staff_id


def set_password(
    session: DbSession, *, name: str, password: str, actor: str, origin: str | None, now: datetime
) -> None:
    """Give an account a new password and end its sessions."""
    staff = _get(session, name)
    check_password(password, staff.name_key)
    staff.password_hash = HASHER.hash(password)
    _end_sessions(session, staff.id, now)
    _tell(session, "password_set", staff.name_key, None, actor, origin, now)


def disable_account(
    session: DbSession, *, name: str, actor: str, origin: str | None, now: datetime
) -> None:
    """Shut an account: its sessions end at once. Nothing it did is changed."""
    staff = _get(session, name)
    _check_not_last(session, staff)
    staff.disabled_at = staff.disabled_at or now
    _end_sessions(session, staff.id, now)
    _tell(session, "staff_disabled", staff.name_key, None, actor, origin, now)


def grant_role(
    session: DbSession,
    *,
    name: str,
    role: str,
    scope: str,
    actor: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Give a role at a scope: an area's or a canteen's code, or "everywhere". Twice is once."""
    staff = _get(session, name)
    grant = read_scope(session, role=role, scope=scope)
    held = session.execute(
        select(RoleGrant.id).where(
            RoleGrant.staff_id == staff.id,
            RoleGrant.role == role,
            RoleGrant.scope_kind == grant.scope_kind,
            RoleGrant.scope == grant.scope,
            RoleGrant.revoked_at.is_(None),
        )
    ).first()
    if held is None:
        session.add(
            RoleGrant(
                staff_id=staff.id,
                role=role,
                scope_kind=grant.scope_kind,
                scope=grant.scope,
                granted_at=now,
                granted_by=actor,
            )
        )
        after = {"role": role, "scope": scope}
        _tell(session, "role_granted", staff.name_key, after, actor, origin, now)


def revoke_role(
    session: DbSession,
    *,
    name: str,
    role: str,
    scope: str,
    actor: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Take a role back; it is gone at the next request of every session."""
    staff = _get(session, name)
    grant = read_scope(session, role=role, scope=scope)
    if (grant.role, grant.scope_kind) == ("admin", "everywhere"):
        _check_not_last(session, staff)
    ended = session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.staff_id == staff.id,
            RoleGrant.role == role,
            RoleGrant.scope_kind == grant.scope_kind,
            RoleGrant.scope == grant.scope,
            RoleGrant.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(RoleGrant.id)
    ).first()
    if ended is None:
        raise NotFound("grant_unknown", "没有这个授权", "There is no such grant")
    after = {"role": role, "scope": scope}
    _tell(session, "role_revoked", staff.name_key, after, actor, origin, now)


def read_scope(session: DbSession, *, role: str, scope: str) -> Grant:
    """The grant that `role` at `scope` means; Invalid when the role or the place does not exist."""
    if role not in STAFF_ROLES:
        allowed = ", ".join(STAFF_ROLES)
        raise Invalid("role", f"没有这个角色；可以用：{allowed}", f"No such role; use: {allowed}")
    if scope == "everywhere":
        return Grant(role, "everywhere", "")
    if session.get(Area, scope) is not None and SCOPE_KINDS[role] == "area":
        return Grant(role, "area", scope)
    canteen = session.execute(select(Canteen.id).where(Canteen.code == scope)).first()
    if canteen is not None and SCOPE_KINDS[role] == "canteen":
        return Grant(role, "canteen", scope)
    kind_zh = {"area": "区划代码", "canteen": "食堂编号"}[SCOPE_KINDS[role]]
    raise Invalid(
        "scope",
        f"{role} 的范围要写{kind_zh}或 everywhere，没有 {scope}",
        f"The scope of {role} is the code of an {SCOPE_KINDS[role]}, or everywhere: no {scope}",
    )


def get_place_of_grant(session: DbSession, *, grant: Grant) -> Place:
    """Where a grant reaches: who may hand it on must cover this place."""
    if grant.scope_kind == "everywhere":
        return Place("")
    if grant.scope_kind == "area":
        return Place(grant.scope)
    area = session.execute(
        select(Canteen.area_code).where(Canteen.code == grant.scope)
    ).scalar_one()
    return Place(area, grant.scope)


def list_places_of(session: DbSession, *, name: str) -> list[Place]:
    """All places an account reaches: whoever changes the account must cover every one of them."""
    grants = _list_grants(session, _get(session, name).id)
    return [get_place_of_grant(session, grant=grant) for grant in grants]


def get_acting(session: DbSession, *, name: str) -> Acting:
    """The account named on the command line; NotFound when unknown or disabled."""
    staff = _get(session, name)
    if staff.disabled_at is not None:
        raise NotFound("staff_unknown", f"没有这个账号：{name}", f"No account {name}")
    return Acting(f"staff:{staff.name_key}", _list_grants(session, staff.id))


def list_staff(session: DbSession) -> list[StaffLine]:
    """Every account with the grants it holds now."""
    return [
        StaffLine(
            staff.name,
            staff.display_name,
            staff.disabled_at is not None,
            _list_grants(session, staff.id),
        )
        for staff in session.scalars(select(Staff).order_by(Staff.name_key))
    ]


def list_staff_with_places(session: DbSession) -> list[tuple[StaffLine, list[Place]]]:
    """Every account with the places its grants reach."""
    return [
        (line, [get_place_of_grant(session, grant=grant) for grant in line.grants])
        for line in list_staff(session)
    ]


def find_actor_name(session: DbSession, *, actor: str) -> str:
    """The name of the person behind an actor; an actor that is no person's is said as it is."""
    return names_of(session, [actor]).get(actor, actor)


def _get(session: DbSession, name: str) -> Staff:
    staff = session.execute(
        select(Staff).where(Staff.name_key == fold_name(name))
    ).scalar_one_or_none()
    if staff is None:
        raise NotFound("staff_unknown", f"没有这个账号：{name}", f"No account {name}")
    return staff


def _list_grants(session: DbSession, staff_id: int) -> tuple[Grant, ...]:
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope)
        .where(RoleGrant.staff_id == staff_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return tuple(Grant(*row) for row in rows)


def _check_not_last(session: DbSession, staff: Staff) -> None:
    """Somebody must be left who can give every role at every place."""
    held = select(RoleGrant.staff_id).join(Staff, Staff.id == RoleGrant.staff_id)
    held = held.where(RoleGrant.revoked_at.is_(None), Staff.disabled_at.is_(None))
    everywhere = held.where(RoleGrant.role == "admin", RoleGrant.scope_kind == "everywhere")
    if set(session.scalars(everywhere)) == {staff.id}:
        zh = "这是最后一位总管理员，停了就没人能设账号；请先设另一位"
        en = "This is the last administrator of everything; make another one first"
        raise Refused("last_administrator", zh, en)


def _end_sessions(session: DbSession, staff_id: int, now: datetime) -> None:
    session.execute(
        update(Session)
        .where(Session.staff_id == staff_id, Session.ended_at.is_(None))
        .values(ended_at=now)
    )
