"""What the screens of a counter are drawn from: the state to begin with, and the events that follow."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.audit import CounterEvent
from canteen.models.sites import Counter, Reader, ReaderHealth
from canteen.models.swipes import Sale
from canteen.rules.days import Window, instant_text, local_date, local_time
from canteen.rules.outcomes import MEALTIMES
from canteen.till.hours import list_prices, list_windows, look_up_hours
from canteen.till.places import CanteenPlace, get_counter
from canteen.till.sales import SALE_LIFE, sale_body
from canteen.trail.screens import tally

EVENTS_PAGE_MAX = 200
RECENT_MAX = 12
#: kinds of the cashier's events that make a row in "just now"
RECENT_KINDS = ("swipe", "meal", "void")
#: an agent that has not reported for so long is lost, whatever it last said
HEALTH_SECONDS_MAX = 90
AMOUNT_FEN_MAX = 100_000
GOOD_STATES = ("open", "verified")


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events after a number: `is_reset` when older ones than asked for are gone already."""

    events: list[dict[str, Any]]
    last: int
    is_reset: bool


def counter_state(session: Session, *, counter_id: int, now: datetime) -> dict[str, Any]:
    """Everything the cashier's page draws first (without the cashier herself)."""
    counter = get_counter(session, counter_id)
    canteen = counter.canteen
    hours = look_up_hours(session, canteen, now)
    windows = list_windows(session, canteen.id, hours.served_on)
    mealtime = None if hours.refusal else hours.mealtime
    current = next((window for window in windows if window.mealtime == mealtime), None)
    coming = next((w for w in windows if w.opens > local_time(now).time()), None)
    shown = current or coming
    return {
        "counter": {"id": counter.id, "code": counter.code, "name": counter.name},
        "canteen": {"code": canteen.code, "name": canteen.name},
        "now": instant_text(now),
        "locale": canteen.locale,
        "timezone": "Asia/Shanghai",
        "mealtime": _mealtime(current, canteen),
        "next_mealtime": _mealtime(coming, canteen),
        "set_meals": _set_meals(session, canteen, shown, now),
        "dishes": _dishes(session, canteen, shown, now),
        "tally": tally(session, canteen.id, local_date(now)),
        "sale": _pending(session, counter_id, now),
        "reader": _reader(session, counter_id, now),
        "recent": _recent(session, counter_id, now),
        "last_seq": _last_seq(session, counter_id),
        "limits": {"amount_fen_max": AMOUNT_FEN_MAX},
        "settings": _settings(canteen),
        "single_keys": True,
    }


def display_state(session: Session, *, counter_id: int, now: datetime) -> dict[str, Any]:
    """What the elder's display draws first: the hours, today's dishes, and nobody's name."""
    counter = get_counter(session, counter_id)
    canteen = counter.canteen
    hours = look_up_hours(session, canteen, now)
    windows = list_windows(session, canteen.id, hours.served_on)
    mealtime = None if hours.refusal else hours.mealtime
    current = next((window for window in windows if window.mealtime == mealtime), None)
    coming = next((w for w in windows if w.opens > local_time(now).time()), None)
    shown = current or coming
    dishes = (
        list_prices(session, canteen.id, shown.mealtime, now, "dish") if shown is not None else []
    )
    return {
        "canteen": {"name": canteen.name},
        "counter": {"id": counter.id, "name": counter.name},
        "mealtime": _mealtime(current, canteen),
        "next_mealtime": _mealtime(coming, canteen),
        "dishes": [{"zh": dish.name, "en": dish.name_en} for dish in dishes],
        "settings": _settings(canteen),
        "locale": canteen.locale,
        "timezone": "Asia/Shanghai",
        "now": instant_text(now),
        "last_seq": _last_seq(session, counter_id),
        "last": None,
    }


def list_events(
    session: Session, *, counter_id: int, view: str, after: int, most: int = EVENTS_PAGE_MAX
) -> EventPage:
    """The events of one view after number `after`, oldest first.

    `is_reset` when the asker's number lies before what is kept, or beyond what was ever made."""
    newest = _last_seq(session, counter_id)
    oldest: int | None = session.execute(
        select(func.min(CounterEvent.seq)).where(CounterEvent.counter_id == counter_id)
    ).scalar_one()
    is_gone = after > newest or (after < newest and (oldest is None or after + 1 < oldest))
    if is_gone and after != 0:
        return EventPage([], newest, is_reset=True)
    rows = session.execute(
        select(CounterEvent.seq, CounterEvent.kind, CounterEvent.at, CounterEvent.body)
        .where(
            CounterEvent.counter_id == counter_id,
            CounterEvent.view == view,
            CounterEvent.seq > after,
        )
        .order_by(CounterEvent.seq)
        .limit(most)
    ).all()
    events = [
        {"seq": row.seq, "at": instant_text(row.at), "type": row.kind, "body": json.loads(row.body)}
        for row in rows
    ]
    last = rows[-1].seq if len(rows) == most else newest
    return EventPage(events, last, is_reset=False)


def _mealtime(window: Window | None, canteen: CanteenPlace) -> dict[str, Any] | None:
    if window is None:
        return None
    zh, en = MEALTIMES[window.mealtime]
    return {
        "code": window.mealtime,
        "name_zh": zh,
        "name_en": en,
        "opens": f"{window.opens:%H:%M}",
        "closes": f"{window.closes:%H:%M}",
        "grace_min": canteen.grace_min,
    }


def _set_meals(
    session: Session, canteen: CanteenPlace, window: Window | None, now: datetime
) -> list[dict[str, Any]]:
    if window is None:
        return []
    sold = list_prices(session, canteen.id, window.mealtime, now)
    keyed = [meal for meal in sold if meal.key is not None] or sold[:1]
    return [
        {
            "key": str(meal.key or 1),
            "code": meal.code,
            "zh": meal.name,
            "en": meal.name_en,
            "price_fen": meal.price_fen,
            "channel": meal.channel,
        }
        for meal in keyed[:4]
    ]


def _dishes(
    session: Session, canteen: CanteenPlace, window: Window | None, now: datetime
) -> list[dict[str, Any]]:
    """The dishes on sale; the price of a weighed one is for `unit_grams`, keyed as CODE@GRAMS."""
    if window is None:
        return []
    return [
        {
            "code": dish.code,
            "zh": dish.name,
            "en": dish.name_en,
            "price_fen": dish.price_fen,
            "unit": dish.unit,
            "unit_grams": dish.unit_grams,
        }
        for dish in list_prices(session, canteen.id, window.mealtime, now, "dish")
    ]


def _settings(canteen: CanteenPlace) -> dict[str, object]:
    return {
        "show_name": canteen.show_name,
        "show_government": canteen.show_government,
        "show_balance": canteen.show_balance,
        "show_previous": canteen.show_previous,
    }


def _pending(session: Session, counter_id: int, now: datetime) -> dict[str, Any] | None:
    row = session.execute(
        select(Sale).where(Sale.counter_id == counter_id, Sale.state == "pending")
    ).scalar_one_or_none()
    if row is None or now > row.keyed_at + SALE_LIFE:
        return None
    return sale_body(row)


def _reader(session: Session, counter_id: int, now: datetime) -> dict[str, Any]:
    """The best of the counter's readers: one that works is enough to serve."""
    rows = session.execute(
        select(ReaderHealth.state, ReaderHealth.state_since, ReaderHealth.reported_at)
        .select_from(Reader)
        .outerjoin(ReaderHealth, ReaderHealth.reader_id == Reader.id)
        .where(Reader.counter_id == counter_id, Reader.revoked_at.is_(None))
    ).all()
    if not rows:
        return {"state": "none", "since": None, "detail": None}
    heard = [row for row in rows if row.state is not None]
    if not heard:
        return {"state": "lost", "since": None, "detail": "never_reported"}
    for row in heard:
        is_fresh = (now - row.reported_at).total_seconds() <= HEALTH_SECONDS_MAX
        if row.state in GOOD_STATES and is_fresh:
            return {"state": "ok", "since": instant_text(row.state_since), "detail": None}
    last = max(heard, key=lambda row: row.reported_at)
    detail = last.state if last.state not in GOOD_STATES else "silent"
    return {"state": "lost", "since": instant_text(last.state_since), "detail": detail}


def _recent(session: Session, counter_id: int, now: datetime) -> list[dict[str, Any]]:
    rows = session.execute(
        select(CounterEvent.seq, CounterEvent.kind, CounterEvent.at, CounterEvent.body)
        .where(
            CounterEvent.counter_id == counter_id,
            CounterEvent.view == "cashier",
            CounterEvent.kind.in_(RECENT_KINDS),
        )
        .order_by(CounterEvent.seq.desc())
        .limit(RECENT_MAX)
    )
    today = local_date(now)
    return [
        {"seq": row.seq, "at": instant_text(row.at), "type": row.kind, "body": json.loads(row.body)}
        for row in rows
        if local_date(row.at) == today
    ]


def _last_seq(session: Session, counter_id: int) -> int:
    seq: int = session.execute(
        select(Counter.event_seq).where(Counter.id == counter_id)
    ).scalar_one()
    return seq
