"""How commands answer: one JSON document, or what is wrong in the operator's language and exit code 2.

Light on purpose: `canteen scheme quote` answers without loading the database.
"""

import json
import os
import sys
from typing import NoReturn

import click

from canteen.rules.errors import CanteenError


def language() -> str:
    """The language of messages on the command line (CANTEEN_LOCALE)."""
    return os.environ.get("CANTEEN_LOCALE", "zh_CN")


def say_json(document: object) -> None:
    """One JSON document on standard output, and nothing else there."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def fail(error: CanteenError) -> NoReturn:
    """Tell on standard error what stopped the command, each fault on a line, and end with exit code 2."""
    click.echo(error.text(language()), err=True)
    for fault in getattr(error, "errors", ()):
        click.echo(f"  {fault_line(fault)}", err=True)
    sys.exit(2)


def fault_line(fault: object) -> str:
    """One fault of a file: `world.toml:12 elder[3].born: …`."""
    if not hasattr(fault, "message_zh"):
        return str(fault)
    place = f"{fault.file}:{fault.line}" if fault.line is not None else fault.file  # type: ignore[attr-defined]
    message = fault.message_zh if language().startswith("zh") else fault.message_en  # type: ignore[attr-defined]
    return f"{place} {fault.key}: {message}".strip()  # type: ignore[attr-defined]
