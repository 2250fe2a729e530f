"""How commands answer: one JSON document, or what is wrong in the operator's language and exit code 2.

Light on purpose: `canteen scheme quote` answers without loading the database.
"""

import json
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from canteen.rules.days import instant_text
from canteen.rules.errors import CanteenError, Invalid
from canteen.rules.scheme_text import SchemeError


def language() -> str:
    """The language of messages on the command line (CANTEEN_LOCALE)."""
    return os.environ.get("CANTEEN_LOCALE", "zh_CN")


def say_json(document: object) -> None:
    """One JSON document on standard output, and nothing else there."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=_as_text))


def _as_text(value: object) -> str:
    return instant_text(value) if isinstance(value, datetime) else str(value)


def write_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file somebody asked for; Invalid says why where it cannot be written."""
    try:
        with path.open("wb") as opened:
            opened.writelines(parts)
    except OSError as error:
        why = error.strerror
        raise Invalid(
            "file_unwritable", f"写不了 {path}：{why}", f"cannot write {path}: {why}"
        ) from None


def fail(error: CanteenError, *, as_json: bool = False) -> NoReturn:
    """Tell on standard error what stopped the command, each fault on a line, and end with exit code 2;
    `as_json`: also `{"errors": [...]}` on standard output."""
    click.echo(error.text(language()), err=True)
    faults = getattr(error, "errors", ())
    for fault in faults:
        click.echo(f"  {fault_line(fault)}", err=True)
    if as_json:
        whole = {"code": error.code, "message": f"{error.zh} / {error.en}"}
        say_json({"errors": [_fault_json(fault) for fault in faults] if faults else [whole]})
    sys.exit(2)


def _fault_json(fault: object) -> dict[str, str | int]:
    return fault.as_json() if isinstance(fault, SchemeError) else {"message": str(fault)}


def fault_line(fault: object) -> str:
    """One fault of a file: `world.toml:12 elder[3].born: …`."""
    if not isinstance(fault, SchemeError):
        return str(fault)
    place = f"{fault.file}:{fault.line}" if fault.line is not None else fault.file
    message = fault.message_zh if language().startswith("zh") else fault.message_en
    return f"{place} {fault.key}: {message}" if fault.key else f"{place}: {message}"
