"""A swipe: one reading of a card with its own id, made once and kept through every sending.

The id protects the elder's money: however often and in whatever order a swipe is sent, the service
answers the same id the same way.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Literal

from card_reader.clock import Clock

CHINA = timezone(timedelta(hours=8))
# A clock that says less was never set: no agent was installed before this year.
YEAR_MIN = 2026
# The wall clock was set in between when it moved this much more or less than the monotonic one.
CLOCK_STEP_MS = 2000

Offline = Literal["taken", "refused"] | None


@dataclass(frozen=True, slots=True)
class Swipe:
    """One reading. `read_at` is RFC 3339 with milliseconds, `read_ms` monotonic milliseconds.

    `step_ms` is wall time minus monotonic time when it was read: it tells later whether the wall
    clock was set in between. `clock_ok`: the wall clock had ever been set.
    """

    id: str
    card_uid: str
    read_at: str
    read_ms: int
    step_ms: int
    boot_id: str
    clock_ok: bool


def make_swipe(card_uid: str, clock: Clock) -> Swipe:
    """A swipe of that card, read now."""
    wall, read_ms = clock.wall(), clock.monotonic_ms()
    return Swipe(
        id=str(uuid.uuid4()),
        card_uid=card_uid,
        read_at=wall.astimezone(CHINA).isoformat(timespec="milliseconds"),
        read_ms=read_ms,
        step_ms=int(wall.timestamp() * 1000) - read_ms,
        boot_id=clock.boot_id(),
        clock_ok=wall.year >= YEAR_MIN,
    )


def is_clock_ok(swipe: Swipe, clock: Clock) -> bool:
    """Whether `read_at` can be believed: set at the time, and not set anew since."""
    if not swipe.clock_ok or swipe.boot_id != clock.boot_id():
        return swipe.clock_ok
    step_ms = int(clock.wall().timestamp() * 1000) - clock.monotonic_ms()
    return abs(step_ms - swipe.step_ms) < CLOCK_STEP_MS


def find_age_ms(swipe: Swipe, clock: Clock) -> int | None:
    """Milliseconds since it was read, by the monotonic clock; None when the machine restarted."""
    if swipe.boot_id != clock.boot_id():
        return None
    return max(0, clock.monotonic_ms() - swipe.read_ms)


def make_body(
    swipe: Swipe, *, seq: int, offline: Offline, clock_ok: bool, age_ms: int | None
) -> str:
    """The JSON of `POST /api/v1/swipes`, in the contract's order of keys."""
    facts = {
        "id": swipe.id,
        "card_uid": swipe.card_uid,
        "read_at": swipe.read_at,
        "seq": seq,
        "offline": offline,
        "clock_ok": clock_ok,
        "age_ms": age_ms,
    }
    return json.dumps(facts, separators=(",", ":"))


def last_four(card_uid: str) -> str:
    """What may be shown and logged of a card: its last four digits."""
    return "…" + card_uid[-4:]
