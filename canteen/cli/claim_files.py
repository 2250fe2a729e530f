"""`canteen claim export`: the files of a claim, or of all claims of a district or an operator."""

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import click

from canteen import clock
from canteen.claim_export.making import make
from canteen.cli.answers import language, write_file
from canteen.cli.shell import Desk, writes
from canteen.db.run import Database
from canteen.rules.errors import Invalid
from canteen.rules.roles import may
from canteen.services import canteen_groups, claim_choosing, claim_exports, claim_view
from canteen.services.claim_choosing import Chosen
from canteen.services.claim_exports import FORMS, File


@click.command()
@click.option("--canteen", metavar="CODE", help="The canteen's code.")
@click.option("--district", metavar="AREA", help="All canteens of an area, by its code.")
@click.option("--operator", metavar="NAME", help="All canteens that an operator runs.")
@click.option("--period", required=True, metavar="P", help="2026-10, or 2026-Q4.")
@click.option("--payer", metavar="P", help="One funder: its code, or a payer's word.")
@click.option("--format", "form", type=click.Choice(FORMS), default="xlsx", help="Kind of file.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    help="The file; - is standard output.",
)
@writes("claim.export")
def export(
    canteen: str | None,
    district: str | None,
    operator: str | None,
    period: str,
    payer: str | None,
    form: str,
    output: Path | None,
    desk: Desk,
) -> None:
    """Write a claim's file, under its own name or to -o. Of a submitted claim the same bytes ever after.

    \b
    Example:
      canteen claim export --canteen C1 --period 2026-10 --format xlsx --as wu
      canteen claim export --district 450702 --period 2026-10 --as wu -o all.xlsx
    """
    if sum(one is not None for one in (canteen, district, operator)) != 1:
        raise Invalid(
            "export_of_what",
            "要写一个：--canteen、--district 或 --operator",
            "Give one of --canteen, --district and --operator",
        )
    if canteen is not None:
        chosen = _choose_one(desk, canteen, period, payer)
    else:
        chosen = _choose_many(desk, district, operator, period, payer)
    uid = str(uuid4())
    database, by = desk.database, desk.actor
    database.run(
        claim_exports.ask,
        uid=uid,
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form=form,
        by=by,
        now=clock.instant(),
    )
    make(database, uid, desk.settings.timezone)
    file = database.run(
        claim_exports.hand_out, uid=uid, by=by, origin=desk.origin, now=clock.instant()
    )
    if str(output) == "-":
        sys.stdout.buffer.writelines(_parts(database, file))
        return
    path = output or Path(file.name)
    write_file(path, _parts(database, file))
    zh, en = f"{path}，{file.size} 字节", f"{path}, {file.size} bytes"
    click.echo(zh if language().startswith("zh") else en)


def _parts(database: Database, file: File) -> Iterator[bytes]:
    for n in range(1, file.parts + 1):
        yield database.read(claim_exports.read_part, place=file.place, n=n)


def _choose_one(desk: Desk, canteen: str, period: str, payer: str | None) -> Chosen:
    head = desk.database.read(claim_view.find_claim, canteen=canteen, period=period, payer=payer)
    desk.check(head.place)
    return desk.database.read(claim_choosing.choose_claim, number=head.number, version=head.version)


def _choose_many(
    desk: Desk, district: str | None, operator: str | None, period: str, payer: str | None
) -> Chosen:
    """The claims of the canteens within the account's reach."""
    grants = desk.grants or ()
    within = [
        one.code
        for one in desk.database.read(canteen_groups.list_grouped)
        if may(grants, "claim.export", one.place)
    ]
    return desk.database.read(
        claim_choosing.choose_group,
        canteens=within,
        period=period,
        area=district,
        operator=operator,
        payer=payer,
    )
