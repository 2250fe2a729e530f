"""Lists of other registers as their pages show them: the history, one list's findings, meals concerned.

Read only.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from canteen.models.imports import ImportFile, RegisterFinding
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder
from canteen.models.sites import Area
from canteen.rules.errors import NotFound
from canteen.rules.register_changes import GONE, ONE_DAY
from canteen.till.affected import AffectedMeal, list_meals_since, list_other_splits
from canteen.till.known_elders import find_kept
from canteen.trail.actors import names_of

LISTS_SHOWN = 50
FINDINGS_SHOWN = 400


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list in the history."""

    id: int
    name: str
    area: str
    source: str
    document: str | None
    sent_at: datetime
    sent_by: str
    is_open: bool
    undecided: int
    accepted: int
    declined: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One change. `meals` were served since; `is_contested`: the list says two days of it, so that
    it is accepted by itself only."""

    id: int
    row: int
    number: str
    name: str
    name_written: str | None
    change: str
    code: str | None
    level: int | None
    on_day: date
    state: str
    decided_at: datetime | None
    decided_by: str | None
    note: str | None
    meals: int
    is_contested: bool
    #: whether she is still of the list's area
    is_here: bool
    #: what is undecided of her in this row of the list
    together: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list with its findings; `counts` and `told` (rows not read) are what its judging left."""

    line: ListLine
    terms: dict[str, Any]
    counts: dict[str, int]
    told: tuple[tuple[int, str, str], ...]
    columns: tuple[tuple[str, str | None], ...]
    findings: tuple[FindingLine, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Concerned:
    """A finding and the meals it speaks of."""

    list_id: int
    finding: FindingLine
    meals: tuple[AffectedMeal, ...]


def find_area_of_file(session: Session, *, file_id: int, kind: str) -> str | None:
    """The area a sent file is judged for; None when there is no such file."""
    area: str | None = session.execute(
        select(ImportFile.area_code).where(ImportFile.id == file_id, ImportFile.kind == kind)
    ).scalar_one_or_none()
    return area


def list_areas(session: Session, *, areas: Sequence[str]) -> list[tuple[str, str]]:
    """(code, name) of the areas, or of every community for ""."""
    query = select(Area.code, Area.name).order_by(Area.code)
    if "" not in areas:
        query = query.where(Area.code.in_(areas))
    return [(code, name) for code, name in session.execute(query)]


def list_lists(session: Session, *, areas: Sequence[str]) -> list[ListLine]:
    """The last lists sent for these areas, newest first."""
    within = or_(*(ImportFile.area_code.startswith(area, autoescape=True) for area in areas))
    files = session.scalars(
        select(ImportFile)
        .where(ImportFile.kind == "register_list", within)
        .order_by(ImportFile.id.desc())
        .limit(LISTS_SHOWN)
    ).all()
    return _lines(session, files)


def show_list(session: Session, *, file_id: int) -> ListPage:
    """One list; NotFound when there is none."""
    file = _get(session, file_id)
    outcome = json.loads(file.outcome or "{}")
    findings = _findings(session, file)
    return ListPage(
        _lines(session, [file])[0],
        json.loads(file.terms or "{}"),
        {word: count for word, count in outcome.items() if isinstance(count, int)},
        tuple((row, zh, en) for row, zh, en in outcome["told"]),
        tuple((label, field) for label, field in outcome["columns"]),
        tuple(findings[:FINDINGS_SHOWN]),
        max(0, len(findings) - FINDINGS_SHOWN),
    )


def list_acceptable(session: Session, *, file_id: int) -> list[int]:
    """The undecided findings that may be accepted together, in the order of the rows."""
    return [
        one.id
        for one in _findings(session, _get(session, file_id))
        if one.state == "open" and one.is_here and not one.is_contested
    ]


def show_concerned(session: Session, *, file_id: int, finding_id: int) -> Concerned:
    """The meals a finding speaks of: all since she had gone, or those that would be split otherwise."""
    found = _findings(session, _get(session, file_id), RegisterFinding.id == finding_id)
    if not found:
        raise NotFound("finding_unknown", "没有这一行", "No such row")
    elder_id: int = session.execute(
        select(RegisterFinding.elder_id).where(RegisterFinding.id == finding_id)
    ).scalar_one()
    finding = found[0]
    if finding.change in GONE:
        meals = list_meals_since(session, elder_id, finding.on_day)
    else:
        ends = finding.change == "category_ends"
        first = finding.on_day + ONE_DAY if ends else finding.on_day
        meals = list_other_splits(session, elder_id, first)
    return Concerned(file_id, finding, tuple(meals))


def _lines(session: Session, files: Sequence[ImportFile]) -> list[ListLine]:
    ids = [file.id for file in files]
    counts: dict[tuple[int, str], int] = {
        (row.import_file_id, row.state): row.number
        for row in session.execute(
            select(
                RegisterFinding.import_file_id,
                RegisterFinding.state,
                func.count().label("number"),
            )
            .where(RegisterFinding.import_file_id.in_(ids))
            .group_by(RegisterFinding.import_file_id, RegisterFinding.state)
        )
    }
    where = select(Area.code, Area.name).where(Area.code.in_({one.area_code for one in files}))
    areas = {row.code: row.name for row in session.execute(where)}
    names = names_of(session, {file.sent_by for file in files})
    return [
        ListLine(
            file.id,
            file.name,
            areas[file.area_code],
            file.source or "",
            file.document,
            file.sent_at,
            names.get(file.sent_by, file.sent_by),
            file.state == "open",
            counts.get((file.id, "open"), 0),
            counts.get((file.id, "accepted"), 0),
            counts.get((file.id, "declined"), 0),
        )
        for file in files
    ]


def _get(session: Session, file_id: int) -> ImportFile:
    file = session.execute(
        select(ImportFile).where(ImportFile.id == file_id, ImportFile.kind == "register_list")
    ).scalar_one_or_none()
    if file is None:
        raise NotFound("list_unknown", "没有这份名单", "No such list")
    return file


def _findings(session: Session, file: ImportFile, *which: ColumnElement[bool]) -> list[FindingLine]:
    """The undecided first, then in the order of the rows."""
    person = func.coalesce(Elder.merged_into_id, Elder.id)
    since = or_(
        Meal.served_on > RegisterFinding.on_day,
        and_(
            RegisterFinding.change != "category_ends",
            Meal.served_on == RegisterFinding.on_day,
        ),
    )
    meals = (
        select(func.count())
        .select_from(Meal)
        .join(Elder, Elder.id == Meal.elder_id)
        .where(person == RegisterFinding.elder_id, IS_EATEN, since)
        .correlate(RegisterFinding)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RegisterFinding, meals.label("meals"))
        .where(RegisterFinding.import_file_id == file.id, *which)
        .order_by(
            case((RegisterFinding.state == "open", 0), else_=1),
            RegisterFinding.row,
            RegisterFinding.id,
        )
    ).all()
    one_by_one = [finding for finding, _ in rows]
    elders = {
        row.id: row
        for row in session.execute(
            select(Elder.id, Elder.number, Elder.name).where(
                Elder.id.in_({finding.elder_id for finding in one_by_one})
            )
        )
    }
    names = names_of(session, {finding.decided_by or "" for finding in one_by_one})
    contested = _contested(one_by_one)
    here = find_kept(session, elders, file.area_code)
    rows_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one in one_by_one:
        if one.state == "open":
            rows_of[one.row, one.elder_id].append(one.id)
    return [
        FindingLine(
            finding.id,
            finding.row,
            elders[finding.elder_id].number,
            elders[finding.elder_id].name,
            finding.name_written,
            finding.change,
            finding.code,
            finding.level,
            finding.on_day,
            finding.state,
            finding.decided_at,
            names.get(finding.decided_by or "", finding.decided_by),
            finding.note,
            meals,
            finding.id in contested,
            finding.elder_id in here,
            tuple(rows_of[finding.row, finding.elder_id]),
        )
        for finding, meals in rows
    ]


def _contested(findings: Sequence[RegisterFinding]) -> set[int]:
    """Undecided ones of which another says another day or level for the same."""
    said: dict[tuple[int, str, str | None], set[tuple[date, int | None]]] = {}
    for one in findings:
        if one.state == "open":
            key = one.elder_id, one.change, one.code
            said.setdefault(key, set()).add((one.on_day, one.level))
    return {
        one.id
        for one in findings
        if len(said.get((one.elder_id, one.change, one.code), ())) > 1 and one.state == "open"
    }
