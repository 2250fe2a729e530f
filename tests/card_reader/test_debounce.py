"""Which readings are a swipe: cards left lying, two cards together, ghosts, and what is no card."""

import pytest

from card_reader.debounce import CARDS_MAX, Debounce, is_never_a_card

A = "em4100:0A00B0C1D2"
B = "em4100:0A00B0C1D3"
STRANGER = "em4100:0A00FFFFFF"


def make_debounce(
    known: set[str] | None = None, *, sends_once: bool = False, has_checksum: bool = True
) -> Debounce:
    cards = {A, B} if known is None else known
    return Debounce(lambda uid: uid in cards, sends_once=sends_once, has_checksum=has_checksum)


def _swipes(debounce: Debounce, reads: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(uid, ms) for uid, ms in reads if debounce.judge(uid, ms) == "swipe"]


def test_T16_a_card_left_lying_for_a_minute_is_one_swipe() -> None:
    assert _swipes(make_debounce(), [(A, ms) for ms in range(0, 60_000, 240)]) == [(A, 0)]


@pytest.mark.parametrize("every_ms", [50, 220, 500, 1000, 2000])
def test_T17_the_slowest_known_repeat_is_still_the_same_swipe(every_ms: int) -> None:
    assert _swipes(make_debounce(), [(A, every_ms * n) for n in range(30)]) == [(A, 0)]


def test_T17_a_card_away_for_more_than_two_seconds_is_a_new_swipe() -> None:
    assert _swipes(make_debounce(), [(A, 0), (A, 1900), (A, 3901)]) == [(A, 0), (A, 3901)]


def test_T18_two_cards_lying_together_are_one_swipe_each() -> None:
    reads = [((A, B)[n % 2], 120 * n) for n in range(100)]
    assert _swipes(make_debounce(), reads) == [(A, 0), (B, 120)]


def test_T19_a_reader_that_misses_every_second_look_is_the_same_swipe() -> None:
    assert _swipes(make_debounce(), [(A, ms) for ms in range(0, 10_000, 600)]) == [(A, 0)]


def test_T5_a_known_card_is_taken_at_its_first_reading() -> None:
    assert make_debounce().judge(A, 0) == "swipe"


def test_T5_a_card_that_is_not_known_is_taken_at_its_second_reading() -> None:
    debounce = make_debounce()
    assert [debounce.judge(STRANGER, ms) for ms in (0, 240, 480)] == ["again", "swipe", "held"]


def test_T5_a_second_reading_later_than_one_and_a_half_seconds_is_a_first_one() -> None:
    debounce = make_debounce()
    assert [debounce.judge(STRANGER, ms) for ms in (0, 1501, 3001)] == ["again", "again", "swipe"]


def test_T5_a_ghost_once_a_minute_is_never_a_swipe() -> None:
    assert _swipes(make_debounce(), [("em4100:F0000F0000", 60_000 * n) for n in range(9)]) == []


def test_two_strangers_read_in_turn_are_both_taken() -> None:
    reads = [(("em4100:1111111111", "em4100:2222222222")[n % 2], 240 * n) for n in range(4)]
    assert [ms for _, ms in _swipes(make_debounce(), reads)] == [480, 720]


def test_without_a_list_one_checksummed_frame_is_enough() -> None:
    def judge(*, has_checksum: bool) -> str:
        debounce = Debounce(lambda _uid: None, sends_once=False, has_checksum=has_checksum)
        return debounce.judge(STRANGER, 0)

    assert judge(has_checksum=True) == "swipe"
    assert judge(has_checksum=False) == "again"


def test_a_reader_that_sends_once_with_a_checksum_is_believed_once() -> None:
    assert make_debounce(sends_once=True).judge(STRANGER, 0) == "swipe"
    assert make_debounce(sends_once=True, has_checksum=False).judge(STRANGER, 0) == "again"


NEVER = [
    "em4100:0000000000",
    "em4100:FFFFFFFFFF",
    "iso14443a:8804A3C6",
    "iso14443a:083F6C4A",
    "iso14443a:00000000",
    "em4100:",
]


@pytest.mark.parametrize("uid", NEVER)
def test_O_015_zeros_cut_and_random_numbers_are_never_a_swipe(uid: str) -> None:
    debounce = make_debounce({uid})
    assert {debounce.judge(uid, ms) for ms in range(0, 3000, 200)} == {"never"}


@pytest.mark.parametrize(
    "uid",
    ["em4100:0801161DD6", "em4100:8800000001", "iso14443a:04A3C6CAE26180", "iso14443a:B0864D25"],
)
def test_sound_numbers_that_look_alike_are_cards(uid: str) -> None:
    assert not is_never_a_card(uid)


def test_memory_is_bounded_under_a_storm_of_numbers() -> None:
    debounce = make_debounce()
    for number in range(5 * CARDS_MAX):
        debounce.judge(f"em4100:{number + 1:010X}", 0)
    assert len(debounce._first_ms) <= CARDS_MAX + 1
    assert debounce.judge(A, 1) == "swipe"
