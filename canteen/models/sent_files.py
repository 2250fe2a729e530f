"""The sealed bytes of a file that somebody sent, opened only for its own row.

Beside `encrypted`: whoever keeps a sent file and whoever reads it again mean the same place.
"""

import base64

from canteen.models.encrypted import KeyRing


def seal_file(ring: KeyRing, sha256: str, data: bytes) -> bytes:
    """The box for `import_files.content_box` of the row with that fingerprint."""
    return ring.seal(base64.b64encode(data).decode("ascii"), _place(sha256))


def open_file(ring: KeyRing, sha256: str, box: bytes) -> bytes:
    """The bytes as they were sent."""
    return base64.b64decode(ring.open(box, _place(sha256)))


def _place(sha256: str) -> str:
    return f"import_files:{sha256}:content"
