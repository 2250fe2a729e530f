"""The outbox: durable, in order, the same body each time, and nothing unsent is ever lost."""

import json
import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from card_reader.outbox import FAULTS_MAX, Entry, Outbox, OutboxFault
from card_reader.swipe import make_swipe
from tests.card_reader.clocks import HandClock

A = "em4100:0A00B0C1D2"
B = "em4100:0A00B0C1D3"


_OPENED: list[Outbox] = []


def make_outbox(path: Path) -> Outbox:
    outbox = Outbox(path)
    _OPENED.append(outbox)
    return outbox


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def _filled(path: Path, clock: HandClock, *cards: str) -> tuple[Outbox, list[Entry]]:
    outbox = make_outbox(path)
    entries = []
    for card in cards:
        entries.append(outbox.add(make_swipe(card, clock), None))
        clock.pass_ms(1000)
    return outbox, entries


def test_what_was_added_is_there_after_opening_again(path: Path, clock: HandClock) -> None:
    outbox, entries = _filled(path, clock, A, B)
    # Not closed: as after a crash, the file alone has to say it all.
    assert make_outbox(path).list_entries("waiting") == entries
    assert [entry.seq for entry in entries] == [1, 2]
    outbox.close()


def test_it_writes_ahead_and_waits_for_the_disk(path: Path) -> None:
    outbox = make_outbox(path)
    assert outbox._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_number_is_never_given_twice(path: Path, clock: HandClock) -> None:
    outbox, (first,) = _filled(path, clock, A)
    outbox.answered(first, 201, "subsidised", clock.wall())
    assert outbox.prune(clock.wall() + timedelta(days=31)) == 1
    assert outbox.add(make_swipe(B, clock), None).seq == 2


def test_the_body_is_fixed_at_the_first_sending(path: Path, clock: HandClock) -> None:
    outbox, (entry,) = _filled(path, clock, A)
    (first,) = outbox.prepare([entry], clock)
    assert json.loads(str(first.body)) == {
        "id": entry.swipe.id,
        "card_uid": A,
        "read_at": "2026-11-25T11:32:10.000+08:00",
        "seq": 1,
        "offline": None,
        "clock_ok": True,
        "age_ms": 1000,
    }
    clock.pass_ms(90_000)
    (stored,) = make_outbox(path).list_entries("waiting")
    assert stored.sent
    assert outbox.prepare([stored], clock)[0].body == first.body


def test_a_swipe_never_sent_is_marked_as_read_offline_and_one_that_may_have_arrived_is_not(
    path: Path, clock: HandClock
) -> None:
    outbox, (first, second, third) = _filled(path, clock, A, B, A)
    (sent,) = outbox.prepare([first], clock)
    marked = outbox.mark_offline(lambda card: card == B)
    assert [(e.seq, e.offline) for e in marked] == [(2, "refused"), (3, "taken")]
    assert outbox.mark_offline(lambda _: False) == []
    waiting = outbox.list_entries("waiting")
    assert [e.offline for e in waiting] == [None, "refused", "taken"]
    bodies = [json.loads(str(e.body)) for e in outbox.prepare(waiting, clock)]
    assert [body["offline"] for body in bodies] == [None, "refused", "taken"]
    assert outbox.prepare(waiting, clock)[0].body == sent.body
    assert second.seq < third.seq


def test_a_first_sending_that_surely_did_not_arrive_may_be_marked(
    path: Path, clock: HandClock
) -> None:
    outbox, (entry,) = _filled(path, clock, A)
    outbox.take_back(outbox.prepare([entry], clock))
    assert [e.offline for e in outbox.mark_offline(lambda _: False)] == ["taken"]


def test_a_second_sending_that_did_not_arrive_keeps_the_first_body(
    path: Path, clock: HandClock
) -> None:
    outbox, (entry,) = _filled(path, clock, A)
    outbox.prepare([entry], clock)
    (again,) = outbox.list_entries("waiting")
    outbox.take_back(outbox.prepare([again], clock))
    assert outbox.mark_offline(lambda _: False) == []
    assert outbox.list_entries("waiting")[0].body is not None


def test_a_clock_never_set_gives_the_age_of_this_moment(path: Path, clock: HandClock) -> None:
    clock.now = clock.now.replace(year=1970)
    outbox, (entry,) = _filled(path, clock, A)
    (first,) = outbox.prepare([entry], clock)
    clock.pass_ms(60_000)
    (again,) = outbox.list_entries("waiting")
    (second,) = outbox.prepare([again], clock)
    facts = [json.loads(str(e.body)) for e in (first, second)]
    assert [(f["clock_ok"], f["age_ms"]) for f in facts] == [(False, 1000), (False, 61_000)]


def test_a_clock_set_between_reading_and_sending_is_not_believed(
    path: Path, clock: HandClock
) -> None:
    outbox, (entry,) = _filled(path, clock, A)
    clock.step_wall_ms(-3_600_000)
    facts = json.loads(str(outbox.prepare([entry], clock)[0].body))
    assert (facts["clock_ok"], facts["age_ms"]) == (False, 1000)


def test_after_a_restart_of_the_machine_there_is_no_age(path: Path, clock: HandClock) -> None:
    outbox, (entry,) = _filled(path, clock, A)
    clock.boot, clock.ms = "boot-2", 5
    facts = json.loads(str(outbox.prepare([entry], clock)[0].body))
    assert (facts["clock_ok"], facts["age_ms"]) == (True, None)


def test_five_faults_set_a_swipe_aside(path: Path, clock: HandClock) -> None:
    outbox, (entry, other) = _filled(path, clock, A, B)
    states = [outbox.fault(entry) for _ in range(FAULTS_MAX)]
    assert states == ["waiting"] * 4 + ["stuck"]
    assert outbox.list_entries("waiting") == [other]
    assert outbox.counts() == {"waiting": 1, "answered": 0, "dead": 0, "stuck": 1}
    assert outbox.find_oldest_waiting() == entry.swipe.read_at


def test_nothing_waits_in_an_empty_one(path: Path) -> None:
    assert make_outbox(path).find_oldest_waiting() is None
    assert make_outbox(path).list_entries("waiting") == []


def test_only_answered_ones_are_pruned_and_only_after_thirty_days(
    path: Path, clock: HandClock
) -> None:
    outbox, (answered, dead, stuck, _) = _filled(path, clock, A, B, A, B)
    outbox.answered(answered, 201, "subsidised", clock.wall())
    outbox.dead(dead, 422, "shape", clock.wall())
    for _ in range(FAULTS_MAX):
        outbox.fault(stuck)
    assert outbox.prune(clock.wall() + timedelta(days=30)) == 0
    assert outbox.prune(clock.wall() + timedelta(days=30, seconds=1)) == 1
    assert outbox.prune(clock.wall() + timedelta(days=4000)) == 0
    assert outbox.counts() == {"waiting": 1, "answered": 0, "dead": 1, "stuck": 1}


def test_retry_lets_dead_and_stuck_wait_again(path: Path, clock: HandClock) -> None:
    outbox, (answered, dead, stuck) = _filled(path, clock, A, B, A)
    outbox.answered(answered, 201, "subsidised", clock.wall())
    outbox.dead(dead, 422, "shape", clock.wall())
    for _ in range(FAULTS_MAX):
        outbox.fault(stuck)
    assert outbox.retry() == 2
    waiting = outbox.list_entries("waiting")
    assert [(e.seq, e.faults) for e in waiting] == [(2, 0), (3, 0)]


def test_retry_since_sends_again_what_was_read_or_answered_since(
    path: Path, clock: HandClock
) -> None:
    outbox, entries = _filled(path, clock, A, B, A)
    before = clock.wall()
    outbox.answered(entries[0], 201, "subsidised", before)
    clock.pass_ms(3_600_000)
    outbox.answered(entries[1], 201, "subsidised", clock.wall())
    assert outbox.retry(before + timedelta(minutes=1)) == 1
    assert [e.seq for e in outbox.list_entries("waiting")] == [2, 3]


def test_what_is_written_together_is_there_together_or_not_at_all(
    path: Path, clock: HandClock
) -> None:
    outbox, (first, second) = _filled(path, clock, A, B)

    def settle(*, fail: bool) -> None:
        with outbox.together():
            outbox.answered(first, 201, "subsidised", clock.wall())
            if fail:
                raise RuntimeError("planned")
            outbox.dead(second, 422, "shape", clock.wall())

    with pytest.raises(RuntimeError, match="planned"):
        settle(fail=True)
    assert outbox.counts()["waiting"] == 2
    settle(fail=False)
    assert outbox.counts() == {"waiting": 0, "answered": 1, "dead": 1, "stuck": 0}


def test_lists_are_kept_across_a_restart(path: Path) -> None:
    outbox = make_outbox(path)
    assert outbox.find_kept("self") is None
    outbox.keep("self", '"1"', "{}")
    outbox.keep("self", None, '{"a": 1}')
    assert make_outbox(path).find_kept("self") == (None, '{"a": 1}')


def test_a_full_disk_refuses_aloud_and_keeps_what_is_there(path: Path, clock: HandClock) -> None:
    outbox, entries = _filled(path, clock, A)
    (pages,) = outbox._db.execute("PRAGMA page_count").fetchone()
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")
    added = 1
    with pytest.raises(OutboxFault, match="full"):  # noqa: PT012 - which one fills it is no matter
        for _ in range(1000):
            outbox.add(make_swipe("em4100:" + "0A" * 500, clock), None)
            added += 1
    assert outbox.counts()["waiting"] == added
    assert outbox.list_entries("waiting", limit=1) == entries
    outbox._db.execute(f"PRAGMA max_page_count = {pages + 100}")
    assert outbox.add(make_swipe(B, clock), None).swipe.card_uid == B


def test_the_same_id_is_never_stored_twice(path: Path, clock: HandClock) -> None:
    outbox, (entry,) = _filled(path, clock, A)
    with pytest.raises(OutboxFault, match="UNIQUE"):
        outbox.add(entry.swipe, None)
    assert len(outbox.list_entries("waiting")) == 1


def test_a_broken_connection_is_a_fault_and_not_a_crash(path: Path, clock: HandClock) -> None:
    outbox, _ = _filled(path, clock, A)
    outbox.close()
    with pytest.raises(OutboxFault):
        outbox.counts()
    with pytest.raises(OutboxFault):
        outbox.add(make_swipe(B, clock), None)


def test_an_error_between_begin_and_commit_leaves_no_half(path: Path, clock: HandClock) -> None:
    outbox, (first, second) = _filled(path, clock, A, B)
    outbox._db.execute("DROP INDEX swipe_state")
    outbox._db.execute("CREATE TRIGGER no BEFORE UPDATE ON swipe WHEN old.seq = 2"
                       " BEGIN SELECT RAISE(ROLLBACK, 'planned'); END")  # fmt: skip
    with pytest.raises(OutboxFault, match="planned"):
        outbox.prepare([first, second], clock)
    assert [e.body for e in outbox.list_entries("waiting")] == [None, None]
    assert not outbox._db.in_transaction


@pytest.mark.parametrize("content", [b"this is not a database, it is a letter" * 40, None])
def test_a_file_that_is_no_outbox_is_named(path: Path, content: bytes | None) -> None:
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(OutboxFault, match=r"outbox\.db"):
        make_outbox(path)


def test_another_writer_is_waited_for(path: Path, clock: HandClock) -> None:
    outbox, _ = _filled(path, clock, A)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outbox._db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(OutboxFault, match="locked"):
        outbox.add(make_swipe(B, clock), None)
    other.execute("ROLLBACK")
    other.close()
    assert outbox.add(make_swipe(B, clock), None).swipe.card_uid == B
