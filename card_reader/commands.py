"""The `card-reader` command: what can be typed, and what is printed.

Exit code 0: done; 1: the check did not hold; 2: the input or use was wrong, said on standard error.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from card_reader import __version__, decode
from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import ProfileInvalid


@dataclass(frozen=True, slots=True)
class _Command:
    name: str
    help: str
    example: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _run_decode(options: argparse.Namespace) -> int:
    print(json.dumps(decode.decode(options)))
    return 0


COMMANDS: tuple[_Command, ...] = (
    _Command(
        "decode", "decode bytes without hardware", decode.EXAMPLE, decode.add_arguments, _run_decode
    ),
)


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="card-reader", description=__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"card-reader {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=command.example,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = make_parser().parse_args(argv)
    try:
        code: int = options.run(options)
    except (InputInvalid, ProfileInvalid) as error:
        print(f"card-reader {options.command}: {error}", file=sys.stderr)
        return 2
    return code
