"""A book as PDF for paper and archives (PDF/A-2b): A4, a serif, titles of columns on every page.

The templates are ours and fixed; all that a sheet says goes in as data, which the compiler shows and
never reads as its own language. It has no way to fetch anything: neither files nor packages.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import typst

from reports.claim_form import ClaimForm
from reports.columns import breakable, fit
from reports.glyphs import FAMILIES, folders, on_paper
from reports.sheets import (
    NUMBERS,
    AnyPage,
    Book,
    DayForm,
    Kind,
    Labels,
    Notice,
    Orientation,
    RunSheet,
    Sheet,
    Table,
)
from reports.texts import cell_text, printable

TEMPLATES = Path(__file__).parent / "templates"
STANDARD: Final = "a-2b"
#: between the margins of A4, in tenths of a point
PAGE_WIDTHS = {Orientation.PORTRAIT: 5210, Orientation.LANDSCAPE: 7670}
#: the largest type of a table, in tenths of a point
TYPE_SIZES = {Sheet: 100, RunSheet: 110, Labels: 110, DayForm: 105, Notice: 150, ClaimForm: 105}
#: the type of an annex of names, in which few of them are broken; with a smaller one upright, it lies
ANNEX_SIZE_MAX, ANNEX_SIZE_MIN = 90, 80
#: no word of running text is longer, in hundredths of an em: it would stand out of its box
WORD_MAX = 2500
LAYOUTS = {
    Sheet: "sheet",
    RunSheet: "run",
    Labels: "labels",
    DayForm: "day",
    Notice: "notice",
    ClaimForm: "claim",
}


def pdf(book: Book) -> bytes:
    """The book's PDF; the same book gives the same bytes."""
    plain = {
        "title": _shown(book.title),
        "families": FAMILIES,
        "pages": [_page(book, page) for page in book.pages],
    }
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders()
    )
    return typst.compile(
        TEMPLATES / "book.typ",
        root=TEMPLATES,
        font_paths=fonts,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"book": json.dumps(plain)},
        pdf_standards=STANDARD,
        timestamp=int(book.made_at.timestamp()),
        pdf_tags=False,
    )


def _page(book: Book, page: AnyPage) -> dict[str, object]:
    form = page if isinstance(page, DayForm) else None
    return {
        "layout": LAYOUTS[type(page)],
        "title": _shown(page.title),
        "is_landscape": page.orientation is Orientation.LANDSCAPE,
        "head": _lines(page.head),
        "tables": [_table(book, page, table, TYPE_SIZES[type(page)]) for table in page.tables],
        "amounts": [_lines((fact.label, fact.text)) for fact in form.amounts] if form else [],
        "remarks_caption": _shown(form.remarks_caption) if form else "",
        "remarks": [_lines((fact.label, fact.text)) for fact in form.remarks] if form else [],
        "notes": _lines(page.notes),
        "signatures": _lines(page.signatures),
        "foot": _lines(page.foot),
        "form": _claim(book, page) if isinstance(page, ClaimForm) else None,
    }


def _claim(book: Book, page: ClaimForm) -> dict[str, object]:
    laid, annex = page, None
    if page.annex is not None:
        annex = _annex(book, page, page.annex)
        if annex["size"] < ANNEX_SIZE_MIN:
            laid = replace(page, orientation=Orientation.LANDSCAPE)
            annex = _annex(book, laid, page.annex)
    return {
        "facts": [_lines((fact.label, fact.text)) for fact in page.facts],
        "opinions": _lines(page.opinions),
        "annex_title": _shown(page.annex_title),
        "annex_total": _shown(page.annex_total),
        "annex": annex,
        "annex_is_landscape": laid.orientation is Orientation.LANDSCAPE,
    }


def _annex(book: Book, page: ClaimForm, table: Table) -> dict[str, Any]:
    """The table, and the numbers of each row: what a page adds up is known when it is laid out."""
    numbers = [column.kind in NUMBERS and column.is_summed for column in table.columns]
    return _table(book, page, table, ANNEX_SIZE_MAX) | {
        "kinds": [
            column.kind if is_number else None
            for column, is_number in zip(table.columns, numbers, strict=True)
        ],
        "numbers": [
            [cell or 0 if is_number else 0 for cell, is_number in zip(row, numbers, strict=True)]
            for row in table.rows
        ],
    }


def _table(book: Book, page: AnyPage, table: Table, largest: int) -> dict[str, Any]:
    rows = [
        [
            on_paper(cell_text(book, column.kind, cell, grouping=","))
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in (*table.rows, *([table.totals] if table.totals else ()))
    ]
    fitted = fit(table.columns, rows, PAGE_WIDTHS[page.orientation], largest)
    return {
        "caption": _shown(table.caption),
        "titles": [_shown(column.title) for column in table.columns],
        "alignments": [_alignment(page, column.kind) for column in table.columns],
        "widths": fitted.widths,
        "size": fitted.size,
        "rows": [[breakable(*cell) for cell in zip(row, fitted.ems, strict=True)] for row in rows],
        "has_totals": table.totals is not None,
    }


def _alignment(page: AnyPage, kind: Kind) -> str:
    if kind in NUMBERS:
        return "right"
    return "left" if kind is Kind.TEXT and isinstance(page, Sheet) else "center"


def _lines(texts: tuple[str, ...]) -> list[str]:
    return [_shown(text) for text in texts]


def _shown(text: str) -> str:
    """Running text as the fonts can show it, an endless word broken."""
    return breakable(on_paper(printable(text)), WORD_MAX)
