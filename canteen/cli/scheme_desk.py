"""`canteen scheme add`, `bind` and `list`: schemes in the database."""

from datetime import datetime

import click

from canteen import clock
from canteen.cli.answers import say_json
from canteen.cli.scheme_files import read_text
from canteen.cli.scheme_texts import get_scheme_text, list_shipped
from canteen.cli.shell import Desk, at_desk, writes
from canteen.rules.days import local_date
from canteen.rules.errors import Invalid
from canteen.services import schemes


@click.command()
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@writes("scheme.add")
def add(file: str, as_json: bool, desk: Desk) -> None:
    """Store the scheme of FILE in the database; it splits nothing until it is bound.

    \b
    Example:
      canteen scheme add our-town-2026.toml --as li
    """
    added = desk.database.run(
        schemes.add_scheme, text=read_text(file), file=file, by=desk.actor, now=clock.instant()
    )
    if as_json:
        say_json({"code": added.code, "version": added.version, "new": added.is_new})
    else:
        state = "added" if added.is_new else "was stored already"
        print(f"{added.code} {added.version} {added.name}: {state}")


@click.command()
@click.argument("code")
@click.option("--canteen", help="Code of the canteen where it shall hold.")
@click.option("--area", help="Code of the area for all whose canteens it shall hold.")
@click.option(
    "--from",
    "from_on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="First service date.",
)
@click.option(
    "--payer",
    "named",
    multiple=True,
    metavar="P=FUNDER",
    help="Which funder stands behind payer P.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@writes("scheme.bind")
def bind(
    code: str,
    canteen: str | None,
    area: str | None,
    from_on: datetime,
    named: tuple[str, ...],
    as_json: bool,
    desk: Desk,
) -> None:
    """Put scheme CODE (or a .toml file) in force at a canteen or in an area from a service date.

    \b
    Example:
      canteen scheme bind nanning-2022 --canteen C1 --from 2026-01-01 --payer city=nn-civil --as li
    """
    if (canteen is None) == (area is None):
        raise Invalid(
            "bind_where", "请写 --canteen 或 --area 之一", "Give either --canteen or --area"
        )
    place = desk.database.read(schemes.get_place, canteen=canteen, area=area)
    desk.check(place)
    now = clock.instant()
    text, _ = get_scheme_text(desk.database, code)
    bound = desk.database.run(
        schemes.bind_scheme,
        text=text,
        canteen=canteen,
        area=area,
        from_on=from_on.date(),
        payers=_payers(named),
        by=desk.actor,
        now=now,
        today=local_date(now, desk.settings.timezone),
    )
    if as_json:
        say_json(
            {
                "code": bound.code,
                "version": bound.version,
                "where": bound.where,
                "from": bound.from_on,
                "payers": bound.payers,
                "new": bound.is_new,
            }
        )
    else:
        payers = ", ".join(f"{payer}={funder}" for payer, funder in bound.payers.items())
        print(
            f"{bound.code} {bound.version} holds at {bound.where} from {bound.from_on} ({payers})"
        )


def _payers(named: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in named:
        payer, equals, funder = text.partition("=")
        if not (payer and equals and funder):
            raise Invalid(
                "payer_form",
                f"--payer {text!r} 应写成 出资方=单位",
                f"--payer {text!r}: write P=FUNDER",
            )
        found[payer] = funder
    return found


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def list_all(as_json: bool) -> None:
    """List the stored schemes, where each holds from when, and those this release ships.

    \b
    Example:
      canteen scheme list
    """
    with at_desk() as desk:
        found = desk.database.read(schemes.list_schemes)
    if as_json:
        say_json({"schemes": found, "shipped": list_shipped()})
        return
    for row in found:
        print(f"{row['code']} {row['version']} {row['name']}")
        for binding in row["bindings"]:  # type: ignore[attr-defined]
            where = binding["canteen"] or binding["area"]
            mark = " (withdrawn)" if binding["withdrawn"] else ""
            print(f"  {where} from {binding['from']}{mark} {binding['payers']}")
    print("shipped: " + ", ".join(list_shipped()))
