"""Lists of other registers: who changes and how, by ID only; decided by a person; twice is nothing new."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.files.rosters import read_roster
from canteen.models.accounts import Purse
from canteen.models.imports import ImportFile, RegisterFinding
from canteen.models.meals import Meal
from canteen.models.people import CardBlock, Elder, ElderFact
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.rules.errors import Conflict, NotFound
from canteen.rules.register_lists import Terms
from canteen.services import register_decisions, register_findings, register_matching, swipes
from canteen.services.register_matching import SentList
from tests.factories.files import csv_bytes, id_number
from tests.factories.world import CHENGNAN, HEDONG, TODAY, World, make_swipe, make_world, shanghai

IDS = {
    "P01": id_number("19461125", 2),
    "P03": id_number("19360229", 4),
    "P10": id_number("19310101", 1),
}
NOW = shanghai("15:00")
DEC_5 = shanghai("15:00", date(2026, 12, 5))
POLICE = ("姓名", "身份证号", "死亡日期", "注销原因")


def _number_elders(session: Session, world: World) -> None:
    """Give P03 (城南) and P10 (河东) the ID numbers of `IDS`."""
    ring = key_ring_of(session.info)
    for number, digits in IDS.items():
        session.execute(
            update(Elder)
            .where(Elder.id == world.elders[number])
            .values(**sealed_columns(ring, "elders", number, digits, None))
        )


@pytest.fixture
def world(database: Database) -> World:
    def fill(session: Session) -> World:
        made = make_world(session)
        _number_elders(session, made)
        return made

    return database.run(fill)


def _send(
    database: Database,
    *rows: tuple[object, ...],
    area: str = HEDONG,
    source: str = "police",
    now: datetime = NOW,
    **terms: object,
) -> int:
    given = {"as_of": TODAY, **terms}
    sent = SentList(area, "名单.csv", csv_bytes(*rows), Terms(source, **given), "公函 7 号", {})
    judged = database.read(
        register_matching.judge_list, sent=sent, grid=read_roster(sent.data), now=now
    )
    return database.run(
        register_matching.send_list, sent=sent, judged=judged, by="staff:li", origin=None, now=now
    )


def _accept_all(database: Database, file_id: int, now: datetime = NOW) -> int:
    ids = database.read(register_findings.list_acceptable, file_id=file_id)
    return database.run(
        register_decisions.accept,
        file_id=file_id,
        finding_ids=ids,
        by="staff:li",
        origin=None,
        now=now,
    )


def _show(database: Database, file_id: int) -> register_findings.ListPage:
    return database.read(register_findings.show_list, file_id=file_id)


def _standing(database: Database, elder_id: int, kind: str) -> list[tuple[object, ...]]:
    def query(session: Session) -> list[tuple[object, ...]]:
        rows = session.scalars(
            select(ElderFact)
            .where(
                ElderFact.elder_id == elder_id,
                ElderFact.kind == kind,
                ElderFact.withdrawn_at.is_(None),
            )
            .order_by(ElderFact.from_on)
        )
        return [(one.code, one.level, one.from_on, one.to_on) for one in rows]

    return database.read(query)


def _eat(database: Database, world: World, elder: str, day: date) -> None:
    swipe = make_swipe(world, elder, "11:40", f"{elder}-{day}", day=day)
    database.run(
        swipes.record_swipe,
        asked=swipe,
        reader_id=world.readers["C2-R1" if elder == "P10" else "C1-R1"],
        now=shanghai("11:40", day),
    )


def test_a_death_learnt_late_is_shown_with_the_meals_served_since(database: Database, world: World):
    """O-071: died on 2 December, entered on the 5th; lunches on the 1st and the 4th."""
    elder_id = world.elders["P10"]
    for day in (date(2026, 12, 1), date(2026, 12, 4)):
        _eat(database, world, "P10", day)
    before = database.read(lambda session: session.scalars(select(Meal.price_fen)).all())

    file_id = _send(database, POLICE, ("覃大山", IDS["P10"], "2026-12-02", "死亡"), now=DEC_5)
    found = _show(database, file_id).findings
    assert [(one.change, one.on_day, one.state) for one in found] == [
        ("deceased", date(2026, 12, 2), "open")
    ]
    assert _standing(database, elder_id, "status") == []
    assert _accept_all(database, file_id, DEC_5) == 1

    assert _standing(database, elder_id, "status") == [("deceased", None, date(2026, 12, 2), None)]
    assert _standing(database, elder_id, "category") == [
        ("limited_mobility", None, None, date(2026, 12, 1))
    ]
    blocks = database.read(lambda session: session.scalars(select(CardBlock)).all())
    assert [(one.kind, one.from_at) for one in blocks] == [("blocked", DEC_5)]
    concerned = database.read(
        register_findings.show_concerned, file_id=file_id, finding_id=found[0].id
    )
    assert [meal.served_on for meal in concerned.meals] == [date(2026, 12, 4)]
    assert concerned.meals[0].price_fen == 1200
    after = database.read(lambda session: session.scalars(select(Meal.price_fen)).all())
    assert after == before
    balance = database.read(
        lambda session: session.execute(
            select(Purse.balance_fen).where(Purse.elder_id == elder_id)
        ).scalar_one()
    )
    assert balance > 0


def test_the_same_list_twice_finds_nothing_new(database: Database, world: World):
    rows = (POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    first = _send(database, *rows)
    waiting = _send(database, *rows)
    assert _show(database, waiting).findings == ()
    assert _show(database, waiting).counts["known"] == 1

    _accept_all(database, first)
    again = _show(database, _send(database, *rows))
    assert again.findings == ()
    assert again.counts["same"] == 1
    assert not again.line.is_open


def test_what_was_declined_is_not_asked_again(database: Database, world: World):
    rows = (POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    file_id = _send(database, *rows)
    found = _show(database, file_id).findings
    database.run(
        register_decisions.decline,
        file_id=file_id,
        finding_ids=[found[0].id],
        note="人在，打过电话",
        by="staff:li",
        origin=None,
        now=NOW,
    )

    assert _show(database, file_id).findings[0].note == "人在，打过电话"
    assert _standing(database, world.elders["P10"], "status") == []
    assert _show(database, _send(database, *rows)).findings == ()


def test_a_name_alone_never_matches_and_a_name_that_differs_is_shown(
    database: Database, world: World
):
    file_id = _send(
        database,
        POLICE,
        ("覃大山", None, "2026-11-02", "死亡"),
        ("覃大三", IDS["P10"], "2026-11-03", "死亡"),
        ("覃大山", id_number("19310101", 7), "2026-11-04", "死亡"),
    )
    page = _show(database, file_id)

    assert [(one.row, one.name, one.name_written) for one in page.findings] == [
        (3, "覃大山", "覃大三")
    ]
    assert page.told[0][0] == 2
    assert page.counts["nobody"] == 1


def test_nobody_of_ours_is_counted_and_kept_nowhere(database: Database, world: World):
    """Also an elder of another community is nobody of ours."""
    file_id = _send(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"), area=CHENGNAN)

    page = _show(database, file_id)
    assert page.findings == ()
    assert page.counts["nobody"] == 1
    file = database.read(lambda session: session.scalars(select(ImportFile)).one())
    assert file.content_box is None
    assert "覃大山" not in f"{file.outcome}{file.columns}"


def test_bytes_are_sealed_while_something_is_open_and_forgotten_after(
    database: Database, world: World
):
    file_id = _send(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))

    def box(session: Session) -> bytes | None:
        return session.execute(select(ImportFile.content_box)).scalar_one()

    held = database.read(box)
    assert held is not None
    assert IDS["P10"].encode() not in held
    sent = database.read(register_matching.load_sent, file_id=file_id)
    assert IDS["P10"].encode() in sent.data
    _accept_all(database, file_id)
    assert database.read(box) is None
    with pytest.raises(Conflict, match="list_closed"):
        database.read(register_matching.load_sent, file_id=file_id)


def test_a_category_begins_and_ends_with_its_days(database: Database, world: World):
    head = ("姓名", "身份证号", "对象类别", "残疾等级", "起始日期", "终止日期")
    file_id = _send(
        database,
        head,
        ("覃大山", IDS["P10"], "特困", "二级", "2026年7月1日", "长期"),
        ("陆秀珍", IDS["P03"], "低保", None, "202001", "2026-12-31"),
        area="450702003",
        source="civil_affairs",
    )
    page = _show(database, file_id)
    assert [(one.number, one.change, one.code, one.level, one.on_day) for one in page.findings] == [
        ("P10", "category_begins", "tekun", None, date(2026, 7, 1)),
        ("P10", "category_begins", "disability", 2, date(2026, 7, 1)),
        ("P03", "category_ends", "dibao", None, date(2026, 12, 31)),
    ]
    _accept_all(database, file_id)

    assert _standing(database, world.elders["P03"], "category") == [
        ("dibao", None, None, date(2026, 12, 31))
    ]
    assert ("disability", 2, date(2026, 7, 1), None) in _standing(
        database, world.elders["P10"], "category"
    )


def test_absence_ends_a_category_only_where_the_list_is_complete(database: Database, world: World):
    rows = (("姓名", "身份证号"), ("某人", id_number("19400101", 3)))
    asked = {"area": CHENGNAN, "source": "civil_affairs", "category": "dibao"}
    assert _show(database, _send(database, *rows, **asked)).findings == ()

    file_id = _send(database, *rows, **asked, is_complete=True)
    page = _show(database, file_id)
    assert [(one.number, one.row, one.change, one.on_day) for one in page.findings] == [
        ("P03", 0, "category_ends", TODAY - timedelta(days=1))
    ]
    _accept_all(database, file_id)
    assert _standing(database, world.elders["P03"], "category") == [
        ("dibao", None, None, TODAY - timedelta(days=1))
    ]
    assert _show(database, _send(database, *rows, **asked, is_complete=True)).findings == ()


def test_two_days_for_one_death_are_not_accepted_together(database: Database, world: World):
    file_id = _send(
        database,
        POLICE,
        ("覃大山", IDS["P10"], "2026-11-02", "死亡"),
        ("覃大山", IDS["P10"], "2026-11-12", "死亡"),
    )
    assert all(one.is_contested for one in _show(database, file_id).findings)
    assert _accept_all(database, file_id) == 0
    with pytest.raises(Conflict, match="list_undecided"):
        database.run(
            register_decisions.put_away, file_id=file_id, by="staff:li", origin=None, now=NOW
        )


def test_a_category_from_an_earlier_day_lists_the_meals_that_would_differ(
    database: Database, world: World
):
    """Rule set A gives 低保 8 yuan instead of 3: the lunch paid without it is listed with both splits."""
    _eat(database, world, "P01", date(2026, 11, 20))
    file_id = _send(
        database,
        ("姓名", "身份证号", "类别", "起始日期"),
        ("黄桂兰", IDS["P01"], "低保", "2026-11-01"),
        area=CHENGNAN,
        source="civil_affairs",
    )
    _accept_all(database, file_id)
    finding = _show(database, file_id).findings[0]
    concerned = database.read(
        register_findings.show_concerned, file_id=file_id, finding_id=finding.id
    )

    assert finding.meals == 1
    meal = concerned.meals[0]
    assert (meal.served_on, meal.elder_fen, meal.subsidy_fen) == (date(2026, 11, 20), 900, 300)
    assert meal.again == (400, 800)


def test_columns_chosen_by_a_person_are_judged_again(database: Database, world: World):
    file_id = _send(database, ("姓名", "身份证号", "离世那天"), ("覃", IDS["P10"], "2026-11-02"))
    assert _show(database, file_id).counts["unread"] == 1

    sent = database.read(register_matching.load_sent, file_id=file_id)
    chosen = SentList(
        sent.area_code, sent.name, sent.data, sent.terms, sent.document, {"离世那天": "deceased_on"}
    )
    grid = read_roster(sent.data)
    judged = database.read(register_matching.judge_list, sent=chosen, grid=grid, now=NOW)
    database.run(
        register_matching.judge_again,
        file_id=file_id,
        sent=chosen,
        judged=judged,
        by="staff:li",
        origin=None,
        now=NOW,
    )
    assert [one.change for one in _show(database, file_id).findings] == ["deceased"]
    assert database.read(register_matching.load_sent, file_id=file_id).chosen == {
        "离世那天": "deceased_on"
    }


def test_a_moved_elder_is_refused_and_her_money_stays_hers(database: Database, world: World):
    """O-012: moved on 30 November with money on the card."""
    file_id = _send(
        database,
        ("姓名", "身份证号", "迁出日期", "迁往地"),
        ("覃大山", IDS["P10"], "2026-11-20", "南宁市"),
    )
    _accept_all(database, file_id)

    assert _standing(database, world.elders["P10"], "status") == [
        ("moved", None, date(2026, 11, 20), None)
    ]
    _eat(database, world, "P10", TODAY)
    assert database.read(lambda session: session.scalars(select(Meal)).all()) == []


def test_an_elder_who_came_to_another_community_meanwhile_is_left_to_it(
    database: Database, world: World
):
    file_id = _send(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    database.run(
        lambda session: session.execute(
            update(Elder).where(Elder.number == "P10").values(community_code=CHENGNAN)
        )
    )
    found = _show(database, file_id).findings
    assert [one.is_here for one in found] == [False]
    assert _accept_all(database, file_id) == 0
    with pytest.raises(Conflict, match="elder_elsewhere"):
        database.run(
            register_decisions.accept,
            file_id=file_id,
            finding_ids=[found[0].id],
            by="staff:li",
            origin=None,
            now=NOW,
        )
    assert _standing(database, world.elders["P10"], "status") == []


def test_a_row_merged_meanwhile_answers_for_the_one_that_goes_on(database: Database, world: World):
    file_id = _send(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    database.run(
        lambda session: session.execute(
            update(Elder).where(Elder.number == "P10").values(merged_into_id=world.elders["P09"])
        )
    )
    assert _accept_all(database, file_id) == 1
    assert _standing(database, world.elders["P10"], "status") == []
    assert _standing(database, world.elders["P09"], "status") != []


def test_unknown_lists_and_findings_are_not_found(database: Database, world: World):
    with pytest.raises(NotFound, match="list_unknown"):
        _show(database, 99)
    file_id = _send(database, POLICE, ("某人", id_number("19400101", 3), "2026-11-02", "死亡"))
    with pytest.raises(NotFound, match="finding_unknown"):
        database.read(register_findings.show_concerned, file_id=file_id, finding_id=1)
    assert database.read(lambda session: session.scalars(select(RegisterFinding)).all()) == []
