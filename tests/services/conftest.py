"""Where most tests of the services begin; a file that begins elsewhere makes a fixture of its own."""

import pytest

from canteen.db.run import Database
from tests.factories.deliveries import Carried, make_queue
from tests.factories.register_lists import number_elders
from tests.factories.world import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    """The base world of the field cases."""
    return database.run(make_world)


@pytest.fixture
def queue(database: Database) -> tuple[World, list[Carried]]:
    """The base world, and three lunches on V1's round: P10's, P03's and P02's."""
    return make_queue(database, ("P10", "P03", "P02"))


@pytest.fixture
def id_numbers(database: Database, world: World) -> None:
    """The register knows the ID numbers of P01, P03 and P10, so that lists of other registers find them."""
    database.run(number_elders, world)
