"""Every line that the service can write into its audit trail is told in words, in both languages."""

from pathlib import Path

import pytest

from canteen.services.elder_notes import TABLES
from canteen.web.audit_words import OBJECTS
from canteen.web.trail_words import ACTIONS, GROUPS
from tests.house.trail import Trail
from tests.house.tree import ROOT, Tree

#: parameters whose value comes from an address, and what they can be
KNOWN = {("withdraw_note", "kind"): frozenset(TABLES)}

WRITER = """
def write(session, what):
    append_audit(session, action=f"meal.{what}", object_kind="meal" if what else "day")
"""


@pytest.fixture(scope="module")
def trail() -> Trail:
    return Trail(Tree(ROOT), KNOWN)


def test_what_is_done_has_words_and_no_words_stand_for_what_nobody_does(trail: Trail) -> None:
    assert trail.list_actions() == set(ACTIONS)
    assert trail.list_objects() == set(OBJECTS)


def test_no_two_choices_of_a_group_read_the_same() -> None:
    for group in GROUPS.values():
        for words in zip(*group.values(), strict=True):
            assert len(set(words)) == len(words), words


def test_an_action_is_followed_to_its_callers_or_refused(tmp_path: Path) -> None:
    services = tmp_path / "canteen" / "services"
    services.mkdir(parents=True)
    (services / "voids.py").write_text(WRITER)
    user = "from canteen.services.voids import write\n"
    (services / "desk.py").write_text(user + 'run(write, what="void")\nwrite(None, "keep")\n')
    found = Trail(Tree(tmp_path), {})
    assert found.list_actions() == {"meal.void", "meal.keep"}
    assert found.list_objects() == {"meal", "day"}
    (services / "desk.py").write_text(user + "write(None, asked.kind)\n")
    with pytest.raises(ValueError, match=r"desk.py:2: asked.kind"):
        Trail(Tree(tmp_path), {}).list_actions()
