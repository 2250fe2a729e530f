"""When a card was read, by our clock: what an agent's stamp is worth, and when a person must look.

Pure, because re-judging and tests ask it too. SOURCE: domain.md §2, "Late swipes".
"""

from datetime import datetime, timedelta

#: a stamp this far in the future, or this old, waits for a person
FUTURE_MAX = timedelta(minutes=2)
AGE_MAX = timedelta(days=7)


def correct_clock(
    read_at: datetime,
    *,
    clock_ok: bool,
    age_ms: int | None,
    offset_ms: int | None,
    now: datetime,
) -> tuple[datetime, str | None]:
    """The corrected instant of reading, and why the swipe must be held, if it must.

    A clock that the agent itself distrusts is replaced by arrival minus the monotonic age `age_ms`;
    a measured offset (agent minus ours, ms) is taken off; what is then still in the future is
    `clock_ahead`, older than seven days `too_old`, without any measure `clock_unknown`."""
    if not clock_ok:
        if age_ms is None:
            return read_at, "clock_unknown"
        # An age that no date can be taken back by is too old all the same.
        read_at = now - min(timedelta(milliseconds=age_ms), 2 * AGE_MAX)
    elif offset_ms is not None:
        read_at -= timedelta(milliseconds=offset_ms)
    if read_at > now + FUTURE_MAX:
        return read_at, "clock_ahead"
    if read_at < now - AGE_MAX:
        return read_at, "too_old"
    return read_at, None
