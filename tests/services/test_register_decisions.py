"""What a list of another register found, accepted or declined by a person; and the meals it concerns."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import Purse
from canteen.models.imports import ImportFile
from canteen.models.meals import Meal
from canteen.models.people import CardBlock, Elder
from canteen.rules.errors import Conflict
from canteen.services import register_decisions, register_findings, register_matching
from tests.factories.register_lists import (
    IDS,
    NOW,
    POLICE,
    accept_all,
    eat_lunch,
    send_list,
    show_list,
    standing_facts,
)
from tests.factories.world import CHENGNAN, TODAY, World, shanghai

pytestmark = pytest.mark.usefixtures("id_numbers")

DEC_5 = shanghai("15:00", date(2026, 12, 5))


def test_a_death_learnt_late_is_shown_with_the_meals_served_since(database: Database, world: World):
    """O-071: died on 2 December, entered on the 5th; lunches on the 1st and the 4th."""
    elder_id = world.elders["P10"]
    for day in (date(2026, 12, 1), date(2026, 12, 4)):
        eat_lunch(database, world, "P10", day)
    before = database.read(
        lambda session: session.scalars(select(Meal.price_fen).order_by(Meal.id)).all()
    )

    file_id = send_list(database, POLICE, ("覃大山", IDS["P10"], "2026-12-02", "死亡"), now=DEC_5)
    found = show_list(database, file_id).findings
    assert [(one.change, one.on_day, one.state) for one in found] == [
        ("deceased", date(2026, 12, 2), "open")
    ]
    assert standing_facts(database, elder_id, "status") == []
    assert accept_all(database, file_id, DEC_5) == 1

    assert standing_facts(database, elder_id, "status") == [
        ("deceased", None, date(2026, 12, 2), None)
    ]
    assert standing_facts(database, elder_id, "category") == [
        ("limited_mobility", None, None, date(2026, 12, 1))
    ]
    blocks = database.read(lambda session: session.scalars(select(CardBlock)).all())
    assert [(one.kind, one.from_at) for one in blocks] == [("blocked", DEC_5)]
    concerned = database.read(
        register_findings.show_concerned, file_id=file_id, finding_id=found[0].id
    )
    assert [meal.served_on for meal in concerned.meals] == [date(2026, 12, 4)]
    assert concerned.meals[0].price_fen == 1200
    after = database.read(
        lambda session: session.scalars(select(Meal.price_fen).order_by(Meal.id)).all()
    )
    assert after == before
    balance = database.read(
        lambda session: session.execute(
            select(Purse.balance_fen).where(Purse.elder_id == elder_id)
        ).scalar_one()
    )
    assert balance > 0


def test_what_was_declined_is_not_asked_again(database: Database, world: World):
    rows = (POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    file_id = send_list(database, *rows)
    found = show_list(database, file_id).findings
    database.run(
        register_decisions.decline,
        file_id=file_id,
        finding_ids=[found[0].id],
        note="人在，打过电话",
        by="staff:li",
        origin=None,
        now=NOW,
    )

    assert show_list(database, file_id).findings[0].note == "人在，打过电话"
    assert standing_facts(database, world.elders["P10"], "status") == []
    assert show_list(database, send_list(database, *rows)).findings == ()


def test_bytes_are_sealed_while_something_is_open_and_forgotten_after(
    database: Database, world: World
):
    file_id = send_list(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))

    def box(session: Session) -> bytes | None:
        return session.execute(select(ImportFile.content_box)).scalar_one()

    held = database.read(box)
    assert held is not None
    assert IDS["P10"].encode() not in held
    sent = database.read(register_matching.load_sent, file_id=file_id)
    assert IDS["P10"].encode() in sent.data
    accept_all(database, file_id)
    assert database.read(box) is None
    with pytest.raises(Conflict, match="list_closed"):
        database.read(register_matching.load_sent, file_id=file_id)


def test_two_days_for_one_death_are_not_accepted_together(database: Database, world: World):
    file_id = send_list(
        database,
        POLICE,
        ("覃大山", IDS["P10"], "2026-11-02", "死亡"),
        ("覃大山", IDS["P10"], "2026-11-12", "死亡"),
    )
    assert all(one.is_contested for one in show_list(database, file_id).findings)
    assert accept_all(database, file_id) == 0
    with pytest.raises(Conflict, match="list_undecided"):
        database.run(
            register_decisions.put_away, file_id=file_id, by="staff:li", origin=None, now=NOW
        )


def test_a_category_from_an_earlier_day_lists_the_meals_that_would_differ(
    database: Database, world: World
):
    """Rule set A gives 低保 8 yuan instead of 3: the lunch paid without it is listed with both splits."""
    eat_lunch(database, world, "P01", date(2026, 11, 20))
    file_id = send_list(
        database,
        ("姓名", "身份证号", "类别", "起始日期"),
        ("黄桂兰", IDS["P01"], "低保", "2026-11-01"),
        area=CHENGNAN,
        source="civil_affairs",
    )
    accept_all(database, file_id)
    finding = show_list(database, file_id).findings[0]
    concerned = database.read(
        register_findings.show_concerned, file_id=file_id, finding_id=finding.id
    )

    assert finding.meals == 1
    meal = concerned.meals[0]
    assert (meal.served_on, meal.elder_fen, meal.subsidy_fen) == (date(2026, 11, 20), 900, 300)
    assert meal.again == (400, 800)


def test_a_moved_elder_is_refused_and_her_money_stays_hers(database: Database, world: World):
    """O-012: moved on 30 November with money on the card."""
    file_id = send_list(
        database,
        ("姓名", "身份证号", "迁出日期", "迁往地"),
        ("覃大山", IDS["P10"], "2026-11-20", "南宁市"),
    )
    accept_all(database, file_id)

    assert standing_facts(database, world.elders["P10"], "status") == [
        ("moved", None, date(2026, 11, 20), None)
    ]
    eat_lunch(database, world, "P10", TODAY)
    assert database.read(lambda session: session.scalars(select(Meal)).all()) == []


def test_an_elder_who_came_to_another_community_meanwhile_is_left_to_it(
    database: Database, world: World
):
    file_id = send_list(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    database.run(
        lambda session: session.execute(
            update(Elder).where(Elder.number == "P10").values(community_code=CHENGNAN)
        )
    )
    found = show_list(database, file_id).findings
    assert [one.is_here for one in found] == [False]
    assert accept_all(database, file_id) == 0
    with pytest.raises(Conflict, match="elder_elsewhere"):
        database.run(
            register_decisions.accept,
            file_id=file_id,
            finding_ids=[found[0].id],
            by="staff:li",
            origin=None,
            now=NOW,
        )
    assert standing_facts(database, world.elders["P10"], "status") == []


def test_a_row_merged_meanwhile_answers_for_the_one_that_goes_on(database: Database, world: World):
    file_id = send_list(database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    database.run(
        lambda session: session.execute(
            update(Elder).where(Elder.number == "P10").values(merged_into_id=world.elders["P09"])
        )
    )
    assert accept_all(database, file_id) == 1
    assert standing_facts(database, world.elders["P10"], "status") == []
    assert standing_facts(database, world.elders["P09"], "status") != []
