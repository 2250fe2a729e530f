"""A rule of a scheme as its file says it: what an auditor reads beside what the rule gave.

Ground floor: the stored text in, a piece of that text out, not a letter changed.
"""

import tomllib
from decimal import Decimal

from canteen.rules.scheme_text import Lines


def quote_rule(body: str, rule: str) -> str | None:
    """The `[[rule]]` of that id as it stands in the text of a stored scheme; None: it has none."""
    text = body.removeprefix("\ufeff")
    tables = tomllib.loads(text, parse_float=Decimal).get("rule", [])
    for number, table in enumerate(tables, start=1):
        if table["id"] == rule:
            return Lines(text).text_of(f"rule[{number}]")
    return None
