"""How a fault is planted: a small tree of our own kind, sound but for the files that are given."""

from pathlib import Path

from tests.house.tree import Check, Tree

DOC = '"""A module."""\n'
STUB = {"CHANGELOG.md": "", "README.md": "", "README.zh.md": ""}
#: (check, the planted files, what the fault must begin with)
Planted = tuple[Check, dict[str, str], str]


def plant(root: Path, contents: dict[str, str]) -> Tree:
    for name, text in (STUB | contents).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(root)
