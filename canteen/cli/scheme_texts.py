"""Where a scheme's text comes from: a file, the database, or those this release ships."""

from importlib import resources
from pathlib import Path

from canteen.cli.scheme_files import read_text
from canteen.db.run import Database
from canteen.rules.errors import NotFound
from canteen.services import schemes

SHIPPED = resources.files("canteen") / "schemes"


def list_shipped() -> list[str]:
    """Codes of the published schemes that this release ships."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in SHIPPED.iterdir()
        if entry.name.endswith(".toml")
    )


def get_scheme_text(database: Database, name: str, folder: Path | None = None) -> tuple[str, str]:
    """(text, file) of a scheme named by the path of a file (beside `folder`), or by its code: the
    newest stored version, else the shipped one. NotFound lists what there is."""
    path = (folder or Path()) / name
    if name.endswith(".toml") or path.is_file():
        return read_text(str(path)), str(path)
    stored = database.read(schemes.find_scheme_text, code=name)
    if stored is not None:
        return stored, name
    if name in list_shipped():
        return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml"
    codes = ", ".join(list_shipped())
    raise NotFound(
        "scheme_unknown",
        f"没有补贴办法 {name}：可写 .toml 文件的路径，或内置的 {codes}",
        f"There is no scheme {name}: give the path of a .toml file, or one of {codes}",
    )
