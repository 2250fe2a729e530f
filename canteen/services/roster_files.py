"""Rosters that somebody sent and is still mending: kept sealed, mended row by row, put away when done.

Beside `roster_import`, which judges and writes them. Nothing here changes the register.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from canteen.models.imports import ColumnName, ImportFile
from canteen.models.personal import key_ring_of
from canteen.models.sent_files import open_file, open_fixes, seal_file, seal_fixes
from canteen.models.sites import Area
from canteen.rules.errors import Conflict, NotFound
from canteen.rules.roster_fixes import Fixes
from canteen.trail.actors import names_of
from canteen.trail.audit import append_audit

FILES_SHOWN = 20
#: what counts on when a roster is written in several goes
WRITTEN = ("add", "change")


@dataclass(frozen=True, slots=True)
class RosterSent:
    """A roster as it lies here. `data` is None once it is done; `chosen` are the columns decided, in
    this file or remembered from the last; `counts` what was written of it so far."""

    id: int
    area_code: str
    area: str
    #: the areas of who sent it: a row may name another of her communities
    areas: tuple[str, ...]
    name: str
    state: str
    data: bytes | None
    chosen: Mapping[str, str]
    has_columns: bool
    fixes: Fixes
    counts: Mapping[str, int]
    #: who had it written
    done_by: str | None


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A roster in the history."""

    id: int
    name: str
    area: str
    state: str
    sent_at: datetime
    sent_by: str
    counts: Mapping[str, int]


def list_communities(session: Session, *, areas: Sequence[str]) -> list[tuple[str, str]]:
    """(code, name) of the communities in these areas: those without an area below them."""
    below = aliased(Area)
    has_below = (
        select(below.code).where(below.code.startswith(Area.code), below.code != Area.code).exists()
    )
    within = or_(*(Area.code.startswith(area, autoescape=True) for area in areas))
    rows = session.execute(
        select(Area.code, Area.name).where(within, ~has_below).order_by(Area.code)
    )
    return [(code, name) for code, name in rows]


def keep_roster(
    session: Session,
    *,
    area_code: str,
    areas: Sequence[str],
    name: str,
    data: bytes,
    by: str,
    origin: str | None,
    now: datetime,
) -> int:
    """Keep a roster to be mended; returns its id. The same bytes for the same community while they
    lie here are the same roster."""
    sha256 = hashlib.sha256(data).hexdigest()
    known: int | None = session.execute(
        select(ImportFile.id).where(
            ImportFile.kind == "roster",
            ImportFile.area_code == area_code,
            ImportFile.sha256 == sha256,
            ImportFile.state.in_(("open", "applying")),
            ImportFile.content_box.is_not(None),
        )
    ).scalar()
    if known is not None:
        return known
    file_id: int = session.execute(
        insert(ImportFile)
        .values(
            kind="roster",
            area_code=area_code,
            name=name,
            byte_count=len(data),
            sha256=sha256,
            content_box=seal_file(key_ring_of(session.info), sha256, data),
            terms=json.dumps({"areas": list(areas)}),
            state="open",
            sent_at=now,
            sent_by=by,
        )
        .returning(ImportFile.id)
    ).scalar_one()
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="roster.send",
        object_kind="import_file",
        object_id=str(file_id),
        after={"area": area_code, "bytes": len(data)},
        now=now,
    )
    return file_id


def load_roster(session: Session, *, file_id: int) -> RosterSent:
    """The roster with its bytes and fixes opened; NotFound when there is none."""
    file = _get(session, file_id)
    ring = key_ring_of(session.info)
    remembered = {
        row.header: row.field
        for row in session.execute(
            select(ColumnName.header, ColumnName.field).where(
                ColumnName.area_code == file.area_code
            )
        )
    }
    area: str = session.execute(select(Area.name).where(Area.code == file.area_code)).scalar_one()
    return RosterSent(
        file.id,
        file.area_code,
        area,
        tuple(json.loads(file.terms or "{}")["areas"]),
        file.name,
        file.state,
        open_file(ring, file.sha256, file.content_box) if file.content_box else None,
        remembered | json.loads(file.columns or "{}"),
        file.columns is not None,
        _fixes(session, file),
        _counts(file),
        file.done_by,
    )


def choose_columns(
    session: Session,
    *,
    file_id: int,
    columns: Mapping[str, str],
    remembered: Mapping[str, str],
    by: str,
    now: datetime,
) -> None:
    """What each column of this roster means; `remembered` of them hold for the community's next one."""
    file = _get_open(session, file_id)
    file.columns = json.dumps(dict(columns), ensure_ascii=False)
    for header, field in remembered.items():
        session.merge(
            ColumnName(
                area_code=file.area_code, header=header, field=field, chosen_at=now, chosen_by=by
            )
        )


def mend_row(
    session: Session, *, file_id: int, row: int, typed: Mapping[str, str], confirmed: frozenset[str]
) -> None:
    """What a person typed or decided for one row; kept sealed until the roster is done."""
    file = _get_open(session, file_id)
    _seal_fixes(session, file, _fixes(session, file).with_row(row, typed, confirmed))


def skip_row(session: Session, *, file_id: int, row: int) -> None:
    """Leave a row out."""
    file = _get_open(session, file_id)
    _seal_fixes(session, file, _fixes(session, file).with_skipped(row))


def restore_row(session: Session, *, file_id: int, row: int) -> None:
    """Take back what was mended, decided or left out of a row: it is as the file has it."""
    file = _get_open(session, file_id)
    _seal_fixes(session, file, _fixes(session, file).without_row(row))


def begin_applying(session: Session, *, file_id: int, by: str) -> None:
    """A large roster is written by the jobs, slice by slice, from here on, in this person's name."""
    file = _get_open(session, file_id)
    file.state, file.done_by = "applying", by
    file.outcome = json.dumps({**_written(_counts(file)), "slices": 0})


def list_applying(session: Session) -> list[int]:
    """The rosters that the jobs have still to write."""
    return list(
        session.scalars(
            select(ImportFile.id)
            .where(
                ImportFile.kind == "roster",
                ImportFile.state == "applying",
                ImportFile.content_box.is_not(None),
            )
            .order_by(ImportFile.id)
        )
    )


def note_slice(session: Session, *, file_id: int, rows: int, counts: Mapping[str, int]) -> None:
    """A slice is in: in the transaction that wrote it, so that each row is written once."""
    file = _get(session, file_id)
    sums = Counter(_counts(file)) + Counter(counts) + Counter(slices=rows)
    file.outcome = json.dumps(sums)


def finish_applying(session: Session, *, file_id: int, by: str, now: datetime) -> None:
    """All slices are in; what could not be written waits to be mended."""
    file = _get(session, file_id)
    counts = _counts(file)
    remaining = counts.get("refuse", 0) + counts.get("hold", 0)
    file.outcome = json.dumps({word: counts[word] for word in counts if word != "slices"})
    _end(file, remaining, by, now)


def settle(
    session: Session,
    *,
    file_id: int,
    counts: Mapping[str, int],
    remaining: int,
    by: str,
    now: datetime,
) -> None:
    """What was written is in `counts`. With nothing left to mend the roster is done and forgotten."""
    file = _get(session, file_id)
    before = _written(_counts(file))
    file.outcome = json.dumps({**counts, **{word: before[word] + counts[word] for word in WRITTEN}})
    _end(file, remaining, by, now)


def put_away(session: Session, *, file_id: int, by: str, origin: str | None, now: datetime) -> None:
    """No more of this roster: its bytes and fixes are forgotten, what was written stays."""
    file = _get_open(session, file_id)
    _forget(file, "applied" if _counts(file) else "discarded", by, now)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="roster.put_away",
        object_kind="import_file",
        object_id=str(file_id),
        now=now,
    )


def list_rosters(session: Session, *, areas: Sequence[str]) -> list[RosterLine]:
    """The last rosters of these areas, newest first."""
    within = or_(*(ImportFile.area_code.startswith(area, autoescape=True) for area in areas))
    rows = session.execute(
        select(ImportFile, func.coalesce(Area.name, ImportFile.area_code).label("area"))
        .join(Area, Area.code == ImportFile.area_code)
        .where(ImportFile.kind == "roster", within)
        .order_by(ImportFile.id.desc())
        .limit(FILES_SHOWN)
    ).all()
    names = names_of(session, {file.sent_by for file, _ in rows})
    return [
        RosterLine(
            file.id,
            file.name,
            area,
            file.state,
            file.sent_at,
            names.get(file.sent_by, file.sent_by),
            _counts(file),
        )
        for file, area in rows
    ]


def _get(session: Session, file_id: int) -> ImportFile:
    file = session.execute(
        select(ImportFile).where(ImportFile.id == file_id, ImportFile.kind == "roster")
    ).scalar_one_or_none()
    if file is None:
        raise NotFound("roster_unknown", "没有这份名册文件", "No such roster")
    return file


def _get_open(session: Session, file_id: int) -> ImportFile:
    file = _get(session, file_id)
    if file.state == "applying":
        raise Conflict(
            "roster_applying", "正在写入，请等一等", "It is being written; wait a little"
        )
    if file.state != "open":
        raise Conflict("roster_done", "这份名册已经办完", "This roster is done")
    return file


def _fixes(session: Session, file: ImportFile) -> Fixes:
    if file.fixes_box is None:
        return Fixes()
    return Fixes.from_json(open_fixes(key_ring_of(session.info), file.sha256, file.fixes_box))


def _seal_fixes(session: Session, file: ImportFile, fixes: Fixes) -> None:
    file.fixes_box = seal_fixes(key_ring_of(session.info), file.sha256, fixes.to_json())


def _counts(file: ImportFile) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads(file.outcome or "{}")
    return counts


def _written(counts: Mapping[str, int]) -> dict[str, int]:
    return {word: counts.get(word, 0) for word in WRITTEN}


def _end(file: ImportFile, remaining: int, by: str, now: datetime) -> None:
    file.state = "open"
    if not remaining:
        _forget(file, "applied", by, now)


def _forget(file: ImportFile, state: str, by: str, now: datetime) -> None:
    file.state, file.done_at, file.done_by = state, now, by
    file.content_box = file.fixes_box = None
