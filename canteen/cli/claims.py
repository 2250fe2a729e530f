"""`canteen claim …`: claims drawn, checked, submitted, decided and looked at without a browser.

A claim is found by its canteen, its period and whom it asks; of supplements the newest.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from canteen import clock
from canteen.cli.answers import language, say_json
from canteen.cli.claim_files import export
from canteen.cli.claim_money import list_owed, pay, write_off
from canteen.cli.shell import Desk, at_desk, writes
from canteen.db.run import Database
from canteen.rules.claim_findings import CheckResult
from canteen.rules.errors import Conflict
from canteen.rules.money import yuan_text
from canteen.services import claim_drafts, claim_steps, claim_view
from canteen.services.claim_steps import CutAsked
from canteen.services.claim_view import ClaimHead

STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("草稿", "draft"),
    "checked": ("已核对", "checked"),
    "submitted": ("已提交", "submitted"),
    "approved": ("已批准", "approved"),
    "paid": ("已拨付", "paid"),
    "returned": ("已退回", "returned"),
    "withdrawn": ("已撤回", "withdrawn"),
    "discarded": ("已作废", "discarded"),
}


@click.group()
def claim() -> None:
    """What a canteen asks of its funders for a month or a quarter.

    \b
    Example:
      canteen claim draft --canteen C1 --period 2026-10 --as wu
    """


claim.add_command(pay)
claim.add_command(write_off)
claim.add_command(list_owed)
claim.add_command(export)


def _of_claim(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document."),
        click.option("--payer", metavar="P", help="One funder: its code, or a payer's word."),
        click.option("--period", required=True, metavar="P", help="2026-10, or 2026-Q4."),
        click.option("--canteen", required=True, metavar="CODE", help="The canteen's code."),
    ):
        command = option(command)
    return command


@claim.command()
@_of_claim
@writes("claim.write")
def draft(canteen: str, period: str, payer: str | None, as_json: bool, desk: Desk) -> None:
    """Draw the period's draft, anew if there is one; after a submitted claim a supplement.

    \b
    Example:
      canteen claim draft --canteen C1 --period 2026-10 --payer city --as wu
    """
    desk.check(desk.get_canteen(canteen).place)
    drawn = desk.database.run(
        claim_drafts.draft, canteen=canteen, period=period, payer=payer, **_who(desk)
    )
    _say(desk.database, drawn.number, as_json)


@claim.command()
@_of_claim
@writes("claim.write")
def check(canteen: str, period: str, payer: str | None, as_json: bool, desk: Desk) -> None:
    """Check a draft; exit code 1 when something stops it, each with its rows in --json.

    \b
    Example:
      canteen claim check --canteen C1 --period 2026-10 --as wu
    """
    head = _find(desk, canteen, period, payer)
    checked = _step(desk, head, claim_steps.check)
    _say(desk.database, head.number, as_json, checked.results)
    sys.exit(1 if checked.stopping else 0)


@claim.command()
@_of_claim
@click.option("--note", default="", help="What finance says to the funders.")
@writes("claim.write")
def submit(
    canteen: str, period: str, payer: str | None, note: str, as_json: bool, desk: Desk
) -> None:
    """Submit a checked claim: from here on its figures, lines and files never change.

    \b
    Example:
      canteen claim submit --canteen C1 --period 2026-10 --as wu
    """
    head = _find(desk, canteen, period, payer)
    _step(desk, head, claim_steps.submit, note=note)
    _say(desk.database, head.number, as_json)


@claim.command()
@_of_claim
@click.option(
    "--cut",
    "cuts",
    type=(str, int, str),
    multiple=True,
    metavar="SOURCE FEN REASON",
    help="Fen taken off a line, and why; may be repeated.",
)
@writes("claim.approve")
def approve(
    canteen: str,
    period: str,
    payer: str | None,
    cuts: tuple[tuple[str, int, str], ...],
    as_json: bool,
    desk: Desk,
) -> None:
    """Write down that a claim was approved, whole or in part; never by who submitted it.

    \b
    Example:
      canteen claim approve --canteen C1 --period 2026-10 --as zhou
      canteen claim approve --canteen C1 --period 2026-10 --cut share:12:60:gov 200 外区已补 --as zhou
    """
    head = _find(desk, canteen, period, payer)
    asked = [CutAsked(*cut) for cut in cuts]
    _step(desk, head, claim_steps.approve, cuts=asked)
    _say(desk.database, head.number, as_json)


@claim.command("return")
@_of_claim
@click.option("--reason", required=True, help="Why the funder sent it back.")
@click.option(
    "--line",
    "remarks",
    type=(str, str),
    multiple=True,
    metavar="SOURCE WORDS",
    help="What it said of a line; may be repeated.",
)
@writes("claim.write")
def return_(
    canteen: str,
    period: str,
    payer: str | None,
    reason: str,
    remarks: tuple[tuple[str, str], ...],
    as_json: bool,
    desk: Desk,
) -> None:
    """Write down that a funder sent a claim back; its next version is drawn and keeps the remarks.

    \b
    Example:
      canteen claim return --canteen C1 --period 2026-10 --reason 缺签字 --as wu
    """
    head = _find(desk, canteen, period, payer)
    _step(desk, head, claim_steps.return_claim, reason=reason, remarks=dict(remarks))
    _say(desk.database, head.number, as_json)


@claim.command()
@_of_claim
@click.option("--reason", required=True, help="Why it is taken back.")
@writes("claim.write")
def withdraw(
    canteen: str, period: str, payer: str | None, reason: str, as_json: bool, desk: Desk
) -> None:
    """Take a submitted claim back before it is approved; its next version is drawn.

    \b
    Example:
      canteen claim withdraw --canteen C1 --period 2026-10 --reason 漏了送餐 --as wu
    """
    head = _find(desk, canteen, period, payer)
    _step(desk, head, claim_steps.withdraw, reason=reason)
    _say(desk.database, head.number, as_json)


@claim.command()
@_of_claim
def show(canteen: str, period: str, payer: str | None, as_json: bool) -> None:
    """Show a claim: its figures, what each funder owes of it, and its checks.

    \b
    Example:
      canteen claim show --canteen C1 --period 2026-10 --json
    """
    with at_desk() as desk:
        head = _find(desk, canteen, period, payer)
        page = desk.database.read(claim_view.show_claim, number=head.number, now=clock.instant())
        _say(desk.database, head.number, as_json, page.checks)


@claim.command("list")
@click.option("--canteen", metavar="CODE", help="Only of this canteen.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def list_(canteen: str | None, as_json: bool) -> None:
    """List the claims, newest period first.

    \b
    Example:
      canteen claim list --canteen C1
    """
    with at_desk() as desk:
        if canteen is not None:
            desk.get_canteen(canteen)
        page = desk.database.read(
            claim_view.list_claims, areas=("",), canteen=canteen, now=clock.instant()
        )
    if as_json:
        say_json({"claims": [_document(head) for head in page.claims], "open_fen": page.open_fen})
        return
    for head in page.claims:
        click.echo(_line(head))


def _who(desk: Desk) -> dict[str, Any]:
    return {"by": desk.actor, "origin": desk.origin, "now": clock.instant()}


def _find(desk: Desk, canteen: str, period: str, payer: str | None) -> ClaimHead:
    desk.get_canteen(canteen)
    head = desk.database.read(claim_view.find_claim, canteen=canteen, period=period, payer=payer)
    desk.check(head.place)
    return head


def _step(desk: Desk, head: ClaimHead, use_case: Callable[..., Any], **said: Any) -> Any:
    """Take a step of the claim; one that its state does not allow says where it stands and what is next."""
    try:
        return desk.database.run(use_case, number=head.number, **said, **_who(desk))
    except Conflict as error:
        if error.code != "state_step":
            raise
        now = desk.database.read(claim_view.show_head, number=head.number)
        zh, en = STATES[now.state]
        following = "–" if now.next_step == "none" else f"canteen claim {now.next_step}"
        raise Conflict(
            error.code,
            f"{now.number} 现在是“{zh}”，不能这样做；下一步：{following}",
            f"{now.number} is {en}: this cannot be done now; next: {following}",
        ) from None


def _say(
    database: Database,
    number: str,
    as_json: bool,
    results: Sequence[CheckResult] | None = None,
) -> None:
    head = database.read(claim_view.show_head, number=number)
    if as_json:
        checks = None if results is None else {"checks": [_check(one) for one in results]}
        say_json(_document(head) | (checks or {}))
        return
    click.echo(_line(head))
    zh = language().startswith("zh")
    for one in head.owed:
        cut = f" {'审减' if zh else 'cut'} {yuan_text(one.cut_fen)}" if one.cut_fen else ""
        click.echo(f"  {one.funder_name} {yuan_text(one.asked_fen)}{cut}")
    for result in results or ():
        mark = "✗" if result.stops else "✓" if result.is_passed else "!"
        click.echo(f"{mark} {result.zh if zh else result.en} {result.shown}".rstrip())
        for finding in result.findings:
            told = f" ← {result.answers[finding.key]}" if finding.key in result.answers else ""
            click.echo(f"    {finding.zh if zh else finding.en}{told}")


def _line(head: ClaimHead) -> str:
    state = STATES[head.state][0 if language().startswith("zh") else 1]
    figures = head.figures
    return (
        f"{head.number} v{head.version} {state} {yuan_text(head.total_fen)}"
        f" ({figures['meals']} / {figures['persons']})"
    )


def _document(head: ClaimHead) -> dict[str, object]:
    same = (
        "number", "version", "canteen", "supplement", "state", "stale_reason", "submitted_by",
        "submitted_at", "approved_by", "approved_at", "paid_at", "end_reason", "note", "sha256",
        "previous_sha256", "cut_fen", "received_fen", "next_step",
    )  # fmt: skip
    return {
        **{name: getattr(head, name) for name in same},
        **head.figures,
        "period": head.period.code,
        "payer": head.funder,
        "submit_by": head.submit_by.isoformat(),
        "funders": [
            {
                "code": one.funder,
                "name": one.funder_name,
                "asked_fen": one.asked_fen,
                "cut_fen": one.cut_fen,
                "paid_fen": one.paid_fen,
            }
            for one in head.owed
        ],
    }


def _check(result: CheckResult) -> dict[str, object]:
    return asdict(result) | {"passed": result.is_passed, "stops": result.stops}
