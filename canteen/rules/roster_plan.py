"""What becomes of each row of a roster when it meets the register: added, changed, the same, refused, held.

Ground floor: what the register knows comes in as values. A blank never takes anything away; who a
row means is decided by the ID number alone, never by the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from canteen.rules.roster_meeting import FIELD_NAMES, Change, Meeting, compare, look_at_card
from canteen.rules.roster_register import Register, Registered, community_key
from canteen.rules.roster_row import RosterRow
from canteen.rules.roster_text import name_key
from canteen.rules.roster_values import Finding, phone_digits

Action = Literal["add", "change", "same", "refuse", "hold"]
ACTIONS: tuple[Action, ...] = ("add", "change", "same", "refuse", "hold")


@dataclass(frozen=True, slots=True)
class RosterItem:
    """A row and what becomes of it. `code`, `zh`, `en` and `column` are its first reason; `findings`
    hold all; `elder` is the register number of whom it means, if she is the asker's."""

    row: int
    action: Action
    name: str
    born: date | None
    code: str
    zh: str
    en: str
    column: str
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    elder: str | None = None


@dataclass(slots=True)
class Decision:
    """An item with what is to be written for it: the elder (None: a new one) and her values."""

    item: RosterItem
    row: RosterRow
    elder: Registered | None
    community: str = ""
    hukou: str | None = None
    residence: str | None = None


def decide(
    row: RosterRow,
    register: Register,
    labels: Mapping[str, str],
    confirmed: frozenset[str] = frozenset(),
) -> Decision:
    """Compare one row with the register."""
    meeting = Meeting(row, register, labels, confirmed, list(row.findings))
    elder = _find_elder(meeting)
    community = _find_community(meeting, elder)
    decision = Decision(_NOTHING, row, elder, community)
    decision.hukou = _find_area(meeting, "hukou", row.hukou)
    decision.residence = _find_area(meeting, "residence", row.residence)
    if elder is not None:
        compare(meeting, elder, decision.hukou, decision.residence)
    look_at_card(meeting, elder)
    decision.item = _conclude(meeting, elder)
    return decision


_NOTHING = RosterItem(0, "same", "", None, "", "", "", "")


def _find_elder(meeting: Meeting) -> Registered | None:
    """Whom the row means; a name alone never decides."""
    row, register = meeting.row, meeting.register
    if row.id_number is not None:
        known = register.by_id.get(row.id_number)
        if known is None:
            _look_for_twin(meeting)
        return known
    if row.weight == "refuse" or not row.name:
        return None
    same = [
        one
        for one in register.namesakes.get(name_key(row.name), ())
        if row.born is None or one.born == row.born
    ]
    if len(same) == 1 and not same[0].has_id and _says_nothing_new(row, same[0]):
        return same[0]
    if same:
        meeting.say(
            "hold",
            "name_on_register",
            "没有身份证号，登记簿里有同名同生日的人：是不是同一个人，要由人来定",
            "No ID number, and the register has the same name and birth date: a person must decide",
            "id_number",
        )
    return None


def _look_for_twin(meeting: Meeting) -> None:
    row = meeting.row
    for one in meeting.register.namesakes.get(name_key(row.name), ()):
        if not one.has_id and one.born == row.born:
            meeting.say(
                "hold",
                "person_without_id",
                "登记簿里有同名同生日、没有身份证号的人；是同一个人就在长者页面补上号码",
                "The register has the same name and birth date without an ID number; if it is one"
                " person, add the number on the elder's page",
                "id_number",
            )


def _says_nothing_new(row: RosterRow, known: Registered) -> bool:
    return (
        (row.phone is None or phone_digits(row.phone) == phone_digits(known.phone or ""))
        and row.address in (None, known.address)
        and all(said.code in known.categories for said in row.categories)
        and (row.card is None or row.card in known.cards)
    )


def _find_community(meeting: Meeting, elder: Registered | None) -> str:
    """Whose roster the row is; an elder of another community is held: moving is an act of its own."""
    row, register = meeting.row, meeting.register
    word = row.community
    code = register.reach.community
    if word is not None:
        code = register.communities.get(community_key(word))
        if code is None:
            key = community_key(word)
            is_known = any(
                key in (one, community_key(name)) for one, name in register.areas.items()
            )
            code_zh_en = (
                (
                    "community_outside",
                    f"“{word[:30]}”不归你管",
                    f"{word[:30]!r} is not in your areas",
                )
                if is_known
                else (
                    "community_unknown",
                    f"没有“{word[:30]}”这个社区",
                    f"There is no community {word[:30]!r}",
                )
            )
            meeting.say("refuse", *code_zh_en, "community")
            return ""
    if elder is None:
        if code is None and register.titled is not None:
            code = register.titled
            name = register.areas[code]
            meeting.say(
                "note",
                "community_titled",
                f"没有写社区，按表上的标题登记到{name}",
                f"The row names no community; by the title it is {name}",
                "community",
            )
        elif code is None:
            meeting.say(
                "refuse",
                "community_missing",
                "没有写社区，也没有选社区",
                "The row names no community and none was chosen",
                "community",
            )
        return code or ""
    if not register.reach.holds(elder.community):
        meeting.say(
            "hold",
            "id_elsewhere",
            "这个身份证号登记在别的社区；转社区要两边确认",
            "This ID number is registered in another community; moving needs both sides",
            "id_number",
        )
    elif code is not None and code != elder.community:
        name = register.areas.get(elder.community, elder.community)
        meeting.say(
            "hold",
            "other_community",
            f"这个人登记在{name}；转社区要两边确认",
            f"This person is registered in {name}; moving needs both sides",
            "community" if word else "id_number",
        )
    return elder.community


def _find_area(meeting: Meeting, of: str, word: str | None) -> str | None:
    """The area that 户籍 or 居住 names, by its code or its name; a free address is not read as one."""
    if word is None:
        return None
    areas = meeting.register.areas
    if word.isascii() and word.isdigit() and any(word.startswith(code) for code in areas):
        return word
    found = [code for code, name in areas.items() if word in (name, code) or word.endswith(name)]
    if found:
        return max(found, key=len)
    meeting.say(
        "note",
        "area_unknown",
        f"“{word[:30]}”不是登记过的区划，没有登记",
        f"{word[:30]!r} is no known area and is not kept",
        of,
    )
    return None


def _conclude(meeting: Meeting, elder: Registered | None) -> RosterItem:
    row = meeting.row
    weights = [finding.weight for finding in meeting.findings]
    first = next(
        (
            one
            for weight in ("refuse", "hold", "note")
            for one in meeting.findings
            if one.weight == weight
        ),
        None,
    )
    action: Action = "add" if elder is None else "change" if meeting.changes else "same"
    if "refuse" in weights:
        action = "refuse"
    elif "hold" in weights:
        action = "hold"
    code, zh, en = _plain(action, meeting.changes)
    reach = elder is not None and meeting.register.reach.holds(elder.community)
    return RosterItem(
        row.row,
        action,
        row.name,
        row.born,
        first.code if first else code,
        first.zh if first else zh,
        first.en if first else en,
        first.column if first else "",
        tuple(meeting.findings),
        tuple(meeting.changes) if reach else (),
        elder.number if elder is not None and reach else None,
    )


def _plain(action: Action, changes: list[Change]) -> tuple[str, str, str]:
    if action == "add":
        return "new", "新增", "New"
    if action == "same":
        return "unchanged", "没有变化", "Nothing changes"
    fields = list(dict.fromkeys(change.field for change in changes))
    zh = "、".join(FIELD_NAMES[of][0] for of in fields)
    en = ", ".join(FIELD_NAMES[of][1] for of in fields)
    return "changed", f"更新：{zh}", f"Changed: {en}"
