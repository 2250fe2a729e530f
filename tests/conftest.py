"""What every test may ask for: a fresh database of each kind; and the way to the outside is shut.

Fixtures import what they need when they are asked for, so that the tests of house, rules and
card_reader load no database and stay a matter of seconds.
"""

import gc
import itertools
import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import postgres

if TYPE_CHECKING:
    from canteen.db.run import Database
    from canteen.models.encrypted import KeyRing
    from tests.washing import Lender

FOLDERS_FIRST = (
    "house",
    "rules",
    "card_reader",
)  # seconds, no database: a fault there stops us early

READY_DATABASES = 3
KINDS = ("sqlite", "postgresql")

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


# ------------------------------------------------------------------------------------ the test run


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the run's first process, not an xdist worker
        os.environ[postgres.RUN_FOLDER] = str(postgres.make_run_folder())
        os.environ[postgres.RUN_PROCESS] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and postgres.RUN_FOLDER in os.environ:
        postgres.end_run(Path(os.environ.pop(postgres.RUN_FOLDER)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return FOLDERS_FIRST.index(folder) if folder in FOLDERS_FIRST else len(FOLDERS_FIRST)

    items.sort(key=rank)  # stable: within a folder the random order stays


def pytest_collection_finish() -> None:
    """What was loaded and collected stays to the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


# ---------------------------------------------------------------------------- no way to the outside


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        address = ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _forbid_the_outside(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise RuntimeError(f"a test wants to reach {host!r}: tests speak with this machine only")


sys.addaudithook(_forbid_the_outside)


# ---------------------------------------------------------------------------------------- databases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Which databases a test runs on. Below the web: both, always. At the web: SQLite, because what a
    page or an answer says does not depend on the database, and the services it asks are tried on both
    by tests of their own; but both again where it is marked `both_databases`: where money is booked,
    many write at once, a service has no other tests, and on the walk through all addresses."""
    if "database_kind" in metafunc.fixturenames:
        definition = metafunc.definition
        is_page = definition.path.parent.name == "web" and not definition.get_closest_marker(
            "both_databases"
        )
        metafunc.parametrize("database_kind", KINDS[:1] if is_page else KINDS)


@pytest.fixture(scope="session")
def shared_statements() -> None:
    """What one test database has compiled, the next of its kind need not."""
    from tests.statements import share_statements

    share_statements()


@pytest.fixture(scope="session")
def sqlite_template(shared_statements: None) -> Path:
    """A SQLite file with all migrations applied and no row; made once for the whole run."""
    with postgres.hold_lock("sqlite-template") as folder:
        made = folder / "template.db"
        if not made.exists():
            from canteen.db.migrate import upgrade

            making = folder / "making.db"
            upgrade(f"sqlite:///{making}")
            assert not making.with_name("making.db-wal").exists(), (
                "upgrade() must close what it opened"
            )
            making.rename(made)
    return made


@pytest.fixture
def make_sqlite_url(sqlite_template: Path) -> Iterator[Callable[[], str]]:
    """A maker of addresses of fresh SQLite databases with the tables made, beside the template: in
    memory where there is room, because a commit waits for its disk."""
    numbers = itertools.count(1)
    folder = Path(tempfile.mkdtemp(prefix="sqlite-", dir=sqlite_template.parent))

    def make() -> str:
        path = folder / f"canteen-{next(numbers)}.db"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite:///{path}"

    yield make
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_server() -> postgres.Server:
    """The PostgreSQL server of this test run. A missing one fails here; nothing is skipped."""
    return postgres.shared_server()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: postgres.Server, shared_statements: None) -> str:
    """Name of a PostgreSQL database with all migrations applied and no row; made once a run."""
    name = "canteen_template"
    with postgres.hold_lock("postgres-template") as folder:
        made = folder / "postgres-template.made"
        if not made.exists():
            from canteen.db.migrate import upgrade

            postgres.run_sql(postgresql_server, f"CREATE DATABASE {name}")
            upgrade(postgresql_server.url(name))
            made.touch()
    return name


class _Stock:
    """Fresh PostgreSQL databases, made ahead by one thread while a test runs: a copy of the template
    takes the server up to half a second, and nobody need wait for it. Used ones go the same way."""

    def __init__(self, server: postgres.Server, template: str) -> None:
        self._server, self._template = server, template
        self._hand = ThreadPoolExecutor(1)
        self._ready = deque(self._hand.submit(self._make) for _ in range(READY_DATABASES))

    def _make(self) -> str:
        name = postgres.fresh_name()
        postgres.run_sql(
            self._server,
            f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY",
        )
        return name

    def take(self) -> str:
        self._ready.append(self._hand.submit(self._make))
        return self._ready.popleft().result()

    def give_back(self, name: str) -> None:
        drop = f"DROP DATABASE {name} WITH (FORCE)"
        self._hand.submit(postgres.run_sql, self._server, drop)

    def close(self) -> None:
        self._hand.shutdown()


@pytest.fixture(scope="session")
def postgresql_stock(
    postgresql_server: postgres.Server, postgresql_template: str
) -> Iterator[_Stock]:
    stock = _Stock(postgresql_server, postgresql_template)
    yield stock
    stock.close()


@pytest.fixture
def make_postgresql_url(
    postgresql_server: postgres.Server, postgresql_stock: _Stock
) -> Iterator[Callable[[], str]]:
    """A maker of addresses of fresh PostgreSQL databases with the tables made."""
    names: list[str] = []

    def make() -> str:
        name = postgresql_stock.take()
        names.append(name)
        return postgresql_server.url(name)

    yield make
    for name in names:
        postgresql_stock.give_back(name)


@pytest.fixture
def sqlite_url(make_sqlite_url: Callable[[], str]) -> str:
    return make_sqlite_url()


@pytest.fixture
def postgresql_url(make_postgresql_url: Callable[[], str]) -> str:
    return make_postgresql_url()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str) -> str:
    """The address of a fresh database with the tables made."""
    address: str = request.getfixturevalue(f"{database_kind}_url")
    return address


@pytest.fixture(scope="session")
def key_ring() -> "KeyRing":
    """The keys of the encrypted columns in every test database."""
    from canteen.models.encrypted import make_key_ring

    return make_key_ring()


@pytest.fixture
def database(request: pytest.FixtureRequest, database_kind: str) -> "Database":
    """An empty database, ready to use."""
    opened: Database = request.getfixturevalue(f"{database_kind}_database")
    return opened


@pytest.fixture
def sqlite_database(sqlite_url: str, key_ring: "KeyRing") -> "Iterator[Database]":
    yield from _open(sqlite_url, key_ring)


@pytest.fixture(scope="session")
def postgresql_lender(
    postgresql_server: postgres.Server, postgresql_stock: _Stock, key_ring: "KeyRing"
) -> "Iterator[Lender]":
    from tests.washing import Lender

    def make() -> str:
        return postgresql_server.url(postgresql_stock.take())

    lender = Lender(make, key_ring)
    yield lender
    lender.close()


@pytest.fixture
def postgresql_database(
    postgresql_lender: "Lender", request: pytest.FixtureRequest
) -> "Iterator[Database]":
    """An empty PostgreSQL database: the worker's one, washed. A test that fails spoils it."""
    failed = request.session.testsfailed
    yield postgresql_lender.lend()
    postgresql_lender.take_back(is_spoilt=request.session.testsfailed != failed)


def _open(url: str, key_ring: "KeyRing") -> "Iterator[Database]":
    from canteen.db.run import Database

    opened = Database(url, key_ring=key_ring)
    yield opened
    opened.close()
