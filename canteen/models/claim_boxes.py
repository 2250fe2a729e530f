"""The sealed bytes of a claim's files: each opens in its own place only.

Beside `encrypted`: whoever makes a file and whoever hands it out mean the same place.
"""

from canteen.models.encrypted import KeyRing


def seal_kept(ring: KeyRing, claim_id: int, form: str, data: bytes) -> bytes:
    """The box for `claim_files.content_box`."""
    return ring.seal_bytes(data, f"claim_files:{claim_id}:{form}")


def open_kept(ring: KeyRing, claim_id: int, form: str, box: bytes) -> bytes:
    """The bytes as they were made first."""
    return ring.open_bytes(box, f"claim_files:{claim_id}:{form}")


def seal_export(ring: KeyRing, uid: str, data: bytes) -> bytes:
    """The box for `claim_exports.content_box`."""
    return ring.seal_bytes(data, f"claim_exports:{uid}")


def open_export(ring: KeyRing, uid: str, box: bytes) -> bytes:
    """The bytes of an export that is not kept."""
    return ring.open_bytes(box, f"claim_exports:{uid}")
