"""What the checks of a month or a claim found, as plain values.

Ground floor. A check never refuses a person her meal and never undoes anything; it shows the rows it
saw, says what it thinks of them in a plain sentence, and waits for a person's answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

#: how strict a check is, the strictest first: it blocks, asks for a written answer, or only notes
LEVELS = ("block", "explain", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """A row that a check saw: enough to find it again, with the figures that matter."""

    zh: str
    en: str
    #: what a hold would name (`meal:12`), and the receipt
    item: str | None = None
    receipt: str | None = None
    at: datetime | None = None
    fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. `key` is the same whenever it is found again: a remark of the day's end answers it in
    the claim as well."""

    code: str
    key: str
    zh: str
    en: str
    rows: Sequence[SeenRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A check with all it found, and the one figure it shows when it found nothing ("25 / 25")."""

    code: str
    #: its name, as a statement that holds when nothing is found: 每天都签结
    zh: str
    en: str
    #: what it looks for and why, for who wants to know
    about_zh: str
    about_en: str
    level: str
    #: of a finding it keeps the rows out of a claim until a person decides
    holds_out: bool = False
    shown: str = ""
    findings: Sequence[Finding] = ()
    #: key → what a person answered, newest
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_passed(self) -> bool:
        """Nothing found."""
        return not self.findings

    @property
    def waits(self) -> list[Finding]:
        """Findings that ask for an answer and have none yet."""
        if self.level != "explain":
            return []
        return [one for one in self.findings if one.key not in self.answers]

    @property
    def stops(self) -> bool:
        """Whether a claim may not go on: it blocks, or an answer is missing."""
        return (bool(self.findings) and self.level == "block") or bool(self.waits)
