"""Every pair of state and action: what the tables name happens, everything else is refused."""

import itertools

import pytest

from canteen.rules.errors import Conflict
from canteen.rules.lifecycles import CLAIM, DELIVERY, RUN, Table, may_move, move

TABLES = {"claim": CLAIM, "delivery": DELIVERY, "run": RUN}
PAIRS = [
    (name, state, action)
    for name, table in TABLES.items()
    for state, action in itertools.product(
        sorted({pair[0] for pair in table} | set(table.values())),
        sorted({pair[1] for pair in table}),
    )
]


@pytest.mark.parametrize(("name", "state", "action"), PAIRS)
def test_a_step_is_made_only_as_the_table_says(name: str, state: str, action: str) -> None:
    table: Table = TABLES[name]
    if (state, action) in table:
        assert may_move(table, state, action)
        assert move(table, state, action) == table[state, action]
    else:
        assert not may_move(table, state, action)
        with pytest.raises(Conflict) as refused:
            move(table, state, action)
        assert refused.value.code == "state_step"


def test_what_has_been_cancelled_never_goes_out_without_being_queued_again() -> None:
    assert {DELIVERY[pair] for pair in DELIVERY if pair[0] == "cancelled"} == {"queued"}
