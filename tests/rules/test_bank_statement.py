"""Bank statements of several layouts: the header by its words, each amount with its sign, nothing guessed."""

from datetime import date

import pytest

from canteen.files.csv_text import read_csv
from canteen.rules.bank_statement import Movement, fingerprints, read_statement
from canteen.rules.errors import Invalid
from canteen.rules.grid import Typed
from tests.rules.rosters import make_grid

#: as the counter of a big bank prints it: head lines, two columns of amounts, a line of totals
TWO_COLUMNS = """账户明细查询,,,,,,,
账号：,4567 **** 8901,币种：,人民币,,,,
交易日期,交易流水号,借方发生额,贷方发生额,余额,对方户名,摘要,用途
20261103,="0012345678",,"12,345.60","20,000.00",钦南区财政局,转账,C1-2026-10 助餐补贴
20261104,0012345679,35.00,,"19,965.00",,手续费,
20261105,0012345680,,-7.00,"19,958.00",钦南区财政局,冲正,
合计,,35.00,"12,338.60",,,,
"""
#: as a bank's web page saves it: one signed amount with its unit, dates with a time
ONE_SIGNED = """交易时间\t交易金额(元)\t对方账户名称\t附言\t凭证号
2026-11-03 09:15:02\t+12345.60\t钦南区财政局\tC1-2026-10\t`771
2026/11/04 10:00:00\t-35.00\t\t手续费\t`772
"""
#: as a rural bank sends it: an amount, and beside it whether it is debit or credit
MARKED = """记账日期,借贷标志,发生额,对方名称,摘要,流水号
2026年11月3日,贷,"12,345.60",钦南区财政局,助餐补贴,N1
2026年11月4日,借,35.00,,手续费,N2
"""


def _read(text: str, encoding: str = "utf-8") -> list[Movement]:
    read = read_statement(read_csv(text.encode(encoding)))
    assert read.faults == ()
    return list(read.movements)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("text", [TWO_COLUMNS, ONE_SIGNED, MARKED])
def test_each_layout_says_the_same_movements(text: str, encoding: str) -> None:
    first, second, *_ = _read(text, encoding)
    assert (first.moved_on, first.fen) == (date(2026, 11, 3), 1_234_560)
    assert (first.counterparty, second.counterparty) == ("钦南区财政局", "")
    assert (second.moved_on, second.fen, second.remark) == (date(2026, 11, 4), -3_500, "手续费")


OTHER_BANKS = {
    "a bracket says which sum": "交易日期,交易金额(支出),交易金额(收入),余额,对方户名\n"
    "2026-11-03,,1000.00,1000.00,财政局\n2026-11-04,35.00,,965.00,银行\n",
    "two rows of a header": "交易日期,发生额,,余额,对方户名\n,借方,贷方,,\n"
    "2026-11-03,,1000.00,1000.00,财政局\n2026-11-04,35.00,,965.00,银行\n",
    "the day beside a time": "交易时间,交易日,借方金额,贷方金额,收(付)方名称\n"
    "09:15:02,20261103,,1000.00,财政局\n10:15:02,20261104,35.00,,银行\n",
    "a mark under any title": "交易日期,资金流,发生额,对方名称\n"
    "2026-11-03,来账,1000.00,财政局\n2026-11-04,往账,35.00,银行\n",
    "a minus on all that went out": "交易日期,支出金额,收入金额,余额,对方名称\n"
    "2026-11-03,,1000.00,1000.00,财政局\n2026-11-04,-35.00,,965.00,银行\n",
    "a minus at the end, full-width signs": "交易日期,金额,对方名称\n"
    "２０２６－１１－０３,￥１，０００．００元,财政局\n2026-11-04-09.15.02.123,35.00-,银行\n",
    "commas of money in a text of tabs": "交易日期\t收入\t支出\t余额\t对方户名\n"
    "2026-11-03\t1,000.00\t0.00\t1,001,000.00\t财政局\n2026-11-04\t\t35.00\t1,000,965.00\t银行\n",
}


@pytest.mark.parametrize("name", OTHER_BANKS)
def test_every_bank_says_what_came_in_and_what_went_out(name: str) -> None:
    said = [(one.moved_on.day, one.fen, one.counterparty) for one in _read(OTHER_BANKS[name])]
    assert said == [(3, 100_000, "财政局"), (4, -3_500, "银行")]


def test_sums_that_do_not_say_whether_they_came_or_went_are_refused() -> None:
    against_balance = (
        "交易日期,摘要,金额,余额\n2026-11-03,补贴,9.00,9.00\n2026-11-04,费,2.00,7.00\n"
    )
    no_balance = "交易日期,支出,收入\n2026-11-03,-9.00,\n"
    for text in (against_balance, no_balance):
        with pytest.raises(Invalid, match="statement_sign"):
            _read(text)


def test_other_money_and_what_did_not_come_about_is_told() -> None:
    with pytest.raises(Invalid, match="statement_unit"):
        _read("交易日期,收入（万元）,支出（万元）\n2026-11-03,1.5,\n")
    read = read_statement(
        read_csv(
            "交易日期,金额,币种,交易状态\n2026-11-03,5.00,人民币,交易成功\n"
            "2026-11-03,5.00,美元,交易成功\n2026-11-03,5.00,CNY,交易失败\n".encode()
        )
    )
    assert [one.row for one in read.movements] == [2]
    assert [one.code for one in read.faults] == ["statement_currency", "statement_failed"]


def test_a_month_is_no_day_and_no_line_of_money_vanishes_without_a_word() -> None:
    read = read_statement(
        read_csv(
            "交易日期,金额,对方户名\n2026-11-03,5.00,甲\n2026年11月合计,5.00,\n,5.00,\n"
            "交易日期,金额,对方户名\n03/11/2026,7.00,乙\n202611,7.00,\n2026-13-01,7.00,丙\n"
            '2026-11-04,"12,34",丁\n2026-11-05,"1.234,56",戊\n打印时间：2026-11-30,,\n'.encode()
        )
    )
    assert [(one.row, one.fen) for one in read.movements] == [(2, 500)]
    assert [(one.row, one.code) for one in read.faults] == [
        (6, "statement_day"),
        (7, "statement_day"),
        (8, "statement_day"),
        (9, "statement_sum"),
        (10, "statement_sum"),
    ]


def test_number_cells_are_what_their_program_shows() -> None:
    rows = [
        ("交易日期", "金额"),
        (Typed("date", "2026-11-03"), Typed("number", "16.399999999999999")),
        (Typed("number", "46330.5"), Typed("number", "-1.2345600000000001E3")),
        (Typed("number", "20261105091502"), Typed("number", "5")),
        (Typed("number", "202611"), Typed("number", "5")),
    ]
    read = read_statement(make_grid(*rows))
    assert [(one.moved_on.day, one.fen) for one in read.movements] == [
        (3, 1_640),
        (4, -123_456),
        (5, 500),
    ]
    assert [one.code for one in read.faults] == ["statement_day"]


def test_a_quarter_of_many_canteens_in_one_movement_is_read() -> None:
    (only,) = _read(MARKED.splitlines()[0] + '\n2026年11月3日,贷,"2,345,678.90",财政局,,N1\n')
    assert only.fen == 234_567_890


def test_a_row_keeps_its_number_its_reference_and_all_its_words() -> None:
    first, _, third = _read(TWO_COLUMNS)
    assert (first.row, first.reference) == (4, "0012345678")
    assert first.remark == "转账 C1-2026-10 助餐补贴"
    assert third.fen == -700  # a reversal is negative in its own column


def test_what_cannot_be_read_is_told_by_its_row_and_nothing_is_kept_without_it() -> None:
    read = read_statement(
        read_csv(
            "交易日期,金额,借贷,流水号\n2026-11-03,12.345,贷,A\n昨天,5.00,贷,B\n"
            "2026-11-04,,贷,C\n2026-11-05,5.00,不明,D\n2026-11-06,(5.00),,E\n备注：以上\n".encode()
        )
    )
    assert [(fault.row, fault.code) for fault in read.faults] == [
        (2, "amount_too_fine"),
        (3, "statement_day"),
        (4, "statement_amount"),
        (5, "statement_mark"),
    ]
    assert [one.fen for one in read.movements] == [-500]
    with pytest.raises(Invalid, match="statement_unread"):
        read.take_whole()


@pytest.mark.parametrize("text", ["姓名,电话\n甲,1\n", "交易日期,余额\n2026-11-03,5\n"])
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="statement_header"):
        read_statement(read_csv(text.encode()))


def test_a_statement_of_years_is_brought_month_by_month() -> None:
    rows = "".join(f"2026-11-03,{n}.00\n" for n in range(1, 5002))
    with pytest.raises(Invalid, match="statement_rows"):
        read_statement(read_csv(f"交易日期,金额\n{rows}".encode()))


def test_a_movement_has_the_same_mark_in_every_statement_and_equal_ones_their_own() -> None:
    one = Movement(4, date(2026, 11, 3), 500, "甲", "", "午餐")
    elsewhere = Movement(9, date(2026, 11, 3), 500, "甲", "", "别的话")
    other = Movement(5, date(2026, 11, 3), 500, "乙", "", "午餐")
    marks = fingerprints([one, other, elsewhere])
    assert len(set(marks)) == 3
    assert fingerprints([elsewhere, one])[:2] == [marks[0], marks[2]]
