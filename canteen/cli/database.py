"""`canteen init`: the data folder, the keys, the tables of this release, the first administrator."""

import secrets
import sys
from pathlib import Path

import click

from canteen import clock
from canteen.cli.answers import say_json
from canteen.cli.backup_files import make_backup
from canteen.cli.shell import is_made, open_database
from canteen.config import Settings, load_settings, read_secret_key
from canteen.db.backup import name_of
from canteen.db.migrate import upgrade
from canteen.db.release import read_head
from canteen.db.run import Database
from canteen.models.encrypted import make_key_ring, write_key_file
from canteen.rules.errors import Invalid
from canteen.services import instances, readiness, staff


@click.command()
@click.option(
    "--admin", "name", default="admin", show_default=True, help="Name of the first administrator."
)
@click.option(
    "--password", help="Its password; without this it is asked for, or made where nobody can type."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def init(name: str, password: str | None, as_json: bool) -> None:
    """Create the database, or bring an older one to this release (after a backup of it).

    Makes the data folder and the key files when they are missing, and the first administrator; its
    password is asked for, or made and printed once. Safe to repeat.

    \b
    Example:
      canteen init
      canteen init --admin li --json
    """
    settings = load_settings()
    made_keys = prepare_files(settings)
    backup = prepare_database(settings, kind="real")
    database = open_database(settings)
    try:
        new_password = _first_administrator(database, name, password)
        revision = database.read(readiness.find_revision)
    finally:
        database.close()
    if as_json:
        say_json(
            {
                "database": name_of(settings.database_url),
                "revision": revision,
                "keys_made": [str(path) for path in made_keys],
                "backup": str(backup) if backup else None,
                "administrator": {"name": name, "password": new_password} if new_password else None,
            }
        )
        return
    for path in made_keys:
        print(f"Made the key file {path}: keep a copy of it apart from the backups.")
    if backup:
        print(f"The database as it was: {backup}")
    print(f"The database stands at revision {revision}.")
    if new_password:
        print(f"First administrator: {name}  password: {new_password}  (shown once)")


def prepare_files(settings: Settings) -> list[Path]:
    """The data folder and the key files, where they are missing; returns the files made.

    A database that is there without its key file is not given a new one: nothing of it would open."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    made = []
    if not settings.data_key_file.exists():
        database = Database(settings.database_url)
        try:
            has_database = is_made(database)
        finally:
            database.close()
        if has_database:
            raise Invalid(
                "key_file_missing",
                f"数据库已有，密钥文件却不在：{settings.data_key_file}。请从保存处取回，"
                "没有它打不开身份证号",
                f"There is a database but not its key file {settings.data_key_file}: fetch it from"
                " where it is kept; without it no encrypted column opens",
            )
        write_key_file(settings.data_key_file, make_key_ring())
        made.append(settings.data_key_file)
    if not settings.secret_key_file.exists():
        made.append(settings.secret_key_file)
    read_secret_key(settings.secret_key_file)
    return made


def prepare_database(settings: Settings, *, kind: str) -> Path | None:
    """Create or upgrade the tables and mark a new database as `kind`; the backup made before, if any."""
    backup = None
    database = Database(settings.database_url)
    try:
        revision = database.read(readiness.find_revision) if is_made(database) else None
        if revision is not None and revision != read_head():
            backup = make_backup(settings, database, None, now=clock.instant()).path
    finally:
        database.close()
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        database.run(instances.mark_instance, kind=kind, now=clock.instant())
    finally:
        database.close()
    return backup


def _first_administrator(database: Database, name: str, password: str | None) -> str | None:
    """Add the first administrator when there is no account; the password if this made it."""
    if database.read(staff.list_staff):
        return None
    made = None
    if password is None and sys.stdin.isatty():
        password = click.prompt(
            f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True
        )
    if password is None:
        password = made = secrets.token_urlsafe(12)
    database.run(staff.add_first_administrator, name=name, password=password, now=clock.instant())
    return made
