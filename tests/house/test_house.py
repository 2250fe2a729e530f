"""Runs every house rule over this tree; a failing one lists all its faults at once."""

import pytest

from tests.house import files, floors, languages, money, words
from tests.house.tree import ROOT, Check, Tree

CHECKS = [*floors.CHECKS, *money.CHECKS, *words.CHECKS, *languages.CHECKS, *files.CHECKS]


@pytest.fixture(scope="session")
def tree():
    return Tree(ROOT)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_keeps_its_rule(check: Check, tree: Tree):
    faults = list(check(tree))
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
