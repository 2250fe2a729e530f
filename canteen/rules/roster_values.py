"""What is said about a row of a roster, and the single values of it that need no other: card and phone.

Ground floor. A finding never repeats an ID number or a phone: what the file says is masked.
"""

import re
from dataclasses import dataclass
from typing import Literal

from canteen.rules.card_uid import TYPED_DIGITS, parse_enrolled_card
from canteen.rules.elders import mask_id_number, mask_phone
from canteen.rules.errors import Invalid
from canteen.rules.grid import Cell, Typed
from canteen.rules.roster_text import without_blanks

Weight = Literal["refuse", "hold", "note"]

#: holds that a person may decide for a row to go in as it stands; all others need another act first
CONFIRMABLE = frozenset(
    {
        "id_ends_000",
        "sex_differs",
        "born_differs",
        "name_without_id",
        "name_on_register",
        "person_without_id",
        "id_other_name",
        "born_on_register",
        "elder_gone",
        "person_ended",
    }
)

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(?:(?:-|转)\d{1,6})?")
_LOCAL = re.compile(r"[2-9]\d{6,7}")
_SERVICE = re.compile(r"400-?\d{3}-?\d{4}")
_PHONES = re.compile(r"[/、,;，；|\n]+|(?<=\d{7})\s+(?=\d[\d-]{6})")
_AMONG_WORDS = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
_CALLED = re.compile(r"^(?:电话|手机|联系电话|座机|本人)[:：]?")
#: 0011583954 176,49618: the same number printed in two ways
_PRINTED_TWICE = re.compile(r"(\d{10})\d{1,3},\d{5}")
_HEX_UID = re.compile(r"(?=.*[A-Fa-f])[0-9A-Fa-f]{10}")
_TEN_DIGITS = re.compile(r"\d{10}")
#: 07302202: another form, of 24 bits; a zero that was lost in a spreadsheet does not stand in front
_OTHER_FORM = re.compile(r"0\d{7}")
_PHONE_SIGNS = re.compile(r"[\d\-+()转]+")
EXPONENT = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say of a row. `refuse`: it cannot go in; `hold`: a person must decide; `note`: it
    goes in. `column` is the header as written, `said` what the file says (masked), `guess` our best
    guess where there is one, `other_row` the row of the file it collides with."""

    weight: Weight
    code: str
    zh: str
    en: str
    field: str
    column: str = ""
    said: str = ""
    guess: str | None = None
    other_row: int | None = None


def mask(field: str, text: str) -> str:
    """What a page may show of a value of that field."""
    if field == "id_number":
        return mask_id_number(text) if len(text) >= 15 else text[:4] + "*" * (len(text) - 4)
    return mask_phone(text) if field == "phone" else text[:60]


def read_phone(text: str, cell: Cell = None) -> tuple[str | None, Finding | None]:
    """The phone as it is kept, and what there is to say of it; a phone never stops a row.

    `text` is clean; `cell` tells a number cell, which may have lost a zero."""
    if not text or _MOBILE.fullmatch(text):
        return text or None, None
    parts = [part for part in _PHONES.split(text) if any(map(str.isdigit, part))]
    phone = _fold_phone(parts[0]) if parts else text
    if _is_phone(phone):
        several = _note(
            "phone_several", "电话有几个，取第一个", "Several phones; the first is taken"
        )
        return phone, several if len(parts) > 1 else None
    among = _AMONG_WORDS.findall(text.replace(" ", ""))
    if among:
        return among[0], _note(
            "phone_words", "电话里还有别的字，只取号码，请核对", "Only the number is kept of this"
        )
    digits = sum(map(str.isdigit, phone))
    if EXPONENT.fullmatch(text) or not 5 <= digits <= 20 or not _PHONE_SIGNS.fullmatch(phone):
        return None, _note(
            "phone_unreadable", "不是电话号码，没有登记", "This is no phone number and is not kept"
        )
    if isinstance(cell, Typed) and _LANDLINE.fullmatch(f"0{phone}"):
        return phone, _note(
            "phone_lost_zero",
            "电话是数字格式，可能少了开头的 0，请核对",
            "The phone is a number cell and may have lost its leading 0; please check",
            f"0{phone}",
        )
    if _LOCAL.fullmatch(phone):
        return phone, _note("phone_no_area", "座机没有区号", "A landline without its area code")
    return phone, _note(
        "phone_odd", f"电话有 {digits} 位，请核对", f"The phone has {digits} digits; please check"
    )


def _fold_phone(text: str) -> str:
    phone = re.sub(r"[—–－﹣‐‑]", "-", without_blanks(text)).removesuffix(".0")
    phone = re.sub(r"^\((0\d{2,3})\)-?", r"\1-", _CALLED.sub("", phone))
    phone = re.sub(r"^(?:\+?0{0,2}86-?)(?=1[3-9]\d)", "", phone)
    digits = phone.replace("-", "")
    return digits if _MOBILE.fullmatch(digits) else phone


def _is_phone(phone: str) -> bool:
    return any(form.fullmatch(phone) for form in (_MOBILE, _LANDLINE, _SERVICE))


def _note(code: str, zh: str, en: str, guess: str | None = None) -> Finding:
    return Finding("note", code, zh, en, "phone", guess=guess)


def phone_digits(phone: str) -> str:
    """What two writings of one number share."""
    return re.sub(r"\D", "", phone)


def is_hex_card(text: str) -> bool:
    """Is it a card's five bytes in hexadecimal, and surely no decimal number?"""
    return _HEX_UID.fullmatch(without_blanks(text)) is not None


def is_hex_or_decimal(text: str) -> bool:
    """May it be a card's five bytes as well as the ten digits printed on another card?"""
    return _TEN_DIGITS.fullmatch(without_blanks(text)) is not None


def read_card(text: str, cell: Cell = None) -> tuple[str | None, Finding | None]:
    """The ten digits printed on a card, or its canonical id; what cannot be a card is refused.

    A spreadsheet drops leading zeros, so that shorter numbers are padded: printed numbers have ten."""
    if not text:
        return None, None
    text = without_blanks(text)
    if ":" in text or _HEX_UID.fullmatch(text):
        try:
            card = parse_enrolled_card(text if ":" in text else f"em4100:{text}")
        except Invalid as wrong:
            return None, Finding("refuse", wrong.code, wrong.zh, wrong.en, "card")
        return card.printed or card.uid, None
    text = text.removesuffix(".0")
    if "," in text:
        text = _PRINTED_TWICE.sub(r"\1", text)
    is_number = text.isascii() and text.isdigit() and len(text) <= TYPED_DIGITS
    is_other = not isinstance(cell, Typed) and _OTHER_FORM.fullmatch(text) is not None
    if not is_number or is_other or not 0 < int(text) < 1 << 32:
        return None, Finding(
            "refuse",
            "card_unreadable",
            "不是卡面上的 10 位号码，请核对或清空",
            "Not the ten digits printed on a card; check it or leave it blank",
            "card",
        )
    return text.zfill(TYPED_DIGITS), None
