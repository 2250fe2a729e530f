"""Days of plausible history, made through the real services with the instants of those days."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.demo import deliveries, desk, kitchen
from canteen.demo.places import CASHIER, Place, at, list_places
from canteen.demo.story import Part, card_of, list_away
from canteen.demo.world import Diner
from canteen.models.accounts import Purse
from canteen.models.people import Elder
from canteen.services import counter_meals, counter_sales, swipes, top_ups, voids

LOW_PURSE_FEN = 2000
UNKNOWN_CARD = "em4100:0A0BADCA4D"
#: of a hundred diners of a day, how many do something that is not plain
PER_CENT = {"again": 4, "later": 3, "second": 3, "void": 2, "lost": 1}
#: nobody who eats here misses a third open day without a reason
MISSED_MAX = 2
#: so many days before today the last counter was cut off from then on, until the next morning
CUT_DAYS, CUT_FROM = 5, time(12, 30)


@dataclass(slots=True)
class History:
    """The days being lived: who has which part, who has missed how many, what readers still keep."""

    diners: Sequence[Diner]
    parts: Sequence[Part]
    seed: int
    today: date
    missed: Counter[str] = field(default_factory=Counter)
    #: what the cut-off reader of a canteen read: (card, instant, place)
    kept: dict[str, list[tuple[str, datetime, Place]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Day:
    """One day at one canteen being lived: its chance, its counters, and the session it is booked in."""

    session: Session
    rng: random.Random
    day: date
    places: Sequence[Place]
    parts: Sequence[Part]
    is_cut: bool
    meals: int = 0
    #: portions handed out by mealtime
    given: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, datetime, Place]] = field(default_factory=list)

    def at(self, clock: time, seconds: int = 0) -> datetime:
        """An instant of this day."""
        return at(self.day, clock) + timedelta(seconds=seconds)

    def new_id(self) -> str:
        """An id as an agent makes it, from the seed."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def book(self, outcome: object, instant: datetime) -> None:
        """Count what was accepted."""
        if outcome in ("subsidised", "full_price"):
            self.meals += 1
            self.given[self.mealtime(instant)] += 1

    def mealtime(self, instant: datetime) -> str:
        """The mealtime whose food is handed out then."""
        return "lunch" if instant < self.at(time(15, 0)) else "dinner"


def live_days(
    database: Database,
    history: History,
    *,
    days: Sequence[date],
    before_day: Callable[[date], None],
    say: Callable[[str], None],
) -> int:
    """Live these days at every canteen, each signed in its evening; the number of meals."""
    places = database.read(list_places)
    meals = 0
    for day in days:
        before_day(day)
        for canteen in sorted({place.canteen for place in places}):
            here = [place for place in places if place.canteen == canteen]
            lived = database.run(_live_day, history=history, day=day, places=here)
            meals += lived.meals
            database.run(deliveries.make_lists, now=at(day, time(18, 0)))
            database.run(
                desk.close_day,
                day=day,
                places=here,
                given=lived.given,
                kept=len(lived.kept),
                seed=f"{history.seed} {day} {canteen} evening",
            )
        database.run(desk.watch, day=day)
        say(f"{day}: {meals}")
    return meals


def _live_day(session: Session, *, history: History, day: date, places: Sequence[Place]) -> _Day:
    canteen = places[0].canteen
    rng = random.Random(f"{history.seed} {day} {canteen}")
    is_cut = day == history.today - timedelta(days=CUT_DAYS) and len(places) > 1
    today = _Day(session, rng, day, places, history.parts, is_cut)
    _send_kept(today, history.kept.pop(canteen, []))
    diners = [diner for diner in history.diners if diner.canteen == canteen]
    away = list_away(history.parts, day)
    desk.open_day(session, day=day, parts=[p for p in history.parts if p.diner.canteen == canteen])
    kitchen.open_day(session, rng, day=day, place=places[0])
    at_lunch = _who_comes(today, diners, away, history.missed)
    _take_top_ups(today, at_lunch)
    _live_mealtime(today, at_lunch, time(10, 35), 9600)
    _serve_guests(today)
    brought = deliveries.carry(
        session,
        random.Random(f"{history.seed} {day} {canteen} doors"),
        diners=diners,
        day=day,
        place=places[0],
        days_ago=(history.today - day).days,
    )
    today.meals += brought
    today.given["lunch"] += brought
    at_dinner = [
        one for one in diners if rng.randrange(100) < one.habit // 11 and one.number not in away
    ]
    _live_mealtime(today, at_dinner, time(16, 35), 6000)
    if at_lunch:
        # Someone who came after the doors had closed.
        _tap(today, card_of(today.parts, at_lunch[0], day), today.at(time(14, 20)), places[0])
    history.kept[canteen] = today.kept
    return today


def _send_kept(today: _Day, kept: Sequence[tuple[str, datetime, Place]]) -> None:
    """In the morning the cut-off reader is back and sends what it read."""
    for number, (card, read_at, place) in enumerate(kept):
        answer = swipes.record_swipe(
            today.session,
            reader_id=place.reader_id,
            asked=swipes.SwipeAsked(today.new_id(), card, read_at, offline="taken"),
            now=today.at(time(8, 5), number),
        )
        today.meals += answer.body["outcome"] in ("subsidised", "full_price")


def _who_comes(
    today: _Day, diners: Sequence[Diner], away: set[str], missed: Counter[str]
) -> list[Diner]:
    """Who comes to lunch, in the order of the queue."""
    weekend = 15 if today.day.isoweekday() > 5 else 0
    coming = []
    for one in diners:
        draw = today.rng.randrange(100)
        is_due = one.habit and (draw < one.habit - weekend or missed[one.number] >= MISSED_MAX)
        if is_due and one.number not in away:
            coming.append(one)
            missed[one.number] = 0
        else:
            missed[one.number] += 1
    today.rng.shuffle(coming)
    return coming


def _take_top_ups(today: _Day, diners: Sequence[Diner]) -> None:
    """Most whose purse is nearly empty bring money before they eat; few forget it."""
    rows = today.session.execute(
        select(Elder.number, Purse.balance_fen).join(Purse, Purse.elder_id == Elder.id)
    )
    purses = {row.number: row.balance_fen for row in rows}
    for number, diner in enumerate(diners):
        if purses[diner.number] < LOW_PURSE_FEN and today.rng.randrange(100) < 85:
            top_ups.take_top_up(
                today.session,
                asked=top_ups.TopUpAsked(
                    today.new_id(),
                    today.places[0].counter_id,
                    diner.number,
                    today.rng.choice((5000, 10000, 10000, 20000)),
                ),
                by=CASHIER,
                origin=None,
                now=today.at(time(9, 30), number * 20),
            )


def _live_mealtime(today: _Day, diners: Sequence[Diner], begins: time, seconds: int) -> None:
    """The queue: most come in the first third, one tap after another."""
    moments = sorted(int(today.rng.triangular(0, seconds, seconds // 4)) for _ in diners)
    kinds = [kind for kind, weight in PER_CENT.items() for _ in range(weight)]
    last = -1
    for diner, moment in zip(diners, moments, strict=True):
        last = max(moment, last + 3)
        place = today.rng.choice(today.places)
        draw = today.rng.randrange(100)
        kind = kinds[draw] if draw < len(kinds) else "plain"
        _come(today, diner, today.at(begins, last), place, kind)


def _come(today: _Day, diner: Diner, at: datetime, place: Place, kind: str) -> None:
    card = card_of(today.parts, diner, today.day)
    if today.is_cut and place == today.places[-1] and today.at(CUT_FROM) <= at:
        today.kept.append((card, at, place))
        today.given[today.mealtime(at)] += 1
        return
    if kind == "lost":
        _serve(today, at, place, elder=diner.number, reason="no_card")
        return
    swipe = _tap(today, card, at, place)
    if swipe["outcome"] == "insufficient_balance":
        _serve(
            today, at + timedelta(seconds=25), place, swipe=str(swipe["id"]), pay="purse_then_cash"
        )
    elif kind == "again":
        _tap(today, card, at + timedelta(seconds=9), place)
    elif kind == "later":
        _tap(today, card, at + timedelta(minutes=12), place)
    elif kind == "second":
        counter_sales.put_sale(
            today.session,
            counter_id=place.counter_id,
            asked=counter_sales.SaleAsked(today.new_id(), "set", "set", second=True),
            by=CASHIER,
            now=at + timedelta(seconds=31),
        )
        _tap(today, card, at + timedelta(seconds=40), place)
    elif kind == "void" and swipe["meal"] is not None:
        _void(today, str(swipe["id"]), at + timedelta(seconds=50), place)
        _tap(today, card, at + timedelta(seconds=75), place)


def _tap(today: _Day, card: str, at: datetime, place: Place) -> dict[str, object]:
    answer = swipes.record_swipe(
        today.session,
        reader_id=place.reader_id,
        asked=swipes.SwipeAsked(today.new_id(), card, at, age_ms=60),
        now=at + timedelta(milliseconds=80),
    )
    today.book(answer.body["outcome"], at)
    return answer.body


def _serve(today: _Day, at: datetime, place: Place, **how: object) -> None:
    """A meal by the cashier's hand: of a name, of a guest, or of a tap that she lets through."""
    answer = counter_meals.serve_meal(
        today.session,
        counter_id=place.counter_id,
        asked=counter_meals.MealAsked(today.new_id(), **how),  # type: ignore[arg-type]
        by=CASHIER,
        now=at,
    )
    today.book(answer.body["outcome"], at)


def _void(today: _Day, meal: str, at: datetime, place: Place) -> None:
    voids.void_meal(
        today.session,
        asked=voids.VoidAsked(today.new_id(), meal, "wrong_meal", None, place.counter_id),
        may_void_any=False,
        by=CASHIER,
        origin=None,
        now=at,
    )
    today.meals -= 1
    today.given[today.mealtime(at)] -= 1


def _serve_guests(today: _Day) -> None:
    """A grandchild or a neighbour pays cash; a card nobody knows is tapped, and a lost one."""
    for number in range(today.rng.randrange(4)):
        _serve(
            today, today.at(time(12, 58), number * 30), today.places[0], guest=True, pay="cash"
        )  # fmt: skip
    cards = [UNKNOWN_CARD]
    cards += [
        part.diner.card
        for part in today.parts
        if part.role == "card_lost"
        and part.begins_on == today.day
        and part.diner.canteen == today.places[0].canteen
    ]
    for number, card in enumerate(cards):
        _tap(today, card, today.at(time(12, 55), number * 10), today.places[0])
