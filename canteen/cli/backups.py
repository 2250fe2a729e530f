"""`canteen backup` and `canteen restore`: a verified copy of the database, and the way back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click

from canteen import clock
from canteen.cli.answers import say_json
from canteen.cli.backup_files import make_backup
from canteen.cli.shell import at_desk
from canteen.config import load_settings
from canteen.db.archive import Archive, open_archive
from canteen.db.backup import copy_to_file, count_other_sessions, find_newest, name_of, write_back
from canteen.db.engine import sqlite_path
from canteen.db.locks import ServeLock, hold
from canteen.rules.errors import Conflict

#: counters send again from so long before the backup: what was on its way then is not in it
RESEND_MINUTES = 10


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def backup(output: Path | None, as_json: bool) -> None:
    """Copy the database into one file while it is in use, then open and count the copy.

    Without -o it lies in the backup folder. Keys are not in it: keep the data key file apart.

    \b
    Example:
      canteen backup -o /media/usb/canteen.zip
    """
    with at_desk(any_release=True) as desk:
        made = make_backup(desk.settings, desk.database, output, now=clock.instant())
        key_file = desk.settings.data_key_file
    if as_json:
        say_json(_describe(made))
        return
    rows = sum(made.facts.counts.values())
    print(f"{made.path}: {rows} rows, {made.facts.counts['meals']} meals, verified.")
    print(
        f"It needs the key {made.key or '–'} of {key_file} to be read in full; keep that file apart."
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Also over a database that holds newer things.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Put a backup in the place of the database. Refuses while `canteen serve` runs.

    A SQLite database that is replaced is kept beside it. Afterwards the counters must send again what
    the backup does not hold; the command for them is printed.

    \b
    Example:
      canteen restore data/backups/canteen-20261125T180000Z.zip
    """
    settings = load_settings()
    url = settings.database_url
    path = sqlite_path(url)
    folder = path.parent if path else settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with _nobody_serves(url), open_archive(file, folder) as (copy, archive):
        newest = find_newest(url)
        if newest is not None and newest > (archive.facts.newest_at or "") and not force:
            raise Conflict(
                "newer_database",
                f"现有数据库比备份新（{newest} > {archive.facts.newest_at}）；确定要盖掉就加 --force",
                f"The database holds newer things than the backup ({newest} >"
                f" {archive.facts.newest_at}); say --force to lose them",
            )
        kept = _replace_file(copy, path) if path else None
        if path is None:
            write_back(copy, url)
    since = datetime.fromisoformat(archive.made_at) - timedelta(minutes=RESEND_MINUTES)
    resend = f"card-reader outbox retry --since {since.isoformat(timespec='seconds')}"
    if as_json:
        say_json({**_describe(archive), "kept": str(kept) if kept else None, "resend": resend})
        return
    print(f"Restored {name_of(url)} from {file}: {archive.facts.counts['meals']} meals, verified.")
    if kept:
        print(f"What was there before: {kept}")
    print(f"Then, at every counter, send again what came after the backup:\n  {resend}")
    print("If this release is newer than the backup, run `canteen init` before `canteen serve`.")


@contextmanager
def _nobody_serves(url: str) -> Iterator[None]:
    """Hold the server's place, so that none starts while the database is replaced."""
    path = sqlite_path(url)
    if path is None:
        others = count_other_sessions(url)
        if others:
            raise Conflict(
                "database_in_use",
                f"还有 {others} 个连接在用这个数据库：请先停止 canteen serve 和 canteen jobs",
                f"{others} others are connected: stop `canteen serve` and `canteen jobs` first",
            )
        yield
        return
    lock = ServeLock(path.with_name(path.name + ".serve.lock"))
    pid = lock.take()
    if pid is not None:
        raise Conflict(
            "database_in_use",
            f"canteen serve 正在运行（进程 {pid}）：请先停止它",
            f"`canteen serve` is running (process {pid}): stop it first",
        )
    try:
        yield
    finally:
        lock.release()


def _replace_file(copy: Path, path: Path) -> Path | None:
    """Put `copy` in the place of the database file; the old one is kept whole, its -wal and -shm go."""
    kept = None
    with hold(path.with_name(path.name + ".write.lock")):
        if path.exists():
            kept = path.with_name(f"{path.name}.before-restore-{clock.instant():%Y%m%dT%H%M%SZ}")
            copy_to_file(f"sqlite:///{path}", kept)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        copy.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return kept


def _describe(archive: Archive) -> dict[str, object]:
    return {
        "file": str(archive.path),
        "made_at": archive.made_at,
        "revision": archive.facts.revision,
        "counts": archive.facts.counts,
        "ledger_sum_fen": archive.facts.ledger_sum_fen,
        "key": archive.key,
    }
