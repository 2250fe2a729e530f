"""The processes of the live demonstration: server, pretended reader, agent; ours alone, ended cleanly."""

import ctypes
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from canteen.rules.errors import Busy, Conflict

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
PR_SET_PDEATHSIG = 1


class Processes:
    """Starts children and ends exactly those, the last started first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[tuple[str, subprocess.Popen[str]]] = []

    def start(
        self, name: str, module: str, words: Sequence[str], environment: Mapping[str, str]
    ) -> IO[str]:
        """Start `python -m module words…`, its output in `<name>.log`; returns its standard input."""
        log = (self._folder / f"{name}.log").open("a", encoding="utf-8")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C is ours: we end them in order
                preexec_fn=_follow_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        self._running.append((name, process))
        assert process.stdin is not None
        return process.stdin

    def check(self) -> None:
        """Conflict when one of them has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                log = self._folder / f"{name}.log"
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
                last = " | ".join(lines[-3:])
                raise Conflict(
                    "demo_process_ended",
                    f"{name} 停了（{process.returncode}）：{last}",
                    f"{name} has ended ({process.returncode}): {last}",
                )

    def stop(self) -> None:
        """End all, politely first; safe to call twice."""
        while self._running:
            _, process = self._running.pop()
            if process.stdin is not None:
                process.stdin.close()
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _follow_parent() -> None:
    """Should the demonstration itself be killed, the kernel ends its children."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until_ready(port: int, check: Callable[[], None]) -> None:
    """Return when the server answers `/healthz`; Busy when it does not in time."""
    end = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < end:
        check()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
        finally:
            connection.close()
    raise Busy("demo_not_ready")


def write_agent_file(folder: Path, *, port: int, reader: Mapping[str, object], pty: Path) -> Path:
    """The agent's `reader.toml` for the pretended reader."""
    path = folder / "reader.toml"
    values = {
        "server": f"http://127.0.0.1:{port}",
        "reader_id": reader["id"],
        "key": reader["key"],
        "port": str(pty),
        "profile": "rdm6300",
        "outbox": "outbox.db",  # beside this file
    }
    # A JSON text is a TOML text as well.
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path
