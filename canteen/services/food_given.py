"""Food given, not charged: late refusals and held taps, each closed with a reason or made a meal.

The swipe stays as it was answered. A meal made of it is booked by the till with the tap's own instant,
passes the same tests, and lands on the first unsigned day; nothing does so by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import Row, Select, and_, insert, or_, select
from sqlalchemy.orm import Session

from canteen.models.desk import FoodGiven
from canteen.models.meals import Meal
from canteen.models.people import Card, Elder
from canteen.models.sites import Counter
from canteen.models.swipes import Swipe
from canteen.rules.day_anomalies import NOT_FED
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.outcomes import ACCEPTED, BY_CODE
from canteen.till import ledger
from canteen.till.acts import asked_sha256, record_act
from canteen.till.answers import store_served
from canteen.till.cards import resolve_card
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.meal_requests import PLAIN, Refusal, Request, Served
from canteen.till.meals import serve
from canteen.till.places import CounterPlace, get_counter, lock_counter
from canteen.trail.alarms import raise_alarm
from canteen.trail.audit import append_audit

#: settled ones are shown so long
SETTLED_SHOWN = timedelta(days=31)
#: a tap further back is a matter for a correction, not for this list
STATED_AGE_MAX = timedelta(days=62)
REASON_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class FoodLine:
    """A tap that may have fed somebody and charged nobody."""

    swipe_id: str
    is_held: bool
    #: the agent itself refused the card: it never becomes a meal
    is_refused_offline: bool
    read_at: datetime
    raw_read_at: datetime
    received_at: datetime
    counter_id: int
    counter_name: str
    card_uid: str
    card_printed: str | None
    number: str | None
    name: str | None
    outcome: str
    reason: str | None
    #: closed or meal, when it is settled; with its receipt, why and by whom
    decision: str | None
    receipt: str | None
    why: str | None
    decided_at: datetime | None
    decided_by: str | None


def list_food(session: Session, *, canteen_id: int, now: datetime) -> list[FoodLine]:
    """The canteen's list, oldest first; those settled in the last month after them."""
    rows = session.execute(
        _taps(canteen_id)
        .where(or_(FoodGiven.swipe_id.is_(None), FoodGiven.decided_at > now - SETTLED_SHOWN))
        .order_by(FoodGiven.swipe_id.is_not(None), Swipe.read_at, Swipe.id)
    ).all()
    return [_line(row) for row in rows]


def close_food(
    session: Session,
    *,
    canteen_id: int,
    swipe_id: str,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Let it be: nobody is charged, and why. Conflict `food_settled` when it is settled already."""
    lock_counter(session, _get_open(session, canteen_id, swipe_id).counter_id)
    line = _get_open(session, canteen_id, swipe_id)
    _settle(session, line, "closed", None, reason, by, origin, now)


def make_meal(
    session: Session,
    *,
    canteen_id: int,
    swipe_id: str,
    number: str,
    stated_at: datetime | None,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> str:
    """Make a meal of it and return its receipt. `number` names the elder when the card does not, or
    another than its holder; `stated_at` says when it was, for a tap whose clock was wrong.

    Raises Conflict `food_refused` when the tests of domain.md §2 refuse it, `food_settled` when it is
    settled; Invalid `food_whose`, `food_time`, `food_never`."""
    line = _get_open(session, canteen_id, swipe_id)
    if line.is_refused_offline:
        raise Invalid(
            "food_never",
            "断网时窗口已经拒了这张卡，没有打饭，不能记成一餐",
            "The counter itself refused this card while offline: it never becomes a meal",
        )
    read_at = _find_instant(line, stated_at, now)
    counter = get_counter(session, line.counter_id)
    elder_id = _find_whose(session, counter, line.card_uid, number, read_at)
    balance_fen = ledger.lock(session, elder_id).balance_fen
    elder = load_facts(session, elder_id, local_date(read_at))
    lock_counter(session, counter.id)
    _get_open(session, canteen_id, swipe_id)  # nobody settled it while we waited
    act_id = str(uuid5(NAMESPACE_OID, f"food given {swipe_id}"))
    request = Request(
        uid=act_id,
        canteen=counter.canteen,
        counter_id=counter.id,
        elder=elder,
        balance_fen=balance_fen,
        read_at=read_at,
        keyed=PLAIN,
        booked_by=by,
        is_late=True,
        swipe_id=swipe_id,
        manual_reason=reason if number else None,
    )
    served = (
        Refusal("elder_inactive", elder.status) if elder.status else serve(session, request, now)
    )
    if isinstance(served, Refusal):
        outcome = BY_CODE[served.code]
        raise Conflict("food_refused", outcome.zh, outcome.en, outcome=served.code)
    _record(session, act_id, request, served, by, now)
    _settle(session, line, "meal", served.meal_id, reason, by, origin, now)
    return served.receipt


def _taps(canteen_id: int) -> Select[*tuple[Any, ...]]:
    """The canteen's held taps and late refusals that no meal answers, with what became of them."""
    late = and_(
        Swipe.offline == "taken", Swipe.outcome.not_in(ACCEPTED), Swipe.outcome.not_in(NOT_FED)
    )
    return (
        select(
            Swipe.id, Swipe.offline, Swipe.read_at, Swipe.raw_read_at, Swipe.received_at,
            Swipe.outcome, Swipe.reason, Swipe.counter_id, Swipe.card_uid,
            Counter.name.label("counter_name"), Card.printed, Elder.number, Elder.name,
            FoodGiven.decision, FoodGiven.reason.label("why"), FoodGiven.decided_at,
            FoodGiven.decided_by, Meal.receipt,
        )
        .join(Counter, Counter.id == Swipe.counter_id)
        .outerjoin(Card, Card.id == Swipe.card_id)
        .outerjoin(Elder, Elder.id == Swipe.elder_id)
        .outerjoin(FoodGiven, FoodGiven.swipe_id == Swipe.id)
        .outerjoin(Meal, Meal.swipe_id == Swipe.id)
        .where(
            Swipe.canteen_id == canteen_id,
            or_(late, Swipe.outcome == "held"),
            # A refused tap that the cashier answered herself has its meal.
            or_(Meal.id.is_(None), FoodGiven.swipe_id.is_not(None)),
        )
    )  # fmt: skip


def _line(row: Row[*tuple[Any, ...]]) -> FoodLine:
    return FoodLine(
        swipe_id=row.id,
        is_held=row.outcome == "held",
        is_refused_offline=row.offline == "refused",
        read_at=row.read_at,
        raw_read_at=row.raw_read_at,
        received_at=row.received_at,
        counter_id=row.counter_id,
        counter_name=row.counter_name,
        card_uid=row.card_uid,
        card_printed=row.printed,
        number=row.number,
        name=row.name,
        outcome=row.outcome,
        reason=row.reason,
        decision=row.decision,
        receipt=row.receipt,
        why=row.why,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _get_open(session: Session, canteen_id: int, swipe_id: str) -> FoodLine:
    row = session.execute(_taps(canteen_id).where(Swipe.id == swipe_id)).one_or_none()
    if row is None:
        raise NotFound("food_unknown", "没有这一条", "No such line")
    line = _line(row)
    if line.decision is not None:
        raise Conflict("food_settled", "这一条已经处理过了", "This line is settled already")
    return line


def _find_instant(line: FoodLine, stated_at: datetime | None, now: datetime) -> datetime:
    """When it was: as the person states for a held tap, else as it was corrected."""
    read_at = stated_at if line.is_held and stated_at is not None else line.read_at
    if not now - STATED_AGE_MAX <= read_at <= now:
        raise Invalid(
            "food_time",
            "请写清楚是哪天几点打的饭，不能晚于现在，也不能早于两个月前",
            "Say on which day and at what time it was: not later than now, at most two months ago",
            field="stated_on",
        )
    return read_at


def _find_whose(
    session: Session, counter: CounterPlace, card_uid: str, number: str, read_at: datetime
) -> int:
    """The elder of `number`, else who held the card at that instant, if it could be used then."""
    if number:
        return get_elder_id(session, number)
    card = resolve_card(session, card_uid, counter.canteen, read_at)
    if card.elder_id is None or card.refusal is not None:
        raise Invalid(
            "food_whose",
            "这张卡说不清是谁的，请写吃饭的长者的名册编号",
            "The card does not say who it was: write the register number of who ate",
            field="number",
        )
    return card.elder_id


def _record(
    session: Session, act_id: str, request: Request, served: Served, by: str, now: datetime
) -> None:
    record_act(
        session,
        id=act_id,
        kind="meal",
        canteen_id=request.canteen.id,
        counter_id=request.counter_id,
        by=by,
        sha256=asked_sha256("food_given", {"swipe": request.swipe_id}),
        answer=store_served(served, request.elder, late=True),
        now=now,
    )
    if served.reason == "no_scheme":
        where = f"{request.canteen.code}:{served.served_on}"
        raise_alarm(session, "no_scheme", where, now)


def _settle(
    session: Session,
    line: FoodLine,
    decision: str,
    meal_id: int | None,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    why = reason.strip()[:REASON_LENGTH_MAX]
    if not why:
        raise Invalid("reason", "请写原因", "Write the reason", field="reason")
    session.execute(
        insert(FoodGiven).values(
            swipe_id=line.swipe_id,
            decision=decision,
            meal_id=meal_id,
            reason=why,
            decided_at=now,
            decided_by=by,
        )
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=f"food.{decision}",
        object_kind="swipe",
        object_id=line.swipe_id,
        after={"outcome": line.outcome, "reason": why, "meal_id": meal_id},
        now=now,
    )
