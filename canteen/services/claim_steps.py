"""The steps of a claim: checked, submitted, withdrawn, returned, approved. Never by one person alone.

Each step holds the canteen first, so that of two people who press at once one does it and the other is
told who did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.claim_money import ClaimPayment
from canteen.models.claims import Claim, ClaimCut, ClaimLine, ClaimNote
from canteen.models.meals import Meal
from canteen.rules.claim_findings import CheckResult
from canteen.rules.claim_results import write_results
from canteen.rules.claim_stale import stale_words
from canteen.rules.claim_totals import claim_sha256
from canteen.rules.corrections import Net
from canteen.rules.errors import Conflict, Invalid, Refused
from canteen.rules.lifecycles import CLAIM, move
from canteen.rules.money import yuan_text
from canteen.till.claim_booking import (
    book_cuts,
    book_submission,
    end_version,
    find_corrected_cut,
)
from canteen.till.claim_drawing import add_lines, draw_claim
from canteen.till.claim_judging import judge_claim
from canteen.till.claim_money import settle_claim
from canteen.till.claim_rows import load_rows
from canteen.till.claim_services import find_taken_back
from canteen.till.claims import SENT, hold_claim, last_sha256, line_unknown, need_words, tell
from canteen.till.net_meals import list_net


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks of a claim found, and the state that it is in now."""

    number: str
    version: int
    state: str
    results: Sequence[CheckResult]

    @property
    def stopping(self) -> list[CheckResult]:
        """The checks that do not let it go on."""
        return [one for one in self.results if one.stops]


@dataclass(frozen=True, slots=True)
class CutAsked:
    """What an approval takes off a line, by the line's source; of the line's own sign."""

    source: str
    fen: int
    reason: str


def check(session: Session, *, number: str, by: str, origin: str | None, now: datetime) -> Checked:
    """Draw a draft anew, because something may have become known since, and check it; it is `checked` when
    nothing stops it."""
    claim, place = hold_claim(session, number)
    results = draw_claim(session, claim, place, by=by, now=now)
    after = move(CLAIM, claim.state, "check")
    checked = Checked(claim.number, claim.version, claim.state, results)
    if not checked.stopping:
        claim.state = after
        checked = Checked(claim.number, claim.version, after, results)
    claim.checks = write_results(results)
    claim.checked_at, claim.checked_by = now, by
    told = {
        "passed": sum(one.is_passed for one in results),
        "found": [one.code for one in results if not one.is_passed],
        "stopping": [one.code for one in checked.stopping],
    }
    tell(session, "claim.check", claim, told, by=by, origin=origin, now=now)
    return checked


def submit(
    session: Session,
    *,
    number: str,
    note: str = "",
    by: str,
    origin: str | None,
    now: datetime,
) -> str:
    """Submit a checked claim: from here on neither figures nor lines change. Its SHA-256.

    Conflict `claim_submitted` when somebody has, `claim_stale` when something changed since the check;
    Refused `claim_checks` when a check stops it now, `claim_empty` without a line."""
    claim, place = hold_claim(session, number)
    if claim.state in SENT:
        raise Conflict(
            "claim_submitted",
            "这份申报已经提交了",
            "The claim is submitted already",
            submitted_by=claim.submitted_by,
        )
    after = move(CLAIM, claim.state, "submit")
    if claim.stale_reason is not None:
        zh, en = stale_words(claim.stale_reason)
        raise Conflict(
            "claim_stale",
            f"核对之后有变动（{zh}），请重新核对",
            f"Something changed since the check ({en}): check it again",
        )
    if not claim.lines:
        raise Refused("claim_empty", "没有可申报的明细", "There is nothing in the claim")
    results = judge_claim(session, claim.id, now)
    stopping = [one for one in results if one.stops]
    if stopping:
        raise Refused(
            "claim_checks",
            "核对没有过：" + "；".join(one.zh for one in stopping),
            "Checks stop it: " + "; ".join(one.en for one in stopping),
            stopping=[one.code for one in stopping],
        )
    totals = add_lines(session, claim.id)
    assert all(getattr(claim, name) == fen for name, fen in asdict(totals).items()), totals
    checks, words = write_results(results), note.strip() or None
    previous = last_sha256(session, place.id)
    sha256 = claim_sha256(
        number=claim.number,
        version=claim.version,
        rows=load_rows(session, claim.id),
        totals=totals,
        checks=checks,
        note=words,
        previous=previous,
    )
    claim.state, claim.checks, claim.note = after, checks, words
    claim.submitted_at, claim.submitted_by = now, by
    claim.sha256, claim.previous_sha256 = sha256, previous
    session.flush()
    book_submission(session, claim, now)
    told = {"total_fen": claim.total_fen, "sha256": sha256}
    tell(session, "claim.submit", claim, told, by=by, origin=origin, now=now)
    return sha256


def withdraw(
    session: Session, *, number: str, reason: str, by: str, origin: str | None, now: datetime
) -> None:
    """Take a submitted claim back before it is approved; a new draft stands in its place."""
    claim, place = hold_claim(session, number)
    words = need_words(reason, "reason")
    end_version(session, claim, place, action="withdraw", reason=words, by=by, now=now)
    tell(session, "claim.withdraw", claim, {"reason": words}, by=by, origin=origin, now=now)


def return_claim(
    session: Session,
    *,
    number: str,
    reason: str,
    remarks: Mapping[str, str],
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """A funder sent the claim back, with what it said of lines (source → words); the next version is
    drawn and carries these remarks. Conflict `claim_has_payments`, `claim_cut_corrected`."""
    claim, place = hold_claim(session, number)
    words = need_words(reason, "reason")
    known = _list_sources(session, claim.id, remarks)
    _check_unpaid(session, claim)
    _check_cuts(session, claim)
    end_version(session, claim, place, action="return", reason=words, by=by, now=now)
    notes: dict[str | None, str] = {
        None: words,
        **{source: need_words(remarks[source], "remarks") for source in known},
    }
    session.execute(
        insert(ClaimNote),
        [
            {
                "number": claim.number, "version": claim.version, "source": source,
                "kind": "return", "text": text, "written_at": now, "written_by": by,
            }
            for source, text in notes.items()
        ],
    )  # fmt: skip
    told = {"reason": words, "lines": sorted(known)}
    tell(session, "claim.return", claim, told, by=by, origin=origin, now=now)


def approve(
    session: Session,
    *,
    number: str,
    cuts: Sequence[CutAsked] = (),
    by: str,
    origin: str | None,
    now: datetime,
) -> None:
    """Write down that a submitted claim was approved, whole or with lines cut; the canteen bears the cut.

    Refused `claim_four_eyes` for who submitted it; Conflict `claim_approved` when somebody has."""
    claim, _ = hold_claim(session, number)
    if claim.state in ("approved", "paid"):
        raise Conflict(
            "claim_approved",
            "这份申报已经批准了",
            "The claim is approved already",
            approved_by=claim.approved_by,
        )
    after = move(CLAIM, claim.state, "approve")
    if claim.submitted_by == by:
        raise Refused(
            "claim_four_eyes",
            "提交的人不能自己登记批准，要另一个人",
            "Who submitted it does not approve it: a second person does",
        )
    cut_fen = _cut(session, claim, cuts, by, now)
    claim.state, claim.approved_at, claim.approved_by = after, now, by
    session.flush()
    if cut_fen:
        book_cuts(session, claim, cut_fen, now)
    settle_claim(session, claim, now)
    told = {"approved_fen": claim.total_fen - sum(cut_fen.values()), "cuts": len(cuts)}
    tell(session, "claim.approve", claim, told, by=by, origin=origin, now=now)


def _check_unpaid(session: Session, claim: Claim) -> None:
    paid = select(ClaimPayment.id).where(
        ClaimPayment.claim_id == claim.id, ClaimPayment.reversed_at.is_(None)
    )
    if session.execute(paid.limit(1)).first() is not None:
        raise Conflict(
            "claim_has_payments",
            "这份申报已有到账，先冲销到账",
            "Money of this claim has arrived: reverse the payments first",
        )


def _check_cuts(session: Session, claim: Claim) -> None:
    """A correction goes by what the approval left of the meal: given back, the cut would be asked again."""
    receipt = find_corrected_cut(session, claim)
    if receipt is not None:
        raise Conflict(
            "claim_cut_corrected",
            f"{receipt}：批准时审减过，之后又更正过，这份申报不能再退回；有错请做更正或追回",
            f"{receipt}: cut by the approval and corrected since, so the claim can no longer come "
            "back: correct what is wrong, or demand it back",
        )


def _list_sources(
    session: Session, claim_id: int, wanted: Mapping[str, object]
) -> dict[str, ClaimLine]:
    """The claim's lines by source, of those wanted; NotFound `claim_line_unknown` for another."""
    lines = session.scalars(
        select(ClaimLine).where(ClaimLine.claim_id == claim_id, ClaimLine.source.in_(list(wanted)))
    )
    found = {line.source: line for line in lines}
    for source in wanted:
        if source not in found:
            raise line_unknown(source)
    return found


def _cut(
    session: Session, claim: Claim, cuts: Sequence[CutAsked], by: str, now: datetime
) -> dict[int, int]:
    """Write the cuts down; what they come to, by funder id."""
    lines = _list_sources(session, claim.id, {cut.source: cut for cut in cuts})
    nets = list_net(session, {line.meal_id for line in lines.values() if line.meal_id})
    cut_fen: dict[int, int] = {}
    rows = []
    for cut in cuts:
        line = lines.pop(cut.source, None)
        if line is None or not 0 < cut.fen * (1 if line.fen > 0 else -1) <= abs(line.fen):
            raise Invalid(
                "claim_cut",
                f"审减不对：{cut.source}，每笔只减一次，不超过这一笔",
                f"Not a cut: {cut.source}; each line is cut once, by at most what it is",
                source=cut.source,
            )
        _check_left(session, line, cut, nets)
        cut_fen[line.funder_id] = cut_fen.get(line.funder_id, 0) + cut.fen
        rows.append(
            {
                "claim_line_id": line.id, "claim_id": claim.id, "fen": cut.fen,
                "reason": need_words(cut.reason, "cuts"), "cut_at": now, "cut_by": by,
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(ClaimCut), rows)
    return cut_fen


def _check_left(session: Session, line: ClaimLine, cut: CutAsked, nets: Mapping[int, Net]) -> None:
    """Refused `claim_cut_corrected`: a correction took it back already, and goes into the next claim."""
    if cut.fen < 0 or line.kind == "grant":
        return
    if line.kind == "service":
        left_fen, receipt = 0, find_taken_back(session, ClaimLine.id == line.id)
    else:
        assert line.meal_id is not None, "a share is of a meal"
        pair = line.rule, line.payer
        left_fen = sum(s.fen for s in nets[line.meal_id].shares if (s.rule, s.payer) == pair)
        is_left = cut.fen <= left_fen
        receipt = None if is_left else session.get_one(Meal, line.meal_id).receipt
    if receipt is not None:
        raise Refused(
            "claim_cut_corrected",
            f"{receipt}：报送之后已经更正，更正会进下一份申报，这里最多还能减 {yuan_text(left_fen)} 元",
            f"{receipt}: corrected since it was submitted; the correction goes into the next "
            f"claim, and at most {yuan_text(left_fen)} can be cut here",
            source=cut.source,
        )
