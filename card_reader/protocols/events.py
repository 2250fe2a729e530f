"""The events that every protocol speaks, whatever the reader: the kinds of `card-reader decode`.

They stand at the bottom because parsers make them and the agent, the decoder and the tests read
them. Times are whole milliseconds of the caller's monotonic clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class CardRead:
    """A whole, checked card frame. `uid` is the canonical id (scheme, bytes in air order)."""

    kind: ClassVar[str] = "card"
    uid: str
    t_ms: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Bytes that are not a card, counted and never repaired. `size` is how many bytes."""

    kind: ClassVar[str] = "rejected"
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class NoCard:
    """A polled reader looked and found nothing in its field."""

    kind: ClassVar[str] = "no_card"
    t_ms: int


@dataclass(frozen=True, slots=True)
class SeveralCards:
    """More than one card in the field: the person is asked to hold one card only."""

    kind: ClassVar[str] = "several_cards"
    t_ms: int
    count: int


@dataclass(frozen=True, slots=True)
class Unstable:
    """The reader answered, but two looks at the same card did not agree."""

    kind: ClassVar[str] = "unstable"
    t_ms: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The reader took a command."""

    kind: ClassVar[str] = "ack"
    t_ms: int


@dataclass(frozen=True, slots=True)
class Status:
    """What a reader said about itself (firmware, serial number)."""

    kind: ClassVar[str] = "status"
    t_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class IdCard:
    """A resident ID card on an enrolment reader: name and number only, all else is dropped."""

    kind: ClassVar[str] = "id_card"
    t_ms: int
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Text of a scanned code."""

    kind: ClassVar[str] = "scan"
    t_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class ReaderError:
    """The reader reported a fault of its own, by its own code."""

    kind: ClassVar[str] = "reader_error"
    t_ms: int
    code: str


Event = (
    CardRead
    | Rejected
    | NoCard
    | SeveralCards
    | Unstable
    | Ack
    | Status
    | IdCard
    | Scan
    | ReaderError
)

_JSON_NAMES: Mapping[str, str] = {"size": "bytes"}


def event_json(event: Event) -> dict[str, str | int]:
    """The event as `card-reader decode` prints it: its kind first, then its facts."""
    facts = {_JSON_NAMES.get(name, name): getattr(event, name) for name in event.__slots__}
    return {"kind": event.kind, **facts}
