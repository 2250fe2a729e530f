"""What a check of the books finds: a breach says what does not hold, and where.

Ground floor: plain values that the checks fill and the command, the job and the tests read.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that does not hold: its code, the place (receipt, account, swipe …), and figures."""

    code: str
    place: str
    detail: str

    @property
    def text(self) -> str:
        """`purse_is_not_its_entries: elder P01: balance 500, entries 700`."""
        return f"{self.code}: {self.place}: {self.detail}"


@dataclass(slots=True)
class CheckReport:
    """Everything a check found, what it looked at, and how the audit trail is sealed."""

    breaches: list[Breach] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    unsealed: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.breaches
