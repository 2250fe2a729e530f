"""`canteen setup`: the base world from one file; dry run first; repeatable; all faults at once."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.meals import Meal, Share
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.models.sites import Canteen, MealtimeWindow, Reader
from canteen.models.tariffs import Price
from canteen.models.volunteers import Volunteer, VolunteerDuty
from canteen.services import swipes
from tests.cli.conftest import BASE_WORLD, Installation

NOON = datetime(2026, 11, 25, 3, 32, 10, tzinfo=UTC)
#: what each elder of the base world is given by rule set A at lunch on 2026-11-25
SUBSIDY_FEN = {"P01": 500, "P02": 500, "P03": 800, "P04": 500, "P05": 300, "P06": 300}


def _count(database: Database, table: type) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(table)))


def _copy(folder: Path, *changes: tuple[str, str]) -> str:
    """The base world with some texts replaced, in a file of its own beside its schemes."""
    for name in ("rule_set_a.toml", "rule_set_b.toml"):
        source = BASE_WORLD.with_name(name)
        (folder / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    world = BASE_WORLD.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in world, old
        world = world.replace(old, new, 1)
    path = folder / "world.toml"
    path.write_text(world, encoding="utf-8")
    return str(path)


def test_a_dry_run_tells_each_row_and_writes_nothing(installation: Installation) -> None:
    answer = installation.run("setup", str(BASE_WORLD), "--json").json
    assert answer["applied"] is False
    assert answer["readers"] == {}
    assert {row["key"] for row in answer["rows"] if row["table"] == "elder"} == {
        f"P{number:02d}" for number in range(1, 11)
    }
    database = installation.open()
    assert _count(database, Elder) == 0
    database.close()


def test_applying_builds_the_base_world_and_answers_with_its_handles(
    any_installation: Installation,
) -> None:
    answer = any_installation.run("setup", str(BASE_WORLD), "--apply", "--json").json
    assert set(answer["readers"]) == {"C1-R1", "C1-R2", "C2-R1"}
    assert all(len(bytes.fromhex(one["key"])) == 32 for one in answer["readers"].values())
    assert {"C1-1", "C1-2", "C2-1"} <= set(answer["counters"])
    assert len(answer["elders"]) == 10
    assert set(answer["users"]) == {"cashier1", "cashier2", "secretary1", "finance"}
    database = any_installation.open()
    assert _count(database, Volunteer) == 1
    balances = database.read(lambda session: session.scalars(select(Purse.balance_fen)).all())
    assert set(balances) == {5000}
    database.close()
    assert any_installation.run("check", "--deep").code == 0


def test_a_second_run_changes_nothing_and_readers_keep_their_keys(
    any_installation: Installation,
) -> None:
    first = any_installation.run("setup", str(BASE_WORLD), "--apply", "--json").json
    second = any_installation.run("setup", str(BASE_WORLD), "--apply", "--json").json
    assert second["rows"] == []
    assert "add" not in second
    assert "change" not in second
    for part in ("readers", "counters", "elders"):
        assert second[part] == first[part]
    assert second["users"] == {}


@pytest.mark.parametrize("number", sorted(SUBSIDY_FEN))
def test_the_base_world_splits_as_the_field_cases_say(
    installation: Installation, number: str
) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    reader = database.read(
        lambda session: session.scalar(select(Reader.id).where(Reader.code == "C1-R1"))
    )
    card = database.read(
        lambda session: session.scalar(
            select(Card.uid)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .join(Elder, Elder.id == CardHolding.elder_id)
            .where(Elder.number == number)
        )
    )
    assert reader is not None
    assert card is not None
    answer = database.run(
        swipes.record_swipe,
        reader_id=reader,
        asked=swipes.SwipeAsked(f"0190a000-0000-7000-8000-0000000000{number[1:]}", card, NOON),
        now=NOON,
    )
    database.close()
    assert answer.body["meal"]["price_fen"] == 1200
    assert answer.body["meal"]["subsidy_fen"] == SUBSIDY_FEN[number]


def test_printed_numbers_are_those_of_the_field_cases(installation: Installation) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    printed = database.read(
        lambda session: {row[0]: row[1] for row in session.execute(select(Card.uid, Card.printed))}
    )
    database.close()
    assert printed["em4100:0A00B0C1D2"] == "0011583954"
    assert printed["em4100:0A11131A02"] == "0286464514"


def test_a_new_price_is_a_new_row_and_the_old_one_stays(base_world: Installation) -> None:
    changed = _copy(base_world.folder, ("price_fen = 1200", "price_fen = 1300"))
    answer = base_world.run("setup", changed, "--apply", "--json").json
    assert [(row["action"], row["key"]) for row in answer["rows"]] == [("change", "C1/lunch/set")]
    database = base_world.open()
    prices = database.read(
        lambda session: session.scalars(
            select(Price.price_fen)
            .join(Canteen, Canteen.id == Price.canteen_id)
            .where(Canteen.code == "C1", Price.mealtime == "lunch")
            .order_by(Price.valid_from)
        ).all()
    )
    database.close()
    assert prices == [1200, 1300]


def test_a_changed_window_begins_today_and_ends_the_old_one(base_world: Installation) -> None:
    changed = _copy(base_world.folder, ('from = "10:30"', 'from = "11:00"'))
    base_world.run("setup", changed, "--apply")
    database = base_world.open()
    windows = database.read(
        lambda session: session.execute(
            select(MealtimeWindow.opens, MealtimeWindow.to_on)
            .join(Canteen, Canteen.id == MealtimeWindow.canteen_id)
            .where(Canteen.code == "C1", MealtimeWindow.mealtime == "lunch")
            .order_by(MealtimeWindow.from_on)
        ).all()
    )
    database.close()
    assert [window.opens for window in windows] == ["10:30", "11:00"]
    assert windows[0].to_on is not None
    assert windows[1].to_on is None


def test_facts_that_differ_are_withdrawn_and_added_never_edited(base_world: Installation) -> None:
    changed = _copy(
        base_world.folder,
        ("born = 1946-11-25", "born = 1946-11-24"),
        ('hukou = "450702003001"', 'hukou = "450702003002"'),
    )
    base_world.run("setup", changed, "--apply")
    database = base_world.open()
    facts = database.read(
        lambda session: session.scalars(
            select(ElderFact)
            .join(Elder, Elder.id == ElderFact.elder_id)
            .where(Elder.number == "P01")
            .order_by(ElderFact.id)
        ).all()
    )
    database.close()
    born = [(fact.born, fact.withdrawn_at is None) for fact in facts if fact.kind == "born"]
    assert born == [(date(1946, 11, 25), False), (date(1946, 11, 24), True)]
    hukou = [fact for fact in facts if fact.kind == "hukou" and fact.withdrawn_at is None]
    assert [fact.code for fact in hukou] == ["450702003001", "450702003002"]
    assert hukou[0].to_on is not None
    assert hukou[1].from_on is not None
    assert hukou[0].to_on < hukou[1].from_on
    assert base_world.run("setup", changed, "--json").json["rows"] == []


def test_a_new_scheme_is_bound_beside_the_old_one(base_world: Installation) -> None:
    changed = _copy(
        base_world.folder,
        ('scheme = "rule_set_a.toml"', 'scheme = "rule_set_b.toml"'),
        ("scheme_from = 2020-01-01", "scheme_from = 2026-12-01"),
    )
    base_world.run("setup", changed, "--apply")
    schemes = base_world.run("scheme", "list", "--json").json["schemes"]
    found = {one["code"]: [row["from"] for row in one["bindings"]] for one in schemes}
    assert found == {"rule-set-a": ["2020-01-01", "2020-01-01"], "rule-set-b": ["2026-12-01"]}


def test_all_faults_are_told_at_once_with_table_key_and_line(installation: Installation) -> None:
    wrong = _copy(
        installation.folder,
        ('code = "450702003002"', 'code = "4507020030"'),
        ('area = "4507"', 'area = "9999"'),
        ('to = "08:30"', 'to = "11:00"'),
        ('counter = "2"', 'counter = "9"'),
        ('uid = "em4100:0A00B0C1D2"', 'uid = "62E3086CED"'),
        ('id_number = "450702194105039917"', 'id_number = "450702194105039918"'),
        ("born = 1936-02-29", 'born = "1936-02-30"'),
        ('role = "finance"', 'role = "boss"'),
        ('number = "P05"', 'number = "P04"'),
        ("capacity = 8", "capacity = 8\ncar = true"),
    )
    ran = installation.run("setup", wrong, "--apply", code=2)
    told = ran.err
    for place in (
        "area[6].code",
        "funder[1].area",
        "canteen[1].mealtime",
        "canteen[1].reader[2].counter",
        "elder[1].card[1].uid",
        "elder[2].id_number",
        "elder[3].born",
        "elder[5].number",
        "user[4].role",
        "volunteer[1].car",
    ):
        assert place in told, place
    assert "world.toml:" in told
    database = installation.open()
    assert _count(database, Canteen) == 0
    database.close()


def test_an_unknown_scheme_and_a_payer_nobody_stands_behind_are_faults(
    installation: Installation,
) -> None:
    wrong = _copy(
        installation.folder,
        ('scheme = "rule_set_a.toml"', 'scheme = "nobody-2020"'),
        ('payers = { city = "city-civil" }\n\n[[canteen.mealtime]]\nname = "breakfast"', ""),
    )
    told = installation.run("setup", wrong, code=2).err
    assert "nobody-2020" in told  # scheme_unknown
    nobody = _copy(
        installation.folder,
        ('payers = { city = "city-civil" }', 'payers = { town = "city-civil" }'),
    )
    told = installation.run("setup", nobody, code=2).err
    assert "canteen[1].payers" in told
    assert "city" in told


def test_an_id_number_belongs_to_one_elder(base_world: Installation) -> None:
    changed = _copy(base_world.folder, ('number = "P01"', 'number = "P11"'))
    told = base_world.run("setup", changed, code=2).err
    for key in ("elder[1].id_number", "elder[1].card[1].uid"):
        assert key in told, key


def test_another_elders_id_number_is_a_fault_of_the_dry_run_already(
    base_world: Installation,
) -> None:
    world = base_world.folder / "one.toml"
    world.write_text(
        '[[elder]]\nnumber = "P77"\nname = "黄桂兰"\nsex = "F"\nborn = 1946-11-25\n'
        'id_number = "450702194611259920"\ncanteen = "C1"\n',
        encoding="utf-8",
    )
    dry = base_world.run("setup", str(world), code=2).err
    assert "elder[1].id_number" in dry
    assert "P01" in dry
    assert base_world.run("setup", str(world), "--apply", code=2).err == dry


def test_what_is_not_toml_is_told_with_its_line(installation: Installation) -> None:
    path = installation.folder / "broken.toml"
    path.write_text('[[area]]\ncode = "45\n', encoding="utf-8")
    assert "broken.toml:2" in installation.run("setup", str(path), code=2).err  # setup_invalid


def test_faults_are_one_json_document_where_one_was_asked_for(installation: Installation) -> None:
    path = installation.folder / "wrong.toml"
    path.write_text('[[area]]\ncode = "45"\n\n[[area]]\nname = "x"\n', encoding="utf-8")
    told = installation.run("setup", str(path), "--json", code=2)
    assert [(one["line"], one["key"]) for one in told.json["errors"]] == [
        (1, "area[1].name"),
        (4, "area[2].code"),
    ]
    assert "wrong.toml:4 area[2].code" in told.err


def test_the_default_overdraft_is_the_lunch_price(installation: Installation) -> None:
    changed = _copy(installation.folder, ("overdraft_fen = 0        #", "#"))
    installation.run("setup", changed, "--apply")
    database = installation.open()
    overdrafts = database.read(
        lambda session: {
            row[0]: row[1] for row in session.execute(select(Canteen.code, Canteen.overdraft_fen))
        }
    )
    database.close()
    assert overdrafts == {"C1": 1200, "C2": 0}


def test_secrets_are_sealed_in_the_file(installation: Installation) -> None:
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    database.close()
    raw = (installation.folder / "canteen.db").read_bytes()
    assert b"450702194611259920" not in raw
    assert b"13800000001" not in raw


def test_large_worlds_are_written_in_slices_and_are_whole_at_the_end(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canteen.cli.setup.ELDERS_AT_ONCE", 3)
    monkeypatch.setattr("canteen.cli.setup.SLICE", 4)
    installation.run("setup", str(BASE_WORLD), "--apply")
    database = installation.open()
    assert _count(database, Elder) == 10
    assert _count(database, Meal) == _count(database, Share) == 0
    rows = database.read(
        lambda session: session.execute(text("SELECT count(*) FROM staff")).scalar()
    )
    database.close()
    assert rows == 4
    assert installation.run("setup", str(BASE_WORLD), "--json").json["rows"] == []


def test_what_only_the_writing_would_refuse_is_told_by_the_dry_run_too(
    installation: Installation,
) -> None:
    wrong = _copy(
        installation.folder,
        ('scope = "C1"', 'scope = "4507"'),
        ('display_name = "区财政"', 'display_name = "区财政"\npassword = "short"'),
        ('from = "10:30"', 'from = "10:30+08:00"'),
        ("born = 1936-02-29", "born = 0936-02-29"),
    )
    dry = installation.run("setup", wrong, code=2).err
    for key in ("user[1].scope", "user[4].password", "mealtime[2].from", "elder[3].born"):
        assert key in dry, key
    assert installation.run("setup", wrong, "--apply", code=2).err == dry
    database = installation.open()
    assert _count(database, Canteen) == 0
    database.close()


def test_a_volunteer_s_duties_and_stairs_follow_the_file(
    any_installation: Installation, tmp_path: Path
) -> None:
    """What the file does not say of her stays as it is."""
    path = tmp_path / "volunteers.toml"
    text = """[[area]]
code = "450702003001"
name = "城南社区"
[[volunteer]]
number = "V01"
name = "韦志远"
area = "450702003001"
capacity = 8
"""

    def setup(more: str) -> list[str]:
        path.write_text(text + more, encoding="utf-8")
        rows = any_installation.run("setup", str(path), "--apply", "--json").json["rows"]
        return [row["action"] for row in rows if row["table"] == "volunteer"]

    assert setup('floors_max = 3\nduties = ["15 lunch"]\n') == ["add"]
    assert setup("") == []
    assert setup('duties = ["6 dinner"]\n') == ["change"]
    database = any_installation.open()
    kept = database.read(lambda s: s.scalars(select(Volunteer)).one())
    duties = database.read(lambda s: s.scalars(select(VolunteerDuty)).all())
    database.close()
    assert (kept.floors_max, kept.capacity) == (3, 8)
    assert [(duty.weekday, duty.mealtime) for duty in duties] == [(6, "dinner")]
