"""`card-reader decode`: bytes of a capture become events, without hardware.

Each `--hex` is one chunk as it arrived; `--at` before it gives its time. What it prints depends on
bytes and times only, so an installer can send a capture and we see what the agent saw.
"""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

from card_reader.debounce import Debounce
from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.events import CardRead, Event, event_json

EXAMPLE = """example:
  card-reader decode --profile rdm6300 --hex "02 36 32 45 33 30 38" --hex "36 43 45 44 30 38 03"
  card-reader decode --profile rdm6300 --at 0 --hex "02 36 32" --at 250 --hex "02 36 32 45"
"""

_SCHEME_BY_DIGITS = {8: "iso14443a", 10: "em4100", 14: "iso14443a", 20: "iso14443a", 16: "felica"}
_UID = re.compile(r"(?:([a-z0-9]+(?::[0-9]+)?):)?([0-9A-Fa-f]+)")


class _Chunk(argparse.Action):
    """Keeps --at and --hex in the order in which they were typed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse calls with these four
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        namespace.chunks = [*(namespace.chunks or []), (self.dest, values)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `decode`."""
    parser.add_argument("--profile", required=True, help="the kind of reader, e.g. rdm6300")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the profile"
    )
    parser.add_argument(
        "--hex", action=_Chunk, metavar="BYTES", help="one chunk of bytes, in hex, as it arrived"
    )
    parser.add_argument(
        "--at",
        action=_Chunk,
        type=int,
        metavar="MS",
        help="the time of the next --hex (else + 1 ms)",
    )
    parser.add_argument(
        "--debounce", action="store_true", help="say also which readings are swipes"
    )
    parser.add_argument(
        "--roster", type=Path, metavar="FILE", help="known cards, one a line or a JSON list"
    )
    parser.add_argument("--network", action="store_true", help="the gap of a network port (500 ms)")
    parser.add_argument("--json", action="store_true", help="always so: one JSON document")
    parser.set_defaults(chunks=None)


def decode(options: argparse.Namespace) -> dict[str, object]:
    """The events of the typed chunks, and how many bytes of an unfinished frame are left."""
    profile = get_profile(options.profile, parse_settings(options.set))
    chunks = parse_chunks(options.chunks or [])
    parser = profile.make_parser(network=options.network)
    debounce = None
    if options.debounce or options.roster:
        debounce = Debounce(
            _known_by(options.roster),
            sends_once=profile.sends_once,
            has_checksum=profile.has_checksum,
        )
    printed: list[dict[str, str | int]] = []
    for now_ms, data in chunks:
        for event in parser.feed(data, now_ms):
            printed += _lines(event, debounce)
    for event in parser.settle():
        printed += _lines(event, debounce)
    return {"events": printed, "pending": parser.pending}


def _lines(event: Event, debounce: Debounce | None) -> list[dict[str, str | int]]:
    lines = [event_json(event)]
    if debounce is None or not isinstance(event, CardRead):
        return lines
    if debounce.judge(event.uid, event.t_ms) == "swipe":
        lines.append({"kind": "swipe", "uid": event.uid, "t_ms": event.t_ms})
    return lines


def parse_settings(pairs: list[str]) -> dict[str, object]:
    """KEY=VALUE texts as a dict; InputInvalid when one is not of that form."""
    settings: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InputInvalid(f"--set {pair!r}: write it as KEY=VALUE")
        settings[key.strip()] = value.strip()
    return settings


def parse_chunks(typed: list[tuple[str, object]]) -> list[tuple[int, bytes]]:
    """The chunks with their times in milliseconds, from --at and --hex in the order typed."""
    if not any(option == "hex" for option, _ in typed):
        raise InputInvalid("give at least one --hex with the bytes of a chunk")
    chunks: list[tuple[int, bytes]] = []
    now_ms, timed = -1, False
    for option, value in typed:
        if option == "at":
            if timed:
                raise InputInvalid(f"--at {value}: each --at needs a --hex after it")
            if not isinstance(value, int) or value < max(now_ms, 0):
                raise InputInvalid(f"--at {value}: times are 0 or more and do not go back")
            now_ms, timed = value, True
        else:
            now_ms = now_ms if timed else now_ms + 1
            chunks.append((now_ms, parse_hex(str(value))))
            timed = False
    if timed:
        raise InputInvalid("each --at needs a --hex after it")
    return chunks


def parse_hex(text: str) -> bytes:
    """Bytes written as hex digits, blanks between bytes allowed; InputInvalid otherwise."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InputInvalid(
            f'--hex {text!r} is not hex: write two digits for each byte, e.g. "02 36 32"'
        ) from None


def parse_uid(text: str) -> str:
    """A card's canonical id; bare hex digits get the scheme that has this many."""
    found = _UID.fullmatch(text.strip())
    digits = found[2] if found else ""
    scheme = (found[1] or _SCHEME_BY_DIGITS.get(len(digits))) if found else None
    if scheme is None or len(digits) % 2:
        raise InputInvalid(f"{text!r} is no card id: write it like em4100:62E3086CED")
    return f"{scheme}:{digits.upper()}"


def _known_by(path: Path | None) -> Callable[[str], bool | None]:
    if path is None:
        return lambda _uid: None
    cards = read_roster(path)
    return lambda uid: uid in cards


def read_roster(path: Path) -> frozenset[str]:
    """Known cards of a file: a JSON list, or one card a line (blank lines and # lines are free)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"--roster {path} can't be read: {error}") from None
    if text.lstrip().startswith(("[", "{")):
        try:
            cards = json.loads(text)
        except ValueError as error:
            raise InputInvalid(f"--roster {path} is not JSON: {error}") from None
        if not isinstance(cards, list) or not all(isinstance(card, str) for card in cards):
            raise InputInvalid(f"--roster {path}: the JSON must be a list of card ids")
    else:
        lines = (line.split("#")[0].strip() for line in text.splitlines())
        cards = [line for line in lines if line]
    return frozenset(parse_uid(card) for card in cards)
