"""`canteen serve`: one command for one canteen; on SQLite it runs the jobs too."""

import os
import sys

import click

from canteen.cli import servers
from canteen.cli.servers import KINDS, Plan
from canteen.cli.shell import check_is_made, open_database
from canteen.config import Settings, load_settings
from canteen.db.locks import ServeLock
from canteen.rules.errors import Conflict, Invalid


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--threads", type=click.IntRange(1, 4096), help="Threads of a worker [default: 32 + streams]."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes; one on SQLite [default: 1]."
)
@click.option("--server", "kind", type=click.Choice(KINDS), default="granian", show_default=True)
@click.option("--no-jobs", is_flag=True, help="Do not run the jobs beside the server.")
def serve(
    host: str, port: int, threads: int | None, workers: int | None, kind: str, no_jobs: bool
) -> None:
    """Run the web service until Ctrl-C.

    \b
    Example:
      canteen serve --host 0.0.0.0 --port 8000
    """
    settings = load_settings()
    is_sqlite, needed, lock = _prepare(settings)
    try:
        if is_sqlite and (workers or 1) > 1:
            raise Invalid(
                "one_worker",
                "SQLite 只能用一个进程；要多个请用 PostgreSQL",
                "SQLite takes one worker; for more use PostgreSQL",
            )
        if not servers.is_port_free(host, port):
            raise Conflict(
                "port_taken",
                f"{host}:{port} 已被占用，请换 --port",
                f"{host}:{port} is taken; choose another --port",
            )
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"http://{shown}:{port}/", err=False)
        sys.stdout.flush()
        plan = Plan(host, port, threads or needed, workers or 1, kind, is_sqlite and not no_jobs)
        code = servers.run(plan)
    finally:
        if lock is not None:
            lock.release()
    sys.exit(code)


def _prepare(settings: Settings) -> tuple[bool, int, ServeLock | None]:
    """Look at the database and take the mark of its one server; the database is closed again, because
    a connection must not travel into a forked worker."""
    database = open_database(settings)
    try:
        check_is_made(settings, database)
        needed = servers.threads_needed(database, settings.streams_max)
        path = database.path
    finally:
        database.close()
    if path is None:
        return False, needed, None
    lock = ServeLock(path.with_name(path.name + ".serve.lock"))
    holder = lock.take()
    if holder is not None:
        raise Conflict(
            "already_served",
            f"进程 {holder} 已在服务这个数据库（本进程 {os.getpid()} 没有启动）",
            f"Process {holder} already serves this database (this one, {os.getpid()}, did not start)",
            pid=holder,
        )
    return True, needed, lock
