"""The sealed parts of a claim's files: each opens in its own place only.

Beside `encrypted`: whoever makes a file and whoever hands it out mean the same place. A file is kept in
parts, because one of a million rows is larger than a process should hold, or a commit last.
"""

from canteen.models.encrypted import KeyRing

#: bytes of a part; the last one is shorter
PART_BYTES = 4 << 20


def place_of_export(uid: str) -> str:
    """Where the file of an export lies."""
    return f"claim_exports:{uid}"


def seal_part(ring: KeyRing, place: str, n: int, data: bytes) -> bytes:
    """The box for part `n` (from 1) of the file that lies at `place`."""
    return ring.seal_bytes(data, _label(place, n))


def open_part(ring: KeyRing, place: str, n: int, box: bytes) -> bytes:
    """The bytes of a part."""
    return ring.open_bytes(box, _label(place, n))


def _label(place: str, n: int) -> str:
    """Files of release 0005 are one box, sealed for their place alone: they are their first part."""
    return place if n == 1 else f"{place}:{n}"
