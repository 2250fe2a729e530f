"""`canteen claim pay`, `write-off` and `receivables`: what funders paid, will never pay, and owe."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

import click

from canteen import clock
from canteen.cli.answers import language, say_json
from canteen.cli.shell import Desk, at_desk, writes
from canteen.rules.days import local_date
from canteen.rules.errors import Invalid, NotFound
from canteen.rules.funder_asked import PaymentAsked
from canteen.rules.funder_postings import SOURCES
from canteen.rules.money import yuan_text
from canteen.services import claim_payments, claim_write_offs, places, receivables

OWED: Mapping[str, tuple[str, str]] = {
    "unclaimed": ("还没申报", "not claimed yet"),
    "unclaimed_services": ("服务和补助还没申报", "services and grants not claimed yet"),
    "submitted": ("等审批", "waits for approval"),
    "approved": ("等拨款", "waits for money"),
    "explained": ("差额等核销", "difference to be written off"),
    "to_pay_back": ("要退给对方", "to be paid back"),
}


@click.command()
@click.option("--canteen", required=True, metavar="CODE", help="The canteen's code.")
@click.option("--period", required=True, metavar="P", help="2026-10, or 2026-Q4.")
@click.option("--payer", metavar="F", help="The funder's code, or a payer's word; else who owes.")
@click.option("--amount-fen", type=int, help="Negative: we pay back. Else all that is open.")
@click.option("--arrived", type=click.DateTime(["%Y-%m-%d"]), help="The day; else today.")
@click.option("--reference", default="", help="The bank's reference.")
@click.option("--source", type=click.Choice(SOURCES), default="bank", help="Where from.")
@click.option("--note", help="Why no more will come, or too much came: asks to write it off.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@writes("claim.pay")
def pay(
    canteen: str,
    period: str,
    payer: str | None,
    amount_fen: int | None,
    arrived: datetime | None,
    reference: str,
    source: str,
    note: str | None,
    as_json: bool,
    desk: Desk,
) -> None:
    """Record what a funder paid of an approved claim; the same command twice is one payment.

    \b
    Example:
      canteen claim pay --canteen C1 --period 2026-10 --reference 20261120-0071 --as wu
      canteen claim pay --canteen C1 --period 2026-10 --payer city --amount-fen 1260000 \\
        --arrived 2026-11-20 --reference 20261120-0071 --as wu
    """
    desk.check(desk.get_canteen(canteen).place)
    arrived_on = local_date(clock.instant()) if arrived is None else arrived.date()
    said = f"{canteen} {period} {payer} {amount_fen} {source} {arrived_on} {reference}"
    uid, booked = desk.database.read(claim_payments.find_repeated, said=said)
    if booked is None:
        number, funder, open_fen = _find_payable(desk, canteen, period, payer)
        asked = PaymentAsked(
            uid=uid,
            claim=number,
            funder=funder,
            fen=open_fen if amount_fen is None else amount_fen,
            source=source,
            arrived_on=arrived_on,
            reference=reference,
            note=note,
        )
        desk.database.run(
            claim_payments.record_payment,
            asked=asked,
            by=desk.actor,
            origin=desk.origin,
            now=clock.instant(),
        )
    else:
        number = booked
    _say(desk, number, as_json)


@click.command("write-off")
@click.option("--canteen", required=True, metavar="CODE", help="The canteen's code.")
@click.option("--period", required=True, metavar="P", help="2026-10, or 2026-Q4.")
@click.option("--payer", required=True, metavar="F", help="The funder's code, or a payer's word.")
@click.option("--reason", help="Ask for it: why what is open will never come.")
@click.option("--answer", type=click.Choice(["approve", "refuse"]), help="Decide what was asked.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@writes("claim.pay")
def write_off(
    canteen: str,
    period: str,
    payer: str,
    reason: str | None,
    answer: str | None,
    as_json: bool,
    desk: Desk,
) -> None:
    """Write off what a funder will never pay of a claim: one person asks, another decides.

    \b
    Example:
      canteen claim write-off --canteen C1 --period 2026-10 --payer city --reason "fee" --as wu
      canteen claim write-off --canteen C1 --period 2026-10 --payer city --answer approve --as li
    """
    if (reason is None) == (answer is None):
        raise Invalid("reason_or_answer", "写 --reason 或 --answer", "Give --reason or --answer")
    desk.check(desk.get_canteen(canteen).place)
    number, funder, _ = _find_payable(desk, canteen, period, payer)
    acting: dict[str, Any] = {"by": desk.actor, "origin": desk.origin, "now": clock.instant()}
    if reason is not None:
        desk.database.run(
            claim_write_offs.ask,
            number=number,
            funder=funder,
            reason=reason,
            uid=str(uuid4()),
            **acting,
        )
    else:
        lines = desk.database.read(claim_write_offs.list_write_offs, number=number)
        waiting = [one.id for one in lines if one.funder == funder and one.decided_by is None]
        desk.database.run(
            claim_write_offs.decide,
            write_off_id=waiting[-1] if waiting else 0,
            is_approved=answer == "approve",
            **acting,
        )
    _say(desk, number, as_json)


def _find_payable(desk: Desk, canteen: str, period: str, payer: str | None) -> tuple[str, str, int]:
    """The number of the claim, the code of the funder, and the fen that are open."""
    found = desk.database.read(
        claim_payments.find_payable, canteen=canteen, period=period, payer=payer
    )
    if found is None:
        asks = ("", "") if payer is None else (f"向 {payer} ", f" that asks {payer}")
        raise NotFound(
            "claim_not_payable",
            f"{canteen} 的 {period} 没有{asks[0]}批准的申报",
            f"{canteen} has no approved claim of {period}{asks[1]}",
        )
    return found


def _say(desk: Desk, number: str, as_json: bool) -> None:
    money = desk.database.read(claim_payments.find_claim_money, number=number)
    assert money is not None, number
    owed = [
        {
            "funder": one.funder,
            "approved_fen": one.approved_fen,
            "clawed_fen": one.clawed_fen,
            "paid_fen": one.paid_fen,
            "written_off_fen": one.written_off_fen,
            "waiting_fen": one.waiting_fen,
            "open_fen": one.open_fen,
            "note": one.note,
        }
        for one in money.owed
    ]
    if as_json:
        say_json({"number": money.number, "state": money.state, "owed": owed})
        return
    is_zh = language().startswith("zh")
    for one in money.owed:
        paid, left = yuan_text(one.paid_fen), yuan_text(one.open_fen)
        click.echo(
            f"{money.number} {one.funder_name} 已到 {paid}，还差 {left}"
            if is_zh
            else f"{money.number} {one.funder_name}: {paid} arrived, {left} outstanding"
        )


@click.command("receivables")
@click.option("--canteen", metavar="CODE", help="One canteen; else all.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def list_owed(canteen: str | None, as_json: bool) -> None:
    """List what funders owe, longest overdue first, and what nobody has claimed yet.

    \b
    Example:
      canteen claim receivables --json
    """
    with at_desk() as desk:
        known = [code for code, _, _ in desk.database.read(places.list_canteens)]
        lines = desk.database.read(
            receivables.list_receivables,
            canteens=known if canteen is None else [desk.get_canteen(canteen).code],
            today=local_date(clock.instant()),
        )
    if as_json:
        say_json({"receivables": [asdict(one) for one in lines]})
        return
    is_zh = language().startswith("zh")
    for one in lines:
        due = f"{one.due_on}" if one.due_on else "–"
        late = (" 逾期" if is_zh else " overdue") if one.is_overdue else ""
        days = f"{one.days} 天" if is_zh else f"{one.days} days"
        click.echo(
            f"{one.canteen} {one.number or one.period} {one.funder_name} {yuan_text(one.open_fen)}"
            f" {OWED[one.state][0 if is_zh else 1]} {days} {due}{late}"
        )
