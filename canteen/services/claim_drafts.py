"""Drafts of claims: drawn, drawn anew, thrown away; what is held out of them, and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.claims import Claim, ClaimHold, ClaimLine, ClaimNote
from canteen.models.corrections import Correction
from canteen.models.delivery_reports import ServiceLine
from canteen.models.meals import Meal
from canteen.rules.claim_periods import parse_period
from canteen.rules.claim_rows import parse_grant, parse_item
from canteen.rules.claim_stale import stale_reason
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, NotFound, Refused
from canteen.rules.lifecycles import CLAIM, move
from canteen.till.claim_drawing import clear_lines, draw_claim, hold_items, open_draft
from canteen.till.claims import (
    ENDED,
    OPEN,
    find_funder,
    hold_claim,
    line_unknown,
    list_of_period,
    mark_drafts_stale,
    need_words,
    tell,
)
from canteen.till.day_state import hold_canteen

#: kind of a row → the column of its lines that names it
_COLUMNS = {
    "meal": ClaimLine.meal_id,
    "correction": ClaimLine.correction_id,
    "service": ClaimLine.service_line_id,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draft as it was drawn."""

    number: str
    version: int
    state: str
    supplement: int
    meals: int
    lines: int
    total_fen: int


def draft(
    session: Session,
    *,
    canteen: str,
    period: str,
    payer: str | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> Drawn:
    """Draw the period's draft, anew where there is one; after a claim that came back its next version,
    after one that was sent a supplement (补充) with what was not claimed before.

    `payer`: a funder's code or a payer's word. Conflict `claim_nothing` when other claims hold it all;
    Refused `claim_ahead` of a period to come: it would take what the running one has not claimed yet."""
    place = hold_canteen(session, canteen)
    span = parse_period(period)
    if span.first > local_date(now):
        raise Refused("claim_ahead", "这个期间还没开始", "This period has not begun yet")
    funder = find_funder(session, place, span.first, span.last, payer) if payer else None
    known = list_of_period(session, place.id, span.code, funder.id if funder else None)
    newest = {claim.supplement: claim for claim in known}
    drawn = next((claim for claim in known if claim.state in OPEN), None)
    ended = next((claim for claim in newest.values() if claim.state in ENDED), None)
    if drawn is None:
        drawn = open_draft(
            session,
            place,
            span,
            funder,
            supplement=ended.supplement if ended else len(newest),
            version=ended.version + 1 if ended else 1,
            by=by,
            now=now,
        )
    draw_claim(session, drawn, place, by=by, now=now)
    if not drawn.lines and (others := _list_others(session, drawn)):
        raise Conflict(
            "claim_nothing",
            f"这个期间没有还没申报的了，都在别的申报里：{'、'.join(others)}",
            f"Nothing of this period is left to claim; other claims hold it: {', '.join(others)}",
        )
    after = {"version": drawn.version, "lines": drawn.lines, "total_fen": drawn.total_fen}
    tell(session, "claim.draw", drawn, after, by=by, origin=origin, now=now)
    return Drawn(
        drawn.number, drawn.version, drawn.state, drawn.supplement, drawn.meals, drawn.lines,
        drawn.total_fen,
    )  # fmt: skip


def discard(
    session: Session, *, number: str, reason: str, by: str, origin: str | None, now: datetime
) -> None:
    """Throw a draft away; what it held is free for the next."""
    claim, _ = hold_claim(session, number)
    after = move(CLAIM, claim.state, "discard")
    clear_lines(session, claim)
    claim.state = after
    claim.ended_at, claim.ended_by, claim.end_reason = now, by, need_words(reason, "reason")
    tell(
        session, "claim.discard", claim, {"reason": claim.end_reason}, by=by, origin=origin, now=now
    )


def hold(
    session: Session,
    *,
    number: str,
    items: Sequence[str],
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Hold rows (`meal:12`, `correction:5`, `service:7`, a grant's source) out of a draft, which is drawn
    anew: they stay unclaimed and are offered to the next claim once they are lifted."""
    claim, place = hold_claim(session, number)
    why = need_words(reason, "reason")
    move(CLAIM, claim.state, "draw")
    for item in items:
        if not _has_item(session, claim.id, item):
            raise NotFound(
                "claim_item_unknown", "申报里没有这一条", "The claim has no such row", item=item
            )
        if _is_held(session, item):
            raise Conflict(
                "claim_item_held", "这一条已经留下了", "This is held out already", item=item
            )
    if not items:
        return
    others = Claim.id != claim.id
    called = _call(session, items[0])
    mark_drafts_stale(session, place.id, stale_reason("held", called), now, others)
    hold_items(session, claim, dict.fromkeys(items, (None, why)), by, now)
    draw_claim(session, claim, place, by=by, now=now)
    for item in items:
        told = {"item": item, "reason": why}
        tell(session, "claim.hold", claim, told, by=by, origin=origin, now=now)


def lift(
    session: Session,
    *,
    canteen: str,
    item: str,
    reason: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Let what was held out into claims again: the canteen's drafts are to be drawn anew."""
    place = hold_canteen(session, canteen)
    why = need_words(reason, "reason")
    lifted = session.execute(
        update(ClaimHold)
        .where(
            ClaimHold.canteen_id == place.id,
            ClaimHold.item == item,
            ClaimHold.lifted_at.is_(None),
        )
        .values(lifted_at=now, lifted_by=by, lift_reason=why)
        .returning(ClaimHold.claim_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if lifted is None:
        raise NotFound("claim_item_unheld", "这一条没有被留下", "This is not held out", item=item)
    mark_drafts_stale(session, place.id, stale_reason("lifted", _call(session, item)), now)
    claim = session.get_one(Claim, lifted)
    tell(session, "claim.lift", claim, {"item": item, "reason": why}, by=by, origin=origin, now=now)


def remark(
    session: Session,
    *,
    number: str,
    source: str | None,
    text: str,
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Write a remark of a line, or of the whole claim, that nobody can take away again; NotFound
    `claim_line_unknown` for a line that no version of the claim holds."""
    claim, _ = hold_claim(session, number)
    if source is not None:
        _check_line(session, number, source)
    words = need_words(text, "text")
    session.execute(
        insert(ClaimNote).values(
            number=claim.number, version=claim.version, source=source, kind="remark", text=words,
            written_at=now, written_by=by,
        )
    )  # fmt: skip
    tell(
        session,
        "claim.remark",
        claim,
        {"source": source, "text": words},
        by=by,
        origin=origin,
        now=now,
    )


def _list_others(session: Session, drawn: Claim) -> Sequence[str]:
    """The other claims of the canteen that live and are of days of the same period."""
    others = select(Claim.number).where(
        Claim.canteen_id == drawn.canteen_id,
        Claim.id != drawn.id,
        Claim.state.not_in(ENDED),
        Claim.first_on <= drawn.last_on,
        Claim.last_on >= drawn.first_on,
    )
    return session.scalars(others.order_by(Claim.id)).all()


def _check_line(session: Session, number: str, source: str) -> None:
    held = (
        select(ClaimLine.id)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(Claim.number == number, ClaimLine.source == source)
    )
    if session.execute(held.limit(1)).first() is None:
        raise line_unknown(source)


def _call(session: Session, item: str) -> str:
    """What people call a row: the receipt of a meal or correction, the day of a service, the period of a
    grant."""
    grant, parsed = parse_grant(item), parse_item(item)
    if parsed is None:
        return grant[0] if grant else item
    kind, row_id = parsed
    if kind == "service":
        return str(session.get_one(ServiceLine, row_id).served_on)
    if kind == "meal":
        return session.get_one(Meal, row_id).receipt
    return session.get_one(Correction, row_id).receipt or item


def _is_held(session: Session, item: str) -> bool:
    standing = select(ClaimHold.id).where(ClaimHold.item == item, ClaimHold.lifted_at.is_(None))
    return session.execute(standing).first() is not None


def _has_item(session: Session, claim_id: int, item: str) -> bool:
    parsed = parse_item(item)
    if parsed is not None:
        kind, row_id = parsed
        is_item = _COLUMNS[kind] == row_id
    elif item.startswith("grant:"):
        is_item = ClaimLine.source == item
    else:  # a line alone, a share of a meal, is no row that could be held
        return False
    found = select(ClaimLine.id).where(ClaimLine.claim_id == claim_id, is_item).limit(1)
    return session.execute(found).first() is not None
