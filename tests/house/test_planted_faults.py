"""The house rules can fail: each fault planted in a small tree is named with its place."""

from pathlib import Path

import pytest

from tests.house import files, floors, languages, money, words
from tests.house.planted_in_code import IN_CODE
from tests.house.planted_in_files import IN_FILES
from tests.house.planting import plant
from tests.house.tree import Check

PLANTED = [*IN_CODE, *IN_FILES]


@pytest.mark.parametrize(
    ("check", "contents", "begins"),
    PLANTED,
    ids=[f"{check.__name__}-{number}" for number, (check, _, _) in enumerate(PLANTED)],
)
def test_a_planted_fault_is_named_with_its_place(
    check: Check, contents: dict[str, str], begins: str, tmp_path: Path
):
    faults = list(check(plant(tmp_path, contents)))

    assert any(fault.startswith(begins) for fault in faults), faults


def test_every_check_is_seen_to_fail():
    books = (floors, money, words, languages, files)
    checks = {check for book in books for check in book.CHECKS}

    assert {check for check, _, _ in PLANTED} == checks
