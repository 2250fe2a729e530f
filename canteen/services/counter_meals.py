"""Serving without a card's tap: by name with a reason, a guest, or the answer to a refused swipe."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardHolding
from canteen.models.swipes import Swipe
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.rules.outcomes import ANSWERABLE
from canteen.till.acts import asked_sha256, find_done, record_act
from canteen.till.answers import Answer, draw, dump, store_refusal, store_served
from canteen.till.dishes import choose_dishes
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.meal_requests import Keyed, Refusal, Request
from canteen.till.meals import find_meal_of_swipe, serve
from canteen.till.merging import lock_person
from canteen.till.places import CounterPlace, get_counter, lock_counter
from canteen.till.sales import check_amount, end_sale, find_pending
from canteen.trail.events import append_sale
from canteen.trail.screens import Told, tell

#: a refused swipe can be answered for so long; then the person is served by name
SWIPE_AGE_MAX = timedelta(minutes=10)
REASONS = ("no_card", "card_lost", "card_broken", "reader_down", "other")


@dataclass(frozen=True, slots=True)
class MealAsked:
    """A meal by hand (contract.md §4): exactly one of `swipe`, `elder`, `guest`; and the sale's terms."""

    id: str
    swipe: str | None = None
    elder: str | None = None
    guest: bool = False
    reason: str | None = None
    kind: str = "set"
    set_meal: str | None = None
    amount_fen: int | None = None
    dishes: tuple[str, ...] = ()
    channel: str | None = None
    pay: str = "purse"
    reference: str | None = None
    second: bool = False


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose meal it is, and the swipe it answers."""

    elder_id: int | None
    read_at: datetime
    swipe_id: str | None = None
    card_printed: str | None = None
    manual_reason: str | None = None
    is_late: bool = False


def serve_meal(
    session: Session, *, counter_id: int, asked: MealAsked, by: str, now: datetime
) -> Answer:
    """Serve, or record why not; the answer is that of a swipe. A tap that is let through takes the sale
    that waited for it, as if accepted at once; a meal by name or of a guest takes none.

    NotFound for an unknown elder or swipe, Conflict when the swipe already made a meal, Invalid for
    terms that do not fit."""
    sha256 = asked_sha256("meal", {**asdict(asked), "counter": counter_id})
    done = find_done(session, asked.id, sha256)
    if done is not None:
        return Answer(False, draw(session, asked.id, dump(done)))
    counter = get_counter(session, counter_id)
    keyed = _keyed(session, counter, asked, now)
    whose = _find_whose(session, counter, asked, now)
    elder, balance_fen = None, 0
    if whose.elder_id is not None:
        held = lock_person(session, whose.elder_id)
        balance_fen = held.balance_fen
        elder = load_facts(session, held.elder_id, local_date(whose.read_at))
    lock_counter(session, counter.id)
    if whose.swipe_id is not None and find_meal_of_swipe(session, whose.swipe_id):
        raise Conflict("swipe_answered", "这次刷卡已经打过饭了", "This swipe already made a meal")
    request = Request(
        uid=asked.id,
        canteen=counter.canteen,
        counter_id=counter.id,
        elder=elder,
        balance_fen=balance_fen,
        read_at=whose.read_at,
        keyed=keyed,
        booked_by=by,
        swipe_id=whose.swipe_id,
        manual_reason=whose.manual_reason,
    )
    result = _serve_if_active(session, request, now)
    if isinstance(result, Refusal):
        stored = store_refusal(
            result,
            elder,
            counter=counter,
            day=local_date(whose.read_at),
            balance_fen=None if elder is None else balance_fen,
            late=False,
        )
        told = Told(asked.id, "meal", counter, elder, now, stored, refusal=result)
    else:
        _consume_sale(session, counter, whose, now)
        stored = store_served(result, elder, late=False)
        told = Told(
            asked.id, "meal", counter, elder, now, stored, served=result,
            card_printed=whose.card_printed, is_manual=request.is_manual,
        )  # fmt: skip
    record_act(
        session,
        id=asked.id,
        kind="meal",
        canteen_id=counter.canteen.id,
        counter_id=counter.id,
        by=by,
        sha256=sha256,
        answer=stored,
        now=now,
    )
    tell(session, told, now)
    return Answer(True, draw(session, asked.id, dump(stored)))


def _consume_sale(session: Session, counter: CounterPlace, whose: _Whose, now: datetime) -> None:
    if whose.swipe_id is None or whose.is_late:
        return
    sale = find_pending(session, counter.id, whose.read_at)
    if sale is not None:
        end_sale(session, sale.id, "consumed", now)
        append_sale(session, counter_id=counter.id, sale=None, why="consumed", now=now)


def _serve_if_active(session: Session, request: Request, now: datetime) -> Any:
    if request.elder is not None and request.elder.status is not None:
        return Refusal("elder_inactive", request.elder.status)
    return serve(session, request, now)


def _keyed(session: Session, counter: CounterPlace, asked: MealAsked, now: datetime) -> Keyed:
    if asked.pay == "external" and not asked.reference:
        raise Invalid("reference", "外部支付要填流水号", "External payment needs its reference")
    if asked.guest and asked.pay not in ("cash", "external"):
        raise Invalid("guest_purse", "散客没有储值，请收现金", "A guest has no purse: take cash")
    amount_fen, label_zh, label_en = asked.amount_fen, None, None
    if asked.kind == "amount":
        amount_fen = check_amount(amount_fen)
        label_zh, label_en = "别的价", "Other price"
    elif asked.kind == "dishes":
        chosen = choose_dishes(session, counter.canteen, asked.dishes, now)
        amount_fen, label_zh, label_en = chosen.price_fen, chosen.label_zh, chosen.label_en
    else:
        amount_fen = None
    return Keyed(
        set_meal=asked.set_meal if asked.kind == "set" else None,
        amount_fen=amount_fen,
        label_zh=label_zh,
        label_en=label_en,
        channel=asked.channel,
        pay=asked.pay,
        reference=asked.reference,
        second=asked.second,
    )


def _find_whose(session: Session, counter: CounterPlace, asked: MealAsked, now: datetime) -> _Whose:
    if sum((asked.swipe is not None, asked.elder is not None, asked.guest)) != 1:
        raise Invalid(
            "whose_meal",
            "要说明是哪次刷卡、哪位长者，或者散客，三选一",
            "Say whose meal it is: a swipe, an elder or a guest, exactly one",
        )
    if asked.guest:
        return _Whose(None, now)
    if asked.swipe is not None:
        return _answered_swipe(session, counter, asked.swipe, now)
    if not asked.reason:
        raise Invalid("reason", "按姓名打饭要写原因", "Serving without a card needs a reason")
    assert asked.elder is not None
    elder_id = get_elder_id(session, asked.elder)
    return _Whose(elder_id, now, manual_reason=asked.reason)


def _answered_swipe(
    session: Session, counter: CounterPlace, swipe_id: str, now: datetime
) -> _Whose:
    """The refused swipe of this counter that the cashier answers: the card's own tap, not by name."""
    swipe = session.execute(select(Swipe).where(Swipe.id == swipe_id)).scalar_one_or_none()
    if swipe is None or swipe.counter_id != counter.id:
        raise NotFound("swipe_unknown", "没有这次刷卡", "No such swipe at this counter")
    if swipe.outcome not in ANSWERABLE:
        raise Conflict(
            "swipe_not_answerable", "这次刷卡不能这样打饭", "This swipe cannot be answered so"
        )
    if now - swipe.read_at > SWIPE_AGE_MAX:  # late ones are the secretary's (domain.md §2)
        raise Conflict(
            "swipe_too_old", "刷卡超过十分钟了，请再刷一次", "Older than ten minutes: tap again"
        )
    elder_id, printed = swipe.elder_id, None
    if swipe.outcome == "unknown_card":
        elder_id = _holder_since(session, swipe.card_uid)
    if elder_id is None:
        raise Conflict("card_unassigned", "这张卡还没发给人", "This card has no holder yet")
    if swipe.card_id is not None:
        printed = session.execute(
            select(Card.printed).where(Card.id == swipe.card_id)
        ).scalar_one_or_none()
    return _Whose(elder_id, swipe.read_at, swipe.id, printed, is_late=swipe.offline is not None)


def _holder_since(session: Session, uid: str) -> int | None:
    """Who was given the card after it had been unknown at the tap."""
    found: int | None = session.execute(
        select(CardHolding.elder_id)
        .join(Card, Card.id == CardHolding.card_id)
        .where(Card.uid == uid, CardHolding.to_at.is_(None))
    ).scalar_one_or_none()
    return found
