"""The fields of a roster in the words of people, for its columns and its faults."""

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.roster_categories import ENDS
from canteen.rules.roster_columns import CHOICES
from canteen.rules.roster_fixes import DECISIONS
from canteen.rules.roster_meeting import FIELD_NAMES
from canteen.web.i18n import pick
from canteen.web.register_words import category

FIELDS = dict(FIELD_NAMES) | {
    "name": ("姓名", "name"),
    "born": ("出生日期", "birth date"),
    "lunar": ("农历生日", "lunar birthday"),
    "calendar": ("历法", "calendar"),
    "age": ("年龄", "age"),
    "community": ("社区", "community"),
    "remark": ("备注", "remark"),
    "level": ("等级", "level"),
}


def field(code: str) -> str:
    """What a column means: a field, or one category of its own."""
    if code.startswith("category."):
        return category(code.removeprefix("category."))
    return pick(*FIELDS.get(code, (code, code)))


def field_choices() -> list[tuple[str, str]]:
    """What a column can be chosen to mean."""
    return [(code, field(code)) for code in CHOICES]


def category_choices() -> list[tuple[str, str]]:
    """The categories that can have a column of their own."""
    return [
        (f"category.{code}", category(code)) for code in REGISTER_CATEGORIES if code not in ENDS
    ]


def decision(code: str) -> str:
    """What "go on" means for a hold."""
    return pick(*DECISIONS[code])
