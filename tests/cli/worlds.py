"""Worlds for `canteen setup`: the base world with some texts replaced; and what came of it, counted."""

from pathlib import Path

from sqlalchemy import func, select

from canteen.db.run import Database
from tests.cli.conftest import BASE_WORLD


def count_rows(database: Database, table: type) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(table)))


def copy_world(folder: Path, *changes: tuple[str, str]) -> str:
    """The base world with some texts replaced, in a file of its own beside its schemes."""
    for name in ("rule_set_a.toml", "rule_set_b.toml"):
        source = BASE_WORLD.with_name(name)
        (folder / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    world = BASE_WORLD.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in world, old
        world = world.replace(old, new, 1)
    path = folder / "world.toml"
    path.write_text(world, encoding="utf-8")
    return str(path)
