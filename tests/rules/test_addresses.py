"""Addresses as rosters have them: read into their parts, set on screens, sorted as people count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.addresses import Address, parse_address

#: text → (place, building, stair, floor, room)
READ = {
    "3栋2单元501": ("", "3栋", "2单元", 5, "501"),
    "３栋２单元５０１": ("", "3栋", "2单元", 5, "501"),
    " 3 栋 2 单元 501 室 ": ("", "3栋", "2单元", 5, "501"),
    "3栋2单元501号": ("", "3栋", "2单元", 5, "501"),
    "3幢501室": ("", "3幢", "", 5, "501"),
    "三号楼二单元": ("", "3号楼", "2单元", None, ""),
    "第三栋二单元五〇一": ("", "3栋", "2单元", 5, "501"),
    "二十三栋一单元六〇一": ("", "23栋", "1单元", 6, "601"),
    "一百零二栋": ("", "102栋", "", None, ""),
    "廿三栋": ("", "23栋", "", None, ""),
    "12-A座": ("", "12-A座", "", None, ""),
    "12-A座 1203": ("", "12-A座", "", 12, "1203"),
    "A座301": ("", "A座", "", 3, "301"),
    "3栋A座1203": ("", "3栋", "A座", 12, "1203"),
    "阳光花园8座18A": ("阳光花园", "8座", "", 18, "18A"),
    "12-2-301": ("", "12栋", "2单元", 3, "301"),
    "12 2 301": ("", "12栋", "2单元", 3, "301"),
    "3-2-5-501": ("", "3栋", "2单元", 5, "501"),
    "3—501": ("", "3栋", "", 5, "501"),
    "3栋2-501": ("", "3栋", "2单元", 5, "501"),
    "3栋501-2": ("", "3栋", "", 5, "501-2"),
    "3栋001": ("", "3栋", "", None, "001"),
    "3#2单元402": ("", "3栋", "2单元", 4, "402"),
    "3#楼402": ("", "3号楼", "", 4, "402"),
    "3楼2单元501": ("", "3楼", "2单元", 5, "501"),
    "3号楼2门501": ("", "3号楼", "2门", 5, "501"),
    "3栋甲单元101": ("", "3栋", "甲单元", 1, "101"),
    "3栋五楼": ("", "3栋", "", 5, ""),
    "3栋首层": ("", "3栋", "", 1, ""),
    "3栋地下室": ("", "3栋", "", -1, ""),
    "3栋B101": ("", "3栋", "", -1, "B101"),
    "3号楼B1": ("", "3号楼", "", -1, ""),
    "A座地下一层": ("", "A座", "", -1, ""),
    "负一楼": ("", "", "", -1, ""),
    "五楼": ("", "", "", 5, ""),
    "2单元501": ("", "", "2单元", 5, "501"),
    "501室": ("", "", "", 5, "501"),
    "城西村3组12号": ("城西村3组", "12号", "", None, ""),
    "城西村二队15号": ("城西村2队", "15号", "", None, ""),
    "城西村岭脚屯12号": ("城西村岭脚屯", "12号", "", None, ""),
    "人民路88弄12号301室": ("人民路88弄", "12号", "", 3, "301"),
    "新竹巷7号": ("新竹巷", "7号", "", None, ""),
    "新竹巷7号2楼": ("新竹巷", "7号", "", 2, ""),
    "三里屯12号楼3单元602": ("三里屯", "12号楼", "3单元", 6, "602"),
    "榕荫里5号3栋2单元501": ("榕荫里5号", "3栋", "2单元", 5, "501"),
    "广西壮族自治区钦州市钦南区文峰街道城南社区榕荫里3栋2单元501": (
        "榕荫里",
        "3栋",
        "2单元",
        5,
        "501",
    ),
    "钦州市钦南区榕荫里12号院3号楼2门501": ("榕荫里12号院", "3号楼", "2门", 5, "501"),
    "新苑东区3栋501": ("新苑东区", "3栋", "", 5, "501"),
    "江南水乡3栋201": ("江南水乡", "3栋", "", 2, "201"),
    "5栋1单元601（门卫室交接）": ("", "5栋", "1单元", 6, "601"),
    "3-4": ("3-4", "", "", None, ""),
    "那朗屯": ("那朗屯", "", "", None, ""),
    "地址不详": ("地址不详", "", "", None, ""),
    "": ("", "", "", None, ""),
}
#: text → (estate, house, door) as screens have it
SHOWN = {
    "5栋1单元601": ("", "5 栋 1 单元", "601"),
    "12-A座1203": ("", "12-A 座", "1203"),
    "榕荫里5号3栋2单元501": ("榕荫里 5 号", "3 栋 2 单元", "501"),
    "城西村3组12号": ("", "城西村 3 组", "12 号"),
    "新竹巷7号2楼": ("", "新竹巷 7 号", "2 楼"),
    "人民路88弄12号301": ("", "人民路 88 弄 12 号", "301"),
    "7号": ("", "7 号", ""),
    "3栋负二楼": ("", "3 栋", "负 2 楼"),
    "2单元501": ("", "2 单元", "501"),
    "市场旁边 老李家": ("", "市场旁边 老李家", ""),
    "": ("", "", ""),
}
IN_ORDER = (
    "2栋1单元101",
    "2栋1单元102",
    "二栋1单元201",
    "2栋1单元1001",
    "2幢2单元负一楼",
    "2栋2单元101",
    "2栋10单元101",
    "2栋A单元101",
    "2栋",
    "10栋甲单元101",
    "10栋乙单元101",
    "12栋101",
    "12-A座",
    "12-B座",
    "A座301",
    "B座301",
    "榕荫里2号1栋101",
    "榕荫里10号1栋101",
    "501",
    "那朗屯",
    "",
)


def _parts(address: Address) -> tuple[str, str, str, int | None, str]:
    return address.place, address.building, address.stair, address.floor, address.room


@pytest.mark.parametrize(("text", "parts"), READ.items())
def test_the_parts_of_an_address_are_read(text: str, parts: tuple[object, ...]) -> None:
    assert _parts(parse_address(text)) == parts


@pytest.mark.parametrize(("text", "shown"), SHOWN.items())
def test_a_screen_shows_house_and_door(text: str, shown: tuple[str, str, str]) -> None:
    address = parse_address(text)
    assert (address.estate, address.house, address.door) == shown


def test_addresses_sort_as_people_count() -> None:
    backwards = [parse_address(text) for text in reversed(IN_ORDER)]
    in_order = sorted(backwards, key=lambda address: address.sort_key)
    assert [address.text for address in in_order] == list(IN_ORDER)


def test_one_building_written_in_many_ways_is_one() -> None:
    ways = ("3栋501", "3幢2单元501", "三号楼", "3座", "城南社区3栋", "3-501", "3#楼402")
    assert len({parse_address(way).building_key for way in ways}) == 1
    assert parse_address("榕荫里小区3栋").building_key == parse_address("榕荫里3栋").building_key


def test_other_houses_are_other_houses() -> None:
    ways = ("3栋", "3号", "榕荫里3栋", "榕荫里3号", "3A栋", "新苑东区3栋", "新苑西区3栋")
    assert len({parse_address(way).building_key for way in ways}) == len(ways)


def test_one_stair_written_in_many_ways_is_one() -> None:
    keys = {
        parse_address(f"3栋{way}501").stair_key for way in ("2单元", "二单元", "2门", "2梯", "2-")
    }
    assert len(keys) == 1


def test_no_address_is_none_at_all() -> None:
    assert parse_address(None) == parse_address("  ")
    assert not parse_address(None).is_readable
    assert parse_address("3栋").is_readable


WORDS = "栋幢座号楼单元梯门室房层组屯队弄巷路负地下底首B1F-—#之 0123456789一二十百零〇廿东西甲乙A（(）榕荫里"


@given(st.one_of(st.text(), st.text(alphabet=WORDS, max_size=30), st.text(alphabet="0十百一栋")))
def test_whatever_the_text_it_is_read_shown_and_sorted(text: str) -> None:
    address, other = parse_address(text), parse_address("3栋2单元501")
    assert address.text == text.strip()
    assert isinstance(address.house + address.door + address.estate, str)
    assert sorted([address, other], key=lambda one: one.sort_key)
    assert (address.sort_key == other.sort_key) == (address.text == other.text)


@given(
    st.integers(1, 99),
    st.integers(1, 20),
    st.integers(1, 33),
    st.integers(1, 9),
    st.sampled_from(
        ("{b}栋{s}单元{r}", "{b}幢{s}单元{r}室", "{b}-{s}-{r}", "榕荫里{b}号楼{s}门{r}")
    ),
)
def test_building_stair_and_floor_are_found_in_every_usual_writing(
    building: int, stair: int, floor: int, flat: int, way: str
) -> None:
    room = f"{floor}0{flat}"
    address = parse_address(way.format(b=building, s=stair, r=room))
    assert address.building.rstrip("栋幢号楼") == str(building)
    assert address.stair.rstrip("单元门") == str(stair)
    assert (address.floor, address.room) == (floor, room)


def test_a_very_long_number_is_no_trap() -> None:
    assert parse_address("9" * 5000 + "栋").sort_key
    assert parse_address("九" * 5000 + "栋").sort_key


@pytest.mark.parametrize(
    ("text", "door", "beside"),
    [
        ("榕荫里3栋2单元501", "501", "榕荫里"),
        ("3栋2单元501室", "501", ""),
        ("3栋2单元501后门", "501", "3栋2单元501后门"),
        ("3栋2单元501、502", "501", "3栋2单元501、502"),
        ("3栋东侧2单元501", "501", "3栋东侧2单元501"),
        ("榕荫里3栋2单元5楼左手", "5 楼", "榕荫里3栋2单元5楼左手"),
        ("3-2-501（门在车库旁）", "501", "3-2-501（门在车库旁）"),
        ("小卖部旁第二家", "", ""),
    ],
)
def test_who_stands_at_the_door_reads_what_its_number_does_not_tell(
    text: str, door: str, beside: str
) -> None:
    address = parse_address(text)
    assert (address.door, address.beside) == (door, beside)
