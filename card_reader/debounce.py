"""Which readings of a card are a swipe: the policy between the parser and the outbox.

A reader says a card again and again while it lies there, and an empty field sometimes says a number
that was never issued. Times are whole milliseconds of a monotonic clock: an hour's step of the wall
clock must not turn a card left lying into a second meal.
"""

from collections.abc import Callable
from typing import Literal

HOLD_MS = 2000
CONFIRM_MS = 1500
CARDS_MAX = 512

Verdict = Literal["swipe", "held", "again", "never"]


class Debounce:
    """Remembers each card apart, so A and B lying together (A B A B …) are two swipes.

    `is_known(uid)` answers yes, no, or None when no list has come yet. `sends_once` and
    `has_checksum` are the profile's: they decide whether one reading of a card that is not known
    can be enough.
    """

    def __init__(
        self, is_known: Callable[[str], bool | None], *, sends_once: bool, has_checksum: bool
    ) -> None:
        self._is_known = is_known
        self._sends_once = sends_once
        self._has_checksum = has_checksum
        self._accepted_ms: dict[str, int] = {}
        self._first_ms: dict[str, int] = {}

    def judge(self, uid: str, now_ms: int) -> Verdict:
        """What this reading is.

        "swipe": pass it on. "held": the same card is still lying there (each reading makes the
        hold last 2 s more). "again": a card that is not known, wanted a second time within 1.5 s.
        "never": all zeros, all F, or a cut or random 4-byte number.
        """
        if is_never_a_card(uid):
            return "never"
        self._forget(now_ms)
        if uid in self._accepted_ms:
            self._accepted_ms[uid] = now_ms
            return "held"
        if not self._is_one_enough(uid) and uid not in self._first_ms:
            self._first_ms[uid] = now_ms
            return "again"
        self._first_ms.pop(uid, None)
        self._accepted_ms[uid] = now_ms
        return "swipe"

    def _is_one_enough(self, uid: str) -> bool:
        known = self._is_known(uid)
        if known:
            return True
        return self._has_checksum and (known is None or self._sends_once)

    def _forget(self, now_ms: int) -> None:
        for seen, keep_ms in ((self._accepted_ms, HOLD_MS), (self._first_ms, CONFIRM_MS)):
            for uid in [uid for uid, at_ms in seen.items() if now_ms - at_ms > keep_ms]:
                del seen[uid]
            while len(seen) > CARDS_MAX:
                del seen[next(iter(seen))]


def is_never_a_card(uid: str) -> bool:
    """Whether `uid` can't be one person's card.

    All zeros and all F come from an empty field. A 4-byte number that begins with 88 is the cascade
    mark and the first 3 bytes of a 7-byte one (different cards look alike); one that begins with 08
    is made anew at every tap by phones and some bank cards (ISO 14443-3, NXP AN10927).
    """
    scheme, _, digits = uid.partition(":")
    if not digits.strip("0") or not digits.strip("F"):
        return True
    return scheme == "iso14443a" and len(digits) == 8 and digits.startswith(("88", "08"))
