"""Where the table begins, what its columns mean and which rows are people."""

import pytest

from canteen.rules.errors import Invalid
from canteen.rules.grid import Merge, Typed
from canteen.rules.roster_columns import find_field, plain_label
from canteen.rules.roster_file import judge_file
from tests.rules.rosters import HEADER, P02, TODAY, judge, make_grid, make_row


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("对象姓名", "name"),
        ("人员身份证号", "id_number"),
        ("姓名", "name"),
        (" 姓 名 ", "name"),
        ("*姓名", "name"),
        ("老人姓名", "name"),
        ("身份证号", "id_number"),
        ("公民身份号码", "id_number"),
        ("身份证号码（18位）", "id_number"),
        ("证件号码", "id_number"),
        ("出生年月", "born"),
        ("生日", "born"),
        ("出生日期（农历）", "lunar"),
        ("农历生日", "lunar"),
        ("手机号码", "phone"),
        ("联系电话\n（手机）", "phone"),
        ("楼栋", "address"),
        ("居住地址", "address"),
        ("户籍所在地", "hukou"),
        ("所属社区", "community"),
        ("就餐卡号", "card"),
        ("卡号", "card"),
        ("人员类别", "category"),
        ("是否低保", "category.dibao"),
        ("残疾等级", "category.disability"),
        ("独居", "category.living_alone"),
        ("身份證號碼", "id_number"),
        ("聯繫電話", "phone"),
        ("联系电话1", "phone"),
        ("Name", "name"),
        ("ID Number", "id_number"),
        ("受助老人姓名", "name"),
        ("手机/电话", "phone"),
        ("小区/楼栋/房号", "address"),
        ("姓名/电话", None),
        ("紧急联系人", None),
        ("紧急联系人电话", None),
        ("监护人姓名", None),
        ("银行卡号", None),
        ("社保卡号", None),
        ("卡号（银行）", None),
        ("户主姓名", None),
        ("填表人", None),
        ("序号", None),
        ("享受金额", None),
    ],
)
def test_a_header_means_its_field_or_nothing(label: str, field: str | None) -> None:
    assert find_field(label) == field


def test_a_group_title_says_whose_name_it_is() -> None:
    assert find_field("姓名", "紧急联系人") is None
    assert find_field("电话", "联系方式") == "phone"


def test_two_header_rows_with_merges_and_a_title_are_one_header() -> None:
    grid = make_grid(
        ["社区花名册(2026年11月)"],
        ["填报单位:城南社区居委会", None, None, "填报日期:2026-11-25"],
        ["序号", "姓名", "证件信息", None, "紧急联系人", None, "家庭情况", None, None],
        [None, None, "身份证号", "出生日期", "姓名", "电话", "住址", "类别", "电话"],
        [
            "1",
            "韦德胜",
            P02,
            "1941-05-03",
            "韦小明",
            "13800000009",
            "城南路1号",
            "低保",
            "13800000002",
        ],
        merges=[
            Merge(1, 0, 1, 8),
            Merge(3, 0, 4, 0),
            Merge(3, 1, 4, 1),
            Merge(3, 2, 3, 3),
            Merge(3, 4, 3, 5),
            Merge(3, 6, 3, 8),
        ],
    )
    roster = judge_file(grid, today=TODAY)
    row = roster.rows[0]
    assert (roster.header.first_row, roster.header.last_row, row.row) == (3, 4, 5)
    assert (row.name, row.id_number, row.phone) == ("韦德胜", P02, "13800000002")
    assert row.address == "城南路1号"
    assert [said.code for said in row.categories] == ["dibao"]
    assert roster.columns["身份证号"] == "id_number"


def test_a_csv_of_a_merged_header_is_read_alike() -> None:
    grid = make_grid(
        ["序号", "姓名", "证件信息", "", "紧急联系人", ""],
        ["", "", "身份证号", "出生日期", "姓名", "电话"],
        ["1", "韦德胜", P02, "1941-05-03", "韦小明", "13800000009"],
        kind="csv",
    )
    row = judge_file(grid, today=TODAY).rows[0]
    assert (row.name, row.id_number, row.phone) == ("韦德胜", P02, None)


def test_a_table_may_begin_at_any_column_and_in_any_order() -> None:
    grid = make_grid(
        [None, None, "联系电话", "公民身份号码", "姓  名"],
        [None, None, "13800000002", P02, "韦德胜"],
        first=7,
    )
    row = judge_file(grid, today=TODAY).rows[0]
    assert (row.row, row.name, row.id_number) == (8, "韦德胜", P02)


def test_examples_totals_footers_and_numbered_blanks_are_no_people() -> None:
    roster = judge(
        HEADER,
        ["（必填）", "（必填）", "（选填）", "（文本）"],
        make_row(ordinal="示例", name="张三"),
        make_row(name="张三（示例）"),
        make_row(remark="填写示例，请勿删除"),
        make_row(),
        ["2", None, None],
        ["3", "无", "-", "/"],
        HEADER,
        make_row(ordinal="4", name="黄秀英", id_number="450702194809099985", sex="女"),
        ["合计", "2人"],
        ["总计：2 人"],
        ["填表人：", "李四", None, "审核人：王五"],
        ["注：以上人员均为本社区户籍老人，情况属实"],
        ["以上情况属实。联系电话：0777-2800003"],
        ["第1页 共1页"],
        [None, "社区负责人（签字）：", None, None, "审核："],
        [None, "一、城南路片区"],
    )
    assert [row.row for row in roster.rows] == [6, 10]
    kinds = {note.code for note in roster.notes}
    assert {"left_example", "left_total", "left_footer", "left_blank", "left_header"} <= kinds


@pytest.mark.parametrize("name", ["合计生", "总盛", "单位", "注音", "示范"])
def test_a_person_whose_name_looks_like_a_footer_is_a_person(name: str) -> None:
    assert [row.name for row in judge(HEADER, make_row(name=name)).rows] == [name]


def test_a_row_with_an_unreadable_cell_is_a_person_not_a_blank() -> None:
    uncalculated = make_row(name=Typed("formula", ""), id_number=Typed("error", "#N/A"), sex=None)
    assert [row.weight for row in judge(HEADER, uncalculated).rows] == ["refuse"]


def test_a_merged_community_holds_for_all_its_rows_and_a_merged_name_does_not() -> None:
    grid = make_grid(
        ["姓名", "身份证号", "社区"],
        ["韦德胜", P02, "城南社区"],
        [None, "450702194809099985", None],
        merges=[Merge(2, 2, 3, 2), Merge(2, 0, 3, 0)],
    )
    rows = judge_file(grid, today=TODAY).rows
    assert [row.community for row in rows] == ["城南社区", "城南社区"]
    assert [finding.code for finding in rows[1].findings] == ["name_missing"]


def test_what_a_person_chose_for_a_column_is_obeyed() -> None:
    rows = (["姓名", "号码", "备注"], ["韦德胜", P02, "13800000002"])
    chosen = {plain_label("号码"): "id_number", "备注": "phone"}
    row = judge(*rows, chosen=chosen).rows[0]
    assert (row.id_number, row.phone) == (P02, "13800000002")
    left = judge(HEADER, make_row(card="1"), chosen={"卡号": ""})
    assert left.rows[0].card is None
    assert "卡号" not in left.columns


def test_a_second_column_of_the_same_kind_is_said_to_be_left() -> None:
    roster = judge(
        ["姓名", "电话", "身份证号", "手机"], ["韦德胜", "13800000002", P02, "13800000003"]
    )
    assert roster.rows[0].phone == "13800000002"
    assert any(note.code == "columns_left" and "手机" in note.zh for note in roster.notes)


def test_a_sheet_without_header_or_people_is_told() -> None:
    for rows, code in (
        ((["韦德胜", P02],), "roster_header"),
        ((["品名", "单价"], ["白菜", "3.5"]), "roster_header"),
        ((HEADER, ["合计"]), "roster_empty"),
    ):
        with pytest.raises(Invalid) as raised:
            judge(*rows)
        assert raised.value.code == code


def test_headers_are_told_as_written_but_for_the_blanks_between_chinese_words() -> None:
    header = ["姓 名", "身份证\n号码（18位）", "Date of Birth"]
    roster = judge(header, ["韦德胜", P02, "1941-05-03"])
    assert roster.columns == {
        "姓名": "name",
        "身份证号码（18位）": "id_number",
        "Date of Birth": "born",
    }


def test_columns_that_are_not_kept_are_named() -> None:
    roster = judge(
        ["序号", "姓名", "身份证号", "紧急联系人", "备注"], ["1", "韦德胜", P02, "女儿", "好"]
    )
    notes = {note.code: note.zh for note in roster.notes}
    assert notes["columns_unused"] == "没有登记的列：紧急联系人、备注"
    assert "columns_unused" not in {
        note.code for note in judge(["姓名", "身份证号"], ["韦德胜", P02]).notes
    }


def test_what_stands_above_the_header_and_the_sheets_name_tell_whose_roster_it_is() -> None:
    grid = make_grid(["填报单位： 城南社区居委会"], HEADER, make_row(), sheet="十一月")
    assert judge_file(grid, today=TODAY).titles == ("填报单位:城南社区居委会", "十一月")


def test_cells_full_of_brackets_are_looked_through_at_once() -> None:
    hostile = ["(" * 2000] * 200
    assert judge(HEADER, make_row(), *([hostile] * 50)).rows[0].weight is None


def test_two_tables_in_one_are_refused_before_anybody_is_lost_or_misread() -> None:
    beside = ["姓名", "身份证号", "姓名", "身份证号"]
    with pytest.raises(Invalid, match="roster_side_by_side"):
        judge(beside, ["韦德胜", P02, "黄桂兰", P02])
    below = [["姓名", "住址", "忌口", "身份证号"], ["韦德胜", "1栋", "糖", P02]]
    with pytest.raises(Invalid, match="roster_headers_differ"):
        judge(*below, ["姓名", "忌口", "住址", "身份证号"], ["黄桂兰", "糖", "1栋", P02])
    assert len(judge(*below, below[0], ["黄桂兰", None, None, P02]).rows) == 2
