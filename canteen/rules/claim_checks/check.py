"""A named check, and how findings and the rows they show are written: alike for all of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from canteen.rules.claim_checks.facts import MealFact, MonthFacts
from canteen.rules.claim_findings import CheckResult, Finding, SeenRow
from canteen.rules.days import local_time
from canteen.rules.outcomes import MEALTIMES

Find = Callable[[MonthFacts], Iterator[Finding]]


def _nothing(_: MonthFacts) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule: its name as a statement that holds when nothing is found, what it looks for and why, how
    strict it is unless a district says otherwise."""

    code: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    find: Find
    level: str = "explain"
    holds_out: bool = False
    show: Callable[[MonthFacts], str] = _nothing

    def judge(self, months: Sequence[MonthFacts], level: str | None, known: "Known") -> CheckResult:
        """What it finds in these months, at a district's level."""
        findings = [one for facts in months for one in self.find(facts)]
        answers = {one.key: known.find_answer(one) for one in findings}
        return CheckResult(
            code=self.code,
            zh=self.zh,
            en=self.en,
            about_zh=self.about_zh,
            about_en=self.about_en,
            level=level or self.level,
            holds_out=self.holds_out,
            shown="、".join(shown for facts in months if (shown := self.show(facts))),
            findings=findings,
            answers={key: answer for key, answer in answers.items() if answer is not None},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What people have said: key → the newest remark and when; item → why it is held out."""

    remarks: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)

    def find_answer(self, finding: Finding) -> str | None:
        """The answer to a finding. A remark speaks of what was there when it was written: a later row
        asks again. What is held out of the claim has its answer in the hold's reason."""
        text, at = self.remarks.get(finding.key, ("", None))
        if at is not None and all(row.at is None or row.at <= at for row in finding.rows):
            return text
        items = {row.item for row in finding.rows if row.item is not None}
        if items and items <= self.holds.keys():
            return "；".join(sorted({self.holds[item] for item in items}))
        return None


def make_key(code: str, facts: MonthFacts, *what: object) -> str:
    """The key of a finding: the check, its month, whom or what it names."""
    return ":".join(str(part) for part in (code, facts.month, *what))


def row_of(meal: MealFact, zh: str = "", en: str = "") -> SeenRow:
    """A meal as a finding shows it, with what is odd about it."""
    meal_zh, meal_en = MEALTIMES[meal.mealtime]
    at = f"{local_time(meal.read_at):%H:%M:%S}"
    who = meal.name or ""
    return SeenRow(
        zh=f"{meal.served_on} {at} {meal_zh} {who} {zh}".rstrip(),
        en=f"{meal.served_on} {at} {meal_en} {who} {en}".rstrip(),
        item=meal.item,
        receipt=meal.receipt,
        at=meal.read_at,
        fen=meal.subsidy_fen,
    )


def count_text(count: int, one: str, many: str) -> str:
    """1 meal, 2 meals"""
    return f"{count} {one if count == 1 else many}"
