"""What lists of other registers speak of, in the words of people: sources, changes, columns."""

from datetime import date, timedelta

from canteen.rules.register_lists import SOURCES
from canteen.rules.roster_meeting import FIELD_NAMES
from canteen.rules.roster_words import category_name
from canteen.services.register_findings import FindingLine
from canteen.web.i18n import pick
from canteen.web.register_words import category

FIELDS = {
    "name": ("姓名", "name"),
    "deceased_on": ("死亡日期", "died on"),
    "moved_on": ("迁出日期", "moved away on"),
    "struck_on": ("注销日期", "struck off on"),
    "reason": ("注销、变动原因", "why struck off"),
    "moved_to": ("迁往", "moved to"),
    "from_on": ("起始日期", "from"),
    "to_on": ("终止日期", "to"),
} | {field: FIELD_NAMES[field] for field in ("id_number", "category")}


def source(code: str) -> str:
    """Who made a list."""
    return pick(*SOURCES.get(code, (code, code)))


def field(code: str) -> str:
    """What a column means."""
    return pick(*FIELDS.get(code, (code, code)))


def change(finding: FindingLine) -> str:
    """What changes: 去世, 迁出, 开始 低保, 不再是 低保."""
    if finding.change in ("deceased", "moved"):
        words = {"deceased": ("去世", "died"), "moved": ("迁出", "moved away")}
        return pick(*words[finding.change])
    name = category(finding.code or "")
    zh = category_name(finding.code or "", finding.level)
    level = "" if finding.level is None else f", {finding.level}"
    if finding.change == "category_begins":
        return pick(f"开始是{zh}", f"begins: {name}{level}")
    return pick(f"不再是{zh}", f"ends: {name}")


def since(finding: FindingLine) -> date:
    """The first day on which it is otherwise."""
    last = finding.change == "category_ends"
    return finding.on_day + timedelta(days=1) if last else finding.on_day
