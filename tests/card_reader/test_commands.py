"""The command line as a whole, and `ports`."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from card_reader import commands, ports
from card_reader.commands import COMMANDS, main
from card_reader.ports import find_stable_name, list_found, list_holders, ports_text


@dataclass
class Found:
    """What pyserial says of a port."""

    device: str
    description: str


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One port that this process holds, and a second one without a stable name."""
    first, second = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    first.touch()
    second.touch()
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-1a86_USB_Serial-if00-port0").symlink_to(first)
    found = [Found(str(second), "CH340"), Found(str(first), "USB Serial")]
    monkeypatch.setattr(ports.list_ports, "comports", lambda: found)
    monkeypatch.setattr(ports, "STABLE_FOLDERS", (tmp_path / "no", tmp_path / "by-id"))
    with first.open():
        yield first


def test_each_port_has_its_lasting_name_and_who_holds_it(port: Path) -> None:
    folders = (port.parent / "no", port.parent / "by-id")
    first, second = list_found(folders)
    assert first.stable == str(port.parent / "by-id" / "usb-1a86_USB_Serial-if00-port0")
    assert any(holder.startswith(f"{os.getpid()} ") for holder in first.held_by)
    assert (second.stable, second.held_by) == (second.port, ())
    said = ports_text([first, second])
    assert "held by" in said
    assert "CH340" in said


def test_a_process_that_ended_meanwhile_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    assert list_holders("/dev/ttyUSB0", tmp_path) == []
    assert find_stable_name("/dev/ttyUSB0", [tmp_path / "no"]) == "/dev/ttyUSB0"


def test_ports_prints_text_or_one_document(capsys: pytest.CaptureFixture[str], port: Path) -> None:
    assert main(["ports"]) == 0
    assert str(port) in capsys.readouterr().out
    assert main(["ports", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["ports"]) == 2


def test_without_a_port_it_says_what_to_look_at(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "list_found", list)
    assert main(["ports"]) == 0
    assert "is the reader plugged in" in capsys.readouterr().out


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_each_command_has_a_help_with_an_example(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"example:\n  card-reader {command}" in capsys.readouterr().out


def test_an_unknown_command_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as stop:
        main(["detekt"])
    assert stop.value.code == 2
