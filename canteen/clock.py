"""The only reader of the clock. Entries (web, cli, jobs) call `instant()`; all below take `now`.

The demonstration's offset lives here: it is set once, by an entry that has seen that the database is
marked as a demonstration, so that server, agent and jobs agree on a "now" of eleven in the morning.
"""

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def instant() -> datetime:
    """Now, in UTC, moved by the demonstration's offset if there is one."""
    return datetime.now(UTC) + _offset


def offset_seconds() -> float:
    """What the clock is moved by, for a process of our own."""
    return _offset.total_seconds()


def set_offset(seconds: float) -> None:
    """Move this process's clock by `seconds`; only for a database marked as a demonstration."""
    global _offset  # noqa: PLW0603 - one clock a process is the point
    _offset = timedelta(seconds=seconds)
