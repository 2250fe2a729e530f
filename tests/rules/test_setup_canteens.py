"""The canteens of a set-up file: what each key means, and what cannot stand."""

from datetime import UTC, date, datetime, time

import pytest

from canteen.rules.reader_profiles import READER_PROFILES
from canteen.rules.setup_canteens import (
    CounterRow,
    PriceRow,
    ReaderRow,
    WindowRow,
    first_price_from,
)
from canteen.rules.setup_file import Known
from tests.rules.setup_files import make_changed, make_fault, make_good, make_setup

PRICE = '[[canteen.price]]\nmealtime = "lunch"\nkind = "dish"\ncode = "fish"\n'
SECOND_CANTEEN = (
    '[[canteen]]\ncode = "C2"\nname = "河东食堂"\narea = "4507"\n'
    '[[canteen.counter]]\ncode = "1"\n'
    '[[canteen.reader]]\ncode = "C2-R1"\ncounter = "1"\nprofile = "rdm6300"\n'
)
WRONG = [
    (
        "[[elder]]",
        SECOND_CANTEEN.replace('"C2"', '"食堂-2"') + "[[elder]]",
        "canteen[2].code",
        "食堂代码印在收据号里：最多 16 位字母、数字、点或下划线",
        "the canteen's code is part of receipt numbers: up to 16 letters, digits, dots or _",
    ),
    (
        'scheme = "rule-set-a"',
        "",
        "canteen[1].scheme",
        "写了 payers 或 scheme_from 就要写 scheme",
        "payers or scheme_from need a scheme",
    ),
    (
        'payers = { city = "city-civil" }',
        'payers = { city = "nobody" }',
        "canteen[1].payers",
        "'nobody' 不在 [[funder]] 里，数据库里也没有；请先写上",
        "'nobody' is in no [[funder]] of the file nor in the database; add it",
    ),
    (
        "cash_unit_fen = 50",
        "cash_unit_fen = 5",
        "canteen[1].cash_unit_fen",
        "只能是：1, 10, 50, 100",
        "must be one of: 1, 10, 50, 100",
    ),
    (
        'delivery_grounds = "limited_mobility,disability:2"',
        'delivery_grounds = "limited_mobility,walking"',
        "canteen[1].delivery_grounds",
        "送餐条件 'walking' 不对：写类别代码，有等级的可加“:等级”",
        "The delivery ground 'walking' is wrong: a category's code, where it has levels with"
        ' ":level"',
    ),
    (
        'phone = "0777-000 0000"',
        'phone = "call me"',
        "canteen[1].phone",
        "食堂电话是给人打的：数字，可以有空格、短横、括号和 +",
        "the canteen's phone is for people to call: digits, blanks, hyphens, brackets and +",
    ),
    (
        "open_weekdays = [5, 1, 5]",
        "open_weekdays = [0, 1]",
        "canteen[1].open_weekdays",
        "应为 [1, 2, …]，1 是星期一",
        "must be [1, 2, …], 1 is Monday",
    ),
    (
        "open_weekdays = [5, 1, 5]",
        "open_weekdays = []",
        "canteen[1].open_weekdays",
        "列表是空的；不限制就不写",
        "the list is empty; leave the key out",
    ),
    (
        'closed_days = [2026-10-01, "2026-10-02", { day = 2026-10-03, reason = "修炉灶" }]',
        'closed_days = ["1 October"]',
        "canteen[1].closed_days.day",
        "日期 '1 October' 不对，应写成 2026-01-31",
        "'1 October' is no date like 2026-01-31",
    ),
    (
        'to = 13:30:00',
        'to = "09:00"',
        "canteen[1].mealtime",
        "餐次时段须同日、先开后关、互不重叠、每餐一段 (lunch: window_empty)",
        "Mealtime windows must open before they close on the same day, must not overlap, "
        "and each mealtime has one (lunch: window_empty)",
    ),
    (
        'counter = "1"',
        'counter = "C2-1"',
        "canteen[1].reader[1].counter",
        "'C2-1' 不在 [[canteen.counter]] 里，数据库里也没有；请先写上",
        "'C2-1' is in no [[canteen.counter]] of the file nor in the database; add it",
    ),
    (
        'key = "0001',
        'key = "xx01',
        "canteen[1].reader[1].key",
        "密钥应为 64 位十六进制",
        "the key must be 64 hex digits",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "zh", "en"), WRONG, ids=[row[1] for row in WRONG])
def test_what_cannot_stand_is_told_with_its_key_and_why(
    old: str, new: str, key: str, zh: str, en: str
) -> None:
    where, _, message_zh, message_en = make_fault((old, new))
    assert (where, message_zh, message_en) == (key, zh, en)


def test_settings_hold_what_is_written_and_nothing_else() -> None:
    assert make_good().canteens[0].settings == {
        "overdraft_fen": 1200,
        "grace_min": 20,
        "phone": "0777-000 0000",
        "cash_unit_fen": 50,
        "delivery_fee_fen": 200,
        "delivery_fee_other_fen": 300,
        "delivery_cutoff_min": 90,
        "delivery_by_min": 100,
        "delivery_trip_min": 50,
        "delivery_grounds": "limited_mobility,disability:2",
        "show_government": True,
        "show_balance": False,
        "show_previous": True,
        "show_name": "masked",
        "locale": "en",
        "open_weekdays": "15",
    }
    canteen = (
        '[[area]]\ncode = "45"\nname = "广西"\n[[canteen]]\ncode = "C1"\nname = "食堂"\narea = "45"'
    )
    file, faults = make_setup(canteen)
    assert faults == []
    assert (file.canteens[0].settings, file.canteens[0].closed_days) == ({}, ())
    assert (file.canteens[0].scheme, file.canteens[0].payers) == (None, {})


def test_a_closed_day_may_give_its_reason() -> None:
    assert make_good().canteens[0].closed_days == (
        (date(2026, 10, 1), "closed"),
        (date(2026, 10, 2), "closed"),
        (date(2026, 10, 3), "修炉灶"),
    )


def test_a_mealtime_gives_its_window_and_the_price_of_its_set_meal() -> None:
    canteen = make_good().canteens[0]
    assert canteen.windows == (WindowRow("lunch", time(10, 30), time(13, 30), date(2026, 2, 1)),)
    begins = datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert canteen.prices[0] == PriceRow(
        "lunch", "set", "set", "两菜一汤", "Two dishes and a soup", 1, "dine_in", 1200, begins
    )
    assert first_price_from(canteen.prices[0]) == begins


def test_a_mealtime_without_more_is_called_by_its_name_from_long_ago() -> None:
    label = 'label = "两菜一汤"\nlabel_en = "Two dishes and a soup"\n'
    canteen = make_good((label, ""), ("valid_from = 2026-02-01\n", "")).canteens[0]
    price = canteen.prices[0]
    assert (canteen.windows[0].from_on, price.name, price.name_en) == (None, "午餐", "Lunch")
    assert price.valid_from is None
    assert first_price_from(price) == datetime(1999, 12, 31, 16, tzinfo=UTC)


def test_a_mealtime_may_have_no_price() -> None:
    canteen = make_good(("price_fen = 1200\n", "")).canteens[0]
    assert [price.code for price in canteen.prices] == ["fish"]
    assert len(canteen.windows) == 1


def test_a_listed_price_stands_in_place_of_the_mealtimes_own() -> None:
    canteen = make_good(('kind = "dish"\ncode = "fish"', 'code = "set"')).canteens[0]
    assert canteen.prices == (
        PriceRow(
            "lunch", "set", "set", "清蒸鱼", "Steamed fish", 2, "take_away", 900,
            datetime(2026, 2, 1, 1, tzinfo=UTC),
        ),
    )  # fmt: skip


def test_a_price_is_listed_once_for_each_mealtime() -> None:
    again = f'{PRICE}name = "鱼"\nprice_fen = 800\n'
    where, _, zh, en = make_fault(("[[canteen.counter]]", f"{again}[[canteen.counter]]"))
    assert (where, zh) == ("canteen[1].price[2].code", "'lunch/fish' 在文件里写了两次")
    assert en == "'lunch/fish' stands twice in the file; keep one"
    at_dinner = again.replace("lunch", "dinner")
    file = make_good(("[[canteen.counter]]", f"{at_dinner}[[canteen.counter]]"))
    assert [(price.mealtime, price.price_fen) for price in file.canteens[0].prices[1:]] == [
        ("lunch", 900),
        ("dinner", 800),
    ]


def test_a_mealtime_nobody_knows_has_no_window_and_no_price() -> None:
    file, faults = make_setup(make_changed(('name = "午餐"', 'name = "夜宵"')))
    assert [fault.key for fault in faults] == ["canteen[1].mealtime[1].name"]
    assert file.canteens[0].windows == ()
    assert [price.code for price in file.canteens[0].prices] == ["fish"]


@pytest.mark.parametrize("written", ["1", "C1-1"])
def test_a_readers_counter_may_be_written_with_its_canteen(written: str) -> None:
    canteen = make_good(('counter = "1"', f'counter = "{written}"')).canteens[0]
    assert canteen.counters == (CounterRow("1", "一号窗口"),)
    assert [(row.code, row.counter) for row in canteen.readers] == [("C1-R1", "1")]


def test_a_counter_whose_code_begins_with_its_canteens_is_that_counter() -> None:
    file = make_good(('code = "1"', 'code = "C1-1"'), ('counter = "1"', 'counter = "C1-1"'))
    assert file.canteens[0].readers[0].counter == "C1-1"


def test_a_reader_needs_no_key_and_a_counter_no_name() -> None:
    file = make_good(("[[elder]]", f"{SECOND_CANTEEN}[[elder]]"))
    assert file.canteens[1].counters == (CounterRow("1", "1"),)
    assert file.canteens[1].readers == (ReaderRow("C2-R1", "1", "rdm6300", None),)


@pytest.mark.parametrize("profile", READER_PROFILES)
def test_a_reader_may_have_any_profile_of_the_contract(profile: str) -> None:
    canteen = make_good(('profile = "rdm6300"', f'profile = "{profile}"')).canteens[0]
    assert [row.profile for row in canteen.readers] == [profile]


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    where, line, zh, en = make_fault(('profile = "rdm6300"', 'profile = "zzz"'))
    assert (where, line) == ("canteen[1].reader[1].profile", 'profile = "zzz"')
    listed = ", ".join(READER_PROFILES)
    assert zh == f"没有读卡器类型 'zzz'；可用：{listed}"
    assert en == f"There is no reader profile 'zzz'; the profiles are: {listed}"


def test_a_reader_stands_in_one_canteen() -> None:
    moved = SECOND_CANTEEN.replace("C2-R1", "C1-R1")
    where, line, zh, en = make_fault(("[[elder]]", f"{moved}[[elder]]"))
    assert (where, line) == ("canteen[2].reader[1].code", 'code = "C1-R1"')
    assert (zh, en) == (
        "读卡器代码 'C1-R1' 在别的食堂已用",
        "the reader code 'C1-R1' is used elsewhere",
    )
    (fault,) = make_setup(make_changed(), Known(readers={"C1-R1": "C9"}))[1]
    assert (fault.key, fault.message_en) == ("canteen[1].reader[1].code", en)
