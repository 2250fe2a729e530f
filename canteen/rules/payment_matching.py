"""Which claim a movement of the bank account may pay: proposals with their reasons; a person confirms.

Ground floor: pure. Nothing is matched by an amount alone, because two claims may ask the same.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FOLDED = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a funder still owes of a claim."""

    number: str
    funder: str
    funder_name: str
    open_fen: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A claim that a movement may pay; `reasons` of amount, number, funder."""

    candidate: Candidate
    reasons: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether the amount and a word beside it agree."""
        return "amount" in self.reasons and len(self.reasons) > 1


def propose(
    fen: int, counterparty: str, remark: str, candidates: Iterable[Candidate]
) -> list[Proposal]:
    """The claims that the amount, the funder's name or the claim's number speak for, best first."""
    words = _fold(f"{counterparty} {remark}")
    owing = [one for one in candidates if one.open_fen and (one.open_fen > 0) == (fen > 0)]
    named = _named(words, owing)
    found = []
    for one in owing:
        agrees = {
            "amount": one.open_fen == fen,
            "number": one.number in named,
            "funder": _fold(one.funder_name) in words,
        }
        reasons = tuple(reason for reason, holds in agrees.items() if holds)
        if reasons and reasons != ("funder",):
            found.append(Proposal(one, reasons))
    return sorted(found, key=lambda one: (-len(one.reasons), "amount" not in one.reasons,
                                          one.candidate.number, one.candidate.funder))  # fmt: skip


def _named(words: str, candidates: Sequence[Candidate]) -> set[str]:
    """The claim numbers that stand in the words; one that only begins a longer one that stands there
    does not count."""
    standing = {one.number for one in candidates if _fold(one.number) in words}
    return {
        number
        for number in standing
        if not any(_fold(other).startswith(_fold(number)) for other in standing - {number})
    }


def _fold(text: str) -> str:
    """Letters and digits alone, as people write them in a remark."""
    return _FOLDED.sub("", text.lower())
