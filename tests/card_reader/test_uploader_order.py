"""What is sent in which order and how often: lists, health and swipes, alone and in batches."""

import pytest

from card_reader.uploader import BATCH_FROM
from tests.card_reader.sending import A, B, C, Side


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


def test_a_service_without_lists_still_gets_its_swipes(side: Side) -> None:
    side.service.lists_status = 404
    side.tap(A)
    side.settle()
    assert side.states() == ["answered"]
    side.clock.pass_ms(1000)
    side.settle()
    assert [method for method, _ in side.service.requests].count("GET") == 1


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


def test_a_service_too_slow_for_a_large_batch_gets_smaller_ones(side: Side) -> None:
    side.service.batch_most = 30
    side.tap(*[A, B] * 60)
    for _ in range(8):
        side.settle()
        side.clock.pass_ms(5000)
    assert set(side.states()) == {"answered"}
    assert side.posts() < 40, "they still go in batches"


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


def test_answered_swipes_are_pruned_once_a_day(side: Side) -> None:
    side.tap(A)
    side.settle()
    side.clock.pass_ms(31 * 86_400_000)
    side.settle()
    assert side.states() == []
