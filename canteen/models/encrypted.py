"""Encryption of ID numbers, phones and reader keys, and the keyed indexes that find them again.

AES-256-GCM (NIST SP 800-38D) with the place of the value as associated data, so that a ciphertext
moved to another row or column does not open. Search is by HMAC-SHA-256 (RFC 2104) of the normalised
value under a second key. The key ring travels in `session.info["key_ring"]`; a value says which key
sealed it, so that keys can be rotated without a stop.
"""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from canteen.rules.errors import Invalid

NONCE_BYTES = 12
INDEX_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Data keys by name, which of them seals new values, and the key of the indexes (32 bytes each)."""

    keys: dict[str, bytes]
    current: str
    index_key: bytes

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text` for `place` (`table:row:column`)."""
        return self.seal_bytes(text.encode(), place)

    def open(self, box: bytes, place: str) -> str:
        """Decrypt what `seal` made for the same `place`; Invalid when moved, damaged or of a lost key."""
        return self.open_bytes(box, place).decode()

    def seal_bytes(self, data: bytes, place: str) -> bytes:
        """Encrypt `data` for `place`: key name, 0, nonce, ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        box = AESGCM(self.keys[self.current]).encrypt(nonce, data, place.encode())
        return self.current.encode() + b"\0" + nonce + box

    def open_bytes(self, box: bytes, place: str) -> bytes:
        """Decrypt what `seal_bytes` made for the same `place`; Invalid as in `open`."""
        name, _, rest = box.partition(b"\0")
        key = self.keys.get(name.decode("ascii", "replace"))
        try:
            if key is None:
                raise InvalidTag
            return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise Invalid(
                "cipher_unreadable",
                "加密内容打不开：密钥文件不对，或数据被移动过",
                "An encrypted value does not open: wrong key file, or the value was moved",
                place=place,
            ) from None

    def index(self, kind: str, text: str) -> str:
        """The keyed search index of a normalised value: equal values, equal index; nothing else shows."""
        digest = hmac.digest(self.index_key, f"{kind}:{text}".encode(), hashlib.sha256)
        return digest[:INDEX_BYTES].hex()


def make_key_ring() -> KeyRing:
    """A new ring with one random data key and a random index key."""
    name = "k" + secrets.token_hex(3)
    return KeyRing({name: secrets.token_bytes(32)}, name, secrets.token_bytes(32))


def ring_text(ring: KeyRing) -> str:
    """The ring as JSON, for its file, or for a process of our own."""
    return json.dumps(
        {
            "current": ring.current,
            "keys": {name: key.hex() for name, key in ring.keys.items()},
            "index_key": ring.index_key.hex(),
        },
        indent=1,
    )


def parse_ring(text: str) -> KeyRing:
    """The ring that `ring_text` wrote; ValueError, KeyError, TypeError or AttributeError of anything else."""
    data = json.loads(text)
    keys = {str(name): bytes.fromhex(key) for name, key in data["keys"].items()}
    return KeyRing(keys, str(data["current"]), bytes.fromhex(data["index_key"]))


def write_key_file(path: Path, ring: KeyRing) -> None:
    """Write the ring as JSON, readable by its owner only; an existing file is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(ring_text(ring))
        file.flush()
        os.fsync(file.fileno())


def read_key_file(path: Path) -> KeyRing:
    """Read a ring; Invalid says which file is missing or spoilt."""
    try:
        ring = parse_ring(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(
            "key_file",
            f"密钥文件读不了：{path}（{error}）。请从备份取回，没有它打不开身份证号",
            f"Cannot read the key file {path} ({error}). Fetch it from the backup: without it no"
            " encrypted column opens",
            path=str(path),
        ) from error
    sizes = {len(key) for key in ring.keys.values()} | {len(ring.index_key)}
    if ring.current not in ring.keys or sizes != {32}:
        raise Invalid(
            "key_file",
            f"密钥文件内容不对：{path}",
            f"The key file {path} does not hold 32-byte keys with a current one",
            path=str(path),
        )
    return ring
