"""`canteen roster import FILE`: a roster judged row by row against the register; a dry run first."""

import gc
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from canteen import clock
from canteen.cli.answers import language
from canteen.cli.shell import Desk, at_desk
from canteen.db.locks import ServeLock
from canteen.db.run import Database
from canteen.files.limits import FILE_BYTES_MAX
from canteen.files.rosters import read_roster
from canteen.rules.days import local_date
from canteen.rules.errors import Refused
from canteen.rules.roles import may
from canteen.rules.roster_file import RosterFile, judge_file
from canteen.rules.roster_plan import ACTIONS, RosterItem
from canteen.rules.roster_register import Reach
from canteen.rules.roster_values import Finding
from canteen.services import roster_import
from canteen.services.roster_import import ROWS_AT_ONCE, SLICE, RosterPlan

PERMISSION = "elder.write"
ACTION_WORDS = {
    "add": ("新增", "add"),
    "change": ("更新", "change"),
    "same": ("不变", "same"),
    "refuse": ("导不了", "refuse"),
    "hold": ("要人定", "hold"),
}


@click.group()
def roster() -> None:
    """Rosters of elders (花名册) as communities send them.

    \b
    Example:
      canteen roster import 花名册.xlsx --community 城南社区
    """


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", "write", is_flag=True, help="Write what can be written.")
@click.option(
    "--community", metavar="C", help="For rows that name none: an area's code or name, a canteen."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@click.option("--anyway", is_flag=True, help="Write a large roster also while meals are served.")
@click.option("--as", "as_staff", metavar="USER", help="Act with the roles of this account.")
def import_roster(
    file: Path,
    write: bool,
    community: str | None,
    as_json: bool,
    anyway: bool,
    as_staff: str | None,
) -> None:
    """Say of each row of FILE (XLSX, XLS or CSV) what it would change; write it with --apply.

    What is refused or held for a person stays as it was. Running it again changes nothing.

    \b
    Example:
      canteen roster import 花名册.xlsx --as wang
      canteen roster import 花名册.xlsx --apply --as wang --json > rows.json
    """
    if write and as_staff is None:
        raise click.UsageError("--apply needs --as USER / --apply 要写 --as 账号")
    with at_desk(as_staff=as_staff, permission=PERMISSION) as desk, _rows_kept():
        with file.open("rb") as opened:
            data = opened.read(FILE_BYTES_MAX + 1)
        now = clock.instant()
        reach = _reach(desk, community)
        judged = judge_file(read_roster(data), today=local_date(now))
        if not write:
            plan = desk.database.read(
                roster_import.judge_roster, roster=judged, reach=reach, now=now
            )
        else:
            plan = _apply(desk, judged, reach, file.name, data, anyway=anyway, now=now)
    if as_json:
        for piece in _document(judged, plan, applied=write):
            click.echo(piece, nl=False)
    else:
        _print(judged, plan, write)


@contextmanager
def _rows_kept() -> Iterator[None]:
    """Look for no garbage meanwhile: all rows live to the end, and to look through a hundred thousand
    of them again and again takes an eighth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _reach(desk: Desk, community: str | None) -> Reach:
    """The areas of whoever acts, and the community the roster is for."""
    areas: tuple[str, ...] = ("",)
    if desk.grants is not None:
        areas = tuple(
            "" if grant.scope_kind == "everywhere" else grant.scope
            for grant in desk.grants
            if may((grant,), PERMISSION)
        )
    if community is None:
        return Reach(areas, desk.database.read(roster_import.list_own_community, areas=areas))
    code = desk.database.read(roster_import.find_community, text=community)
    reach = Reach(areas, code)
    if not reach.holds(code):
        raise Refused("not_permitted", f"{community} 不归你管", f"{community} is not in your areas")
    return reach


def _apply(
    desk: Desk,
    judged: RosterFile,
    reach: Reach,
    name: str,
    data: bytes,
    *,
    anyway: bool,
    now: datetime,
) -> RosterPlan:
    how: dict[str, Any] = {
        "roster": judged,
        "reach": reach,
        "file_name": name,
        "by": desk.actor,
        "origin": desk.origin,
        "now": now,
    }
    if len(judged.rows) <= ROWS_AT_ONCE:
        return desk.database.run(roster_import.apply_roster, **how)
    if not anyway:
        _refuse_at_mealtime(desk.database, now)
    import_id = desk.database.run(
        roster_import.begin_import,
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        byte_count=len(data),
        area_code=reach.community,
        by=desk.actor,
        now=now,
    )
    items: list[RosterItem] = []
    for start in range(0, len(judged.rows), SLICE):
        part = slice(start, start + SLICE)
        items += desk.database.run(
            roster_import.apply_roster, part=part, pending_import_id=import_id, **how
        ).items
        click.echo(f"{len(items)} / {len(judged.rows)}", err=True)
    plan = RosterPlan(tuple(items))
    desk.database.run(
        roster_import.finish_import,
        import_id=import_id,
        counts=plan.counts,
        by=desk.actor,
        now=now,
    )
    return plan


def _refuse_at_mealtime(database: Database, now: datetime) -> None:
    """On a SQLite file a large import waits for the end of the mealtime while a server runs."""
    if database.path is None:
        return
    lock = ServeLock(database.path.with_name(database.path.name + ".serve.lock"))
    if lock.take() is None:
        lock.release()
        return
    open_canteen = database.read(roster_import.find_open_canteen, now=now)
    if open_canteen is not None:
        raise Refused(
            "mealtime_open",
            f"{open_canteen}正在供餐；大名册请在餐后导入，或加 --anyway",
            f"{open_canteen} is serving a meal; import large rosters afterwards, or say --anyway",
        )


def _document(judged: RosterFile, plan: RosterPlan, *, applied: bool) -> Iterator[str]:
    """The JSON document in pieces: of a large roster it never stands in memory as a whole."""
    head = {
        "rows": len(plan.items),
        **plan.counts,
        "applied": applied,
        "columns": judged.columns,
        "notes": [{"code": note.code, "zh": note.zh, "en": note.en} for note in judged.notes],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "items": ['
    for place, item in enumerate(plan.items):
        body = json.dumps(_item(item), ensure_ascii=False)
        yield f"{',' if place else ''}\n  {body}"
    yield "\n ]\n}\n"


def _item(item: RosterItem) -> Mapping[str, Any]:
    return {
        "row": item.row,
        "action": item.action,
        "column": item.column,
        "code": item.code,
        "zh": item.zh,
        "en": item.en,
        "name": item.name,
        "born": item.born.isoformat() if item.born else None,
        "elder": item.elder,
        "findings": [_finding(finding) for finding in item.findings],
        "changes": [
            {"field": change.field, "old": change.old, "new": change.new} for change in item.changes
        ],
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "weight": finding.weight,
        "code": finding.code,
        "zh": finding.zh,
        "en": finding.en,
        "field": finding.field,
        "column": finding.column,
        "said": finding.said,
        "guess": finding.guess,
        "other_row": finding.other_row,
    }


def _print(judged: RosterFile, plan: RosterPlan, write: bool) -> None:
    zh = language().startswith("zh")
    for note in judged.notes:
        print(note.zh if zh else note.en)
    for item in plan.items:
        if item.action != "same":
            word = ACTION_WORDS[item.action][0 if zh else 1]
            print(f"{item.row:6} {word:6} {item.name}  {item.zh if zh else item.en}")
    counted = ", ".join(
        f"{ACTION_WORDS[action][0 if zh else 1]} {plan.counts[action]}" for action in ACTIONS
    )
    print(f"{len(plan.items)}: {counted}")
    if not write:
        print(
            "试运行，什么都没写；加 --apply 写入。"
            if zh
            else "Dry run: nothing was written; say --apply to write it."
        )
