"""Voiding a meal before its day is signed off: entries reversed, quota given back, both lines kept."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.models.sites import Canteen
from canteen.models.swipes import CounterAct, Swipe
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.rules.roles import Place
from canteen.till import ledger
from canteen.till.acts import asked_sha256, find_done, record_act
from canteen.till.answers import Answer
from canteen.till.facts import load_facts
from canteen.till.hours import look_up_hours
from canteen.till.places import CounterPlace, get_canteen, get_counter, lock_counter
from canteen.till.voiding import hold_open, void
from canteen.trail.audit import append_audit
from canteen.trail.screens import tell_void

REASONS = ("wrong_person", "wrong_meal", "not_wanted", "swiped_twice", "other")
#: a uuid, or a receipt like C1-20261125-0007; anything else names no meal
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_RECEIPT = re.compile(r"[A-Za-z0-9_.-]{1,60}-[0-9]{8}-[0-9]{4,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VoidAsked:
    """Which meal (its id or its exact receipt), why, and the counter it is asked at."""

    id: str
    meal: str
    reason: str
    note: str | None = None
    counter_id: int | None = None


def find_meal_place(session: Session, *, meal: str) -> Place | None:
    """Where the meal stands, to check the asker's scope; None when the text names no meal."""
    row = session.execute(
        select(Canteen.area_code, Canteen.code)
        .join(Meal, Meal.canteen_id == Canteen.id)
        .where(_names(meal))
    ).one_or_none()
    return Place(row.area_code, row.code) if row else None


def void_meal(
    session: Session,
    *,
    asked: VoidAsked,
    may_void_any: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> Answer:
    """Void one standing meal, once. A cashier (`may_void_any` False) names her counter and may in the
    running mealtime void a meal of it, or one that an already_eaten panel of it names; a secretary
    until sign-off.

    NotFound, Refused (not hers to void), Conflict `already_voided` or `day_signed`."""
    sha256 = asked_sha256("void", {"meal": asked.meal, "reason": asked.reason})
    done = find_done(session, asked.id, sha256)
    if done is not None:
        return Answer(False, done)
    meal = session.execute(select(Meal).where(_names(asked.meal))).scalar_one_or_none()
    if meal is None:
        raise NotFound("meal_unknown", "没有这笔用餐", "No such meal")
    counter_id = asked.counter_id or meal.counter_id
    if meal.elder_id is not None:
        ledger.lock(session, meal.elder_id)
    if counter_id is not None:
        lock_counter(session, counter_id)
    hold_open(session, meal.canteen_id, meal.booked_on)
    if meal.channel == "delivery":
        raise Conflict(
            "meal_of_delivery",
            "这是送餐的一份，请在送餐里改它的结果",
            "This meal was delivered: change its outcome at the delivery",
        )
    if not may_void_any:
        _check_cashier(session, meal, asked, now)
    voided = void(
        session, meal, act_id=asked.id, reason=asked.reason, note=asked.note, by=by, now=now
    )
    body = {
        "id": asked.id,
        "meal_id": meal.uid,
        "receipt": meal.receipt,
        "purse_fen": meal.purse_fen,
        "cash_fen": meal.cash_fen,
        "external_fen": meal.external_fen,
        "subsidy_fen": meal.subsidy_fen,
        "balance_fen": voided.balance_fen,
        "changed": list(voided.changed),
    }
    _keep(session, meal, asked, body, counter_id, sha256=sha256, by=by, origin=origin, now=now)
    return Answer(True, body)


def _names(text: str) -> ColumnElement[bool]:
    if _UUID.fullmatch(text):
        return Meal.uid == text
    return Meal.receipt == (text if _RECEIPT.fullmatch(text) else "")


def _check_cashier(session: Session, meal: Meal, asked: VoidAsked, now: datetime) -> None:
    # A session is of the canteen, not of one counter: who names none acts at the meal's own.
    counter_id = meal.counter_id if asked.counter_id is None else asked.counter_id
    hours = look_up_hours(session, get_canteen(session, meal.canteen_id), now)
    if (hours.served_on, hours.mealtime) != (meal.served_on, meal.mealtime):
        raise Refused(
            "mealtime_over",
            "这餐已经结束，请社区撤销",
            "This mealtime is over: ask the secretary to void it",
        )
    is_own = counter_id is not None and counter_id == meal.counter_id
    if not is_own and (counter_id is None or not _is_named(session, meal, counter_id)):
        raise Refused(
            "other_counter", "这笔在别的窗口打的", "This meal was served at another counter"
        )


def _is_named(session: Session, meal: Meal, counter_id: int) -> bool:
    """Does an already_eaten panel of this counter, of a card or of a name, speak of the meal?"""
    swipes = select(Swipe.answer).where(
        Swipe.counter_id == counter_id,
        Swipe.elder_id == meal.elder_id,
        Swipe.outcome == "already_eaten",
    )
    by_name = select(CounterAct.answer).where(
        CounterAct.counter_id == counter_id,
        CounterAct.kind == "meal",
        CounterAct.done_at >= meal.read_at,
    )
    answers = [json.loads(text) for text in session.scalars(swipes.union_all(by_name))]
    return any(
        answer["outcome"] == "already_eaten" and answer["facts"].get("first_meal") == meal.uid
        for answer in answers
    )


def _keep(
    session: Session,
    meal: Meal,
    asked: VoidAsked,
    body: dict[str, object],
    counter_id: int | None,
    *,
    sha256: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    record_act(
        session, id=asked.id, kind="void", canteen_id=meal.canteen_id, counter_id=counter_id,
        by=by, sha256=sha256, answer=body, now=now,
    )  # fmt: skip
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="meal.void",
        object_kind="meal",
        object_id=meal.receipt,
        before={"elder_fen": meal.elder_fen, "subsidy_fen": meal.subsidy_fen},
        after={"reason": asked.reason, "note": asked.note},
        now=now,
    )
    if counter_id is not None:
        _tell(session, get_counter(session, counter_id), meal, body, now)


def _tell(
    session: Session, counter: CounterPlace, meal: Meal, body: dict[str, object], now: datetime
) -> None:
    elder = None
    if meal.elder_id is not None:
        elder = load_facts(session, meal.elder_id, local_date(now))
    balance_fen = body["balance_fen"]
    tell_void(
        session,
        counter=counter,
        elder=elder,
        body={
            **body,
            "read_at": meal.read_at.isoformat().replace("+00:00", "Z"),
            "label_zh": meal.label_zh,
            "label_en": meal.label_en,
        },
        returned_fen=meal.purse_fen + meal.cash_fen + meal.external_fen,
        balance_fen=balance_fen if isinstance(balance_fen, int) else None,
        now=now,
    )
