"""The `card-reader` command: what can be typed, and what is printed.

Exit code 0: done; 1: the check did not hold; 2: the input or use was wrong, said on standard error.
"""

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from card_reader import __version__, decode, outbox_command, simulate
from card_reader.agent import Agent
from card_reader.clock import SystemClock, offset_seconds
from card_reader.outbox import OutboxFault
from card_reader.ports import list_found, ports_json, ports_text
from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import ProfileInvalid
from card_reader.screen import Screen
from card_reader.settings import read_settings

PORTS_EXAMPLE = """example:
  card-reader ports
  card-reader ports --json
"""
RUN_EXAMPLE = """example:
  card-reader run --config reader.toml

reader.toml:
  server = "http://127.0.0.1:8000"
  reader_id = "..."            # as printed by `canteen reader add`
  key_file = "reader.key"      # a file with the 64 hex digits of the key
  port = "/dev/serial/by-id/..."
  profile = "rdm6300"
  outbox = "outbox.db"
"""


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


def _run_ports(options: argparse.Namespace) -> int:
    found = list_found()
    print(json.dumps(ports_json(found), ensure_ascii=False) if options.json else ports_text(found))
    return 0


def _run_agent(options: argparse.Namespace) -> int:
    settings = read_settings(options.config)
    clock = SystemClock(offset_seconds(os.environ))
    agent = Agent(settings, clock, Screen(clock, settings.locale))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: agent.stop())
    return agent.run()


def _run_simulate(options: argparse.Namespace) -> int:
    # Ctrl-C and SIGTERM end it the same way, so that the link is always removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        simulate.simulate(options, lambda line: print(line, flush=True))
    except KeyboardInterrupt:
        return 0
    return 0


def _run_outbox(options: argparse.Namespace) -> int:
    for line in outbox_command.outbox_lines(options, SystemClock().wall()):
        print(line)
    return 0


def _ports_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="reader.toml")


COMMANDS: tuple[_Command, ...] = (
    _Command(
        "ports",
        "list serial ports with the names that stay, and who holds them",
        PORTS_EXAMPLE,
        _ports_arguments,
        _run_ports,
    ),
    _Command(
        "run",
        "the agent: port, card, outbox, service",
        RUN_EXAMPLE,
        _run_arguments,
        _run_agent,
    ),
    _Command(
        "decode",
        "decode bytes without hardware",
        decode.EXAMPLE,
        decode.add_arguments,
        _run_decode,
    ),
    _Command(
        "simulate",
        "a pretend reader on a pseudo-terminal, for trials",
        simulate.EXAMPLE,
        simulate.add_arguments,
        _run_simulate,
    ),
    _Command(
        "outbox",
        "what waits to be sent: list it, export it, send it again",
        outbox_command.EXAMPLE,
        outbox_command.add_arguments,
        _run_outbox,
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
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console that can't show a character shows another one, and the agent goes on.
        sys.stdout.reconfigure(errors="replace")
    options = make_parser().parse_args(argv)
    try:
        code: int = options.run(options)
    except (InputInvalid, ProfileInvalid) as error:
        print(f"card-reader {options.command}: {error}", file=sys.stderr)
        return 2
    except OutboxFault as error:
        print(f"card-reader {options.command}: {error}", file=sys.stderr)
        return 1
    return code
