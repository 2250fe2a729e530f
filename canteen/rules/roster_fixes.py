"""What a person mends on the page of a roster that is being imported, and how each finding can be mended.

Ground floor. A fix is what was typed instead of a cell; a hold is decided by its code; a row can be
left out. All of it is kept as one text, which whoever keeps it seals: it may hold an ID number.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.roster_categories import ENDS
from canteen.rules.roster_values import Finding
from canteen.rules.roster_words import split_words

#: holds that the person's word settles: code → the words of "go on"; the other choice is always to
#: leave the register as it is
DECISIONS: Mapping[str, tuple[str, str]] = {
    "id_ends_000": ("对过证件，没错", "compared with the card: right"),
    "sex_differs": ("按身份证", "as the ID says"),
    "born_differs": ("按身份证", "as the ID says"),
    "name_without_id": ("是另一个人", "it is another person"),
    "name_on_register": ("是另一个人", "it is another person"),
    "person_without_id": ("是另一个人", "it is another person"),
    "id_other_name": ("同一个人，名字照名册", "one person; the name stays"),
    "born_on_register": ("生日照名册", "the birth date stays"),
    "elder_gone": ("其他的照样更新", "take the rest all the same"),
    "person_ended": ("其他的照样导入", "take the rest all the same"),
}
#: moving between communities is an act of its own, with both sides
NOT_HERE = frozenset({"id_elsewhere", "other_community", "community_outside"})
ORDINARY = "普通"


@dataclass(frozen=True, slots=True)
class Fixes:
    """All that was mended in one file, by the row's number."""

    typed: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    confirmed: Mapping[int, frozenset[str]] = field(default_factory=dict)
    skipped: frozenset[int] = frozenset()

    def to_json(self) -> str:
        """As text, to be sealed."""
        plain = {
            "typed": self.typed,
            "confirmed": {row: sorted(codes) for row, codes in self.confirmed.items()},
            "skipped": sorted(self.skipped),
        }
        return json.dumps(plain, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Fixes":
        """What `to_json` wrote."""
        plain = json.loads(text)
        return cls(
            {int(row): typed for row, typed in plain["typed"].items()},
            {int(row): frozenset(codes) for row, codes in plain["confirmed"].items()},
            frozenset(plain["skipped"]),
        )

    def with_row(self, row: int, typed: Mapping[str, str], confirmed: frozenset[str]) -> "Fixes":
        """With more of a row mended; what was mended before stays."""
        cells = {**self.typed.get(row, {}), **typed}
        codes = self.confirmed.get(row, frozenset()) | confirmed
        return replace(
            self,
            typed={**self.typed, row: cells} if cells else self.typed,
            confirmed={**self.confirmed, row: codes} if codes else self.confirmed,
        )

    def with_skipped(self, row: int) -> "Fixes":
        """With a row left out."""
        return replace(self, skipped=self.skipped | {row})

    def without_row(self, row: int) -> "Fixes":
        """With a row as the file has it: neither mended, decided nor left out."""
        return Fixes(
            {at: typed for at, typed in self.typed.items() if at != row},
            {at: codes for at, codes in self.confirmed.items() if at != row},
            self.skipped - {row},
        )

    @property
    def rows(self) -> list[int]:
        """The rows a person has touched, in order."""
        return sorted({*self.typed, *self.confirmed, *self.skipped})


@dataclass(frozen=True, slots=True)
class Mending:
    """How a finding can be mended: typed anew (`guess` filled in), chosen of `options`, decided (its
    code confirmed), or not here at all."""

    kind: Literal["type", "choose", "decide", "none"]
    guess: str = ""
    options: tuple[str, ...] = ()


def mending_of(finding: Finding) -> Mending:
    """The way to mend a finding that stops a row."""
    if finding.code in NOT_HERE:
        return Mending("none")
    if finding.code in DECISIONS and finding.weight == "hold":
        return Mending("decide")
    guess = finding.guess or ""
    if finding.code == "category_unknown" and len(split_words(finding.said)) == 1:
        names = [zh for code, (zh, _) in REGISTER_CATEGORIES.items() if code not in ENDS]
        first = [one for one in (guess, ORDINARY) if one]
        return Mending("choose", guess, tuple(dict.fromkeys([*first, *names])))
    return Mending("type", guess)
