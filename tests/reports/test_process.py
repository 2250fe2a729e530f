"""The printing process: a book on its input, bytes on its output, one line when it cannot."""

import subprocess
import sys

import pytest

from reports.__main__ import PRINTERS
from tests.house.tree import ROOT
from tests.reports.making import make_book, make_day_form, make_names_sheet

SIGNS = {
    "pdf": b"%PDF-1.7",
    "xlsx": b"PK",
    "csv": b"\xef\xbb\xbf",
    "csv-gb18030": "序号".encode("gb18030"),
}


def _print(*arguments: str, book: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "reports", *arguments],
        input=book,
        capture_output=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("form", PRINTERS)
def test_each_format_is_printed(form: str):
    done = _print(form, book=make_book(make_names_sheet()).to_json().encode())

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(SIGNS[form])


@pytest.mark.parametrize(
    ("arguments", "book", "why"),
    [
        ((), b"{}", b"usage: python -m reports pdf|xlsx|csv|csv-gb18030\n"),
        (("docx",), b"{}", b"usage"),
        (("pdf",), b"", b"not a book (JSONDecodeError)\n"),
        (("pdf",), b'{"title": "x"}', b"not a book (KeyError)\n"),
        (("pdf",), b"[]", b"not a book (TypeError)\n"),
        (("csv",), make_book(make_day_form()).to_json().encode(), b"CSV holds one sheet"),
    ],
)
def test_what_cannot_be_printed_is_told_in_one_line(arguments, book: bytes, why: bytes):
    done = _print(*arguments, book=book)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(why)
    assert done.stderr.count(b"\n") == 1
