"""The port loop at a reader on this machine: how it is opened, pulled out, put back and shared."""

import termios
from dataclasses import replace
from pathlib import Path

import serial

from card_reader.port import open_port
from card_reader.protocols.events import Rejected
from card_reader.protocols.rdm6300 import make_frame
from tests.card_reader.listening import RDM, A, B, Start, is_open
from tests.card_reader.peers import PtyReader, wait_until


def test_a_card_on_a_pty_is_read(start: Start, reader: PtyReader) -> None:
    running = start(str(reader.link))
    wait_until(is_open(running))
    reader.send(make_frame(A) + make_frame(B))
    wait_until(lambda: running.heard.cards() == [A, B])
    assert running.heard.bytes_count >= 1


def test_half_a_frame_is_given_up_by_the_silence_of_the_port(
    start: Start, reader: PtyReader
) -> None:
    running = start(str(reader.link))
    wait_until(is_open(running))
    reader.send(make_frame(A)[:6])
    wait_until(lambda: running.heard.events == [Rejected("timeout", 6)])
    reader.send(make_frame(B))
    wait_until(lambda: running.heard.cards() == [B])


def test_O_018_pulled_out_and_put_back_under_another_number(
    start: Start, reader: PtyReader
) -> None:
    running = start(str(reader.link))
    wait_until(is_open(running))
    before = reader.link.readlink()
    reader.send(make_frame(A))
    wait_until(lambda: running.heard.cards() == [A])
    reader.send(make_frame(B)[:7])
    wait_until(lambda: running.heard.bytes_count >= 2)
    reader.unplug()
    wait_until(lambda: running.heard.states[-1][0] == "absent")
    reader.plug(renumber=True)
    assert reader.link.readlink() != before
    wait_until(is_open(running))
    # The half from before is never joined with what comes now.
    reader.send(make_frame(B)[7:] + make_frame(A))
    wait_until(lambda: running.heard.cards() == [A, A])
    assert running.heard.names() == ["open", "down", "absent", "open"]


def test_a_dangling_link_is_an_absent_port(start: Start, tmp_path: Path) -> None:
    (tmp_path / "reader").symlink_to("/dev/pts/no")
    running = start(str(tmp_path / "reader"))
    wait_until(lambda: running.heard.states)
    assert running.heard.states[0][0] == "absent"


def test_a_port_that_another_agent_holds_is_busy_until_it_lets_go(
    start: Start, reader: PtyReader
) -> None:
    held = serial.Serial(str(reader.link), exclusive=True)
    running = start(str(reader.link))
    wait_until(lambda: running.heard.states)
    assert running.heard.states[0][0] == "busy"
    held.close()
    wait_until(is_open(running))


def test_O_017_the_port_is_opened_without_software_flow_control(reader: PtyReader) -> None:
    port = open_port(str(reader.link), RDM)
    binary = bytes.fromhex("aa0411131a021ebb")
    try:
        flags = termios.tcgetattr(reader.slave)[0]
        assert not flags & (termios.IXON | termios.IXOFF)
        reader.send(binary)
        assert port.read(8) == binary
    finally:
        port.close()


def test_line_settings_of_the_profile_reach_the_port(reader: PtyReader) -> None:
    profile = replace(RDM, baud=2400, bytesize=7, stopbits=2, dtr=True, rts=False)
    port = open_port(str(reader.link), profile)
    assert isinstance(port, serial.Serial)
    try:
        assert (port.baudrate, port.bytesize, port.stopbits) == (2400, 7, 2)
        assert (port.dtr, port.rts) == (True, False)
        assert port.write_timeout is None
        assert port.exclusive
    finally:
        port.close()


def test_bytes_of_a_starting_reader_are_not_a_card(start: Start, reader: PtyReader) -> None:
    running = start(str(reader.link), replace(RDM, boot_ms=400))
    wait_until(is_open(running))
    reader.send(make_frame(A))
    # Noise is counted only when the reader is believed to have started.
    wait_until(lambda: reader.send(b"\0") or running.heard.bytes_count)
    reader.send(make_frame(B))
    wait_until(running.heard.cards)
    assert running.heard.cards() == [B]
