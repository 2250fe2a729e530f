"""A reader that is refused, for its key or for its clock: it stops, keeps all, and learns the time."""

from pathlib import Path

import pytest

from card_reader.lists import Lists
from card_reader.screen import Screen
from card_reader.uploader import Uploader
from card_reader.wire import Wire
from tests.card_reader.sending import A, B, Side
from tests.card_reader.service import KEY, READER_ID


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
