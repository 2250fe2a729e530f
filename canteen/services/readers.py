"""Card readers: their keys, the signature of each request, and how they are.

A reader signs (contract §4): HMAC-SHA256(key, METHOD ␊ path with query ␊ time ␊ nonce ␊ SHA-256 of the
body). The row is read at each request, so that a revoked reader is out at once; only the opened key is
kept in the process, by the sealed box it came from.
"""

import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.encrypted import KeyRing
from canteen.models.sites import Reader, ReaderHealth
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.reader_profiles import check_profile
from canteen.trail.audit import tell_of
from canteen.trail.events import append_event

_tell = tell_of("reader")
CLOCK_SKEW_SECONDS_MAX = 300
KEYS_KEPT_MAX = 1024
GOOD_STATES = frozenset({"open", "verified"})
CODE_LENGTH_MAX = 40

_opened: dict[bytes, bytes] = {}
_opened_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class NewReader:
    """A reader just made, with the only copy of its key outside the database (64 hex)."""

    id: int
    public_id: str
    code: str
    key: str


@dataclass(frozen=True, slots=True)
class Signer:
    """What a signed request is checked against."""

    id: int
    counter_id: int
    key: bytes
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """A reader and how it is, for the operator's page."""

    code: str
    public_id: str
    profile: str
    counter_id: int
    is_revoked: bool
    state: str | None
    state_since: datetime | None
    reported_at: datetime | None
    outbox_waiting: int
    outbox_dead: int
    outbox_stuck: int
    clock_offset_ms: int | None


def add_reader(
    session: Session,
    *,
    code: str,
    counter_id: int,
    profile: str,
    actor: str,
    origin: str | None,
    now: datetime,
) -> NewReader:
    """Register a reader at a counter. Its key is shown once; the database keeps it sealed."""
    code = code.strip()
    if not 1 <= len(code) <= CODE_LENGTH_MAX:
        raise Invalid(
            "reader_code", "读卡器编号要有 1 到 40 个字", "A reader's code has 1 to 40 characters"
        )
    if session.execute(select(Reader.id).where(Reader.code == code)).first():
        raise Conflict("reader_exists", f"已有读卡器 {code}", f"There is a reader {code} already")
    public_id = "r-" + secrets.token_hex(8)
    key = secrets.token_hex(32)
    reader = Reader(
        public_id=public_id,
        counter_id=counter_id,
        code=code,
        profile=check_profile(profile),
        key_box=_ring(session).seal(key, f"readers:{public_id}:key"),
    )
    session.add(reader)
    session.flush()
    _tell(session, "reader_added", code, {"counter_id": counter_id}, actor, origin, now)
    return NewReader(reader.id, public_id, code, key)


def revoke_reader(
    session: Session, *, code: str, actor: str, origin: str | None, now: datetime
) -> None:
    """Shut a reader out from its next request on. Twice is once."""
    reader = session.execute(select(Reader).where(Reader.code == code)).scalar_one_or_none()
    if reader is None:
        raise NotFound("reader_unknown", f"没有读卡器 {code}", f"No reader {code}")
    if reader.revoked_at is None:
        reader.revoked_at = now
        _tell(session, "reader_revoked", code, None, actor, origin, now)


def list_readers(session: Session) -> list[ReaderLine]:
    """Every reader with its last report."""
    rows = session.execute(
        select(Reader, ReaderHealth)
        .outerjoin(ReaderHealth, ReaderHealth.reader_id == Reader.id)
        .order_by(Reader.code)
    )
    return [
        ReaderLine(
            reader.code,
            reader.public_id,
            reader.profile,
            reader.counter_id,
            reader.revoked_at is not None,
            health.state if health else None,
            health.state_since if health else None,
            health.reported_at if health else None,
            health.outbox_waiting if health else 0,
            health.outbox_dead if health else 0,
            health.outbox_stuck if health else 0,
            reader.clock_offset_ms,
        )
        for reader, health in rows
    ]


def find_signer(session: Session, *, public_id: str) -> Signer | None:
    """The reader behind X-Canteen-Reader with its opened key; None when there is none."""
    row = session.execute(
        select(Reader.id, Reader.counter_id, Reader.key_box, Reader.revoked_at).where(
            Reader.public_id == public_id
        )
    ).one_or_none()
    if row is None:
        return None
    key = _opened.get(row.key_box)
    if key is None:
        key = bytes.fromhex(_ring(session).open(row.key_box, f"readers:{public_id}:key"))
        with _opened_lock:
            if len(_opened) >= KEYS_KEPT_MAX:
                _opened.clear()
            _opened[row.key_box] = key
    return Signer(row.id, row.counter_id, key, row.revoked_at is not None)


def sign(key: bytes, *, method: str, path: str, time: str, nonce: str, body: bytes) -> str:
    """Lower-case hex of the request's signature; `path` with its query as it was sent."""
    text = "\n".join((method, path, time, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_signature(expected: str, given: str) -> bool:
    """Compare in a time that tells nothing; only the lower-case hex form is a signature."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def record_health(
    session: Session,
    *,
    reader_id: int,
    report: dict[str, object],
    state_since: datetime,
    now: datetime,
) -> None:
    """Keep the agent's last report; tell the cashier when the reader is lost or answers again."""
    reader = session.get_one(Reader, reader_id)
    health = session.get(ReaderHealth, reader_id)
    state = str(report["state"])
    was_good = None if health is None else health.state in GOOD_STATES
    if health is None:
        health = ReaderHealth(reader_id=reader_id)
        session.add(health)
    health.reported_at = now
    health.state = state
    health.state_since = state_since
    health.outbox_waiting = _count(report, "outbox_waiting")
    health.outbox_dead = _count(report, "outbox_dead")
    health.outbox_stuck = _count(report, "outbox_stuck")
    health.agent_version = str(report.get("agent_version") or "")[:40] or None
    health.body = json.dumps(report, ensure_ascii=False, default=str)
    offset = report.get("clock_offset_ms")
    if isinstance(offset, int):
        reader.clock_offset_ms = offset
    is_good = state in GOOD_STATES
    if was_good is not is_good:
        append_event(
            session,
            counter_id=reader.counter_id,
            view="cashier",
            kind="reader",
            body={"state": "ok" if is_good else "lost", "detail": None if is_good else state},
            now=now,
        )


def _count(report: dict[str, object], name: str) -> int:
    value = report.get(name)
    return value if isinstance(value, int) else 0


def _ring(session: Session) -> KeyRing:
    ring = session.info.get("key_ring")
    if not isinstance(ring, KeyRing):
        raise Invalid(
            "key_file",
            "没有密钥文件：请先运行 canteen init，或从备份取回",
            "There is no data key file: run `canteen init`, or fetch it from the backup",
        )
    return ring
