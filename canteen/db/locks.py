"""Exclusive locks between processes, by a file beside the database. Released by the kernel at death."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if os.name == "nt":
    import msvcrt

    def _lock(handle: int, wait: bool) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _lock(handle: int, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Wait for the lock on `path`, hold it for the block. Each call has its own handle, so that
    threads of one process exclude each other as processes do."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


class ServeLock:
    """The mark of the one server of a database file: `<database>.serve.lock` with the holder's pid."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> int | None:
        """Take the lock; None when taken, else the pid of the process that serves (0 if unknown)."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle, wait=False)
        except OSError:
            pid = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            return int(pid) if pid.isdigit() else 0
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        os.set_inheritable(handle, False)
        self._handle = handle
        return None

    def release(self) -> None:
        """Give it back; safe to call twice."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
