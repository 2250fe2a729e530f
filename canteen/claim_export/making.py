"""Making one export: read, laid out, kept; told how far it is, and stopped where nobody wants it."""

import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import tzinfo
from typing import IO

from canteen import clock
from canteen.claim_export.book import make_table, make_workbook
from canteen.claim_export.gathering import ROWS_A_BEAT, Gathered, gather
from canteen.claim_export.paper import make_paper
from canteen.claim_export.words import file_name
from canteen.db.run import Database
from canteen.models.claim_boxes import PART_BYTES
from canteen.services import claim_exports
from canteen.services.claim_exports import Made
from reports.document import pdf
from reports.long_csv import write_csv
from reports.long_table import LongTable
from reports.long_workbook import write_xlsx
from reports.row_file import PlainRow
from reports.sheets import AnyPage, Book, Sheet


class NotWantedError(Exception):
    """Somebody stopped the export."""


class Progress:
    """How far an export is, told to whoever watches."""

    def __init__(self, database: Database, uid: str) -> None:
        self._database, self._uid = database, uid
        self._read = 0

    def read(self, rows: int) -> None:
        """So many rows are read: half of the way."""
        self._read = rows
        self._tell(rows // 2)

    def wrote(self, rows: int) -> None:
        """So many of them are written as well."""
        self._tell((self._read + rows) // 2)

    def put_away(self) -> None:
        """All of them are written; the file is being put away."""
        self._tell(self._read)

    def _tell(self, lines: int) -> None:
        """NotWantedError when it is of no more use."""
        if not self._database.run(
            claim_exports.beat, uid=self._uid, lines=lines, now=clock.instant()
        ):
            raise NotWantedError(self._uid)


def make(database: Database, uid: str, zone: tzinfo) -> None:
    """Make the export `uid`, unless nobody wants it any more; what goes wrong is written down and raised."""
    task = database.run(claim_exports.begin, uid=uid, now=clock.instant())
    if task is None:
        return
    progress = Progress(database, uid)
    try:
        gathered = database.read(
            gather,
            claim_ids=task.claim_ids,
            heading=task.heading,
            form=task.form,
            zone=zone,
            beat=progress.read,
            now=clock.instant(),
        )
        with closing(gathered), tempfile.TemporaryFile() as file:
            lay_out(gathered, task.form, progress, file)
            made = _put_away(database, uid, gathered, task.form, progress, file)
        database.run(claim_exports.finish, uid=uid, made=made, now=clock.instant())
    except NotWantedError:
        return
    except Exception as error:
        detail = type(error).__name__  # its words may hold a name
        database.run(claim_exports.fail, uid=uid, detail=detail, now=clock.instant())
        raise


def lay_out(gathered: Gathered, form: str, progress: Progress, file: IO[bytes]) -> None:
    """Write the bytes of the file."""
    if form == "pdf":
        file.write(pdf(make_paper(gathered)))
    elif form == "xlsx":
        write_xlsx(_watched(make_workbook(gathered), progress), file)
    else:
        write_csv(_watched(make_table(gathered, form), progress), form, file)


def _put_away(
    database: Database, uid: str, gathered: Gathered, form: str, progress: Progress, file: IO[bytes]
) -> Made:
    """Keep the file part by part, each in a commit of its own: no tap waits for a large one."""
    digest, size = hashlib.sha256(), file.seek(0, io.SEEK_END)
    file.seek(0)
    for n, data in enumerate(iter(lambda: file.read(PART_BYTES), b""), 1):
        progress.put_away()
        digest.update(data)
        database.run(claim_exports.keep_part, uid=uid, n=n, data=data)
    name = file_name(gathered, form)
    return Made(name, digest.hexdigest(), size, gathered.heads[0].sha256)


def _watched(book: Book, progress: Progress) -> Book:
    """The book, its long tables telling how far they are."""
    return replace(book, pages=tuple(_watched_page(page, progress) for page in book.pages))


def _watched_page(page: AnyPage, progress: Progress) -> AnyPage:
    if not isinstance(page, Sheet) or not isinstance(page.table, LongTable):
        return page
    return replace(page, table=replace(page.table, stream=_Watched(page.table.stream, progress)))


class _Watched:
    """Rows that tell how many of them have gone by."""

    def __init__(self, rows: Iterable[PlainRow], progress: Progress) -> None:
        self._rows, self._progress = rows, progress

    def __iter__(self) -> Iterator[PlainRow]:
        for number, row in enumerate(self._rows, 1):
            yield row
            if number % ROWS_A_BEAT == 0:
                self._progress.wrote(number)
