"""Receipt numbers read: canteen code – booked date – serial, and which serials of a day are in use.

Ground floor. A number is drawn within the booking that it numbers: what fails takes it back with it, so
that a day's serials run from 1 to the last one drawn, each once (domain.md §2; field case O-083).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Serials:
    """What is wrong with a day's numbers; nothing is when all three are empty."""

    missing: tuple[int, ...]
    doubled: tuple[int, ...]
    #: of another day or canteen, or beyond the last one drawn
    foreign: tuple[str, ...]

    @property
    def are_whole(self) -> bool:
        """Whether each number from 1 to the last one drawn is there once."""
        return not (self.missing or self.doubled or self.foreign)


def serial_of(receipt: str, canteen: str, day: date) -> int | None:
    """The serial of a receipt of that canteen and day; None: it is of another one, or no receipt."""
    head, _, serial = receipt.rpartition("-")
    is_ours = head == f"{canteen}-{day:%Y%m%d}" and serial.isascii() and serial.isdigit()
    return int(serial) if is_ours else None


def judge_serials(canteen: str, day: date, drawn: int, receipts: Iterable[str]) -> Serials:
    """Which of the serials 1 to `drawn` are missing or there twice, and which receipts are none of them."""
    found: Counter[int] = Counter()
    foreign = []
    for receipt in receipts:
        serial = serial_of(receipt, canteen, day)
        if serial is None or not 1 <= serial <= drawn:
            foreign.append(receipt)
        else:
            found[serial] += 1
    return Serials(
        tuple(serial for serial in range(1, drawn + 1) if not found[serial]),
        tuple(sorted(serial for serial, count in found.items() if count > 1)),
        tuple(sorted(foreign)),
    )
