"""`canteen scheme check` and `quote`: a scheme file is judged and tried without any database."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from canteen.cli.answers import say_json
from canteen.rules.case_reader import CaseInvalid
from canteen.rules.quote import quote
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.scheme_text import SchemeError, SchemeInvalid

ALWAYS_JSON = click.option("--json", is_flag=True, expose_value=False, help="Always so.")


def read_text(path: str) -> str:
    """The text of a file, or of standard input for "-"; SchemeInvalid when it cannot be read."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
        raise SchemeInvalid(
            [SchemeError(path, "", f"读不了：{why}", f"cannot be read: {why}")]
        ) from None
    except UnicodeDecodeError:
        raise SchemeInvalid(
            [
                SchemeError(
                    path,
                    "",
                    "不是 UTF-8 文字，请另存为 UTF-8",
                    "is not UTF-8 text; save it as UTF-8",
                )
            ]
        ) from None


@click.command()
@click.argument("files", nargs=-1, required=True)
@ALWAYS_JSON
def check(files: tuple[str, ...]) -> None:
    """Check scheme files: every fault of each, with file, line, key and reason. Prints JSON.

    Exit code 0: all are schemes; 2: some are not.

    \b
    Example:
      canteen scheme check canteen/schemes/*.toml
    """
    good: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for path in files:
        try:
            scheme = parse_scheme(read_text(path), path)
        except SchemeInvalid as wrong:
            errors += [fault.as_json() for fault in wrong.errors]
        else:
            good.append(
                {
                    "file": path,
                    "code": scheme.code,
                    "version": scheme.version,
                    "name": scheme.name,
                    "rules": len(scheme.rules),
                }
            )
    say_json({"files": good, "errors": errors})
    sys.exit(2 if errors else 0)


@click.command("quote")
@click.argument("file")
@click.option(
    "--case",
    "case_file",
    metavar="CASE.json",
    required=True,
    help="The person and her meals; - reads standard input.",
)
@ALWAYS_JSON
def quote_meals(file: str, case_file: str) -> None:
    """Split the meals of CASE by the scheme FILE and say why. Prints JSON; needs no database.

    \b
    Example:
      canteen scheme quote nanning-2022.toml --case case.json
    """
    try:
        case = _read_case(case_file)
        answer = quote(read_text(file), case, scheme_file=file, case_file=case_file)
    except (SchemeInvalid, CaseInvalid) as wrong:
        say_json({"errors": [fault.as_json() for fault in wrong.errors]})
        sys.exit(2)
    say_json(answer)


def _read_case(path: str) -> object:
    try:
        # Decimal, so that an amount written 12.5 is told as such and no float is made of it.
        return json.loads(read_text(path), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        why = str(error)
        raise CaseInvalid(
            [SchemeError(path, "", f"不是正确的 JSON：{why}", f"is not JSON: {why}")]
        ) from None
