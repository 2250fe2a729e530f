"""Running the web service: the WSGI server, its worker that dies with its parent, and the jobs beside it.

Granian in a worker process of its own; waitress where no wheel of granian fits. On SQLite one worker,
because one process owns the writer; the jobs process is started, watched and stopped with the server.
"""

import ctypes
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from canteen.config import streams_for
from canteen.db.run import Database
from canteen.services import places

log = structlog.get_logger(__name__)
ROOT = Path(__file__).parents[2]
REQUEST_THREADS = 32
PARENT_LOOK_SECONDS = 1
BACK_OFF_SECONDS = (1, 2, 5, 15, 60)
STOP_SECONDS_MAX = 10
PR_SET_PDEATHSIG = 1
BACKLOG = 2048
#: looked up before any fork: between fork and exec nothing may be imported
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Plan:
    """How one `canteen serve` runs."""

    host: str
    port: int
    threads: int
    workers: int
    kind: str
    has_jobs: bool


def threads_needed(database: Database, streams_max: int | None) -> int:
    """Threads of a worker: those of the requests, and one for each stream that may be open."""
    if streams_max is not None:
        return REQUEST_THREADS + streams_max
    return REQUEST_THREADS + streams_for(len(database.read(places.list_counters)))


def is_port_free(host: str, port: int) -> bool:
    """May we listen there? Asked before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def die_with_parent(parent: int) -> None:
    """End this process when `parent` is gone: by the kernel where it can, and by looking each second."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def look() -> None:
        while not threading.Event().wait(PARENT_LOOK_SECONDS):
            if os.getppid() != parent:
                os._exit(1)

    threading.Thread(target=look, name="parent", daemon=True).start()


def load_app(_target: str) -> object:
    """The worker's app, made in the worker: its writer thread would not survive a fork."""
    die_with_parent(os.getppid())
    return importlib.import_module("wsgi").app


class JobsProcess:
    """`canteen jobs` beside the server: started, started again with growing pauses, stopped at the end."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="jobs", daemon=True)

    def start(self) -> None:
        """Start it and go on watching."""
        self._thread.start()

    def stop(self) -> None:
        """End it politely, then surely."""
        self._stop.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._thread.join(STOP_SECONDS_MAX)

    def _watch(self) -> None:
        tries = 0
        while not self._stop.is_set():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "canteen.cli", "jobs"],
                cwd=Path.cwd(),
                env={**os.environ, "PYTHONPATH": _path_with_root()},
                stdin=subprocess.DEVNULL,
                preexec_fn=_follow_parent if _prctl is not None else None,  # noqa: PLW1509
            )
            code = self._process.wait()
            if self._stop.is_set():
                return
            pause = BACK_OFF_SECONDS[min(tries, len(BACK_OFF_SECONDS) - 1)]
            log.warning("jobs_ended", code=code, again_in_seconds=pause)
            tries += 1
            self._stop.wait(pause)


def _follow_parent() -> None:
    assert _prctl is not None
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to hand on


def _path_with_root() -> str:
    known = os.environ.get("PYTHONPATH", "")
    return f"{ROOT}{os.pathsep}{known}" if known else str(ROOT)


def run(plan: Plan) -> int:
    """Serve until told to stop; the exit code."""
    jobs = JobsProcess()
    if plan.has_jobs:
        jobs.start()
    try:
        return _SERVERS[plan.kind](plan)
    finally:
        if plan.has_jobs:
            jobs.stop()


def _run_granian(plan: Plan) -> int:
    granian = importlib.import_module("granian")
    constants = importlib.import_module("granian.constants")
    server = granian.Granian(
        "wsgi:app",
        address=plan.host,
        port=plan.port,
        interface=constants.Interfaces.WSGI,
        workers=plan.workers,
        blocking_threads=plan.threads,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        http=constants.HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=STOP_SECONDS_MAX,
        log_enabled=False,
        working_dir=ROOT,
    )
    try:
        server.serve(target_loader=load_app)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _run_waitress(plan: Plan) -> int:
    waitress = importlib.import_module("waitress")
    app = importlib.import_module("wsgi").app
    server = waitress.create_server(
        app,
        host=plan.host,
        port=plan.port,
        threads=plan.threads,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        server.close()
    return 0


_SERVERS: dict[str, Callable[[Plan], int]] = {"granian": _run_granian, "waitress": _run_waitress}
KINDS = tuple(_SERVERS)
