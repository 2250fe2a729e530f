"""Loading what a day sheet counts: the lines booked on a day, as `rules.day_lines` wants them.

Beside the till, because sheets, sign-off and the check of the books must all read the same lines.
Age band and category are those of the service date, by the facts known when the meal was booked: what
is learnt later never changes a sheet.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import JournalEntry, PayOut, TopUp
from canteen.models.claim_money import Donation
from canteen.models.corrections import IS_BOOKED, Correction, CorrectionShare
from canteen.models.desk import CashCount, PortionCount
from canteen.models.meals import Meal, Share, Void
from canteen.models.people import Elder
from canteen.models.sites import Counter
from canteen.models.swipes import Swipe
from canteen.rules.day_figures import category_of
from canteen.rules.day_lines import (
    CorrectedLine,
    DayLines,
    DrawerCount,
    MealLine,
    MoneyLine,
    PortionLine,
    RefusalLine,
    ShareLine,
)
from canteen.rules.days import MEALTIMES, SHANGHAI
from canteen.rules.elders import age_band, age_on
from canteen.rules.outcomes import ACCEPTED
from canteen.rules.reader_clock import AGE_MAX, FUTURE_MAX
from canteen.till.known_then import Known
from canteen.till.lots import in_lots


def load_day_lines(session: Session, canteen_id: int, day: date) -> DayLines:
    """Everything that the sheet of `day` counts, in order of receipt."""
    counters = list_counter_codes(session, canteen_id)
    return DayLines(
        meals=load_meals(session, Meal.canteen_id == canteen_id, Meal.booked_on == day),
        money=_load_money(session, canteen_id, day, counters),
        refusals=_load_refusals(session, canteen_id, day),
        drawers=_load_drawers(session, canteen_id, day, counters),
        portions=_load_portions(session, canteen_id, day),
        corrections=load_corrected(session, canteen_id, Correction.booked_on == day),
    )


def list_counter_codes(session: Session, canteen_id: int) -> dict[int, str]:
    """Counter id → its code."""
    rows = session.execute(select(Counter.id, Counter.code).where(Counter.canteen_id == canteen_id))
    return {row.id: row.code for row in rows}


def load_meals(session: Session, *where: ColumnElement[bool]) -> list[MealLine]:
    """Meals with shares, names, age bands and categories, by receipt."""
    rows = session.execute(
        select(Meal, Elder.number, Elder.name, Counter.code)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .outerjoin(Counter, Counter.id == Meal.counter_id)
        .where(*where)
        .order_by(Meal.receipt)
    ).all()
    shares: dict[int, list[ShareLine]] = defaultdict(list)
    for some in in_lots([row.Meal.id for row in rows]):
        for share in session.scalars(
            select(Share).where(Share.meal_id.in_(some)).order_by(Share.payer, Share.rule)
        ):
            line = ShareLine(share.payer, share.payer_kind, share.payer_name, share.fen)
            shares[share.meal_id].append(line)
    known = Known(session)
    known.load({row.Meal.elder_id for row in rows if row.Meal.elder_id})
    return [
        _meal_line(row.Meal, row.number, row.name, row.code, shares[row.Meal.id], known)
        for row in rows
    ]


def _meal_line(
    meal: Meal,
    number: str | None,
    name: str | None,
    counter: str | None,
    shares: list[ShareLine],
    known: Known,
) -> MealLine:
    age, category = _sort(meal, known)
    unknown = "guest" if number is None else "unknown"
    return MealLine(
        receipt=meal.receipt,
        uid=meal.uid,
        elder=number,
        name=name,
        served_on=meal.served_on,
        booked_on=meal.booked_on,
        mealtime=meal.mealtime,
        portion=meal.portion,
        channel=meal.channel,
        age=age,
        band=unknown if age is None else age_band(age),
        category=category,
        counter=counter,
        read_at=meal.read_at,
        is_late=meal.is_late,
        manual_reason=meal.manual_reason or "" if meal.is_manual else None,
        booked_by=meal.booked_by,
        is_listed_price=meal.price_id is not None,
        is_under_scheme=meal.scheme_version_id is not None,
        below_floor=meal.below_floor,
        price_fen=meal.price_fen,
        elder_fen=meal.elder_fen,
        subsidy_fen=meal.subsidy_fen,
        discount_fen=meal.discount_fen,
        purse_fen=meal.purse_fen,
        cash_fen=meal.cash_fen,
        external_fen=meal.external_fen,
        rounding_fen=meal.rounding_fen,
        shares=tuple(shares),
        voided_at=meal.voided_at,
        voided_by=meal.voided_by,
        delivery_fee_fen=meal.delivery_fee_fen,
        is_kept=meal.is_kept,
    )


def _sort(meal: Meal, known: Known) -> tuple[int | None, str]:
    """Age and category group on the service date, by what was known at booking."""
    if meal.elder_id is None:
        return None, "guest"
    person = known.person(meal.elder_id, meal.booked_at, meal.served_on)
    age = None if person.born is None else age_on(person.born, meal.served_on)
    return age, category_of(held.code for held in person.categories)


def _load_money(
    session: Session, canteen_id: int, day: date, counters: dict[int, str]
) -> list[MoneyLine]:
    top_ups = session.execute(
        select(TopUp, Elder.number, Void.voided_at)
        .join(Elder, Elder.id == TopUp.elder_id)
        .outerjoin(Void, Void.top_up_id == TopUp.id)
        .where(TopUp.canteen_id == canteen_id, TopUp.booked_on == day)
    ).all()
    pay_outs = session.execute(
        select(PayOut, Elder.number)
        .join(Elder, Elder.id == PayOut.elder_id)
        .where(PayOut.canteen_id == canteen_id, PayOut.booked_on == day)
    ).all()
    lines = [
        MoneyLine(
            receipt=row.TopUp.receipt, kind="top_up", elder=row.number, pay=row.TopUp.pay,
            amount_fen=row.TopUp.amount_fen, counter=counters.get(row.TopUp.counter_id or 0),
            by=row.TopUp.taken_by, voided_at=row.voided_at,
        )
        for row in top_ups
    ]  # fmt: skip
    lines += [
        MoneyLine(
            receipt=row.PayOut.receipt, kind="pay_out", elder=row.number, pay="cash",
            amount_fen=row.PayOut.amount_fen, counter=counters.get(row.PayOut.counter_id or 0),
            by=row.PayOut.paid_by,
        )
        for row in pay_outs
    ]  # fmt: skip
    lines += _load_donations(session, canteen_id, day)
    return sorted(lines, key=lambda line: line.receipt)


def _load_donations(session: Session, canteen_id: int, day: date) -> list[MoneyLine]:
    """What was given on the day, and what of earlier donations was taken back on it."""
    rows = session.execute(
        select(Donation, JournalEntry.reverses_id)
        .join(
            JournalEntry,
            or_(
                JournalEntry.id == Donation.journal_entry_id,
                JournalEntry.reverses_id == Donation.journal_entry_id,
            ),
        )
        .where(Donation.canteen_id == canteen_id, JournalEntry.booked_on == day)
    ).all()
    return [
        MoneyLine(
            receipt=f"{given.receipt}-R" if back else given.receipt, kind="donation", elder="",
            pay=given.pay, amount_fen=-given.fen if back else given.fen, counter=None,
            by=given.reversed_by or "" if back else given.recorded_by,
        )
        for given, back in rows
    ]  # fmt: skip


def load_corrected(
    session: Session, canteen_id: int, *where: ColumnElement[bool]
) -> list[CorrectedLine]:
    """Booked corrections of the canteen with their shares, by receipt."""
    rows = session.execute(
        select(Correction, Meal, Elder.number, Elder.name, Counter.code)
        .join(Meal, Meal.id == Correction.meal_id)
        .outerjoin(Elder, Elder.id == Meal.elder_id)
        .outerjoin(Counter, Counter.id == Meal.counter_id)
        .where(Correction.canteen_id == canteen_id, IS_BOOKED, *where)
        .order_by(Correction.receipt)
    ).all()
    shares: dict[int, list[ShareLine]] = defaultdict(list)
    for some in in_lots([row.Correction.id for row in rows]):
        for share in session.scalars(
            select(CorrectionShare)
            .where(CorrectionShare.correction_id.in_(some))
            .order_by(
                CorrectionShare.payer, CorrectionShare.rule, CorrectionShare.scheme_version_id
            )
        ):
            line = ShareLine(share.payer, share.payer_kind, share.payer_name, share.fen)
            shares[share.correction_id].append(line)
    return [
        CorrectedLine(
            meal=row.Meal.receipt,
            served_on=row.Meal.served_on,
            mealtime=row.Meal.mealtime,
            elder=row.number,
            name=row.name,
            counter=row.code,
            shares=tuple(shares[row.Correction.id]),
            **{key: getattr(row.Correction, key) for key in _OF_CORRECTION},
        )
        for row in rows
    ]


_OF_CORRECTION = (
    "receipt", "kind", "booked_on", "reason", "price_fen", "elder_fen", "subsidy_fen", "discount_fen",
    "purse_fen", "cash_fen", "borne_fen", "delivery_fee_fen", "meals", "asked_by", "decided_by",
)  # fmt: skip


def _load_refusals(session: Session, canteen_id: int, day: date) -> list[RefusalLine]:
    """A refusal has no booked day: it is counted on the local day it was read."""
    rows = session.execute(
        select(Swipe.id, Swipe.outcome, Swipe.read_at, Swipe.offline)
        .where(
            Swipe.canteen_id == canteen_id,
            *read_on(day),
            Swipe.outcome.not_in(ACCEPTED),
        )
        .order_by(Swipe.read_at, Swipe.id)
    )
    return [
        RefusalLine(
            swipe=row.id,
            outcome=row.outcome,
            read_at=row.read_at,
            is_late=row.offline is not None,
        )
        for row in rows
    ]


def _load_drawers(
    session: Session, canteen_id: int, day: date, counters: dict[int, str]
) -> list[DrawerCount]:
    """The newest count of each drawer."""
    newest: dict[int, CashCount] = {}
    for count in session.scalars(
        select(CashCount)
        .where(CashCount.canteen_id == canteen_id, CashCount.day == day)
        .order_by(CashCount.id)
    ):
        newest[count.counter_id] = count
    return [
        DrawerCount(
            counter=counters[counter_id], counted_fen=count.counted_fen, by=count.counted_by
        )
        for counter_id, count in sorted(newest.items())
    ]


def _load_portions(session: Session, canteen_id: int, day: date) -> list[PortionLine]:
    """The newest count of each mealtime."""
    newest: dict[str, PortionCount] = {}
    for count in session.scalars(
        select(PortionCount)
        .where(PortionCount.canteen_id == canteen_id, PortionCount.day == day)
        .order_by(PortionCount.id)
    ):
        newest[count.mealtime] = count
    return [
        PortionLine(
            mealtime=mealtime, cooked=newest[mealtime].cooked, left=newest[mealtime].left_over
        )
        for mealtime in MEALTIMES
        if mealtime in newest
    ]


def load_late_meals(session: Session, canteen_id: int, day: date) -> list[MealLine]:
    """Meals served on `day` that another day's sheet counts, because this one was signed."""
    return load_meals(
        session,
        Meal.canteen_id == canteen_id,
        Meal.served_on == day,
        or_(Meal.booked_on > day, Meal.booked_on < day),
    )


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a local day, and of the next."""
    begins = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
    return begins, ends


def read_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """The swipes of a local day; those with an absurd clock belong to the day they arrived. What
    arrives is at most a week old, so the index over the arrival serves."""
    begins, ends = day_bounds(day)
    moment = case((Swipe.outcome == "held", Swipe.received_at), else_=Swipe.read_at)
    return (
        Swipe.received_at >= begins - FUTURE_MAX,
        Swipe.received_at < ends + AGE_MAX + timedelta(days=1),
        moment >= begins,
        moment < ends,
    )
