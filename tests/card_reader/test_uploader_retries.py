"""What is tried again, when, and what is set aside: no swipe is lost, changed or doubled."""

from pathlib import Path

import pytest

from tests.card_reader.sending import A, B, Side


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


def test_swipes_put_back_by_another_process_are_sent(side: Side) -> None:
    side.tap(A)
    side.settle()
    side.service.booked.clear()  # the service was restored from a backup
    side.outbox.retry(side.clock.wall())
    side.settle()
    assert side.service.card_ids() == [A]
    assert side.states() == ["answered"]
