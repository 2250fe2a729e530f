"""The signature of a request: the vector of the contract, and what changes it."""

from card_reader.wire import sign

KEY = bytes(range(32))
BODY = (
    b'{"id":"0190a000-0000-7000-8000-000000000001","card_uid":"em4100:62E3086CED",'
    b'"read_at":"2026-11-25T11:32:10.120+08:00","seq":101,"offline":null,"clock_ok":true,"age_ms":40}'
)


def test_the_vector_of_the_contract() -> None:
    assert len(BODY) == 171
    assert sign(KEY, "POST", "/api/v1/swipes", "1795577530", "n-0001", BODY) == (
        "f01957d8769b512bb8ba876bb129ddc0b06568a1cc6e073d8ad3e3156a58c3d9"
    )


def test_every_part_of_the_request_is_signed() -> None:
    parts = ("POST", "/api/v1/swipes", "1795577530", "n-0001")
    signatures = {sign(KEY, *parts, BODY), sign(KEY, *parts, BODY + b" "), sign(b"x", *parts, BODY)}
    for place in range(4):
        changed = [part + "1" if i == place else part for i, part in enumerate(parts)]
        signatures.add(sign(KEY, *changed, BODY))
    assert len(signatures) == 7
