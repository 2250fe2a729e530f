"""The sending side, one step at a time, against a real service that answers badly."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from card_reader.health import Health
from card_reader.lists import Lists
from card_reader.outbox import Outbox
from card_reader.protocols.catalogue import get_profile
from card_reader.screen import Screen
from card_reader.swipe import make_swipe
from card_reader.uploader import BATCH_FROM, Uploader
from card_reader.wire import Wire
from tests.card_reader.clocks import HandClock
from tests.card_reader.service import KEY, READER_ID, Service, serving

A, B, C = "em4100:0A00B0C1D2", "em4100:0A00B0C1D3", "em4100:0A0011A5C4"


@dataclass
class Side:
    """Everything of the sending side, with a service that can be taken away."""

    service: Service
    clock: HandClock
    outbox: Outbox
    lists: Lists
    health: Health
    out: io.StringIO
    wire: Wire
    uploader: Uploader

    def tap(self, *cards: str) -> None:
        for card in cards:
            self.outbox.add(make_swipe(card, self.clock), None)

    def settle(self, *, steps: int = 60) -> None:
        """Step until there is nothing to do at this moment."""
        for _ in range(steps):
            if self.uploader.step():
                return
        raise AssertionError("the uploader does not come to rest")

    def states(self) -> list[str]:
        entries = self.outbox.list_entries("waiting", "answered", "dead", "stuck")
        return [entry.state for entry in entries]

    def said(self) -> list[str]:
        return [line.partition(" ")[2] for line in self.out.getvalue().splitlines()]

    def posts(self) -> int:
        return sum(path.startswith("/api/v1/swipes") for _, path in self.service.requests)


def _made(service: Service, path: Path, clock: HandClock, url: str) -> Side:
    outbox = Outbox(path / "outbox.db")
    lists = Lists(KEY, outbox)
    health = Health(clock, "/dev/reader", get_profile("rdm6300"))
    out = io.StringIO()
    screen = Screen(clock, "en", out)
    wire = Wire(url, READER_ID, KEY, clock, 2, 1)
    uploader = Uploader(
        wire=wire, outbox=outbox, lists=lists, health=health, screen=screen, clock=clock
    )
    return Side(service, clock, outbox, lists, health, out, wire, uploader)


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    clock = HandClock()
    service = Service()
    service.server_time = int(clock.now.timestamp())
    service.cards = [A, B]
    with serving(service):
        side = _made(service, tmp_path, clock, service.url)
        yield side
        assert service.changed == [], "an id came with two bodies"
        assert len(set(service.booked)) == len(service.booked)
        assert service.unsigned == 0
        side.wire.close()
        side.outbox.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Side]:
    """The same without any service."""
    side = _made(Service(), tmp_path, HandClock(), "http://127.0.0.1:9")
    yield side
    side.outbox.close()


def test_at_the_start_lists_then_health_then_swipes(side: Side) -> None:
    side.tap(A)
    side.settle()
    assert side.service.requests == [
        ("GET", "/api/v1/readers/self"),
        ("PUT", "/api/v1/readers/self/health"),
        ("POST", "/api/v1/swipes"),
    ]
    assert side.lists.is_known(A)
    assert side.lists.is_known(C) is False
    assert side.said() == ["card …C1D2: subsidised ¥12.00 = ¥7.00 + ¥5.00 → ¥43.00"]


def test_swipes_are_sent_in_the_order_of_reading(side: Side) -> None:
    side.tap(A, B, C)
    side.settle()
    assert side.service.card_ids() == [A, B, C]
    assert side.states() == ["answered"] * 3


def test_lists_come_every_minute_with_their_etag_and_health_every_half_minute(side: Side) -> None:
    side.settle()
    side.clock.pass_ms(30_000)
    side.settle()
    side.clock.pass_ms(30_000)
    side.settle()
    got = [method for method, _ in side.service.requests]
    assert (got.count("GET"), got.count("PUT")) == (2, 3)
    assert side.lists.is_known(A)


def test_a_list_not_changed_keeps_what_was_known_and_a_changed_one_replaces_it(side: Side) -> None:
    side.settle()
    side.service.cards = [C]
    side.clock.pass_ms(60_000)
    side.settle()
    assert (side.lists.is_known(A), side.lists.is_known(C)) == (False, True)


def test_a_change_of_the_port_is_reported_at_once(side: Side) -> None:
    side.settle()
    side.health.port_state("open")
    side.settle()
    assert [report["state"] for report in side.service.health] == ["absent", "open"]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_what_the_service_can_not_take_is_a_dead_letter_and_the_next_goes_on(
    side: Side, status: int
) -> None:
    side.service.plan.append(status)
    side.tap(A, B)
    side.settle()
    assert side.states() == ["dead", "answered"]
    assert f"not taken by the service ({status} planned)" in side.said()[0]


@pytest.mark.parametrize("status", [429, 502, 503, 504, 404, 302])
def test_later_means_the_same_swipe_again_in_order(side: Side, status: int) -> None:
    side.settle()
    side.service.plan.append(status)
    side.tap(A, B)
    side.settle()
    assert side.states() == ["waiting", "waiting"]
    assert not side.uploader.is_up
    side.clock.pass_ms(500)
    side.settle()
    assert side.service.card_ids() == [A, B]
    assert [b["offline"] for b in side.service.bodies.values()] == [None, "taken"]
    assert side.uploader.is_up


def test_retry_after_is_kept(side: Side) -> None:
    side.settle()
    side.service.plan.append((503, {"retry_after": 7}))
    side.tap(A)
    side.settle()
    posts = side.posts()
    side.clock.pass_ms(6999)
    side.settle()
    assert side.posts() == posts
    side.clock.pass_ms(1)
    side.settle()
    assert side.states() == ["answered"]


def test_a_page_of_the_network_that_answers_200_clears_nothing(side: Side) -> None:
    side.settle()
    side.service.plan.append("portal")
    side.tap(A)
    side.settle()
    assert side.states() == ["waiting"]
    assert any("not confirmed" in line for line in side.said())


def test_the_wait_grows_to_five_seconds(side: Side) -> None:
    side.settle()
    side.service.plan.extend([503] * 7)
    side.tap(A)
    waits = []
    for _ in range(7):
        side.settle()
        began = side.clock.ms
        while side.uploader.step():
            side.clock.pass_ms(100)
        waits.append(side.clock.ms - began)
    assert waits == [500, 1000, 2000, 5000, 5000, 5000, 5000]


def test_five_500s_set_a_swipe_aside_and_the_next_goes_on(side: Side) -> None:
    side.settle()
    side.service.plan.extend([500] * 5)
    side.tap(A, B)
    for _ in range(4):
        side.settle()
        assert side.states() == ["waiting", "waiting"]
        side.clock.pass_ms(10_000)
    side.settle()
    assert side.states() == ["stuck", "answered"]
    assert sum("set aside" in line for line in side.said()) == 1
    assert side.service.card_ids() == [B]


def test_a_stuck_swipe_is_tried_every_five_minutes_until_it_is_answered(side: Side) -> None:
    side.settle()
    side.service.plan.extend([500] * 6)
    side.tap(A)
    for _ in range(5):
        side.settle()
        side.clock.pass_ms(10_000)
    assert side.states() == ["stuck"]
    side.clock.pass_ms(300_000)
    side.settle()
    assert side.states() == ["stuck"], "the sixth 500"
    posts = side.posts()
    side.clock.pass_ms(289_999)
    side.settle()
    assert side.posts() == posts
    side.clock.pass_ms(10_001)
    side.settle()
    assert side.states() == ["answered"]
    assert side.service.card_ids() == [A]


def test_a_stuck_swipe_is_tried_again_after_a_restart(side: Side, tmp_path: Path) -> None:
    side.tap(A)
    (entry,) = side.outbox.list_entries("waiting")
    side.outbox.prepare([entry], side.clock)
    for _ in range(5):
        side.outbox.fault(entry)
    side.settle()
    assert side.states() == ["answered"]


@pytest.mark.parametrize("answer", [403, (401, {"code": "signature"})])
def test_a_refused_reader_stops_and_keeps_everything(
    side: Side, answer: int | tuple[int, dict[str, object]]
) -> None:
    side.settle()
    side.service.plan.append(answer)
    side.service.lists_status = 403
    side.tap(A, B)
    side.settle()
    posts = side.posts()
    for _ in range(5):
        side.clock.pass_ms(60_000)
        side.settle()
    assert side.states() == ["waiting", "waiting"]
    assert side.posts() == posts, "it does not knock with swipes"
    assert sum("this reader is refused" in line for line in side.said()) == 1
    # Somebody lets the reader in again.
    side.service.lists_status = 200
    side.clock.pass_ms(60_000)
    side.settle()
    assert side.service.card_ids() == [A, B]


def test_O_067_a_clock_27_hours_ahead_is_measured_told_and_signed_over(side: Side) -> None:
    side.service.lists_status = 404  # the time is learned from the refusal alone
    side.settle()
    server_time = int(side.clock.now.timestamp()) - 98_445
    side.service.plan.append((401, {"code": "clock_skew", "server_time": server_time}))
    side.tap(A)
    side.settle()
    assert side.states() == ["answered"]
    assert side.service.health[-1]["clock_offset_ms"] == 98_445_000
    assert side.service.signed_at[-1] == server_time
    last = [path for _, path in side.service.requests][-3:]
    assert last == ["/api/v1/swipes", "/api/v1/readers/self/health", "/api/v1/swipes"]
    # The raw stamp of the reading is kept.
    (body,) = side.service.bodies.values()
    assert body["read_at"] == "2026-11-25T11:32:10.000+08:00"
    assert any("98445 s off" in line for line in side.said())


def test_O_067_the_offset_is_told_before_the_swipes_of_an_outage(side: Side) -> None:
    side.service.server_time = int(side.clock.now.timestamp()) - 98_445
    side.tap(A, B)
    side.settle()
    assert side.service.health[0]["clock_offset_ms"] == 98_445_000
    assert [path for _, path in side.service.requests].index("/api/v1/swipes") == 2


def test_O_067_after_a_start_without_a_line_the_time_comes_before_the_swipes(
    side: Side, tmp_path: Path
) -> None:
    # The lists are known from before, so that they could be answered with "unchanged".
    side.settle()
    side.service.requests.clear()
    side.service.server_time = int(side.clock.now.timestamp()) - 180
    clock = side.clock
    wire = Wire(side.service.url, READER_ID, KEY, clock, 2, 1)
    uploader = Uploader(
        wire=wire,
        outbox=side.outbox,
        lists=Lists(KEY, side.outbox),
        health=side.health,
        screen=Screen(clock, "en", side.out),
        clock=clock,
    )
    side.service.lists_status = 503
    side.tap(A)
    while not uploader.step():
        pass
    side.service.lists_status = 200
    clock.pass_ms(5000)
    while not uploader.step():
        pass
    wire.close()
    assert side.service.health[-1]["clock_offset_ms"] == 180_000 + 5000
    assert [path for _, path in side.service.requests][-1] == "/api/v1/swipes"
    assert side.states() == ["answered"]


def test_a_service_without_lists_still_gets_its_swipes(side: Side) -> None:
    side.service.lists_status = 404
    side.tap(A)
    side.settle()
    assert side.states() == ["answered"]
    side.clock.pass_ms(1000)
    side.settle()
    assert [method for method, _ in side.service.requests].count("GET") == 1


def test_a_second_refusal_for_the_clock_is_a_refusal(side: Side) -> None:
    side.settle()
    skew = (401, {"code": "clock_skew", "server_time": 1_795_577_530})
    side.service.plan.extend([skew, skew])
    side.tap(A)
    side.settle()
    assert side.states() == ["waiting"]
    assert any("this reader is refused" in line for line in side.said())


def test_a_refusal_for_the_clock_without_a_time_is_a_refusal(side: Side) -> None:
    side.settle()
    side.service.plan.append((401, {"code": "clock_skew", "server_time": "noon"}))
    side.tap(A)
    side.settle()
    assert any("this reader is refused" in line for line in side.said())


def test_O_005_a_lost_answer_is_asked_for_again_with_the_same_body(side: Side) -> None:
    side.settle()
    side.service.plan.extend(["drop_after", "drop_after", "drop_after"])
    side.tap(A)
    side.settle()
    assert side.service.card_ids() == [A]
    assert side.states() == ["waiting"]
    assert any("not confirmed, do not charge again" in line for line in side.said())
    side.clock.pass_ms(3000)
    side.settle()
    side.clock.pass_ms(10_000)
    side.settle()
    assert side.service.card_ids() == [A]
    assert side.states() == ["answered"]
    assert side.said()[-1].startswith("card …C1D2: subsidised")
    assert next(iter(side.service.bodies.values()))["offline"] is None


def test_a_service_that_hangs_is_left_and_asked_again(side: Side) -> None:
    side.settle()
    side.service.plan.append("hang")
    side.tap(A, B)
    side.settle()
    assert side.states() == ["waiting", "waiting"]
    side.clock.pass_ms(500)
    side.settle()
    assert side.service.card_ids() == [A, B]


def test_without_a_service_reads_are_kept_as_taken_or_refused(alone: Side) -> None:
    alone.service.cards, alone.service.blocked = [A, B], [B]
    assert alone.lists.take(alone.service.lists(), None)
    alone.tap(A, B)
    alone.settle()
    assert not alone.uploader.is_up
    assert [e.offline for e in alone.outbox.list_entries("waiting")] == ["taken", "refused"]
    assert "kept here" in alone.said()[1]
    assert "do not serve" in alone.said()[2]
    alone.clock.pass_ms(500)
    alone.settle()
    assert sum("can't be reached" in line for line in alone.said()) == 1, "said once an outage"


def test_the_line_is_asked_for_when_nothing_waits(side: Side, tmp_path: Path) -> None:
    side.settle()
    side.service.plan.append(503)
    side.tap(A)
    side.settle()
    side.outbox.answered(side.outbox.list_entries("waiting")[0], 201, "x", side.clock.wall())
    assert not side.uploader.is_up
    side.clock.pass_ms(500)
    side.settle()
    assert side.uploader.is_up
    assert side.said()[-1] == "the service is reached again"


def test_many_go_in_one_batch_and_each_has_its_own_answer(side: Side) -> None:
    cards = [f"em4100:{n:010X}" for n in range(1, BATCH_FROM + 6)]
    side.service.outcomes = {cards[2]: "422", cards[4]: "card_lost", cards[6]: "500"}
    side.tap(*cards)
    side.settle()
    states = side.states()
    assert side.posts() == 1
    assert states[2] == "dead"
    assert states[6] == "waiting"
    assert states.count("answered") == len(cards) - 2
    assert side.outbox.list_entries("answered")[3].outcome == "card_lost"


@pytest.mark.parametrize("step", [500, 404, 413, 422, "short"])
def test_a_batch_that_is_not_understood_goes_one_by_one(side: Side, step: int | str) -> None:
    side.service.plan.append(step)
    cards = [f"em4100:{n:010X}" for n in range(1, BATCH_FROM + 1)]
    side.tap(*cards)
    side.settle()
    assert side.states() == ["answered"] * BATCH_FROM
    assert side.posts() == 1 + BATCH_FROM


@pytest.mark.parametrize("step", [503, 403, 429])
def test_a_batch_that_comes_at_a_bad_moment_is_sent_again_as_it_was(side: Side, step: int) -> None:
    side.service.plan.append(step)
    side.tap(*[f"em4100:{n:010X}" for n in range(1, BATCH_FROM + 1)])
    side.settle()
    assert side.states() == ["waiting"] * BATCH_FROM
    side.clock.pass_ms(60_000)
    side.settle()
    assert side.states() == ["answered"] * BATCH_FROM
    assert side.posts() == 2


def test_a_broken_health_report_delays_no_swipe_and_makes_no_noise(side: Side) -> None:
    side.service.health_status = 500
    side.service.lists_status = 500
    side.tap(A)
    side.settle()
    assert side.states() == ["answered"]
    assert side.uploader.is_up
    assert len(side.service.health) == 1


def test_a_long_backlog_does_not_starve_lists_and_health(side: Side) -> None:
    side.settle()
    side.service.plan.append(500)  # the batch goes one by one
    side.tap(*[f"em4100:{n:010X}" for n in range(1, 60)])
    for _ in range(50):
        side.uploader.step()
        side.clock.pass_ms(5000)
    got = [method for method, _ in side.service.requests]
    assert got.count("PUT") >= 4
    assert got.count("GET") >= 2


def test_swipes_put_back_by_another_process_are_sent(side: Side) -> None:
    side.tap(A)
    side.settle()
    side.service.booked.clear()  # the service was restored from a backup
    side.outbox.retry(side.clock.wall())
    side.settle()
    assert side.service.card_ids() == [A]
    assert side.states() == ["answered"]


def test_answered_swipes_are_pruned_once_a_day(side: Side) -> None:
    side.tap(A)
    side.settle()
    side.clock.pass_ms(31 * 86_400_000)
    side.settle()
    assert side.states() == []
