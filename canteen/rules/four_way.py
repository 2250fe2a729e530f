"""The four-way close of a day: taps against meals, money against the books and the drawers, portions
against meals, deliveries against meals and service lines.

Ground floor: plain facts in, lines out. A line has two sides that should be equal, and names the rows
by which they are not. Nothing is judged that somebody wrote by hand: it is compared with what is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from canteen.rules.days import MEALTIMES
from canteen.rules.outcomes import ACCEPTED

#: way → its name
WAYS: Mapping[str, tuple[str, str]] = {
    "swipes": ("刷卡与用餐", "Taps and meals"),
    "money": ("钱、账簿与钱箱", "Money, books and drawers"),
    "portions": ("份数", "Portions"),
    "deliveries": ("送餐", "Deliveries"),
}
#: code of a line → what stands on its one side, and on its other
SIDES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "card": (("收下的刷卡", "Taps accepted"), ("刷卡记的餐", "Meals by card")),
    "no_card": (
        ("没刷上卡的餐", "Meals without an accepted tap"),
        ("有经手或送餐记录的", "of these with an act or a delivery behind them"),
    ),
    "sales": (("餐费", "List prices"), ("账簿：餐费收入", "Books: meal sales")),
    "delivery_fees": (("送餐费", "Delivery fees"), ("账簿：送餐费", "Books: delivery fees")),
    "purse": (("储值账户进出", "In and out of purses"), ("账簿：储值账户", "Books: purses")),
    "cash_drawer": (("现金收付", "Cash taken and given"), ("账簿：钱箱", "Books: drawers")),
    "external": (("扫码等外部收款", "External payments"), ("账簿：外部收款", "Books: external")),
    "cash_rounding": (("抹零", "Cash rounding"), ("账簿：抹零", "Books: cash rounding")),
    "receivable": (("补贴份额", "Subsidy shares"), ("账簿：应收补贴", "Books: receivable")),
    "discount": (("食堂让利", "Canteen discount"), ("账簿：让利", "Books: discount")),
    "bank": (("期初余额", "Opening balances"), ("账簿：银行", "Books: bank")),
    "fund": (("捐款", "Donations"), ("账簿：基金", "Books: funds")),
    "elder_debt": (("待收", "Debts recorded"), ("账簿：待收", "Books: debts")),
    "write_off": (("更正由食堂承担", "Corrections borne"), ("账簿：核销", "Books: write-off")),
    "drawer": (("账簿：该有现金", "Books: cash due"), ("点得现金", "Cash counted")),
    "portions": (("出餐减剩余", "Cooked less left"), ("吃了的餐", "Meals eaten")),
    "went_out": (
        ("出发的家数", "Deliveries that went out"),
        ("送到与没送成", "Delivered and failed"),
    ),
    "delivered": (("送到的份数", "Portions delivered"), ("送餐记的餐", "Meals by delivery")),
    "services": (
        ("送餐补贴行", "Service lines"),
        ("其中属于送到的", "of these of deliveries that arrived"),
    ),
}
MONEY = ("sales", "delivery_fees", "purse", "cash_drawer", "external", "cash_rounding",
         "receivable", "discount", "bank", "fund", "elder_debt", "write_off")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What a difference is about: meal, top_up, pay_out, correction by receipt; swipe, journal,
    delivery by id."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """Two sides that should be equal; None: nobody counted. `subject` is a mealtime or a counter."""

    way: str
    code: str
    subject: str
    is_money: bool
    here: int | None
    there: int | None
    rows: tuple[Row, ...] = ()

    @property
    def difference(self) -> int | None:
        """By how much the first side is more; None where one was not counted."""
        return None if self.here is None or self.there is None else self.here - self.there

    @property
    def is_even(self) -> bool:
        """Whether both sides are equal and no row stands alone."""
        return self.difference == 0 and not self.rows


@dataclass(frozen=True, slots=True)
class Tap:
    """A swipe, and the receipt of the meal it made."""

    id: str
    outcome: str
    receipt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A meal on its service date; `source` is what stands behind one whose tap was refused, or that has
    none: act, food_given, delivery."""

    receipt: str
    mealtime: str
    swipe: str | None
    source: str | None
    is_eaten: bool


@dataclass(frozen=True, slots=True)
class Booked:
    """Something booked: what its row says should stand on each kind of account, and what does."""

    kind: str
    receipt: str
    said: Mapping[str, int]
    posted: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A delivery: how many meals somebody ate of it, how many service lines stand for it."""

    uid: str
    state: str
    portions: int
    attempts: int
    eaten: tuple[str, ...]
    services: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What was kept of one canteen's day."""

    day: date
    taps: Sequence[Tap] = ()
    served: Sequence[Served] = ()
    booked: Sequence[Booked] = ()
    #: journal entries of nothing that is booked, with what they posted
    strays: Sequence[tuple[int, Mapping[str, int]]] = ()
    #: counter → what the books expect in its drawer, and what was counted
    drawers: Mapping[str, tuple[int, int | None]]
    #: mealtime → cooked, left
    portions: Mapping[str, tuple[int, int | None]]
    carried: Sequence[Carried] = ()


def close(facts: DayFacts) -> list[Line]:
    """Every line of the day, in the order of `WAYS`."""
    return [
        *_close_taps(facts.taps, facts.served),
        *_close_money(facts),
        *_close_portions(facts.served, facts.portions),
        *_close_deliveries(facts.carried, facts.served),
    ]


def _close_taps(taps: Sequence[Tap], served: Sequence[Served]) -> list[Line]:
    accepted = {tap.id for tap in taps if tap.outcome in ACCEPTED}
    made = {tap.id for tap in taps if tap.receipt is not None}
    by_card: list[Served] = []
    others: list[Served] = []
    for meal in served:
        # a refused tap that a cashier answered (cash for a short purse) makes a meal of her act
        is_tapped = meal.swipe is not None and (meal.swipe in accepted or meal.source is None)
        (by_card if is_tapped else others).append(meal)
    alone = [
        *(Row("swipe", tap) for tap in sorted(accepted - made)),
        *(Row("meal", meal.receipt) for meal in by_card if meal.swipe not in accepted),
    ]
    of_nothing = tuple(Row("meal", meal.receipt) for meal in others if meal.source is None)
    behind = len(others) - len(of_nothing)
    return [
        Line("swipes", "card", "", False, len(accepted), len(by_card), tuple(alone)),
        Line("swipes", "no_card", "", False, len(others), behind, of_nothing),
    ]


def _close_money(facts: DayFacts) -> list[Line]:
    lines = []
    for kind in MONEY:
        said = sum(one.said.get(kind, 0) for one in facts.booked)
        posted = sum(one.posted.get(kind, 0) for one in facts.booked)
        posted += sum(fen.get(kind, 0) for _, fen in facts.strays)
        rows = [
            *(
                Row(one.kind, one.receipt)
                for one in facts.booked
                if one.said.get(kind, 0) != one.posted.get(kind, 0)
            ),
            *(Row("journal", str(number)) for number, fen in facts.strays if fen.get(kind, 0)),
        ]
        if said or posted or rows:
            lines.append(Line("money", kind, "", True, said, posted, tuple(rows)))
    lines += [
        Line("money", "drawer", counter, True, due, counted)
        for counter, (due, counted) in sorted(facts.drawers.items())
        if due or counted is not None
    ]
    return lines


def _close_portions(
    served: Sequence[Served], portions: Mapping[str, tuple[int, int | None]]
) -> list[Line]:
    eaten = Counter(meal.mealtime for meal in served if meal.is_eaten)
    lines = []
    for mealtime in MEALTIMES:
        cooked, left = portions.get(mealtime, (None, None))
        if mealtime in portions or eaten[mealtime]:
            handed_out = None if cooked is None or left is None else cooked - left
            lines.append(Line("portions", "portions", mealtime, False, handed_out, eaten[mealtime]))
    return lines


def _close_deliveries(carried: Sequence[Carried], served: Sequence[Served]) -> list[Line]:
    if not carried and not any(meal.source == "delivery" for meal in served):
        return []
    out = [one for one in carried if one.attempts]
    done = [one for one in carried if one.state in ("delivered", "failed")]
    delivered = [one for one in carried if one.state == "delivered"]
    known = {receipt for one in carried for receipt in one.eaten}
    eaten = [meal.receipt for meal in served if meal.source == "delivery" and meal.is_eaten]
    unequal = [
        *(
            Row("delivery", one.uid)
            for one in carried
            if len(one.eaten) != (one.portions if one.state == "delivered" else 0)
        ),
        *(Row("meal", receipt) for receipt in eaten if receipt not in known),
    ]
    still_out = tuple(Row("delivery", one.uid) for one in carried if one.state == "out")
    unowed = tuple(Row("delivery", one.uid) for one in carried
                   if one.services and one.state != "delivered")  # fmt: skip
    services = sum(one.services for one in carried)
    return [
        Line("deliveries", "went_out", "", False, len(out), len(done), still_out),
        Line(
            "deliveries",
            "delivered",
            "",
            False,
            sum(one.portions for one in delivered),
            len(known | set(eaten)),
            tuple(unequal),
        ),
        Line(
            "deliveries",
            "services",
            "",
            False,
            services,
            sum(one.services for one in delivered),
            unowed,
        ),
    ]


def add_days(days: Iterable[Sequence[Line]]) -> list[Line]:
    """The lines of several days together, by code and subject, with every row that stands alone. A sum
    of which a day was not counted is not counted either."""
    grouped: dict[tuple[str, str, str, bool], list[Line]] = defaultdict(list)
    for lines in days:
        for line in lines:
            grouped[line.way, line.code, line.subject, line.is_money].append(line)
    order = {code: n for n, code in enumerate((*SIDES, *MEALTIMES))}
    return [
        Line(
            *key,
            _add(line.here for line in lines),
            _add(line.there for line in lines),
            tuple(row for line in lines for row in line.rows),
        )
        for key, lines in sorted(
            grouped.items(), key=lambda one: (order[one[0][1]], order.get(one[0][2], 0), one[0][2])
        )
    ]


def _add(sides: Iterable[int | None]) -> int | None:
    numbers = list(sides)
    return None if None in numbers else sum(number or 0 for number in numbers)
