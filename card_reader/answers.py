"""What an answer of the service means for the swipe that was sent: one table.

It is kept apart from sending so that every status can be tried without a line, and so that the
batch and the single swipe are judged alike.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

RETRY_AFTER_SECONDS_MAX = 60

# answered: done. dead: this swipe can't be taken, the next goes on. again: later, in order.
# fault: the service failed at this one. stop: this reader is not let in. clock: sign anew.
Meaning = Literal["answered", "dead", "again", "fault", "stop", "clock"]


def find_meaning(swipe_id: str, status: int, facts: Mapping[str, object]) -> Meaning:
    """What status and document of an answer mean for the swipe with that id.

    A 200 that does not name the swipe and an outcome is not the service (a sign-in page of the
    network answers 200 too) and is tried again, as is every status that the contract does not name.
    """
    if status in (200, 201):
        known = facts.get("id") == swipe_id and isinstance(facts.get("outcome"), str)
        return "answered" if known else "again"
    if status in (400, 409, 422):
        return "dead"
    return find_refusal(status, facts) or "again"


def find_refusal(
    status: int, facts: Mapping[str, object]
) -> Literal["fault", "stop", "clock"] | None:
    """What a status says that holds for any request; None for success and for "later"."""
    if status == 500:
        return "fault"
    if status == 401 and facts.get("code") == "clock_skew" and "server_time" in facts:
        return "clock"
    if status in (401, 403):
        return "stop"
    return None


def find_wait_ms(retry_after: str | None, now: datetime) -> int | None:
    """How long a Retry-After header asks to wait, in milliseconds, at most a minute."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        seconds = int(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        # A date without a zone is in UTC: RFC 9110 knows no other.
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = int((until - now).total_seconds())
    return 1000 * max(0, min(seconds, RETRY_AFTER_SECONDS_MAX))
