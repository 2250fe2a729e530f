"""Rosters that wait to be mended: kept once, sealed, in one state at a time, forgotten when done."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.imports import ImportFile
from canteen.rules.errors import CanteenError
from canteen.services import cleaning, roster_files
from tests.factories.world import CHENGNAN, HEDONG, make_world, shanghai

NOW = shanghai("15:00")
ACT = {"by": "staff:li", "origin": None, "now": NOW}


@pytest.fixture
def roster(database: Database) -> int:
    database.run(make_world)
    return _keep(database, CHENGNAN)


def _keep(database: Database, area: str) -> int:
    return database.run(
        roster_files.keep_roster,
        area_code=area,
        areas=(area,),
        name="名册.csv",
        data=b"name,id\n",
        **ACT,
    )


def test_the_same_bytes_for_the_same_community_are_one_roster(database: Database, roster: int):
    assert _keep(database, CHENGNAN) == roster
    assert _keep(database, HEDONG) != roster


def test_communities_are_those_without_an_area_below(database: Database, roster: int):
    listed = database.read(roster_files.list_communities, areas=("450702003",))
    assert [code for code, _ in listed] == [CHENGNAN, HEDONG]


def test_a_roster_in_the_hands_of_the_jobs_is_left_alone_and_a_done_one_too(
    database: Database, roster: int
):
    database.run(roster_files.begin_applying, file_id=roster, by="staff:li")
    assert database.read(roster_files.list_applying) == [roster]
    with pytest.raises(CanteenError) as applying:
        database.run(roster_files.skip_row, file_id=roster, row=2)
    assert applying.value.code == "roster_applying"

    database.run(roster_files.note_slice, file_id=roster, rows=2, counts={"add": 1, "hold": 1})
    database.run(roster_files.note_slice, file_id=roster, rows=1, counts={"add": 1, "hold": 0})
    sent = database.read(roster_files.load_roster, file_id=roster)
    assert sent.counts == {"add": 2, "hold": 1, "slices": 3}
    database.run(roster_files.finish_applying, file_id=roster, by="staff:li", now=NOW)
    assert database.read(roster_files.load_roster, file_id=roster).state == "open"

    database.run(roster_files.put_away, file_id=roster, **ACT)
    with pytest.raises(CanteenError) as done:
        database.run(roster_files.put_away, file_id=roster, **ACT)
    assert done.value.code == "roster_done"
    file = database.read(lambda session: session.scalars(select(ImportFile)).one())
    assert (file.state, file.content_box, file.fixes_box) == ("applied", None, None)


def test_an_unknown_roster_is_not_found(database: Database, roster: int):
    with pytest.raises(CanteenError) as missing:
        database.read(roster_files.load_roster, file_id=999)
    assert missing.value.code == "roster_unknown"


def test_a_roster_of_which_nothing_was_written_is_discarded(database: Database, roster: int):
    database.run(roster_files.put_away, file_id=roster, **ACT)
    lines = database.read(roster_files.list_rosters, areas=(CHENGNAN,))
    assert [(line.id, line.state) for line in lines] == [(roster, "discarded")]


def test_a_roster_left_lying_is_forgotten(database: Database, roster: int):
    database.run(cleaning.forget_old, now=NOW + timedelta(days=89))
    assert database.read(roster_files.load_roster, file_id=roster).data is not None
    assert database.run(cleaning.forget_old, now=NOW + timedelta(days=91))["sent_files"] == 1
    sent = database.read(roster_files.load_roster, file_id=roster)
    assert (sent.state, sent.data) == ("discarded", None)
