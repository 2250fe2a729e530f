"""What a report does to its delivery, and what it is answered with."""

from datetime import UTC, datetime

import pytest

from canteen.rules.delivery_reports import (
    FAILED_KINDS,
    KINDS,
    answer_words,
    judge,
    why_refused,
)
from canteen.rules.lifecycles import DELIVERY, may_move

STATES = ("queued", "assigned", "out", "delivered", "failed", "cancelled")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
def test_only_what_the_lifecycle_allows_is_applied(kind: str, state: str) -> None:
    fail_code = "other" if state == "failed" else None
    outcome = judge(kind, state, fail_code)
    action = {"delivered": "deliver", "undo": "undo"}.get(kind, "fail")
    is_allowed = may_move(DELIVERY, "out" if state == "assigned" else state, action)
    assert (outcome == "applied") == (is_allowed and (kind != "undo" or state != "assigned"))


@pytest.mark.parametrize("kind", FAILED_KINDS)
def test_two_reasons_for_one_failure_wait_for_a_person(kind: str) -> None:
    assert judge(kind, "failed", kind) == "same"
    other = next(one for one in FAILED_KINDS if one != kind)
    assert judge(kind, "failed", other) == "conflict"


def test_what_is_refused_says_why() -> None:
    assert why_refused("undo", "out") == "nothing_to_undo"
    assert why_refused("not_home", "cancelled") == "cancelled"
    assert why_refused("refused", "queued") == "not_on_a_run"


def test_who_reported_first_is_told_with_the_time() -> None:
    at = datetime(2026, 11, 25, 4, 1, tzinfo=UTC)
    assert answer_words("same", state="delivered", at=at, who="V1") == {
        "zh": "已由 V1 送达 12:01",
        "en": "Delivered already, by V1 at 12:01",
    }
    assert answer_words("same", state="failed", at=at, who=None) == {
        "zh": "社区已报没送成 12:01",
        "en": "Reported as not delivered already, by the community at 12:01",
    }
    assert answer_words("same", state="failed", at=at, who="V1")["zh"] == "V1 已报没送成 12:01"
    assert answer_words("same", state="delivered", at=at)["zh"] == "已由社区送达 12:01"
