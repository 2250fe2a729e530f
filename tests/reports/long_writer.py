"""`python -m tests.reports.long_writer WRITER ROWS FILE`: a long table written once, in a process of its own.

Answers with what it took as JSON: seconds of processor and of the clock, the most memory (MB)."""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl

from reports.long_csv import write_csv
from reports.long_table import LongTable
from reports.long_workbook import write_xlsx
from reports.row_file import RowFile
from reports.sheets import Book, Column, Kind, Sheet
from tests.reports.making import MADE_AT

N, D, T, M, I, W = Kind.COUNT, Kind.DATE, Kind.INSTANT, Kind.MONEY, Kind.ID, Kind.TEXT  # noqa: E741
#: the columns of 明细表
COLUMNS = tuple(
    Column(f"列{at}", kind, 12)
    for at, kind in enumerate(
        (N, D, W, W, I, N, W, W, W, M, M, M, M, M, M, M, M, W, I, W, W, W, T, D, N, I, I, I)
    )
)  # fmt: skip


def fill(rows: RowFile, count: int) -> None:
    """So many meals, as a claim's month has them."""
    for n in range(1, count + 1):
        person, day = n % 3000, f"2026-11-{n % 30 + 1:02d}"
        rows.add([
            n, day, "午餐", f"韦庆余{person}", f"45070219380512{person:04d}", 60 + n % 40, "城南社区",
            "80–89 岁", "堂食", 1260, 0, 250, 200, 110, 0, 700, 560, "刷卡",
            f"C1-{day.replace('-', '')}-{n:07d}", "城南食堂", "普通", "qinnan@3a4b5c6d7e8f",
            f"{day} 11:{n // 60 % 60:02d}:{n % 60:02d}.120000", day, 1, f"{person:04d}", f"meal:{n}",
            f"share:{n}:60-plus:city share:{n}:60-plus:district",
        ])  # fmt: skip


def make_book(rows: RowFile) -> Book:
    table = LongTable(columns=COLUMNS, rows=(), stream=rows, count=rows.count)
    return Book(title="明细", made_at=MADE_AT, pages=(Sheet(title="明细表", table=table),))


def write_with_openpyxl(rows: RowFile, path: Path) -> None:
    """The same values, without styles: the least that it can do."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("明细表")
    read: dict[Kind, Callable[[object], object]] = {
        Kind.DATE: lambda cell: date.fromisoformat(str(cell)),
        Kind.INSTANT: lambda cell: datetime.fromisoformat(str(cell)),
        Kind.MONEY: lambda cell: int(str(cell)) / 100,
    }
    readers = [read.get(column.kind, lambda cell: cell) for column in COLUMNS]
    for row in rows:
        sheet.append([reader(cell) for reader, cell in zip(readers, row, strict=True)])
    book.save(path)


def write(writer: str, rows: RowFile, path: Path) -> None:
    if writer == "openpyxl":
        write_with_openpyxl(rows, path)
        return
    with path.open("wb") as file:
        if writer == "xlsx":
            write_xlsx(make_book(rows), file)
        else:
            write_csv(make_book(rows), writer, file)


def main(writer: str, count: int, path: Path) -> None:
    rows = RowFile()
    fill(rows, count)
    began, worked = time.perf_counter(), time.process_time()
    write(writer, rows, path)
    told = {
        "worked": round(time.process_time() - worked, 2),
        "took": round(time.perf_counter() - began, 2),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "size": path.stat().st_size,
    }
    rows.close()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
