"""The set-up file as a whole: its tables, its areas and funders, and all its faults at once."""

import pytest

from canteen.rules.setup_file import AreaRow, FunderRow, Known, SetupInvalid, SetupTables
from tests.rules.setup_files import make_changed, make_fault, make_good, make_setup


def test_areas_nobody_listed_are_named_by_their_code_and_come_first() -> None:
    file = make_good()
    assert file.areas == (
        AreaRow("45", "45"),
        AreaRow("450702", "450702"),
        AreaRow("450702003", "450702003"),
        AreaRow("4507", "钦州市"),
        AreaRow("450702003001", "城南社区"),
    )
    assert file.funders == (FunderRow("city-civil", "市民政局", "4507"),)


def test_what_the_database_holds_may_be_referred_to() -> None:
    lonely = '[[volunteer]]\nnumber = "V02"\nname = "韦"\narea = "450702003001"\n'
    file, faults = make_setup(lonely, Known(areas={"450702003001"}))
    assert faults == []
    assert [row.number for row in file.volunteers] == ["V02"]
    (fault,) = make_setup(lonely)[1]
    assert (fault.key, fault.line) == ("volunteer[1].area", 4)
    assert fault.message_zh == "'450702003001' 不在 [[area]] 里，数据库里也没有；请先写上"
    assert fault.message_en == (
        "'450702003001' is in no [[area]] of the file nor in the database; add it"
    )


def test_what_is_no_section_is_told_and_the_others_are_read() -> None:
    file, faults = make_setup('area = [5, { code = "45", name = "广西" }]')
    assert file.areas == (AreaRow("45", "广西"),)
    assert [(fault.key, fault.message_zh, fault.message_en) for fault in faults] == [
        ("area", "应为[[area]] 各节，写成了整数", "must be sections [[area]], not a whole number")
    ]


@pytest.mark.parametrize(
    ("old", "new", "key", "value"),
    [
        ('code = "4507"', 'code = "450702003001"', "area[2].code", "450702003001"),
        (
            "[[canteen]]",
            '[[funder]]\ncode = "city-civil"\nname = "又一家"\narea = "4507"\n[[canteen]]',
            "funder[2].code",
            "city-civil",
        ),
        (
            "[[elder]]",
            '[[canteen]]\ncode = "C1"\nname = "又一家"\narea = "4507"\n[[elder]]',
            "canteen[2].code",
            "C1",
        ),
        ("[[canteen.reader]]", '[[canteen.counter]]\ncode = "1"\n[[canteen.reader]]',
         "canteen[1].counter[2].code", "1"),
        (
            "[[user]]",
            '[[volunteer]]\nnumber = "V01"\nname = "又一位"\narea = "4507"\n[[user]]',
            "volunteer[2].number",
            "V01",
        ),
        (
            "[[test_card]]",
            '[[elder]]\nnumber = "P02"\nname = "黄"\nsex = "F"\nborn = 1946-11-25\ncanteen = "C1"\n'
            'id_number = "45070219461125992 0"\n[[test_card]]',
            "elder[2].id_number",
            "450702194611259920",
        ),
    ],
)  # fmt: skip
def test_a_code_stands_once_in_its_table(old: str, new: str, key: str, value: str) -> None:
    where, _, zh, en = make_fault((old, new))
    assert (where, zh) == (key, f"{value!r} 在文件里写了两次")
    assert en == f"{value!r} stands twice in the file; keep one"


def test_every_fault_is_told_with_how_many_there_are() -> None:
    text = make_changed(("grace_min = 20", "grace_min = 121\ncolour = 1"))
    faults = make_setup(text)[1]
    refused = SetupInvalid([*faults, *faults])
    assert [fault.key for fault in refused.errors] == ["canteen[1].grace_min", "canteen[1].colour"]
    assert refused.code == "setup_invalid"
    assert refused.zh == "设置文件有 2 处错误，什么都没有写入"
    assert refused.en == "The set-up file has 2 faults; nothing was written"


@pytest.mark.parametrize(("text", "line"), [('a = 1\nb = "', 2), ("a = 1\na = 2\n", 2), ("=", 1)])
def test_what_is_not_toml_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SetupInvalid) as refused:
        SetupTables(text, "world.toml")
    (fault,) = refused.value.errors
    assert fault.line == line
    assert fault.message_zh.startswith(f"第 {line} 行不是正确的 TOML：")
    assert fault.message_en.startswith(f"line {line} is not TOML: ")


def test_a_funder_names_its_days_and_whether_its_money_lies_with_us() -> None:
    fund = (
        "[[area]]\ncode = '4507'\nname = '钦州市'\n"
        "[[funder]]\ncode = 'love'\nname = '爱心基金'\narea = '4507'\n"
    )
    file, faults = make_setup(fund + "is_fund = true\nclaim_by_day = 10\npay_within_days = 45\n")
    assert faults == []
    wanted = {"is_fund": True, "claim_by_day": 10, "pay_within_days": 45}
    assert file.funders == (FunderRow("love", "爱心基金", "4507", wanted),)
    _, faults = make_setup(fund + "claim_by_day = 31\n")
    assert [fault.key for fault in faults] == ["funder[1].claim_by_day"]


def test_a_canteen_names_who_runs_it() -> None:
    file = make_good(("overdraft_fen = ", 'operator = "康养餐饮"\noverdraft_fen = '))
    assert file.canteens[0].settings["operator"] == "康养餐饮"
