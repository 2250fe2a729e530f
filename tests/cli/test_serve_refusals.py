"""`canteen serve` does not start where it would do harm, and says why in one sentence."""

import os
import socket

import pytest

from canteen.db.locks import ServeLock
from tests.cli.conftest import Installation


def test_a_taken_port_is_named(installation: Installation):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = installation.run("serve", "--port", str(port), code=2)

    assert f"127.0.0.1:{port}" in ran.err  # `port_taken`


def test_sqlite_takes_one_worker(installation: Installation):
    ran = installation.run("serve", "--workers", "2", code=2)

    assert "SQLite" in ran.err  # `one_worker`


def test_a_database_has_one_server_and_is_not_restored_under_it(installation: Installation):
    backup = installation.folder / "backup.zip"
    installation.run("backup", "-o", str(backup))
    lock = ServeLock(installation.folder / "canteen.db.serve.lock")
    assert lock.take() is None

    served = installation.run("serve", "--port", "1", code=2)
    restored = installation.run("restore", str(backup), code=2)
    lock.release()

    assert str(os.getpid()) in served.err  # `already_served`
    assert str(os.getpid()) in restored.err  # `database_in_use`


def test_a_moved_clock_is_for_demonstrations_only(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CANTEEN_CLOCK_OFFSET", "3600")

    ran = installation.run("serve", "--port", "1", code=2)

    assert "CANTEEN_CLOCK_OFFSET" in ran.err


def test_without_a_database_it_says_what_to_do(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    missing = installation.folder / "none.db"
    monkeypatch.setenv("CANTEEN_DATABASE_URL", f"sqlite:///{missing}")

    for command in (("serve",), ("user", "list"), ("reader", "list")):
        assert "canteen init" in installation.run(*command, code=2).err, command
    assert not missing.exists()
