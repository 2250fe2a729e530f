"""What each answer of the service means: the table of the contract, and odd answers."""

from datetime import UTC, datetime

import pytest

from card_reader.answers import find_meaning, find_wait_ms

OK = {"id": "x", "outcome": "subsidised"}
MEANINGS = [
    (200, OK, "answered"),
    (201, OK, "answered"),
    (201, {"id": "x", "outcome": "card_lost"}, "answered"),
    (400, {}, "dead"),
    (409, {}, "dead"),
    (422, {}, "dead"),
    (500, {}, "fault"),
    (429, {}, "again"),
    (502, {}, "again"),
    (503, {}, "again"),
    (504, {}, "again"),
    (401, {"code": "clock_skew", "server_time": 1}, "clock"),
    (401, {"code": "clock_skew"}, "stop"),
    (401, {"code": "signature"}, "stop"),
    (403, {}, "stop"),
    (200, {}, "again"),
    (200, {"id": "y", "outcome": "subsidised"}, "again"),
    (200, {"id": "x", "outcome": None}, "again"),
    (204, {}, "again"),
    (302, {}, "again"),
    (404, {}, "again"),
    (413, {}, "again"),
    (501, {}, "again"),
    (0, {}, "again"),
]


@pytest.mark.parametrize(("status", "facts", "meaning"), MEANINGS)
def test_each_answer_has_one_meaning(status: int, facts: dict[str, object], meaning: str) -> None:
    assert find_meaning("x", status, facts) == meaning


WAITS = [
    (None, None),
    ("0", 0),
    (" 7 ", 7000),
    ("999", 60_000),
    ("Wed, 25 Nov 2026 03:00:09 GMT", 9000),
    ("Wed, 25 Nov 2026 03:00:09 -0000", 9000),
    ("Wed, 25 Nov 2026 02:00:00 GMT", 0),
    ("soon", None),
    ("9" * 5000, None),
    ("-1", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "wait_ms"), WAITS)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_minute(
    text: str | None, wait_ms: int | None
) -> None:
    assert find_wait_ms(text, datetime(2026, 11, 25, 3, 0, tzinfo=UTC)) == wait_ms
