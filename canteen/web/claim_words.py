"""What a claim is called on pages: its states, kinds of rows, how a meal was proven."""

import json
from collections.abc import Mapping
from datetime import date

from canteen.rules.claim_rows import parse_grant
from canteen.rules.claim_tables import TIER_NAMES
from canteen.services.claim_pages import ItemWords
from canteen.web import trail_words
from canteen.web.figures import MONTHS, yuan
from canteen.web.i18n import pick

#: state → how far along the five it is, and its words
STATES = {
    "draft": (1, "草稿", "Draft"),
    "checked": (2, "已核对", "Checked"),
    "submitted": (3, "已提交", "Submitted"),
    "approved": (4, "已批准", "Approved"),
    "paid": (5, "已拨付", "Paid"),
    "returned": (1, "退回", "Returned"),
    "withdrawn": (1, "撤回", "Withdrawn"),
    "discarded": (0, "作废", "Discarded"),
}
#: the five that every claim goes through
WAY = ("draft", "checked", "submitted", "approved", "paid")
KINDS = {
    "meal": ("餐", "meal"),
    "correction": ("更正", "correction"),
    "service": ("服务", "service"),
    "grant": ("运营补贴", "grant"),
}
PROOFS = {
    "card": ("刷卡", "card"),
    "late": ("离线刷卡", "card, offline"),
    "manual": ("按姓名", "by name"),
    "delivery": ("送餐", "delivered"),
}
GATHERED = {
    "elder": ("按人", "By elder"),
    "day": ("按天", "By day"),
    "tier": ("按档", "By tier"),
    "row": ("逐笔", "Row by row"),
}


def state(code: str) -> str:
    """A state in words."""
    _, zh, en = STATES[code]
    return pick(zh, en)


def progress(code: str) -> int:
    """How many of the five dots are filled."""
    return STATES[code][0]


def kind(code: str) -> str:
    """What a row is."""
    return pick(*KINDS[code])


def proof(code: str | None) -> str:
    """How the person was known."""
    return pick(*PROOFS[code]) if code in PROOFS else ""


def gathered(code: str) -> str:
    """A way to look at the rows."""
    return pick(*GATHERED[code])


def tier(code: str) -> str:
    """A tier in words."""
    return pick(*TIER_NAMES[code])


def item_in(after: str | None) -> str:
    """The item that a step of the history was about; "" when it was about none."""
    told = json.loads(after) if after else {}
    return str(told.get("item", ""))


def item(code: str, items: Mapping[str, ItemWords]) -> str:
    """A row in words: whose, of which day and receipt; a grant by its period."""
    one = items.get(code)
    if one is not None:
        return " ".join(filter(None, (one.name, str(one.day), one.receipt)))
    grant = parse_grant(code)
    return f"{kind('grant')} {period(grant[0])} {grant[1]}" if grant else code


def action(code: str, after: str | None, items: Mapping[str, ItemWords]) -> str:
    """A step of the history, with its figure, whom it was about, or its reason."""
    words = trail_words.action(code)
    told = json.loads(after) if after else {}
    more = [yuan(told[name]) for name in ("total_fen", "approved_fen", "fen") if name in told]
    if "passed" in told:
        passed, found = told["passed"], len(told["found"])
        stopping = len(told["stopping"])
        more.append(
            pick(
                f"{passed} 项过，{found} 项有发现，{stopping} 项拦住",
                f"{passed} passed, {found} found something, {stopping} stop it",
            )
        )
    if about := item_in(after):
        more.append(item(about, items))
    if "form" in told:
        more.append(told["form"].upper())
    more += [told[name] for name in ("reason", "text") if told.get(name)]
    return " · ".join([words, *more])


def period(code: str) -> str:
    """2026 年 2 月, 2026 年第 1 季度, 2026 年; February 2026, Q1 2026, 2026."""
    year, _, part = code.partition("-")
    if not part:
        return pick(f"{year} 年", year)
    if part.startswith("Q"):
        return pick(period_on_paper(code), f"{part} {year}")
    return pick(period_on_paper(code), f"{MONTHS[int(part) - 1]} {year}")


def period_on_paper(code: str) -> str:
    """As the form has it, in Chinese alone."""
    year, _, part = code.partition("-")
    if part.startswith("Q"):
        return f"{year} 年第 {part[1:]} 季度"
    return f"{year} 年 {int(part)} 月"


def short_day(day: date) -> str:
    """Month and day, where the year goes without saying."""
    return f"{day:%m-%d}"
