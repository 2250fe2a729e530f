"""LibreOffice as a judge: it calculates a workbook of ours anew, from the formulas alone."""

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

CALCULATE_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
#: comma, quote, UTF-8, from the first line; the values themselves; every tab a file of its own
CSV_OF_EVERY_TAB = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


def _without_results(workbook: bytes) -> bytes:
    """The workbook without the results that we stored beside its formulas."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.startswith("xl/worksheets/"):
                text = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>0</v>", text)
            target.writestr(part, text)
    return made.getvalue()


def calculate(workbook: bytes, folder: Path) -> dict[str, list[list[str]]]:
    """What LibreOffice shows, by tab."""
    program = shutil.which("soffice")
    assert program is not None, "LibreOffice is missing: `make judges` installs it"
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(CALCULATE_ALWAYS)
    (folder / "book.xlsx").write_bytes(_without_results(workbook))
    done = subprocess.run(
        [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            CSV_OF_EVERY_TAB,
            "--outdir",
            str(folder / "made"),
            str(folder / "book.xlsx"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return {
        path.stem.removeprefix("book-"): list(
            csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
        )
        for path in (folder / "made").iterdir()
    }


def list_differing(workbook: bytes, folder: Path) -> Iterator[tuple[str, str, object, str]]:
    """(tab, cell, stored result, result it finds) of each formula where they differ; ValueError for a
    workbook without formulas."""
    tabs = calculate(workbook, folder)
    formulas = openpyxl.load_workbook(io.BytesIO(workbook))
    stored = openpyxl.load_workbook(io.BytesIO(workbook), data_only=True)
    is_any = False
    for sheet in formulas.worksheets:
        for cell in (one for row in sheet.iter_rows() for one in row if one.data_type == "f"):
            is_any = True
            kept = stored[sheet.title][cell.coordinate].value
            found = tabs[sheet.title][cell.row - 1][cell.column - 1]
            if str(kept) != found and float(found or "nan") != float(kept):
                yield sheet.title, cell.coordinate, kept, found
    if not is_any:
        raise ValueError("no cell of it is a formula")
