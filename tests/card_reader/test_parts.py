"""The small parts: lists as marks, health, the screen's words, the clock."""

import io
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from card_reader import __version__
from card_reader import clock as clock_module
from card_reader.clock import SystemClock, offset_seconds
from card_reader.decode import parse_uid
from card_reader.health import Health, hash_profile
from card_reader.lists import Lists, make_mark
from card_reader.outbox import Outbox
from card_reader.problems import InputInvalid
from card_reader.protocols.catalogue import get_profile
from card_reader.protocols.events import (
    Ack,
    CardRead,
    IdCard,
    NoCard,
    ReaderError,
    Rejected,
    Scan,
    SeveralCards,
    Status,
    Unstable,
    event_json,
)
from card_reader.screen import _TEXTS, Screen, yuan_text
from card_reader.swipe import make_swipe
from tests.card_reader.clocks import HandClock
from tests.card_reader.service import KEY

A, B = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3"
RDM = get_profile("rdm6300")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.db")
    yield outbox
    outbox.close()


def test_a_mark_is_the_first_five_bytes_of_the_keyed_hash() -> None:
    assert make_mark(KEY, "em4100:62E3086CED") == "f9246f9c1e"
    assert make_mark(bytes(32), "em4100:62E3086CED") != make_mark(KEY, "em4100:62E3086CED")


def test_lists_are_marks_and_survive_a_restart(outbox: Outbox) -> None:
    lists = Lists(KEY, outbox)
    assert (lists.is_known(A), lists.is_blocked(A), lists.etag) == (None, False, None)
    told = {"known": [make_mark(KEY, A).upper()], "blocked": [make_mark(KEY, B)]}
    assert lists.take({**told, "counter": {"code": "C1-1"}}, '"7"')
    again = Lists(KEY, outbox)
    assert (again.is_known(A), again.is_known(B)) == (True, False)
    assert (again.is_blocked(A), again.is_blocked(B)) == (False, True)
    assert (again.etag, again.counter) == ('"7"', "C1-1")


@pytest.mark.parametrize(
    "document",
    [{}, {"known": []}, {"known": [1], "blocked": []}, {"known": "x", "blocked": []}],
)
def test_a_document_that_is_no_list_changes_nothing(
    outbox: Outbox, document: dict[str, object]
) -> None:
    lists = Lists(KEY, outbox)
    assert lists.take({"known": [make_mark(KEY, A)], "blocked": []}, None)
    assert not lists.take(document, '"8"')
    assert lists.is_known(A)
    assert lists.etag is None


def test_the_health_report_has_every_field_of_the_contract(outbox: Outbox) -> None:
    clock = HandClock()
    health = Health(clock, "/dev/reader", RDM)
    assert health.port_state("absent"), "the first state is news"
    assert not health.port_state("absent")
    assert health.port_state("open")
    assert not health.port_state("open")
    clock.pass_ms(1000)
    health.bytes_came()
    health.count(CardRead(A, 0))
    for reason in ("checksum", "checksum", "noise", "ghost"):
        health.count(Rejected(reason, 14))
    health.count(NoCard(0))
    clock.pass_ms(1000)
    health.card_taken()
    outbox.add(make_swipe(A, clock), None)
    assert health.report(outbox, 98_445_000) == {
        "state": "open",
        "since": "2026-11-25T11:32:10.000+08:00",
        "port": "/dev/reader",
        "last_byte_at": "2026-11-25T11:32:11.000+08:00",
        "last_frame_at": "2026-11-25T11:32:11.000+08:00",
        "last_card_at": "2026-11-25T11:32:12.000+08:00",
        "frames_good": 1,
        "frames_bad": {"checksum": 2, "noise": 1},
        "ghosts": 1,
        "reopened": 1,
        "outbox_waiting": 1,
        "outbox_dead": 0,
        "outbox_stuck": 0,
        "oldest_waiting_at": "2026-11-25T11:32:12.000+08:00",
        "clock_offset_ms": 98_445_000,
        "agent_version": __version__,
        "profile_hash": hash_profile(RDM),
    }


def test_a_roster_may_name_partial_cards() -> None:
    assert parse_uid("partial:24:4d86b0") == "partial:24:4D86B0"


def test_the_hash_of_a_profile_changes_with_any_setting() -> None:
    hashes = {
        hash_profile(get_profile("rdm6300", own))
        for own in ({}, {"baud": 2400}, {"dtr": True}, {"gap_ms": 99}, {"sends_once": True})
    }
    assert len(hashes) == 5


def test_every_line_exists_in_both_languages_with_the_same_facts() -> None:
    for zh, en in _TEXTS.values():
        facts = [{name for _, name, _, _ in string.Formatter().parse(t) if name} for t in (zh, en)]
        assert facts[0] == facts[1]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) or zh == en


def test_an_answer_is_one_line_with_the_amounts(outbox: Outbox) -> None:
    out = io.StringIO()
    screen = Screen(HandClock(), "zh_CN", out)
    entry = outbox.add(make_swipe(A, HandClock()), None)
    meal = {"price_fen": 1250, "elder_fen": 0, "subsidy_fen": 1200, "discount_fen": 50}
    screen.answer(entry, {"outcome": "subsidised", "meal": meal, "purse": {"balance_fen": -700}})
    screen.answer(entry, {"outcome": "full_price", "reason": "no_scheme", "meal": "?", "purse": {}})
    assert out.getvalue().splitlines() == [
        "11:32:10 卡 …C1D2：subsidised ¥12.50 = ¥0.00 + ¥12.00 + ¥0.50 → ¥-7.00",
        "11:32:10 卡 …C1D2：full_price (no_scheme)",
    ]


def test_nobody_reading_the_screen_stops_nothing() -> None:
    out = io.StringIO()
    out.close()
    Screen(HandClock(), "en", out).say("line_back")


def test_yuan_are_written_from_whole_fen() -> None:
    assert [yuan_text(fen) for fen in (0, 5, 1250, -700)] == ["0.00", "0.05", "12.50", "-7.00"]


def test_every_kind_of_event_has_its_name_and_facts() -> None:
    events = (
        NoCard(1),
        SeveralCards(1, 2),
        Unstable(1),
        Ack(1),
        Status(1, "1.6"),
        IdCard(1, "黄桂兰", "450702194611259920"),
        Scan(1, "x"),
        ReaderError(1, "41"),
    )
    assert [event_json(event) for event in events] == [
        {"kind": "no_card", "t_ms": 1},
        {"kind": "several_cards", "t_ms": 1, "count": 2},
        {"kind": "unstable", "t_ms": 1},
        {"kind": "ack", "t_ms": 1},
        {"kind": "status", "t_ms": 1, "text": "1.6"},
        {"kind": "id_card", "t_ms": 1, "name": "黄桂兰", "number": "450702194611259920"},
        {"kind": "scan", "t_ms": 1, "text": "x"},
        {"kind": "reader_error", "t_ms": 1, "code": "41"},
    ]


def test_the_clock_goes_on_and_is_shifted_only_by_the_offset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, shifted = SystemClock(), SystemClock(offset_seconds=3600)
    assert 3500 < (shifted.wall() - clock.wall()).total_seconds() < 3700
    assert abs(shifted.monotonic_ms() - clock.monotonic_ms()) < 60_000
    assert clock.boot_id() == SystemClock().boot_id()
    # A system without a boot id or a clock that counts sleep.
    monkeypatch.setattr(clock_module, "_BOOT_ID", Path("/no/such/file"))
    monkeypatch.setattr(clock_module, "_STEADY", None)
    assert SystemClock().boot_id() != SystemClock().boot_id()
    before = clock.monotonic_ms()
    assert clock.monotonic_ms() >= before


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 0), ("0", 0), ("-86400", -86400), (" +90 ", 90)]
)
def test_the_offset_is_a_signed_number_of_seconds(text: str, seconds: int) -> None:
    assert offset_seconds({"CANTEEN_CLOCK_OFFSET": text}) == seconds


@pytest.mark.parametrize("text", ["1.5", "--3", "an hour", "１０", "-"])
def test_another_offset_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(InputInvalid, match="whole number of seconds"):
        offset_seconds({"CANTEEN_CLOCK_OFFSET": text})
