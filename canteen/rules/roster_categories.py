"""The categories (对象类别) a row of a roster names: in one cell, or in columns of their own.

Ground floor. A blank takes nothing away, and neither does 否: what changes money needs the mark 清除.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from canteen.rules.categories import LEVELS
from canteen.rules.roster_text import CLEAR_WORDS
from canteen.rules.roster_values import Finding
from canteen.rules.roster_words import (
    NO,
    YES,
    category_name,
    find_category,
    nearest_category,
    read_level,
    split_words,
)

#: words that end an entitlement: an act of its own with its date, never a line of a roster
ENDS = ("deceased", "moved_away")
#: a remark that says so of the person herself: 已去世, 2025年3月病故
_ENDED_REMARK = re.compile(
    r"(?:(?:老人|本人)?(?:已|于)?[\d年月日号.\-/ ]*已?(?:去世|死亡|病故|身故|亡故|迁出|搬走|搬离)|已故)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A category the row gives (or, `is_cleared`, takes away on purpose)."""

    code: str
    level: int | None = None
    is_cleared: bool = False


def read_categories(
    texts: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[tuple[Said, ...], list[Finding]]:
    """What the row says, and what is to be said of it; `texts` are its clean cells by field."""
    said: dict[str, Said] = {}
    findings: list[Finding] = []
    for word in split_words(texts.get("category", "")):
        if word not in CLEAR_WORDS:
            _read_word(word, said, findings)
    for field, text in texts.items():
        if text and field.startswith("category."):
            _read_own_column(field, text, labels.get(field, ""), said, findings)
    remark = texts.get("remark", "")
    found = find_category(remark) if 0 < len(remark) <= 12 else None
    if _ENDED_REMARK.match(remark):
        findings.append(ended(remark, "remark"))
    elif found is not None and found.code is not None and found.code not in said:
        findings.append(_in_remark(remark, category_name(found.code, found.level)))
    return tuple(said.values()), findings


def _in_remark(remark: str, name: str) -> Finding:
    return Finding(
        "note",
        "category_in_remark",
        f"备注里写着“{remark}”，没有当作对象类别；要登记请写进类别列：{name}",
        f"The remark says {remark!r}, which was not taken for a category",
        "remark",
    )


def _read_word(word: str, said: dict[str, Said], findings: list[Finding]) -> None:
    is_cleared = any(word.startswith(mark) for mark in CLEAR_WORDS)
    plain = word
    for mark in CLEAR_WORDS if is_cleared else ():
        plain = plain.removeprefix(mark)
    found = find_category(plain)
    if found is None:
        guess = nearest_category(plain)
        findings.append(
            Finding(
                "refuse",
                "category_unknown",
                f"没有“{word[:20]}”这个类别" + (f"，最像“{guess}”" if guess else ""),
                f"There is no category {word[:20]!r}" + (f"; nearest is {guess}" if guess else ""),
                "category",
                guess=guess,
            )
        )
    elif found.code in ENDS:
        findings.append(ended(word))
    elif found.code is not None:
        said[found.code] = Said(found.code, found.level, is_cleared)


def _read_own_column(
    field: str, text: str, label: str, said: dict[str, Said], findings: list[Finding]
) -> None:
    code = field.removeprefix("category.")
    word = text.lower()
    level = read_level(word) if code in LEVELS else None
    if word in NO:
        return
    if word in CLEAR_WORDS:
        said[code] = Said(code, None, is_cleared=True)
    elif level is not None or word in YES or word == label:
        low, high = LEVELS.get(code, (1, 1))
        if code in ENDS:
            findings.append(ended(label))
        elif level is not None and not low <= level <= high:
            findings.append(_unknown_level(field, text))
        else:
            said[code] = Said(code, level)
    elif (
        found := find_category(text) or find_category(text + category_name(code, None))
    ) is not None:
        if found.code is not None:
            said[found.code] = Said(found.code, found.level)
    else:
        findings.append(_unknown_level(field, text))


def _unknown_level(field: str, text: str) -> Finding:
    return Finding(
        "refuse",
        "category_value",
        f"看不懂“{text[:20]}”：写 是、否 或等级",
        f"{text[:20]!r} is not understood: write 是, 否 or the level",
        field,
    )


def ended(word: str, field: str = "category") -> Finding:
    """Held: the row says that the person has died or moved away."""
    return Finding(
        "hold",
        "person_ended",
        f"表里写着“{word[:20]}”：去世、迁出要在长者页面上登记日期",
        f"The row says {word[:20]!r}: death and moving away are recorded on the elder's page",
        field,
    )
