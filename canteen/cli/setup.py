"""`canteen setup FILE.toml`: a world from one file; a dry run first, repeatable."""

import secrets
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from canteen import clock
from canteen.cli.answers import say_json
from canteen.cli.setup_reading import SetupRead, read_setup_file
from canteen.cli.shell import at_desk
from canteen.db.run import Database
from canteen.rules.days import local_date
from canteen.rules.setup_people import StaffRow
from canteen.rules.setup_values import SetupRow
from canteen.services import (
    schemes,
    setup_people,
    setup_view,
    setup_volunteers,
    staff,
)
from canteen.services import (
    setup as setup_places,
)

#: more elders than this are written in slices, so that a running server is not kept waiting
ELDERS_AT_ONCE = 2000
SLICE = 500


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--apply", "write", is_flag=True, help="Write it; without this only say what would be done."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def setup(file: Path, write: bool, as_json: bool) -> None:
    """Build areas, funders, canteens, counters, readers, elders and sign-ins from FILE.

    Run it without --apply first: it prints row by row what would be added, changed or left. Running
    it again changes nothing; what differs becomes new dated rows. All faults are told at once.

    \b
    Example:
      canteen setup docs/examples/base_world.toml
      canteen setup docs/examples/base_world.toml --apply --json > world.json
    """
    with at_desk() as desk:
        rows, passwords = run_setup(desk.database, file, write=write, by=desk.actor)
        answer = desk.database.read(setup_view.describe_setup) if as_json else {}
    if as_json:
        users = {name: {"password": password} for name, password in passwords.items()}
        listed = [asdict(row) for row in rows if row.action != "same"]
        counts = dict(Counter(row.action for row in rows))
        say_json({"applied": write, **counts, **answer, "users": users, "rows": listed})
        return
    _print_rows(rows, passwords, write)


def run_setup(
    database: Database, path: Path, *, write: bool, by: str, now: datetime | None = None
) -> tuple[list[SetupRow], dict[str, str]]:
    """Read, judge and (with `write`) apply a set-up file; the rows, and passwords made for new staff.

    `now` is only for the demonstration, whose community has stood for some time."""
    now = now or clock.instant()
    read = read_setup_file(database, path, local_date(now))
    made = _make_passwords(database, read.file.staff)
    if not write:
        return database.read(_sync, read=read, made=made, write=False, by=by, now=now), {}
    if len(read.file.elders) <= ELDERS_AT_ONCE:
        rows = database.run(_sync, read=read, made=made, write=True, by=by, now=now)
    else:
        rows = _sync_in_slices(database, read, made, by, now)
    return rows, {name: password for name, (password, _) in made.items()}


def _make_passwords(database: Database, rows: tuple[StaffRow, ...]) -> dict[str, tuple[str, str]]:
    """Name → (password, its hash's source name) for accounts that do not exist yet."""
    held = {line.name for line in database.read(staff.list_staff)}
    made: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.name not in held and row.name not in made:
            made[row.name] = (row.password or secrets.token_urlsafe(9), row.display_name)
    return made


def _sync(
    session: Session,
    *,
    read: SetupRead,
    made: dict[str, tuple[str, str]],
    write: bool,
    by: str,
    now: datetime,
) -> list[SetupRow]:
    """The whole file in one transaction."""
    rows = _sync_places(session, read=read, write=write, by=by, now=now)
    rows += setup_people.sync_elders(session, elders=read.file.elders, write=write, by=by, now=now)
    return rows + _sync_staff(session, read=read, made=made, write=write, by=by, now=now)


def _sync_in_slices(
    database: Database, read: SetupRead, made: dict[str, tuple[str, str]], by: str, now: datetime
) -> list[SetupRow]:
    rows = database.run(_sync_places, read=read, write=True, by=by, now=now)
    elders = read.file.elders
    for start in range(0, len(elders), SLICE):
        part = elders[start : start + SLICE]
        rows += database.run(setup_people.sync_elders, elders=part, write=True, by=by, now=now)
        click.echo(f"{start + len(part)} / {len(elders)}", err=True)
    return rows + database.run(_sync_staff, read=read, made=made, write=True, by=by, now=now)


def _sync_places(
    session: Session, *, read: SetupRead, write: bool, by: str, now: datetime
) -> list[SetupRow]:
    file = read.file
    rows = setup_places.sync_places(
        session,
        areas=file.areas,
        funders=file.funders,
        canteens=file.canteens,
        write=write,
        by=by,
        now=now,
    )
    for canteen in file.canteens:
        if canteen.scheme is not None:
            text = read.schemes[canteen.code]
            is_same = schemes.is_bound(
                session,
                text=text,
                canteen=canteen.code,
                from_on=canteen.scheme_from,
                payers=canteen.payers,
            )
            note = f"{canteen.scheme} from {canteen.scheme_from or local_date(now)}"
            rows.append(SetupRow("same" if is_same else "add", "binding", canteen.code, note))
            if write and not is_same:
                schemes.bind_scheme(
                    session,
                    text=text,
                    canteen=canteen.code,
                    area=None,
                    from_on=canteen.scheme_from,
                    payers=canteen.payers,
                    by=by,
                    now=now,
                    today=local_date(now),
                )
    return rows


def _sync_staff(
    session: Session,
    *,
    read: SetupRead,
    made: dict[str, tuple[str, str]],
    write: bool,
    by: str,
    now: datetime,
) -> list[SetupRow]:
    file = read.file
    rows = setup_people.sync_test_cards(session, cards=file.test_cards, write=write, by=by, now=now)
    rows += setup_volunteers.sync_volunteers(
        session, volunteers=file.volunteers, write=write, now=now
    )
    held = {line.name: line.grants for line in staff.list_staff(session)}
    for row in file.staff:
        grants = [(one.role, one.scope_kind, one.scope) for one in held.get(row.name, ())]
        has = (row.role, row.scope_kind, row.scope) in grants
        where = row.scope or row.scope_kind
        action = "same" if has else "change" if row.name in held else "add"
        rows.append(SetupRow(action, "user", row.name, f"{row.role} at {where}"))
        if not write or has:
            continue
        if row.name in made and row.name not in held:
            password, shown = made[row.name]
            staff.add_account(
                session,
                name=row.name,
                display_name=shown,
                password=password,
                actor=by,
                origin=None,
                now=now,
            )
            held[row.name] = ()
        staff.grant_role(
            session, name=row.name, role=row.role, scope=where, actor=by, origin=None, now=now
        )
    return rows


def _print_rows(rows: list[SetupRow], passwords: dict[str, str], write: bool) -> None:
    for row in rows:
        if row.action != "same":
            print(f"{row.action:6} {row.table:10} {row.key}  {row.note}".rstrip())
    counts = Counter(row.action for row in rows)
    summary = (
        f"{counts['add']} to add, {counts['change']} to change, {counts['same']} left as they are"
    )
    if not write:
        print(f"Dry run: {summary}. Nothing was written; say --apply to write it.")
        return
    print(f"Written: {summary.replace(' to ', ' ')}.")
    for name, password in passwords.items():
        print(f"New sign-in: {name}  password: {password}  (shown once)")
