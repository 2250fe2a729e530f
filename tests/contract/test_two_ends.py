"""The agent and the service share no code, so what they must agree on is tested at both ends."""

from canteen.db.run import Database
from canteen.services import reader_lists, readers
from card_reader import lists, wire
from tests.factories.world import make_world, shanghai

KEY = bytes(range(32))
BODY = (
    b'{"id":"0190a000-0000-7000-8000-000000000001","card_uid":"em4100:62E3086CED",'
    b'"read_at":"2026-11-25T11:32:10.120+08:00","seq":101,"offline":null,"clock_ok":true,"age_ms":40}'
)
SIGNATURE = "f01957d8769b512bb8ba876bb129ddc0b06568a1cc6e073d8ad3e3156a58c3d9"


def test_both_ends_make_the_published_signature():
    assert len(BODY) == 171
    ours = readers.sign(
        KEY, method="POST", path="/api/v1/swipes", time="1795577530", nonce="n-0001", body=BODY
    )
    theirs = wire.sign(KEY, "POST", "/api/v1/swipes", "1795577530", "n-0001", BODY)

    assert ours == theirs == SIGNATURE
    assert readers.is_signature(ours, SIGNATURE)


def test_only_the_lower_case_form_is_a_signature():
    assert not readers.is_signature(SIGNATURE, SIGNATURE.upper())
    assert not readers.is_signature(SIGNATURE, SIGNATURE[:-1])
    assert not readers.is_signature(SIGNATURE, "签名")


def test_both_ends_know_a_card_by_the_same_mark():
    # HMAC-SHA256 of the card's id under the key, the first five bytes; made with another program.
    assert lists.make_mark(KEY, "em4100:62E3086CED") == "f9246f9c1e"


def test_the_service_lists_its_cards_by_that_mark(database: Database):
    world = database.run(make_world)
    now = shanghai("11:00")
    made = database.run(
        readers.add_reader,
        code="C1-R9",
        counter_id=world.counters["C1-1"],
        profile="rdm6300",
        actor="staff:li",
        origin=None,
        now=now,
    )
    found = database.read(
        reader_lists.get_lists, reader_id=made.id, key=bytes.fromhex(made.key), now=now
    )

    known = found.body["known"]

    assert isinstance(known, list)
    assert lists.make_mark(bytes.fromhex(made.key), world.cards["P01"]) in known
