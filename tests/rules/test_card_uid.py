"""Card ids: canonical ones kept whole, typed ones never guessed."""

import pytest

from canteen.rules.card_uid import (
    known_as,
    parse_card_uid,
    parse_enrolled_card,
    parse_typed_card,
    parse_written_card,
    printed_card,
)
from canteen.rules.errors import Invalid


def test_O_013_leading_zeros_are_kept() -> None:
    card = parse_card_uid("em4100:0A000BED96")
    assert (card.uid, card.printed) == ("em4100:0A000BED96", "0000781718")


@pytest.mark.parametrize("written", ["781718", "0000781718", "７８１７１８", " 781718 "])
def test_O_013_zeros_in_front_may_be_left_out_where_a_person_writes(written: str) -> None:
    assert parse_written_card(written) == "partial:32:000BED96"
    assert parse_written_card("0a000bed96") == "em4100:0A000BED96"


@pytest.mark.parametrize(
    "written", ["BED96", "0781718", "12", "4294967296", "00000781718", "78 17", ""]
)
def test_O_013_what_lost_a_digit_is_refused_where_a_person_writes(written: str) -> None:
    with pytest.raises(Invalid, match="card_written"):
        parse_written_card(written)


@pytest.mark.parametrize(
    ("typed", "uid"),
    [
        ("0000008011", "partial:32:00001F4B"),
        ("００００００８０１１", "partial:32:00001F4B"),
        (" 0011583954 ", "partial:32:00B0C1D2"),
        ("em4100:0A00B0C1D2", "em4100:0A00B0C1D2"),
    ],
)
def test_O_019_a_typed_card_is_folded_and_read_whole(typed: str, uid: str) -> None:
    assert parse_typed_card(typed) == uid


@pytest.mark.parametrize(
    "typed",
    [
        "000008011",
        "8011",
        "00000008011",
        "ｏ0000008011",
        "4294967296",
        "",
        "12345678x0",
        "٠٠٠٠٠٠٨٠١١x",
    ],
)
def test_O_019_a_lost_digit_or_a_strange_letter_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="typed_card"):
        parse_typed_card(typed)


@pytest.mark.parametrize("text", ["BED96", "em4100:BED96", "em4100:0A000BED9", "unknown:00", ""])
def test_a_text_that_is_no_card_id_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_card_uid(text)


def test_a_card_known_by_its_printed_number_is_found_by_its_whole_id() -> None:
    printed = printed_card("0011583954")
    assert (printed.uid, printed.low32) == ("printed:0011583954", 0x00B0C1D2)
    assert parse_card_uid(printed.uid) == printed
    assert known_as("em4100:0A00B0C1D2") == ("em4100:0A00B0C1D2", printed.uid)
    assert known_as("iso14443a:B0864D25") == ("iso14443a:B0864D25",)
    for digits in ("11583954", "4294967296", "00115839A4"):
        with pytest.raises(Invalid) as raised:
            printed_card(digits)
        assert raised.value.code == "card_printed"


@pytest.mark.parametrize(
    "uid",
    [
        "iso14443a:8804A3C6", "iso14443a:083F6C4A", "felica:01FE010105018604", "em4100:0000000000",
        "em4100:FFFFFFFFFF", "printed:0000000000",
    ],
)  # fmt: skip
def test_O_015_what_can_never_name_one_card_is_not_enrolled(uid: str) -> None:
    with pytest.raises(Invalid, match="card_unusable"):
        parse_enrolled_card(uid)
    assert parse_enrolled_card("iso14443a:04A3C6CAE26180").uid == "iso14443a:04A3C6CAE26180"
