"""ID number, sex and birth date of a row of a roster, and how they agree.

Ground floor. What the ID number says decides over everything that is written loosely; where both are
plain and differ, a person decides. An ID number is never guessed and never taken from a number cell.
"""

import re
from datetime import date

from canteen.rules.elders import age_on
from canteen.rules.errors import Invalid
from canteen.rules.grid import Typed
from canteen.rules.identity import IdNumber, parse_id_number
from canteen.rules.roster_dates import BirthReading, read_birth
from canteen.rules.roster_row import PersonCells, is_odd
from canteen.rules.roster_values import EXPONENT
from canteen.rules.setup_values import SEX_WORDS

DAYS_BETWEEN_SYSTEMS = 1462
#: digits of a number that a spreadsheet keeps
DIGITS_KEPT = 15
#: days from what a lunar date seems to be when it is read as a solar one to the day it is
LUNAR_LAG = range(15, 61)
#: nobody is older
OLDEST_AGE = 130
#: below this age a person is only pointed out: schemes, not rosters, say who is an elder
ELDER_AGE = 60
_SEXES = SEX_WORDS | {
    "男性": "M", "女性": "F", "m": "M", "f": "F", "male": "M", "female": "F",
    "1": "M", "2": "F", "男士": "M", "女士": "F", "♂": "M", "♀": "F",
}  # fmt: skip
_LOOKS_LIKE_X = str.maketrans("×ХхΧχ✕", "XXXXXX")
#: 450702194105039000.0, as programs write a number cell into a CSV file
_WAS_NUMBER = re.compile(r"\d{15,18}\.0*")


_LOST_EN = ": the last three digits of the ID number are lost"


def read_id(cells: PersonCells) -> IdNumber | None:
    cell = cells.cells.get("id_number")
    at = cells.place("id_number")
    text = cells.text("id_number")
    if is_odd(cell) or not text:
        return None
    if isinstance(cell, Typed) or EXPONENT.fullmatch(text) or _WAS_NUMBER.fullmatch(text):
        _refuse_number(cells, at)
        return None
    plain = re.sub(r"[\s\-]", "", text).translate(_LOOKS_LIKE_X)
    if len(plain) == 18 and plain.endswith("000") and "id_ends_000" not in cells.confirmed:
        cells.say(
            "hold",
            "id_ends_000",
            f"{at} 末三位是 000，可能是表格软件丢了数字，请对照证件核对",
            f"{at} ends in 000: a spreadsheet may have lost the digits; compare with the card",
            "id_number",
        )
    try:
        identity = parse_id_number(plain, cells.today)
    except Invalid as wrong:
        if not any(finding.code == "id_ends_000" for finding in cells.findings):
            cells.say("refuse", wrong.code, f"{at} {wrong.zh}", f"{at}: {wrong.en}", "id_number")
        return None
    if len(plain) == 15:
        cells.say(
            "note",
            "id_old",
            "15 位老身份证号，按规则换成 18 位",
            "An ID number of 15 digits, turned into 18 by the rule",
            "id_number",
        )
    return identity


def _refuse_number(cells: PersonCells, at: str) -> None:
    """A spreadsheet keeps fifteen digits of a number: a longer one is lost, and none is believed."""
    text = cells.text("id_number")
    is_lost = EXPONENT.fullmatch(text) is not None or len(text) > DIGITS_KEPT
    cells.say(
        "refuse",
        "id_is_number",
        f"{at} 是数字格式，{'身份证号已丢失末三位，' if is_lost else '不能当身份证号，'}请改为文本",
        f"{at} is a number cell{_LOST_EN if is_lost else ''}; make it text",
        "id_number",
    )


def read_sex(cells: PersonCells, identity: IdNumber | None) -> str | None:
    word = cells.text("sex").lower()
    sex = _SEXES.get(word)
    if word and sex is None:
        cells.say(
            "refuse",
            "sex_unknown",
            f"性别只能写男或女，表里是“{word[:10]}”",
            f"The sex must be 男 or 女, not {word[:10]!r}",
            "sex",
            guess={"M": "男", "F": "女"}[identity.sex] if identity else None,
        )
    if identity is None:
        return sex
    if sex is not None and sex != identity.sex and "sex_differs" not in cells.confirmed:
        cells.say(
            "hold",
            "sex_differs",
            "性别和身份证号不一致",
            "The sex differs from what the ID number says",
            "sex",
            guess={"M": "男", "F": "女"}[identity.sex],
        )
    return identity.sex


def read_born(cells: PersonCells, identity: IdNumber | None) -> date | None:
    """The birth date: the ID's, when there is one; the column's only when it means one day."""
    word = cells.text("calendar")
    lunar = cells.cells.get("lunar")
    of = "born" if "born" in cells.cells or lunar is None else "lunar"
    reading = read_birth(
        cells.cells.get(of),
        cells.text(of),
        is_1904=cells.is_1904,
        is_lunar=of == "lunar" or word.startswith(("农", "阴", "旧")),
    )
    if reading.wrong in ("formula", "error"):
        return identity.born if identity else None
    if identity is not None:
        _compare_born(cells, reading, identity.born, of)
        return identity.born
    is_said = any(finding.field == "id_number" for finding in cells.findings)
    if reading.is_sure and reading.days:
        born = reading.days[0]
        if born > cells.today and not is_said:
            cells.say(
                "refuse", "born_future", "出生日期在今天之后", "The birth date lies after today", of
            )
        return born
    if not is_said:  # else the date follows from the ID number, when that is mended
        code, zh, en = _NO_DATE if reading.is_blank else _WHY_NO_DATE[reading.wrong]
        cells.say("refuse", code, zh, en, of)
    return None


_NO_DATE = (
    "born_missing",
    "没有身份证号，也没有出生日期",
    "There is neither an ID number nor a birth date",
)
_UNCERTAIN = (
    "date_uncertain",
    "出生日期不能肯定是哪一天，请写成 1941-05-03，或填身份证号",
    "The birth date may mean several days; write it like 1941-05-03, or give the ID number",
)
_WHY_NO_DATE = {
    "": _UNCERTAIN,
    "short": _UNCERTAIN,
    "serial": (
        "date_serial",
        "出生日期是一个数字，格子却不是日期格式；请改为日期，或填身份证号",
        "The birth date is a bare number in a cell without a date format; make it a date",
    ),
    "lunar": (
        "date_lunar",
        "出生日期像是农历，不能当公历用；请填公历日期或身份证号",
        "The birth date seems to be lunar and is not read as solar; give the solar date or the ID",
    ),
    "impossible": ("date_impossible", "出生日期没有这一天", "There is no such day"),
    "unreadable": ("date_unreadable", "出生日期看不懂", "The birth date cannot be read"),
}


def _compare_born(cells: PersonCells, reading: BirthReading, born: date, of: str) -> None:
    shown = born.isoformat()
    if reading.is_blank:
        return
    if reading.agrees_with(born):
        if not reading.is_sure:
            cells.say(
                "note",
                "date_by_id",
                f"出生日期写得不全或有几种读法，按身份证号是 {shown}",
                f"The birth date is loosely written; by the ID number it is {shown}",
                of,
            )
    elif reading.wrong == "lunar" and (
        not reading.days or any((born - day).days in LUNAR_LAG for day in reading.days)
    ):
        cells.say(
            "note",
            "date_lunar",
            f"出生日期是农历，没有采用；按身份证号是 {shown}",
            f"The birth date is lunar and was not used; by the ID number it is {shown}",
            of,
        )
    elif reading.wrong in ("impossible", "unreadable"):
        code, zh, en = _WHY_NO_DATE[reading.wrong]
        cells.say(
            "refuse", code, f"{zh}；身份证上是 {shown}", f"{en}; the ID says {shown}", of, shown
        )
    else:
        off = any(abs((day - born).days) == DAYS_BETWEEN_SYSTEMS for day in reading.days)
        why_zh = "（正好差 1462 天：文件用的是 1904 日期系统）" if off else ""
        why_en = " (by exactly 1462 days: the 1904 date system)" if off else ""
        cells.say(
            "hold",
            "born_differs",
            f"出生日期和身份证号不一致{why_zh}；身份证上是 {shown}",
            f"The birth date differs from the ID number{why_en}, which says {shown}",
            of,
            shown,
        )


def look_at_age(cells: PersonCells, born: date | None) -> None:
    if born is None or born > cells.today:
        return
    age = age_on(born, cells.today)
    if age > OLDEST_AGE:
        cells.say(
            "refuse",
            "born_too_early",
            f"按出生日期有 {age} 岁，请核对",
            f"By the birth date {age} years old; please check",
            "born",
        )
    elif age < ELDER_AGE:
        cells.say(
            "note", "under_age", f"{age} 岁，不满 60 岁", f"{age} years old, not yet 60", "born"
        )
    written = re.fullmatch(r"(\d{1,3})(?:周?岁)?", cells.text("age"))
    if written and not age <= int(written.group(1)) <= age + 2:  # 虚岁 counts up to two more
        cells.say(
            "note", "age_differs", f"按出生日期是 {age} 岁", f"By the birth date {age} years", "age"
        )
