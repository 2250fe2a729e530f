"""The terms of a sale, as a keyed sale and a meal without a card share them."""

from canteen.web.fields import AmountFen, Choice, Several, Strict, Words, YesNo

CHANNELS = ("dine_in", "take_away")
WAYS_TO_PAY = ("purse", "purse_then_cash", "cash", "external")
DISHES_MAX = 20


class SaleTerms(Strict):
    """What is sold, how it is taken and how it is paid."""

    kind = Choice("set", "amount", "dishes", load_default="set")
    set_meal = Words(longest=40, load_default=None, allow_none=True)
    amount_fen = AmountFen(load_default=None, allow_none=True)
    dishes = Several(Words(longest=40), least=0, most=DISHES_MAX, load_default=list)
    channel = Choice(*CHANNELS, load_default=None, allow_none=True)
    pay = Choice(*WAYS_TO_PAY, load_default="purse")
    reference = Words(longest=64, load_default=None, allow_none=True)
    second = YesNo(load_default=False)
