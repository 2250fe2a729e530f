"""Exports of claims that people ask for: how far its process is, and its file.

From submission on the first file of each form is kept with the claim and handed out byte for byte ever
after, whatever changes on the register. Files hold ID numbers: they lie sealed, drafts' for a day, and
each that leaves is written down.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.claim_boxes import open_part, place_of_export, seal_part
from canteen.models.claims import Claim, ClaimExport, ClaimFile, ClaimFilePart
from canteen.models.personal import key_ring_of
from canteen.models.sites import Canteen
from canteen.rules.errors import Busy, Conflict, NotFound
from canteen.rules.roles import Place
from canteen.trail.audit import append_audit

FORMS = ("xlsx", "csv", "csv-gb18030", "pdf")
Places = Sequence[Place]
#: a process that tells nothing for so long is dead
SILENT_MAX = timedelta(minutes=2)
AT_ONCE_MAX = 3
#: so many rows are made while the asker waits
SMALL_LINES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Export:
    """An export as its page shows it."""

    uid: str
    numbers: Sequence[str]
    heading: str
    form: str
    #: waiting, running, done, failed, stopped
    state: str
    lines_done: int
    lines_total: int
    detail: str | None
    asked_by: str
    places: Places

    @property
    def is_small(self) -> bool:
        """Whether it is worth waiting for."""
        return self.lines_total <= SMALL_LINES_MAX


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is to make."""

    uid: str
    claim_ids: Sequence[int]
    heading: str
    form: str


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file of `size` bytes, its parts put away; `sealed` is the hash of its only claim, as it
    was read, where that was submitted."""

    name: str
    sha256: str
    size: int
    sealed: str | None


@dataclass(frozen=True, slots=True)
class File:
    """What is handed out: `size` bytes in `parts` parts that lie at `place`."""

    name: str
    form: str
    sha256: str
    size: int
    place: str
    parts: int


def ask(
    session: Session,
    *,
    uid: str,
    claim_ids: Sequence[int],
    heading: str,
    form: str,
    by: str,
    now: datetime,
) -> Export:
    """Write down what is to be made; `done` at once where the file is kept already.

    Busy `exports_busy` while others are being made."""
    alive = session.execute(
        select(func.count())
        .select_from(ClaimExport)
        .where(ClaimExport.state.in_(("waiting", "running")))
        .where(ClaimExport.heard_at > now - SILENT_MAX)
    ).scalar_one()
    is_kept = _find_kept(session, claim_ids, form) is not None
    if alive >= AT_ONCE_MAX and not is_kept:
        raise Busy(
            "exports_busy",
            zh="正在导出别的文件，请稍后再试",
            en="Other files are being made; try again later",
            retry_seconds=30,
        )
    lines: int = session.execute(
        select(func.coalesce(func.sum(Claim.lines), 0)).where(Claim.id.in_(claim_ids))
    ).scalar_one()
    session.execute(
        insert(ClaimExport).values(
            uid=uid,
            claim_ids=json.dumps(list(claim_ids)),
            heading=heading,
            form=form,
            state="done" if is_kept else "waiting",
            lines_done=0,
            lines_total=int(lines),
            asked_at=now,
            asked_by=by,
            heard_at=now,
            finished_at=now if is_kept else None,
        )
    )
    return show(session, uid=uid, now=now)


def show(session: Session, *, uid: str, now: datetime) -> Export:
    """How far an export is; one whose process was killed has failed."""
    row = _get(session, uid)
    claim_ids = json.loads(row.claim_ids)
    claims = session.execute(
        select(Claim.number, Canteen.area_code, Canteen.code)
        .join(Canteen, Canteen.id == Claim.canteen_id)
        .where(Claim.id.in_(claim_ids))
        .order_by(Claim.number)
    ).all()
    is_lost = row.state in ("waiting", "running") and row.heard_at <= now - SILENT_MAX
    return Export(
        uid=row.uid,
        numbers=[claim.number for claim in claims],
        heading=row.heading,
        form=row.form,
        state="failed" if is_lost else row.state,
        lines_done=row.lines_done,
        lines_total=row.lines_total,
        detail=row.detail,
        asked_by=row.asked_by,
        places=[Place(claim.area_code, claim.code) for claim in claims],
    )


def begin(session: Session, *, uid: str, now: datetime) -> Task | None:
    """Take a waiting export up; None when nobody wants it any more."""
    row = _get(session, uid)
    if row.state != "waiting":
        return None
    row.state, row.heard_at = "running", now
    return Task(row.uid, json.loads(row.claim_ids), row.heading, row.form)


def beat(session: Session, *, uid: str, lines: int, now: datetime) -> bool:
    """Tell how many rows are done; whether to go on."""
    wanted = session.execute(
        update(ClaimExport)
        .where(ClaimExport.uid == uid, ClaimExport.state == "running")
        .values(lines_done=lines, heard_at=now)
        .returning(ClaimExport.uid)
    ).one_or_none()
    return wanted is not None


def finish(session: Session, *, uid: str, made: Made, now: datetime) -> None:
    """Keep what was made: with its claim, if that was submitted as it was read, or for a day. Of two that
    were made at once the first is the file."""
    row = _get(session, uid)
    if row.state != "running":
        return
    row.state, row.finished_at, row.lines_done = "done", now, row.lines_total
    claim_ids = json.loads(row.claim_ids)
    if made.sealed is None or len(claim_ids) > 1:
        row.name, row.sha256, row.size = made.name, made.sha256, made.size
        return
    claim = session.execute(
        select(Claim).where(Claim.id == claim_ids[0]).with_for_update()
    ).scalar_one()
    assert claim.sha256 == made.sealed, "a submitted claim never changes"
    if _find_kept(session, claim_ids, row.form) is None:
        session.execute(
            insert(ClaimFile).values(
                claim_id=claim.id,
                form=row.form,
                name=made.name,
                sha256=made.sha256,
                size=made.size,
                place=place_of_export(uid),
                made_at=now,
            )
        )


def keep_part(session: Session, *, uid: str, n: int, data: bytes) -> None:
    """Put a part of an export's file away, sealed."""
    place = place_of_export(uid)
    box = seal_part(key_ring_of(session.info), place, n, data)
    session.execute(insert(ClaimFilePart).values(place=place, n=n, box=box))


def read_part(session: Session, *, place: str, n: int) -> bytes:
    """The bytes of a part; NotFound `export_unknown` when it was forgotten meanwhile."""
    box = session.execute(
        select(ClaimFilePart.box).where(ClaimFilePart.place == place, ClaimFilePart.n == n)
    ).scalar_one_or_none()
    if box is None:
        raise _unknown()
    return open_part(key_ring_of(session.info), place, n, box)


def fail(session: Session, *, uid: str, detail: str, now: datetime) -> None:
    """Write down that nothing came of it; of one that was stopped or is done, nothing."""
    session.execute(
        update(ClaimExport)
        .where(ClaimExport.uid == uid, ClaimExport.state.in_(("waiting", "running")))
        .values(state="failed", detail=detail, finished_at=now)
    )


def stop(session: Session, *, uid: str, now: datetime) -> None:
    """Nobody wants it any more: its process ends at its next beat."""
    session.execute(
        update(ClaimExport)
        .where(ClaimExport.uid == uid, ClaimExport.state.in_(("waiting", "running")))
        .values(state="stopped", finished_at=now)
    )


def hand_out(session: Session, *, uid: str, by: str, origin: str | None, now: datetime) -> File:
    """The file of an export, and a line in the audit trail; Conflict `export_not_ready` without one."""
    row = _get(session, uid)
    claim_ids = json.loads(row.claim_ids)
    kept = _find_kept(session, claim_ids, row.form) if row.sha256 is None else None
    if row.state != "done" or (kept is None and row.sha256 is None):
        raise Conflict("export_not_ready", "文件还没有做好", "The file is not ready")
    place = place_of_export(uid) if kept is None else kept.place
    found = kept or row
    parts = select(func.count()).select_from(ClaimFilePart).where(ClaimFilePart.place == place)
    file = File(
        found.name or "",
        row.form,
        found.sha256 or "",
        found.size or 0,
        place,
        session.execute(parts).scalar_one(),
    )
    for number in session.scalars(select(Claim.number).where(Claim.id.in_(claim_ids))):
        append_audit(
            session,
            actor=by,
            origin=origin,
            action="claim.export",
            object_kind="claim",
            object_id=number,
            after={"form": row.form, "sha256": file.sha256},
            now=now,
        )
    return file


def _get(session: Session, uid: str) -> ClaimExport:
    row = session.execute(select(ClaimExport).where(ClaimExport.uid == uid)).scalar_one_or_none()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound("export_unknown", "没有这个导出", "No such export")


def _find_kept(session: Session, claim_ids: Sequence[int], form: str) -> ClaimFile | None:
    if len(claim_ids) != 1:
        return None
    return session.execute(
        select(ClaimFile).where(ClaimFile.claim_id == claim_ids[0], ClaimFile.form == form)
    ).scalar_one_or_none()
