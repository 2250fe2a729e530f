"""Bring a database to a revision with Alembic. Apart from `run`, because the server never imports it."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from canteen.db.engine import make_writer_engine, sqlite_path
from canteen.db.locks import hold

FOLDER = Path(__file__).parents[2] / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str, target: str = "head") -> None:
    """Upgrade the database at `url` to `target`, creating it if it is empty."""
    _move(url, lambda config: command.upgrade(config, target))


def downgrade(url: str, target: str) -> None:
    """Take the database back to `target` ("base" empties it); for tests and a failed release."""
    _move(url, lambda config: command.downgrade(config, target))


def _move(url: str, step: Callable[[Config], None]) -> None:
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = make_writer_engine(url)
    try:
        if path is None:
            _step(engine, step)
        else:
            with hold(path.with_name(path.name + ".write.lock")):
                _step(engine, step)
    finally:
        engine.dispose()


def _step(engine: Engine, step: Callable[[Config], None]) -> None:
    with engine.begin() as connection:
        step(_config(connection))
