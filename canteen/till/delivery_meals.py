"""The money of a delivery: portions booked when it goes out, taken back when nobody got them, and the
elder's part of them kept where a person says why.

The caller holds the person's purse, then the made day, then the delivery, and knows that its day is open.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryMeal
from canteen.models.meals import Meal
from canteen.models.sites import Canteen
from canteen.rules.errors import Conflict
from canteen.rules.outcomes import MEALTIMES
from canteen.rules.postings import Payment
from canteen.rules.split import kept_part
from canteen.till import ledger
from canteen.till.acts import asked_sha256, record_act
from canteen.till.booking import book_meal
from canteen.till.day_state import lock_day
from canteen.till.facts import load_facts
from canteen.till.hours import list_prices
from canteen.till.meal_requests import Keyed, Priced, Refusal, Request, Served
from canteen.till.meals import serve_portion
from canteen.till.merging import lock_person
from canteen.till.places import get_canteen
from canteen.till.quotes import Terms, list_portions, lowest_free
from canteen.till.voiding import void


def is_signed(session: Session, canteen_id: int, day: date) -> bool:
    """Whether the day's sheet is signed; its row is held to the commit, so that nobody signs it now."""
    return lock_day(session, canteen_id, day).signed_at is not None


def is_priced(session: Session, delivery: Delivery, at: datetime) -> bool:
    """Whether the mealtime has a price at that instant."""
    return bool(list_prices(session, delivery.canteen_id, delivery.mealtime, at))


def has_eaten(session: Session, delivery: Delivery) -> bool:
    """Whether the person's first portion of that mealtime stands, wherever she had it."""
    return 1 in list_portions(session, delivery.elder_id, delivery.day, delivery.mealtime)


def book_portions(
    session: Session, delivery: Delivery, *, at: datetime, by: str, now: datetime
) -> None:
    """Book its portions with their fees, split at `at`; no purse stops it.

    Conflict `price_missing`."""
    canteen = get_canteen(session, delivery.canteen_id)
    held = lock_person(session, delivery.elder_id)
    elder = load_facts(session, held.elder_id, delivery.day)
    balance_fen = held.balance_fen
    fee_fen = _get_fee(session, delivery)
    for number in range(1, delivery.portions + 1):
        portions = list_portions(session, held.elder_id, delivery.day, delivery.mealtime)
        request = Request(
            uid=_name(delivery, number),
            canteen=canteen,
            elder=elder,
            balance_fen=balance_fen,
            read_at=at,
            keyed=Keyed(channel="delivery"),
            booked_by=by,
            fee_fen=fee_fen,
        )
        served = serve_portion(
            session, request, delivery.day, delivery.mealtime, lowest_free(portions), now
        )
        if isinstance(served, Refusal):
            raise _price_missing(delivery)
        _link(session, delivery, served)
        assert served.balance_fen is not None, "an elder has a purse"
        balance_fen = served.balance_fen


def take_back(session: Session, delivery: Delivery, *, reason: str, by: str, now: datetime) -> None:
    """Void its standing meals, or what was kept of them: entries, quota and fee go back."""
    for meal in list_standing(session, delivery.id):
        assert meal.elder_id is not None, "a delivery is an elder's"
        ledger.lock(session, meal.elder_id)
        act_id = str(uuid5(NAMESPACE_OID, f"delivery void {meal.uid}"))
        voided = void(session, meal, act_id=act_id, reason=reason, note=None, by=by, now=now)
        asked = {"delivery": delivery.uid, "meal": meal.uid}
        record_act(
            session,
            id=act_id,
            kind="delivery_void",
            canteen_id=meal.canteen_id,
            counter_id=None,
            by=by,
            sha256=asked_sha256("delivery_void", asked),
            answer={
                **asked,
                "receipt": meal.receipt,
                "balance_fen": voided.balance_fen,
                "changed": list(voided.changed),
            },
            now=now,
        )


def keep_part(
    session: Session, delivery: Delivery, *, with_fee: bool, by: str, now: datetime
) -> None:
    """Book the elder's part of its last portions anew as money kept: no payer gives anything, nobody
    ate. Conflict `nothing_to_keep` where she would have paid nothing."""
    canteen = get_canteen(session, delivery.canteen_id)
    held = lock_person(session, delivery.elder_id)
    elder = load_facts(session, held.elder_id, delivery.day)
    balance_fen = held.balance_fen
    last = _list_meals(session, ~Meal.is_kept, of=delivery.id)[-delivery.portions :]
    charged = [
        (meal, meal.delivery_fee_fen if with_fee else 0)
        for meal in last
        if meal.elder_fen or (with_fee and meal.delivery_fee_fen)
    ]
    if not charged:
        raise Conflict(
            "nothing_to_keep", "长者没有付钱，没有可留的", "The elder paid nothing: nothing to keep"
        )
    delivery.attempt += 1
    for number, (meal, fee_fen) in enumerate(charged, start=1):
        request = Request(
            uid=_name(delivery, number),
            canteen=canteen,
            elder=elder,
            balance_fen=balance_fen,
            read_at=meal.read_at,
            keyed=Keyed(channel="delivery"),
            booked_by=by,
            fee_fen=fee_fen,
            is_kept=True,
        )
        served = book_meal(
            session,
            request,
            now,
            Terms(
                meal.price_fen, meal.read_at, delivery.day, delivery.mealtime, "delivery",
                meal.portion,
            ),
            Priced(meal.price_fen, meal.price_id, meal.label_zh, meal.label_en, "delivery"),
            kept_part(meal.price_fen, meal.elder_fen),
            Payment(purse_fen=meal.elder_fen),
            None,
        )  # fmt: skip
        _link(session, delivery, served)
        assert served.balance_fen is not None, "an elder has a purse"
        balance_fen = served.balance_fen


def list_standing(session: Session, delivery_id: int) -> Sequence[Meal]:
    """Its standing lines: meals, or what was kept of them."""
    return _list_meals(session, Meal.voided_at.is_(None), of=delivery_id)


def _list_meals(session: Session, which: ColumnElement[bool], *, of: int) -> Sequence[Meal]:
    return session.scalars(
        select(Meal)
        .join(DeliveryMeal, DeliveryMeal.meal_id == Meal.id)
        .where(DeliveryMeal.delivery_id == of, which)
        .order_by(Meal.id)
        .execution_options(populate_existing=True)
    ).all()


def _get_fee(session: Session, delivery: Delivery) -> int:
    canteen = session.get_one(Canteen, delivery.canteen_id)
    is_entitled = delivery.ground is not None
    return canteen.delivery_fee_fen if is_entitled else canteen.delivery_fee_other_fen


def _name(delivery: Delivery, number: int) -> str:
    """The meal's handle, the same whoever books it again."""
    return str(uuid5(NAMESPACE_OID, f"delivery {delivery.uid} {delivery.attempt} {number}"))


def _link(session: Session, delivery: Delivery, served: Served) -> None:
    session.execute(
        insert(DeliveryMeal).values(
            meal_id=served.meal_id, delivery_id=delivery.id, attempt=delivery.attempt
        )
    )


def _price_missing(delivery: Delivery) -> Conflict:
    zh, en = MEALTIMES[delivery.mealtime]
    return Conflict(
        "price_missing",
        f"{zh}还没有价格，先定价格再出发",
        f"{en} has no price yet: set it before setting off",
    )
