"""Why a draft is to be drawn anew, as a code that is kept and as a sentence in both languages."""

from collections.abc import Mapping

#: code → zh, en; `{what}` is the day or the item
_WORDS: Mapping[str, tuple[str, str]] = {
    "signed": ("{what} 签结了", "{what} was signed"),
    "reopened": ("{what} 退回重开了", "{what} was opened again"),
    "corrected": ("{what} 更正了", "{what} was corrected"),
    "held": ("{what} 留下不报", "{what} is held out"),
    "lifted": ("留下的 {what} 可以报了", "{what} is no longer held out"),
}


def stale_reason(code: str, what: object) -> str:
    """`signed:2026-10-12`, as it is kept."""
    assert code in _WORDS, code
    return f"{code}:{what}"


def stale_words(reason: str) -> tuple[str, str]:
    """The sentence, zh and en."""
    code, _, what = reason.partition(":")
    zh, en = _WORDS[code]
    return zh.format(what=what), en.format(what=what)
