"""Acts at a counter: an id is one act, answered alike for ever."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.swipes import CounterAct
from canteen.rules.errors import Conflict
from canteen.till.acts import asked_sha256, find_done, record_act
from tests.factories.world import World, make_world, shanghai

ANSWER = {"receipt": "C1-20261125-0001", "name": "黄桂兰"}


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world)


def _record(session: Session, world: World, id_: str, sha256: str) -> None:
    record_act(
        session, id=id_, kind="top_up", canteen_id=world.canteens["C1"], counter_id=None,
        by="staff:li", sha256=sha256, answer=ANSWER, now=shanghai("11:00"),
    )  # fmt: skip


def _count(session: Session) -> int:
    return session.execute(select(func.count()).select_from(CounterAct)).scalar_one()


def test_the_fingerprint_is_of_what_was_asked_in_any_order() -> None:
    asked = asked_sha256("top_up", {"elder": "P01", "amount_fen": 500})
    assert asked == asked_sha256("top_up", {"amount_fen": 500, "elder": "P01"})
    assert asked != asked_sha256("top_up", {"elder": "P01", "amount_fen": 501})
    assert asked != asked_sha256("pay_out", {"elder": "P01", "amount_fen": 500})


def test_an_id_that_comes_again_has_its_first_answer(database: Database, world: World) -> None:
    asked = asked_sha256("top_up", {"elder": "P01"})
    assert database.read(find_done, "a-1", asked) is None
    database.run(_record, world, "a-1", asked)
    assert database.read(find_done, "a-1", asked) == ANSWER
    assert database.read(find_done, "a-2", asked) is None


def test_an_id_that_comes_with_other_contents_is_a_conflict(
    database: Database, world: World
) -> None:
    database.run(_record, world, "a-1", asked_sha256("top_up", {"elder": "P01"}))
    with pytest.raises(Conflict) as refused:
        database.run(find_done, "a-1", asked_sha256("top_up", {"elder": "P02"}))
    assert (refused.value.code, refused.value.facts) == ("id_reused", {"id": "a-1"})
    assert refused.value.zh == "同一个编号送来了不同的内容，请刷新页面重做"
    assert refused.value.en == (
        "This id came before with other contents: reload the page and do it again"
    )
    assert database.read(_count) == 1
