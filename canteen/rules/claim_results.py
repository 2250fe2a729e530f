"""The results of a claim's checks as text, kept with the claim as they stood, and read back."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from canteen.rules.claim_findings import CheckResult, Finding, SeenRow
from canteen.rules.day_lines import canonical


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
