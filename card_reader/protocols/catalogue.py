"""The profiles a counter can choose: a name, how the line is set, how the reader behaves.

A reader's kind is a setting of the counter and never guessed while elders swipe: two kinds of
reader can send frames of the same length that mean different cards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from card_reader.protocols import rdm6300
from card_reader.protocols.framing import Parser


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of reader. Times in milliseconds; `dtr`/`rts` None leaves the line as it is.

    `gap_ms` is the longest silence inside a frame on a local port, `network_gap_ms` over a network.
    `sends_once`: the reader says a card once when it comes, so a second reading can't be awaited.
    """

    name: str
    make: Callable[[int], Parser]
    make_frame: Callable[[str], bytes]
    scheme: str
    baud: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    dtr: bool | None = None
    rts: bool | None = None
    boot_ms: int = 0
    gap_ms: int = 100
    network_gap_ms: int = 500
    sends_once: bool = False
    has_checksum: bool = True

    def make_parser(self, *, network: bool = False) -> Parser:
        """A fresh parser with the gap of a local port or of a network."""
        return self.make(self.network_gap_ms if network else self.gap_ms)


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="rdm6300",
            make=rdm6300.make_parser,
            make_frame=rdm6300.make_frame,
            scheme=rdm6300.SCHEME,
        ),
    )
}

Setting = int | bool | str | None


class ProfileInvalid(ValueError):
    """A profile's name or setting is wrong; the text says what is allowed."""


def _whole(low: int, high: int) -> Callable[[str], Setting]:
    def take(text: str) -> Setting:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return take


def _one_of(choices: Mapping[str, Setting]) -> Callable[[str], Setting]:
    def take(text: str) -> Setting:
        if text not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return choices[text]

    return take


_YES_NO: Mapping[str, Setting] = {"true": True, "false": False}
_LEVEL: Mapping[str, Setting] = {"true": True, "false": False, "none": None}
SETTINGS: Mapping[str, Callable[[str], Setting]] = {
    "baud": _whole(300, 921_600),
    "bytesize": _one_of({"7": 7, "8": 8}),
    "parity": _one_of({"n": "N", "e": "E", "o": "O"}),
    "stopbits": _one_of({"1": 1, "2": 2}),
    "dtr": _one_of(_LEVEL),
    "rts": _one_of(_LEVEL),
    "boot_ms": _whole(0, 60_000),
    "gap_ms": _whole(1, 10_000),
    "sends_once": _one_of(_YES_NO),
}


def get_profile(name: str, settings: Mapping[str, object] | None = None) -> Profile:
    """The profile of that name with a counter's own settings; ProfileInvalid says what is allowed.

    Values may be text of the command line or numbers and truth values of a settings file. A
    `gap_ms` of the counter holds for local ports and networks alike.
    """
    if name not in PROFILES:
        known = ", ".join(sorted(PROFILES))
        raise ProfileInvalid(f"there is no profile {name!r}; the profiles are: {known}")
    changes: dict[str, Setting] = {}
    for key, value in (settings or {}).items():
        if key not in SETTINGS:
            known = ", ".join(SETTINGS)
            raise ProfileInvalid(
                f"profile {name} has no setting {key!r}; its settings are: {known}"
            )
        try:
            changes[key] = SETTINGS[key](str(value).strip().lower())
        except ValueError as error:
            raise ProfileInvalid(f"setting {key} = {value!r}: allowed is {error}") from None
    if "gap_ms" in changes:
        changes["network_gap_ms"] = changes["gap_ms"]
    return replace(PROFILES[name], **changes)  # type: ignore[arg-type]
