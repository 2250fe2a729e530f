"""What the pages of funders' money share: who may see and record it, its words' lengths, a claim's money."""

from canteen.rules.roles import may
from canteen.services import claim_payments
from canteen.services.claim_payments import ClaimMoney
from canteen.web.auth import missing, require
from canteen.web.house import database

VIEW, PAY = "claim.view", "claim.pay"
NOTE_LENGTH_MAX, REFERENCE_LENGTH_MAX, PURPOSE_LENGTH_MAX, UID_LENGTH_MAX = 500, 60, 120, 36


def get_money(permission: str, number: str) -> ClaimMoney:
    """The money of a claim, if the person has `permission` at its canteen."""
    person = require(permission)
    money = database().read(claim_payments.find_claim_money, number=number)
    if money is None or not may(person.grants, permission, money.place):
        raise missing()
    return money
