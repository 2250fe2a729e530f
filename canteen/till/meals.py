"""Serving a meal: the tests of domain.md §2 from canteen_closed on, the split, the payment.

The caller holds the elder's purse and the counter, where there is one. A refusal is returned, not
raised: it writes nothing, uses up no quota and is recorded by whoever asked.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal
from canteen.rules.outcomes import MEALTIMES
from canteen.rules.postings import Payment, pay
from canteen.till.booking import book_meal
from canteen.till.hours import list_prices, look_up_hours
from canteen.till.meal_requests import Priced, Refusal, Request, Served
from canteen.till.quotes import Terms, get_first_meal, list_portions, lowest_free, quote
from canteen.till.schemes_in_force import find_in_force


def serve(session: Session, request: Request, now: datetime) -> Served | Refusal:
    """Serve one meal, or say why not, in the order of domain.md §2 from canteen_closed on."""
    refusal, served_on, mealtime = find_hours_refusal(session, request)
    if refusal is not None:
        return refusal
    assert mealtime is not None
    portion = 1
    if request.elder is not None:
        portions = list_portions(session, request.elder.id, served_on, mealtime)
        if 1 in portions and not request.keyed.second:
            first = get_first_meal(session, request.elder.id, served_on, mealtime)
            return Refusal("already_eaten", mealtime=mealtime, first=first)
        portion = lowest_free(portions)
    return serve_portion(session, request, served_on, mealtime, portion, now)


def serve_portion(
    session: Session,
    request: Request,
    served_on: date,
    mealtime: str,
    portion: int,
    now: datetime,
) -> Served | Refusal:
    """Price, split and book one portion of a mealtime, or say why not: price_missing or
    insufficient_balance."""
    canteen = request.canteen
    priced = _price(session, request, mealtime)
    if priced is None:
        return Refusal("price_missing", mealtime=mealtime)
    terms = Terms(priced.price_fen, request.read_at, served_on, mealtime, priced.channel, portion)
    in_force = find_in_force(session, canteen, served_on)
    divided = quote(session, canteen=canteen, elder=request.elder, in_force=in_force, terms=terms)
    payment = pay(request.keyed.pay, divided.elder_fen, request.balance_fen, canteen.cash_unit_fen)
    if _is_short(request, payment):
        return Refusal(
            "insufficient_balance",
            mealtime=mealtime,
            elder_fen=divided.elder_fen,
            balance_fen=request.balance_fen,
        )
    return book_meal(session, request, now, terms, priced, divided, payment, in_force)


def find_hours_refusal(
    session: Session, request: Request
) -> tuple[Refusal | None, date, str | None]:
    """canteen_closed or outside_mealtime, or no refusal and the mealtime."""
    hours = look_up_hours(session, request.canteen, request.read_at)
    refusal = Refusal(hours.refusal, mealtime=hours.mealtime) if hours.refusal else None
    return refusal, hours.served_on, hours.mealtime


def _price(session: Session, request: Request, mealtime: str) -> Priced | None:
    keyed = request.keyed
    if keyed.amount_fen is not None:
        return Priced(
            keyed.amount_fen,
            None,
            keyed.label_zh or MEALTIMES[mealtime][0],
            keyed.label_en or MEALTIMES[mealtime][1],
            keyed.channel or "dine_in",
        )
    sold = list_prices(session, request.canteen.id, mealtime, request.read_at)
    if keyed.set_meal is None:
        found = sold[0] if sold else None
    else:
        found = next((meal for meal in sold if meal.code == keyed.set_meal), None)
    if found is None:
        return None
    return Priced(
        found.price_fen, found.id, found.name, found.name_en, keyed.channel or found.channel
    )


def _is_short(request: Request, payment: Payment) -> bool:
    """Would the purse fall below the overdraft, where that may stop it?"""
    if request.is_unguarded or payment.purse_fen == 0:
        return False
    return request.balance_fen - payment.purse_fen < -request.canteen.overdraft_fen


def find_meal_of_swipe(session: Session, swipe_id: str) -> str | None:
    """The uid of the meal that already answers this swipe, standing or voided."""
    found: str | None = session.scalars(
        select(Meal.uid).where(Meal.swipe_id == swipe_id)
    ).one_or_none()
    return found
