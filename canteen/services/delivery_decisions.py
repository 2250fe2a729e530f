"""What a person decides about deliveries: reports that contradict each other, and money of a failed one.

Nothing is charged before somebody has decided; a signed day is changed by nobody here.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.rules.days import local_date
from canteen.rules.delivery_reports import DECISIONS, FAILED_KINDS
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.till.delivery_doors import carry_out, deliver, fail, hold, settle, undo
from canteen.till.delivery_meals import is_signed, keep_part, take_back
from canteen.trail.audit import append_audit

REASON_LENGTH_MAX = 200


def decide(
    session: Session, *, report: str, decision: str, by: str, origin: str | None, now: datetime
) -> None:
    """Settle a conflict: it was delivered, it failed, or nothing changes.

    NotFound `report_unknown`; Conflict `report_settled`; `day_signed`, `delivery_no_run` and
    `price_missing` leave it for a person; Invalid `decision`."""
    if decision not in DECISIONS:
        raise Invalid("decision", "请选怎么定", "Choose what it was", field="decision")
    told, delivery = _hold_conflict(session, report)
    before = delivery.state
    if decision == "delivered" and before != "delivered":
        _check_open(session, delivery)
        _make_delivered(session, delivery, told, by, now)
    elif decision == "failed" and before in ("out", "delivered", "failed"):
        _check_open(session, delivery)
        _make_failed(session, delivery, told, by, now)
    settle(session, [delivery])
    told.decision, told.decided_at, told.decided_by = decision, now, by
    session.flush()
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="delivery.decide",
        object_kind="delivery",
        object_id=delivery.uid,
        before={"state": before},
        after={"state": delivery.state, "report": report, "decision": decision},
        now=now,
    )


def keep(
    session: Session,
    *,
    delivery: str,
    reason: str,
    with_fee: bool,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Keep the elder's part (and the fee) of a failed delivery, for a reason.

    Invalid `reason`; Conflict `delivery_not_failed`, `already_kept`, `nothing_to_keep`, `day_signed`."""
    why = reason.strip()[:REASON_LENGTH_MAX]
    if not why:
        raise Invalid("reason", "请写原因", "Write the reason", field="reason")
    held = _hold_failed(session, delivery)
    if held.keep_reason is not None:
        raise Conflict("already_kept", "已经留下了", "It is kept already")
    keep_part(session, held, with_fee=with_fee, by=by, now=now)
    held.keep_reason = why
    _finish(session, held, "delivery.keep", {"reason": why, "with_fee": with_fee}, by, origin, now)


def give_back(
    session: Session, *, delivery: str, by: str, origin: str | None, now: datetime
) -> None:
    """What was kept of a failed delivery goes back to her after all.

    Conflict `delivery_not_failed`, `nothing_kept`, `day_signed`."""
    held = _hold_failed(session, delivery)
    if held.keep_reason is None:
        raise Conflict("nothing_kept", "没有留下什么", "Nothing is kept")
    take_back(session, held, reason="given_back", by=by, now=now)
    held.keep_reason = None
    _finish(session, held, "delivery.give_back", {}, by, origin, now)


def _hold_conflict(session: Session, report: str) -> tuple[DeliveryReport, Delivery]:
    uid = session.execute(
        select(Delivery.uid)
        .join(DeliveryReport, DeliveryReport.delivery_id == Delivery.id)
        .where(DeliveryReport.id == report, DeliveryReport.outcome == "conflict")
    ).scalar_one_or_none()
    if uid is None:
        raise NotFound("report_unknown", "没有这条要核对的上报", "No such report to settle")
    delivery = hold(session, uid)
    told = session.get_one(DeliveryReport, report)
    if told.decided_at is not None:
        raise Conflict("report_settled", "已经有人定了", "Somebody has settled it already")
    return told, delivery


def _hold_failed(session: Session, uid: str) -> Delivery:
    held = hold(session, uid)
    if held.state != "failed":
        raise Conflict(
            "delivery_not_failed", "这一份不是没送成的", "This delivery did not fail: nothing to do"
        )
    _check_open(session, held)
    return held


def _check_open(session: Session, delivery: Delivery) -> None:
    if is_signed(session, delivery.canteen_id, delivery.day):
        raise Conflict(
            "day_signed",
            "这一天已签结，只能做更正",
            "The day is signed off: only a correction is possible",
        )


def _make_delivered(
    session: Session, delivery: Delivery, told: DeliveryReport, by: str, now: datetime
) -> None:
    """Whatever it was: carried out and delivered. Had she eaten already, it is a second portion."""
    if delivery.state == "failed":
        undo(session, delivery, by=by, now=now)
    elif delivery.state != "out":
        at = told.reported_at if local_date(told.reported_at) == delivery.day else now
        if local_date(at) != delivery.day:
            raise Refused(
                "delivery_not_today", "只能送当天的餐", "Only today's meals can be carried",
                day=delivery.day,
            )  # fmt: skip
        carry_out(session, delivery, at=at, by=by, now=now)
    deliver(
        session, delivery, at=told.reported_at, receiver=told.receiver,
        volunteer_id=told.volunteer_id, now=now,
    )  # fmt: skip


def _make_failed(
    session: Session, delivery: Delivery, told: DeliveryReport, by: str, now: datetime
) -> None:
    if delivery.state == "failed":
        if told.kind in FAILED_KINDS:
            delivery.fail_code = told.kind
        return
    code = told.kind if told.kind in FAILED_KINDS else "other"
    if delivery.state == "delivered":
        undo(session, delivery, by=by, now=now)
    fail(session, delivery, code=code, at=told.reported_at, by=by, now=now)


def _finish(
    session: Session,
    delivery: Delivery,
    action: str,
    after: dict[str, object],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    settle(session, [delivery])
    append_audit(
        session,
        actor=by,
        origin=origin,
        action=action,
        object_kind="delivery",
        object_id=delivery.uid,
        after=after,
        now=now,
    )
