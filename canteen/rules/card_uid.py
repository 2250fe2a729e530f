"""The canonical id of a card: its scheme and its bytes in air order, upper-case hex, and what follows.

Ground floor: `em4100:62E3086CED`, `iso14443a:B0864D25`. SOURCE: contract.md §3, readers.md §1.
"""

import re
import unicodedata
from dataclasses import dataclass

from canteen.rules.errors import Invalid

#: scheme → how many hex digits its ids may have
SCHEMES: dict[str, tuple[int, ...]] = {
    "em4100": (10,),
    "iso14443a": (8, 14, 20),
    "iso14443b": (8, 16, 24),
    "iso15693": (16,),
    "felica": (16,),
    "hid": (10,),
    "barcode": tuple(range(2, 65, 2)),
    "printed": (10,),  # an EM4100 card of which only the number printed on it is known
}

#: a 4-byte ISO 14443A id that begins so is a cut 7-byte id, or a random one (ISO 14443-3, NXP AN10927)
CASCADE_BYTE, RANDOM_BYTE = "88", "08"
#: a FeliCa id that begins so is random at each tap
FELICA_RANDOM = "01FE"

#: what a keyboard reader types of an EM4100 card: the low 32 bits in decimal
TYPED_DIGITS = 10

#: as a few cards are printed, and people write: 781718 for 0000781718
_WITHOUT_ZEROS = re.compile(r"[1-9]\d{3,8}", re.ASCII)
_HEX = re.compile(r"(?=.*[A-Fa-f])[0-9A-Fa-f]{10}")
_UID = re.compile(r"([a-z][a-z0-9]*):([0-9A-Fa-f]+)")


@dataclass(frozen=True, slots=True)
class CardUid:
    """A card's canonical id, the number usually printed on it, and its low bits (EM4100 only)."""

    uid: str
    printed: str | None
    low24: int | None
    low32: int | None


def parse_card_uid(text: str) -> CardUid:
    """Read a canonical card id; raises `Invalid` (card_uid) that says what one looks like.

    Of an EM4100 card the ten digits printed on it are the low 32 bits in decimal (10H form), and the
    low 24 and 32 bits are what short readers send."""
    found = _UID.fullmatch(text.strip())
    lengths = SCHEMES.get(found.group(1)) if found else None
    if found is None or lengths is None or len(found.group(2)) not in lengths:
        raise Invalid(
            "card_uid",
            f"卡号 {text[:40]!r} 不对：应写成 em4100:62E3086CED 或 iso14443a:B0864D25 这样的形式",
            f"{text[:40]!r} is no card id: write it like em4100:62E3086CED or iso14443a:B0864D25",
        )
    scheme, digits = found.group(1), found.group(2).upper()
    if scheme == "printed":
        return printed_card(digits)
    if scheme != "em4100":
        return CardUid(f"{scheme}:{digits}", None, None, None)
    low32 = int(digits[2:], 16)
    return CardUid(f"{scheme}:{digits}", f"{low32:010d}", low32 & 0xFFFFFF, low32)


def printed_card(digits: str) -> CardUid:
    """The card of which a list names only the ten digits printed on it; Invalid when there is none."""
    if not (digits.isascii() and digits.isdigit() and len(digits) == TYPED_DIGITS) or int(
        digits
    ) >= (1 << 32):
        raise Invalid(
            "card_printed", "卡面号码是 10 位数字", "A card's printed number has ten digits"
        )
    low32 = int(digits)
    return CardUid(f"printed:{digits}", digits, low32 & 0xFFFFFF, low32)


def find_unusable(uid: str) -> str | None:
    """ "cut" or "random" for an id that can never name one card, else None."""
    scheme, _, digits = uid.partition(":")
    if scheme == "iso14443a" and len(digits) == 8:
        return {CASCADE_BYTE: "cut", RANDOM_BYTE: "random"}.get(digits[:2])
    return "random" if scheme == "felica" and digits.startswith(FELICA_RANDOM) else None


def parse_enrolled_card(text: str) -> CardUid:
    """A canonical card id that can be somebody's for good; Invalid `card_uid`, or `card_unusable` for one
    that is cut, new at each tap, or what an empty field reads (field cases O-008, O-015)."""
    card = parse_card_uid(text)
    digits = card.uid.partition(":")[2]
    if find_unusable(card.uid) is not None or not digits.strip("0") or not digits.strip("F"):
        raise Invalid(
            "card_unusable",
            "这张卡的号码不完整或每次都变，不能用作就餐卡",
            "This card's number is cut, empty or changes at each tap: it cannot be used",
        )
    return card


def known_as(uid: str) -> tuple[str, ...]:
    """The ids under which a card that a reader read may be enrolled, the exact one first."""
    if not uid.startswith("em4100:"):
        return (uid,)
    return (uid, f"printed:{parse_card_uid(uid).printed}")


def parse_typed_card(text: str) -> str:
    """What a keyboard reader typed, as a swipe's card id: a canonical id, or the ten digits of the 10D
    form (full-width ones folded) as `partial:32:…`.

    Nine digits are a number that lost a zero, not a shorter number: refused, never searched by its
    end (field case O-019). Invalid `typed_card` otherwise."""
    typed = unicodedata.normalize("NFKC", text).strip()
    if ":" in typed:
        return parse_card_uid(typed).uid
    is_number = typed.isascii() and typed.isdigit()
    if is_number and len(typed) == TYPED_DIGITS and int(typed) < 1 << 32:
        return f"partial:32:{int(typed):08X}"
    raise Invalid(
        "typed_card",
        "卡号没有读全：要 10 位数字，请再刷一次",
        "Not a whole card number: ten digits are expected; tap again",
    )


def parse_written_card(text: str) -> str:
    """What a person read off a card, as `parse_typed_card` says it: zeros in front may be left out, for
    some cards are printed without them; ten hexadecimal digits are the bytes of an EM4100 card.

    A shorter number that begins with 0 lost a digit (field cases O-013, O-019). Invalid `card_written`."""
    written = unicodedata.normalize("NFKC", text).strip()
    if ":" in written:
        return parse_card_uid(written).uid
    if _WITHOUT_ZEROS.fullmatch(written):
        written = written.zfill(TYPED_DIGITS)
    elif _HEX.fullmatch(written):
        return parse_card_uid(f"em4100:{written}").uid
    try:
        return parse_typed_card(written)
    except Invalid:
        raise Invalid(
            "card_written",
            "写卡面上的号码：10 位数字（前面的 0 可以不写），或 0A000BED96 这样 10 位的十六进制",
            "Write the number on the card: ten digits (zeros in front may be left out), or ten"
            " hexadecimal digits like 0A000BED96",
        ) from None
