"""Welfare checks (探访): why one is owed, how somebody was reached, what was found; in both languages.

Ground floor: codes are stored and never change their meaning.
"""

from dataclasses import dataclass

CAUSES: dict[str, tuple[str, str]] = {
    "absent": ("几天没来吃饭", "Has not come to eat"),
    "not_home": ("送餐两次没人应门", "Did not open to two deliveries"),
    "asked": ("有人请去看看", "Somebody asked to look in"),
}
CONTACTS: dict[str, tuple[str, str]] = {
    "call_elder": ("打本人电话", "called her"),
    "call_contact": ("打家属电话", "called the family"),
    "neighbour": ("问邻居、楼长", "asked a neighbour"),
    "visit": ("上门", "visited"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; `closes`: a check may be closed by it, `fact`: to be recorded on her page too."""

    zh: str
    en: str
    closes: bool = True
    fact: bool = False


FOUND: dict[str, Found] = {
    "well": Found("平安", "well"),
    "away": Found("外出、去亲戚家", "away, with relatives"),
    "eats_at_home": Found("平安，在家吃", "well, eats at home"),
    "in_hospital": Found("住院", "in hospital", fact=True),
    "nursing_home": Found("住养老机构", "in a nursing home", fact=True),
    "moved": Found("搬走了", "moved away", fact=True),
    "deceased": Found("去世", "has died", fact=True),
    "needs_help": Found("要帮忙", "needs help", closes=False),
    "not_reached": Found("没联系上", "not reached", closes=False),
}
