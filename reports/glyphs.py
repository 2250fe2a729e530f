"""The fonts that paper is printed with, and which characters they hold.

The fonts come with two packages and are embedded, so the print is the same on every machine. What
none of them holds is written as its code point, 〔U+2A6A5〕: a PDF for archives may not hold an empty
box, and of two people whose names differ in it neither is lost. SOURCE: field case O-044.
"""

import struct
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from unicodedata import category

#: a serif for all that a form says, and a sans with the rare characters of names (𠮷 㐆 䶮)
FAMILIES = ("Noto Serif SC", "Noto Sans CJK SC")
_PACKAGES = {
    "pylopdf_fonts_zh_cn": ("NotoSerifSC-Regular.otf", 0),
    "manimgx_fonts_cjk": ("NotoSansCJK-VF.otf.ttc", 2),  # the third face is the mainland's
}
#: marks that only choose between two forms of the character before them
_VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
_SPACES = " \n"


def folders() -> list[Path]:
    """Where the fonts lie."""
    return [_folder(package) for package in _PACKAGES]


def _folder(package: str) -> Path:
    found = find_spec(package)
    assert found is not None, f"{package} is not installed: run make install"
    assert found.origin is not None
    return Path(found.origin).parent


def on_paper(text: str) -> str:
    """`text` as the fonts can show it."""
    return "".join(_shown(char) for char in text.replace("\t", " "))


def _shown(char: str) -> str:
    if category(char) == "Cf" or ord(char) in _VARIATION_SELECTORS:
        return ""  # shows nothing itself; a direction mark would turn what follows around
    return char if char in _SPACES or ord(char) in _held() else f"〔U+{ord(char):04X}〕"


@cache
def _held() -> frozenset[int]:
    """The code points that at least one of the fonts has a glyph for."""
    held: set[int] = set()
    for package, (name, face) in _PACKAGES.items():
        with (_folder(package) / name).open("rb") as font:
            held |= _code_points(font, face)
    return frozenset(held)


def _code_points(font: BinaryIO, face: int) -> set[int]:
    """What the character map of an OpenType font or collection covers (its format 12 table)."""
    start = 0
    if font.read(4) == b"ttcf":
        start = _number(font, 12 + 4 * face)
    tables = _number(font, start + 4, size=2)
    for index in range(tables):
        entry = start + 12 + 16 * index
        font.seek(entry)
        if font.read(4) == b"cmap":
            return _groups(font, _number(font, entry + 8))
    raise ValueError("a font without a character map")


def _groups(font: BinaryIO, cmap: int) -> set[int]:
    covered: set[int] = set()
    for index in range(_number(font, cmap + 2, size=2)):
        table = cmap + _number(font, cmap + 4 + 8 * index + 4)
        if _number(font, table, size=2) == 12:
            count = _number(font, table + 12)
            groups = font.read(12 * count)
            for first, last, _ in struct.iter_unpack(">LLL", groups):
                covered.update(range(first, last + 1))
    return covered


def _number(font: BinaryIO, offset: int, size: int = 4) -> int:
    font.seek(offset)
    return int.from_bytes(font.read(size), "big")
