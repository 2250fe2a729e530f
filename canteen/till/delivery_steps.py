"""The steps somebody took when nobody opened: kept once each, read by board and phone alike.

Beside the till because the volunteer's page and the secretary's board write the same ladder.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from canteen.models.delivery_reports import DeliveryStep
from canteen.rules.delivery_ladder import RESULTS, STEPS, find_next_step, is_near, look_by
from canteen.rules.errors import Invalid
from canteen.till.delivery_stops import Stop
from canteen.till.phones import Phone, list_phones

NOTE_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder: whom somebody tried, and what came of it."""

    step: str
    result: str
    note: str | None
    done_at: datetime
    done_by: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who was tried after nobody opened, who is next, and until when somebody must have looked."""

    steps: tuple[Step, ...]
    next_step: str | None
    #: whom the next step calls, if it calls somebody whose number is known
    call: Phone | None
    look_by: datetime
    is_late: bool

    @property
    def tried(self) -> tuple[tuple[str, str], ...]:
        """Each step taken with what came of it."""
        return tuple((one.step, one.result) for one in self.steps)


def record_step(
    session: Session,
    *,
    id: str,
    delivery_id: int,
    step: str,
    result: str,
    note: str | None,
    done_at: datetime,
    by: str,
    now: datetime,
) -> bool:
    """Keep a step under the id its maker gave it; False when it is kept already.

    Invalid `ladder_step` for a word that the ladder does not know."""
    if step not in STEPS or result not in RESULTS:
        raise Invalid("ladder_step", "请选找了谁、结果怎样", "Choose whom, and what came of it")
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    kept = session.execute(
        (sqlite if on_sqlite else postgresql)
        .insert(DeliveryStep)
        .values(
            id=id,
            delivery_id=delivery_id,
            step=step,
            result=result,
            note=(note or "").strip()[:NOTE_LENGTH_MAX] or None,
            done_at=done_at,
            received_at=now,
            done_by=by,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(DeliveryStep.id)
    )
    return kept.one_or_none() is not None


def list_steps(session: Session, deliveries: Collection[int]) -> dict[int, list[Step]]:
    """The steps of these deliveries, in the order they were taken."""
    found: dict[int, list[Step]] = defaultdict(list)
    rows = session.scalars(
        select(DeliveryStep)
        .where(DeliveryStep.delivery_id.in_(list(deliveries)))
        .order_by(DeliveryStep.done_at, DeliveryStep.received_at, DeliveryStep.id)
    )
    for row in rows:
        found[row.delivery_id].append(
            Step(row.step, row.result, row.note, row.done_at, row.done_by)
        )
    return found


def find_ladder(session: Session, stop: Stop, steps: list[Step], now: datetime) -> Ladder | None:
    """How far the ladder of a stop was climbed; None unless nobody opened."""
    if stop.state != "failed" or stop.fail_code != "not_home":
        return None
    phones = list_phones(session, stop.elder_id)
    by_step = {
        "call_elder": next((one for one in phones if not one.relation), None),
        "call_contact": next(
            (one for one in phones if one.relation and not is_near(one.relation)), None
        ),
        "neighbour": next((one for one in phones if is_near(one.relation)), None),
    }
    following = find_next_step(
        [(one.step, one.result) for one in steps],
        [step for step, phone in by_step.items() if phone is not None],
    )
    until = look_by(stop.done_at or stop.state_at)
    call = None if following is None else by_step.get(following)
    return Ladder(tuple(steps), following, call, until, following is not None and now > until)
