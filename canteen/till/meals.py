"""Serving a meal: tests, split, payment, receipt, entries, all in the caller's one transaction.

The caller holds the elder's purse and the counter. A refusal is returned, not raised: it writes
nothing, uses up no quota and is recorded by whoever asked.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.meals import Meal, Share
from canteen.rules.errors import Invalid
from canteen.rules.outcomes import MEALTIMES
from canteen.rules.postings import Payment, meal_postings, pay
from canteen.rules.split import Split
from canteen.till import ledger
from canteen.till.facts import ElderFacts
from canteen.till.hours import list_prices, look_up_hours
from canteen.till.places import CounterPlace
from canteen.till.purses import mark_below_floor
from canteen.till.quotes import (
    FirstMeal,
    Terms,
    get_first_meal,
    list_portions,
    lowest_free,
    quote,
)
from canteen.till.receipts import draw_receipt
from canteen.till.schemes_in_force import InForce, find_in_force


@dataclass(frozen=True, slots=True)
class Keyed:
    """What the cashier keyed. `amount_fen` None: the set meal `set_meal` at its price of the moment."""

    set_meal: str | None = None
    amount_fen: int | None = None
    label_zh: str | None = None
    label_en: str | None = None
    channel: str | None = None
    pay: str = "purse"
    reference: str | None = None
    second: bool = False


PLAIN = Keyed()


@dataclass(frozen=True, slots=True)
class Request:
    """A meal asked for at a counter, by a swipe or by hand. `elder` None is a guest."""

    uid: str
    counter: CounterPlace
    elder: ElderFacts | None
    balance_fen: int
    read_at: datetime
    keyed: Keyed
    booked_by: str
    is_late: bool = False
    swipe_id: str | None = None
    manual_reason: str | None = None

    @property
    def is_manual(self) -> bool:
        """Served without the elder's own card."""
        return self.manual_reason is not None


@dataclass(frozen=True, slots=True)
class Refusal:
    """No meal, and why: an outcome code and what the screens need to say so."""

    code: str
    reason: str | None = None
    mealtime: str | None = None
    first: FirstMeal | None = None
    elder_fen: int | None = None
    balance_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A booked meal, as answers and screens tell of it."""

    meal_id: int
    uid: str
    outcome: str
    reason: str | None
    receipt: str
    served_on: date
    booked_on: date
    mealtime: str
    portion: int
    channel: str
    label_zh: str
    label_en: str
    split: Split
    payment: Payment
    payer_names: dict[str, str]
    balance_fen: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Priced:
    """The price and name of what is sold."""

    price_fen: int
    price_id: int | None
    label_zh: str
    label_en: str
    channel: str


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
    priced = _price(session, request, mealtime)
    if priced is None:
        return Refusal("price_missing", mealtime=mealtime)
    terms = Terms(priced.price_fen, request.read_at, served_on, mealtime, priced.channel, portion)
    in_force = find_in_force(session, request.counter.canteen, served_on)
    divided = quote(
        session,
        canteen=request.counter.canteen,
        elder=request.elder,
        in_force=in_force,
        terms=terms,
    )
    canteen = request.counter.canteen
    payment = pay(request.keyed.pay, divided.elder_fen, request.balance_fen, canteen.cash_unit_fen)
    if _is_short(request, payment):
        return Refusal(
            "insufficient_balance",
            mealtime=mealtime,
            elder_fen=divided.elder_fen,
            balance_fen=request.balance_fen,
        )
    return _book(session, request, now, terms, priced, divided, payment, in_force)


def find_hours_refusal(
    session: Session, request: Request
) -> tuple[Refusal | None, date, str | None]:
    """canteen_closed or outside_mealtime, or no refusal and the mealtime."""
    hours = look_up_hours(session, request.counter.canteen, request.read_at)
    refusal = Refusal(hours.refusal, mealtime=hours.mealtime) if hours.refusal else None
    return refusal, hours.served_on, hours.mealtime


def _price(session: Session, request: Request, mealtime: str) -> _Priced | None:
    keyed = request.keyed
    if keyed.amount_fen is not None:
        return _Priced(
            keyed.amount_fen,
            None,
            keyed.label_zh or MEALTIMES[mealtime][0],
            keyed.label_en or MEALTIMES[mealtime][1],
            keyed.channel or "dine_in",
        )
    sold = list_prices(session, request.counter.canteen.id, mealtime, request.read_at)
    if keyed.set_meal is None:
        found = sold[0] if sold else None
    else:
        found = next((meal for meal in sold if meal.code == keyed.set_meal), None)
    if found is None:
        return None
    return _Priced(
        found.price_fen, found.id, found.name, found.name_en, keyed.channel or found.channel
    )


def _is_short(request: Request, payment: Payment) -> bool:
    """Would the purse fall below the overdraft? A late swipe has been eaten already: never short."""
    if request.is_late or payment.purse_fen == 0:
        return False
    return request.balance_fen - payment.purse_fen < -request.counter.canteen.overdraft_fen


def _book(
    session: Session,
    request: Request,
    now: datetime,
    terms: Terms,
    priced: _Priced,
    divided: Split,
    payment: Payment,
    in_force: InForce | None,
) -> Served:
    if request.elder is None and payment.purse_fen:
        raise Invalid("guest_purse", "散客没有储值，请收现金", "A guest has no purse: take cash")
    canteen = request.counter.canteen
    assert payment.elder_fen == divided.elder_fen, (payment, divided)
    assert divided.elder_fen + sum(share.fen for share in divided.shares) == terms.price_fen
    floor_fen = -canteen.overdraft_fen
    left_fen = request.balance_fen - payment.purse_fen
    below_floor = bool(payment.purse_fen) and left_fen < floor_fen
    booked_on, receipt = draw_receipt(session, canteen, terms.served_on)
    meal_id = _insert_meal(
        session, request, now, terms, priced, divided, payment, in_force,
        booked_on=booked_on, receipt=receipt, below_floor=below_floor,
    )  # fmt: skip
    names, receivables = _insert_shares(session, meal_id, divided, in_force)
    ledger.post(
        session,
        kind="meal",
        canteen_id=canteen.id,
        booked_on=booked_on,
        cause=request.uid,
        meal_id=meal_id,
        postings=meal_postings(
            price_fen=terms.price_fen,
            payment=payment,
            receivables=receivables,
            discount_fen=divided.discount_fen,
            elder_id=request.elder.id if request.elder else None,
            counter_id=request.counter.id,
            booked_on=booked_on,
        ),
        now=now,
        floor_fen=None if request.is_late else floor_fen,
    )
    if below_floor and request.elder is not None:
        mark_below_floor(session, request.elder.id, now)
    outcome, reason = _outcome(request, divided, in_force)
    return Served(
        meal_id,
        request.uid,
        outcome,
        reason,
        receipt,
        terms.served_on,
        booked_on,
        terms.mealtime,
        terms.portion,
        terms.channel,
        priced.label_zh,
        priced.label_en,
        divided,
        payment,
        names,
        None if request.elder is None else left_fen,
        _notes(request, divided, payment, left_fen, below_floor=below_floor),
    )


def _insert_meal(
    session: Session,
    request: Request,
    now: datetime,
    terms: Terms,
    priced: _Priced,
    divided: Split,
    payment: Payment,
    in_force: InForce | None,
    *,
    booked_on: date,
    receipt: str,
    below_floor: bool,
) -> int:
    explanation = [
        {"rule": r.rule, "applied": r.applied, "code": r.code, "facts": dict(r.facts)}
        for r in divided.reasons
    ]
    meal_id: int = session.execute(
        insert(Meal)
        .values(
            uid=request.uid,
            elder_id=request.elder.id if request.elder else None,
            is_guest=request.elder is None,
            canteen_id=request.counter.canteen.id,
            counter_id=request.counter.id,
            swipe_id=request.swipe_id,
            served_on=terms.served_on,
            booked_on=booked_on,
            mealtime=terms.mealtime,
            portion=terms.portion,
            channel=terms.channel,
            read_at=request.read_at,
            booked_at=now,
            is_late=request.is_late,
            is_manual=request.is_manual,
            manual_reason=request.manual_reason,
            booked_by=request.booked_by,
            label_zh=priced.label_zh,
            label_en=priced.label_en,
            price_fen=terms.price_fen,
            elder_fen=divided.elder_fen,
            subsidy_fen=divided.subsidy_fen,
            discount_fen=divided.discount_fen,
            purse_fen=payment.purse_fen,
            cash_fen=payment.cash_fen,
            external_fen=payment.external_fen,
            rounding_fen=payment.rounding_fen,
            external_reference=request.keyed.reference,
            price_id=priced.price_id,
            scheme_version_id=in_force.version_id if in_force and request.elder else None,
            explanation=json.dumps(explanation, ensure_ascii=False),
            receipt=receipt,
            below_floor=below_floor,
        )
        .returning(Meal.id)
    ).scalar_one()
    return meal_id


def _insert_shares(
    session: Session, meal_id: int, divided: Split, in_force: InForce | None
) -> tuple[dict[str, str], list[tuple[int, int]]]:
    """Store the shares; the payers' names for the answer, and what each funder owes."""
    names: dict[str, str] = {}
    receivables: list[tuple[int, int]] = []
    rows: list[dict[str, object]] = []
    for share in divided.shares:
        assert in_force is not None
        payer = in_force.scheme.payers[share.payer]
        names[share.payer] = payer.name
        funder_id = None if payer.is_canteen else in_force.funders[share.payer]
        if funder_id is not None:
            receivables.append((funder_id, share.fen))
        rows.append(
            {
                "meal_id": meal_id,
                "rule": share.rule,
                "payer": share.payer,
                "payer_kind": share.payer_kind,
                "payer_name": payer.name,
                "funder_id": funder_id,
                "quota_scope": in_force.scheme.quota_scope,
                "quota_group": share.group,
                "fen": share.fen,
            }
        )
    if rows:
        session.execute(insert(Share), rows)
    return names, receivables


def _outcome(request: Request, divided: Split, in_force: InForce | None) -> tuple[str, str | None]:
    """subsidised when any payer gave; else full_price and the plainest reason for it."""
    if divided.shares:
        return "subsidised", None
    if request.elder is None:
        return "full_price", "guest"
    if in_force is None:
        return "full_price", "no_scheme"
    codes = {reason.code for reason in divided.reasons}
    if "second_portion" in codes:
        return "full_price", "second_portion"
    if codes & {"quota_meals", "quota_fen_used", "ordinal"}:
        return "full_price", "quota_used"
    return "full_price", "not_subsidised"


def _notes(
    request: Request, divided: Split, payment: Payment, left_fen: int, *, below_floor: bool
) -> tuple[str, ...]:
    notes = []
    if below_floor:
        notes.append("below_floor")
    elif request.elder is not None and payment.purse_fen and left_fen < 0:
        notes.append("overdrawn")
    elif payment.purse_fen and left_fen < 2 * divided.elder_fen:
        notes.append("low_balance")
    if request.is_late:
        notes.append("late")
    return tuple(notes)


def find_meal_of_swipe(session: Session, swipe_id: str) -> str | None:
    """The uid of the meal that already answers this swipe, standing or voided."""
    found: str | None = session.scalars(
        select(Meal.uid).where(Meal.swipe_id == swipe_id)
    ).one_or_none()
    return found
