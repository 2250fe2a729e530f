"""Top-ups, their voids, and pay-outs: each with a client-made id, done once, answered alike."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.accounts import TopUp, TopUpDebt
from canteen.models.days import CanteenDay
from canteen.models.meals import Void
from canteen.models.sites import Canteen
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.rules.money import yuan_text
from canteen.rules.postings import top_up_void_postings
from canteen.rules.roles import Place
from canteen.till import ledger
from canteen.till.acts import asked_sha256, find_done, record_act
from canteen.till.answers import Answer
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.merging import lock_person, pass_on
from canteen.till.places import get_canteen, get_counter
from canteen.till.purses import clear_if_above
from canteen.till.top_ups import Booked, book_pay_out, book_top_up
from canteen.trail.audit import append_audit
from canteen.trail.events import append_event
from canteen.trail.screens import elder_body

#: more than this is a card number in the wrong field, not a top-up
AMOUNT_FEN_MAX = 100_000


@dataclass(frozen=True, slots=True)
class TopUpAsked:
    """A top-up at a counter: `elder` is the register number, `pay` cash or external."""

    id: str
    counter_id: int
    elder: str
    amount_fen: int
    pay: str = "cash"
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PayOutAsked:
    """Money back from a purse, in cash, to a named person."""

    id: str
    counter_id: int
    elder: str
    amount_fen: int
    paid_to: str


@dataclass(frozen=True, slots=True)
class TopUpVoidAsked:
    """Which top-up to void and why. `debt_asked_by`: the first person, when a second one records what
    was eaten meanwhile as 待收 and only the rest is taken back."""

    id: str
    top_up: str
    reason: str
    debt_asked_by: str | None = None


def take_top_up(
    session: Session, *, asked: TopUpAsked, by: str, origin: str | None, now: datetime
) -> Answer:
    """Put money into a purse. Invalid for an amount out of bounds, NotFound for an unknown elder."""
    sha256 = asked_sha256("top_up", asdict(asked))
    done = find_done(session, asked.id, sha256)
    if done is not None:
        return Answer(False, done)
    _check_amount(asked.amount_fen)
    if asked.pay == "external" and not asked.reference:
        raise Invalid("reference", "外部支付要填流水号", "External payment needs its reference")
    counter = get_counter(session, asked.counter_id)
    elder_id = get_elder_id(session, asked.elder)
    booked = book_top_up(
        session,
        id=asked.id,
        elder_id=elder_id,
        canteen=counter.canteen,
        counter_id=counter.id,
        amount_fen=asked.amount_fen,
        pay=asked.pay,
        reference=asked.reference,
        by=by,
        now=now,
    )
    return _finish(session, "top_up", asked, booked, elder_id, sha256, by, origin, now)


def pay_out(
    session: Session, *, asked: PayOutAsked, by: str, origin: str | None, now: datetime
) -> Answer:
    """Give money back. Refused beyond the balance."""
    sha256 = asked_sha256("pay_out", asdict(asked))
    done = find_done(session, asked.id, sha256)
    if done is not None:
        return Answer(False, done)
    if asked.amount_fen <= 0:
        raise Invalid("amount_fen", "金额要大于零", "The amount must be above zero")
    if not asked.paid_to.strip():
        raise Invalid("paid_to", "要写明退给谁", "Say who takes the money")
    counter = get_counter(session, asked.counter_id)
    elder_id = get_elder_id(session, asked.elder)
    booked = book_pay_out(
        session,
        id=asked.id,
        elder_id=elder_id,
        canteen=counter.canteen,
        counter_id=counter.id,
        amount_fen=asked.amount_fen,
        paid_to=asked.paid_to.strip(),
        by=by,
        now=now,
    )
    return _finish(session, "pay_out", asked, booked, elder_id, sha256, by, origin, now)


def find_top_up_place(session: Session, *, top_up: str) -> Place | None:
    """Where the top-up was taken, to check the asker's scope."""
    row = session.execute(
        select(Canteen.area_code, Canteen.code)
        .join(TopUp, TopUp.canteen_id == Canteen.id)
        .where(TopUp.id == top_up)
    ).one_or_none()
    return Place(row.area_code, row.code) if row else None


def void_top_up(
    session: Session,
    *,
    asked: TopUpVoidAsked,
    may_void_any: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> Answer:
    """Take a top-up back before its day is signed, as far as the balance allows; a cashier
    (`may_void_any` False) one of today.

    When part of it is eaten: Refused `top_up_spent` with what is short, unless a second person
    (`by`, not `debt_asked_by`) records the missing part as 待收: then the balance goes back to zero
    and the debt stands in its own row, never as a silently negative purse."""
    sha256 = asked_sha256("top_up_void", asdict(asked))
    done = find_done(session, asked.id, sha256)
    if done is not None:
        return Answer(False, done)
    top_up = session.execute(select(TopUp).where(TopUp.id == asked.top_up)).scalar_one_or_none()
    if top_up is None:
        raise NotFound("top_up_unknown", "没有这笔充值", "No such top-up")
    ledger.lock(session, top_up.elder_id)
    held = lock_person(session, top_up.elder_id)
    _check_void(session, top_up)
    if not may_void_any and local_date(top_up.taken_at) != local_date(now):
        raise Refused(
            "top_up_of_another_day",
            "这笔充值不是今天的，请社区撤销",
            "This top-up is not of today: ask the secretary to void it",
        )
    short_fen = max(0, top_up.amount_fen - max(held.balance_fen, 0))
    if short_fen:
        _record_debt(session, top_up, short_fen, asked, by, now)
    balance_fen = _take_back(session, top_up, asked, short_fen, held.balance_fen, by, now)
    body = {
        "id": asked.id,
        "top_up_id": top_up.id,
        "receipt": top_up.receipt,
        "amount_fen": top_up.amount_fen,
        "debt_fen": short_fen,
        "balance_fen": balance_fen,
    }
    record_act(
        session, id=asked.id, kind="top_up_void", canteen_id=top_up.canteen_id,
        counter_id=top_up.counter_id, by=by, sha256=sha256, answer=body, now=now,
    )  # fmt: skip
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="top_up.void",
        object_kind="top_up",
        object_id=top_up.receipt,
        after={"reason": asked.reason, "debt_fen": short_fen},
        now=now,
    )
    return Answer(True, body)


def _take_back(
    session: Session,
    top_up: TopUp,
    asked: TopUpVoidAsked,
    short_fen: int,
    balance_fen: int,
    by: str,
    now: datetime,
) -> int:
    """Book the void and keep its row; the balance after it."""
    ledger.post(
        session,
        kind="top_up_void",
        canteen_id=top_up.canteen_id,
        booked_on=top_up.booked_on,
        cause=asked.id,
        reverses_id=top_up.journal_entry_id,
        postings=top_up_void_postings(
            fen=top_up.amount_fen,
            debt_fen=short_fen,
            pay=top_up.pay,
            elder_id=top_up.elder_id,
            counter_id=top_up.counter_id,
            booked_on=top_up.booked_on,
        ),
        now=now,
    )
    purse_of = pass_on(session, top_up.elder_id, cause=asked.id, now=now)
    session.execute(
        insert(Void).values(
            act_id=asked.id,
            top_up_id=top_up.id,
            canteen_id=top_up.canteen_id,
            booked_on=top_up.booked_on,
            reason=asked.reason,
            voided_at=now,
            voided_by=by,
        )
    )
    canteen = get_canteen(session, top_up.canteen_id)
    left_fen = clear_if_above(session, purse_of, -canteen.overdraft_fen)
    assert left_fen >= min(0, balance_fen), "a void takes back no more than the purse holds"
    return left_fen


def _check_void(session: Session, top_up: TopUp) -> None:
    if session.execute(select(Void.id).where(Void.top_up_id == top_up.id)).first():
        raise Conflict("already_voided", "已撤销", "Already voided", receipt=top_up.receipt)
    signed_at = session.execute(
        select(CanteenDay.signed_at)
        .where(CanteenDay.canteen_id == top_up.canteen_id, CanteenDay.day == top_up.booked_on)
        .with_for_update()
    ).scalar_one()
    if signed_at is not None:
        raise Conflict("day_signed", "这一天已签结，只能做更正", "The day is signed off")


def _record_debt(
    session: Session,
    top_up: TopUp,
    short_fen: int,
    asked: TopUpVoidAsked,
    by: str,
    now: datetime,
) -> None:
    if asked.debt_asked_by is None:
        short = yuan_text(short_fen)
        raise Refused(
            "top_up_spent",
            f"余额不足撤销，差 {short}。可由第二人确认：收回余下的，差额记为待收",
            f"Part of it is spent: short by {short}. A second person may take back the rest and"
            " record the difference as owed",
            short_fen=short_fen,
        )
    if asked.debt_asked_by == by:
        raise Refused(
            "second_person", "待收要由另一个人确认", "The debt must be recorded by a second person"
        )
    session.execute(
        insert(TopUpDebt).values(
            top_up_id=top_up.id,
            amount_fen=short_fen,
            recorded_at=now,
            asked_by=asked.debt_asked_by,
            recorded_by=by,
        )
    )


def _check_amount(fen: int) -> None:
    if not 0 < fen <= AMOUNT_FEN_MAX:
        most = yuan_text(AMOUNT_FEN_MAX)
        raise Invalid(
            "amount_fen",
            f"充值要大于 0，最多 {most} 元",
            f"A top-up must be above 0 and at most {most} yuan",
            amount_fen=fen,
        )


def _finish(
    session: Session,
    kind: str,
    asked: TopUpAsked | PayOutAsked,
    booked: Booked,
    elder_id: int,
    sha256: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> Answer:
    """Store the answer, the audit line and the cashier's event."""
    body: dict[str, Any] = {
        "id": asked.id,
        "receipt": booked.receipt,
        "amount_fen": asked.amount_fen,
        "balance_fen": booked.balance_fen,
    }
    canteen_id = get_counter(session, asked.counter_id).canteen.id
    record_act(
        session, id=asked.id, kind=kind, canteen_id=canteen_id, counter_id=asked.counter_id,
        by=by, sha256=sha256, answer=body, now=now,
    )  # fmt: skip
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=f"{kind}.book",
        object_kind=kind,
        object_id=booked.receipt,
        after={"amount_fen": asked.amount_fen, "elder": asked.elder},
        now=now,
    )
    day = local_date(now)
    append_event(
        session,
        counter_id=asked.counter_id,
        view="cashier",
        kind=kind,
        body={
            **body,
            "elder": elder_body(load_facts(session, elder_id, day), day),
            "pay": asked.pay if isinstance(asked, TopUpAsked) else "cash",
        },
        now=now,
    )
    return Answer(True, body)
