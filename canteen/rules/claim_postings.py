"""What the books say when a claim is submitted or cut. Pure.

Shares and corrections were owed from the moment they were booked; services and grants are from the
submission on: the receivable is debited, whoever earned it credited.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from canteen.rules.postings import Posting, balanced


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a funder owes beside the meals: `account` services (the operator's), deliverers or grants."""

    account: str
    funder_id: int
    fen: int


def submission_postings(entitlements: Iterable[Entitlement]) -> tuple[Posting, ...]:
    """One line for each account and each funder."""
    earned: dict[str, int] = {}
    owed: dict[int, int] = {}
    for one in entitlements:
        earned[one.account] = earned.get(one.account, 0) + one.fen
        owed[one.funder_id] = owed.get(one.funder_id, 0) + one.fen
    return balanced(
        [
            *(Posting("receivable", -fen, funder_id=funder) for funder, fen in owed.items()),
            *(Posting(account, fen) for account, fen in earned.items()),
        ]
    )


def cut_postings(cut_fen: Mapping[int, int]) -> tuple[Posting, ...]:
    """What approvals took off, or what will never come, by funder id: no longer owed, borne by the
    canteen."""
    return balanced(
        [
            *(Posting("receivable", fen, funder_id=funder) for funder, fen in cut_fen.items()),
            Posting("write_off", -sum(cut_fen.values())),
        ]
    )
