"""Prints for every door: a book goes to a process of its own and comes back as a file to keep.

A compiler and 50 MB of fonts have no place in the process that answers the counters, and a print that
goes wrong must not take it along. The process gets the book on its input and none of our settings.
"""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

from flask import Response

import reports
from canteen.rules.errors import Busy, Invalid
from reports.sheets import PAPER_CELLS_MAX, Book

#: format → media type and the ending of the file's name
FORMATS = {
    "pdf": ("application/pdf", "pdf"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "csv-gb18030": ("text/csv; charset=gb18030", "csv"),
}
#: how many print at once, how long one waits for its turn, how long it may take
AT_ONCE_MAX = 2
WAIT_SECONDS = 20
PRINT_SECONDS = 60
ROOT = Path(reports.__file__).parents[1]
_turns = threading.BoundedSemaphore(AT_ONCE_MAX)
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def printed(book: Book, form: str) -> Response:
    """The book as a download in one of `FORMATS`, under its title."""
    media_type, ending = FORMATS[form]
    response = Response(print_book(book, form), content_type=media_type)
    response.headers["Content-Disposition"] = disposition(f"{book.title}.{ending}")
    return response


def print_book(book: Book, form: str, seconds: int = PRINT_SECONDS) -> bytes:
    """The bytes of the book; `Busy` if the printers are taken or it takes too long.

    Raises `Invalid` with code `too_much_for_paper` for a PDF of more cells than `PAPER_CELLS_MAX`.
    """
    if form == "pdf" and book.cell_count() > PAPER_CELLS_MAX:
        raise Invalid(
            "too_much_for_paper",
            "内容太多，不适合打印成 PDF，请下载 XLSX",
            "This is too much for paper; download the XLSX instead",
            cells_max=PAPER_CELLS_MAX,
        )
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise _busy()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "reports", form],
            input=book.to_json().encode("utf-8"),
            capture_output=True,
            timeout=seconds,
            cwd=ROOT,
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _busy() from error
    finally:
        _turns.release()
    if done.returncode != 0:
        raise RuntimeError(f"printing failed: {done.stderr[:500].decode(errors='replace')}")
    return done.stdout


def environment() -> dict[str, str]:
    """What a process of our own finds around it: nothing of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CANTEEN_")}


def _busy() -> Busy:
    return Busy(
        "printing_busy",
        zh="现在打印不了，请稍后再试",
        en="Cannot be printed right now; try again",
        retry_seconds=10,
    )


def disposition(name: str) -> str:
    """The header that gives a download its name: in full, and in ASCII for who knows no other.

    SOURCE: field case O-081, RFC 6266.
    """
    plain = _NOT_IN_A_NAME.sub(" ", name).strip()
    stem, _, ending = plain.rpartition(".")
    latin = "-".join(re.findall("[0-9A-Za-z]+", stem)) or "report"
    full = quote(plain, safe="", errors="replace")
    return f"attachment; filename=\"{latin}.{ending}\"; filename*=UTF-8''{full}"
