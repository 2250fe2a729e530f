"""The people of a set-up file: elders with facts and cards, volunteers, sign-ins."""

from datetime import UTC, date, datetime

import pytest

from canteen.rules.categories import REGISTER_CATEGORIES
from canteen.rules.setup_file import Known
from canteen.rules.setup_people import CategoryRow, StaffRow, VolunteerRow
from tests.rules.setup_files import TODAY, make_changed, make_fault, make_good, make_setup

PLACES = 'canteen = "C1"\ncommunity = "450702003001"\n'
USER = 'role = "cashier"\nscope = "C1"\n'
KNOWN_CATEGORIES = ", ".join([*REGISTER_CATEGORIES, "veteran"])
WRONG = [
    (
        'canteen = "C1"',
        'canteen = "C9"',
        "elder[1].canteen",
        "'C9' 不在 [[canteen]] 里，数据库里也没有；请先写上",
        "'C9' is in no [[canteen]] of the file nor in the database; add it",
    ),
    (
        'community = "450702003001"',
        'community = "450702003009"',
        "elder[1].community",
        "'450702003009' 不在 [[area]] 里，数据库里也没有；请先写上",
        "'450702003009' is in no [[area]] of the file nor in the database; add it",
    ),
    (
        f'residence = "450702003001"\nmoved_in_on = 2024-05-01\n{PLACES}',
        'residence = "110101001001"\n',
        "elder[1].residence",
        "居住地 110101001001 不在任何 [[area]] 内，也没有写 canteen：不知道归哪个社区",
        "residence 110101001001 lies in no [[area]] and there is no canteen: whose elder is this?",
    ),
    (
        f'residence = "450702003001"\nmoved_in_on = 2024-05-01\n{PLACES}',
        "",
        "elder[1].residence",
        "要写居住地 residence 或食堂 canteen",
        "give residence or canteen",
    ),
    (
        "450702194611259920",
        "450702194611259921",
        "elder[1].id_number",
        "身份证号校验位不对，请核对每一位",
        "The check digit of the ID number is wrong; compare every digit",
    ),
    (
        'code = "disability"',
        'code = "rich"',
        "elder[1].category[1].code",
        f"不认识的对象类别 'rich'；可用：{KNOWN_CATEGORIES}",
        f"unknown category 'rich'; known are: {KNOWN_CATEGORIES}",
    ),
    (
        "level = 2",
        "level = 5",
        "elder[1].category[1].level",
        "应在 1 到 4 之间，写成了 5",
        "must be 1 to 4, is 5",
    ),
    (
        "to = 2026-12-31",
        "to = 2019-12-31",
        "elder[1].category[1].to",
        "to 不能早于 from",
        "to must not be before from",
    ),
    (
        'uid = "em4100:0A00B0C1D3"',
        'uid = "em4100:0A00B0C1D2"',
        "test_card[1].uid",
        "卡 em4100:0A00B0C1D2 已由 P01 持有；先在登记簿里收回",
        "card em4100:0A00B0C1D2 is held by P01; take it back on the register first",
    ),
    (
        'scope = "C1"',
        "",
        "user[1].scope",
        "这个角色要写哪个食堂",
        "this role needs a canteen's code",
    ),
    (
        'scope = "C1"',
        'scope = "4507"',
        "user[1].scope",
        "'4507' 不在 [[canteen]] 里，数据库里也没有；请先写上",
        "'4507' is in no [[canteen]] of the file nor in the database; add it",
    ),
    (
        USER,
        'role = "finance"\nscope = "C1"\n',
        "user[1].scope",
        "'C1' 不在 [[area]] 里，数据库里也没有；请先写上",
        "'C1' is in no [[area]] of the file nor in the database; add it",
    ),
    (
        USER,
        'role = "boss"\nscope = "C1"\n',
        "user[1].role",
        "只能是：cashier, kitchen, secretary, street, volunteer, finance, auditor, admin",
        "must be one of: cashier, kitchen, secretary, street, volunteer, finance, auditor, admin",
    ),
    (
        'password = "rice-and-soup"',
        'password = "soup"',
        "user[1].password",
        "密码至少 8 个字符，不能和账号相同",
        "A password has at least 8 characters and is not the account's name",
    ),
    (
        'name = "li mei"',
        'name = "Rice-and-Soup"',
        "user[1].password",
        "密码至少 8 个字符，不能和账号相同",
        "A password has at least 8 characters and is not the account's name",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "zh", "en"), WRONG, ids=[row[1] for row in WRONG])
def test_what_cannot_stand_is_told_with_its_key_and_why(
    old: str, new: str, key: str, zh: str, en: str
) -> None:
    where, _, message_zh, message_en = make_fault((old, new))
    assert (where, message_zh, message_en) == (key, zh, en)


def test_an_elder_is_read_with_every_key() -> None:
    elder = make_good().elders[0]
    assert (elder.number, elder.name, elder.sex) == ("P01", "黄桂兰", "F")
    assert (elder.born, elder.id_number) == (date(1946, 11, 25), "450702194611259920")
    assert (elder.phone, elder.address, elder.diet) == ("13800000001", "3栋2单元501", "少盐")
    assert (elder.hukou, elder.residence) == ("450702003002", "450702003001")
    assert (elder.canteen, elder.community) == ("C1", "450702003001")
    assert (elder.balance_fen, elder.speak, elder.speak_balance) == (5000, True, False)
    assert elder.moved_in_on == date(2024, 5, 1)
    assert (elder.moved_on, elder.deceased_on) == (date(2026, 3, 1), date(2026, 4, 1))
    held = CategoryRow("disability", 2, date(2020, 1, 1), date(2026, 12, 31))
    assert elder.categories == (held,)
    (card,) = elder.cards
    assert (card.card.uid, card.printed) == ("em4100:0A00B0C1D2", "卡 7")
    assert card.from_at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("word", "sex"), [("男", "M"), ("F", "F"), ("U", "U")])
def test_a_sex_is_a_letter_or_a_chinese_word(word: str, sex: str) -> None:
    assert make_good(('sex = "女"', f'sex = "{word}"')).elders[0].sex == sex


def test_nobody_is_born_after_the_day_of_the_reading() -> None:
    tomorrow = ("born = 1946-11-25", "born = 2026-11-26")
    assert make_fault(tomorrow) == (
        "elder[1].born",
        "born = 2026-11-26",
        "生日 2026-11-26 还没到",
        "the birthday 2026-11-26 is still to come",
    )
    make_good(("born = 1946-11-25", f"born = {TODAY}"))


def test_a_category_that_a_scheme_declares_is_known() -> None:
    elder = make_good(('code = "disability"\nlevel = 2', 'code = "veteran"')).elders[0]
    assert [(held.code, held.level) for held in elder.categories] == [("veteran", None)]


@pytest.mark.parametrize(
    ("residence", "community"),
    [("450702003001", "450702003001"), ("450702003009", "450702003"), ("450799", "4507")],
)
def test_the_community_is_the_smallest_known_area_of_the_residence(
    residence: str, community: str
) -> None:
    file = make_good(
        ('residence = "450702003001"', f'residence = "{residence}"'),
        (PLACES, ""),
    )
    assert file.elders[0].community == community


def test_an_elder_of_a_canteen_needs_no_residence() -> None:
    file = make_good(('residence = "450702003001"\n', ""), ('community = "450702003001"\n', ""))
    assert (file.elders[0].canteen, file.elders[0].community) == ("C1", "")


@pytest.mark.parametrize(
    "missing", ['number = "P01"', 'name = "黄桂兰"', 'born = 1946-11-25'],
)  # fmt: skip
def test_an_elder_without_number_name_or_birthday_is_no_row(missing: str) -> None:
    file, faults = make_setup(make_changed((missing, "")))
    assert file.elders == ()
    key = missing.partition(" ")[0]
    assert [(fault.key, fault.message_zh, fault.message_en) for fault in faults] == [
        (f"elder[1].{key}", "缺少这一项", "this key is missing")
    ]


def test_an_unreadable_card_is_told_and_left_out() -> None:
    change = ('uid = "em4100:0A00B0C1D2"', 'uid = "62E3086CED"')
    where, line, _, _ = make_fault(change)
    assert (where, line) == ("elder[1].card[1].uid", change[1])
    assert make_setup(make_changed(change))[0].elders[0].cards == ()


def test_a_card_another_holds_in_the_database_is_not_given_away() -> None:
    held = Known(cards={"em4100:0A00B0C1D2": "P99", "em4100:0A00B0C1D3": ""})
    (fault,) = make_setup(make_changed(), held)[1]
    assert fault.key == "elder[1].card[1].uid"
    assert "P99" in fault.message_zh
    assert "P99" in fault.message_en


def test_the_morning_card_is_nobodys() -> None:
    (fault,) = make_setup(make_changed(), Known(cards={"em4100:0A00B0C1D2": ""}))[1]
    assert fault.message_zh == "卡 em4100:0A00B0C1D2 已由 test card 持有；先在登记簿里收回"
    (card,) = make_good().test_cards
    assert (card.card.uid, card.printed, card.from_at) == ("em4100:0A00B0C1D3", "0011583955", None)


def test_a_volunteer_carries_one_meal_when_nothing_is_said() -> None:
    file = make_good(("capacity = 8\n", ""), ('phone = "13800000091"\n', ""))
    assert file.volunteers == (VolunteerRow("V01", "韦志远", None, "450702003001", 1),)


def test_a_volunteer_s_stairs_houses_team_and_duties_are_read() -> None:
    more = """capacity = 8
floors_max = 3
buildings = "3栋、5栋"
team = "银龄互助队"
duties = ["15 lunch", "6 晚餐"]
"""
    (row,) = make_good(("capacity = 8\n", more)).volunteers
    assert (row.floors_max, row.buildings, row.team) == (3, "3栋、5栋", "银龄互助队")
    assert row.duties == {(1, "lunch"), (5, "lunch"), (6, "dinner")}


@pytest.mark.parametrize("duties", ['["9 lunch"]', '["lunch"]', "[1]"])
def test_a_duty_that_is_none_is_told(duties: str) -> None:
    changed = make_changed(("capacity = 8\n", f"capacity = 8\nduties = {duties}\n"))
    (fault,) = make_setup(changed, Known())[1]
    assert fault.key == "volunteer[1].duties"


@pytest.mark.parametrize(
    ("role", "scope", "kind", "code"),
    [
        ("cashier", 'scope = "C1"', "canteen", "C1"),
        ("finance", 'scope = "4507"', "area", "4507"),
        ("finance", "scope = 4507", "area", "4507"),
        ("admin", "", "everywhere", ""),
    ],
)
def test_a_sign_in_has_its_role_where_the_role_belongs(
    role: str, scope: str, kind: str, code: str
) -> None:
    (user,) = make_good((USER, f'role = "{role}"\n{scope}\n')).staff
    assert user == StaffRow("li mei", role, kind, code, "小李", "rice-and-soup")


def test_a_sign_in_may_go_without_password_and_shown_name() -> None:
    (user,) = make_good(('display_name = "小李"\npassword = "rice-and-soup"\n', "")).staff
    assert (user.display_name, user.password) == ("li mei", None)
