"""`card-reader outbox`: see, save, send again; never a whole card number on the screen."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from card_reader import commands
from card_reader.commands import main
from card_reader.outbox import Outbox
from card_reader.swipe import make_swipe
from tests.card_reader.clocks import NOON, HandClock

A, B, C = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3", "em4100:0A0011A5C4"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """One answered, one dead, one that waits, an hour apart from 11:32."""
    clock = HandClock()
    outbox = Outbox(tmp_path / "outbox.db")
    for card in (A, B, C):
        entry = outbox.add(make_swipe(card, clock), None)
        if card == A:
            (entry,) = outbox.prepare([entry], clock)
            outbox.answered(entry, 201, "subsidised", clock.wall())
        if card == B:
            outbox.dead(entry, 422, "shape", clock.wall())
        clock.pass_ms(3_600_000)
    yield outbox
    outbox.close()


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "SystemClock", HandClock)


def _ran(capsys: pytest.CaptureFixture[str], tmp_path: Path, *options: str) -> str:
    assert main(["outbox", *options, "--outbox", str(tmp_path / "outbox.db")]) == 0
    return capsys.readouterr().out


def test_list_shows_what_is_not_settled(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outbox: Outbox
) -> None:
    said = _ran(capsys, tmp_path, "list")
    assert said.splitlines()[0] == "waiting 1, stuck 0, dead 1, answered 1"
    assert "…C1D3  dead  422 shape\n" in said
    assert "…A5C4  waiting\n" in said
    assert "0A00" not in said


def test_list_marks_what_is_over_a_day_old(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outbox: Outbox
) -> None:
    old = HandClock(NOON - timedelta(days=1, seconds=1))
    outbox.add(make_swipe(A, old), None)
    lines = _ran(capsys, tmp_path, "list").splitlines()
    assert [line.endswith("(over a day old)") for line in lines] == [False, False, False, True]


def test_list_since_shows_the_answered_too_as_one_document(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outbox: Outbox
) -> None:
    said = json.loads(_ran(capsys, tmp_path, "list", "--json", "--since", "2026-11-25T11:00"))
    assert [s["state"] for s in said["swipes"]] == ["answered", "dead", "waiting"]
    assert said["counts"]["answered"] == 1
    said = json.loads(_ran(capsys, tmp_path, "list", "--json", "--since", "2026-11-25 13:00"))
    assert [s["card"] for s in said["swipes"]] == ["…A5C4"]


def test_export_gives_each_swipe_as_it_is_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outbox: Outbox
) -> None:
    said = _ran(capsys, tmp_path, "export", "--since", "2026-11-25")
    bodies = [json.loads(line) for line in said.splitlines()]
    assert [body["card_uid"] for body in bodies] == [A, B, C]
    assert list(bodies[1]) == ["id", "card_uid", "read_at", "seq", "offline", "clock_ok", "age_ms"]


def test_retry_lets_dead_and_with_since_answered_ones_wait_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outbox: Outbox
) -> None:
    assert _ran(capsys, tmp_path, "retry") == "1 swipes wait to be sent again\n"
    assert outbox.counts()["waiting"] == 2
    said = _ran(capsys, tmp_path, "retry", "--since", "2026-11-25T03:00:00Z", "--json")
    assert json.loads(said) == {"waiting_again": 1}
    assert outbox.counts()["waiting"] == 3


def test_the_outbox_is_found_through_the_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, outbox: Outbox
) -> None:
    config = tmp_path / "reader.toml"
    config.write_text(
        f'server = "http://x"\nreader_id = "r"\nkey = "{"00" * 32}"\nport = "COM12"\n'
        'profile = "rdm6300"\n'
    )
    assert main(["outbox", "list", "--config", str(config)]) == 0
    assert capsys.readouterr().out.startswith("waiting 1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["list", "--outbox", "/no/outbox.db"], "there is no outbox"),
        (["list", "--config", "/no/reader.toml"], "can't be read"),
        (["retry", "--since", "noon"], "write it like 2026-11-25T11:00"),
    ],
)
def test_wrong_use_ends_with_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    outbox: Outbox,
    options: list[str],
    said: str,
) -> None:
    own = ["--outbox", str(tmp_path / "outbox.db")] if "--since" in options else []
    assert main(["outbox", *options, *own]) == 2
    assert said in capsys.readouterr().err


def test_a_broken_outbox_ends_with_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(b"not a database, a letter" * 100)
    assert main(["outbox", "list", "--outbox", str(tmp_path / "letter")]) == 1
    assert "can't be used" in capsys.readouterr().err
