"""One row of a roster beside the elder it means: what differs, what is held, what would change.

Ground floor, below `roster_plan`. A blank never takes anything away; only the mark 清除 does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from canteen.rules.roster_register import Register, Registered
from canteen.rules.roster_row import RosterRow
from canteen.rules.roster_text import name_key
from canteen.rules.roster_values import CONFIRMABLE, Finding, mask, phone_digits
from canteen.rules.roster_words import category_name

#: plain texts of the register that a roster may change
TEXTS = ("address", "diet")
FIELD_NAMES = {
    "phone": ("电话", "phone"),
    "address": ("住址", "address"),
    "diet": ("忌口", "diet"),
    "hukou": ("户籍", "hukou"),
    "residence": ("居住地", "residence"),
    "category": ("对象类别", "category"),
    "card": ("卡号", "card"),
    "sex": ("性别", "sex"),
    "id_number": ("身份证号", "ID number"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A field that changes; `old` and `new` are masked, as a page shows them."""

    field: str
    old: str
    new: str


@dataclass(slots=True)
class Meeting:
    """One row while it is compared."""

    row: RosterRow
    register: Register
    labels: Mapping[str, str]
    confirmed: frozenset[str]
    findings: list[Finding]
    changes: list[Change] = field(default_factory=list)

    def say(
        self, weight: Literal["refuse", "hold", "note"], code: str, zh: str, en: str, of: str
    ) -> None:
        if weight != "hold" or code not in self.confirmed & CONFIRMABLE:
            self.findings.append(Finding(weight, code, zh, en, of, self.labels.get(of, "")))

    def change(self, of: str, old: str | None, new: str | None) -> None:
        self.changes.append(Change(of, mask(of, old or ""), mask(of, new or "")))


def compare(meeting: Meeting, elder: Registered, hukou: str | None, residence: str | None) -> None:
    row = meeting.row
    if name_key(row.name) != name_key(elder.name) and row.name:
        meeting.say(
            "hold",
            "id_other_name",
            "这个身份证号在登记簿里是另一个名字",
            "The register has this ID number under another name",
            "name",
        )
    if elder.status is not None:
        word = {"deceased": ("去世", "deceased"), "moved": ("迁出", "moved away")}[elder.status]
        meeting.say(
            "hold",
            "elder_gone",
            f"登记簿里这个人已{word[0]}",
            f"The register says that this person is {word[1]}",
            "name",
        )
    if row.born is not None and elder.born is not None and row.born != elder.born:
        meeting.say(
            "hold",
            "born_on_register",
            f"登记簿里的出生日期是 {elder.born.isoformat()}",
            f"The register has the birth date {elder.born.isoformat()}",
            "born",
        )
    if row.sex is not None and row.sex != elder.sex:
        meeting.change("sex", elder.sex, row.sex)
    if row.phone not in (None, elder.phone) and _differ(row.phone, elder.phone):
        meeting.change("phone", elder.phone, row.phone)
    if "phone" in row.cleared and elder.phone:
        meeting.change("phone", elder.phone, None)
    for of in TEXTS:
        new, old = getattr(row, of), getattr(elder, of)
        if new is not None and new != old:
            meeting.change(of, old, new)
    for of in TEXTS:
        if of in row.cleared and getattr(elder, of):
            meeting.change(of, getattr(elder, of), None)
    for of, wanted in (("hukou", hukou), ("residence", residence)):
        if wanted is not None and wanted != getattr(elder, of):
            meeting.change(of, getattr(elder, of), wanted)
    for code, level, is_cleared in category_changes(row, elder):
        name = category_name(code, level)
        meeting.change("category", *((name, None) if is_cleared else (_held(elder, code), name)))


def _differ(phone: str | None, other: str | None) -> bool:
    return phone_digits(phone or "") != phone_digits(other or "")


def category_changes(row: RosterRow, elder: Registered) -> list[tuple[str, int | None, bool]]:
    """(code, level, is it taken away) of each category in which row and register differ."""
    changes = [
        (said.code, said.level, False)
        for said in row.categories
        if not said.is_cleared
        and (
            said.code not in elder.categories
            or (said.level is not None and said.level != elder.categories[said.code])
        )
    ]
    taken = set(elder.categories) if "category" in row.cleared else set()
    taken |= {said.code for said in row.categories if said.is_cleared}
    return changes + [
        (code, elder.categories[code], True) for code in sorted(taken & set(elder.categories))
    ]


def _held(elder: Registered, code: str) -> str | None:
    return category_name(code, elder.categories[code]) if code in elder.categories else None


def look_at_card(meeting: Meeting, elder: Registered | None) -> None:
    row = meeting.row
    if "card" in row.cleared and elder is not None and elder.cards:
        meeting.change("card", "、".join(sorted(elder.cards)), None)
    if row.card is None or (elder is not None and row.card in elder.cards):
        return
    if elder is not None and elder.status is not None:
        meeting.say(
            "note",
            "card_not_given",
            "这个人已去世或迁出，卡没有发",
            "This person has died or moved away: no card is given",
            "card",
        )
        return
    card = meeting.register.cards.get(row.card)
    if card is not None and (not card.is_usable or card.holder is not None):
        meeting.say(
            "hold",
            "card_held",
            "这张卡在别人名下，或不能用作就餐卡",
            "Somebody else holds this card, or it cannot be used",
            "card",
        )
    elif elder is not None:
        meeting.change("card", "、".join(sorted(elder.cards)), row.card)
