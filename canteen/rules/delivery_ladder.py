"""The safety ladder of a door that nobody opens: whom to try next, and until when somebody must.

Ground floor: steps and results are codes, instants come in as values. SOURCE: domain.md §5, practice.md §6.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

STEPS: Mapping[str, tuple[str, str]] = {
    "call_elder": ("打给她本人", "Call her"),
    "call_contact": ("打给家里人", "Call the family"),
    "neighbour": ("请邻居看看", "Ask a neighbour"),
    "secretary": ("社区上门看", "Somebody of the community goes there"),
}
"""Step → what is done, in the order of the ladder."""

RESULTS: Mapping[str, tuple[str, str]] = {
    "no_answer": ("没人接", "no answer"),
    "answered": ("联系上了", "reached"),
    "told": ("告诉了", "told"),
}
"""What came of a step; `told`: somebody knows and goes to look."""

#: outcomes of a delivery after which somebody has seen her, or has not
TELLS_OF_HER = frozenset({"delivered", "refused", "not_home"})
#: somebody stands before the door at the latest so long after nobody opened
LOOK_WITHIN = timedelta(minutes=15)
#: relations of a contact who lives near and can knock
NEAR = ("邻居", "楼长", "对门", "楼下", "楼上", "网格员")


def is_near(relation: str) -> bool:
    """Whether a contact of this relation is a neighbour rather than family."""
    return any(word in relation for word in NEAR)


def find_next_step(done: Sequence[tuple[str, str]], reachable: Collection[str]) -> str | None:
    """The step after those `done` (step, result): the first one above them that somebody can be
    reached by; the last one always can. None when she was reached, or the last step is done."""
    order = list(STEPS)
    if any(result == "answered" for _, result in done):
        return None
    reached = max((order.index(step) for step, _ in done), default=-1)
    for step in order[reached + 1 :]:
        if step in reachable or step == order[-1]:
            return step
    return None


def look_by(failed_at: datetime) -> datetime:
    """Until when somebody has been reached or stands before the door."""
    return failed_at + LOOK_WITHIN


def is_away_twice(found: Mapping[date, Collection[str]]) -> bool:
    """Whether nobody opened on the last two dates that tell of her: `found` has what came of each date's
    deliveries, "delivered" or why not. What was spilt or went to a wrong address tells nothing."""
    told = {
        day: {outcome for outcome in outcomes if outcome in TELLS_OF_HER}
        for day, outcomes in found.items()
    }
    last_two = sorted((day for day, outcomes in told.items() if outcomes), reverse=True)[:2]
    return len(last_two) == 2 and all(told[day] == {"not_home"} for day in last_two)
