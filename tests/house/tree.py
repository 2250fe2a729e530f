"""The source of the house, read once: modules by dotted name, their nodes, what they import."""

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

PACKAGES = ("canteen", "reports", "card_reader")
LOOSE_MODULES = ("wsgi",)

#: Folders that hold no source of ours.
OUTSIDE = {
    ".git",
    ".venv",
    "build",
    "dist",
    "data",
    "htmlcov",
    "shots",
    "node_modules",
    "__pycache__",
}

ROOT = Path(__file__).parents[2]


class Tree:
    """A source tree below `root`: this one, or a small one with planted faults."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._parsed: dict[Path, ast.Module] = {}
        self._nodes: dict[str, list[ast.AST]] = {}

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Production modules by dotted name; a package stands under its own name."""
        found = {}
        for top in PACKAGES:
            for path in sorted((self.root / top).rglob("*.py")):
                parts = path.relative_to(self.root).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        for name in LOOSE_MODULES:
            if (self.root / f"{name}.py").exists():
                found[name] = self.root / f"{name}.py"
        return found

    @cached_property
    def files(self) -> list[Path]:
        """Every file of the project that a person wrote or a tool made for keeps."""
        return [
            path
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not _is_outside(path.relative_to(self.root))
        ]

    def texts(self, *suffixes: str) -> Iterator[tuple[str, str]]:
        """(path below the root, contents) of each text file, of these suffixes if any are given."""
        for path in self.files:
            if not suffixes or path.suffix in suffixes:
                try:
                    yield str(path.relative_to(self.root)), path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    continue  # a picture or a compiled catalogue

    def parse(self, path: Path) -> ast.Module:
        if path not in self._parsed:
            self._parsed[path] = ast.parse(path.read_text(encoding="utf-8"))
        return self._parsed[path]

    def nodes(self, name: str) -> list[ast.AST]:
        """All syntax nodes of a production module."""
        if name not in self._nodes:
            self._nodes[name] = list(ast.walk(self.parse(self.modules[name])))
        return self._nodes[name]

    def all_nodes(self) -> Iterator[tuple[str, ast.AST]]:
        for name in self.modules:
            for node in self.nodes(name):
                yield name, node

    def imports(self, name: str) -> Iterator[tuple[str, int]]:
        """(production module, line) for each one that `name` imports."""
        for node in self.nodes(name):
            for full in _names_imported(node):
                known = full
                while known and known not in self.modules:
                    known = known.rpartition(".")[0]
                if known and known != name:
                    yield known, getattr(node, "lineno", 0)


def _names_imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _is_outside(path: Path) -> bool:
    return any(
        part in OUTSIDE or part.endswith((".egg-info", "_cache")) or part == ".hypothesis"
        for part in path.parts[:-1]
    ) or path.name.startswith(".coverage")


def is_below(name: str, *packages: str) -> bool:
    """Whether the module is one of these packages or stands inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def called_name(node: ast.Call) -> str:
    """The last name of what is called: `post` of `ledger.post(…)`."""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


Check = Callable[[Tree], Iterator[str]]
