"""`canteen check` and `canteen ledger export`: the books proved, and handed to outside programs."""

import sys
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from canteen.cli.answers import language, say_json, write_file
from canteen.cli.shell import at_desk
from canteen.rules.breaches import Breach, CheckReport
from canteen.rules.errors import Invalid
from canteen.services import (
    books,
    books_again,
    books_claims,
    books_corrections,
    books_days,
    books_deliveries,
    books_funders,
    ledger_export,
    seals,
)


@click.command()
@click.option(
    "--deep", is_flag=True, help="Also split every meal and add up every day again; takes minutes."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def check(deep: bool, as_json: bool) -> None:
    """Prove every invariant of the books over the whole database; print each breach.

    Exit code 0: all hold; 1: something does not.

    \b
    Example:
      canteen check
      canteen check --deep --json
    """
    with at_desk() as desk:
        report = desk.database.read(check_all, deep=deep)
    if as_json:
        say_json(
            {
                "clean": report.is_clean,
                "breaches": [
                    {"code": one.code, "place": one.place, "detail": one.detail}
                    for one in report.breaches
                ],
                "counted": report.counted,
                "unsealed": report.unsealed,
            }
        )
    else:
        for breach in report.breaches:
            print(breach.text)
        looked = ", ".join(f"{name} {count}" for name, count in report.counted.items())
        zh = f"查了 {looked}；审计尾部未封 {report.unsealed} 行；{len(report.breaches)} 处不符"
        en = f"Looked at {looked}; lines not sealed yet {report.unsealed}; breaches {len(report.breaches)}"
        print(zh if language().startswith("zh") else en)
    sys.exit(0 if report.is_clean else 1)


def check_all(session: Session, *, deep: bool) -> CheckReport:
    """Books, seals, the chain of signed days and, when `deep`, every split, every day and every claim again:
    one snapshot, one report."""
    report = books.check(session)
    sealed = seals.verify_seals(session)
    if sealed.first_bad is not None:
        report.breaches.append(Breach("seal_broken", "audit trail", sealed.first_bad))
    report.counted["seals"] = sealed.seals
    report.unsealed = sealed.unsealed
    looks = {
        "deliveries": books_deliveries.check_deliveries,
        "corrections": books_corrections.check_corrections,
        "claims": books_claims.check_claims,
        "signed_sheets": books_days.check_chain,
        "funders": books_funders.check_funders,
    }
    if deep:
        looks |= {
            "split_again": books_again.split_all_again,
            "days_again": books_days.recount_days,
            "claims_again": books_claims.recount_claims,
        }
    for name, look in looks.items():
        breaches, count = look(session)
        report.breaches += breaches
        report.counted[name] = count
    return report


@click.group()
def ledger() -> None:
    """The journal, for outside programs.

    \b
    Example:
      canteen ledger export --format beancount -o books.beancount
    """


@ledger.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["beancount", "hledger", "csv"]),
    required=True,
    help="What to write.",
)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First booked day.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last booked day.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; else standard output.",
)
def export(form: str, first: datetime | None, last: datetime | None, output: Path | None) -> None:
    """Write every journal entry so that others can add it all again.

    \b
    Example:
      canteen ledger export --format beancount -o books.beancount && bean-check books.beancount
      canteen ledger export --format csv --from 2026-11-01 --to 2026-11-30 -o november.csv
    """
    if first is not None and last is not None and last < first:
        raise Invalid("period_empty", "--to 早于 --from", "--to is before --from")
    with at_desk() as desk:
        text = desk.database.read(
            ledger_export.export_text, form=form, first=_day(first), last=_day(last)
        )
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, [text.encode()])
        click.echo(f"{output}: {text.count(chr(10))} lines", err=True)


def _day(value: datetime | None) -> date | None:
    return value.date() if value is not None else None
