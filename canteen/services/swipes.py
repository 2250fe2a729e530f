"""The swipe: from a card's number to a served meal, or a recorded refusal, in one transaction.

The same id always gets the same answer and never a second meal, however often and in whatever order
it is sent (domain.md §2).
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.sites import Reader
from canteen.models.swipes import Swipe
from canteen.rules.card_uid import parse_typed_card
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, NotFound
from canteen.rules.outcomes import ACCEPTED
from canteen.rules.reader_clock import correct_clock
from canteen.till.answers import (
    Answer,
    Stored,
    draw,
    dump,
    store_refusal,
    store_served,
)
from canteen.till.cards import CardFound, resolve_card
from canteen.till.facts import ElderFacts, load_facts
from canteen.till.hours import look_up_hours
from canteen.till.meal_requests import PLAIN, Refusal, Request, Served
from canteen.till.meals import serve
from canteen.till.merging import lock_person
from canteen.till.places import CounterPlace, get_counter, lock_counter
from canteen.till.quotes import get_first_meal, get_meal_line, list_portions
from canteen.till.sales import PendingSale, end_sale, find_pending
from canteen.trail.alarms import raise_alarm
from canteen.trail.events import append_sale
from canteen.trail.screens import Told, tell

#: the agent repeats a card that lies on the reader; so does a hand that sees no answer
REPEAT_WINDOW = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class SwipeAsked:
    """A swipe as an agent sends it (contract.md §4); `id` is the whole key of idempotency."""

    id: str
    card_uid: str
    read_at: datetime
    seq: int | None = None
    offline: str | None = None
    clock_ok: bool = True
    age_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One swipe under judgement."""

    asked: SwipeAsked
    counter: CounterPlace
    reader_id: int | None
    booked_by: str
    read_at: datetime
    held: str | None
    card: CardFound
    now: datetime

    @property
    def is_late(self) -> bool:
        """Late is what the agent says, never how long it took."""
        return self.asked.offline is not None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of it."""

    stored: Stored
    elder: ElderFacts | None = None
    served: Served | None = None
    refusal: Refusal | None = None
    first_swipe_id: str | None = None


def record_swipe(session: Session, *, reader_id: int, asked: SwipeAsked, now: datetime) -> Answer:
    """Judge and record one swipe of a reader. Conflict `id_reused` when the id came before with
    other contents or from another reader."""
    reader = session.execute(
        select(Reader.counter_id, Reader.code, Reader.clock_offset_ms).where(Reader.id == reader_id)
    ).one_or_none()
    if reader is None:
        raise NotFound("reader_unknown", "没有这个读卡器", "No such reader")
    seen = _find_seen(session, asked, reader_id=reader_id, counter_id=reader.counter_id)
    if seen is not None:
        return seen
    counter = get_counter(session, reader.counter_id)
    read_at, held = correct_clock(
        asked.read_at,
        clock_ok=asked.clock_ok,
        age_ms=asked.age_ms,
        offset_ms=reader.clock_offset_ms,
        now=now,
    )
    case = _Case(
        asked,
        counter,
        reader_id,
        f"reader:{reader.code}",
        read_at,
        held,
        resolve_card(session, asked.card_uid, counter.canteen, read_at),
        now,
    )
    return _record(session, case)


def record_typed_swipe(
    session: Session, *, counter_id: int, id: str, typed: str, by: str, now: datetime
) -> Answer:
    """A swipe that a keyboard reader typed into the counter's page; it is read when it arrives."""
    card_uid = parse_typed_card(typed)
    asked = SwipeAsked(id, card_uid, now)
    seen = _find_seen(session, asked, reader_id=None, counter_id=counter_id)
    if seen is not None:
        return seen
    counter = get_counter(session, counter_id)
    card = resolve_card(session, card_uid, counter.canteen, now)
    return _record(session, _Case(asked, counter, None, by, now, None, card, now))


def _find_seen(
    session: Session, asked: SwipeAsked, *, reader_id: int | None, counter_id: int
) -> Answer | None:
    row = session.execute(select(Swipe).where(Swipe.id == asked.id)).scalar_one_or_none()
    if row is None:
        return None
    typed = reader_id is None
    # What may differ is what the agent learns meanwhile: how old the read is, that its clock was wrong.
    same = (
        row.reader_id == reader_id
        and row.counter_id == counter_id
        and row.card_uid == asked.card_uid
        and (typed or row.raw_read_at == asked.read_at)
        and row.offline == asked.offline
        and row.seq == asked.seq
    )
    if not same:
        raise Conflict(
            "id_reused",
            "同一个编号送来了不同的内容",
            "This id came before with other contents or from another reader",
            id=asked.id,
        )
    return Answer(False, draw(session, row.id, row.answer))


def _record(session: Session, case: _Case) -> Answer:
    judged = _judge(session, case)
    text = dump(judged.stored)
    session.execute(
        insert(Swipe).values(
            id=case.asked.id,
            reader_id=case.reader_id,
            counter_id=case.counter.id,
            canteen_id=case.counter.canteen.id,
            card_uid=case.asked.card_uid,
            card_id=case.card.card_id,
            elder_id=judged.elder.id if judged.elder else None,
            read_at=case.read_at,
            raw_read_at=case.asked.read_at,
            received_at=case.now,
            seq=case.asked.seq,
            offline=case.asked.offline,
            clock_ok=case.asked.clock_ok,
            age_ms=case.asked.age_ms,
            outcome=judged.stored["outcome"],
            reason=judged.stored["reason"],
            first_swipe_id=judged.first_swipe_id,
            answer=text,
        )
    )
    tell(
        session,
        Told(
            case.asked.id,
            "swipe",
            case.counter,
            judged.elder,
            case.read_at,
            judged.stored,
            judged.served,
            judged.refusal,
            case.card.card_id,
            case.card.printed,
        ),
        case.now,
    )
    return Answer(True, draw(session, case.asked.id, text))


def _judge(session: Session, case: _Case) -> _Judged:
    """Take the locks and test in the order of domain.md §2."""
    elder, balance_fen = None, None
    if case.card.elder_id is not None:
        held = lock_person(session, case.card.elder_id)
        balance_fen = held.balance_fen
        elder = load_facts(session, held.elder_id, local_date(case.read_at))
    lock_counter(session, case.counter.id)
    refusal = _card_refusal(case, elder)
    if refusal is not None:
        # Whose balance it is does not follow from a card that may not be used.
        return _refused(case, refusal, elder, None)
    assert elder is not None
    assert balance_fen is not None
    sale = None if case.is_late else find_pending(session, case.counter.id, case.read_at)
    if sale is None or not sale.keyed.second:
        repeated = _find_repeated(session, case)
        if repeated is not None:
            return _repeat(session, case, elder, *repeated)
    if case.asked.offline == "refused":
        return _refused(case, _refuse_offline(session, case, elder), elder, balance_fen)
    return _serve(session, case, elder, balance_fen, sale)


def _card_refusal(case: _Case, elder: ElderFacts | None) -> Refusal | None:
    if case.held is not None:
        return Refusal("held", case.held)
    if case.card.refusal is not None:
        return Refusal(case.card.refusal, case.card.reason)
    assert elder is not None
    return Refusal("elder_inactive", elder.status) if elder.status else None


def _serve(
    session: Session, case: _Case, elder: ElderFacts, balance_fen: int, sale: PendingSale | None
) -> _Judged:
    result = serve(
        session,
        Request(
            uid=case.asked.id,
            canteen=case.counter.canteen,
            counter_id=case.counter.id,
            elder=elder,
            balance_fen=balance_fen,
            read_at=case.read_at,
            keyed=sale.keyed if sale else PLAIN,
            booked_by=case.booked_by,
            is_late=case.is_late,
            swipe_id=case.asked.id,
        ),
        case.now,
    )
    if isinstance(result, Refusal):
        return _refused(case, result, elder, balance_fen)
    if sale is not None:
        end_sale(session, sale.id, "consumed", case.now)
        append_sale(session, counter_id=case.counter.id, sale=None, why="consumed", now=case.now)
    if result.reason == "no_scheme":
        raise_alarm(
            session, "no_scheme", f"{case.counter.canteen.code}:{result.served_on}", case.now
        )
    stored = store_served(result, elder, late=case.is_late)
    return _Judged(stored, elder, served=result)


def _refused(
    case: _Case, refusal: Refusal, elder: ElderFacts | None, balance_fen: int | None
) -> _Judged:
    stored = store_refusal(
        refusal,
        elder,
        counter=case.counter,
        day=local_date(case.read_at),
        balance_fen=balance_fen,
        late=case.is_late,
    )
    return _Judged(stored, elder, refusal=refusal)


def _refuse_offline(session: Session, case: _Case, elder: ElderFacts) -> Refusal:
    """A swipe that the agent refused while offline never becomes a meal, whatever we know now."""
    hours = look_up_hours(session, case.counter.canteen, case.read_at)
    if hours.refusal or hours.mealtime is None:
        return Refusal(hours.refusal or "outside_mealtime", "refused_offline", hours.mealtime)
    if 1 in list_portions(session, elder.id, hours.served_on, hours.mealtime):
        first = get_first_meal(session, elder.id, hours.served_on, hours.mealtime)
        return Refusal("already_eaten", "refused_offline", hours.mealtime, first)
    return Refusal("card_blocked", "refused_offline", hours.mealtime)


def _find_repeated(session: Session, case: _Case) -> tuple[str, Stored] | None:
    """The accepted swipe of this card at this counter within 20 s whose meal still stands."""
    rows = session.execute(
        select(Swipe.id, Swipe.read_at, Swipe.answer)
        .join(Meal, Meal.swipe_id == Swipe.id)
        .where(
            Swipe.counter_id == case.counter.id,
            Swipe.card_id == case.card.card_id,
            Swipe.read_at.between(case.read_at - REPEAT_WINDOW, case.read_at + REPEAT_WINDOW),
            Swipe.outcome.in_(ACCEPTED),
            Meal.voided_at.is_(None),
        )
    ).all()
    if not rows:
        return None
    nearest = min(rows, key=lambda row: abs(row.read_at - case.read_at))
    return nearest.id, json.loads(nearest.answer)


def _repeat(
    session: Session, case: _Case, elder: ElderFacts, first_id: str, first: dict[str, Any]
) -> _Judged:
    stored = {
        **first,
        "outcome": "repeat",
        "reason": None,
        "codes": ["repeat"],
        "late": case.is_late,
    }
    refusal = Refusal(
        "repeat",
        mealtime=first["meal"]["mealtime"],
        first=get_meal_line(session, first["meal"]["id"]),
    )
    return _Judged(stored, elder, refusal=refusal, first_swipe_id=first_id)
