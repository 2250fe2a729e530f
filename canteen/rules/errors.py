"""One error family: what stops a use case, with a code, a sentence in both languages, and its facts.

A refusal that is a normal answer (an unknown card, a second lunch) is a value, not an error: see
`canteen.rules.outcomes`. These four kinds are for what must not happen at all; only `web/errors.py`
knows which HTTP status each kind becomes.
"""

from collections.abc import Mapping


class CanteenError(Exception):
    """Stops a use case: the caller's transaction rolls back and nothing is half-done.

    `code` is a stable word for programs; `zh` and `en` are sentences for people that say what is
    wrong, where, and how to mend it; `facts` are the plain values they speak of.
    """

    def __init__(self, code: str, zh: str, en: str, **facts: object) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.facts: Mapping[str, object] = facts

    def text(self, language: str) -> str:
        """The sentence in `language` ("zh…" or "en…"; anything else reads English)."""
        return self.zh if language.startswith("zh") else self.en


class NotFound(CanteenError):
    """No such thing, or none within the asker's scope: both answer alike."""


class Refused(CanteenError):
    """The asker may not do this (role, second person, state of a day)."""


class Conflict(CanteenError):
    """The thing is in another state than the asker believed (already voided, id used before)."""


def id_reused(**facts: object) -> Conflict:
    """The id that a client made for what it does came before with other contents."""
    return Conflict(
        "id_reused",
        "同一个编号送来了不同的内容，请刷新页面重做",
        "This id came before with other contents: reload the page and do it again",
        **facts,
    )


class Invalid(CanteenError):
    """The input is wrong; `errors` lists every fault found, not the first only."""

    def __init__(
        self, code: str, zh: str, en: str, errors: tuple[object, ...] = (), **facts: object
    ) -> None:
        super().__init__(code, zh, en, **facts)
        self.errors = errors


class Busy(CanteenError):
    """The store cannot take the write now (full, locked, queue full): try again; nothing was written."""

    def __init__(
        self,
        code: str = "busy",
        zh: str = "现在记不上，请稍后再试",
        en: str = "Cannot be booked right now; try again",
        retry_seconds: int = 2,
        **facts: object,
    ) -> None:
        super().__init__(code, zh, en, **facts)
        self.retry_seconds = retry_seconds
