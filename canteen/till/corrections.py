"""Corrections of booked meals: asking for one, deciding about it and booking it.

No other module makes correction rows. Who asks or books holds the canteen and then the person's purse
(`hold_meals`), so that corrections, voids, signatures and claims come one after another.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.corrections import IS_BOOKED, Correction, CorrectionShare
from canteen.models.meals import Meal
from canteen.models.sites import Canteen
from canteen.rules.claim_stale import stale_reason
from canteen.rules.corrections import Delta, PayerShare, correction_postings, take_back
from canteen.rules.errors import Conflict, NotFound, Refused, id_reused
from canteen.till import ledger
from canteen.till.claims import mark_stale
from canteen.till.day_state import hold_canteen, lock_day
from canteen.till.merging import lock_person, pass_on
from canteen.till.net_meals import PAYER, count_cuts, delta_of, list_net
from canteen.till.places import CanteenPlace, get_canteen
from canteen.till.purses import clear_if_above
from canteen.till.receipts import draw_receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a correction, why, and what it rests on (`explanation`: JSON)."""

    uid: str
    reason: str
    explanation: str
    by: str
    now: datetime
    claw_back_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """Who decides; `charges`: the rise of the elder's part is paid by her purse, `note` says why."""

    note: str | None
    by: str
    now: datetime
    charges: bool = False


def hold_meals(session: Session, meal_ids: Collection[int]) -> dict[int, Meal]:
    """The meals by id, with their canteens and the purses of their people held to the commit."""
    which = select(Meal).where(Meal.id.in_(meal_ids))
    places = session.execute(
        select(Meal.elder_id, Canteen.code)
        .join(Canteen, Canteen.id == Meal.canteen_id)
        .where(Meal.id.in_(meal_ids))
    ).all()
    for code in sorted({row.code for row in places}):
        hold_canteen(session, code)
    for elder_id in sorted({row.elder_id for row in places if row.elder_id is not None}):
        lock_person(session, elder_id)
    rows = session.scalars(which.execution_options(populate_existing=True))
    return {meal.id: meal for meal in rows}


def hold_correction(session: Session, uid: str) -> tuple[Correction, Meal]:
    """A correction with its meal, held; NotFound `correction_unknown`."""
    meal_id = session.execute(
        select(Correction.meal_id).where(Correction.uid == uid)
    ).scalar_one_or_none()
    if meal_id is None:
        raise NotFound("correction_unknown", "没有这笔更正", "No such correction")
    meal = hold_meals(session, [meal_id])[meal_id]
    held = select(Correction).where(Correction.uid == uid)
    return session.scalars(held.execution_options(populate_existing=True)).one(), meal


def ask(session: Session, meal: Meal, delta: Delta, asked: Asked) -> Correction:
    """Write down a correction of a held meal for a second person. The same uid again is the same one.

    Conflict `meal_voided`, `correction_waits` while another waits, `id_reused`."""
    known = session.scalars(select(Correction).where(Correction.uid == asked.uid)).one_or_none()
    if known is not None:
        if (known.meal_id, known.kind) != (meal.id, delta.kind):
            raise id_reused()
        return known
    _check_standing(meal)
    if _count(session, meal.id, Correction.decided_at.is_(None)):
        raise Conflict(
            "correction_waits",
            "这笔已经有一个更正在等审批",
            "A correction of this meal waits already",
            receipt=meal.receipt,
        )
    correction = Correction(
        uid=asked.uid,
        meal_id=meal.id,
        canteen_id=meal.canteen_id,
        elder_id=meal.elder_id,
        kind=delta.kind,
        reason=asked.reason,
        explanation=asked.explanation,
        after_count=_count_changes(session, meal.id),
        claw_back_id=asked.claw_back_id,
        asked_at=asked.now,
        asked_by=asked.by,
        **{name: getattr(delta, name) for name in _AMOUNTS},
    )
    session.add(correction)
    session.flush()
    if delta.shares:
        session.execute(
            insert(CorrectionShare),
            [_share_values(correction.id, share) for share in delta.shares],
        )
    return correction


def ask_back(
    session: Session, meal: Meal, asked: Asked, *, keeps_part: bool, keeps_fee: bool
) -> Correction:
    """Ask that a held meal of a signed day be taken back: nobody ate it.

    Conflict `void_instead` while a void can undo it, `nothing_left`, and those of `ask`."""
    net = list_net(session, [meal.id])[meal.id]
    if not net.corrections and not lock_day(session, meal.canteen_id, meal.booked_on).signed_at:
        raise _void_instead()
    is_guest = meal.elder_id is None
    delta = take_back(net, keeps_part=keeps_part, keeps_fee=keeps_fee, is_guest=is_guest)
    if net.is_empty or delta == Delta(kind=delta.kind):
        raise Conflict(
            "nothing_left",
            "这笔已经没有可退的了",
            "Nothing of this meal is left to take back",
        )
    return ask(session, meal, delta, asked)


def load_waiting(session: Session, correction: Correction) -> Delta:
    """The difference that a correction asks for."""
    shares = session.scalars(
        select(CorrectionShare).where(CorrectionShare.correction_id == correction.id)
    ).all()
    return delta_of(correction, shares)


def book(session: Session, correction: Correction, meal: Meal, decided: Decided) -> str:
    """Approve a held correction and book it on the first unsigned day; its receipt.

    Refused `correction_second_person`, `purse_too_low` when her purse cannot bear a charge; Conflict
    `correction_decided`, `correction_stale`, `meal_voided`, `void_instead`."""
    check_second_person(correction, decided.by)
    _check_standing(meal)
    if _count_changes(session, meal.id) != correction.after_count:
        raise stale()
    delta = load_waiting(session, correction)
    canteen = get_canteen(session, meal.canteen_id)
    if decided.charges:
        delta = _charge(session, canteen, meal, delta)
    booked_on, receipt = draw_receipt(session, canteen, meal.booked_on)
    if (
        correction.kind == "not_eaten"
        and booked_on == meal.booked_on
        and not correction.after_count
    ):
        raise _void_instead()
    entry_id = ledger.post(
        session,
        kind="correction",
        canteen_id=canteen.id,
        booked_on=booked_on,
        cause=correction.uid,
        meal_id=meal.id,
        postings=correction_postings(
            delta, elder_id=meal.elder_id, counter_id=meal.counter_id, day=booked_on
        ),
        now=decided.now,
    )
    if meal.elder_id is not None:
        purse_of = pass_on(session, meal.elder_id, cause=correction.uid, now=decided.now)
        clear_if_above(session, purse_of, -canteen.overdraft_fen)
    _write(
        session,
        correction,
        decided,
        is_approved=True,
        purse_fen=delta.purse_fen,
        borne_fen=delta.borne_fen,
        booked_on=booked_on,
        receipt=receipt,
        journal_entry_id=entry_id,
    )
    mark_stale(session, canteen.id, booked_on, stale_reason("corrected", receipt), decided.now)
    return receipt


def refuse(session: Session, correction: Correction, decided: Decided) -> None:
    """A second person says no: nothing changes."""
    check_second_person(correction, decided.by)
    _write(session, correction, decided, is_approved=False)


def check_second_person(correction: Correction, by: str) -> None:
    """Conflict `correction_decided`, Refused `correction_second_person`."""
    if correction.decided_at is not None:
        raise Conflict("correction_decided", "这笔更正已经办过了", "This is decided already")
    if correction.asked_by == by:
        raise Refused(
            "correction_second_person",
            "提出的人不能自己批准，要另一个人",
            "Who asked does not decide: a second person does",
        )


def stale() -> Conflict:
    """The meal, or what its split rests on, has changed since this was asked for."""
    return Conflict(
        "correction_stale",
        "提出之后情况又变了，请退回，重新提出",
        "Things have changed since this was asked for: refuse it and ask anew",
    )


def _void_instead() -> Conflict:
    """What can still be voided is voided."""
    return Conflict(
        "void_instead",
        "这一天还没有签结，直接撤销就行",
        "The day is not signed yet: void the meal instead",
    )


_AMOUNTS = (
    "price_fen", "elder_fen", "subsidy_fen", "discount_fen", "purse_fen", "cash_fen",
    "borne_fen", "delivery_fee_fen", "meals",
)  # fmt: skip


def _check_standing(meal: Meal) -> None:
    if meal.voided_at is not None:
        raise Conflict("meal_voided", "这笔已经撤销了", "This meal is voided", receipt=meal.receipt)


def _charge(session: Session, canteen: CanteenPlace, meal: Meal, delta: Delta) -> Delta:
    """Her purse pays what would be borne; not beyond what the canteen lends."""
    if meal.elder_id is None or not delta.rise_fen:
        return delta
    charged = delta.charged()
    held = lock_person(session, meal.elder_id)
    if held.balance_fen + charged.purse_fen < -canteen.overdraft_fen:
        raise Refused(
            "purse_too_low",
            "储值不够，不能从账户补扣",
            "The purse does not hold enough to charge this",
        )
    return charged


def _count_changes(session: Session, meal_id: int) -> int:
    """How often the meal changed after it was booked: by corrections, and by cuts of what was claimed."""
    return _count(session, meal_id, IS_BOOKED) + count_cuts(session, meal_id)


def _count(session: Session, meal_id: int, wanted: ColumnElement[bool]) -> int:
    return session.execute(
        select(func.count()).select_from(Correction).where(Correction.meal_id == meal_id, wanted)
    ).scalar_one()


def _write(session: Session, correction: Correction, decided: Decided, **written: Any) -> None:
    session.execute(
        update(Correction)
        .where(Correction.id == correction.id)
        .values(
            decided_at=decided.now, decided_by=decided.by, decision_note=decided.note, **written
        )
        .execution_options(synchronize_session=False)
    )
    session.expire(correction)


def _share_values(correction_id: int, share: PayerShare) -> dict[str, object]:
    return {
        "correction_id": correction_id,
        "scheme_version_id": share.version_id,
        **{name: getattr(share, name) for name in PAYER},
    }
