"""A secret that somebody tries at a door, a password or a PIN: how many are hashed at once, and what is
told when it is wrong or tried too often. One for both doors, so that neither is the easier one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Response

from canteen.rules.errors import Busy, Refused
from canteen.services.sign_in import Try
from canteen.web.i18n import pick

#: an argon2 hash takes 19 MiB and a core for 30 ms; more than two at once would slow the taps, and
#: who waits for long would hold a thread that a tap needs
_hashing = threading.BoundedSemaphore(2)
HASHING_WAIT_SECONDS_MAX = 3
#: what a page tells beside its field, not as an error of its own → the status it is told with
TRY_STATUS = {"sign_in_wrong": 401, "sign_in_wait": 429}


@contextmanager
def hashing() -> Iterator[None]:
    """A turn at hashing; Busy when none comes soon."""
    if not _hashing.acquire(timeout=HASHING_WAIT_SECONDS_MAX):
        raise Busy("sign_in_busy")
    try:
        yield
    finally:
        _hashing.release()


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a counted try is told when its secret is wrong; `zh` and `en` say what is."""

    tried: Try
    zh: str
    en: str

    def get_attempt(self) -> int:
        """The try's id; Refused when it is to wait first, and then it is not looked at."""
        seconds = self.tried.wait_seconds
        if self.tried.attempt_id is None:
            raise Refused(
                "sign_in_wait",
                f"试得太多了，请等 {seconds} 秒再试。",
                f"Too many tries. Please wait {seconds} seconds.",
                retry_seconds=seconds,
            )
        return self.tried.attempt_id

    def refused(self) -> Refused:
        """It is wrong: with the tries that are left, or how long to wait."""
        left, seconds = self.tried.tries_left, self.tried.next_wait_seconds
        if left:
            minutes = _minutes(60)
            then_zh = f"再错 {left} 次后要等 {minutes} 分钟。"
            then_en = f"After {left} more wrong tries you will have to wait {minutes} min."
        else:
            minutes = _minutes(seconds)
            then_zh = f"请等 {minutes} 分钟再试。"
            then_en = f"Please wait {minutes} min before the next try."
        return Refused(
            "sign_in_wrong",
            f"{self.zh}。{then_zh}",
            f"{self.en}. {then_en}",
            tries_left=left,
            wait_seconds=seconds,
        )


def told_on_page(error: Refused, draw: Callable[[str], str]) -> Response:
    """The form once more, drawn with what is wrong; any other refusal goes on to the error page."""
    if error.code not in TRY_STATUS:
        raise error
    response = Response(draw(pick(error.zh, error.en)), TRY_STATUS[error.code])
    if "retry_seconds" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_seconds"])
    return response


def _minutes(seconds: int) -> int:
    return max(1, -(-seconds // 60))
