"""Acts of people at a counter, each with a client-made id: done once, answered alike for ever."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.swipes import CounterAct
from canteen.rules.errors import id_reused


def asked_sha256(kind: str, asked: Mapping[str, object]) -> str:
    """The fingerprint of what was asked, to tell a repeat from another thing under the same id."""
    text = json.dumps([kind, dict(asked)], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def find_done(session: Session, id_: str, sha256: str) -> dict[str, Any] | None:
    """The stored answer of this id; Conflict `id_reused` when it came before with other contents."""
    row = session.execute(
        select(CounterAct.asked_sha256, CounterAct.answer).where(CounterAct.id == id_)
    ).one_or_none()
    if row is None:
        return None
    if row.asked_sha256 != sha256:
        raise id_reused(id=id_)
    stored: dict[str, Any] = json.loads(row.answer)
    return stored


def record_act(
    session: Session,
    *,
    id: str,
    kind: str,
    canteen_id: int,
    counter_id: int | None,
    by: str,
    sha256: str,
    answer: Mapping[str, object],
    now: datetime,
) -> None:
    """Keep the act with its answer, in the transaction that did it."""
    session.execute(
        insert(CounterAct).values(
            id=id,
            kind=kind,
            canteen_id=canteen_id,
            counter_id=counter_id,
            done_by=by,
            done_at=now,
            asked_sha256=sha256,
            answer=json.dumps(answer, ensure_ascii=False, sort_keys=True),
        )
    )
