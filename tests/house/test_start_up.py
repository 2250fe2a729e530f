"""What the server's process must not carry, and how it must not be started."""

import subprocess
import sys

from tests.house.tree import ROOT

#: Tens of megabytes and a second of start for what only other processes do.
NOT_IN_THE_SERVER = {"alembic", "apscheduler", "typst", "xlsxwriter"}


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_server_loads_neither_migrations_nor_scheduler_nor_printing():
    done = _run("-c", "import sys, wsgi, canteen.cli.serve; print(*sys.modules)")

    assert done.returncode == 0, done.stderr
    assert not {name.split(".")[0] for name in done.stdout.split()} & NOT_IN_THE_SERVER


def test_a_process_that_opens_a_database_knows_every_table():
    """A command loads few modules: a row whose table refers to one not loaded could not be written."""
    done = _run(
        "-c",
        "import canteen.db.run; from canteen.models.base import Base; known = set(Base.metadata.tables);"
        " from canteen.models.metadata import metadata; print(*set(metadata.tables) - known)",
    )

    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_each_program_answers_help_without_loading_the_other_one():
    for module, foreign in (("canteen.cli", "card_reader"), ("card_reader", "canteen")):
        done = _run("-X", "importtime", "-m", module, "--help")
        loaded = {
            line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()
        }

        assert done.returncode == 0, done.stderr[-2000:]
        assert "usage" in done.stdout.lower()
        assert foreign not in loaded
