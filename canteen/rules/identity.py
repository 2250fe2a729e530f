"""Resident ID numbers (公民身份号码, GB 11643): shape, date and check digit; nothing about places.

Ground floor. An area code never rejects a number: elders carry codes of counties that were renamed
or dissolved decades ago, and 81/82/83 (residence permits) and 9 (permanent residence) are as good.
SOURCE: GB 11643-1999; field cases O-041, O-042.
"""

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from canteen.rules.errors import Invalid

PERSONAL_DIGITS_MIN = 7
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_DIGITS = "0123456789"
_FOLD = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX")
_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\u00ad]+")


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A checked number of 18 characters, and what it says: birth date, sex F or M, area (6 digits).

    The area is where the number was issued first; it tells neither today's hukou nor residence.
    """

    number: str
    born: date
    sex: str
    area: str


def parse_id_number(text: str, today: date | None = None) -> IdNumber:
    """Read an ID number as typed or imported; full-width digits, blanks and a small x are folded.

    Fifteen digits (issued before 1999) become eighteen. With `today`, a birth date after it is
    refused. Raises `Invalid` with code `id_length`, `id_characters`, `id_date`, `id_check_digit`
    or `id_future`; the sentences never repeat the number.
    """
    plain = _BLANKS.sub("", text).translate(_FOLD)
    if len(plain) not in (15, 18):
        raise Invalid(
            "id_length",
            f"身份证号应为 18 位，现有 {len(plain)} 位",
            f"An ID number has 18 characters, this one {len(plain)}",
            length=len(plain),
        )
    body = plain if len(plain) == 15 else plain[:17]
    if not (body.isascii() and body.isdigit()):
        raise _wrong_character(next(at for at, one in enumerate(body, 1) if one not in _DIGITS))
    if len(plain) == 18 and plain[17] not in _CHECK:
        raise _wrong_character(18)
    number = plain if len(plain) == 18 else _lengthen(plain)
    born = _birth_date(number[6:14])
    if number[17] != check_digit(number[:17]):
        raise Invalid(
            "id_check_digit",
            "身份证号校验位不对，请核对每一位",
            "The check digit of the ID number is wrong; compare every digit",
        )
    if today is not None and born > today:
        raise Invalid(
            "id_future", "身份证号里的出生日期在今天之后", "The birth date lies after today"
        )
    return IdNumber(number, born, "M" if int(number[16]) % 2 else "F", number[:6])


def is_personal(text: str) -> bool:
    """Whether it holds so many digits that it may be an ID number or a phone: those stand in no
    address and in no log. SOURCE: field case O-092."""
    return sum(character.isdigit() for character in text) >= PERSONAL_DIGITS_MIN


def check_digit(body: str) -> str:
    """The last character for the first seventeen digits (ISO 7064 MOD 11-2)."""
    total = sum(map(mul, map(int, body), _WEIGHTS))
    return _CHECK[total % 11]


def _lengthen(plain: str) -> str:
    body = f"{plain[:6]}19{plain[6:]}"
    return body + check_digit(body)


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Invalid(
            "id_date",
            "身份证号里的出生日期不存在",
            "The ID number holds a birth date that does not exist",
        ) from None


def _wrong_character(place: int) -> Invalid:
    return Invalid(
        "id_characters",
        f"身份证号第 {place} 位不是数字(末位可为 X)",
        f"Character {place} of the ID number is no digit (only the last may be X)",
        place=place,
    )
