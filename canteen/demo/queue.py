"""Who comes to the demonstration's counter next: mostly someone who has not eaten, sometimes not plain."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.demo.history import UNKNOWN_CARD
from canteen.models.accounts import Purse
from canteen.models.meals import Meal
from canteen.models.people import Card, CardBlock, CardHolding, Elder
from canteen.models.sites import Canteen, Counter
from canteen.models.swipes import Swipe

#: one tap in so many is not plain
ODD_EVERY = 15
LUNCH_DINERS = 110


@dataclass(frozen=True, slots=True)
class Tapped:
    """A swipe as the demonstration prints it."""

    read_at: datetime
    received_at: datetime
    name: str | None
    outcome: str
    reason: str | None
    label: str | None
    price_fen: int
    elder_fen: int
    subsidy_fen: int
    balance_fen: int | None


@dataclass(slots=True)
class Queue:
    """The people of one lunch: who still comes, who has eaten, whose card is lost or purse is low."""

    rng: random.Random
    waiting: list[str]
    lost: list[str]
    low: list[str]
    eaten: list[str] = field(default_factory=list)
    taps: int = 0
    odd: int = 0

    @property
    def is_over(self) -> bool:
        """All have eaten."""
        return not self.waiting

    def next_card(self) -> str:
        """The next card to be tapped."""
        self.taps += 1
        if self.taps % ODD_EVERY == 0:
            self.odd += 1
            kinds = [self.eaten[-3:], self.lost, [UNKNOWN_CARD], self.low, self.eaten]
            choices = kinds[self.odd % len(kinds)]
            if choices:
                card = self.rng.choice(choices)
                if card in self.waiting:
                    self.waiting.remove(card)
                return card
        card = self.waiting.pop()
        self.eaten.append(card)
        return card


def make_queue(session: Session, *, day: date, canteen: str, seed: int) -> Queue:
    """Who comes to lunch on `day` at the canteen: card holders of it who have not eaten yet."""
    rng = random.Random(f"{seed} {day}")
    eaten = set(
        session.scalars(
            select(Meal.elder_id).where(
                Meal.served_on == day, Meal.mealtime == "lunch", Meal.voided_at.is_(None)
            )
        )
    )
    blocks = select(CardBlock.card_id, CardBlock.kind).where(CardBlock.to_at.is_(None))
    blocked = {row.card_id: row.kind for row in session.execute(blocks)}
    queue = Queue(rng, [], [], [])
    rows = session.execute(
        select(Card.id, Card.uid, Elder.id, Elder.number, Purse.balance_fen)
        .join(CardHolding, (CardHolding.card_id == Card.id) & CardHolding.to_at.is_(None))
        .join(Elder, Elder.id == CardHolding.elder_id)
        .join(Canteen, Canteen.id == Elder.canteen_id)
        .join(Purse, Purse.elder_id == Elder.id)
        .where(Canteen.code == canteen)
        .order_by(Card.id)
    )
    for card_id, uid, elder_id, number, balance_fen in rows:
        if blocked.get(card_id) == "lost":
            queue.lost.append(uid)
        elif card_id in blocked or elder_id in eaten or int(number[1:]) % 11 == 0:
            continue  # has gone, has eaten, or eats at home
        elif balance_fen < 950:
            queue.low.append(uid)
        else:
            queue.waiting.append(uid)
    rng.shuffle(queue.waiting)
    queue.waiting = queue.waiting[: max(0, LUNCH_DINERS - len(eaten))]
    return queue


def find_start(session: Session, *, lunch_at: datetime) -> datetime:
    """When the demonstration's clock begins: at `lunch_at` of today, or after what it lived already."""
    newest = session.execute(
        select(Swipe.received_at).order_by(Swipe.received_at.desc()).limit(1)
    ).scalar_one_or_none()
    if newest is None or newest < lunch_at:
        return lunch_at
    return newest + timedelta(seconds=2)


def find_next_open_day(session: Session, *, canteen: str, after: date) -> date:
    """The next day on which the canteen is open by its weekdays."""
    weekdays = session.execute(
        select(Canteen.open_weekdays).where(Canteen.code == canteen)
    ).scalar_one()
    day = after + timedelta(days=1)
    while str(day.isoweekday()) not in weekdays:
        day += timedelta(days=1)
    return day


def list_tapped(session: Session, *, counter_id: int, after: datetime) -> list[Tapped]:
    """The swipes of a counter received after an instant, in order."""
    rows = session.execute(
        select(Swipe, Meal, Elder.name, Purse.balance_fen)
        .outerjoin(Meal, Meal.uid == Swipe.id)
        .outerjoin(Elder, Elder.id == Swipe.elder_id)
        .outerjoin(Purse, Purse.elder_id == Swipe.elder_id)
        .where(Swipe.counter_id == counter_id, Swipe.received_at > after)
        .order_by(Swipe.received_at, Swipe.id)
    )
    return [
        Tapped(
            swipe.read_at,
            swipe.received_at,
            name,
            swipe.outcome,
            swipe.reason,
            meal.label_zh if meal else None,
            meal.price_fen if meal else 0,
            meal.elder_fen if meal else 0,
            meal.subsidy_fen if meal else 0,
            balance_fen,
        )
        for swipe, meal, name, balance_fen in rows
    ]


def find_first_counter(session: Session, *, canteen: str) -> int | None:
    """The canteen's first counter; None in a database without it."""
    return session.execute(
        select(Counter.id)
        .join(Canteen, Canteen.id == Counter.canteen_id)
        .where(Canteen.code == canteen)
        .order_by(Counter.id)
        .limit(1)
    ).scalar_one_or_none()
