"""The results of a claim's checks as text, kept with the claim as they stood, and read back."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from canteen.rules.claim_findings import CheckResult, Finding, SeenRow
from canteen.rules.day_lines import canonical

#: answers that a form has room for; the sheet of checks has them all
ANSWERS_MAX = 10


def tell_checks(checks: Sequence[CheckResult]) -> str:
    """For the form, in Chinese: how many passed, those with a figure, what was found and what stops it."""
    if not checks:
        return "还没有核对。"
    passed = [one for one in checks if one.is_passed]
    shown = [f"{one.zh}：{one.shown}" for one in passed if one.shown]
    found = [
        f"{one.zh}：{'没过，' if one.stops else ''}发现 {len(one.findings)} 处，"
        f"已说明 {len(one.answers)} 处"
        for one in checks
        if not one.is_passed
    ]
    head = f"系统 {len(checks)} 项核对：{len(passed)} 项过。"
    return head + "；".join([*shown, *found]) + ("。" if shown or found else "")


def tell_answers(note: str | None, checks: Sequence[CheckResult]) -> str:
    """For the form, in Chinese: the note of who submitted it, and what was answered to each finding."""
    answers = [
        f"{finding.zh}：{answer}"
        for one in checks
        for finding in one.findings
        if (answer := one.answers.get(finding.key))
    ]
    more = (
        [f"另有 {len(answers) - ANSWERS_MAX} 条说明见核对表"] if len(answers) > ANSWERS_MAX else []
    )
    return "；".join(filter(None, (note, *answers[:ANSWERS_MAX], *more)))


def write_results(results: Sequence[CheckResult]) -> str:
    """The results with all that they saw and what was answered."""
    return canonical([asdict(replace(one, answers=dict(one.answers))) for one in results])


def read_results(text: str) -> list[CheckResult]:
    """As they were written."""
    return [
        CheckResult(**{**one, "findings": [_read_finding(found) for found in one["findings"]]})
        for one in json.loads(text)
    ]


def _read_finding(told: dict[str, Any]) -> Finding:
    return Finding(**{**told, "rows": [_read_row(row) for row in told["rows"]]})


def _read_row(told: dict[str, Any]) -> SeenRow:
    at = told["at"]
    return SeenRow(**{**told, "at": None if at is None else datetime.fromisoformat(at)})
