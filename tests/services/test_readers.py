"""Readers: keys sealed, lists that hold no card number, and whose cards are on them."""

import hashlib
import hmac
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.sites import Reader
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid, NotFound
from canteen.services import reader_lists, readers, swipes
from canteen.services.reader_lists import Lists
from canteen.services.readers import NewReader
from tests.factories.cards import report_lost, return_card
from tests.factories.people import make_card, make_fact
from tests.factories.world import World, make_swipe, make_world, shanghai

NOW = shanghai("11:32")
WHO = {"actor": "test", "origin": "desk", "now": NOW}


def make_reader_at(session: Session, counter: str = "C1-1") -> tuple[World, NewReader]:
    world = make_world(session)
    reader = readers.add_reader(
        session, code="NEW", counter_id=world.counters[counter], profile="rdm6300", **WHO
    )
    return world, reader


def _box(session: Session) -> bytes:
    return session.execute(select(Reader.key_box).where(Reader.code == "NEW")).scalar_one()


def _lists(database: Database, reader: NewReader, now: datetime = NOW) -> Lists:
    key = bytes.fromhex(reader.key)
    return database.read(reader_lists.get_lists, reader_id=reader.id, key=key, now=now)


def _known(database: Database, reader: NewReader) -> list[str]:
    found = _lists(database, reader)
    known = found.body["known"]
    assert isinstance(known, list)
    return known


def _mark(reader: NewReader, uid: str) -> str:
    return hmac.digest(bytes.fromhex(reader.key), uid.encode(), hashlib.sha256)[:5].hex()


def test_a_key_is_told_once_and_kept_sealed(database: Database):
    _, reader = database.run(make_reader_at)

    assert len(bytes.fromhex(reader.key)) == 32
    box = database.read(_box)
    assert bytes.fromhex(reader.key) not in box
    assert reader.key.encode() not in box
    signer = database.read(readers.find_signer, public_id=reader.public_id)
    assert signer is not None
    assert signer.key.hex() == reader.key
    assert database.read(readers.find_signer, public_id="r-nobody") is None


def test_without_the_key_file_no_reader_is_made(sqlite_url: str):
    database = Database(sqlite_url)
    with pytest.raises(Invalid) as caught:
        database.run(make_reader_at)
    database.close()

    assert caught.value.code == "key_file"


def test_a_code_is_used_once_and_has_a_length(database: Database):
    world, _ = database.run(make_reader_at)
    at = {"counter_id": world.counters["C1-1"], "profile": "rdm6300", **WHO}

    with pytest.raises(Conflict) as taken:
        database.run(readers.add_reader, code="NEW", **at)
    with pytest.raises(Invalid) as empty:
        database.run(readers.add_reader, code=" ", **at)
    with pytest.raises(NotFound) as unknown:
        database.run(readers.revoke_reader, code="NONE", **WHO)

    assert taken.value.code == "reader_exists"
    assert empty.value.code == "reader_code"
    assert unknown.value.code == "reader_unknown"


def test_known_are_the_cards_of_the_canteens_elders(database: Database):
    world, reader = database.run(make_reader_at)

    known = _known(database, reader)

    at_home = ("P01", "P02", "P03", "P04", "P05", "P06", "P08")
    assert sorted(known) == sorted(_mark(reader, world.cards[number]) for number in at_home)


def test_a_visitor_who_ate_here_is_known_too(database: Database):
    world, reader = database.run(make_reader_at)
    mark = _mark(reader, world.cards["P10"])
    assert mark not in _known(database, reader)

    database.run(
        swipes.record_swipe,
        reader_id=reader.id,
        asked=make_swipe(world, "P10", "11:32", "visitor"),
        now=NOW,
    )

    assert mark in _known(database, reader)
    later = NOW + timedelta(days=61)
    found = _lists(database, reader, later)
    assert mark not in found.body["known"]  # type: ignore[operator]


def test_a_card_that_has_no_holder_is_not_known(database: Database):
    world, reader = database.run(make_reader_at)
    mark = _mark(reader, world.cards["P01"])

    database.run(return_card, uid=world.cards["P01"], by="test", origin=None, now=NOW)

    assert mark not in _known(database, reader)


def test_the_card_of_who_has_gone_is_blocked_from_that_day_on(database: Database):
    world, reader = database.run(make_reader_at)
    database.run(
        make_fact,
        world.elders["P02"],
        "status",
        "moved",
        from_on=local_date(NOW) + timedelta(days=1),
    )
    assert _lists(database, reader).body["blocked"] == []
    tomorrow = _lists(database, reader, NOW + timedelta(days=1))
    assert tomorrow.body["blocked"] == [_mark(reader, world.cards["P02"])]


def test_blocked_and_test_cards_travel_as_marks(database: Database):
    world, reader = database.run(make_reader_at)
    database.run(make_card, None, "em4100:0A0000AAAA", is_test=True)
    database.run(
        report_lost,
        uid=world.cards["P02"],
        reported_by="女儿",
        by="test",
        origin=None,
        now=NOW,
    )

    found = _lists(database, reader)

    assert found.body["blocked"] == [_mark(reader, world.cards["P02"])]
    assert found.body["test_cards"] == [_mark(reader, "em4100:0A0000AAAA")]
    assert "0A0000AAAA" not in repr(found.body)
    assert [meal["code"] for meal in found.body["mealtimes"]] == ["breakfast", "lunch", "dinner"]  # type: ignore[attr-defined]


def test_the_tag_changes_with_the_list_only(database: Database):
    world, reader = database.run(make_reader_at)

    first = _lists(database, reader)
    same = _lists(database, reader, NOW + timedelta(minutes=5))
    database.run(return_card, uid=world.cards["P01"], by="test", origin=None, now=NOW)
    other = _lists(database, reader)

    assert first.etag == same.etag != other.etag


def test_revoking_twice_is_once(database: Database):
    _, reader = database.run(make_reader_at)
    for _ in range(2):
        database.run(readers.revoke_reader, code="NEW", **WHO)

    signer = database.read(readers.find_signer, public_id=reader.public_id)
    assert signer is not None
    assert signer.is_revoked
    assert [
        line.is_revoked for line in database.read(readers.list_readers) if line.code == "NEW"
    ] == [True]
