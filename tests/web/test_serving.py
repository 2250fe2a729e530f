"""`canteen serve` as a process: one server a file, and nobody left behind."""

import os
import signal
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
from tests.e2e.live import free_port
from tests.factories.world import make_world

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 100


class Installation:
    """A data folder with the base world, and the server run over it."""

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

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "canteen.cli", *words],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def serve(self, *words: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a server and wait for its first answer; the process and its address."""
        port = free_port()
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

    second = installation.run("serve", "--port", str(free_port()))

    assert second.returncode == 2
    assert str(process.pid) in second.stderr


def test_waitress_serves_too(installation: Installation):
    process, address = installation.serve("--server", "waitress", "--no-jobs")
    assert _status(f"{address}/readyz") == 200

    process.terminate()

    assert process.wait(PATIENCE_SECONDS) == 0
