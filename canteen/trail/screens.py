"""What the two screens of a counter are told of an act: bodies for the cashier and for the display.

The cashier sees names, the reason and what to do. The display is public: a surname with 先生/女士 or
a mask, what the elder pays, the government's part as one sum, the balance; no category, no ID, no
want of money. Each of the three can be switched off per canteen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.desk import PortionCount
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Card, CardBlock, CardHolding
from canteen.rules.days import instant_text, local_date
from canteen.rules.elders import mask_name, public_name
from canteen.rules.outcomes import ACCEPTED, BY_CODE
from canteen.rules.reasons import reason_text
from canteen.rules.speech import (
    Lines,
    accepted_lines,
    offline_lines,
    refused_lines,
    returned_lines,
)
from canteen.till.answers import Stored, draw_messages
from canteen.till.facts import ElderFacts
from canteen.till.meal_requests import Refusal, Served
from canteen.till.places import CanteenPlace, CounterPlace
from canteen.trail.events import append_event

#: fewer meals than this left in the purse is "low"
MEALS_LEFT_LOW = 2
#: a late swipe older than this is told to the cashier, not to whoever stands before the display now
SHOWN_MAX = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Told:
    """An act as the screens hear of it."""

    id: str
    kind: str
    counter: CounterPlace
    elder: ElderFacts | None
    read_at: datetime
    stored: Stored
    served: Served | None = None
    refusal: Refusal | None = None
    card_id: int | None = None
    card_printed: str | None = None
    is_manual: bool = False


def tell(session: Session, told: Told, now: datetime) -> None:
    """Append the cashier's event and, for what happens now, the display's."""
    append_event(
        session,
        counter_id=told.counter.id,
        view="cashier",
        kind=told.kind,
        body=_cashier_body(session, told),
        now=now,
    )
    if told.stored["late"] and now - told.read_at > SHOWN_MAX:
        return
    append_event(
        session,
        counter_id=told.counter.id,
        view="display",
        kind="display",
        body=_display_body(told),
        now=now,
    )


def tell_void(
    session: Session,
    *,
    counter: CounterPlace,
    elder: ElderFacts | None,
    body: Mapping[str, object],
    returned_fen: int,
    balance_fen: int | None,
    now: datetime,
) -> None:
    """A void: the cashier sees what went back, the elder how much."""
    day = local_date(now)
    append_event(
        session,
        counter_id=counter.id,
        view="cashier",
        kind="void",
        body={
            **body,
            "elder": elder_body(elder, day),
            "tally": tally(session, counter.canteen.id, day),
        },
        now=now,
    )
    display = _display(counter.canteen, "void", elder, returned_lines(returned_fen), "rise")
    shown = balance_fen if counter.canteen.show_balance else None
    append_event(
        session,
        counter_id=counter.id,
        view="display",
        kind="display",
        body={**display, "returned_fen": returned_fen, "balance_fen": shown},
        now=now,
    )


def tally(session: Session, canteen_id: int, day: date) -> dict[str, int | None]:
    """Portions served today, cooked, and left; cooked is None until the kitchen has said."""
    served: int = session.execute(
        select(func.count())
        .select_from(Meal)
        .where(Meal.canteen_id == canteen_id, Meal.served_on == day, IS_EATEN)
    ).scalar_one()
    newest = (
        select(func.max(PortionCount.id))
        .where(PortionCount.canteen_id == canteen_id, PortionCount.day == day)
        .group_by(PortionCount.mealtime)
    )
    cooked: int | None = session.execute(
        select(func.sum(PortionCount.cooked)).where(PortionCount.id.in_(newest))
    ).scalar_one()
    return {"served": served, "cooked": cooked, "left": None if cooked is None else cooked - served}


def elder_body(elder: ElderFacts | None, day: date) -> dict[str, object] | None:
    """The elder as the cashier sees her: name, sex, age, diet; never a category."""
    if elder is None:
        return None
    return {
        "number": elder.number,
        "name": elder.name,
        "sex": elder.sex,
        "age": elder.age(day),
        "diet": elder.diet,
    }


def _cashier_body(session: Session, told: Told) -> dict[str, Any]:
    stored, served = told.stored, told.served
    day = local_date(told.read_at)
    balance_fen = stored["balance_fen"]
    body: dict[str, Any] = {
        "id": told.id,
        "outcome": stored["outcome"],
        "reason": stored["reason"],
        "receipt": stored["receipt"],
        "late": stored["late"],
        "manual": told.is_manual,
        "guest": served is not None and told.elder is None,
        "read_at": instant_text(told.read_at),
        "counter_code": told.counter.code,
        "elder": elder_body(told.elder, day),
        "card": {"printed": told.card_printed} if told.card_printed else None,
        "meal": _meal(served) if served else None,
        "purse": None if balance_fen is None else {"balance_fen": balance_fen},
        "messages": draw_messages(stored),
        "meals_left": _meals_left(served),
        "reasons": _reasons(served),
        "tally": tally(session, told.counter.canteen.id, day),
    }
    refusal = told.refusal
    if refusal is not None and refusal.elder_fen is not None:
        held = refusal.balance_fen or 0
        body["short"] = {
            "elder_fen": refusal.elder_fen,
            "balance_fen": held,
            "short_fen": refusal.elder_fen - held,
        }
    if refusal is not None and refusal.first is not None:
        first = refusal.first
        body["first"] = {
            "meal_id": first.uid,
            "at": instant_text(first.read_at),
            "counter_name": first.counter_name,
            "canteen_name": first.canteen_name,
            "channel": first.channel,
            "elder_fen": first.elder_fen,
            "own_canteen": first.canteen_id == told.counter.canteen.id,
            "mealtime": refusal.mealtime,
        }
    if stored["outcome"] == "card_lost" and told.card_id is not None:
        body["lost"] = _lost(session, told.card_id, told.elder)
    return body


def _meal(served: Served) -> dict[str, object]:
    return {
        "id": served.uid,
        "mealtime": served.mealtime,
        "service_date": served.served_on.isoformat(),
        "label_zh": served.label_zh,
        "label_en": served.label_en,
        "price_fen": served.split.price_fen,
        "elder_fen": served.split.elder_fen,
        "subsidy_fen": served.split.subsidy_fen,
        "discount_fen": served.split.discount_fen,
        "portion": served.portion,
        "channel": served.channel,
        "pay": {
            "purse_fen": served.payment.purse_fen,
            "cash_fen": served.payment.cash_fen,
            "external_fen": served.payment.external_fen,
            "rounding_fen": served.payment.rounding_fen,
        },
    }


def _reasons(served: Served | None) -> list[dict[str, object]]:
    """Why each rule paid or not, without the rule's name: it may speak of a category."""
    if served is None:
        return []
    return [
        {
            "applied": reason.applied,
            "code": reason.code,
            "zh": reason_text(reason.code, reason.facts, "zh"),
            "en": reason_text(reason.code, reason.facts, "en"),
        }
        for reason in served.split.reasons
    ]


def _meals_left(served: Served | None) -> int | None:
    """How many such meals the purse still pays; None when this one was not paid from it."""
    if served is None or not served.payment.purse_fen or served.balance_fen is None:
        return None
    return max(served.balance_fen, 0) // served.split.elder_fen


def _lost(session: Session, card_id: int, elder: ElderFacts | None) -> dict[str, object]:
    block = session.execute(
        select(CardBlock.from_at, CardBlock.reported_by)
        .where(CardBlock.card_id == card_id, CardBlock.kind == "lost", CardBlock.to_at.is_(None))
        .order_by(CardBlock.id.desc())
        .limit(1)
    ).one_or_none()
    new_card = None
    if elder is not None:
        new_card = session.execute(
            select(Card.printed)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .where(
                CardHolding.elder_id == elder.id,
                CardHolding.to_at.is_(None),
                Card.id != card_id,
            )
            .order_by(CardHolding.id.desc())
            .limit(1)
        ).scalar_one_or_none()
    return {
        "reported_on": local_date(block.from_at).isoformat() if block else None,
        "reported_by": block.reported_by if block else None,
        "new_card_printed": new_card,
    }


def _display_body(told: Told) -> dict[str, Any]:
    stored, served, canteen = told.stored, told.served, told.counter.canteen
    outcome = stored["outcome"]
    if outcome in ACCEPTED or outcome == "repeat":
        return _display_done(told, canteen)
    refusal = told.refusal or Refusal(outcome)
    kind = BY_CODE[outcome].display
    # A lost card's holder may be a finder: no name for anything but a second tap.
    elder = told.elder if kind == "duplicate" else None
    is_carried = refusal.first is not None and refusal.first.channel == "delivery"
    lines = refused_lines(outcome, refusal.mealtime, is_carried=is_carried)
    body = _display(canteen, kind, elder, lines, "soft")
    if refusal.first is not None:
        body["first_at"] = instant_text(refusal.first.read_at)
        body["mealtime"] = refusal.mealtime
        body["is_carried"] = is_carried
    assert served is None
    return body


def _display_done(told: Told, canteen: CanteenPlace) -> dict[str, Any]:
    meal = told.stored["meal"]
    balance_fen = told.stored["balance_fen"] if canteen.show_balance else None
    left = _meals_left(told.served)
    is_low = left is not None and left < MEALS_LEFT_LOW and canteen.show_balance
    speaks = told.elder
    if told.stored["late"]:
        kind, lines = "offline", offline_lines(meal["elder_fen"])
    else:
        kind = "low" if is_low else "accepted"
        lines = accepted_lines(
            name=_name(canteen, speaks, spoken=True),
            elder_fen=meal["elder_fen"],
            government_fen=meal["subsidy_fen"] if canteen.show_government else 0,
            balance_fen=balance_fen if speaks and speaks.speak_balance else None,
            is_low=is_low,
        )
    body = _display(canteen, kind, told.elder, lines, "rise")
    return {
        **body,
        "elder_fen": meal["elder_fen"],
        "government_fen": meal["subsidy_fen"] if canteen.show_government else None,
        "balance_fen": balance_fen,
        "about": bool(told.stored["late"]),
        "meals_left": left if is_low else None,
        "mealtime": meal["mealtime"],
    }


def _display(
    canteen: CanteenPlace, kind: str, elder: ElderFacts | None, lines: Lines, tone: str
) -> dict[str, Any]:
    silent = elder is not None and not elder.speak
    return {
        "kind": kind,
        "name_public": _name(canteen, elder, spoken=False),
        "elder_fen": None,
        "government_fen": None,
        "balance_fen": None,
        "about": False,
        "meals_left": None,
        "first_at": None,
        "is_carried": False,
        "mealtime": None,
        "returned_fen": None,
        "speak": None if silent else lines,
        "tone": tone,
    }


def _name(canteen: CanteenPlace, elder: ElderFacts | None, *, spoken: bool) -> str | None:
    """As the canteen chose; a mask is never spoken."""
    if elder is None or canteen.show_name == "none":
        return None
    if canteen.show_name == "masked":
        return None if spoken else mask_name(elder.name)
    name = public_name(elder.name, elder.sex)
    return None if spoken and "*" in name else name
