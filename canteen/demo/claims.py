"""The demonstration's finance: each month claimed in the next, approved by a second person, paid.

In a history of a year something happens to claims as well: one comes back, a death is told late, meals
of the month before are corrected, a day is opened again. Everything goes through the real services.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.demo.places import FINANCE, SECOND, SECRETARY, STREET, Place, acting, at, one_a_canteen
from canteen.models.meals import IS_EATEN, Meal
from canteen.rules.claim_periods import ClaimPeriod, month_of
from canteen.rules.funder_asked import PaymentAsked
from canteen.services import (
    claim_checks,
    claim_drafts,
    claim_pages,
    claim_payments,
    claim_steps,
    claim_view,
    corrections,
    day_signing,
)

#: days of the next month: submitted, approved, paid
SUBMIT_ON, APPROVE_ON, PAY_ON = 4, 12, 25
#: months before the last one, counted back from today's: what happens, and at which canteen (from 0)
REOPENED, CORRECTED, RETURNED = (7, 3), (6, 2), (5, 1)
ANSWERS = {
    "manual": "没带卡的，收银员认得人，名单核过",
    "late": "断网那天的，读卡器存着第二天补传",
}
ANSWER = "看过明细，属实，材料在社区"
RETURN_REASON = "请补充说明一笔，附就餐登记"
CORRECTION_REASON = "打给了同名的人，本人没来吃"
REOPEN_REASON = "现金点错了一个抽屉，重点重签"
CORRECTED_MEALS = 2


def live_morning(
    session: Session, *, places: Sequence[Place], day: date, today: date, is_story: bool
) -> None:
    """What finance does on the morning of a day, of the month before it."""
    before = month_of(day.replace(day=1) - timedelta(days=1))
    back = (today.year - before.first.year) * 12 + today.month - before.first.month
    for index, place in enumerate(one_a_canteen(places)):
        if not _has_meals(session, place, before):
            continue
        if is_story and day.day == SUBMIT_ON - 2 and (back, index) == REOPENED:
            _sign_again(session, place, before.last, day)
        if is_story and day.day == SUBMIT_ON - 1 and (back, index) == CORRECTED:
            _correct(session, place, before, day)
        if day.day == SUBMIT_ON:
            _claim(session, place, before, day, is_returned=is_story and (back, index) == RETURNED)
        if day.day == APPROVE_ON:
            _approve(session, place, before, day)
        if day.day == PAY_ON:
            _pay(session, place, before, day)


def finish(session: Session, *, places: Sequence[Place], today: date) -> None:
    """The month that runs, as a draft of the first canteen for who looks on."""
    yesterday = today - timedelta(days=1)
    place = one_a_canteen(places)[0]
    if _has_meals(session, place, month_of(yesterday)):
        claim_drafts.draft(
            session,
            canteen=place.canteen,
            period=month_of(yesterday).code,
            **acting(FINANCE, at(yesterday, time(20, 30))),
        )


def _claim(
    session: Session, place: Place, period: ClaimPeriod, day: date, *, is_returned: bool
) -> None:
    drawn = claim_drafts.draft(
        session,
        canteen=place.canteen,
        period=period.code,
        **acting(FINANCE, at(day, time(9, 0))),
    )
    _check_and_submit(session, place, drawn.number, day, time(9, 30))
    if is_returned:
        rows = claim_pages.list_rows(
            session, number=drawn.number, version=None, asked=claim_pages.RowsAsked()
        )
        claim_steps.return_claim(
            session,
            number=drawn.number,
            reason=RETURN_REASON,
            remarks={rows.rows[0].sources[0]: RETURN_REASON},
            **acting(SECOND, at(day, time(14, 0))),
        )
        _check_and_submit(session, place, drawn.number, day, time(16, 0))


def _check_and_submit(session: Session, place: Place, number: str, day: date, clock: time) -> None:
    """Every finding is answered, then the claim goes out."""
    who = acting(FINANCE, at(day, clock))
    checked = claim_steps.check(session, number=number, **who)
    for result in checked.stopping:
        for finding in result.waits:
            claim_checks.write_remark(
                session,
                canteen=place.canteen,
                key=finding.key,
                text=ANSWERS.get(finding.code, ANSWER),
                **who,
            )
    if checked.stopping:
        claim_steps.check(session, number=number, **who)
    claim_steps.submit(session, number=number, **who)


def _approve(session: Session, place: Place, period: ClaimPeriod, day: date) -> None:
    number = claim_view.find_claim(session, canteen=place.canteen, period=period.code).number
    claim_steps.approve(session, number=number, **acting(SECOND, at(day, time(10, 0))))


def _pay(session: Session, place: Place, period: ClaimPeriod, day: date) -> None:
    """Every funder pays what was approved."""
    head = claim_view.find_claim(session, canteen=place.canteen, period=period.code)
    for owed in head.owed:
        if owed.open_fen:
            asked = PaymentAsked(
                uid=f"demo-{head.number}-{owed.funder}",
                claim=head.number,
                funder=owed.funder,
                fen=owed.open_fen,
                source="bank",
                arrived_on=day - timedelta(days=1),
                reference=f"PAY{day:%Y%m%d}{place.canteen}",
            )
            claim_payments.record_payment(
                session, asked=asked, **acting(FINANCE, at(day, time(15, 0)))
            )


def _correct(session: Session, place: Place, period: ClaimPeriod, day: date) -> None:
    """Two meals of the month before were another's of the same name."""
    meals = session.scalars(
        select(Meal.receipt)
        .where(
            Meal.canteen_id == place.canteen_id,
            Meal.booked_on.between(period.first, period.last),
            Meal.subsidy_fen > 0,
            Meal.channel == "dine_in",
            IS_EATEN,
        )
        .order_by(Meal.id)
        .limit(CORRECTED_MEALS)
    ).all()
    for number, receipt in enumerate(meals):
        uid = corrections.ask_not_eaten(
            session,
            uid=f"demo-correction-{number}",
            meal=receipt,
            reason=CORRECTION_REASON,
            **acting(SECRETARY, at(day, time(9, 10))),
        )
        corrections.decide(
            session, uid=uid, is_approved=True, **acting(FINANCE, at(day, time(10, 10)))
        )


def _sign_again(session: Session, place: Place, last: date, day: date) -> None:
    """The street opens a signed day, and the secretary signs its second version."""
    day_signing.reopen_day(
        session,
        canteen=place.canteen,
        day=last,
        reason=REOPEN_REASON,
        **acting(STREET, at(day, time(8, 30))),
    )
    day_signing.sign_day(
        session, canteen=place.canteen, day=last, **acting(SECRETARY, at(day, time(8, 50)))
    )


def _has_meals(session: Session, place: Place, period: ClaimPeriod) -> bool:
    query = select(Meal.id).where(
        Meal.canteen_id == place.canteen_id, Meal.booked_on.between(period.first, period.last)
    )
    return session.execute(query.limit(1)).first() is not None
