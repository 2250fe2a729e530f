"""Chinese addresses, read into place, building, stair, floor and room, so that doors sort as people
count and a sheet can say "5 栋 1 单元 601".

Ground floor: text in, parts out. Never refuses: what it cannot read stays as it was written, and
comes last.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from canteen.rules.roster_text import clean

SortKey = tuple[tuple[int, str], ...]
"""Compares as people count: 2 before 10, numbers before letters, what is missing after what is there."""

_NUMERALS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_NUMERALS |= {"〇": 0, "○": 0, "两": 2}
_TENS = {"廿": 20, "卅": 30}
_HAN = "零〇○一二两三四五六七八九十百廿卅"
#: 甲 before 乙, as A before B; code points have them the other way round
_HEAVENLY = str.maketrans("甲乙丙丁戊", "ABCDE")
_BEYOND_NUMBERS, _MISSING, _END = 10**9, (10**9 + 1, ""), (-1, "")

_DASHES = re.compile("[-—–―‐‑‒−～~]+")
_ASIDE = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]?")
_BETWEEN = re.compile(r"(?<=[0-9A-Z])[\s、,;/._]+(?=[0-9A-Z])")
_BLANKS = re.compile(r"[\s、,;/._]+")
#: a Chinese numeral that counts something of a house, or stands where a room's number stands
_COUNTED = re.compile(
    f"第?([{_HAN}]{{1,8}})(?=栋|幢|座|号|单元|梯|楼|层|室|房|组|队|屯|弄|社(?!区)|门(?![路街口卫面外里前]))"
    f"|(?<=[栋幢座楼元梯层门-])([{_HAN}]{{1,8}})$"
)
#: what stands in front of the street in a full address
_OFFICES = (
    re.compile(r"^\D{2,12}?(?:省|自治区)(?=\D)"),
    re.compile(r"^\D{2,8}?市(?![场口政委民])(?:\D{1,6}?(?<![小社])[区县旗])?(?=\D)"),
    re.compile(r"^\D{2,12}?(?:街道(?:办事处)?|镇|乡)(?=[^\d政中卫])"),
    re.compile(r"^\D{2,8}?(?:社区|居委会)"),
)
_N = r"[A-Z]?\d{1,5}(?:-?[A-Z](?![A-Z0-9]))?|[A-Z]"
_SIDE = "[甲乙丙丁戊东南西北中]"
_BUILDING = re.compile(rf"({_N}|{_SIDE})(号楼|号栋|#楼|栋|幢|座|#(?=\w))")
_TOWER_OF_STAIRS = re.compile(rf"({_N})(楼)(?=(?:{_N})(?:单元|梯|门))")
_HOUSE = re.compile(r"(\d{1,5}(?:-\d{1,3}|[A-Z])?)(号)(?![院房室门])")
_DASHED = re.compile(rf"(?<![0-9A-Z-])({_N})-({_N})(?:-({_N}))?(?:-({_N}))?(?:室|房|号)?$")
_STAIR = re.compile(rf"({_N}|{_SIDE})(单元|号门|门洞|门|梯|座|栋|幢)")
_FLOOR = re.compile(
    r"(负|地下|-|B)?(\d{1,2})(?:楼|层|F(?![A-Z]))|(B|负)(\d)(?!\d)|(地下室)|([底首][楼层])"
)
_ROOM = re.compile(
    r"((?:B|负|-(?=\d{3}))?[A-Z]?\d{1,5}(?:-\d{1,2}(?!\d)|[A-Z])?(?:之\d)?)(?:号?[室房]|号|户)?"
)
_FLOOR_IN_ROOM = re.compile(r"(B|负|-)?[A-Z]?(\d{1,2})(?:\d{2}(?:[A-Z]|-\d{1,2})?(?:之\d)?|[A-Z])")
#: something that is no leftover of a part: 院, 室 and the like stand for nothing by themselves
_MORE = re.compile(r"[^-#号室房户院内]")
_TOKEN = re.compile(r"(\d{1,9})|([A-Z]+)|([^\dA-Z]+)")
_SPACED = re.compile(r"(?<=[0-9A-Z])(?=[一-鿿])|(?<=[一-鿿])(?=[0-9A-Z])")


@dataclass(frozen=True)
class Address:
    """A door. Parts that the text does not tell are "" or None."""

    #: as it was written
    text: str
    #: street, estate or village: "榕荫里5号", "城西村3组"
    place: str = ""
    #: "3栋", "12-A座", "7号"
    building: str = ""
    #: "2单元"
    stair: str = ""
    #: below ground is negative
    floor: int | None = None
    room: str = ""
    #: it says more than these: "501 后门", "5楼左手"
    has_more: bool = False

    @property
    def beside(self) -> str:
        """What a door needs beside house and number: all of the text where they do not tell it all, else
        the estate that the house does not name."""
        return self.text if self.has_more and self.building + self.door else self.estate

    @property
    def is_readable(self) -> bool:
        """Does it say which house?"""
        return bool(self.building)

    @property
    def _is_house_number(self) -> bool:
        """A house counted along its street, which says nothing without the street."""
        return self.building.endswith("号")

    @property
    def house(self) -> str:
        """Where to go, for screens: "5 栋 1 单元", "城西村 3 组"; all of a text that could not be read."""
        if not self.building:
            return self.text if not self.door else _spaced(self.place + self.stair)
        if not self._is_house_number:
            return _spaced(self.building + self.stair)
        is_in_door = bool(self.place) and not (self.stair or self.room or self.floor is not None)
        return _spaced(self.place if is_in_door else self.place + self.building + self.stair)

    @property
    def door(self) -> str:
        """The door itself: "601", "12 号" of a house in a village, "5 楼" when no room is told."""
        if self.room:
            return self.room
        if self.floor is not None:
            return f"{self.floor} 楼" if self.floor > 0 else f"负 {-self.floor} 楼"
        if self._is_house_number and self.place and not self.stair:
            return _spaced(self.building)
        return ""

    @property
    def estate(self) -> str:
        """The place beside a house that does not name it: "榕荫里 5 号"; "" when `house` does."""
        return _spaced(self.place) if self.building and not self._is_house_number else ""

    @cached_property
    def place_key(self) -> SortKey:
        """The same for two writings of one street, estate or village; none, the canteen's own, is first."""
        return _natural(self.place.removesuffix("小区")) if self.place else (_END,)

    @cached_property
    def building_key(self) -> SortKey:
        """The same for two writings of one building: 3栋, 3幢 and 三号楼."""
        number = self.building.rstrip("栋幢座楼号#")
        kind = (int(self._is_house_number), "")
        return (*self.place_key, kind, *_natural(number.replace("-", "")))

    @cached_property
    def stair_key(self) -> SortKey:
        """The same for two writings of one stair, within its building."""
        return _natural(self.stair.rstrip("单元号门洞梯座栋幢"))

    @cached_property
    def sort_key(self) -> SortKey:
        """Building by building, stair by stair, floor by floor, door by door; unread ones at the end."""
        rank = 0 if self.building else 1 if self.text else 2
        floor = _MISSING if self.floor is None else (self.floor, "")
        parts = (*self.building_key, *self.stair_key, floor, *_natural(self.room))
        return ((rank, ""), *parts, (0, self.text))


def parse_address(text: str | None) -> Address:
    """The parts of an address; of one that nobody can read only the text."""
    written = (text or "").strip()
    plain = _folded(written)
    for reading in (_by_building, _by_dashes, _by_house, _by_door):
        found = reading(written, plain)
        if found is not None:
            return found
    return Address(written, place=_without_offices(plain))


def _folded(text: str) -> str:
    """One way to write it: half-width, capitals, digits, no blanks, nothing in brackets."""
    plain = _DASHES.sub("-", _ASIDE.sub("", clean(text).upper()))
    plain = _BLANKS.sub("", _BETWEEN.sub("-", plain.replace("，", ",")))
    return _COUNTED.sub(lambda found: str(_han_number(found[1] or found[2])), plain)


def _han_number(han: str) -> int:
    """二十三 is 23, 一百零二 is 102, 五〇一 is 501."""
    if not set(han) & set("十百廿卅"):
        return int("".join(str(_NUMERALS[sign]) for sign in han))
    total, digit = 0, 0
    for sign in han:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        elif sign in _TENS:
            total, digit = total + _TENS[sign], 0
        else:
            digit = _NUMERALS[sign]
    return total + digit


def _without_offices(words: str) -> str:
    """Street, estate or village without the province, city, district, town and community before it."""
    for office in _OFFICES:
        words = office.sub("", words)
    return words.strip("-#")


def _by_building(text: str, plain: str) -> Address | None:
    """…3栋2单元501, 三号楼二单元, 12-A座, 3楼2单元501."""
    found = _BUILDING.search(plain) or _TOWER_OF_STAIRS.search(plain)
    if found is None:
        return None
    word = found[2].replace("#", "栋") if found[2] == "#" else found[2].replace("#", "号")
    return _rest(text, plain[: found.start()], found[1] + word, plain[found.end() :])


def _by_dashes(text: str, plain: str) -> Address | None:
    """12-2-301 is building, stair and room; 3-501 building and room."""
    found = _DASHED.search(plain)
    if found is None:
        return None
    parts = [part for part in found.groups() if part]
    if len(parts) == 2 and not _is_room(parts[1]):
        return None
    stair = f"{parts[1]}单元" if len(parts) > 2 else ""
    floor = int(parts[2]) if len(parts) > 3 and parts[2].isdigit() else _floor_of(parts[-1])
    place = _without_offices(plain[: found.start()])
    has_more = _ASIDE.search(text) is not None
    return Address(text, place, f"{parts[0]}栋", stair, floor, parts[-1], has_more)


def _by_house(text: str, plain: str) -> Address | None:
    """城西村3组12号, 人民路88弄12号301室: the last number of a house counts along its street."""
    found = None
    for found in _HOUSE.finditer(plain):
        if found.end() < len(plain) and _HOUSE.search(plain, found.end()) is None:
            break
    if found is None:
        return None
    return _rest(text, plain[: found.start()], found[1] + found[2], plain[found.end() :])


def _by_door(text: str, plain: str) -> Address | None:
    """2单元501, 五楼, 501室: a door of a house that is not told."""
    starts = [found.start() for rule in (_STAIR, _FLOOR) if (found := rule.search(plain))]
    bare = re.search(rf"(?:{_N})(?:号?[室房])?$", plain)
    if bare is not None and _is_room(bare[0].rstrip("号室房")):
        starts.append(bare.start())
    if not starts:
        return None
    return _rest(text, plain[: min(starts)], "", plain[min(starts) :])


def _rest(text: str, place: str, building: str, rest: str) -> Address:
    """What stands behind the building: stair, floor and room, in that order, each or none."""
    rest = rest.lstrip("-#")
    stair, floor, beside = "", None, "".join(_ASIDE.findall(text))
    if found := _STAIR.search(rest):
        beside += rest[: found.start()]
        stair, rest = found[1] + found[2], rest[found.end() :]
    elif (found := re.match(rf"({_N})-(?=\d)", rest)) and not _is_room(found[1]):
        stair, rest = f"{found[1]}单元", rest[found.end() :]
    if found := _FLOOR.search(rest):
        floor = _told_floor(found)
        rest = rest[: found.start()] + rest[found.end() :]
    room = _ROOM.match(rest.lstrip("#")) or _ROOM.search(rest)
    number = room[1] if room else ""
    beside += rest.replace(room[0], "", 1) if room else rest
    if floor is None:
        floor = _floor_of(number)
    has_more = bool(_MORE.search(beside))
    return Address(text, _without_offices(place), building, stair, floor, number, has_more)


def _told_floor(found: re.Match[str]) -> int:
    below, number, letter, cellar = found[1], found[2], found[3], found[4]
    if number:
        return -int(number) if below else int(number)
    if letter:
        return -int(cellar)
    return -1 if found[5] else 1


def _is_room(number: str) -> bool:
    return len(number.strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) >= 3


def _floor_of(room: str) -> int | None:
    """The floor that a room's number tells: 501 → 5, 1203 → 12, 18A → 18, B101 → -1; None: it tells none."""
    found = _FLOOR_IN_ROOM.fullmatch(room)
    if found is None or int(found[2]) == 0:
        return None
    return -int(found[2]) if found[1] else int(found[2])


def _natural(words: str) -> SortKey:
    """Its key among others of its kind, closed by an end mark so that keys can stand in a row."""
    if not words:
        return (_MISSING, _END)
    plain = words.translate(_HEAVENLY)
    key = [
        (int(number), "") if number else (_BEYOND_NUMBERS, letters or others)
        for number, letters, others in _TOKEN.findall(plain)
    ]
    return (*key, _END)


def _spaced(words: str) -> str:
    """ "5栋1单元" as it is set on screens: "5 栋 1 单元"."""
    return _SPACED.sub(" ", words)
