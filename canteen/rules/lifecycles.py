"""States and what moves them, as tables: what is not written here cannot happen.

Ground floor: codes only. SOURCE: domain.md §5 and §6.
"""

from collections.abc import Mapping

from canteen.rules.errors import Conflict

Table = Mapping[tuple[str, str], str]
"""(state, action) → the state after it."""

DELIVERY: Table = {
    ("queued", "assign"): "assigned",
    ("assigned", "assign"): "assigned",
    ("assigned", "unassign"): "queued",
    ("queued", "cancel"): "cancelled",
    ("assigned", "cancel"): "cancelled",
    ("cancelled", "reinstate"): "queued",
    ("assigned", "go_out"): "out",
    ("out", "deliver"): "delivered",
    ("out", "fail"): "failed",
    # a slip of the finger at the door, taken back while the day is open
    ("delivered", "undo"): "out",
    ("failed", "undo"): "out",
    # carried once more: a new attempt with meals of its own
    ("failed", "again"): "queued",
}
RUN: Table = {
    ("planned", "go_out"): "out",
    ("out", "come_back"): "back",
    ("back", "undo"): "out",
}
#: a claim that came back is followed by a new draft, version n+1
CLAIM: Table = {
    ("draft", "draw"): "draft",
    ("draft", "check"): "checked",
    ("draft", "discard"): "discarded",
    ("checked", "draw"): "draft",
    ("checked", "submit"): "submitted",
    ("checked", "discard"): "discarded",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("submitted", "withdraw"): "withdrawn",
    ("approved", "return"): "returned",
    ("approved", "pay"): "paid",
    # a payment written by mistake, taken back
    ("paid", "unpay"): "approved",
}


def may_move(table: Table, state: str, action: str) -> bool:
    """Whether the table knows this step."""
    return (state, action) in table


def move(table: Table, state: str, action: str) -> str:
    """The state after the action; Conflict `state_step` when the table does not know the step."""
    if (state, action) not in table:
        raise Conflict(
            "state_step",
            "现在不能这样做，请刷新再看",
            "This cannot be done now: reload and look again",
            state=state,
            action=action,
        )
    return table[state, action]
