"""Signing a day off, and opening it again: a person confirms the sheet, a chain of hashes keeps it.

Whoever signs holds the canteen and then the day's row to the commit: a swipe is either booked before,
and is in the sheet, or finds the day signed and is booked on the next open one. Never lost.
"""

from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.desk import DaySheet
from canteen.rules.claim_stale import stale_reason
from canteen.rules.day_conditions import Condition
from canteen.rules.day_lines import canonical, line_digests, sheet_sha256
from canteen.rules.errors import Conflict, Invalid, Refused
from canteen.till.claims import check_not_claimed, mark_stale
from canteen.till.day_judging import ACTOR_PREFIX, Judged, judge_day
from canteen.till.day_state import hold_canteen, lock_day
from canteen.trail.audit import append_audit

REASON_LENGTH_MAX = 500


def sign_day(
    session: Session,
    *,
    canteen: str,
    day: date,
    remark: str = "",
    by: str,
    origin: str | None,
    now: datetime,
) -> dict[str, object]:
    """Sign the sheet of a day: its version, hash and figures.

    Conflict `day_signed` when somebody has, Refused `day_not_ready` with what is missing. Of readers
    that have not reported, `remark` says why not."""
    place = hold_canteen(session, canteen)
    row = lock_day(session, place.id, day)
    if row.signed_at is not None:
        account = (row.signed_by or "").removeprefix(ACTOR_PREFIX)
        raise Conflict(
            "day_signed",
            f"这一天已由 {account} 签结",
            f"The day is already signed, by {account}",
            signed_by=row.signed_by,
        )
    judged = judge_day(session, place, day, now)
    _check(judged.conditions, remark.strip())
    sheet = _insert_sheet(session, judged, remark.strip()[:REASON_LENGTH_MAX] or None, by, now)
    row.signed_at, row.signed_by, row.reopened_at = now, by, None
    mark_stale(session, place.id, day, stale_reason("signed", day), now)
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="day.sign",
        object_kind="day",
        object_id=f"{place.code}:{day}",
        after={"version": sheet["version"], "sha256": sheet["sha256"], "remark": remark or None},
        now=now,
    )
    return {**sheet, "canteen": place.code, "day": day, "signed_by": by, "signed_at": now}


def reopen_day(
    session: Session,
    *,
    canteen: str,
    day: date,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Open a signed day again; its signed version and hash stay, and drafts of claims are drawn anew.

    Conflict `day_not_signed`, `day_claimed` once a claim with a line of it is submitted; Invalid
    `reason` without one."""
    if not reason.strip():
        raise Invalid("reason", "要写明为什么重开", "Say why it is opened again", field="reason")
    place = hold_canteen(session, canteen)
    row = lock_day(session, place.id, day)
    if row.signed_at is None:
        raise Conflict("day_not_signed", "这一天没有签结", "The day is not signed")
    check_not_claimed(session, place.id, day)
    mark_stale(session, place.id, day, stale_reason("reopened", day), now)
    row.signed_at, row.signed_by, row.reopened_at = None, None, now
    session.flush()
    session.execute(
        update(DaySheet)
        .where(DaySheet.canteen_id == place.id, DaySheet.day == day, DaySheet.reopened_at.is_(None))
        .values(reopened_at=now, reopened_by=by, reopen_reason=reason.strip()[:REASON_LENGTH_MAX])
    )
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="day.reopen",
        object_kind="day",
        object_id=f"{place.code}:{day}",
        after={"reason": reason.strip()},
        now=now,
    )


def _check(conditions: list[Condition], remark: str) -> None:
    """Refused with everything that is missing; silent readers are excused by a remark."""
    missing = [
        one for one in conditions
        if not one.is_met and not (one.code == "readers" and remark)
    ]  # fmt: skip
    if missing:
        zh = "；".join(f"{one.zh}（{one.detail_zh}）" for one in missing)
        en = "; ".join(f"{one.en} ({one.detail_en})" for one in missing)
        raise Refused(
            "day_not_ready",
            f"还不能签结：{zh}",
            f"Cannot be signed yet: {en}",
            missing=[one.code for one in missing],
        )


def _insert_sheet(
    session: Session, judged: Judged, remark: str | None, by: str, now: datetime
) -> dict[str, object]:
    canteen, day = judged.state.canteen, judged.state.day
    replaced = session.execute(
        select(DaySheet.version, DaySheet.sha256)
        .where(DaySheet.canteen_id == canteen.id, DaySheet.day == day)
        .order_by(DaySheet.version.desc())
        .limit(1)
    ).one_or_none()
    previous = session.execute(
        select(DaySheet.sha256)
        .where(DaySheet.canteen_id == canteen.id, DaySheet.day < day)
        .order_by(DaySheet.day.desc(), DaySheet.version.desc())
        .limit(1)
    ).scalar_one_or_none()
    figures = canonical({**judged.figures, "anomalies": _list_anomalies(judged)})
    values: dict[str, object] = {
        "version": replaced.version + 1 if replaced else 1,
        "figures": figures,
        "lines": canonical(line_digests(judged.lines)),
        "signed_by": by,
        "signed_at": now,
        "remark": remark,
    }
    previous_sha256 = previous or ""
    replaced_sha256 = replaced.sha256 if replaced else None
    sha256 = sheet_sha256(
        **values,  # type: ignore[arg-type]
        canteen=canteen.code,
        day=day,
        previous=previous_sha256,
        replaced=replaced_sha256,
    )
    session.execute(
        insert(DaySheet).values(
            **values,
            canteen_id=canteen.id,
            day=day,
            sha256=sha256,
            previous_sha256=previous_sha256,
            replaced_sha256=replaced_sha256,
        )
    )
    return {"version": values["version"], "sha256": sha256, "figures": judged.figures}


def _list_anomalies(judged: Judged) -> list[dict[str, object]]:
    """The anomalies as the signer saw them, with what was written of each."""
    return [
        {
            "key": one.key,
            "level": one.level,
            "at": one.at,
            "who": one.who,
            "zh": one.zh,
            "en": one.en,
            "did_zh": one.did_zh,
            "did_en": one.did_en,
            "amounts": dict(one.amounts),
            "remark": remark.text if (remark := judged.remarks.get(one.key)) else None,
        }
        for one in judged.anomalies
    ]
