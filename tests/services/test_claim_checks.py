"""Answers, policies and the kitchen's book: what is refused, and what is judged where; on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.claims import Claim
from canteen.rules.errors import CanteenError
from canteen.services.claim_checks import set_policy, show_month, write_remark
from canteen.services.claim_drafts import lift
from canteen.services.elder_facts import add_fact, record_departure
from canteen.services.food_supplies import SupplyAsked, record_supply, show_supplies, take_back
from canteen.till.claim_judging import judge_claim
from tests.factories.claims import DAYS, NOW, NUMBER, draw_claim, make_month, submit_claim
from tests.factories.claims import serve_month as serve
from tests.factories.corrections import approve, approve_all, ask_back, judge_again
from tests.factories.world import TODAY, World, make_world, shanghai

WHO: dict[str, Any] = {"by": "staff:wang", "origin": None, "now": shanghai("15:00")}
SACK = SupplyAsked(TODAY, "staple", "大米", 50_000, 26_000, "粮油店")


def _policy(**changed: str) -> Callable[[Session, World], object]:
    asked = {"area": "450702", "check": "closed_day", "level": "block", "reason": "区文件"}
    return lambda session, _: set_policy(session, **{**asked, **changed}, **WHO)


def _supply(**changed: Any) -> Callable[[Session, World], object]:
    plain = {"day": SACK.day, "kind": "staple", "item": "大米", "grams": 1, "cost_fen": 1}
    return lambda session, world: record_supply(
        session, canteen_id=world.canteens["C1"],
        asked=SupplyAsked(**{**plain, "supplier": "店", **changed}), **WHO,
    )  # fmt: skip


def _take_back(session: Session, world: World, code: str = "C1") -> None:
    record_supply(session, canteen_id=world.canteens["C1"], asked=SACK, **WHO)
    (line,) = show_supplies(session, canteen_id=world.canteens["C1"], month=TODAY).lines
    for _ in range(2):
        take_back(session, canteen_id=world.canteens[code], supply_id=line.id, **WHO)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda s, _: write_remark(s, canteen="C1", key="x:1", text="好", **WHO), "finding_unknown"),
        (lambda s, _: write_remark(s, canteen="C1", key="alike:2026-11", text=" ", **WHO),
         "answer_empty"),
        (_policy(area="9999"), "area_unknown"),
        (_policy(check="x"), "check_unknown"),
        (_policy(level="x"), "check_unknown"),
        (_policy(reason=" "), "reason"),
        (_policy(check="unsigned_days", level="explain"), "check_hard"),
        (_supply(day=TODAY + timedelta(days=1)), "supply_day"),
        (_supply(day=TODAY - timedelta(days=40)), "supply_day"),
        (_supply(grams=0), "supply"),
        (_supply(kind="gold"), "supply"),
        (_take_back, "supply_taken_back"),
        (lambda s, world: _take_back(s, world, "C2"), "supply_unknown"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(
    sqlite_database: Database, act: Callable[[Session, World], object], code: str
) -> None:
    world = sqlite_database.run(make_world)
    with pytest.raises(CanteenError) as refused:
        sqlite_database.run(lambda session: act(session, world))
    assert refused.value.code == code


def test_a_line_taken_back_stays_to_be_read(database: Database) -> None:
    world = database.run(make_world)
    here = world.canteens["C1"]

    def write(session: Session) -> None:
        record_supply(session, canteen_id=here, asked=SACK, **WHO)
        (line,) = show_supplies(session, canteen_id=here, month=TODAY).lines
        take_back(session, canteen_id=here, supply_id=line.id, **WHO)
        record_supply(session, canteen_id=here, asked=SACK, **WHO)

    database.run(write)
    page = database.read(show_supplies, canteen_id=here, month=TODAY)
    assert [(one.grams, one.is_open) for one in page.lines] == [
        (50_000, True), (-50_000, False), (50_000, False),
    ]  # fmt: skip
    assert (page.cost_fen, page.by_kind) == (26_000, [("staple", 50_000, 26_000)])


def test_an_answer_at_the_days_end_answers_in_the_claim_as_well(database: Database) -> None:
    database.run(make_month)
    asked: dict[str, Any] = {"canteen": "C1", "month": date(2026, 10, 12), "now": NOW}
    page = database.read(show_month, **asked)
    waiting = [one for check in page.results for one in check.waits]
    assert page.waiting == len(waiting)
    for finding in waiting:
        database.run(write_remark, canteen="C1", key=finding.key, text="那几天只开了三天", **WHO)
    assert database.read(show_month, **asked).waiting == 0
    database.run(draw_claim)
    results = database.read(_judge)
    assert not any(one.stops for one in results)


def _judge(session: Session, number: str = NUMBER) -> list[Any]:
    claim = session.query(Claim).where(Claim.number == number).one()
    return judge_claim(session, claim.id, shanghai("09:00", date(2026, 12, 3)))


def test_what_comes_late_into_a_claim_is_judged_in_its_own_month(database: Database) -> None:
    """Held out in October, lifted in November: the finding keeps its key, the rest of October is not
    asked again."""

    def live(session: Session) -> None:
        world = make_month(session)
        record_departure(
            session, number="P02", status="moved", from_on=date(2026, 10, 13), source=None,
            document=None, **WHO,
        )  # fmt: skip
        draw_claim(session)
        submit_claim(session)
        serve(session, world, period="2026-11", days=[date(2026, 11, 3)], eaters=["P08", "P03"])

    database.run(live)
    (found,) = [one for one in database.read(_judge) if one.code == "after_moving"]
    (finding,) = found.findings
    assert finding.key == "after_moving:2026-10:P02"
    assert [row.item for row in finding.rows] != []
    at = shanghai("09:00", date(2026, 12, 3))
    who = {"by": "staff:finance", "origin": None, "now": at}

    def claim_late(session: Session) -> None:
        lift(session, canteen="C1", item=str(finding.rows[0].item), reason="到月底才搬", **who)
        draw_claim(session, period="2026-11", now=at)

    database.run(claim_late)
    late = database.read(lambda session: _judge(session, "C1-2026-11"))
    keys = {one.key for check in late for one in check.findings}
    assert finding.key in keys
    assert {key.split(":")[1] for key in keys - {finding.key}} <= {"2026-11"}


def test_what_was_corrected_is_judged_as_it_stands_now(database: Database) -> None:
    """A meal that nobody ate is none; a share that was taken back is no longer asked about."""
    now = shanghai("09:00", date(2026, 11, 2))
    who = {"by": "staff:wang", "origin": None, "now": now}

    def live(session: Session) -> None:
        make_month(session)
        record_departure(
            session, number="P02", status="moved", from_on=DAYS[1], source=None, document=None,
            **who,
        )  # fmt: skip
        add_fact(
            session, number="P08", kind="born", born=date(1960, 3, 1), source="身份证",
            document=None, **who,
        )  # fmt: skip

    database.run(live)

    def found() -> dict[str, list[str | None]]:
        page = database.read(show_month, canteen="C1", month=DAYS[0], now=now)
        return {
            finding.key: [row.receipt for row in finding.rows]
            for check in page.results
            if check.code in ("after_moving", "not_entitled")
            for finding in check.findings
        }

    late = found()["after_moving:2026-10:P02"]
    assert len(late) == 1
    assert len(found()["not_entitled:2026-10:P08:70"]) == 3
    approve(database, ask_back(database, str(late[0]), now), now)
    assert judge_again(database, "P08", DAYS[0], now) == 3
    approve_all(database, now)
    assert found() == {}
