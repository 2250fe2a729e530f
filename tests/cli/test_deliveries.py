"""`canteen deliveries plan`: repeatable, within one's own community, in words and as JSON."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.people import Elder
from canteen.models.sites import Canteen
from tests.cli.conftest import Installation
from tests.factories.deliveries import make_order

PLAN = ("deliveries", "plan", "--canteen", "C1", "--date", "2126-11-25", "--mealtime", "lunch")
DOORS = {"P02": "3栋2单元501", "P03": "3栋1单元201", "P04": None}


def _build(session: Session) -> None:
    canteen = session.scalars(select(Canteen.id).where(Canteen.code == "C1")).one()
    for number, address in DOORS.items():
        elder = session.scalars(select(Elder.id).where(Elder.number == number)).one()
        session.execute(update(Elder).where(Elder.id == elder).values(address=address))
        make_order(session, elder, canteen, from_on=date(2126, 11, 1))


def test_a_list_is_planned_and_planning_it_again_says_the_same(base_world: Installation) -> None:
    database = base_world.open()
    database.run(_build)
    database.close()
    first = base_world.run(*PLAN, "--as", "secretary1", "--json").json
    assert first == base_world.run(*PLAN, "--as", "secretary1", "--json").json
    assert (first["made"], first["cancelled"], first["mealtime"]) == (3, 0, "lunch")
    [run] = first["runs"]
    assert (run["volunteer"], run["trip"], run["state"]) == ("V01", 1, "planned")
    assert [(stop["elder"], stop["address"]) for stop in run["stops"]] == [
        ("P03", "3栋1单元201"),
        ("P02", "3栋2单元501"),
    ]
    assert run["minutes"] > 0
    assert first["left"] == [{"elder": "P04", "address": "", "portions": 1, "reason": "address"}]
    said = base_world.run(*PLAN, "--as", "secretary1").out
    assert "trip 1, 2 doors" in said
    assert "- P04   no address" in said


def test_only_who_may_arrange_deliveries_there_plans(base_world: Installation) -> None:
    assert "delivery.write" in base_world.run(*PLAN, "--as", "cashier1", code=2).err
    elsewhere = [word if word != "C1" else "C2" for word in PLAN]
    assert "delivery.write" in base_world.run(*elsewhere, "--as", "secretary1", code=2).err
    unknown = [word if word != "C1" else "C9" for word in PLAN]
    assert "No canteen C9" in base_world.run(*unknown, "--as", "secretary1", code=2).err
