"""How the reader is: counted by the reading thread, reported by the sending one.

Silence of a one-way reader proves nothing, so the report says when a byte, a frame and a card came
last and lets the service judge.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from threading import Lock

from card_reader import __version__
from card_reader.clock import Clock
from card_reader.outbox import Outbox, since_text
from card_reader.protocols.catalogue import Profile
from card_reader.protocols.events import CardRead, Event, Rejected


class Health:
    """State of the port and counts since the agent started."""

    def __init__(self, clock: Clock, port: str, profile: Profile) -> None:
        self._clock = clock
        self._lock = Lock()
        self._port = port
        self._profile_hash = hash_profile(profile)
        self._state = "absent"
        self._is_told = False
        self._since = since_text(clock.wall())
        self._last: dict[str, str | None] = {
            "last_byte_at": None,
            "last_frame_at": None,
            "last_card_at": None,
        }
        self._good = 0
        self._bad: Counter[str] = Counter()
        self._opened = 0
        self.changes = 0

    def port_state(self, state: str) -> bool:
        """The port is now so; whether that is a change."""
        with self._lock:
            if state == "open":
                self._opened += 1
            if state == self._state and self._is_told:
                return False
            self._is_told = True
            self._state, self._since = state, since_text(self._clock.wall())
            self.changes += 1
            return True

    def bytes_came(self) -> None:
        """Something came from the reader."""
        self._stamp("last_byte_at")

    def count(self, event: Event) -> None:
        """Count one event of the parser."""
        if isinstance(event, CardRead):
            self._good += 1
            self._stamp("last_frame_at")
        elif isinstance(event, Rejected):
            self._bad[event.reason] += 1

    def card_taken(self) -> None:
        """A reading became a swipe."""
        self._stamp("last_card_at")

    def report(self, outbox: Outbox, clock_offset_ms: int | None) -> dict[str, object]:
        """The body of `PUT /api/v1/readers/self/health`.

        `clock_offset_ms` is this machine's clock minus the service's.
        """
        counts = outbox.counts()
        with self._lock:
            bad = {reason: n for reason, n in self._bad.items() if reason != "ghost"}
            return {
                "state": self._state,
                "since": self._since,
                "port": self._port,
                **self._last,
                "frames_good": self._good,
                "frames_bad": bad,
                "ghosts": self._bad["ghost"],
                "reopened": max(0, self._opened - 1),
                "outbox_waiting": counts["waiting"],
                "outbox_dead": counts["dead"],
                "outbox_stuck": counts["stuck"],
                "oldest_waiting_at": outbox.find_oldest_waiting(),
                "clock_offset_ms": clock_offset_ms,
                "agent_version": __version__,
                "profile_hash": self._profile_hash,
            }

    def _stamp(self, name: str) -> None:
        with self._lock:
            self._last[name] = since_text(self._clock.wall())


def hash_profile(profile: Profile) -> str:
    """Twelve hex digits that change with any setting of the profile."""
    facts = {k: v for k, v in asdict(profile).items() if not callable(v)}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
