"""Set-up files for the tests of their readers: one that writes every key, and changes of it."""

from datetime import date
from pathlib import Path

from canteen.rules.scheme_text import SchemeError
from canteen.rules.setup_file import Known, SetupTables
from canteen.rules.setup_people import SetupFile, read_setup

#: the day on which the tests read a file
TODAY = date(2026, 11, 25)
FULL = (Path(__file__).parent / "data" / "full_setup.toml").read_text(encoding="utf-8")


def make_changed(*changes: tuple[str, str]) -> str:
    """The full file with some of its texts replaced, each once."""
    text = FULL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def make_setup(text: str, known: Known | None = None) -> tuple[SetupFile, list[SchemeError]]:
    """What the file says, and the faults found in it."""
    tables = SetupTables(text, "world.toml")
    file = read_setup(tables, known or Known(), {"veteran"}, TODAY)
    return file, tables.faults.found


def make_good(*changes: tuple[str, str]) -> SetupFile:
    """What the changed full file says; it has no fault."""
    file, faults = make_setup(make_changed(*changes))
    assert faults == []
    return file


def make_fault(*changes: tuple[str, str]) -> tuple[str, str, str, str]:
    """Key, the file's own line, and both sentences of the one fault of the changed full file."""
    text = make_changed(*changes)
    (fault,) = make_setup(text)[1]
    assert fault.line is not None
    line = text.splitlines()[fault.line - 1]
    return fault.key, line, fault.message_zh, fault.message_en
