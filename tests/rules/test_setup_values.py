"""Single values of a set-up file: how each may be written, and what is said when it is wrong."""

from datetime import UTC, date, datetime, time

import pytest

from tests.rules.setup_files import FULL, make_changed, make_fault, make_good, make_setup

ODD = (
    "1",
    "-1",
    "10000000000000",
    "true",
    "1.5",
    "nan",
    '""',
    '" "',
    '"x y"',
    f'"{"x" * 70}"',
    "[]",
    "[1]",
    '["x"]',
    "[{}]",
    "{}",
    "{ x = 1 }",
    "2026-01-01",
    "0001-01-01",
    '"2026-02-30"',
    "10:30:00",
    '"10:30+08:00"',
    "2026-01-01T00:00:00",
    '"0001-01-01T00:00:00+08:00"',
)
WRONG = [
    (
        'number = "V01"',
        'number = "V/01"',
        "volunteer[1].number",
        "代码 'V/01' 最多 32 个字符，不含空格、斜线、冒号",
        "the code 'V/01' may have at most 32 characters, no blank, slash or colon",
    ),
    (
        'hukou = "450702003002"',
        'hukou = "45070200"',
        "elder[1].hukou",
        "区划代码 '45070200' 应为 2、4、6、9 或 12 位数字（省、市、区县、镇街、社区）",
        "the area code '45070200' must have 2, 4, 6, 9 or 12 digits"
        " (province, city, district, town, community)",
    ),
    (
        "speak = true",
        'speak = "yes"',
        "elder[1].speak",
        "应为true 或 false，写成了文字",
        "must be true or false, not text",
    ),
    (
        "moved_on = 2026-03-01",
        'moved_on = "2026-02-30"',
        "elder[1].moved_on",
        "日期 '2026-02-30' 不对，应写成 2026-01-31",
        "'2026-02-30' is no date like 2026-01-31",
    ),
    (
        "moved_on = 2026-03-01",
        "moved_on = 2026-03-01T00:00:00",
        "elder[1].moved_on",
        "应为日期 2026-01-31，写成了日期加时间",
        "must be a date like 2026-01-31, not a date with a time",
    ),
    (
        "moved_on = 2026-03-01",
        "moved_on = 0206-03-01",
        "elder[1].moved_on",
        "年份应在 1900 到 2199 之间，写成了 0206",
        "the year must be 1900 to 2199, is 0206",
    ),
    (
        'from = "10:30"',
        'from = "25:00"',
        "canteen[1].mealtime[1].from",
        "时间 '25:00' 应写成 10:30",
        "'25:00' is no time like \"10:30\"",
    ),
    (
        'from = "10:30"',
        "from = 1030",
        "canteen[1].mealtime[1].from",
        '应为时间 "10:30"，写成了整数',
        'must be a time like "10:30", not a whole number',
    ),
    (
        'from = "10:30"',
        "",
        "canteen[1].mealtime[1].from",
        "缺少这一项",
        "this key is missing",
    ),
    (
        'from = "10:30"',
        "from = 10:30:01",
        "canteen[1].mealtime[1].from",
        "时间只到分钟，不带时区",
        "the time goes to whole minutes, without a zone",
    ),
    (
        'from = "10:30"',
        'from = "10:30+08:00"',
        "canteen[1].mealtime[1].from",
        "时间只到分钟，不带时区",
        "the time goes to whole minutes, without a zone",
    ),
    (
        "valid_from = 2026-02-01T09:00:00",
        'valid_from = "soon"',
        "canteen[1].price[1].valid_from",
        "应为日期 2026-01-31 或时刻 2026-01-31T09:00:00+08:00，写成了文字",
        "must be a date like 2026-01-31 or an instant like 2026-01-31T09:00:00+08:00, not text",
    ),
    (
        "valid_from = 2026-02-01T09:00:00",
        "valid_from = 0001-01-01",
        "canteen[1].price[1].valid_from",
        "年份应在 1900 到 2199 之间，写成了 0001",
        "the year must be 1900 to 2199, is 0001",
    ),
    (
        'name = "午餐"',
        'name = "夜宵"',
        "canteen[1].mealtime[1].name",
        "餐次 '夜宵' 只能是 早餐 breakfast、午餐 lunch、晚餐 dinner",
        "the mealtime '夜宵' must be breakfast, lunch or dinner",
    ),
    (
        'payers = { city = "city-civil" }',
        "payers = { city = 5 }",
        "canteen[1].payers.city",
        "应为文字(加引号)，写成了整数",
        "must be text in quotes, not a whole number",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "zh", "en"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_value_is_told_with_its_key_its_line_and_how_to_write_it(
    old: str, new: str, key: str, zh: str, en: str
) -> None:
    where, line, message_zh, message_en = make_fault((old, new))
    assert (where, message_zh, message_en) == (key, zh, en)
    assert line == new or (not new and line == "[[canteen.mealtime]]")


@pytest.mark.parametrize("number", [n for n, line in enumerate(FULL.splitlines()) if " = " in line])
def test_whatever_stands_at_a_key_is_taken_or_told_with_its_line(number: int) -> None:
    lines = FULL.splitlines()
    key = lines[number].partition(" = ")[0]
    for odd in ("", *(f"{key} = {value}" for value in ODD)):
        faults = make_setup("\n".join([*lines[:number], odd, *lines[number + 1 :]]))[1]
        for fault in faults:
            assert fault.key
            assert fault.message_zh
            assert fault.message_en
            assert fault.line is not None


@pytest.mark.parametrize("written", ["2026-03-01", '"2026-03-01"'])
def test_a_day_may_be_bare_or_in_quotes(written: str) -> None:
    file = make_good(("moved_on = 2026-03-01", f"moved_on = {written}"))
    assert file.elders[0].moved_on == date(2026, 3, 1)


@pytest.mark.parametrize("written", ["10:30:00", '"10:30"'])
def test_a_time_may_be_bare_or_in_quotes(written: str) -> None:
    file = make_good(('from = "10:30"', f"from = {written}"))
    assert file.canteens[0].windows[0].opens == time(10, 30)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-02-01", datetime(2026, 1, 31, 16, tzinfo=UTC)),
        ('"2026-02-01"', datetime(2026, 1, 31, 16, tzinfo=UTC)),
        ("2026-02-01T09:00:00", datetime(2026, 2, 1, 1, tzinfo=UTC)),
        ('"2026-02-01T09:00"', datetime(2026, 2, 1, 1, tzinfo=UTC)),
        ("2026-02-01T09:00:00Z", datetime(2026, 2, 1, 9, tzinfo=UTC)),
    ],
)
def test_an_instant_without_a_zone_is_shanghais(written: str, instant: datetime) -> None:
    file = make_good(("valid_from = 2026-02-01T09:00:00", f"valid_from = {written}"))
    assert file.canteens[0].prices[1].valid_from == instant


@pytest.mark.parametrize(
    ("word", "mealtime"), [("早餐", "breakfast"), ("lunch", "lunch"), ("晚餐", "dinner")]
)
def test_a_mealtime_may_be_written_in_either_language(word: str, mealtime: str) -> None:
    file = make_good(('name = "午餐"', f'name = "{word}"'))
    assert file.canteens[0].windows[0].mealtime == mealtime


def test_a_wrong_payer_takes_no_other_payer_with_it() -> None:
    text = make_changed(('{ city = "city-civil" }', '{ city = 5, district = "city-civil" }'))
    assert make_setup(text)[0].canteens[0].payers == {"district": "city-civil"}
