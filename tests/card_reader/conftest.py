"""What the tests of the agent's parts are given: both sides of the agent, ready to be stepped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.card_reader.clocks import HandClock
from tests.card_reader.sending import A, B, Side, make_side
from tests.card_reader.service import Service, serving


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    clock = HandClock()
    service = Service()
    service.server_time = int(clock.now.timestamp())
    service.cards = [A, B]
    with serving(service):
        side = make_side(service, tmp_path, clock, service.url)
        yield side
        assert service.changed == [], "an id came with two bodies"
        assert len(set(service.booked)) == len(service.booked)
        assert service.unsigned == 0
        side.wire.close()
        side.outbox.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Side]:
    """The same without any service."""
    side = make_side(Service(), tmp_path, HandClock(), "http://127.0.0.1:9")
    yield side
    side.outbox.close()
