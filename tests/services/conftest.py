"""Where most tests of the services begin; a file that begins elsewhere makes a fixture of its own."""

import pytest

from canteen.db.run import Database
from tests.factories.world import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    """The base world of the field cases."""
    return database.run(make_world)
