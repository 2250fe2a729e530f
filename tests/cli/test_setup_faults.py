"""`canteen setup` on a file with faults: all are told at once, with their places, and nothing is written."""

from canteen.models.sites import Canteen
from tests.cli.conftest import Installation
from tests.cli.worlds import copy_world, count_rows


def test_all_faults_are_told_at_once_with_table_key_and_line(installation: Installation) -> None:
    wrong = copy_world(
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
    assert count_rows(database, Canteen) == 0
    database.close()


def test_an_unknown_scheme_and_a_payer_nobody_stands_behind_are_faults(
    installation: Installation,
) -> None:
    wrong = copy_world(
        installation.folder,
        ('scheme = "rule_set_a.toml"', 'scheme = "nobody-2020"'),
        ('payers = { city = "city-civil" }\n\n[[canteen.mealtime]]\nname = "breakfast"', ""),
    )
    told = installation.run("setup", wrong, code=2).err
    assert "nobody-2020" in told  # scheme_unknown
    nobody = copy_world(
        installation.folder,
        ('payers = { city = "city-civil" }', 'payers = { town = "city-civil" }'),
    )
    told = installation.run("setup", nobody, code=2).err
    assert "canteen[1].payers" in told
    assert "city" in told


def test_an_id_number_belongs_to_one_elder(base_world: Installation) -> None:
    changed = copy_world(base_world.folder, ('number = "P01"', 'number = "P11"'))
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


def test_a_file_that_is_not_there_is_told_as_a_setup_file(installation: Installation) -> None:
    missing = installation.run("setup", "no.toml", code=2).err.splitlines()
    assert missing == [
        "The set-up file has 1 faults; nothing was written",
        "  no.toml: cannot be read: No such file or directory",
    ]


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


def test_what_only_the_writing_would_refuse_is_told_by_the_dry_run_too(
    installation: Installation,
) -> None:
    wrong = copy_world(
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
    assert count_rows(database, Canteen) == 0
    database.close()
