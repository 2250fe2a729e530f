"""What a claim's form tells of its checks."""

from dataclasses import replace

from canteen.rules.claim_findings import CheckResult, Finding
from canteen.rules.claim_results import ANSWERS_MAX, tell_answers, tell_checks

PLAIN = CheckResult(
    code="sheet_total", zh="合计和日报一致", en="", about_zh="", about_en="", level="block"
)


def _found(count: int, *, answered: int = 0) -> CheckResult:
    findings = [
        Finding(code="after_death", key=f"k{n}", zh=f"第 {n} 位", en="", rows=[])
        for n in range(count)
    ]
    answers = {f"k{n}": f"核实 {n}" for n in range(answered)}
    return replace(
        PLAIN, code="after_death", zh="死亡日期后没有用餐", level="explain",
        findings=findings, answers=answers,
    )  # fmt: skip


def test_the_form_says_what_stops_the_claim_and_what_was_only_found() -> None:
    assert tell_checks([]) == "还没有核对。"
    passed = replace(PLAIN, shown="¥1,762.45")
    assert tell_checks([passed]) == "系统 1 项核对：1 项过。合计和日报一致：¥1,762.45。"
    stopped, answered = _found(2, answered=1), _found(1, answered=1)
    assert tell_checks([stopped]).endswith("死亡日期后没有用餐：没过，发现 2 处，已说明 1 处。")
    assert tell_checks([answered]).endswith("死亡日期后没有用餐：发现 1 处，已说明 1 处。")


def test_the_form_says_the_note_and_each_answer_as_far_as_there_is_room() -> None:
    assert tell_answers(None, [PLAIN]) == ""
    assert tell_answers("国庆放假", [_found(2, answered=1)]) == "国庆放假；第 0 位：核实 0"
    many = tell_answers(None, [_found(ANSWERS_MAX + 3, answered=ANSWERS_MAX + 3)])
    assert many.endswith("；另有 3 条说明见核对表")
    assert many.count("核实") == ANSWERS_MAX
