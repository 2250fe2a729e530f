"""An installation in a folder of its own, and the `canteen` command run in it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from canteen.cli import main
from canteen.config import load_settings
from canteen.db.run import Database
from canteen.demo.community import fill_demonstration
from canteen.models.encrypted import KeyRing, read_key_file, write_key_file
from tests import postgres
from tests.factories.rows import Rows, keep_rows, write_rows
from tests.factories.world import TODAY
from tests.washing import Lender

ROOT = Path(__file__).parents[2]
#: the demonstration whose story the tests look at
DAYS, ELDERS, SEED = 11, 66, 7
BASE_WORLD = ROOT / "docs" / "examples" / "base_world.toml"
#: name of a set-up file → what it made
BUILT: dict[str, Rows] = {}
#: two communities of one street, and who may bring rosters to them or look at their money
AREAS = """
[[area]]
code = "450702"
name = "钦南区"
[[area]]
code = "450702003"
name = "南珠街道"
[[area]]
code = "450702003001"
name = "城南社区"
[[area]]
code = "450702003002"
name = "河东社区"
[[user]]
name = "street"
role = "secretary"
scope = "450702003"
[[user]]
name = "secretary1"
role = "secretary"
scope = "450702003001"
[[user]]
name = "finance"
role = "finance"
scope = "450702"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with an initialised database and its keys."""

    folder: Path
    url: str

    def run(self, *words: str, code: int | None = 0, stdin: str | None = None) -> Ran:
        """Run `canteen words…`; its exit code must be `code` (None: any)."""
        result = CliRunner().invoke(main, list(words), input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, (words, result.stdout, result.stderr)
        return Ran(result.exit_code, result.stdout, result.stderr)

    def open(self) -> Database:
        """The database, to look into."""
        return Database(self.url, key_ring=self.key_ring)

    @property
    def key_ring(self) -> KeyRing:
        return read_key_file(self.folder / "data_keys.json")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A folder with nothing in it, and the environment that points there."""
    folder = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANTEEN_DATA_DIR", str(folder))
    monkeypatch.setenv("CANTEEN_LOCALE", "en")
    monkeypatch.delenv("CANTEEN_DATABASE_URL", raising=False)
    return Installation(folder, f"sqlite:///{folder / 'canteen.db'}")


@pytest.fixture
def installation(bare: Installation, sqlite_template: Path, key_ring: KeyRing) -> Installation:
    """An initialised installation on SQLite."""
    bare.folder.mkdir()
    shutil.copyfile(sqlite_template, bare.folder / "canteen.db")
    write_key_file(bare.folder / "data_keys.json", key_ring)
    return bare


@pytest.fixture
def installation_on_postgresql(
    bare: Installation,
    postgresql_database: Database,
    postgresql_lender: Lender,
    key_ring: KeyRing,
    monkeypatch: pytest.MonkeyPatch,
) -> Installation:
    """An initialised installation on PostgreSQL, to which nobody is connected."""
    postgresql_database.close()
    postgresql_lender.look_away()
    url = postgresql_database.url.render_as_string(hide_password=False)
    bare.folder.mkdir()
    monkeypatch.setenv("CANTEEN_DATABASE_URL", url)
    write_key_file(bare.folder / "data_keys.json", key_ring)
    return Installation(bare.folder, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_installation(request: pytest.FixtureRequest) -> Installation:
    """An initialised installation on each kind of database."""
    name = "installation" if request.param == "sqlite" else "installation_on_postgresql"
    found: Installation = request.getfixturevalue(name)
    return found


@pytest.fixture
def base_world(any_installation: Installation) -> Installation:
    """The base world of the field cases, built from the file kept as the example."""
    return _set_up(any_installation, BASE_WORLD)


@pytest.fixture
def street_world(base_world: Installation) -> Installation:
    """The base world, with a secretary for both of its communities."""
    more = base_world.folder / "street.toml"
    more.write_text(
        '[[user]]\nname = "street"\nrole = "secretary"\nscope = "450702003"\n', encoding="utf-8"
    )
    base_world.run("setup", str(more), "--apply")
    return base_world


@pytest.fixture
def empty_register(any_installation: Installation) -> Installation:
    """Areas and staff, and nobody on the register."""
    world = any_installation.folder / "areas.toml"
    world.write_text(AREAS, encoding="utf-8")
    return _set_up(any_installation, world)


def _set_up(empty: Installation, world: Path) -> Installation:
    """`canteen setup … --apply`: once a worker; after that its rows are written."""
    database = empty.open()
    if world.name in BUILT:
        database.run(write_rows, BUILT[world.name])
    else:
        empty.run("setup", str(world), "--apply")
        BUILT[world.name] = database.read(keep_rows)
    database.close()
    return empty


@pytest.fixture(scope="session")
def filled() -> Path:
    """The data folder of a community in which every part of the story is played; made once a run."""
    with postgres.hold_lock("demonstration") as run_folder, pytest.MonkeyPatch.context() as patch:
        folder, making = run_folder / "demonstration", run_folder / "demonstration-in-the-making"
        if not folder.exists():
            patch.setenv("CANTEEN_DATA_DIR", str(making))
            patch.delenv("CANTEEN_DATABASE_URL", raising=False)
            fill_demonstration(
                load_settings(),
                days=DAYS,
                seed=SEED,
                elders=ELDERS,
                canteens=1,
                today=TODAY,
                say=lambda _: None,
            )
            making.rename(folder)
    return folder


@pytest.fixture
def lived(bare: Installation, filled: Path) -> Iterator[Database]:
    """Its database, to look into."""
    shutil.copytree(filled, bare.folder)
    database = bare.open()
    yield database
    database.close()
