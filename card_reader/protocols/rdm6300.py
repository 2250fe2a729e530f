"""RDM6300, RDM630 and kin: 125 kHz readers that say a card's 5 bytes as text.

    02 | 10 hex digits: 5 bytes of the card | 2 hex digits: XOR of the 5 bytes | 03      = 14 bytes

The reader sends by itself and repeats while the card lies there. Rejected, never repaired: a wrong
check byte, a character that is no hex digit (also the 0D 0A of look-alikes), a byte too few or too
many, half a frame before a silence. Lower-case digits are taken and said in upper case. Cards of
only 0 or only F bits are ghosts of an empty field, though their check byte fits.
Source: Seeed wiki "125Khz RFID module UART"; captures named in the test vectors.
"""

from functools import reduce
from operator import xor

from card_reader.protocols.events import CardRead, Event, Rejected
from card_reader.protocols.framing import MarkedFrames

START = 0x02
END = 0x03
FRAME_BYTES = 14
CARD_BYTES = 5
SCHEME = "em4100"

_HEX_DIGITS = frozenset(b"0123456789ABCDEFabcdef")
_GHOSTS = (bytes(CARD_BYTES), b"\xff" * CARD_BYTES)


def make_parser(gap_ms: int) -> MarkedFrames:
    """A parser that ends half a frame after `gap_ms` milliseconds of silence."""
    return MarkedFrames(start=START, end=END, length=FRAME_BYTES, gap_ms=gap_ms, judge=judge_frame)


def judge_frame(frame: bytes, now_ms: int) -> Event:
    """What 14 bytes from 02 to 03 are: a card, or why not."""
    text = frame[1:-1]
    if not _HEX_DIGITS.issuperset(text):
        return Rejected("not_hex", len(frame))
    values = bytes.fromhex(text.decode("ascii"))
    card, check = values[:CARD_BYTES], values[CARD_BYTES]
    if reduce(xor, card) != check:
        return Rejected("checksum", len(frame))
    if card in _GHOSTS:
        return Rejected("ghost", len(frame))
    return CardRead(f"{SCHEME}:{card.hex().upper()}", now_ms)


def make_frame(uid: str) -> bytes:
    """The frame that a reader sends for the card `uid` ("em4100:" and 10 hex digits).

    ValueError when it is not such a card.
    """
    scheme, _, digits = uid.partition(":")
    if (
        scheme != SCHEME
        or len(digits) != 2 * CARD_BYTES
        or not _HEX_DIGITS.issuperset(digits.encode())
    ):
        raise ValueError(f"{uid!r} is not {SCHEME}: and {2 * CARD_BYTES} hex digits")
    card = bytes.fromhex(digits)
    check = reduce(xor, card)
    return bytes([START]) + f"{card.hex()}{check:02x}".upper().encode("ascii") + bytes([END])
