"""The page of one claim, drawn for every module that shows it: to look at, or again with what was refused.

Which version, which rows and which page of them stand in the address, so that two tabs never mix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from flask import render_template, request, url_for

from canteen import clock
from canteen.rules.capitals import in_capitals
from canteen.rules.claim_tables import ClaimSum, payers_of
from canteen.rules.days import local_date
from canteen.services import claim_pages, claim_view
from canteen.services.claim_pages import RowsAsked
from canteen.services.claim_view import ClaimPage
from canteen.web import claim_words
from canteen.web.auth import missing
from canteen.web.claim_rights import get_claim, list_rights
from canteen.web.figures import percent, yuan
from canteen.web.forms import Form, read_day
from canteen.web.house import database
from canteen.web.i18n import gettext, ngettext, pick
from canteen.web.numbers import read_number

VIEW = "claim.view"
SUMS_MAX = 50
FINDINGS_MAX, PASSED_MAX, ITEMS_MAX, ROWS_MAX = 5, 8, 100, 3
#: classes of the bars and swatches, by the order of the funders
LOOKS = ("city", "district", "street")
EXPORTS = (("xlsx", "XLSX"), ("csv", "CSV"), ("pdf", "PDF"))


class At(TypedDict):
    """A version of a claim, as the services want it."""

    number: str
    version: int


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one next step of the bar: a form, a link, or why it cannot be taken."""

    words: str = ""
    post: str = ""
    link: str = ""
    why: str = ""
    hint: str = ""


def load_claim(number: str) -> ClaimPage:
    """The version that the address names, the newest unless it does."""
    return database().read(
        claim_view.show_claim, number=number, version=read_number("version"), now=clock.instant()
    )


def draw_claim(number: str, form: Form | None = None) -> str:
    """The page; `form` with its faults when one was sent and not taken."""
    place = get_claim(VIEW, number)
    page = load_claim(number)
    claim, rights = page.head, list_rights(place)
    newest = page.versions[-1][0]
    at = At(number=number, version=claim.version)
    is_newest = claim.version == newest
    items = {
        *(one.item for one in page.holds),
        *(item_of(one.source) for one in page.cuts),
        *(item_of(one.source) for one in page.notes if one.source),
        *(claim_words.item_in(one.after) for one in page.history),
    }
    return render_template(
        "finance/claim.html",
        claim=claim,
        page=page,
        form=form or Form(),
        w=claim_words,
        newest=newest,
        is_newest=is_newest,
        #: what links of this page carry on, so that an old version stays the one looked at
        pinned={} if is_newest else {"version": claim.version},
        open_days=database().read(claim_pages.count_days, **at),
        stamps=_list_stamps(page),
        capitals=f"人民币{in_capitals(claim.total_fen - claim.cut_fen)}",
        funders=look_at(claim.owed),
        before=page.before_fen,
        percent=percent,
        wide=lambda fen: _twentieths(fen, max((one.asked_fen for one in claim.owed), default=0)),
        differences=database().read(claim_pages.list_differences, **at),
        notes_of=_notes_by_source(page),
        item_of=item_of,
        days_since=(local_date(clock.instant()) - local_date(claim.approved_at)).days
        if claim.approved_at
        else 0,
        step=_find_step(page, rights, is_newest=is_newest),
        exports=EXPORTS,
        findings_max=FINDINGS_MAX,
        passed_max=PASSED_MAX,
        items_max=ITEMS_MAX,
        rows_max=ROWS_MAX,
        items=database().read(claim_pages.describe_items, number=number, items=items),
        **_read_rows(page, rights, is_newest=is_newest),
        **rights,
    )


def item_of(source: str) -> str:
    """The item that a line's source belongs to: `share:12:60-plus:city` is of `meal:12`."""
    kind, _, rest = source.partition(":")
    row_id = rest.partition(":")[0]
    named = {"share": "meal", "meal_service": "meal", "service_change": "correction"}
    return f"{named.get(kind, kind)}:{row_id}" if kind != "grant" else source


def look_at(funders: Sequence[Any]) -> list[tuple[Any, str]]:
    """Each funder with the class of its bar; from the third on they look alike and have their words."""
    return [(one, LOOKS[min(place, len(LOOKS) - 1)]) for place, one in enumerate(funders)]


def _twentieths(part: int, whole: int) -> int:
    """The width of a bar by its class, 5 to 100 in steps of 5: a page may carry no inline width."""
    return 5 * min(20, max(1, (40 * part + whole) // (2 * whole))) if whole > 0 else 5


def _list_stamps(page: ClaimPage) -> Mapping[str, str]:
    """State → when it was reached, and by whom."""
    claim = page.head
    times = {
        "draft": (claim.drawn_at, claim.drawn_by),
        "checked": (claim.checked_at, claim.checked_by),
        "submitted": (claim.submitted_at, claim.submitted_by),
        "approved": (claim.approved_at, claim.approved_by),
        "paid": (claim.paid_at, None),
    }
    return {
        code: f"{local_date(at):%m-%d} {page.names.get(by or '', by or '')}".strip()
        for code, (at, by) in times.items()
        if at is not None
    }


def _notes_by_source(page: ClaimPage) -> Mapping[str | None, list[claim_view.NoteLine]]:
    notes: dict[str | None, list[claim_view.NoteLine]] = {}
    for note in page.notes:
        notes.setdefault(note.source, []).append(note)
    return notes


def _read_rows(page: ClaimPage, rights: Mapping[str, Any], *, is_newest: bool) -> dict[str, Any]:
    """What the table of rows shows: gathered, or one by one; a page of it."""
    by = request.args.get("by", "elder")
    if by not in claim_words.GATHERED:
        raise missing()
    at = At(number=page.head.number, version=page.head.version)
    turn = read_number("page") or 1
    view: dict[str, Any] = {"by": by} if is_newest else {"by": by, "version": page.head.version}
    if by == "row":
        asked = _read_asked(turn)
        listed = database().read(claim_pages.list_rows, **at, asked=asked)
        view |= {"elder": asked.elder, "day": asked.day, "item": list(asked.items)}
        return {
            "by": by,
            "listed": listed,
            "payers": payers_of([listed.total]),
            "asked_items": asked.items,
            "picks": _list_picks(page, rights) if is_newest else [],
            "turn": listed.page,
            "turns": listed.pages,
            "view": view,
        }
    sums, all_of_it = database().read(claim_pages.gather_rows, **at, by=(by, "all"))
    turns = max(1, -(-len(sums) // SUMS_MAX))
    turn = min(turn, turns)
    first = (turn - 1) * SUMS_MAX
    shown = sums[first : first + SUMS_MAX]
    return {
        "by": by,
        "sums": shown,
        "first": first + 1,
        "all": all_of_it[0] if all_of_it else ClaimSum("all"),
        "payers": payers_of(all_of_it),
        "marked": _mark_elders(page) if by == "elder" else {},
        "ids": database().read(claim_pages.mask_id_numbers, numbers=[one.key for one in shown]),
        "turn": turn,
        "turns": turns,
        "view": view,
    }


def _read_asked(turn: int) -> RowsAsked:
    day = request.args.get("day")
    on = read_day(day) if day else None
    if day and on is None:
        raise missing()
    items = tuple(request.args.getlist("item")[:ITEMS_MAX])
    return RowsAsked(request.args.get("elder") or None, on, items, turn)


def _mark_elders(page: ClaimPage) -> Mapping[str, str]:
    """Register number → the check that stops the claim and names her in a finding's key."""
    return {
        finding.key.rpartition(":")[2]: pick(check.zh, check.en)
        for check in page.stopping
        for finding in check.findings
    }


def _list_picks(page: ClaimPage, rights: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What can be done with rows that are picked: (endpoint, words)."""
    claim = page.head
    if claim.is_open and rights["may_write"]:
        return [("finance.claims_hold", gettext("Hold out…"))]
    if claim.state == "submitted" and rights["may_approve"]:
        approve = [("finance.claims_approve", gettext("Approve with cuts…"))]
        back = [("finance.claims_return", gettext("Return with reasons…"))]
        return (approve if claim.submitted_by != rights["me"] else []) + back
    if claim.state == "approved" and rights["may_approve"]:
        return [("finance.claims_return", gettext("Return with reasons…"))]
    return []


def _find_step(page: ClaimPage, rights: Mapping[str, Any], *, is_newest: bool) -> NextStep:
    claim = page.head
    if not is_newest:
        return NextStep(hint=gettext("An older version; nothing is done with it any more."))
    if claim.next_step == "check":
        return _find_check(page, rights)
    if claim.next_step == "submit":
        if not rights["may_write"]:
            return NextStep(hint=gettext("Finance submits it."))
        if page.stopping:
            return _stopped(page, gettext("Submit"))
        return NextStep(
            gettext("Submit"), link=url_for("finance.claims_submit", number=claim.number)
        )
    if claim.next_step == "approve":
        if not rights["may_approve"]:
            return NextStep(hint=gettext("Waits for approval."))
        if claim.submitted_by == rights["me"]:
            why = gettext("You submitted it: a second person records the approval")
            return NextStep(gettext("Record approval"), why=why)
        return NextStep(
            gettext("Record approval"), link=url_for("finance.claims_approve", number=claim.number)
        )
    if claim.next_step == "pay":
        due = gettext("Still due: %(fen)s") % {"fen": yuan(claim.due_fen)}
        if not rights["may_pay"]:
            return NextStep(hint=due)
        pay = url_for("finance.payments_show", number=claim.number)
        return NextStep(gettext("Record payment"), link=pay, hint=due)
    if claim.state == "paid":
        return NextStep(hint=gettext("Paid in full: archived."))
    return NextStep(hint=gettext("Ended: draw the period again from the list."))


def _find_check(page: ClaimPage, rights: Mapping[str, Any]) -> NextStep:
    if not rights["may_write"]:
        return NextStep(hint=gettext("Finance checks it."))
    check = url_for("finance.claims_check", number=page.head.number)
    if page.head.stale_reason is not None:
        return NextStep(gettext("Draw anew and check"), post=check)
    if page.stopping:
        return _stopped(page, gettext("Mark as checked"))
    return NextStep(gettext("Mark as checked"), post=check)


def _stopped(page: ClaimPage, words: str) -> NextStep:
    count = len(page.stopping)
    told = ngettext(
        "%(count)s check stops it: settle it first", "%(count)s checks stop it: settle them", count
    )
    return NextStep(words, why=told % {"count": count})
