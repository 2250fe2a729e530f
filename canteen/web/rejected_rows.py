"""The rows of a roster that were not taken, as a file to mend and send again: with the reason of each."""

from canteen import clock
from canteen.rules.grid import Typed
from canteen.rules.roster_text import cell_text
from canteen.web.i18n import gettext, pick
from canteen.web.roster_judging import STOPPED, Judged
from reports.sheets import Book, Column, Kind, Sheet, Table

#: columns whose digits are no number
DIGITS = ("id_number", "phone", "card")


def make_rejected_book(judged: Judged) -> Book:
    """The rows as they were sent and mended so far; an ID number that lost its digits is left blank."""
    columns = judged.file.header.columns
    rows = {row.number: row for row in judged.grid.rows}
    lines: list[tuple[str | int | None, ...]] = []
    for item in sorted(judged.stopped, key=lambda one: one.row):
        typed = judged.sent.fixes.typed.get(item.row, {})
        cells: list[str | int | None] = [item.row]
        for column in columns:
            cell = rows[item.row].cell(column.index)
            field = column.field or ""
            if field in typed:
                cells.append(typed[field])
            elif field == "id_number" and isinstance(cell, Typed):
                cells.append(None)
            else:
                cells.append(cell_text(cell) or None)
        wrong = [one for one in item.findings if one.weight in STOPPED]
        cells.append("；".join(dict.fromkeys(pick(one.zh, one.en) for one in wrong)))
        lines.append(tuple(cells))
    table = Table(
        columns=(
            Column(gettext("row in the file sent"), Kind.COUNT, is_summed=False),
            *(Column(one.label, Kind.ID if one.field in DIGITS else Kind.TEXT) for one in columns),
            Column(gettext("what is wrong")),
        ),
        rows=tuple(lines),
    )
    title = gettext("Rows to mend")
    sheet = Sheet(title=title, head=(judged.sent.name,), table=table, name=title)
    return Book(title=f"{title} {judged.sent.name}", made_at=clock.instant(), pages=(sheet,))
