"""Every sentence stands in both languages, with the same facts; compiled catalogues are fresh."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, mofile, pofile
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from tests.house.tree import Check, Tree

LOCALES = ("zh_CN", "en")
WRITTEN_IN = "en"  # the sentences in the source are English; an empty entry there reads as itself
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]  # as canteen/locale/babel.cfg

KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}

FACT = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
#: `name: "words"` of the tables in words-zh.js and words-en.js
WORDS = re.compile(r'(?:^|[\s,{])([A-Za-z_]\w*): "((?:[^"\\]|\\.)*)"')


def catalogues_are_complete(tree: Tree) -> Iterator[str]:
    folder = tree.root / "canteen"
    wanted = (
        {message for _, _, message, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS)}
        if folder.is_dir()
        else set()
    )
    if not wanted:
        return
    for locale in LOCALES:
        path = folder / "locale" / locale / "LC_MESSAGES" / "messages.po"
        where = path.relative_to(tree.root)
        if not path.exists():
            yield f"{where}: missing; make messages"
            continue
        catalogue = _read(path, locale)
        for message in wanted:
            key = message if isinstance(message, str) else message[0]
            entry = catalogue.get(key)
            if entry is None:
                yield f"{where}: {key!r} is missing; make messages"
            elif entry.fuzzy:
                yield f"{where}: {key!r} is only guessed (fuzzy)"
            elif not entry.string and locale != WRITTEN_IN:
                yield f"{where}: {key!r} has no translation"
            elif isinstance(entry.string, str) and entry.string:
                if set(FACT.findall(entry.string)) != set(FACT.findall(key)):
                    yield f"{where}: {key!r} and its translation hold other facts"


def compiled_catalogues_are_fresh(tree: Tree) -> Iterator[str]:
    for path in sorted((tree.root / "canteen" / "locale").rglob("*.po")):
        written = _entries(_read(path, path.parts[-3]))
        compiled = path.with_suffix(".mo")
        made: dict[object, object] = {}
        if compiled.exists():
            with compiled.open("rb") as file:
                made = _entries(mofile.read_mo(file))
        for entries in (written, made):
            entries.pop("", None)  # the header: dates and the tool's version
        if written != made:
            yield f"{compiled.relative_to(tree.root)}: not of its .po file; make messages"


def scripts_speak_both_languages(tree: Tree) -> Iterator[str]:
    for path in tree.files:
        if not path.name.endswith("-zh.js"):
            continue
        other = path.with_name(path.name.replace("-zh.js", "-en.js"))
        where = path.relative_to(tree.root)
        ours = dict(WORDS.findall(path.read_text(encoding="utf-8")))
        theirs = dict(WORDS.findall(other.read_text(encoding="utf-8"))) if other.exists() else {}
        for name in sorted(ours.keys() ^ theirs.keys()):
            yield f"{where}: {name} stands in one language only"
        for name in sorted(ours.keys() & theirs.keys()):
            if set(FACT.findall(ours[name])) != set(FACT.findall(theirs[name])):
                yield f"{where}: {name} holds other facts in the other language"


def _entries(catalogue: Catalog) -> dict[object, object]:
    """Sentence → translation, of those that have one; a plural's forms as tuples on both sides."""
    return {_plain(entry.id): _plain(entry.string) for entry in catalogue if entry.string}


def _plain(forms: object) -> object:
    return tuple(forms) if isinstance(forms, list) else forms


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file, locale=locale)


CHECKS: tuple[Check, ...] = (
    catalogues_are_complete,
    compiled_catalogues_are_fresh,
    scripts_speak_both_languages,
)
