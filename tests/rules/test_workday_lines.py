"""The list of workdays as people paste it; every fault by its line."""

from datetime import date

import pytest

from canteen.rules.errors import Invalid
from canteen.rules.workday_lines import LINES_MAX, read_workdays


def test_days_are_read_however_people_write_them():
    text = (
        "\ufeff日期,类型\n2027-01-01,休息\r\n2027/1/2 上班\n# 春节\n\n"
        "2027年2月7日，workday\n2027.2.8\tREST\n"
    )

    assert read_workdays(text) == {
        date(2027, 1, 1): False,
        date(2027, 1, 2): True,
        date(2027, 2, 7): True,
        date(2027, 2, 8): False,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2027-02-30 rest", "没有 2027-02-30"),
        ("1899-01-01 rest", "年份不对"),
        ("2027-01-01 maybe", "既不是上班也不是休息"),
        ("2027-01-01", "要写成"),
        ("2027-01-01 rest\n2027-01-01 workday", "写了两次"),
        ("\n".join(["2027-01-01 rest"] * (LINES_MAX + 1)), "太长了"),
    ],
)
def test_a_faulty_line_is_named(text: str, told: str):
    with pytest.raises(Invalid) as refused:
        read_workdays(text)

    assert refused.value.code == "workdays_wrong"
    assert told in refused.value.zh


def test_all_faults_are_found_and_an_empty_list_is_none():
    with pytest.raises(Invalid) as refused:
        read_workdays("2027-13-01 rest\n2027-01-01 rest\nx\n")
    assert [fault.line for fault in refused.value.errors] == [1, 3]  # type: ignore[attr-defined]

    with pytest.raises(Invalid) as refused:
        read_workdays("日期,类型\n\n")
    assert refused.value.code == "workdays_empty"
