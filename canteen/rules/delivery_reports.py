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
    "same": ("已由{who}送达 {at}", "Delivered already, by {who} at {at}"),
    "same_failed": ("{who}已报没送成 {at}", "Reported as not delivered already, by {who} at {at}"),
    "conflict": (
        "对不上，已交社区核对，账先不动",
        "It contradicts: kept for the community to settle, nothing is changed yet",
    ),
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


def answer_words(
    code: str, *, state: str = "", who: str | None = None, at: datetime | None = None
) -> dict[str, str]:
    """The sentence of an answer in both languages. Of "same": who (a volunteer's number, or somebody of
    the community) reported the state, and when."""
    zh, en = _WORDS["same_failed" if (code, state) == ("same", "failed") else code]
    clock = f"{local_time(at):%H:%M}" if at is not None else ""
    return {
        "zh": zh.format(who=f" {who} " if who else "社区", at=clock).strip(),
        "en": en.format(who=who or "the community", at=clock),
    }
