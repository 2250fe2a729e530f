"""The sealed bytes of a file that somebody sent, and the sealed fixes made to it, for its own row only.

Beside `encrypted`: whoever keeps a sent file and whoever reads it again mean the same place.
"""

import base64

from canteen.models.encrypted import KeyRing


def seal_file(ring: KeyRing, sha256: str, data: bytes) -> bytes:
    """The box for `import_files.content_box` of the row with that fingerprint."""
    return ring.seal(base64.b64encode(data).decode("ascii"), f"import_files:{sha256}:content")


def open_file(ring: KeyRing, sha256: str, box: bytes) -> bytes:
    """The bytes as they were sent."""
    return base64.b64decode(ring.open(box, f"import_files:{sha256}:content"))


def seal_fixes(ring: KeyRing, sha256: str, text: str) -> bytes:
    """The box for `import_files.fixes_box`."""
    return ring.seal(text, f"import_files:{sha256}:fixes")


def open_fixes(ring: KeyRing, sha256: str, box: bytes) -> str:
    """The fixes as they were written."""
    return ring.open(box, f"import_files:{sha256}:fixes")
