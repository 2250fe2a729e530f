"""The vocabulary of a subsidy scheme (补贴办法) as frozen values: what a parsed file says.

Ground floor: `scheme_parser` makes these from TOML, `entitlement` and `split` read them. Whatever
can be worked out once (stages, order of groups, which quotas exist) is worked out here, so that
splitting a meal at noon only compares. SOURCE: scheme.md §2.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from canteen.rules.days import period_start

AREA_DIGITS = {"province": 2, "city": 4, "district": 6, "town": 9, "community": 12}
"""Digits of an area code at each level (GB/T 2260, then town and community)."""

QUOTA_WIDTHS = ("mealtime", "day", "week", "month", "year")
GOVERNMENT, CHARITY, CANTEEN = "government", "charity", "canteen"
PAYER_KINDS = (GOVERNMENT, CHARITY, CANTEEN)

FIXED, PERCENT, ELDER_PAYS, FREE = "fixed", "percent", "elder_pays", "free"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays a share (出资方). `kind` canteen is a discount of its own, never a subsidy."""

    code: str
    name: str
    kind: str

    @property
    def is_canteen(self) -> bool:
        """Whether its shares are the canteen's own discount (食堂让利)."""
        return self.kind == CANTEEN


@dataclass(frozen=True, slots=True)
class Rounding:
    """How percentages become fen: unit 1, 10, 50 or 100 fen; mode; whose side is rounded."""

    unit_fen: int = 1
    mode: str = "half_up"
    side: str = "payer"


@dataclass(frozen=True, slots=True)
class CategoryTerm:
    """A category a rule names: any level of it, or only the levels `low`–`high` (both included)."""

    code: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class AreaTest:
    """One condition on where the person is registered or lives.

    `fact` is `hukou` or `residence`; either `prefixes` (any of them) or `same_digits` (as many
    leading digits as the canteen's code) is given.
    """

    fact: str
    prefixes: tuple[str, ...] = ()
    same_digits: int = 0


@dataclass(frozen=True, slots=True)
class Who:
    """Conditions on the person; all of them hold, and one of `any_of` if it is not empty."""

    age_min: int | None = None
    age_below: int | None = None
    categories: tuple[CategoryTerm, ...] = ()
    not_categories: tuple[CategoryTerm, ...] = ()
    areas: tuple[AreaTest, ...] = ()
    any_of: tuple["Who", ...] = ()


@dataclass(frozen=True, slots=True)
class When:
    """Conditions on the moment; empty collections mean no condition.

    `windows` are minutes of the local day, start included, end excluded; `weekdays` 1 (Monday) to
    7; `days` is any, workday or rest_day.
    """

    mealtimes: frozenset[str] = frozenset()
    windows: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = frozenset()
    days: str = "any"
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Floor:
    """Condition on the price (list price or stage's base): ≥ `min_fen`, > `above_fen`."""

    min_fen: int | None = None
    above_fen: int | None = None
    of_base: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """What a rule pays of its stage's base.

    FIXED and ELDER_PAYS use `fen`; PERCENT pays `numerator`/`denominator` of the base, exactly
    (of `elder_pays_percent` the payer's part is kept here); `cap_fen` bounds PERCENT and FREE.
    """

    form: str
    fen: int = 0
    numerator: int = 0
    denominator: int = 1
    cap_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """Limits of a rule: `meals` (period, at most n meals of its group), `fen` (period, at most)."""

    meals: tuple[tuple[str, int], ...] = ()
    fen: tuple[tuple[str, int], ...] = ()
    ordinal: int | None = None

    @property
    def portions(self) -> int:
        """Highest portion of one mealtime the rule may pay: 1 unless `quota.mealtime` says more."""
        return max((limit for period, limit in self.meals if period == "mealtime"), default=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `parts`: (payer, weight) in file order, one entry unless it is split by ratio.
    `portions`: highest portion it may pay. `line`: where it stands in the file, if known."""

    index: int
    id: str
    stage: int
    group: str
    parts: tuple[tuple[Payer, int], ...]
    amount: Amount
    who: Who | None = None
    when: When | None = None
    floor: Floor | None = None
    quota: Quota | None = None
    from_on: date | None = None
    to_on: date | None = None
    portions: int = 1
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """An entitlement beside the meal, a claim line of its own: so much per delivery or per meal."""

    id: str
    payer: Payer
    per: Literal["delivery", "subsidised_meal", "elder_meal"]
    amount_fen: int
    to_whom: Literal["operator", "deliverer"]
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """From `min` (of the grant's basis) on, the grant is `amount_fen`."""

    min: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Grant:
    """An amount per period to the operator: fixed, or by the tier that its `basis` reaches."""

    id: str
    payer: Payer
    per: Literal["month", "quarter", "year"]
    amount_fen: int | None = None
    basis: str | None = None
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """The rules of one stage and its groups, both in file order (a group at its first rule)."""

    number: int
    rules: tuple[Rule, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A parsed scheme file. `version` is the hash of the text it was parsed from."""

    code: str
    name: str
    source: str
    version: str
    quota_scope: str
    age_counts_from: str
    rounding: Rounding
    payers: Mapping[str, Payer]
    categories: Mapping[str, str]
    rules: tuple[Rule, ...]
    stages: tuple[Stage, ...]
    services: tuple[Service, ...] = ()
    grants: tuple[Grant, ...] = ()
    widest_quota: str | None = None
    uses_workdays: bool = False

    def history_start(self, day: date) -> date | None:
        """First service date whose standing meals can matter to a meal of `day`; None: none matter.

        With a weekly and a monthly quota it is the earlier of both starts. Meals served *after*
        `day` but booked before count too (late swipes): a query must have no upper end at `day`.
        """
        starts = {_period_start(day, period) for rule in self.rules for period in _periods(rule)}
        return min(starts, default=None)


def _periods(rule: Rule) -> list[str]:
    if rule.quota is None:
        return []
    named = [period for period, _ in (*rule.quota.meals, *rule.quota.fen)]
    return named + (["day"] if rule.quota.ordinal is not None else [])


def _period_start(day: date, period: str) -> date:
    if period == "week":
        return period_start(day, "week")
    if period == "month":
        return period_start(day, "month")
    return period_start(day, "year") if period == "year" else day


def history_end(day: date, widest: str) -> date:
    """Last day of the widest period that `day` lies in, for queries that want an upper end."""
    if widest == "week":
        return period_start(day, "week") + timedelta(days=6)
    if widest == "month":
        return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if widest == "year":
        return day.replace(month=12, day=31)
    return day


def make_stages(rules: tuple[Rule, ...]) -> tuple[Stage, ...]:
    """The rules by ascending stage, file order kept inside each."""
    stages = []
    for number in sorted({rule.stage for rule in rules}):
        inside = tuple(rule for rule in rules if rule.stage == number)
        stages.append(Stage(number, inside, tuple(dict.fromkeys(rule.group for rule in inside))))
    return tuple(stages)


def find_widest_quota(rules: tuple[Rule, ...]) -> str | None:
    """The widest period any rule counts over (an ordinal: the day); None without quotas."""
    named = {period for rule in rules for period in _periods(rule)}
    return max(named, key=QUOTA_WIDTHS.index, default=None)


def scheme_version(text: str) -> str:
    """The version of a scheme's text: the first 12 hex digits of its SHA-256 (UTF-8)."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
