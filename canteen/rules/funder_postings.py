"""What the books say of money between funders and us: payments, advances, donations. Pure.

Signs as in `rules.postings`: an advance and a fund are money that we hold for its giver.
"""

from datetime import date

from canteen.rules.postings import Posting, balanced

#: where the money of a payment comes from
SOURCES = ("bank", "advance", "fund")


def payment_postings(*, source: str, fen: int, funder_id: int) -> tuple[Posting, ...]:
    """A funder's debt paid: by bank, out of its advance, or by a fund from its money here. Negative fen:
    we pay back."""
    assert source in SOURCES, source
    from_whom = None if source == "bank" else funder_id
    return balanced(
        [
            Posting("receivable", fen, funder_id=funder_id),
            Posting(source, -fen, funder_id=from_whom),
        ]
    )


def advance_postings(*, fen: int, funder_id: int) -> tuple[Posting, ...]:
    """Money before any claim, in the bank; negative when the rest goes back."""
    return balanced([Posting("bank", -fen), Posting("advance", fen, funder_id=funder_id)])


def donation_postings(
    *, fen: int, pay: str, funder_id: int, booked_on: date
) -> tuple[Posting, ...]:
    """Money given to a fund: cash into the canteen's drawer of the day, or by phone or bank."""
    into = (
        Posting("cash_drawer", -fen, day=booked_on) if pay == "cash" else Posting("external", -fen)
    )
    return balanced([into, Posting("fund", fen, funder_id=funder_id)])
