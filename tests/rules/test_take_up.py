"""Who a scheme would give anything to, whatever she eats."""

from datetime import date

import pytest

from canteen.rules.meal_facts import Held, Person
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.take_up import is_entitled
from canteen.rules.workdays import PUBLISHED

SCHEME = """
code = "x"
name = "x"
source = "tests"
[payer.gov]
name = "区级"
kind = "government"
[payer.own]
name = "食堂"
kind = "canteen"
[category.dibao]
name = "低保"
[[rule]]
id = "old"
payer = "gov"
amount = { fixed_fen = 300 }
from = 2026-01-01
to = 2026-12-31
who = { age_min = 60 }
[[rule]]
id = "poor"
payer = "gov"
amount = { fixed_fen = 300 }
who = { category = ["dibao"] }
when = { mealtimes = ["dinner"] }
[[rule]]
id = "own"
payer = "own"
amount = { fixed_fen = 100 }
"""


@pytest.mark.parametrize(
    ("person", "day", "is_so"),
    [
        (Person(date(1966, 11, 25)), date(2026, 11, 25), True),
        (Person(date(1966, 11, 25)), date(2026, 11, 24), False),
        (Person(date(1940, 1, 1)), date(2027, 1, 1), False),  # the rule has expired
        (Person(None), date(2026, 11, 25), False),  # unknown never qualifies
        (Person(None, categories=(Held("dibao"),)), date(2027, 1, 1), True),  # at dinner only
        (
            Person(None, categories=(Held("dibao", to_on=date(2026, 12, 31)),)),
            date(2027, 1, 1),
            False,
        ),
    ],
)
def test_entitled_is_whom_a_rule_of_a_funder_is_for_on_that_day(
    person: Person, day: date, is_so: bool
) -> None:
    scheme = parse_scheme(SCHEME, "")
    assert is_entitled(scheme, person, day, "450702003005", PUBLISHED) is is_so
