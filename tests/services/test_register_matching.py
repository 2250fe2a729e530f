"""Lists of other registers: who changes and how, by ID only; twice is nothing new."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.files.rosters import read_roster
from canteen.models.imports import ImportFile, RegisterFinding
from canteen.rules.errors import NotFound
from canteen.services import register_findings, register_matching
from canteen.services.register_matching import SentList
from tests.factories.files import id_number
from tests.factories.register_lists import (
    IDS,
    NOW,
    POLICE,
    accept_all,
    send_list,
    show_list,
    standing_facts,
)
from tests.factories.world import CHENGNAN, TODAY, World

pytestmark = pytest.mark.usefixtures("id_numbers")


def test_the_same_list_twice_finds_nothing_new(database: Database, world: World):
    rows = (POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"))
    first = send_list(database, *rows)
    waiting = send_list(database, *rows)
    assert show_list(database, waiting).findings == ()
    assert show_list(database, waiting).counts["known"] == 1

    accept_all(database, first)
    again = show_list(database, send_list(database, *rows))
    assert again.findings == ()
    assert again.counts["same"] == 1
    assert not again.line.is_open


def test_a_name_alone_never_matches_and_a_name_that_differs_is_shown(
    database: Database, world: World
):
    file_id = send_list(
        database,
        POLICE,
        ("覃大山", None, "2026-11-02", "死亡"),
        ("覃大三", IDS["P10"], "2026-11-03", "死亡"),
        ("覃大山", id_number("19310101", 7), "2026-11-04", "死亡"),
    )
    page = show_list(database, file_id)

    assert [(one.row, one.name, one.name_written) for one in page.findings] == [
        (3, "覃大山", "覃大三")
    ]
    assert page.told[0][0] == 2
    assert page.counts["nobody"] == 1


def test_nobody_of_ours_is_counted_and_kept_nowhere(database: Database, world: World):
    """Also an elder of another community is nobody of ours."""
    file_id = send_list(
        database, POLICE, ("覃大山", IDS["P10"], "2026-11-02", "死亡"), area=CHENGNAN
    )

    page = show_list(database, file_id)
    assert page.findings == ()
    assert page.counts["nobody"] == 1
    file = database.read(lambda session: session.scalars(select(ImportFile)).one())
    assert file.content_box is None
    assert "覃大山" not in f"{file.outcome}{file.columns}"


def test_a_category_begins_and_ends_with_its_days(database: Database, world: World):
    head = ("姓名", "身份证号", "对象类别", "残疾等级", "起始日期", "终止日期")
    file_id = send_list(
        database,
        head,
        ("覃大山", IDS["P10"], "特困", "二级", "2026年7月1日", "长期"),
        ("陆秀珍", IDS["P03"], "低保", None, "202001", "2026-12-31"),
        area="450702003",
        source="civil_affairs",
    )
    page = show_list(database, file_id)
    assert [(one.number, one.change, one.code, one.level, one.on_day) for one in page.findings] == [
        ("P10", "category_begins", "tekun", None, date(2026, 7, 1)),
        ("P10", "category_begins", "disability", 2, date(2026, 7, 1)),
        ("P03", "category_ends", "dibao", None, date(2026, 12, 31)),
    ]
    accept_all(database, file_id)

    assert standing_facts(database, world.elders["P03"], "category") == [
        ("dibao", None, None, date(2026, 12, 31))
    ]
    assert ("disability", 2, date(2026, 7, 1), None) in standing_facts(
        database, world.elders["P10"], "category"
    )


def test_absence_ends_a_category_only_where_the_list_is_complete(database: Database, world: World):
    rows = (("姓名", "身份证号"), ("某人", id_number("19400101", 3)))
    asked = {"area": CHENGNAN, "source": "civil_affairs", "category": "dibao"}
    assert show_list(database, send_list(database, *rows, **asked)).findings == ()

    file_id = send_list(database, *rows, **asked, is_complete=True)
    page = show_list(database, file_id)
    assert [(one.number, one.row, one.change, one.on_day) for one in page.findings] == [
        ("P03", 0, "category_ends", TODAY - timedelta(days=1))
    ]
    accept_all(database, file_id)
    assert standing_facts(database, world.elders["P03"], "category") == [
        ("dibao", None, None, TODAY - timedelta(days=1))
    ]
    assert show_list(database, send_list(database, *rows, **asked, is_complete=True)).findings == ()


@pytest.mark.parametrize(
    ("number", "until"), [(IDS["P03"], "说不清"), (IDS["P03"][:17], ""), ("4.50702E+17", "")]
)
def test_a_row_that_cannot_be_read_does_not_make_its_person_absent(
    database: Database, world: World, number: str, until: str
):
    rows = (("姓名", "身份证号", "有效期至"), ("陆 秀珍", number, until))
    asked = {"area": CHENGNAN, "source": "civil_affairs", "category": "dibao"}
    page = show_list(database, send_list(database, *rows, **asked, is_complete=True))
    assert (page.findings, page.counts["unread"]) == ((), 1)


def test_columns_chosen_by_a_person_are_judged_again(database: Database, world: World):
    file_id = send_list(
        database, ("姓名", "身份证号", "离世那天"), ("覃", IDS["P10"], "2026-11-02")
    )
    assert show_list(database, file_id).counts["unread"] == 1

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
    assert [one.change for one in show_list(database, file_id).findings] == ["deceased"]
    assert database.read(register_matching.load_sent, file_id=file_id).chosen == {
        "离世那天": "deceased_on"
    }


def test_unknown_lists_and_findings_are_not_found(database: Database, world: World):
    with pytest.raises(NotFound, match="list_unknown"):
        show_list(database, 99)
    file_id = send_list(database, POLICE, ("某人", id_number("19400101", 3), "2026-11-02", "死亡"))
    with pytest.raises(NotFound, match="finding_unknown"):
        database.read(register_findings.show_concerned, file_id=file_id, finding_id=1)
    assert database.read(lambda session: session.scalars(select(RegisterFinding)).all()) == []
