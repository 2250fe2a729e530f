"""`card-reader outbox`: see what waits, save it, let it be sent again.

For the person who mends a counter: nothing here deletes anything, and it may run beside the agent.
"""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from card_reader.outbox import Entry, Outbox, State
from card_reader.problems import InputInvalid
from card_reader.settings import read_settings
from card_reader.swipe import CHINA, last_four, make_body

EXAMPLE = """example:
  card-reader outbox list --config reader.toml
  card-reader outbox export --config reader.toml > waiting.jsonl
  card-reader outbox retry --config reader.toml --since 2026-11-25T11:00
"""
UNSETTLED: tuple[State, ...] = ("waiting", "stuck", "dead")
OLD = timedelta(days=1)
ALL: tuple[State, ...] = (*UNSETTLED, "answered")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `outbox`."""
    parser.add_argument("action", choices=("list", "export", "retry"))
    parser.add_argument("--config", type=Path, default=Path("reader.toml"), metavar="FILE")
    parser.add_argument("--outbox", type=Path, metavar="FILE", help="the outbox file itself")
    parser.add_argument(
        "--since", metavar="T", help="answered swipes too, read or answered since then"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def outbox_lines(options: argparse.Namespace, now: datetime) -> Iterator[str]:
    """What the chosen action prints, line by line; what is a day old at `now` is marked."""
    path = options.outbox or read_settings(options.config).outbox
    if not path.is_file():
        raise InputInvalid(f"there is no outbox {path}")
    since = None if options.since is None else parse_since(options.since)
    outbox = Outbox(path)
    try:
        if options.action == "retry":
            count = outbox.retry(since)
            yield (
                json.dumps({"waiting_again": count})
                if options.json
                else (f"{count} swipes wait to be sent again")
            )
            return
        entries = outbox.list_entries(*(UNSETTLED if since is None else ALL))
        if since is not None:
            entries = [entry for entry in entries if _is_since(entry, since)]
        if options.action == "export":
            yield from map(_exported, entries)
        elif options.json:
            yield json.dumps({"counts": outbox.counts(), "swipes": [_listed(e) for e in entries]})
        else:
            counts = outbox.counts()
            yield ", ".join(f"{state} {counts[state]}" for state in ALL)
            yield from (_line(entry, now) for entry in entries)
    finally:
        outbox.close()


def parse_since(text: str) -> datetime:
    """A date or an instant; without a zone it is China's time. InputInvalid otherwise."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputInvalid(f"--since {text!r}: write it like 2026-11-25T11:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=CHINA)


def _is_since(entry: Entry, since: datetime) -> bool:
    return _read_at(entry) >= since


def _line(entry: Entry, now: datetime) -> str:
    answer = f"{entry.status or ''} {entry.outcome or ''}".strip()
    facts = [str(entry.seq), entry.swipe.read_at, last_four(entry.swipe.card_uid), entry.state]
    is_old = entry.state != "answered" and now - _read_at(entry) > OLD
    return "  ".join([*facts, *([answer] if answer else []), *(["(over a day old)"] * is_old)])


def _read_at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.swipe.read_at)


def _listed(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "id": entry.swipe.id,
        "card": last_four(entry.swipe.card_uid),
        "read_at": entry.swipe.read_at,
        "offline": entry.offline,
        "state": entry.state,
        "faults": entry.faults,
        "status": entry.status,
        "outcome": entry.outcome,
    }


def _exported(entry: Entry) -> str:
    """One swipe as it is sent, whole: a copy of what only this machine knows."""
    if entry.body is not None:
        return entry.body
    return make_body(
        entry.swipe,
        seq=entry.seq,
        offline=entry.offline,
        clock_ok=entry.swipe.clock_ok,
        age_ms=None,
    )
