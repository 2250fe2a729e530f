"""What the service told this reader to know: its counter, cards in use, cards not to serve.

The lists hold keyed marks, not card numbers: whoever takes the counter's computer away has no
numbers. They are kept in the outbox, so a restart without a line still knows a lost card.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping

from card_reader.outbox import Outbox

KEPT_NAME = "self"
MARK_BYTES = 5


def make_mark(key: bytes, card_uid: str) -> str:
    """A card's mark: the first 5 bytes of HMAC-SHA256(reader key, canonical id), in hex."""
    return hmac.new(key, card_uid.encode("ascii"), hashlib.sha256).digest()[:MARK_BYTES].hex()


class Lists:
    """The lists as last received; read by the reading thread, replaced whole by the sending one."""

    def __init__(self, key: bytes, outbox: Outbox) -> None:
        self._key = key
        self._outbox = outbox
        self._known: frozenset[str] | None = None
        self._blocked: frozenset[str] = frozenset()
        self.etag: str | None = None
        self.counter = ""
        kept = outbox.find_kept(KEPT_NAME)
        if kept is not None and self._use(json.loads(kept[1])):
            self.etag = kept[0]

    def is_known(self, card_uid: str) -> bool | None:
        """Whether the card is one of the canteen's; None when no list has come yet."""
        return None if self._known is None else make_mark(self._key, card_uid) in self._known

    def is_blocked(self, card_uid: str) -> bool:
        """Whether the card must not be served (reported lost, blocked)."""
        return make_mark(self._key, card_uid) in self._blocked

    def take(self, document: Mapping[str, object], etag: str | None) -> bool:
        """Use and keep what the service sent; False when it is not such a document."""
        if not self._use(document):
            return False
        self.etag = etag
        self._outbox.keep(KEPT_NAME, etag, json.dumps(document))
        return True

    def _use(self, document: Mapping[str, object]) -> bool:
        known, blocked = _marks(document.get("known")), _marks(document.get("blocked"))
        if known is None or blocked is None:
            return False
        self._known, self._blocked = known, blocked
        counter = document.get("counter")
        if isinstance(counter, dict):
            self.counter = str(counter.get("code", ""))
        return True


def _marks(value: object) -> frozenset[str] | None:
    if not isinstance(value, list) or not all(isinstance(mark, str) for mark in value):
        return None
    return frozenset(mark.lower() for mark in value)
