"""What corrections are called on pages: kinds, states, what is kept."""

from canteen.rules.day_tables import CHANNEL_NAMES
from canteen.services.correction_lists import CorrectionLine
from canteen.web.i18n import pick

KINDS = {
    "not_eaten": ("没有吃，退回", "Not eaten: taken back"),
    "rejudged": ("按现在所知重新计算", "Split anew by what is known now"),
    "claw_back": ("出资方追回", "Taken back by the funder"),
}
#: what stays paid of a meal that nobody ate
KEPT = {
    "nothing": ("全部退回", "All of it goes back"),
    "part": ("留下自付的部分", "The elder's part stays paid"),
    "part_and_fee": ("留下自付和送餐费", "The elder's part and the delivery fee stay paid"),
}


def kind(code: str) -> str:
    """Why it is made."""
    return pick(*KINDS[code])


def kept(has_fee: bool) -> list[tuple[str, str]]:
    """The ways to take a meal back, as options."""
    return [(code, pick(*words)) for code, words in KEPT.items() if has_fee or "fee" not in code]


def channel(code: str) -> str:
    """How the meal reached her."""
    return pick(*CHANNEL_NAMES[code])


def state(one: CorrectionLine) -> tuple[str, str, str]:
    """The pill of a correction: kind, icon, words."""
    if one.decided_at is None:
        return "warn", "clock", pick("等第二个人", "waits for a second person")
    if one.is_approved:
        return "ok", "check", pick("已批准", "approved")
    return "plain", "no", pick("退回", "refused")
