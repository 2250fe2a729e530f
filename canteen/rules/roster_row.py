"""What one row of a roster says, read: the person's values, and the cells they were read from.

Ground floor, below `roster_person` and `roster_identity`, which fill it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from canteen.rules.grid import Cell, Typed, cell_name
from canteen.rules.roster_categories import Said
from canteen.rules.roster_text import cell_text
from canteen.rules.roster_values import CONFIRMABLE, Finding, Weight, mask

_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person as a row tells of her; None where the row is silent. `cleared` are the fields with the
    explicit mark 清除; `community`, `hukou` and `residence` are still words."""

    row: int
    name: str
    id_number: str | None = None
    sex: str | None = None
    born: date | None = None
    phone: str | None = None
    community: str | None = None
    address: str | None = None
    hukou: str | None = None
    residence: str | None = None
    categories: tuple[Said, ...] = ()
    card: str | None = None
    diet: str | None = None
    cleared: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    @property
    def weight(self) -> Weight | None:
        """The gravest of its findings: refuse, hold, note or None."""
        weights = {finding.weight for finding in self.findings}
        return next((one for one in ("refuse", "hold", "note") if one in weights), None)


@dataclass(slots=True)
class PersonCells:
    """The cells of one row by field, their clean `texts`, and how to name them: `labels`, `places`."""

    row: int
    cells: dict[str, Cell]
    texts: dict[str, str]
    labels: Mapping[str, str]
    places: Mapping[str, int]
    is_1904: bool
    today: date
    #: whether cards of the file are written in hexadecimal
    has_hex_cards: bool = False
    #: codes of holds that a person has already decided for this row
    confirmed: frozenset[str] = frozenset()
    findings: list[Finding] = field(default_factory=list)

    def text(self, of: str) -> str:
        return self.texts.get(of, "")

    def fill(self, covered: Mapping[str, Cell]) -> None:
        """Give empty cells what a merged cell shows over them."""
        for of, cell in covered.items():
            if cell is not None and self.cells[of] is None:
                self.cells[of], self.texts[of] = cell, cell_text(cell)

    def overwrite(self, typed: Mapping[str, str]) -> None:
        """Take what a person typed on the page instead of the file's cells."""
        for of, text in typed.items():
            self.cells[of], self.texts[of] = text, cell_text(text)

    def place(self, of: str) -> str:
        """D2."""
        return cell_name(self.places[of], self.row) if of in self.places else of

    def say(
        self, weight: Weight, code: str, zh: str, en: str, of: str, guess: str | None = None
    ) -> None:
        if weight == "hold" and code in self.confirmed & CONFIRMABLE:
            return
        said = mask(of, self.text(of))
        label = self.labels.get(of, "")
        self.findings.append(Finding(weight, code, zh, en, of, label, said, guess))

    def add(self, finding: Finding | None) -> None:
        if finding is not None:
            self.say(
                finding.weight, finding.code, finding.zh, finding.en, finding.field, finding.guess
            )


def is_odd(cell: Cell) -> bool:
    """A formula that nobody calculated, or an error (in a CSV file: its text)?"""
    if isinstance(cell, Typed):
        return cell.kind in ("formula", "error")
    return cell is not None and cell.startswith("#") and _ERROR.fullmatch(cell) is not None
