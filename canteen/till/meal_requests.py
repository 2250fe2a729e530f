"""A meal asked for, and what came of it: plain values between the till's parts."""

from dataclasses import dataclass
from datetime import date, datetime

from canteen.rules.postings import Payment
from canteen.rules.split import Split
from canteen.till.facts import ElderFacts
from canteen.till.places import CanteenPlace
from canteen.till.quotes import FirstMeal


@dataclass(frozen=True, slots=True)
class Keyed:
    """What the cashier keyed. `amount_fen` None: the set meal `set_meal` at its price of the moment."""

    set_meal: str | None = None
    amount_fen: int | None = None
    label_zh: str | None = None
    label_en: str | None = None
    channel: str | None = None
    pay: str = "purse"
    reference: str | None = None
    second: bool = False


PLAIN = Keyed()


@dataclass(frozen=True, slots=True)
class Request:
    """A meal asked for: at a counter by a swipe or by hand, or by a delivery. `elder` None is a guest."""

    uid: str
    canteen: CanteenPlace
    elder: ElderFacts | None
    balance_fen: int
    read_at: datetime
    keyed: Keyed
    booked_by: str
    counter_id: int | None = None
    is_late: bool = False
    swipe_id: str | None = None
    manual_reason: str | None = None
    #: of a delivery, paid beside the elder's part
    fee_fen: int = 0
    #: nobody ate it: only the elder's part of it is kept
    is_kept: bool = False

    @property
    def is_manual(self) -> bool:
        """Served without the elder's own card."""
        return self.manual_reason is not None

    @property
    def is_unguarded(self) -> bool:
        """Eaten already, or on its way to the door: a short purse does not stop it."""
        return self.is_late or self.keyed.channel == "delivery"


@dataclass(frozen=True, slots=True)
class Refusal:
    """No meal, and why: an outcome code and what the screens need to say so."""

    code: str
    reason: str | None = None
    mealtime: str | None = None
    first: FirstMeal | None = None
    elder_fen: int | None = None
    balance_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A booked meal, as answers and screens tell of it."""

    meal_id: int
    uid: str
    outcome: str
    reason: str | None
    receipt: str
    served_on: date
    booked_on: date
    mealtime: str
    portion: int
    channel: str
    label_zh: str
    label_en: str
    split: Split
    payment: Payment
    payer_names: dict[str, str]
    balance_fen: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Priced:
    """The price and name of what is sold."""

    price_fen: int
    price_id: int | None
    label_zh: str
    label_en: str
    channel: str
