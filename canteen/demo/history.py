"""Days of plausible history, made through the real services with the instants of those days."""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.demo.world import Diner
from canteen.models.accounts import Purse
from canteen.models.people import Elder
from canteen.models.sites import Canteen, Counter, Reader
from canteen.rules.days import SHANGHAI
from canteen.services import (
    card_desk,
    counter_meals,
    counter_sales,
    day_sheets,
    day_signing,
    swipes,
    top_ups,
    voids,
)

CASHIER, SECRETARY = "staff:demo-cashier", "staff:demo-secretary"
LOW_PURSE_FEN = 2000
UNKNOWN_CARD = "em4100:0A0BADCA4D"
#: of a hundred diners of a day, how many do something that is not plain
PER_CENT = {"again": 4, "later": 3, "second": 3, "void": 2, "lost": 1}


@dataclass(frozen=True, slots=True)
class Place:
    """A counter with its reader, as the services name them."""

    canteen: str
    counter_id: int
    reader_id: int


@dataclass(slots=True)
class _Day:
    """One day at one canteen being lived: its chance, its counters, and the session it is booked in."""

    session: Session
    rng: random.Random
    day: date
    places: Sequence[Place]
    served: int = 0

    def at(self, clock: time, seconds: int = 0) -> datetime:
        """An instant of this day."""
        return datetime.combine(self.day, clock, SHANGHAI) + timedelta(seconds=seconds)

    def new_id(self) -> str:
        """An id as an agent makes it, from the seed."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))


def list_places(session: Session) -> list[Place]:
    """Every counter that has a reader."""
    rows = session.execute(
        select(Canteen.code, Counter.id, Reader.id)
        .join(Counter, Counter.canteen_id == Canteen.id)
        .join(Reader, Reader.counter_id == Counter.id)
        .order_by(Reader.id)
    )
    return [Place(*row) for row in rows]


def live_days(
    database: Database,
    *,
    diners: Sequence[Diner],
    days: Sequence[date],
    seed: int,
    before_day: Callable[[date], None],
    say: Callable[[str], None],
) -> int:
    """Book these days, each canteen's day in one transaction; the number of meals."""
    places = database.read(list_places)
    canteens = sorted({place.canteen for place in places})
    served = 0
    for day in days:
        before_day(day)
        for canteen in canteens:
            served += database.run(
                _live_day,
                day=day,
                seed=f"{seed} {day} {canteen}",
                places=[place for place in places if place.canteen == canteen],
                diners=[diner for diner in diners if diner.canteen == canteen],
            )
        say(f"{day}: {served}")
    return served


def _live_day(
    session: Session, *, day: date, seed: str, places: Sequence[Place], diners: Sequence[Diner]
) -> int:
    rng = random.Random(seed)
    today = _Day(session, rng, day, places)
    weekend = 15 if day.isoweekday() > 5 else 0
    at_lunch = [one for one in diners if rng.randrange(100) < one.habit - weekend]
    rng.shuffle(at_lunch)
    _take_top_ups(today, at_lunch)
    _live_mealtime(today, at_lunch, time(10, 35), 9600)
    _serve_guests(today)
    at_dinner = [one for one in diners if rng.randrange(100) < one.habit * 2 // 11]
    _live_mealtime(today, at_dinner, time(16, 35), 6000)
    if at_lunch:
        # Someone who came after the doors had closed.
        _tap(today, at_lunch[0].card, today.at(time(14, 20)), today.places[0])
    return today.served


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
                now=today.at(time(9, 0), number * 20),
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
    if kind == "lost":
        _serve_without_card(today, diner, at, place)
        return
    swipe = _tap(today, diner.card, at, place)
    if kind == "again":
        _tap(today, diner.card, at + timedelta(seconds=9), place)
    elif kind == "later":
        _tap(today, diner.card, at + timedelta(minutes=12), place)
    elif kind == "second":
        counter_sales.put_sale(
            today.session,
            counter_id=place.counter_id,
            asked=counter_sales.SaleAsked(today.new_id(), "set", "set", second=True),
            by=CASHIER,
            now=at + timedelta(seconds=31),
        )
        _tap(today, diner.card, at + timedelta(seconds=40), place)
    elif kind == "void" and swipe["meal"] is not None:
        voids.void_meal(
            today.session,
            asked=voids.VoidAsked(
                today.new_id(), str(swipe["id"]), "wrong_meal", None, place.counter_id
            ),
            may_void_any=False,
            by=CASHIER,
            origin=None,
            now=at + timedelta(seconds=50),
        )
        today.served -= 1
        _tap(today, diner.card, at + timedelta(seconds=75), place)


def _tap(today: _Day, card: str, at: datetime, place: Place) -> dict[str, object]:
    answer = swipes.record_swipe(
        today.session,
        reader_id=place.reader_id,
        asked=swipes.SwipeAsked(today.new_id(), card, at, age_ms=60),
        now=at + timedelta(milliseconds=80),
    )
    today.served += answer.body["outcome"] in ("subsidised", "full_price")
    return answer.body


def _serve_without_card(today: _Day, diner: Diner, at: datetime, place: Place) -> None:
    answer = counter_meals.serve_meal(
        today.session,
        counter_id=place.counter_id,
        asked=counter_meals.MealAsked(today.new_id(), elder=diner.number, reason="没带卡"),
        by=CASHIER,
        now=at,
    )
    today.served += answer.body["outcome"] in ("subsidised", "full_price")


def _serve_guests(today: _Day) -> None:
    """A grandchild or a neighbour pays cash; a card nobody knows is tapped."""
    for number in range(today.rng.randrange(4)):
        counter_meals.serve_meal(
            today.session,
            counter_id=today.places[0].counter_id,
            asked=counter_meals.MealAsked(today.new_id(), guest=True, pay="cash"),
            by=CASHIER,
            now=today.at(time(12, 58), number * 30),
        )
        today.served += 1
    _tap(today, UNKNOWN_CARD, today.at(time(12, 55)), today.places[0])


def sign_days(database: Database, *, today: date) -> int:
    """Every day before `today` is signed in its own evening, as a secretary would; how many."""
    count = 0
    for canteen in sorted({place.canteen for place in database.read(list_places)}):
        page = database.read(
            day_sheets.show_day,
            canteen=canteen,
            day=today,
            now=datetime.combine(today, time(0, 5), SHANGHAI),
        )
        for day in page.unsigned:
            database.run(
                day_signing.sign_day,
                canteen=canteen,
                day=day,
                remark="演示用的往日，没有读卡器",
                by=SECRETARY,
                origin=None,
                now=datetime.combine(day, time(19, 30), SHANGHAI),
            )
            count += 1
    return count


def lose_cards(session: Session, *, numbers: Sequence[str], now: datetime) -> None:
    """The cards of these elders were reported lost by their families."""
    for number in numbers:
        card_desk.report_lost(
            session,
            number=number,
            card_id=card_desk.list_cards(session, number=number)[0].id,
            reported_by="女儿",
            by=SECRETARY,
            origin=None,
            now=now,
        )
