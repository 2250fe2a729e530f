"""`canteen correction …`: what waits for a second person; asking, approving, refusing without a browser."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

import click

from canteen import clock
from canteen.cli.answers import language, say_json
from canteen.cli.shell import Desk, at_desk, writes
from canteen.rules.errors import Invalid, NotFound
from canteen.rules.money import yuan_text
from canteen.services import correction_lists, corrections, places, rejudging

AREAS_ALL = ("",)


@click.group()
def correction() -> None:
    """What changes a booked meal after its day was signed: asked by one, decided by another.

    \b
    Example:
      canteen correction list
      canteen correction approve 5f0c… --as li
    """


@correction.command("list")
@click.option("--canteen", metavar="CODE", help="Of one canteen only.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def list_(canteen: str | None, as_json: bool) -> None:
    """List what waits for a second person.

    \b
    Example:
      canteen correction list --canteen C1 --json
    """
    with at_desk() as desk:
        if canteen is not None:
            desk.get_canteen(canteen)
        waiting = desk.database.read(
            correction_lists.list_waiting, areas=AREAS_ALL, canteen=canteen
        )
    if as_json:
        say_json({"waiting": [{**asdict(one), "place": None} for one in waiting]})
        return
    zh = language().startswith("zh")
    for one in waiting:
        elder, subsidy = yuan_text(one.elder_fen), yuan_text(one.subsidy_fen)
        money = f"老人 {elder} 补贴 {subsidy}" if zh else f"elder {elder} subsidy {subsidy}"
        click.echo(f"{one.uid}  {one.meal}  {one.kind}  {money}  {one.asked_by}  {one.reason}")
    click.echo(f"{len(waiting)} 笔等审批" if zh else f"{len(waiting)} wait", err=True)


@correction.command()
@click.argument("meal", metavar="RECEIPT")
@click.option("--reason", required=True, help="Why nobody ate it.")
@click.option("--keep-part", is_flag=True, help="The elder's part stays paid.")
@writes("correction.ask")
def ask(meal: str, reason: str, keep_part: bool, desk: Desk) -> None:
    """Ask that a meal of a signed day be taken back.

    \b
    Example:
      canteen correction ask C1-20261124-0007 --reason "did not come" --as wang
    """
    found = desk.database.read(corrections.find_meal, meal=meal)
    if found is None:
        raise NotFound("meal_unknown", "没有这笔用餐", "No such meal")
    desk.check(found.place)
    uid = desk.database.run(
        corrections.ask_not_eaten,
        uid=str(uuid4()),
        meal=meal,
        reason=reason,
        keeps_part=keep_part,
        **_acting(desk),
    )
    click.echo(uid)


@correction.command()
@click.option("--elder", metavar="NUMBER", help="One elder, by her register number.")
@click.option("--canteen", metavar="CODE", help="Everybody who ate there.")
@click.option(
    "--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First service date."
)
@click.option("--reason", required=True, help="What was learnt late.")
@writes("correction.ask")
def again(elder: str | None, canteen: str | None, first: datetime, reason: str, desk: Desk) -> None:
    """Judge meals again from a date on, and ask for what would change.

    \b
    Example:
      canteen correction again --canteen C1 --from 2026-12-01 --reason "new table" --as wu
    """
    if (elder is None) == (canteen is None):
        raise Invalid("elder_or_canteen", "写 --elder 或 --canteen", "Give --elder or --canteen")
    canteens = [canteen] if canteen else None
    if canteen is None:
        desk.check(desk.database.read(places.find_place_of_elder, number=elder or ""))
        whose = [elder or ""]
    else:
        desk.check(desk.get_canteen(canteen).place)
        whose = desk.database.read(rejudging.list_concerned, canteen=canteen, first=first.date())
    count = sum(
        desk.database.run(
            rejudging.ask_changes, number=number, first=first.date(), reason=reason,
            canteens=canteens, **_acting(desk),
        )
        for number in whose
    )  # fmt: skip
    click.echo(f"{count} 笔等审批" if language().startswith("zh") else f"{count} wait")


@correction.command()
@click.argument("uids", nargs=-1, required=True, metavar="UID…")
@click.option("--note", default="", help="What there is to say.")
@click.option("--charge", default="", help="Why her purse pays what rises, not the canteen.")
@writes("correction.decide")
def approve(uids: tuple[str, ...], note: str, charge: str, desk: Desk) -> None:
    """Approve corrections and book them; prints their receipts.

    \b
    Example:
      canteen correction approve 5f0c… 77ab… --as li
    """
    _decide(desk, uids, is_approved=True, note=note, charge_reason=charge)


@correction.command()
@click.argument("uids", nargs=-1, required=True, metavar="UID…")
@click.option("--note", required=True, help="Why not.")
@writes("correction.decide")
def refuse(uids: tuple[str, ...], note: str, desk: Desk) -> None:
    """Refuse corrections: nothing changes.

    \b
    Example:
      canteen correction refuse 5f0c… --note "she was there" --as li
    """
    _decide(desk, uids, is_approved=False, note=note)


def _decide(desk: Desk, uids: tuple[str, ...], **decided: Any) -> None:
    for uid in uids:
        one = desk.database.read(correction_lists.find_correction, uid=uid)
        if one is None:
            raise NotFound(
                "correction_unknown", f"没有这笔更正：{uid}", f"No such correction: {uid}"
            )
        desk.check(one.place)
    for uid in uids:
        receipt = desk.database.run(corrections.decide, uid=uid, **decided, **_acting(desk))
        click.echo(receipt or uid)


def _acting(desk: Desk) -> dict[str, Any]:
    return {"by": desk.actor, "origin": desk.origin, "now": clock.instant()}
