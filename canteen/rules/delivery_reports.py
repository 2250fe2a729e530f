"""What a report from a door does to its delivery, as a table, and what it is answered with.

Ground floor. What only repeats is the same, what contradicts waits for a person, what cannot be is
refused; each is kept. SOURCE: domain.md §5; field case O-059.
"""

from collections.abc import Mapping
from datetime import datetime

from canteen.rules.days import local_time

FAILED_KINDS = ("not_home", "refused", "spilt", "wrong_address", "other")
KINDS = ("delivered", *FAILED_KINDS, "undo")
WELLBEING = ("well", "unwell", "worried")
NEXT_DAY = ("yes", "no")
#: what a person may say of a report that contradicts another, or the day
DECISIONS = ("delivered", "failed", "nothing")

_OUTCOMES: Mapping[tuple[str, str], str] = {
    ("delivered", "assigned"): "applied",
    ("delivered", "out"): "applied",
    ("delivered", "delivered"): "same",
    ("delivered", "queued"): "conflict",
    ("delivered", "failed"): "conflict",
    ("delivered", "cancelled"): "conflict",
    ("failed", "assigned"): "applied",
    ("failed", "out"): "applied",
    ("failed", "failed"): "same",
    ("failed", "delivered"): "conflict",
    ("undo", "delivered"): "applied",
    ("undo", "failed"): "applied",
}
"""(what is reported, the state it finds) → its outcome; all else is refused."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "applied": ("记下了", "Taken"),
    "same": ("已由 {who} {what} {at}", "{what} already, by {who} at {at}"),
    "same_by_staff": ("社区已记{what} {at}", "{what} already, by the community at {at}"),
    "conflict": ("对不上，已交社区核对，没有扣钱", "Kept for the community to settle; not charged"),
    "day_signed": (
        "这一天已日结，已交社区核对，没有改账",
        "The day is signed off: kept for the community to settle, nothing changed",
    ),
    "cancelled": ("这一份已取消，不用送", "This delivery was cancelled"),
    "not_yours": ("这是别人报的，请社区改", "Somebody else reported it: ask the community"),
    "nothing_to_undo": ("没有可以收回的", "There is nothing to take back"),
    "not_on_a_run": ("这一份还没有分派", "This delivery is on nobody's round"),
    "already_eaten": (
        "她在食堂吃过了，已交社区核对，没有扣钱",
        "She has eaten at the canteen: kept for the community to settle; not charged",
    ),
    "price_missing": (
        "没有这餐的价格，已交社区核对",
        "This mealtime has no price: kept for the community to settle",
    ),
}
_WHAT = {"delivered": ("送达", "delivered"), "failed": ("没送成", "reported as not delivered")}


def judge(kind: str, state: str, fail_code: str | None) -> str:
    """The outcome of a report of `kind` that finds its delivery in `state`."""
    group = kind if kind in ("delivered", "undo") else "failed"
    outcome = _OUTCOMES.get((group, state), "refused")
    # Two who say why it failed in two ways: the money is the same, the elder is not.
    return "conflict" if outcome == "same" and group == "failed" and kind != fail_code else outcome


def why_refused(kind: str, state: str) -> str:
    """The code of a refused report."""
    if kind == "undo":
        return "nothing_to_undo"
    return "cancelled" if state == "cancelled" else "not_on_a_run"


def answer_words(code: str, **facts: object) -> dict[str, str]:
    """The sentence of an answer in both languages; `state`, `at` and `who` are facts of "same"."""
    who = facts.get("who")
    zh, en = _WORDS["same_by_staff" if code == "same" and who is None else code]
    what_zh, what_en = _WHAT.get(str(facts.get("state")), ("", ""))
    at = facts.get("at")
    clock = f"{local_time(at):%H:%M}" if isinstance(at, datetime) else ""
    return {
        "zh": zh.format(who=who, what=what_zh, at=clock),
        "en": en.format(who=who, what=what_en.capitalize(), at=clock),
    }
