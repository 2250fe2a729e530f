"""The readers' door: signatures, clocks, revocation; and what passes through it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from canteen import clock
from canteen.services import readers
from tests.factories.cards import report_lost
from tests.factories.world import shanghai
from tests.web.conftest import LUNCH, Service, set_clock

pytestmark = pytest.mark.both_databases

VECTOR_BODY = (
    b'{"id":"0190a000-0000-7000-8000-000000000001","card_uid":"em4100:62E3086CED",'
    b'"read_at":"2026-11-25T11:32:10.120+08:00","seq":101,"offline":null,"clock_ok":true,"age_ms":40}'
)


def make_body(service: Service, elder: str = "P01", **changed: object) -> dict[str, object]:
    return {
        "id": str(uuid4()),
        "card_uid": service.world.cards[elder],
        "read_at": clock.instant().isoformat(),
        "seq": 1,
        "offline": None,
        "clock_ok": True,
        "age_ms": 40,
        **changed,
    }


def test_the_signature_is_that_of_the_contract():
    assert len(VECTOR_BODY) == 171
    signature = readers.sign(
        bytes(range(32)),
        method="POST",
        path="/api/v1/swipes",
        time="1795577530",
        nonce="n-0001",
        body=VECTOR_BODY,
    )

    assert signature == "f01957d8769b512bb8ba876bb129ddc0b06568a1cc6e073d8ad3e3156a58c3d9"


def test_a_swipe_is_recorded_once_and_answered_alike(service: Service):
    body = make_body(service)

    first = service.agent().send("POST", "/api/v1/swipes", body)
    again = service.agent().send("POST", "/api/v1/swipes", body)

    assert first.status_code == 201
    assert first.get_json()["outcome"] == "subsidised"
    assert first.get_json()["meal"]["elder_fen"] == 700
    assert again.status_code == 200
    assert again.get_json() == first.get_json()


def test_an_id_in_another_form_is_the_same_id(service: Service):
    body = make_body(service)
    first = service.agent().send("POST", "/api/v1/swipes", body)

    again = service.agent().send("POST", "/api/v1/swipes", {**body, "id": str(body["id"]).upper()})

    assert again.status_code == 200
    assert again.get_json() == first.get_json()


def test_the_same_id_with_other_contents_is_a_conflict(service: Service):
    body = make_body(service)
    service.agent().send("POST", "/api/v1/swipes", body)

    other = service.agent().send(
        "POST", "/api/v1/swipes", {**body, "card_uid": service.world.cards["P02"]}
    )

    assert other.status_code == 409
    assert other.get_json()["code"] == "id_reused"


TOUCHED: tuple[dict[str, str], ...] = (
    {"X-Canteen-Signature": "0" * 64},
    {"X-Canteen-Signature": ""},
    {"X-Canteen-Nonce": "another"},
    {"X-Canteen-Nonce": ""},
    {"X-Canteen-Nonce": "x" * 65},
    {"X-Canteen-Reader": "r-nobody"},
    {"X-Canteen-Reader": "x" * 400},
    {"X-Canteen-Time": "yesterday"},
    {"X-Canteen-Time": "-5"},
    {"X-Canteen-Time": "１７９５５７７５３０".encode().decode("latin-1")},
)


def test_a_request_that_was_touched_is_refused(service: Service):
    for changed in TOUCHED:
        answer = service.agent().send("POST", "/api/v1/swipes", make_body(service), headers=changed)

        assert answer.status_code == 401, changed
        assert answer.get_json()["code"] == "signature"


def test_an_upper_case_signature_is_none(service: Service):
    agent = service.agent()
    time = str(int(clock.instant().timestamp()))
    signature = readers.sign(
        bytes.fromhex(agent.reader.key),
        method="GET",
        path="/api/v1/readers/self",
        time=time,
        nonce="n",
        body=b"",
    )
    headers = {"X-Canteen-Time": time, "X-Canteen-Nonce": "n"}

    fine = agent.send(
        "GET", "/api/v1/readers/self", headers={**headers, "X-Canteen-Signature": signature}
    )
    upper = agent.send(
        "GET", "/api/v1/readers/self", headers={**headers, "X-Canteen-Signature": signature.upper()}
    )

    assert (fine.status_code, upper.status_code) == (200, 401)


def test_the_signature_covers_the_query(service: Service):
    agent = service.agent()

    signed = agent.send("GET", "/api/v1/readers/self?a=1")
    moved = agent.client.get("/api/v1/readers/self?a=2", headers=dict(signed.request.headers))

    assert signed.status_code == 200
    assert moved.status_code == 401


def test_a_wrong_clock_is_told_the_servers_time(service: Service):
    for skew, status in ((295, 200), (-295, 200), (310, 401), (-310, 401)):
        answer = service.agent().send("GET", "/api/v1/readers/self", skew_seconds=skew)

        assert answer.status_code == status
        if status == 401:
            problem = answer.get_json()
            assert problem["code"] == "clock_skew"
            assert abs(problem["server_time"] - clock.instant().timestamp()) < 60


def test_a_revoked_reader_is_out_at_its_next_request(service: Service):
    agent = service.agent()
    assert agent.send("GET", "/api/v1/readers/self").status_code == 200

    service.database.run(
        readers.revoke_reader, code="C1-R9", actor="test", origin=None, now=clock.instant()
    )

    answer = agent.send("GET", "/api/v1/readers/self")
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "reader_revoked"


def test_a_reader_whose_key_does_not_open_must_keep_its_reads(service: Service):
    agent = service.agent()
    agent.reader = type(agent.reader)(0, "rd-C1-R1", "C1-R1", "00" * 32)

    answer = agent.send("POST", "/api/v1/swipes", make_body(service))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.get_json()["code"] == "keys_unreadable"


WRONG: tuple[tuple[str, object, str], ...] = (
    ("id", "not-a-uuid", "not_uuid"),
    ("id", 5, "not_uuid"),
    ("id", None, "null"),
    ("card_uid", "", "text_length"),
    ("card_uid", "em4100:\x00", "text_characters"),
    ("card_uid", ["em4100:62E3086CED"], "not_text"),
    ("read_at", "2026-11-25T11:32:10", "not_instant"),
    ("read_at", "2026-11-25", "not_instant"),
    ("read_at", "0001-01-01T00:00:00+08:00", "not_instant"),
    ("read_at", "9999-12-31T23:59:59Z", "not_instant"),
    ("card_uid", "partial:4D86B0", "pattern"),
    ("card_uid", "partial:24:14D86B0", "pattern"),
    ("card_uid", "partial:64:FFFFFFFFFFFFFFFF", "pattern"),
    ("read_at", 1795577530, "not_instant"),
    ("seq", "5", "not_whole"),
    ("seq", 5.0, "not_whole"),
    ("seq", True, "not_whole"),
    ("seq", -1, "range"),
    ("seq", 2**70, "range"),
    ("offline", "maybe", "choice"),
    ("offline", True, "not_text"),
    ("clock_ok", "true", "not_yes_no"),
    ("clock_ok", 1, "not_yes_no"),
    ("age_ms", 0.5, "not_whole"),
    ("price_fen", 100, "unknown_field"),
)


def test_a_wrong_field_is_named_with_its_fault(service: Service):
    for field, value, code in WRONG:
        answer = service.agent().send(
            "POST", "/api/v1/swipes", make_body(service, **{field: value})
        )

        assert answer.status_code == 422, (field, value)
        assert answer.mimetype == "application/problem+json"
        faults = {(fault["field"], fault["code"]) for fault in answer.get_json()["errors"]}
        assert (field, code) in faults


def test_all_faults_are_told_at_once(service: Service):
    answer = service.agent().send("POST", "/api/v1/swipes", {"seq": "x"})

    fields = {fault["field"] for fault in answer.get_json()["errors"]}
    assert fields == {"id", "card_uid", "read_at", "seq"}


RAW: tuple[tuple[bytes, int], ...] = (
    (b"{", 400),
    (b"", 400),
    (b"[]", 400),
    (b"null", 400),
    (b'"text"', 400),
    (b"\xff\xfe", 400),
    (b'{"seq": NaN}', 400),
    (b"[" * 100_000, 400),
    (b" " * (1024 * 1024 + 1), 413),
)


def test_a_body_that_is_no_object_is_a_problem(service: Service):
    for raw, status in RAW:
        answer = service.agent().send("POST", "/api/v1/swipes", raw=raw)

        assert answer.status_code == status, raw[:20]
        assert answer.mimetype == "application/problem+json"


def test_another_content_type_is_refused(service: Service):
    answer = service.agent().send(
        "POST", "/api/v1/swipes", make_body(service), content_type="text/plain"
    )

    assert answer.status_code == 415
    assert answer.get_json()["code"] == "body_not_json_type"


def test_each_swipe_of_a_batch_is_answered_by_itself(service: Service):
    good, other = make_body(service), make_body(service, "P02")
    bad = make_body(service, "P03", seq="x")

    answer = service.agent().send(
        "POST",
        "/api/v1/swipes/batch",
        {
            "swipes": [
                good,
                bad,
                "text",
                None,
                good,
                {**good, "seq": 2, "card_uid": "em4100:0A000000FF"},
                other,
            ]
        },
    )

    assert answer.status_code == 200
    results = answer.get_json()["results"]
    assert [result["status"] for result in results] == [201, 422, 400, 400, 200, 409, 201]
    assert results[0]["body"] == results[4]["body"]
    assert results[1]["body"]["errors"][0]["field"] == "seq"
    alone = service.agent().send("POST", "/api/v1/swipes", good)
    assert alone.get_json() == results[0]["body"]


def test_a_batch_holds_1_to_500_swipes(service: Service):
    for count in (0, 501):
        answer = service.agent().send(
            "POST", "/api/v1/swipes/batch", {"swipes": [make_body(service)] * count}
        )

        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["code"] == "count"


def test_the_lists_are_sent_again_only_when_they_changed(service: Service):
    agent = service.agent()
    first = agent.send("GET", "/api/v1/readers/self")
    etag = first.headers["ETag"]

    set_clock(shanghai(LUNCH) + timedelta(minutes=1))
    same = agent.send("GET", "/api/v1/readers/self", headers={"If-None-Match": etag})
    service.database.run(_block, service.world.cards["P01"])
    changed = agent.send("GET", "/api/v1/readers/self", headers={"If-None-Match": etag})

    assert first.get_json()["counter"]["code"] == "C1-1"
    assert first.get_json()["reader"]["id"] == service.reader.public_id
    assert same.status_code == 304
    assert changed.status_code == 200
    assert len(changed.get_json()["blocked"]) == 1
    assert changed.get_json()["blocked"][0] in changed.get_json()["known"]


def _block(session: Session, uid: str) -> None:
    report_lost(session, uid=uid, reported_by="本人", by="test", origin=None, now=clock.instant())


def test_a_lost_reader_is_told_to_the_cashier_once(service: Service):
    agent, cashier = service.agent(), service.browser("cashier1")
    health = {"state": "open", "since": clock.instant().isoformat(), "clock_offset_ms": -40}

    answers = [
        agent.send("PUT", "/api/v1/readers/self/health", {**health, "state": state}).status_code
        for state in ("open", "absent", "absent", "down", "verified")
    ]

    events = cashier.get(f"{service.counter()}/events?after=0").get_json()["events"]
    told = [event["body"]["state"] for event in events if event["type"] == "reader"]
    assert answers == [204] * 5
    assert told == ["ok", "lost", "ok"]
    line = service.database.read(readers.list_readers)
    assert {(one.code, one.state, one.clock_offset_ms) for one in line} >= {
        ("C1-R9", "verified", -40)
    }
