"""`card-reader decode`: one JSON document, the policy on request, clear refusals."""

import json
import re
from pathlib import Path

import pytest

from card_reader.__main__ import main
from card_reader.protocols.rdm6300 import make_frame

A = "em4100:62E3086CED"
FRAME = make_frame(A).hex(" ")
FRAMES_FILE = Path(__file__).parent / "data" / "20_reader_frames.txt"


def _decode(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    assert main(["decode", "--profile", "rdm6300", *options]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    said: dict[str, object] = json.loads(out)
    return said


def _refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    try:
        code = main(["decode", *options])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else -1
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    return err


def test_it_prints_exactly_the_document_of_the_contract(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = "02" + "30" * 11 + "31" + "03"
    four = [FRAME[:9], FRAME[9:18], FRAME[18:30], FRAME[30:], bad]
    assert main(["decode", "--profile", "rdm6300", *[x for c in four for x in ("--hex", c)]]) == 0
    assert capsys.readouterr().out == (
        '{"events": [{"kind": "card", "uid": "em4100:62E3086CED", "t_ms": 3}, '
        '{"kind": "rejected", "reason": "checksum", "bytes": 14}], "pending": 0}\n'
    )


def test_times_given_with_at_hold_for_the_next_chunk(capsys: pytest.CaptureFixture[str]) -> None:
    said = _decode(capsys, "--at", "0", "--hex", FRAME[:17], "--at", "250", "--hex", FRAME[:17])
    assert said == {"events": [{"kind": "rejected", "reason": "timeout", "bytes": 6}], "pending": 6}
    said = _decode(capsys, "--at", "40", "--hex", FRAME[:17], "--hex", FRAME[18:])
    assert said == {"events": [{"kind": "card", "uid": A, "t_ms": 41}], "pending": 0}


def test_the_gap_can_be_set_and_a_network_has_a_longer_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    halves = ["--at", "0", "--hex", FRAME[:17], "--at", "130", "--hex", FRAME[17:]]
    card = {"events": [{"kind": "card", "uid": A, "t_ms": 130}], "pending": 0}
    assert _decode(capsys, "--set", "gap_ms=130", *halves) == card
    assert _decode(capsys, "--network", *halves) == card
    assert _decode(capsys, *halves) != card


def test_noise_at_the_end_is_said_and_is_not_pending(capsys: pytest.CaptureFixture[str]) -> None:
    said = _decode(capsys, "--hex", "FF 00 41")
    assert said == {"events": [{"kind": "rejected", "reason": "noise", "bytes": 3}], "pending": 0}


def test_with_debounce_the_swipes_are_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    roster = tmp_path / "cards.txt"
    roster.write_text(f"# issued\n\n{A}\n", encoding="utf-8")
    stranger = make_frame("em4100:0A00FFFFFF").hex()
    options = ["--roster", str(roster), "--debounce"]
    for at, frame in enumerate([FRAME, stranger, FRAME, stranger, FRAME]):
        options += ["--at", str(240 * at), "--hex", frame]
    events = _decode(capsys, *options)["events"]
    assert isinstance(events, list)
    assert [e for e in events if e["kind"] == "swipe"] == [
        {"kind": "swipe", "uid": A, "t_ms": 0},
        {"kind": "swipe", "uid": "em4100:0A00FFFFFF", "t_ms": 720},
    ]
    assert sum(e["kind"] == "card" for e in events) == 5


@pytest.mark.parametrize(
    "text", [f'["{A}"]', A.lower().replace("em", "em"), "62e3086ced", f"{A}  # x"]
)
def test_a_roster_may_be_lines_or_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    roster = tmp_path / "cards"
    roster.write_text(text, encoding="utf-8")
    said = _decode(capsys, "--roster", str(roster), "--debounce", "--hex", FRAME)
    assert {"kind": "swipe", "uid": A, "t_ms": 0} in said["events"]  # type: ignore[operator]


@pytest.mark.parametrize("text", ["[1]", "[", '{"a": 1}', "em4100:62E", "hello", "\udcff"])
def test_a_wrong_roster_is_refused_with_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    roster = tmp_path / "cards"
    roster.write_bytes(text.encode("utf-8", "surrogateescape"))
    said = _refused(
        capsys, "--profile", "rdm6300", "--debounce", "--roster", str(roster), "--hex", FRAME
    )
    assert "card-reader decode:" in said


REFUSALS = {
    "an unknown profile": (["--profile", "nfc", "--hex", FRAME], "the profiles are: rdm6300"),
    "bytes that are no hex": (["--profile", "rdm6300", "--hex", "0g"], "two digits for each byte"),
    "an odd digit": (["--profile", "rdm6300", "--hex", "023"], "two digits for each byte"),
    "no bytes": (["--profile", "rdm6300"], "at least one --hex"),
    "a time without bytes": (["--profile", "rdm6300", "--hex", "02", "--at", "5"], "needs a --hex"),
    "two times": (
        ["--profile", "rdm6300", "--at", "1", "--at", "5", "--hex", "02"],
        "needs a --hex",
    ),
    "a time going back": (
        ["--profile", "rdm6300", "--at", "9", "--hex", "02", "--at", "5", "--hex", "03"],
        "do not go back",
    ),
    "a negative time": (["--profile", "rdm6300", "--at=-5", "--hex", "03"], "0 or more"),
    "a time that is no number": (
        ["--profile", "rdm6300", "--at", "x", "--hex", "02"],
        "invalid int",
    ),
    "an unknown setting": (
        ["--profile", "rdm6300", "--set", "speed=1", "--hex", "02"],
        "its settings are: baud, bytesize",
    ),
    "a wrong value": (
        ["--profile", "rdm6300", "--set", "baud=fast", "--hex", "02"],
        "a whole number from 300 to 921600",
    ),
    "a wrong choice": (
        ["--profile", "rdm6300", "--set", "parity=X", "--hex", "02"],
        "one of n, e, o",
    ),
    "a setting without value": (
        ["--profile", "rdm6300", "--set", "baud", "--hex", "02"],
        "KEY=VALUE",
    ),
    "a roster that is not there": (
        ["--profile", "rdm6300", "--roster", "/nowhere/cards", "--hex", "02"],
        "can't be read",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_wrong_use_is_refused_with_what_is_allowed(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    options, said = REFUSALS[name]
    assert said in _refused(capsys, *options)


@pytest.mark.parametrize(
    "pair", ["dtr=none", "rts=true", "sends_once=true", "stopbits=2", "boot_ms=0"]
)
def test_settings_of_the_line_are_taken(capsys: pytest.CaptureFixture[str], pair: str) -> None:
    assert _decode(capsys, "--set", pair, "--hex", FRAME)["pending"] == 0


def _case(name: str) -> list[str]:
    """The chunks of one case of the frames file as options of decode."""
    options, inside = [], False
    for line in FRAMES_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            inside = line.startswith(f"[{name} ")
            line = line.partition("]")[2]  # noqa: PLW2901 - the rest of the line holds a chunk
        found = re.fullmatch(r"\s+(\d+)\s+((?:[0-9a-f]{2} )*[0-9a-f]{2})\s*(?:\(.*)?", line, re.I)
        if inside and found:
            options += ["--at", found[1], "--hex", found[2]]
    assert options
    return options


def test_O_013_leading_zeros_stay(capsys: pytest.CaptureFixture[str]) -> None:
    said = _decode(capsys, *_case("FO-5"))
    assert said == {
        "events": [{"kind": "card", "uid": "em4100:0A00001F4B", "t_ms": 0}],
        "pending": 0,
    }
    frame = "02 30 41 30 30 30 42 45 44 39 36 37 41 03"
    assert _decode(capsys, "--hex", frame)["events"] == [
        {"kind": "card", "uid": "em4100:0A000BED96", "t_ms": 0}
    ]


def test_O_001_the_frame_of_a_card_left_lying_is_one_swipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = _case("FO-4")
    for at in ("240", "480", "720", "960"):
        options += ["--at", at, "--hex", options[3]]
    events = _decode(capsys, "--debounce", *options)["events"]
    assert isinstance(events, list)
    assert [e["kind"] for e in events] == ["card", "swipe", "card", "card", "card", "card"]


@pytest.mark.parametrize("pause_ms", [10, 60, 130, 400])
def test_O_016_two_pieces_are_one_card_up_to_the_declared_gap(
    capsys: pytest.CaptureFixture[str], pause_ms: int
) -> None:
    first, second = _case("FO-2")[3], _case("FO-2")[7]
    halves = ["--at", "0", "--hex", first, "--at", str(pause_ms), "--hex", second]
    card = {"kind": "card", "uid": "em4100:0A00B0C1D2", "t_ms": pause_ms}
    for gap_ms in (100, 500):
        wanted = [card] if pause_ms <= gap_ms else []
        events = _decode(capsys, "--set", f"gap_ms={gap_ms}", *halves)["events"]
        assert isinstance(events, list)
        assert [e for e in events if e["kind"] == "card"] == wanted
    # Above the gap the half is dropped and the next whole frame is read.
    late = _decode(capsys, "--at", "0", "--hex", first, "--at", "600", *_case("FO-1")[2:])
    assert late["events"] == [
        {"kind": "rejected", "reason": "timeout", "bytes": 6},
        {"kind": "card", "uid": "em4100:0A00B0C1D2", "t_ms": 600},
    ]


def test_O_017_a_missing_byte_is_counted_and_never_another_card(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = _decode(capsys, *_case("FO-3"))
    assert said == {"events": [{"kind": "rejected", "reason": "length", "bytes": 13}], "pending": 0}


@pytest.mark.parametrize("body", ["", "30 " * 12])
def test_O_008_an_empty_card_is_never_a_card(capsys: pytest.CaptureFixture[str], body: str) -> None:
    said = _decode(capsys, "--debounce", "--hex", f"02 {body} 03", "--hex", f"02 {body} 03")
    assert {e["kind"] for e in said["events"]} == {"rejected"}  # type: ignore[attr-defined]
