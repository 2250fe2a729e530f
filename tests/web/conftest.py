"""The service under its test client, over the base world of the field cases, at lunch time.

On SQLite, and where a test is marked `both_databases` on PostgreSQL too: see tests/conftest.py.
"""

import io
import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from canteen import clock
from canteen.app import create_app
from canteen.config import STREAMS_MIN, Settings
from canteen.db.run import Database
from canteen.services import readers, sign_in
from canteen.services.readers import NewReader
from canteen.web import logs
from canteen.web.house import EXTENSION
from canteen.web.streams import Streams
from tests.factories.requests import Browser, ClosingClient, ReaderCaller
from tests.factories.rows import build_once
from tests.factories.staff import make_account, make_session
from tests.factories.world import World, make_world, shanghai

LUNCH = "11:32:10"
#: the app that tests with the plain settings share
PLAIN: list[Flask] = []
#: who signs in in these tests, with the roles of the base world
ACCOUNTS: dict[str, tuple[str, str]] = {
    "cashier1": ("cashier", "C1"),
    "cashier2": ("cashier", "C2"),
    "kitchen1": ("kitchen", "C1"),
    "secretary1": ("secretary", "450702003005"),
    "secretary2": ("secretary", "450702003006"),
    "street1": ("street", "450702003"),
    "volunteer1": ("volunteer", "450702003005"),
    "finance1": ("finance", "450702"),
    "auditor1": ("auditor", "450702"),
    "admin1": ("admin", "450702003005"),
    "admin2": ("admin", "450702003006"),
    "chief": ("admin", "everywhere"),
}


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    _log_plainly()


@dataclass(slots=True)
class Service:
    """A running service and the world in its database."""

    app: Flask
    database: Database
    world: World
    staff: dict[str, int]
    reader: NewReader

    def browser(self, name: str) -> Browser:
        """A browser in which `name` is signed in."""
        token = self.database.run(make_session, self.staff[name], clock.instant())
        person = self.database.read(sign_in.find_session, token=token, now=clock.instant())
        assert person is not None
        return Browser(self.app.test_client(), token, person.csrf)

    def agent(self, reader: NewReader | None = None) -> ReaderCaller:
        """The agent of the reader at counter C1-1, or of another one."""
        return ReaderCaller(self.app.test_client(), reader or self.reader)

    def counter(self, code: str = "C1-1") -> str:
        """The address of a counter in the interface."""
        return f"/api/v1/counters/{self.world.counters[code]}"


def make_settings(folder: Path, **changed: object) -> Settings:
    secret = folder / "secret.key"
    if not secret.exists():
        secret.write_text("5e" * 32, encoding="ascii")
    given: dict[str, object] = {
        "data_dir": folder,
        "database_url": "sqlite:///unused.db",
        "secret_key_file": secret,
        "data_key_file": folder / "data_keys.json",
        "backup_dir": folder / "backups",
        "locale": "zh_CN",
        "timezone": ZoneInfo("Asia/Shanghai"),
        "clock_offset_seconds": 0,
        "streams_max": None,
        "is_metrics_open": False,
        "trusted_proxies": (),
        "log_level": "error",
        **changed,
    }
    return Settings(**given)  # type: ignore[arg-type]


def set_clock(at: datetime) -> None:
    """Let the service's clock stand (and go on) at `at`."""
    clock.set_offset(0)
    clock.set_offset(math.ceil((at - datetime.now(UTC)).total_seconds()))


@pytest.fixture
def lunch_time() -> Iterator[None]:
    set_clock(shanghai(LUNCH))
    yield
    clock.set_offset(0)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the service logs, down to the smallest line. Its handler is taken away afterwards: one that
    outlives the stream of its test prints a stack for each line of all that follow."""
    logs.configure("debug")
    root = logging.getLogger()
    (ours,) = root.handlers
    assert isinstance(ours, logging.StreamHandler)
    stream = io.StringIO()
    ours.setStream(stream)
    yield stream
    root.removeHandler(ours)
    root.setLevel(logging.WARNING)
    _log_plainly()


def _log_plainly() -> None:
    """Faults are told as in the service, not drawn with every local value: that takes half a second."""
    drawn = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.reset_defaults()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, drawn])


def _make(session: Session) -> tuple[World, dict[str, int], NewReader]:
    """The base world, who signs in, and a reader."""
    world = make_world(session)
    people = {name: make_account(session, name, role) for name, role in ACCOUNTS.items()}
    reader = readers.add_reader(
        session,
        code="C1-R9",
        counter_id=world.counters["C1-1"],
        profile="rdm6300",
        actor="test",
        origin=None,
        now=clock.instant(),
    )
    return world, people, reader


def _plain_app(folder: Path, database: Database) -> Flask:
    """The app with the settings of every test, made once a worker; each test moves it to a house of
    its own. Its routes and templates are the larger part of what a test here would wait for."""
    if not PLAIN:
        PLAIN.append(create_app(make_settings(folder), database))
    app = PLAIN[0]
    house = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(house, database=database, streams=Streams(STREAMS_MIN))
    return app


@pytest.fixture
def served(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Database]:
    """An empty database as the server opens it: on SQLite with its writer thread."""
    if database_kind == "postgresql":
        yield request.getfixturevalue("postgresql_database")
        return
    address, ring = request.getfixturevalue("sqlite_url"), request.getfixturevalue("key_ring")
    database = Database(address, key_ring=ring, writer=True)
    yield database
    database.close()


@pytest.fixture
def make_service(served: Database, tmp_path: Path, lunch_time: None) -> Callable[..., Service]:
    def make(**changed: object) -> Service:
        world, people, reader = served.run(build_once, _make)
        if changed:
            app = create_app(make_settings(tmp_path, **changed), served)
        else:
            app = _plain_app(tmp_path, served)
        app.test_client_class = ClosingClient
        return Service(app, served, world, people, reader)

    return make


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture
def secretary(service: Service) -> Browser:
    """The browser of 城南's secretary."""
    return service.browser("secretary1")
