"""The RDM6300 protocol: published frames, damage, and every way the bytes can arrive."""

import json
import re
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.events import CardRead, Event, Rejected
from card_reader.protocols.framing import NOISE_REPORT_BYTES
from card_reader.protocols.rdm6300 import make_frame, make_parser
from tests.card_reader.feeds import chunkings

DATA = Path(__file__).parent / "data"
VECTORS = [
    (bytes.fromhex(vector["bytes"]), f"em4100:{vector['card_hex']}")
    for vector in json.loads((DATA / "reader_vectors.json").read_text(encoding="utf-8"))["vectors"]
    if vector["profile"] == "rdm6300"
]
GHOSTS = [
    "000000078F88",
    "00F00000F000",
    "F000060007F1",
    "B59A99E5A9FA",
    "4FFB388FFFFC",
    "DA9386B5EA90",
    "DAEF6FEE2B9F",
]
A = "em4100:62E3086CED"
B = "em4100:01026F6C3A"


def _events(chunks: list[bytes], *, at_ms: list[int] | None = None) -> list[Event]:
    parser = make_parser(100)
    events: list[Event] = []
    for number, chunk in enumerate(chunks):
        events += parser.feed(chunk, at_ms[number] if at_ms else number)
        assert 0 <= parser.pending < 14
    return events + parser.settle() + parser.reset("left")


def _said(events: list[Event]) -> list[str | tuple[str, int]]:
    return [e.uid if isinstance(e, CardRead) else (e.reason, e.size) for e in events]  # type: ignore[union-attr]


def _always(data: bytes) -> list[str | tuple[str, int]]:
    """What is said of `data`, after asking for the same under every chunking."""
    whole = _said(_events([data]))
    for chunks in chunkings(data):
        assert _said(_events(chunks)) == whole, chunks
    return whole


def test_there_are_fourteen_published_frames() -> None:
    assert len(VECTORS) == 14


@pytest.mark.parametrize(("data", "uid"), VECTORS)
def test_a_published_frame_is_read_under_every_chunking(data: bytes, uid: str) -> None:
    assert _always(data) == [uid]
    assert make_frame(uid) == data


@pytest.mark.parametrize(("data", "uid"), VECTORS)
def test_it_is_read_twice_after_noise_and_with_something_after(data: bytes, uid: str) -> None:
    assert _always(b"\x00\xff\xfd" + data + data + b"\r\n") == [
        ("noise", 3),
        uid,
        uid,
        ("noise", 2),
    ]


@pytest.mark.parametrize(("data", "uid"), VECTORS)
def test_one_flipped_bit_anywhere_never_makes_another_card(data: bytes, uid: str) -> None:
    for place in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[place // 8] ^= 1 << place % 8
        for said in _said(_events([bytes(damaged)])):
            # Bit 5 of a letter only makes it lower-case: the same digit.
            assert said == uid or not isinstance(said, str)


def test_three_cards_in_one_read_are_three_events() -> None:
    frames = [data for data, _ in VECTORS[:3]]
    assert _always(b"".join(frames)) == [uid for _, uid in VECTORS[:3]]


def test_each_event_has_the_time_of_the_chunk_that_completed_it() -> None:
    data = make_frame(A)
    assert _events([data[:5], data[5:], data], at_ms=[0, 60, 61]) == [
        CardRead(A, 60),
        CardRead(A, 61),
    ]


DAMAGE = {
    "a wrong check byte": ("02 36 32 45 33 30 38 36 43 45 44 30 39 03", [("checksum", 14)]),
    "a letter that is no digit": ("02 36 32 72 33 30 38 36 43 45 44 30 38 03", [("not_hex", 14)]),
    "the end of a look-alike": ("02 35 30 30 30 38 43 30 38 39 31 0D 0A 03", [("not_hex", 14)]),
    "an ID-12 frame": (
        "02 30 43 30 30 30 36 32 31 41 35 38 45 0D 0A 03",
        [("no_end", 14), ("noise", 2)],
    ),
    "a byte too many": (
        "02 36 32 45 45 33 30 38 36 43 45 44 30 38 03",
        [("no_end", 14), ("noise", 1)],
    ),
    "a byte too few": ("02 36 32 45 33 30 38 36 43 45 44 30 03", [("length", 13)]),
    "an empty body": ("02 03", [("length", 2)]),
    "the end byte in the middle": (
        "02 36 32 03 33 30 38 36 43 45 44 30 38 03",
        [("length", 4), ("noise", 10)],
    ),
    "a break in the middle": (
        "02 36 32 45 00 33 30 38 36 43 45 44 30 38 03",
        [("no_end", 14), ("noise", 1)],
    ),
    "NULs for digits": ("02 36 32 00 00 30 38 36 43 45 44 30 38 03", [("not_hex", 14)]),
    "only noise": ("FF 00 30 31 03 0A", [("noise", 6)]),
    "all zeros": ("02 " + "30 " * 12 + "03", [("ghost", 14)]),
    "a start too many": ("02 02", [("cut", 1), ("left", 1)]),
    "half a frame": ("02 36 32", [("left", 3)]),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_said_once_and_the_next_frame_is_read(name: str) -> None:
    text, said = DAMAGE[name]
    assert _always(bytes.fromhex(text)) == said
    after = [("cut", size) if reason == "left" else (reason, size) for reason, size in said]
    assert _always(bytes.fromhex(text) + make_frame(B)) == [*after, B]


def test_a_card_of_only_F_is_a_ghost() -> None:
    # The XOR of five times FF is FF.
    assert reduce(xor, b"\xff" * 5) == 0xFF
    assert _always(b"\x02" + b"F" * 10 + b"FF" + b"\x03") == [("ghost", 14)]


def test_a_start_inside_drops_the_stub_and_reads_the_frame() -> None:
    assert _always(bytes.fromhex("02 36 32 45") + make_frame(A)) == [("cut", 4), A]
    assert _always(make_frame(B)[:13] + make_frame(A)) == [("cut", 13), A]


@pytest.mark.parametrize("digits", GHOSTS)
def test_a_ghost_with_a_sound_check_byte_is_left_to_the_policy(digits: str) -> None:
    assert _always(b"\x02" + digits.encode() + b"\x03") == [f"em4100:{digits[:10]}"]


def test_lower_case_digits_are_taken_and_said_in_upper_case() -> None:
    assert _always(make_frame(A).lower()) == [A]


def test_a_card_above_80000000_keeps_its_number_and_zeros_stay() -> None:
    assert _always(make_frame("em4100:01C8F00800")) == ["em4100:01C8F00800"]
    assert _always(make_frame("em4100:0A00001F4B")) == ["em4100:0A00001F4B"]


def test_half_a_frame_is_given_up_after_the_gap() -> None:
    data = make_frame(A)
    assert _said(_events([data[:6], data[6:]], at_ms=[0, 100])) == [A]
    assert _said(_events([data[:6], data[6:]], at_ms=[0, 101])) == [("timeout", 6), ("noise", 8)]
    assert _said(_events([data[:6], data], at_ms=[0, 101])) == [("timeout", 6), A]


def test_bytes_that_trickle_within_the_gap_are_one_frame() -> None:
    data = make_frame(A)
    chunks = [data[i : i + 1] for i in range(14)]
    assert _said(_events(chunks, at_ms=[60 * i for i in range(14)])) == [A]


def test_a_tick_ends_half_a_frame_and_noise() -> None:
    parser = make_parser(100)
    assert parser.feed(b"\x00\x00", 0) == []
    assert parser.tick(100) == []
    assert parser.tick(101) == [Rejected("noise", 2)]
    parser.feed(b"\x0262", 200)
    assert parser.pending == 3
    assert parser.tick(301) == [Rejected("timeout", 3)]
    assert parser.pending == 0
    assert parser.tick(900) == []


def test_an_empty_chunk_only_lets_time_pass() -> None:
    parser = make_parser(100)
    parser.feed(b"\x0262", 0)
    assert parser.feed(b"", 90) == []
    assert parser.feed(b"", 101) == [Rejected("timeout", 3)]


def test_reset_forgets_half_a_frame_so_that_halves_are_never_joined() -> None:
    data = make_frame(A)
    parser = make_parser(100)
    assert parser.feed(data[:7], 0) == []
    assert parser.reset("reopened") == [Rejected("reopened", 7)]
    assert parser.feed(data[7:], 1) == []
    assert parser.settle() == [Rejected("noise", 7)]
    assert parser.reset("reopened") == []


def test_endless_noise_is_reported_in_bounded_pieces() -> None:
    said = _always(bytes(NOISE_REPORT_BYTES + 44))
    assert said == [("noise", NOISE_REPORT_BYTES), ("noise", 44)]


@pytest.mark.parametrize("uid", ["em4100:62E3086CE", "em4100:62E3086CEG", "iso14443a:B0864D25", ""])
def test_a_frame_is_made_only_for_a_card_of_this_kind(uid: str) -> None:
    with pytest.raises(ValueError, match="is not em4100"):
        make_frame(uid)


LIKELY = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [make_frame(A), make_frame(B), make_frame(A)[:7], b"\x02", b"\x03", b"\r\n\x03"]
    ),
    st.binary(min_size=5, max_size=5).map(lambda card: make_frame(f"em4100:{card.hex()}")),
)


@given(st.lists(LIKELY, max_size=12).map(b"".join), st.lists(st.integers(1, 30), min_size=1))
@settings(max_examples=400, deadline=None)
def test_any_bytes_give_the_cards_a_plain_search_finds(data: bytes, sizes: list[int]) -> None:
    chunks, rest = [], data
    while rest:
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(rest[:size])
        rest = rest[size:]
    events = _events(chunks, at_ms=[0] * len(chunks))
    assert _said(events) == _said(_events([data]))
    taken = sum(14 if isinstance(e, CardRead) else e.size for e in events)  # type: ignore[union-attr]
    assert taken == len(data), "each byte belongs to one event"
    found = []
    for text in re.findall(rb"\x02([0-9A-Fa-f]{12})\x03", data):
        values = bytes.fromhex(text.decode())
        if reduce(xor, values) == 0 and values[:5] not in (bytes(5), b"\xff" * 5):
            found.append(f"em4100:{values[:5].hex().upper()}")
    assert [e.uid for e in events if isinstance(e, CardRead)] == found


@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 400)), max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_good_frame_after_any_garbage_and_a_gap_is_found(reads: list[tuple[bytes, int]]) -> None:
    parser = get_profile("rdm6300").make_parser()
    now_ms = 0
    for data, wait_ms in reads:
        now_ms += wait_ms
        parser.feed(data, now_ms)
        parser.tick(now_ms)
        assert parser.pending < 14
    assert CardRead(A, now_ms + 101) in parser.feed(make_frame(A), now_ms + 101)
