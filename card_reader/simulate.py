"""`card-reader simulate`: a pretend reader on a pseudo-terminal.

It says what a reader of that profile says, under a name that stays, so that the agent can be tried
without hardware. A tap is a few equal frames, as a card lying there for a moment gives.
"""

import argparse
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from card_reader.decode import parse_hex, parse_settings, parse_uid
from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import Profile, get_profile
from card_reader.swipe import last_four

try:
    import tty
except ImportError:  # Windows
    HAS_PSEUDO_TERMINALS = False
else:
    HAS_PSEUDO_TERMINALS = True

EXAMPLE = """example:
  card-reader simulate --profile rdm6300 --pty /tmp/reader --uid em4100:62E3086CED --every 4
  echo em4100:62E3086CED | card-reader simulate --profile rdm6300 --pty /tmp/reader --stdin
"""
FRAME_EVERY_SECONDS = 0.24
SAMPLE_UID = "em4100:62E3086CED"  # the frame that the maker's page shows

Say = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `simulate`."""
    parser.add_argument("--profile", required=True, help="the kind of reader, e.g. rdm6300")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument(
        "--pty", required=True, type=Path, metavar="LINK", help="the name under which it appears"
    )
    parser.add_argument(
        "--uid", action="append", default=[], help="a card to tap, in turn; may be repeated"
    )
    parser.add_argument(
        "--every", type=float, default=4.0, metavar="SECONDS", help="between taps (4)"
    )
    parser.add_argument("--count", type=int, help="so many taps, then end (no end)")
    parser.add_argument("--frames", type=int, default=2, help="frames of one tap (2)")
    parser.add_argument(
        "--stdin", action="store_true", help="tap each line: a card, or `raw` and hex bytes"
    )


def simulate(options: argparse.Namespace, say: Say, lines: TextIO | None = None) -> None:
    """Be a reader until the count is reached, the input ends or the process is stopped."""
    profile = get_profile(options.profile, parse_settings(options.set))
    if options.every < 0 or options.frames < 1 or (options.count is not None and options.count < 1):
        raise InputInvalid("--every is 0 or more, --frames and --count are 1 or more")
    uids = [_checked(profile, uid) for uid in options.uid or [SAMPLE_UID]]
    with open_reader(options.pty) as write:
        say(f"reader {profile.name} at {options.pty}")
        if options.stdin:
            for line in lines or sys.stdin:
                _tap_line(profile, line.strip(), options.frames, write, say)
        else:
            _tap_in_turn(profile, uids, options, write, say)


@contextmanager
def open_reader(link: Path) -> Iterator[Callable[[bytes], bool]]:
    """A pseudo-terminal named `link`, and what writes to it (False: nobody reads any more).

    The link is made anew when one is there and removed at the end; another file is left alone.
    """
    if not HAS_PSEUDO_TERMINALS:
        raise InputInvalid("this system has no pseudo-terminals")
    master, slave = os.openpty()
    try:
        # Raw on both sides, as a serial line is; kept open, so that readers may come and go.
        tty.setraw(slave)
        os.set_blocking(master, False)
        _link(link, Path(os.ttyname(slave)))
        try:
            yield lambda data: _write(master, data)
        finally:
            if link.is_symlink():
                link.unlink()
    finally:
        os.close(slave)
        os.close(master)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        link.unlink()
    try:
        link.symlink_to(target)
    except OSError as error:
        raise InputInvalid(f"--pty {link} can't be made: {error.strerror}") from None


def _write(master: int, data: bytes) -> bool:
    try:
        written = os.write(master, data)
    except BlockingIOError:
        return False
    # What the agent wrote to the reader is taken away, or the line would fill up.
    while select.select([master], [], [], 0)[0]:
        os.read(master, 4096)
    return written == len(data)


def _tap_in_turn(
    profile: Profile,
    uids: list[str],
    options: argparse.Namespace,
    write: Callable[[bytes], bool],
    say: Say,
) -> None:
    tapped = 0
    while options.count is None or tapped < options.count:
        if tapped:
            time.sleep(options.every)
        tap(profile, uids[tapped % len(uids)], options.frames, write, say)
        tapped += 1


def _tap_line(
    profile: Profile, line: str, frames: int, write: Callable[[bytes], bool], say: Say
) -> None:
    try:
        if line.startswith("raw "):
            data = parse_hex(line.removeprefix("raw "))
            say(f"sent {len(data)} bytes{'' if write(data) else ' (nobody reads)'}")
        elif line:
            tap(profile, _checked(profile, line), frames, write, say)
    except InputInvalid as error:
        say(f"not tapped: {error}")


def tap(profile: Profile, uid: str, frames: int, write: Callable[[bytes], bool], say: Say) -> None:
    """Lay a card on the reader for so many frames."""
    heard = write(profile.make_frame(uid))
    for _ in range(frames - 1):
        time.sleep(FRAME_EVERY_SECONDS)
        heard = write(profile.make_frame(uid)) and heard
    say(f"tapped card {last_four(uid)}{'' if heard else ' (nobody reads)'}")


def _checked(profile: Profile, text: str) -> str:
    uid = parse_uid(text)
    try:
        profile.make_frame(uid)
    except ValueError as error:
        raise InputInvalid(f"profile {profile.name}: {error}") from None
    return uid
