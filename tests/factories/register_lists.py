"""Lists of other registers as the secretary sends and decides them; and what is true of an elder then."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.files.rosters import read_roster
from canteen.models.people import Elder, ElderFact
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.rules.register_lists import Terms
from canteen.services import register_decisions, register_findings, register_matching, swipes
from canteen.services.register_matching import SentList
from tests.factories.files import csv_bytes, id_number
from tests.factories.world import HEDONG, TODAY, World, make_swipe, shanghai

IDS = {
    "P01": id_number("19461125", 2),
    "P03": id_number("19360229", 4),
    "P10": id_number("19310101", 1),
}
NOW = shanghai("15:00")
POLICE = ("姓名", "身份证号", "死亡日期", "注销原因")


def number_elders(session: Session, world: World) -> None:
    """Give P01, P03 (城南) and P10 (河东) the ID numbers of `IDS`."""
    ring = key_ring_of(session.info)
    for number, digits in IDS.items():
        session.execute(
            update(Elder)
            .where(Elder.id == world.elders[number])
            .values(**sealed_columns(ring, "elders", number, digits, None))
        )


def send_list(
    database: Database,
    *rows: tuple[object, ...],
    area: str = HEDONG,
    source: str = "police",
    now: datetime = NOW,
    **terms: object,
) -> int:
    """A list for an area, the police's for 河东 unless said otherwise; its id."""
    given = {"as_of": TODAY, **terms}
    sent = SentList(area, "名单.csv", csv_bytes(*rows), Terms(source, **given), "公函 7 号", {})
    judged = database.read(
        register_matching.judge_list, sent=sent, grid=read_roster(sent.data), now=now
    )
    return database.run(
        register_matching.send_list, sent=sent, judged=judged, by="staff:li", origin=None, now=now
    )


def show_list(database: Database, file_id: int) -> register_findings.ListPage:
    return database.read(register_findings.show_list, file_id=file_id)


def accept_all(database: Database, file_id: int, now: datetime = NOW) -> int:
    """Accept whatever may be accepted together; how many that were."""
    ids = database.read(register_findings.list_acceptable, file_id=file_id)
    return database.run(
        register_decisions.accept,
        file_id=file_id,
        finding_ids=ids,
        by="staff:li",
        origin=None,
        now=now,
    )


def standing_facts(database: Database, elder_id: int, kind: str) -> list[tuple[object, ...]]:
    """Code, level and days of each period that was not withdrawn."""
    query = (
        select(ElderFact.code, ElderFact.level, ElderFact.from_on, ElderFact.to_on)
        .where(
            ElderFact.elder_id == elder_id,
            ElderFact.kind == kind,
            ElderFact.withdrawn_at.is_(None),
        )
        .order_by(ElderFact.from_on)
    )
    return database.read(lambda session: [tuple(row) for row in session.execute(query)])


def eat_lunch(database: Database, world: World, elder: str, day: date) -> None:
    """A card tapped at the canteen of the elder's community, at 11:40."""
    swipe = make_swipe(world, elder, "11:40", f"{elder}-{day}", day=day)
    database.run(
        swipes.record_swipe,
        asked=swipe,
        reader_id=world.readers["C2-R1" if elder == "P10" else "C1-R1"],
        now=shanghai("11:40", day),
    )
