"""`canteen serve` as a process: one server a file, nobody left behind, accounts and readers by command."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from canteen.db.run import Database
from canteen.models.encrypted import make_key_ring, write_key_file
from tests.factories.staff import make_account
from tests.factories.world import make_world

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30


class Installation:
    """A data folder with the base world, and the commands run over it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CANTEEN_DATA_DIR": str(folder),
            "CANTEEN_DATABASE_URL": url,
            "CANTEEN_LOCALE": "en",
        }
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def run(self, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "canteen.cli", *words],
            env=self.env,
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def serve(self, *words: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a server and wait for its first answer; the process and its address."""
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "canteen.cli", "serve", "--port", str(port), *words],
            env=self.env,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.started.append(process)
        address = f"http://127.0.0.1:{port}"
        _wait_for(lambda: _status(f"{address}/readyz") == 200 or process.poll() is not None)
        return process, address


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def _wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.fixture
def installation(sqlite_url: str, tmp_path: Path) -> Iterator[Installation]:
    ring = make_key_ring()
    write_key_file(tmp_path / "data_keys.json", ring)
    database = Database(sqlite_url, key_ring=ring)
    database.run(make_world)
    database.run(make_account, "chief", ("admin", "everywhere"))
    database.run(make_account, "local", ("admin", "450702003005"))
    database.close()
    made = Installation(tmp_path, sqlite_url)
    yield made
    for process in made.started:
        if process.poll() is None:
            for child in _children(process):
                child.kill()
            process.kill()
        process.wait()


def test_it_serves_and_ctrl_c_ends_all_of_it(installation: Installation):
    process, address = installation.serve()
    assert _status(f"{address}/healthz") == 200
    assert _status(f"{address}/sign-in") == 200
    children = _children(process)
    assert len(children) >= 2, "the worker and the jobs"

    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE_SECONDS) == 0
    _wait_for(lambda: not any(child.is_running() for child in children))


def test_when_the_server_is_killed_nobody_goes_on_answering(installation: Installation):
    process, address = installation.serve()
    children = _children(process)

    process.kill()
    process.wait()

    _wait_for(lambda: not any(child.is_running() for child in children))
    assert _status(f"{address}/healthz") == 0
    again, address = installation.serve("--no-jobs")
    assert _status(f"{address}/readyz") == 200
    assert again.poll() is None


def test_a_worker_that_is_killed_is_replaced(installation: Installation):
    process, address = installation.serve("--no-jobs")
    [worker] = _children(process)

    worker.kill()

    _wait_for(lambda: not worker.is_running())
    _wait_for(lambda: _status(f"{address}/readyz") == 200)
    assert process.poll() is None


def test_a_second_server_of_the_same_file_names_the_first(installation: Installation):
    process, _ = installation.serve("--no-jobs")

    second = installation.run("serve", "--port", str(_free_port()))

    assert second.returncode == 2
    assert str(process.pid) in second.stderr


def test_a_taken_port_is_told(installation: Installation):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        ended = installation.run("serve", "--port", str(taken.getsockname()[1]))

    assert ended.returncode == 2
    assert "is taken" in ended.stderr


def test_sqlite_takes_one_worker(installation: Installation):
    ended = installation.run("serve", "--workers", "2")

    assert ended.returncode == 2
    assert "one worker" in ended.stderr


def test_waitress_serves_too(installation: Installation):
    process, address = installation.serve("--server", "waitress", "--no-jobs")
    assert _status(f"{address}/readyz") == 200

    process.terminate()

    assert process.wait(PATIENCE_SECONDS) == 0


def test_a_moved_clock_is_for_demonstrations_only(installation: Installation):
    installation.env["CANTEEN_CLOCK_OFFSET"] = "3600"

    ended = installation.run("serve", "--port", str(_free_port()))

    assert ended.returncode == 2
    assert "CANTEEN_CLOCK_OFFSET" in ended.stderr


def test_without_a_database_it_says_what_to_do(installation: Installation, tmp_path: Path):
    installation.env["CANTEEN_DATABASE_URL"] = f"sqlite:///{tmp_path / 'none.db'}"

    for command in (("serve",), ("user", "list"), ("reader", "list")):
        ended = installation.run(*command)
        assert ended.returncode == 2, command
        assert "canteen init" in ended.stderr, command
    assert not (tmp_path / "none.db").exists()


def test_the_server_carries_no_alembic_no_scheduler_and_no_typst():
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, wsgi, canteen.cli.serve; "
            "print([name for name in ('alembic', 'apscheduler', 'typst') if name in sys.modules])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.strip() == "[]"


def test_accounts_by_command(installation: Installation):
    run = installation.run

    made = run("user", "add", "li", "--role", "cashier", "--scope", "C1", "--as", "chief", "--json")
    assert made.returncode == 0, made.stderr
    assert len(json.loads(made.stdout)["password"]) == 19
    given = run("user", "passwd", "li", "--password-stdin", "--as", "chief", text="a-long-one\n")
    assert (given.returncode, given.stdout) == (0, "")
    assert run("user", "grant", "li", "cashier", "C2", "--as", "chief").returncode == 0
    assert run("user", "grant", "li", "cashier", "C1", "--revoke", "--as", "chief").returncode == 0

    listed = json.loads(run("user", "list", "--json").stdout)["staff"]
    [li] = [line for line in listed if line["name"] == "li"]
    assert li["roles"] == [{"role": "cashier", "scope": "C2"}]
    assert run("user", "disable", "li", "--as", "chief").returncode == 0
    assert run("user", "add", "wang", "--as", "li").returncode == 2


def test_a_local_administrator_reaches_no_further_than_her_area(installation: Installation):
    run = installation.run
    for words in (
        ("user", "add", "x", "--role", "admin", "--scope", "everywhere"),
        ("user", "add", "x", "--role", "cashier", "--scope", "C2"),
        ("user", "passwd", "chief", "--generate"),
        ("user", "disable", "chief"),
        ("reader", "add", "X", "--canteen", "C2", "--counter", "C2-1"),
        ("reader", "revoke", "C2-R1"),
    ):
        ended = run(*words, "--as", "local")
        assert ended.returncode == 2, words
        assert "permission" in ended.stderr, words
    assert (
        run("user", "add", "x", "--role", "cashier", "--scope", "C1", "--as", "local").returncode
        == 0
    )


def test_readers_by_command(installation: Installation):
    run = installation.run

    made = run(
        "reader", "add", "NEW", "--canteen", "C1", "--counter", "C1-2", "--as", "local", "--json"
    )
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)["readers"]["NEW"]
    assert len(bytes.fromhex(key["key"])) == 32
    assert run("reader", "revoke", "NEW", "--as", "local").returncode == 0

    listed = json.loads(run("reader", "list", "--json").stdout)["readers"]
    [line] = [line for line in listed if line["code"] == "NEW"]
    assert (line["id"], line["revoked"], line["counter"]) == (key["id"], True, "C1-2")
    assert key["key"] not in json.dumps(listed)
    unknown = run("reader", "add", "N", "--canteen", "C1", "--counter", "C9", "--as", "chief")
    assert unknown.returncode == 2
    assert "No counter C9" in unknown.stderr
