"""The auditor's sample: the same seed draws the same receipts, and a person can draw them by hand."""

import hashlib
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.sampling import draw, share_out

RECEIPTS = [(f"C{site}-20261125-{n:04}", f"C{site}") for site in (1, 2) for n in range(1, 41)]


def test_the_sample_is_the_receipts_with_the_smallest_hashes() -> None:
    drawn = draw([(one, "") for one, _ in RECEIPTS], seed="审计 2026", count=5)
    by_hand = sorted(
        (hashlib.sha256(f"审计 2026 {one}".encode()).hexdigest(), one) for one, _ in RECEIPTS
    )
    assert [(one.mark, one.receipt) for one in drawn.chosen] == by_hand[:5]
    listed = "".join(f"{one}\n" for one, _ in sorted(RECEIPTS))
    assert drawn.sha256 == hashlib.sha256(listed.encode()).hexdigest()
    assert drawn.size == 80


def test_the_order_in_which_receipts_come_changes_nothing_but_the_seed_does() -> None:
    shuffled = list(RECEIPTS)
    Random(7).shuffle(shuffled)
    first = draw(RECEIPTS, seed="1", count=9)
    assert draw(shuffled, seed="1", count=9) == first
    assert draw(RECEIPTS, seed="2", count=9).chosen != first.chosen


def test_each_stratum_is_drawn_from_by_itself() -> None:
    drawn = draw([*RECEIPTS, ("C3-20261125-0001", "C3")], seed="x", count=9)
    assert [(one.name, one.size, one.drawn) for one in drawn.strata] == [
        ("C1", 40, 4),
        ("C2", 40, 4),
        ("C3", 1, 1),
    ]
    alone = draw([one for one in RECEIPTS if one[1] == "C1"], seed="x", count=4)
    assert [one for one in drawn.chosen if one.stratum == "C1"] == list(alone.chosen)


def test_a_count_smaller_than_the_strata_takes_the_largest_ones() -> None:
    assert share_out({"a": 3, "b": 9, "c": 5}, 2) == {"a": 0, "b": 1, "c": 1}
    assert share_out({}, 5) == {}


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 500), max_size=8), st.integers(0, 900))
def test_as_many_are_shared_out_as_asked_and_none_more_than_there_are(
    sizes: dict[str, int], count: int
) -> None:
    shares = share_out(sizes, count)
    assert sum(shares.values()) == min(count, sum(sizes.values()))
    assert all(0 <= shares[name] <= size for name, size in sizes.items())
    if count >= len(sizes):
        assert all(shares.values())
