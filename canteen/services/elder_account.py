"""An elder's account as she may ask to see it: lines with the balance after each, for a page or a period.

The purses of all rows found to be hers are one account: what a merge moves between them sums to zero.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from canteen.models.accounts import Account, JournalEntry, LedgerEntry, PayOut, TopUp
from canteen.models.corrections import Correction
from canteen.models.meals import Meal
from canteen.models.sites import Canteen, Counter
from canteen.till.facts import get_elder_id
from canteen.till.persons import rows_of_person

LINES_MAX = 12


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One event of the account. `change_fen` is what the purse gained or lost; a meal paid in cash
    changes nothing and shows what was paid instead."""

    at: datetime
    booked_on: date
    #: kind of the journal entry: meal, meal_void, top_up, …
    kind: str
    mealtime: str | None
    label_zh: str | None
    label_en: str | None
    where: str
    receipt: str | None
    price_fen: int | None
    subsidy_fen: int | None
    #: what carrying it cost, within the change
    fee_fen: int
    #: nobody ate it: her part of a failed delivery that was kept
    is_kept: bool
    paid_outside_fen: int
    change_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The account from the first to the last day, both included."""

    opening_fen: int
    lines: tuple[AccountLine, ...]
    closing_fen: int


def list_account(
    session: Session, *, number: str, most: int = LINES_MAX
) -> tuple[AccountLine, ...]:
    """The newest lines, newest first."""
    lines = _lines(session, get_elder_id(session, number), None, None, most)
    return tuple(reversed(lines))


def get_statement(session: Session, *, number: str, from_on: date, to_on: date) -> Statement:
    """The lines of a period in order, and the balance before and after it."""
    elder_id = get_elder_id(session, number)
    before = session.execute(
        select(func.coalesce(func.sum(LedgerEntry.fen), 0))
        .join(Account, Account.id == LedgerEntry.account_id)
        .join(JournalEntry, JournalEntry.id == LedgerEntry.journal_entry_id)
        .where(
            Account.kind == "purse",
            Account.elder_id.in_(rows_of_person(elder_id)),
            JournalEntry.booked_on < from_on,
        )
    ).scalar_one()
    opening_fen = int(before)  # PostgreSQL sums to its decimal type
    lines = tuple(_lines(session, elder_id, from_on, to_on, None))
    closing_fen = lines[-1].balance_fen if lines else opening_fen
    return Statement(opening_fen, lines, closing_fen)


def _lines(
    session: Session, elder_id: int, from_on: date | None, to_on: date | None, most: int | None
) -> list[AccountLine]:
    """In order of the booked date; with `most`, the newest so many."""
    purses = select(Account.id).where(
        Account.kind == "purse", Account.elder_id.in_(rows_of_person(elder_id))
    )
    moved = (
        select(LedgerEntry.journal_entry_id.label("id"), func.sum(LedgerEntry.fen).label("fen"))
        .where(LedgerEntry.account_id.in_(purses))
        .group_by(LedgerEntry.journal_entry_id)
    )
    paid_otherwise = (
        select(JournalEntry.id, literal(0).label("fen"))
        .join(Meal, Meal.id == JournalEntry.meal_id)
        .where(
            JournalEntry.kind == "meal",
            Meal.elder_id.in_(rows_of_person(elder_id)),
            Meal.voided_at.is_(None),
            Meal.purse_fen + Meal.delivery_fee_fen == 0,
        )
    )
    events = union_all(moved, paid_otherwise).subquery()
    order = (JournalEntry.booked_on, JournalEntry.id)
    running = func.sum(events.c.fen).over(order_by=order)
    numbered = (
        select(JournalEntry.id, events.c.fen, running.label("balance_fen"))
        .join(events, events.c.id == JournalEntry.id)
        .subquery()
    )
    query = (
        select(
            JournalEntry, numbered.c.fen, numbered.c.balance_fen, Meal, Canteen.name, Counter.name
        )
        .add_columns(func.coalesce(TopUp.receipt, PayOut.receipt), Correction)
        .join(numbered, numbered.c.id == JournalEntry.id)
        .join(Canteen, Canteen.id == JournalEntry.canteen_id)
        .outerjoin(Meal, Meal.id == JournalEntry.meal_id)
        .outerjoin(TopUp, TopUp.journal_entry_id == JournalEntry.id)
        .outerjoin(PayOut, PayOut.journal_entry_id == JournalEntry.id)
        .outerjoin(Correction, Correction.journal_entry_id == JournalEntry.id)
        .outerjoin(
            Counter,
            Counter.id == func.coalesce(Meal.counter_id, TopUp.counter_id, PayOut.counter_id),
        )
        .order_by(*(column.desc() for column in order))
    )
    if from_on is not None and to_on is not None:
        query = query.where(JournalEntry.booked_on.between(from_on, to_on))
    if most is not None:
        query = query.limit(most)
    return [_line(*row) for row in reversed(session.execute(query).all())]


def _line(
    entry: JournalEntry,
    fen: int,
    balance_fen: int,
    meal: Meal | None,
    canteen: str,
    counter: str | None,
    receipt: str | None,
    correction: Correction | None,
) -> AccountLine:
    is_meal = entry.kind == "meal" and meal is not None
    #: of a correction what it changes; its receipt is that of the meal it corrects
    told: Meal | Correction | None = correction or meal
    return AccountLine(
        at=meal.read_at if is_meal and meal is not None else entry.booked_at,
        booked_on=entry.booked_on,
        kind=entry.kind,
        mealtime=meal.mealtime if meal else None,
        label_zh=meal.label_zh if meal else None,
        label_en=meal.label_en if meal else None,
        where=f"{canteen} {counter}" if counter else canteen,
        receipt=meal.receipt if meal else receipt,
        price_fen=told.price_fen if told else None,
        subsidy_fen=told.subsidy_fen + told.discount_fen if told else None,
        fee_fen=meal.delivery_fee_fen if is_meal and meal else 0,
        is_kept=meal is not None and meal.is_kept,
        paid_outside_fen=(
            meal.cash_fen + meal.external_fen + meal.rounding_fen if is_meal and meal else 0
        ),
        change_fen=int(fen),
        balance_fen=int(balance_fen),
    )
