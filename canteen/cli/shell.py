"""What a command on a database needs: settings, the database, and who is acting with which roles."""

import functools
import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from canteen import clock
from canteen.config import Settings, load_settings
from canteen.db.release import read_head
from canteen.db.run import Database
from canteen.models.encrypted import read_key_file
from canteen.rules.errors import Invalid, NotFound, Refused
from canteen.rules.roles import Grant, Place, may
from canteen.services import places, readiness, staff
from canteen.services.places import CanteenLine


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command works: its settings, its database, and who acts with which roles.

    `actor` and `origin` go into the audit trail. `grants` is None where the operating system's user
    is trusted (init, setup, jobs, backup …)."""

    settings: Settings
    database: Database
    actor: str
    origin: str
    permission: str | None = None
    grants: tuple[Grant, ...] | None = None

    def check(self, place: Place | None) -> None:
        """Refused unless the acting account has the command's permission at `place`."""
        if self.grants is None or self.permission is None:
            return
        if not may(self.grants, self.permission, place):
            raise Refused(
                "not_permitted",
                f"{self.actor} 在这里没有权限：{self.permission}",
                f"{self.actor} has no permission for this here: {self.permission}",
                permission=self.permission,
            )

    def get_canteen(self, code: str) -> CanteenLine:
        """The canteen of a code; NotFound that says which there are."""
        line = self.database.read(places.find_canteen, code=code)
        if line is None:
            known = ", ".join(one for one, _, _ in self.database.read(places.list_canteens))
            raise NotFound(
                "canteen_unknown",
                f"没有食堂 {code}；有：{known}",
                f"No canteen {code}; there are: {known}",
            )
        return line


def os_user() -> str:
    """ "command line: OS user x", as the audit trail names whoever types."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid()) if hasattr(os, "getuid") else "?"
    return f"command line: OS user {name}"


def open_database(settings: Settings, *, writer: bool = False) -> Database:
    """The database with the keys of its encrypted columns, if their file is there; sets the
    demonstration's clock, and refuses an offset for any other database."""
    ring = read_key_file(settings.data_key_file) if settings.data_key_file.exists() else None
    database = Database(settings.database_url, key_ring=ring, writer=writer)
    if settings.clock_offset_seconds:
        kind = database.read(readiness.find_instance_kind) if is_made(database) else None
        if kind != "demonstration":
            database.close()
            raise Invalid(
                "clock_offset",
                f"CANTEEN_CLOCK_OFFSET = {settings.clock_offset_seconds} 只能用于演示数据库；"
                "请去掉这个设置",
                f"CANTEEN_CLOCK_OFFSET = {settings.clock_offset_seconds} is allowed for a"
                " demonstration database only; remove the setting",
            )
        clock.set_offset(settings.clock_offset_seconds)
    return database


def is_made(database: Database) -> bool:
    """Have the tables been made? A SQLite file that is not there is not created by looking."""
    if database.path is not None and not database.path.exists():
        return False
    try:
        return database.read(readiness.find_revision) is not None
    except DBAPIError as error:
        raise Invalid(
            "database_unreadable",
            f"打不开数据库 {database.url}：{error.orig}。请看 CANTEEN_DATABASE_URL 对不对、"
            "数据库服务是否在运行；文件坏了就用 canteen restore",
            f"The database {database.url} does not open: {error.orig}. Is CANTEEN_DATABASE_URL right"
            " and its server running? A spoilt file is replaced by `canteen restore`",
        ) from None


def check_is_made(settings: Settings, database: Database) -> None:
    """Invalid with what to do when the database was never initialised, or by another release."""
    if not is_made(database):
        where = Path(str(database.path)).absolute() if database.path else settings.database_url
        raise Invalid(
            "not_initialised",
            f"还没有数据库：{where}。请先运行 canteen init",
            f"There is no database yet: {where}. Run `canteen init` first",
        )
    stands_at, wanted = database.read(readiness.find_revision), read_head()
    if stands_at != wanted:
        raise Invalid(
            "migrate_first",
            f"数据库是另一个版本的（{stands_at}，本程序要 {wanted}）。"
            "请运行 canteen init 升级，它会先做备份",
            f"The database is of another release ({stands_at}, this one wants {wanted})."
            " Run `canteen init` to bring it here; it makes a backup first",
        )


@contextmanager
def at_desk(
    *, as_staff: str | None = None, permission: str | None = None, any_release: bool = False
) -> Iterator[Desk]:
    """Settings and database for the length of a command, closed at its end. `any_release`: the
    command also works on a database that waits for its upgrade."""
    settings = load_settings()
    database = open_database(settings)
    try:
        if not (any_release and is_made(database)):
            check_is_made(settings, database)
        actor, grants = os_user(), None
        if as_staff is not None:
            account = database.read(staff.get_acting, name=as_staff)
            actor, grants = account.actor, account.grants
        desk = Desk(settings, database, actor, os_user(), permission, grants)
        desk.check(None)
        yield desk
    finally:
        database.close()


def writes(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a writing command `--as USER` and the argument `desk`; exit 2 when the role is missing.

    The command itself calls `desk.check(place)` once it knows the place of what it changes."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.option(
            "--as",
            "as_staff",
            metavar="USER",
            required=True,
            help="Act with the roles of this account; recorded in the audit trail.",
        )
        @functools.wraps(command)
        def wrapped(*args: Any, as_staff: str, **kwargs: Any) -> Any:
            with at_desk(as_staff=as_staff, permission=permission) as desk:
                return command(*args, desk=desk, **kwargs)

        return wrapped

    return decorate
