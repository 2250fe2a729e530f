"""Taking a meal back while its day is open: marked once, entries reversed, quota given back, both lines kept.

Beside the till because a cashier, the secretary and a failed delivery undo meals alike. The caller
holds the elder's purse and keeps the act (`Void.act_id`) with its answer.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.accounts import JournalEntry
from canteen.models.days import CanteenDay
from canteen.models.meals import Meal, Void
from canteen.rules.errors import Conflict
from canteen.till import ledger
from canteen.till.merging import pass_on
from canteen.till.net_meals import list_net
from canteen.till.places import get_canteen
from canteen.till.purses import clear_if_above
from canteen.till.rejudging import list_differing


@dataclass(frozen=True, slots=True)
class Voided:
    """What came of it: the purse's balance (a guest has none), and the receipts of later meals whose
    split would now differ."""

    balance_fen: int | None
    changed: tuple[str, ...]


def hold_open(session: Session, canteen_id: int, booked_on: date) -> None:
    """Hold the row of the day that counts a line to the commit, so that nobody signs it meanwhile.

    Conflict `day_signed` when somebody has."""
    signed_at = session.execute(
        select(CanteenDay.signed_at)
        .where(CanteenDay.canteen_id == canteen_id, CanteenDay.day == booked_on)
        .with_for_update()
    ).scalar_one_or_none()
    if signed_at is not None:
        raise Conflict(
            "day_signed",
            "这一天已签结，只能做更正",
            "The day is signed off: only a correction is possible",
        )


def void(
    session: Session,
    meal: Meal,
    *,
    act_id: str,
    reason: str,
    note: str | None,
    by: str,
    now: datetime,
) -> Voided:
    """Void one standing meal of a day that the caller holds open; Conflict `already_voided`,
    `meal_corrected`: what was corrected is undone by another correction."""
    if list_net(session, [meal.id])[meal.id].corrections:
        raise Conflict(
            "meal_corrected",
            "这笔已经更正过，只能再做更正",
            "This meal was corrected: only another correction can change it",
            receipt=meal.receipt,
        )
    _mark(session, meal, by, now)
    _reverse(session, meal, act_id, now)
    session.execute(
        insert(Void).values(
            act_id=act_id,
            meal_id=meal.id,
            canteen_id=meal.canteen_id,
            booked_on=meal.booked_on,
            reason=reason,
            note=note,
            voided_at=now,
            voided_by=by,
        )
    )
    if meal.elder_id is None:
        return Voided(None, ())
    canteen = get_canteen(session, meal.canteen_id)
    purse_of = pass_on(session, meal.elder_id, cause=act_id, now=now)
    balance_fen = clear_if_above(session, purse_of, -canteen.overdraft_fen)
    return Voided(balance_fen, tuple(list_differing(session, purse_of, meal)))


def _mark(session: Session, meal: Meal, by: str, now: datetime) -> None:
    marked = session.execute(
        update(Meal)
        .where(Meal.id == meal.id, Meal.voided_at.is_(None))
        .values(voided_at=now, voided_by=by)
        .execution_options(synchronize_session=False)
    )
    if marked.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("already_voided", "已撤销", "Already voided", receipt=meal.receipt)


def _reverse(session: Session, meal: Meal, act_id: str, now: datetime) -> None:
    entry_id = session.execute(
        select(JournalEntry.id).where(JournalEntry.meal_id == meal.id, JournalEntry.kind == "meal")
    ).scalar_one()
    ledger.reverse(
        session,
        entry_id=entry_id,
        kind="meal_void",
        booked_on=meal.booked_on,
        cause=act_id,
        now=now,
    )
