"""A sample that anybody can draw again: a seed, SHA-256, and nothing else.

Each receipt has a mark: the SHA-256, in small hexadecimal, of the seed, one blank and the receipt. The
receipts with the smallest marks are the sample. By hand, for one receipt:

    printf '%s' 'SEED RECEIPT' | sha256sum

In strata each one is drawn from by itself; how many from each is `share_out`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the receipts: how many there are, how many were drawn."""

    name: str
    size: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A receipt of the sample with its mark."""

    mark: str
    receipt: str
    stratum: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample. `sha256` is that of all receipts drawn from, in the order of their bytes, a line feed
    after each: who draws again sees that it is from the same ones."""

    size: int
    sha256: str
    strata: tuple[Stratum, ...]
    chosen: tuple[Chosen, ...]


def mark_of(seed: str, receipt: str) -> str:
    """The mark of a receipt under a seed."""
    return hashlib.sha256(f"{seed} {receipt}".encode()).hexdigest()


def draw(receipts: Iterable[tuple[str, str]], *, seed: str, count: int) -> Drawn:
    """Draw `count` of (receipt, stratum), each receipt once, in whatever order they come."""
    strata: dict[str, list[str]] = {}
    for receipt, stratum in receipts:
        strata.setdefault(stratum, []).append(receipt)
    sizes = {name: len(strata[name]) for name in sorted(strata)}
    shares = share_out(sizes, count)
    chosen = [
        Chosen(mark, receipt, name)
        for name in sizes
        for mark, receipt in sorted((mark_of(seed, one), one) for one in strata[name])[
            : shares[name]
        ]
    ]
    everything = hashlib.sha256()
    for receipt in sorted(one for of in strata.values() for one in of):
        everything.update(receipt.encode() + b"\n")
    return Drawn(
        sum(sizes.values()),
        everything.hexdigest(),
        tuple(Stratum(name, size, shares[name]) for name, size in sizes.items()),
        tuple(chosen),
    )


def share_out(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many are drawn from each stratum: first one from each, the largest first, as long as there
    are any to draw; the others by what is left of each stratum, whole parts first, then one each to the
    largest remainders. Of equals the name that sorts first."""
    shares = dict.fromkeys(sizes, 0)
    for name in sorted(sizes, key=lambda one: (-sizes[one], one))[: max(count, 0)]:
        shares[name] = min(1, sizes[name])
    left = {name: size - shares[name] for name, size in sizes.items()}
    total = sum(left.values())
    rest = min(max(count - sum(shares.values()), 0), total)
    if not rest:
        return shares
    remainders = {}
    for name, size in left.items():
        whole, remainders[name] = divmod(rest * size, total)
        shares[name] += whole
    missing = rest - sum(rest * size // total for size in left.values())
    for name in sorted(remainders, key=lambda one: (-remainders[one], one))[:missing]:
        shares[name] += 1
    return shares
