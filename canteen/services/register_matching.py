"""Lists of other registers (动态监测比对): judged against the elders of an area, decided by a person.

A list is matched by ID number only. Who is none of ours is counted and kept nowhere; what we know
already is no news. Nothing changes by itself: accepting writes the facts, by the same code as a page.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from canteen.models.imports import ImportFile, RegisterFinding
from canteen.models.personal import key_ring_of
from canteen.models.sent_files import open_file, seal_file
from canteen.rules.days import local_date
from canteen.rules.grid import Grid
from canteen.rules.register_changes import (
    Implied,
    Period,
    imply_absent,
    imply_category,
    imply_gone,
)
from canteen.rules.register_lists import ListRow, Terms, read_list
from canteen.rules.roster_text import name_key
from canteen.till.known_elders import find_by_id_number, list_holders, load_known
from canteen.till.lots import in_lots
from canteen.till.sent_lists import close_when_decided, get_open_list, tell_of_list

_Key = tuple[int, str, date, str | None, int | None]
#: rows told as unread; more are only counted
UNREAD_KEPT = 200


@dataclass(frozen=True, slots=True)
class SentList:
    """A list as somebody sent it, and how she means it; `chosen` are columns she decided."""

    area_code: str
    name: str
    data: bytes
    terms: Terms
    document: str | None
    chosen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A change implied for one of our elders; `row` 0: she is not on a complete list."""

    row: int
    elder_id: int
    implied: Implied
    name_written: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a list says of our elders, and the counts of all others. `unread`: (row, zh, en)."""

    found: tuple[Found, ...]
    rows: int
    same: int
    nobody: int
    without_id: int
    unread: tuple[tuple[int, str, str], ...]
    columns: tuple[tuple[str, str | None], ...]


def judge_list(session: Session, *, sent: SentList, grid: Grid, now: datetime) -> Judged:
    """Compare a list with the register as it is; writes nothing. `grid` is what its bytes hold."""
    header, rows = read_list(grid, sent.terms, today=local_date(now), chosen=sent.chosen)
    usable = [row for row in rows if not row.wrong]
    numbers = {row.id_number for row in rows if row.id_number is not None}
    ours = find_by_id_number(session, sent.area_code, numbers)
    found: list[Found] = []
    same = nobody = 0
    for row in usable:
        elder = ours.get(row.id_number or "")
        if elder is None:
            nobody += 1
            continue
        implied = _imply(row, elder.periods, sent.terms)
        same += not implied
        written = row.name if name_key(row.name) != name_key(elder.name) else None
        found += [Found(row.row, elder.elder_id, one, written) for one in implied]
    without_id = 0
    if sent.terms.is_complete and sent.terms.category:
        listed = {elder.elder_id for elder in ours.values()}
        unread = {name_key(row.name) for row in rows if row.id_number is None}
        absent, without_id = _find_absent(session, sent, listed, unread)
        found += absent
    return Judged(
        tuple(found),
        len(rows),
        same,
        nobody,
        without_id,
        tuple((row.row, zh, en) for row in rows for _, zh, en in row.wrong[:1]),
        tuple((column.label, column.field) for column in header.columns),
    )


def _imply(row: ListRow, known: Sequence[Period], terms: Terms) -> list[Implied]:
    if row.gone is not None:
        return imply_gone(*row.gone, known)
    return [one for said in row.categories for one in imply_category(said, known, terms.as_of)]


def _find_absent(
    session: Session, sent: SentList, listed: Collection[int], unread: Collection[str]
) -> tuple[list[Found], int]:
    """Whose category ends because a complete list does not name her; and how many have no ID number
    to be looked for by: of those nothing is said, nor of her whose name stands in a row (`unread`)
    of which no ID number could be read."""
    code = sent.terms.category or ""
    holders = list_holders(session, sent.area_code, code)
    missing = [one for one, has_number in holders.items() if has_number and one not in listed]
    found = [
        Found(0, elder.elder_id, implied)
        for elder in load_known(session, missing).values()
        if name_key(elder.name) not in unread
        for implied in imply_absent(code, elder.periods, sent.terms.as_of)
    ]
    return found, sum(not has_number for has_number in holders.values())


def send_list(
    session: Session, *, sent: SentList, judged: Judged, by: str, origin: str | None, now: datetime
) -> int:
    """Keep what was found; returns the list's id. Its bytes stay, sealed, while something is open."""
    sha256 = hashlib.sha256(sent.data).hexdigest()
    file_id: int = session.execute(
        insert(ImportFile)
        .values(
            kind="register_list",
            area_code=sent.area_code,
            name=sent.name,
            byte_count=len(sent.data),
            sha256=sha256,
            content_box=seal_file(key_ring_of(session.info), sha256, sent.data),
            source=sent.terms.source,
            document=sent.document,
            terms=json.dumps(asdict(sent.terms), default=date.isoformat),
            state="open",
            sent_at=now,
            sent_by=by,
        )
        .returning(ImportFile.id)
    ).scalar_one()
    _keep(session, file_id, sent, judged, by, now)
    tell_of_list(session, "list.send", file_id, {"found": len(judged.found)}, by, origin, now)
    return file_id


def judge_again(
    session: Session,
    *,
    file_id: int,
    sent: SentList,
    judged: Judged,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """The open findings of a list are those of its new judgement; what was decided stays."""
    get_open_list(session, file_id)
    session.execute(
        delete(RegisterFinding).where(
            RegisterFinding.import_file_id == file_id, RegisterFinding.state == "open"
        )
    )
    _keep(session, file_id, sent, judged, by, now)
    tell_of_list(session, "list.judge", file_id, {"found": len(judged.found)}, by, origin, now)


def load_sent(session: Session, *, file_id: int) -> SentList:
    """The open list as it was sent, to be judged again; Conflict when its bytes are gone."""
    file = get_open_list(session, file_id)
    ring = key_ring_of(session.info)
    assert file.content_box is not None, "an open list has its bytes"
    terms = json.loads(file.terms or "{}")
    return SentList(
        file.area_code,
        file.name,
        open_file(ring, file.sha256, file.content_box),
        Terms(**{**terms, "as_of": date.fromisoformat(terms["as_of"])}),
        file.document,
        json.loads(file.columns or "{}"),
    )


def _keep(
    session: Session, file_id: int, sent: SentList, judged: Judged, by: str, now: datetime
) -> None:
    listed = _listed_before(session, {one.elder_id for one in judged.found})
    news = [one for one in judged.found if _key(one) not in listed]
    if news:
        session.execute(
            insert(RegisterFinding),
            [
                {
                    "import_file_id": file_id,
                    "row": one.row,
                    "elder_id": one.elder_id,
                    "change": one.implied.change,
                    "code": one.implied.code,
                    "level": one.implied.level,
                    "on_day": one.implied.on_day,
                    "name_written": one.name_written,
                    "state": "open",
                }
                for one in news
            ],
        )
    file = get_open_list(session, file_id)
    file.columns = json.dumps(dict(sent.chosen), ensure_ascii=False)
    file.outcome = json.dumps(
        {
            "rows": judged.rows,
            "same": judged.same,
            "nobody": judged.nobody,
            "known": len(judged.found) - len(news),
            "without_id": judged.without_id,
            "unread": len(judged.unread),
            "told": judged.unread[:UNREAD_KEPT],
            "columns": judged.columns,
        },
        ensure_ascii=False,
    )
    close_when_decided(session, file, by, now)


def _listed_before(session: Session, elder_ids: Collection[int]) -> set[_Key]:
    """What lies open, or was declined, from any list: it is not found a second time."""
    return {
        (one.elder_id, one.change, one.on_day, one.code, one.level)
        for some in in_lots(elder_ids)
        for one in session.scalars(
            select(RegisterFinding).where(
                RegisterFinding.elder_id.in_(some), RegisterFinding.state != "accepted"
            )
        )
    }


def _key(one: Found) -> _Key:
    implied = one.implied
    return one.elder_id, implied.change, implied.on_day, implied.code, implied.level
