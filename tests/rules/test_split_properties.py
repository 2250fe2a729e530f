"""Random schemes, people and histories: the split against its slow double, and what always holds."""

import tomllib
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from canteen.rules.case_reader import parse_case
from canteen.rules.days import period_start
from canteen.rules.quote import quote_case
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.split import amount_fen, split, split_by_ratio
from canteen.rules.workdays import PUBLISHED
from tests.rules.making import PAYERS, make_meal, make_person, make_scheme
from tests.rules.slow_split import slow_quotes

Raw = dict[str, Any]

PERCENTS = st.sampled_from(["0", "10", "15", "25", "33.3", "50", "66.67", "90", "100"])
AMOUNTS = st.one_of(
    st.fixed_dictionaries({"fixed_fen": st.integers(0, 900)}),
    st.fixed_dictionaries({"percent": PERCENTS}, optional={"cap_fen": st.integers(1, 900)}),
    st.fixed_dictionaries({"elder_pays_fen": st.integers(0, 900)}),
    st.fixed_dictionaries({"elder_pays_percent": PERCENTS}),
    st.fixed_dictionaries({"free": st.just(True)}, optional={"cap_fen": st.integers(1, 900)}),
)
AREAS = [
    "45",
    "4507",
    "450702",
    "450702003",
    "450702003005",
    "450702004001",
    "4401",
    "440118103001",
]
CATEGORIES = ["dibao", "tekun", "disability", "disability:1-2", "disability:3", "nursing_home"]
PLAIN_WHO: dict[str, st.SearchStrategy[Any]] = {
    "age_min": st.integers(55, 80),
    "age_below": st.integers(81, 95),
    "category": st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2),
    "not_category": st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2),
    "hukou_in": st.lists(st.sampled_from(AREAS), min_size=1, max_size=2),
    "residence_in": st.lists(st.sampled_from(AREAS), min_size=1, max_size=2),
    "hukou_same": st.sampled_from(["province", "city", "district", "town", "community"]),
    "residence_same": st.sampled_from(["province", "city", "district", "town", "community"]),
}


def _few(options: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[Raw]:
    """A table of at most `most` of the options, so that conditions do hold now and then."""
    names = st.lists(st.sampled_from(sorted(options)), max_size=most, unique=True)
    return names.flatmap(lambda keys: st.fixed_dictionaries({key: options[key] for key in keys}))


INNER_WHO = _few(PLAIN_WHO, 2).filter(bool)
WHO = _few({**PLAIN_WHO, "any": st.lists(INNER_WHO, min_size=1, max_size=3)}, 2)
WINDOWS = st.lists(
    st.sampled_from([["07:00", "12:00"], ["11:30", "12:30"], ["17:00", "24:00"]]), min_size=1
)
WHEN = _few(
    {
        "mealtimes": st.lists(st.sampled_from(["breakfast", "lunch", "dinner"]), min_size=1),
        "window": WINDOWS,
        "weekdays": st.lists(st.integers(1, 7), min_size=3),
        "days": st.sampled_from(["any", "workday", "rest_day"]),
        "channels": st.lists(st.sampled_from(["dine_in", "take_away", "delivery"]), min_size=1),
    },
    1,
)
PRICE = _few(
    {
        "min_fen": st.integers(0, 1500),
        "above_fen": st.integers(0, 1500),
        "basis": st.sampled_from(["list", "net"]),
    },
    2,
)
QUOTA = _few(
    {
        "mealtime": st.integers(1, 3),
        "day": st.integers(1, 2),
        "week": st.integers(1, 4),
        "month": st.integers(1, 6),
        "day_fen": st.integers(1, 900),
        "week_fen": st.integers(1, 2000),
        "month_fen": st.integers(1, 3000),
        "year_fen": st.integers(1, 4000),
        "ordinal": st.integers(1, 3),
    },
    2,
)
SINGLE = st.sampled_from(["gov", "city", "district", "street", "fund", "canteen"])
RATIO = st.dictionaries(SINGLE, st.integers(1, 5), min_size=1, max_size=3)
RULES = st.fixed_dictionaries(
    {"amount": AMOUNTS, "payer": SINGLE | RATIO},
    optional={
        "group": st.sampled_from(["g", "h"]),
        "stage": st.integers(-1, 2),
        "who": WHO,
        "when": WHEN,
        "price": PRICE,
        "quota": QUOTA,
        "from": st.dates(date(2026, 1, 1), date(2026, 3, 10)),
        "to": st.dates(date(2026, 3, 10), date(2026, 12, 31)),
    },
)
ROUNDINGS = st.fixed_dictionaries(
    {},
    optional={
        "unit_fen": st.sampled_from([1, 10, 50, 100]),
        "mode": st.sampled_from(["half_up", "half_even", "down", "up"]),
        "side": st.sampled_from(["payer", "elder"]),
    },
)
COUNTS = st.sampled_from(["birthday", "day_after", "next_month", "year_start"])
HELD = st.fixed_dictionaries(
    {"code": st.sampled_from(["dibao", "tekun", "disability", "nursing_home"])},
    optional={
        "level": st.none() | st.integers(1, 4),
        "from": st.sampled_from([None, "2020-01-01", "2026-03-10"]),
        "to": st.sampled_from([None, "2026-03-10", "2026-12-31"]),
    },
)
PEOPLE = st.fixed_dictionaries(
    {
        "born": st.none() | st.dates(date(1930, 1, 1), date(1970, 12, 31)).map(date.isoformat),
        "hukou": st.none() | st.sampled_from(AREAS),
        "residence": st.none() | st.sampled_from(AREAS),
        "categories": st.lists(HELD, max_size=3),
    }
)
CLOCKS = {"breakfast": "07:10:00", "lunch": "11:59:59", "dinner": "17:30:00"}
MEALS = st.builds(
    lambda day, mealtime, price, channel, site, portion: {
        "price_fen": price,
        "at": f"{day}T{CLOCKS[mealtime]}+08:00",
        "mealtime": mealtime,
        "channel": channel,
        "site": site,
        "portion": portion,
    },
    st.dates(date(2026, 2, 26), date(2026, 3, 12)),
    st.sampled_from(sorted(CLOCKS)),
    st.integers(0, 2000),
    st.sampled_from(["dine_in", "take_away", "delivery"]),
    st.sampled_from([None, "450702", "450702003005", "450702004001"]),
    st.sampled_from([1, 1, 1, 2]),
)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _text(rules: list[Raw], rounding: Raw, counts: str) -> str:
    blocks = []
    for number, rule in enumerate(rules):
        body = {"id": f"r{number}", **rule}
        if isinstance(rule["payer"], dict):
            body.setdefault("group", "ratio")
        lines = "\n".join(f"{key} = {_toml(value)}" for key, value in body.items())
        blocks.append(f"[[rule]]\n{lines}\n")
    head = f'code = "test"\nage_counts_from = "{counts}"\nrounding = {_toml(rounding)}\n'
    return head + PAYERS + "\n".join(blocks)


TEXTS = st.builds(_text, st.lists(RULES, min_size=1, max_size=6), ROUNDINGS, COUNTS)


@settings(max_examples=400)
@given(text=TEXTS, person=PEOPLE, meals=st.lists(MEALS, min_size=1, max_size=8))
def test_the_split_is_what_its_slow_double_says(text: str, person: Raw, meals: list[Raw]) -> None:
    scheme = parse_scheme(text)
    results = quote_case(scheme, parse_case({"person": person, "meals": meals}))
    slow = slow_quotes(
        tomllib.loads(text), {"person": person, "meals": meals}, PUBLISHED.is_workday
    )
    for result, wanted in zip(results, slow, strict=True):
        assert {(share.rule, share.payer): share.fen for share in result.shares} == wanted
        paying = {share.rule for share in result.shares}
        assert {reason.rule for reason in result.reasons if reason.applied} == paying
        assert [reason.rule for reason in result.reasons] == [rule.id for rule in scheme.rules]


@settings(max_examples=200)
@given(text=TEXTS, person=PEOPLE, meals=st.lists(MEALS, min_size=1, max_size=12))
def test_nothing_is_lost_and_no_quota_is_passed(text: str, person: Raw, meals: list[Raw]) -> None:
    scheme = parse_scheme(text)
    results = quote_case(scheme, parse_case({"person": person, "meals": meals}))
    for meal, result in zip(meals, results, strict=True):
        shares = [share.fen for share in result.shares]
        assert min(shares, default=1) > 0
        assert 0 <= result.elder_fen <= meal["price_fen"]
        assert result.elder_fen + sum(shares) == meal["price_fen"]
        assert result.subsidy_fen + result.discount_fen == sum(shares)
    _assert_quotas(scheme, meals, [result.shares for result in results])


def _assert_quotas(scheme: Scheme, meals: list[Raw], given_shares: list[Any]) -> None:
    """A group all of whose rules state a limit never passes the widest of these limits."""
    for group in {rule.group for rule in scheme.rules}:
        rules = [rule for rule in scheme.rules if rule.group == group]
        for kind in ("meals", "fen"):
            for period in ("mealtime", "day", "week", "month", "year"):
                limits = [
                    dict(getattr(rule.quota, kind)).get(period) if rule.quota else None
                    for rule in rules
                ]
                if None in limits:
                    continue
                used: dict[Any, int] = defaultdict(int)
                for meal, shares in zip(meals, given_shares, strict=True):
                    fen = sum(share.fen for share in shares if share.group == group)
                    used[_period_key(period, meal)] += fen if kind == "fen" else fen > 0
                assert max(used.values()) <= max(limit for limit in limits if limit is not None)


def _period_key(period: Any, meal: Raw) -> Any:
    day = datetime.fromisoformat(meal["at"]).date()
    if period in ("mealtime", "day"):
        return (day, meal["mealtime"]) if period == "mealtime" else day
    return period_start(day, period)


@given(
    fixed=st.lists(st.integers(0, 900), min_size=1, max_size=5),
    price=st.integers(0, 5000),
    more=st.integers(0, 5000),
)
def test_a_dearer_meal_is_never_cheaper_for_the_elder_under_fixed_amounts(
    fixed: list[int], price: int, more: int
) -> None:
    scheme = make_scheme(
        *(f'group = "g{n % 3}"\namount = {{ fixed_fen = {fen} }}' for n, fen in enumerate(fixed))
    )
    person = make_person()
    cheap, dear = (
        split(scheme, person, make_meal(fen), (), PUBLISHED).elder_fen
        for fen in (price, price + more)
    )
    assert cheap <= dear


@given(price=st.integers(0, 10_000), more=st.integers(0, 1000), amount=AMOUNTS, rounding=ROUNDINGS)
def test_an_amount_other_than_fixed_is_never_more_than_its_base(
    price: int, more: int, amount: Raw, rounding: Raw
) -> None:
    scheme = parse_scheme(_text([{"amount": amount, "payer": "gov"}], rounding, "birthday"))
    for base in (price, price + more):
        fen = amount_fen(scheme.rules[0].amount, base, scheme.rounding)
        assert fen >= 0
        assert fen <= base or "fixed_fen" in amount


@given(weights=st.lists(st.integers(1, 50), min_size=1, max_size=6), fen=st.integers(0, 100_000))
def test_a_ratio_loses_nothing_and_is_within_a_fen_of_exact(weights: list[int], fen: int) -> None:
    payers = list(make_scheme("amount = { free = true }").payers.values())
    parts = split_by_ratio(list(zip(payers, weights, strict=False)), fen)
    used = weights[: len(payers)]
    assert sum(part for _, part in parts) == fen
    for (_, part), weight in zip(parts, used, strict=True):
        assert abs(part * sum(used) - fen * weight) < sum(used)
    equal = [part for _, part in split_by_ratio([(payer, 1) for payer in payers], fen)]
    assert max(equal) - min(equal) <= 1
