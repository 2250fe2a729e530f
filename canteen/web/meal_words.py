"""How a meal came about, in words: why without a card, what an offline reader did, what of it was claimed."""

from collections.abc import Mapping

from canteen.web.i18n import pick

#: why somebody was served by name, in the counter's words
MANUAL: Mapping[str, tuple[str, str]] = {
    "no_card": ("没带卡", "forgot the card"),
    "card_lost": ("卡丢了", "card is lost"),
    "card_broken": ("卡坏了", "card is broken"),
    "reader_down": ("读卡器不灵", "reader does not work"),
    "other": ("其他原因", "for another reason"),
}
OFFLINE: Mapping[str, tuple[str, str]] = {
    "taken": ("断网，读卡器先收下", "offline; the reader took it"),
    "refused": ("断网，读卡器没有收", "offline; the reader refused it"),
}
CLAIMED: Mapping[str, tuple[str, str]] = {
    "share": ("餐次补贴", "subsidy of the meal"),
    "service": ("送餐与服务", "delivery and service"),
    "correction": ("更正", "correction"),
}


def _word(words: Mapping[str, tuple[str, str]], code: str) -> str:
    return pick(*words.get(code, (code, code)))


def manual(reason: str) -> str:
    """Why somebody was served by name; a cashier's own words as they stand."""
    return _word(MANUAL, reason)


def offline(answer: str) -> str:
    """What the reader did with a tap while it had no server."""
    return _word(OFFLINE, answer)


def claimed(kind: str) -> str:
    """What of a meal a claim's line asks for."""
    return _word(CLAIMED, kind)
