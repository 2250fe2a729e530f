"""Counter events: rows the screens of one counter draw from, written in the act's own transaction."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from canteen.models.audit import CounterEvent
from canteen.models.sites import Counter


def append_event(
    session: Session,
    *,
    counter_id: int,
    view: str,
    kind: str,
    body: Mapping[str, object],
    now: datetime,
) -> int:
    """Append one event for `view` ("cashier" or "display") and return its number.

    The number comes from the counter's row, which is thereby locked until the commit (lock order:
    purse, counter, canteen-day)."""
    seq = session.execute(
        update(Counter)
        .where(Counter.id == counter_id)
        .values(event_seq=Counter.event_seq + 1)
        .returning(Counter.event_seq)
    ).scalar_one()
    session.execute(
        insert(CounterEvent).values(
            counter_id=counter_id,
            seq=seq,
            view=view,
            kind=kind,
            at=now,
            body=json.dumps(body, ensure_ascii=False),
        )
    )
    return seq


def append_sale(
    session: Session,
    *,
    counter_id: int,
    sale: Mapping[str, object] | None,
    why: str,
    now: datetime,
) -> None:
    """Tell the cashier's screen what is keyed now, or that nothing is (`sale` None), and why."""
    append_event(
        session,
        counter_id=counter_id,
        view="cashier",
        kind="sale",
        body={"sale": sale, "why": why},
        now=now,
    )
