"""The words of money between funders and canteens, for every door that shows it."""

from canteen.services.advances import KINDS as ADVANCE_KINDS
from canteen.services.donations import PAYS
from canteen.services.public_account import NO_NAME, SOURCES, WORDS
from canteen.web.i18n import pick

PAYMENT_SOURCES = {
    "bank": ("银行到账", "By bank"),
    "advance": ("从预拨中清算", "Out of the advance"),
    "fund": ("基金在这里的钱", "The fund’s money here"),
}
WAYS = {"in": ("对方付给我们", "They pay us"), "back": ("我们退给对方", "We pay back")}
RECEIVABLE_STATES = {
    "unclaimed": ("还没申报", "Not claimed yet", "info", "file"),
    "unclaimed_services": (
        "服务和补助还没申报",
        "Services and grants not claimed yet",
        "info",
        "file",
    ),
    "submitted": ("等审批", "Waits for approval", "info", "clock"),
    "approved": ("等拨款", "Waits for money", "plain", "clock"),
    "explained": ("差额等核销", "Difference to be written off", "warn", "clock"),
    "to_pay_back": ("要退给对方", "To be paid back", "bad", "undo"),
}
FUND_KINDS = {
    "donation": ("捐赠", "Donation"),
    "donation_back": ("捐赠冲销", "Donation taken back"),
    "payment": ("付申报", "Paid a claim"),
    "payment_back": ("付款冲销", "Payment taken back"),
}
REASONS = {
    "amount": ("金额相同", "same amount"),
    "number": ("写了申报号", "names the claim"),
    "funder": ("户名相符", "the funder’s name"),
}


def payment_source(code: str) -> str:
    """Where a payment's money came from."""
    return pick(*PAYMENT_SOURCES[code])


def advance_kind(code: str) -> str:
    """What happened to an advance."""
    return pick(*ADVANCE_KINDS[code])


def fund_kind(code: str) -> str:
    """What happened to a fund."""
    return pick(*FUND_KINDS[code])


def donation_pay(code: str) -> str:
    """How a donation was given."""
    return pick(*PAYS[code])


def reasons(codes: tuple[str, ...]) -> str:
    """What speaks for a match."""
    return pick("，", ", ").join(pick(*REASONS[code]) for code in codes)


def source(code: str) -> str:
    """One of the five sources of the meals' money."""
    return pick(*SOURCES[code])


def source_word(word: str) -> str:
    """A line below a source: one of our words, or a payer's name as it is."""
    return pick(*WORDS[word]) if word in WORDS else word


def no_name() -> str:
    """A giver who wishes no name."""
    return pick(*NO_NAME)
