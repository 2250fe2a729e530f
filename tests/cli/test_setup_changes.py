"""`canteen setup` on a world that stands: nothing twice, and what differs is added beside the old."""

from datetime import date
from pathlib import Path

from sqlalchemy import select

from canteen.models.people import Elder, ElderFact
from canteen.models.sites import Canteen, MealtimeWindow
from canteen.models.tariffs import Price
from canteen.models.volunteers import Volunteer, VolunteerDuty
from tests.cli.conftest import BASE_WORLD, Installation
from tests.cli.worlds import copy_world


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


def test_a_new_price_is_a_new_row_and_the_old_one_stays(base_world: Installation) -> None:
    changed = copy_world(base_world.folder, ("price_fen = 1200", "price_fen = 1300"))
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
    changed = copy_world(base_world.folder, ('from = "10:30"', 'from = "11:00"'))
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
    changed = copy_world(
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
    changed = copy_world(
        base_world.folder,
        ('scheme = "rule_set_a.toml"', 'scheme = "rule_set_b.toml"'),
        ("scheme_from = 2020-01-01", "scheme_from = 2026-12-01"),
    )
    base_world.run("setup", changed, "--apply")
    schemes = base_world.run("scheme", "list", "--json").json["schemes"]
    found = {one["code"]: [row["from"] for row in one["bindings"]] for one in schemes}
    assert found == {"rule-set-a": ["2020-01-01", "2020-01-01"], "rule-set-b": ["2026-12-01"]}


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
