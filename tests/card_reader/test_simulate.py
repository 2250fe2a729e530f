"""The pretend reader: a name that stays, the frames of its profile, and it cleans up."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from card_reader import simulate as simulate_module
from card_reader.commands import main, make_parser
from card_reader.port import open_port
from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.rdm6300 import make_frame
from card_reader.simulate import SAMPLE_UID, open_reader, simulate
from tests.card_reader.peers import wait_until

ROOT = Path(__file__).parents[2]
A, B = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3"


@pytest.fixture
def link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(simulate_module, "FRAME_EVERY_SECONDS", 0)
    return tmp_path / "reader"


def _run(link: Path, *options: str, lines: str | None = None) -> list[str]:
    """What it said."""
    said: list[str] = []
    parsed = make_parser().parse_args(
        ["simulate", "--profile", "rdm6300", "--pty", str(link), "--every", "0", *options]
    )
    simulate(parsed, said.append, None if lines is None else io.StringIO(lines))
    assert not link.is_symlink(), "the link is removed at the end"
    return said


def test_taps_go_round_the_cards_and_are_printed_with_four_digits(link: Path) -> None:
    said = _run(link, "--uid", A, "--uid", "0a00b0c1d3", "--count", "3")
    assert said == [
        f"reader rdm6300 at {link}",
        "tapped card …C1D2",
        "tapped card …C1D3",
        "tapped card …C1D2",
    ]


def test_without_a_card_it_taps_the_published_sample(link: Path) -> None:
    assert _run(link, "--count", "1")[1:] == [f"tapped card …{SAMPLE_UID[-4:]}"]


def test_lines_are_cards_or_raw_bytes(link: Path) -> None:
    said = _run(link, "--stdin", lines=f"{A}\n\nraw 02 36 32\nraw 0\niso14443a:B0864D25\nhello\n")
    assert said[1:3] == ["tapped card …C1D2", "sent 3 bytes"]
    assert [line.split(":")[0] for line in said[3:]] == ["not tapped"] * 3


def test_the_frames_of_the_profile_arrive(link: Path) -> None:
    with open_reader(link) as write:
        port = open_port(str(link), get_profile("rdm6300"))
        port_write = getattr(port, "write", None)
        assert port_write is not None
        port_write(b"AT\r")  # a program that talks to the reader does not fill the line
        assert write(make_frame(A))
        assert port.read(14) == make_frame(A)
        port.close()
    assert not link.exists()


def test_when_nobody_reads_it_says_so_and_goes_on(link: Path) -> None:
    parsed = make_parser().parse_args(
        ["simulate", "--profile", "rdm6300", "--pty", str(link), "--stdin"]
    )
    said: list[str] = []
    lines = io.StringIO((f"raw {'00' * 4096}\n" * 64) + A + "\n")
    simulate(parsed, said.append, lines)
    assert said[-1] == "tapped card …C1D2 (nobody reads)"


def test_an_old_link_is_made_anew_and_another_file_is_left_alone(link: Path) -> None:
    link.symlink_to("/dev/pts/no")
    with open_reader(link):
        assert link.exists()
    link.write_text("mine")
    with pytest.raises(InputInvalid, match="can't be made"), open_reader(link):
        raise AssertionError("not reached")
    assert link.read_text() == "mine"


def test_a_link_that_somebody_removed_is_no_fault(link: Path) -> None:
    with open_reader(link):
        link.unlink()
    assert not link.exists()


def test_a_system_without_pseudo_terminals_says_so(
    link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate_module, "HAS_PSEUDO_TERMINALS", False)
    with pytest.raises(InputInvalid, match="no pseudo-terminals"), open_reader(link):
        raise AssertionError("not reached")


@pytest.mark.parametrize(
    "options",
    [
        ["--uid", "iso14443a:B0864D25"],
        ["--uid", "x"],
        ["--frames", "0"],
        ["--count", "0"],
        ["--set", "x"],
    ],
)
def test_wrong_use_ends_with_2(
    link: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    assert main(["simulate", "--profile", "rdm6300", "--pty", str(link), *options]) == 2
    assert capsys.readouterr().err.startswith("card-reader simulate:")
    assert not link.is_symlink()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [
            *(sys.executable, "-m", "card_reader", "simulate", "--profile", "rdm6300"),
            *("--pty", str(tmp_path / "reader"), "--every", "60"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    yield started
    started.kill()
    started.wait()
    assert started.stdout is not None
    started.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_removes_its_link(
    tmp_path: Path, process: subprocess.Popen[str], number: int
) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().startswith("reader rdm6300 at")
    assert (tmp_path / "reader").exists()
    process.send_signal(number)
    assert process.wait(20) == 0
    wait_until(lambda: not (tmp_path / "reader").is_symlink())
