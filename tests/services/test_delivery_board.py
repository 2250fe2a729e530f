"""The board and its desk: portions by lane, what waits for a person, steps and ticks that are kept once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.deliveries import Delivery, DeliveryDay
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.people import Elder
from canteen.rules.errors import Conflict, Invalid, NotFound, Refused
from canteen.services import delivery_board, delivery_desk
from canteen.services.delivery_board import Board
from canteen.services.delivery_hands import assign
from canteen.services.delivery_planning import plan
from canteen.till.delivery_steps import record_step
from tests.factories.deliveries import make_delivery, make_run, make_volunteer
from tests.factories.delivery_board import PHONE, MadeBoard, make_board
from tests.factories.world import TODAY, World, shanghai

NOON = shanghai("12:02")
ACTING = {"by": "staff:wang", "origin": None, "now": NOON}


@pytest.fixture
def made(database: Database, world: World) -> MadeBoard:
    return database.run(lambda session: make_board(session, world.canteens["C1"]))


def _board(database: Database, world: World, at: str = "12:02") -> Board:
    return database.read(
        delivery_board.show_board,
        canteen_id=world.canteens["C1"],
        day=TODAY,
        mealtime="lunch",
        now=shanghai(at),
    )


def test_lanes_say_who_is_where_and_what_comes_next(
    database: Database, world: World, made: MadeBoard
):
    board = _board(database, world)
    assert [lane.portions for lane in board.lanes] == [4, 3, 5, 3, 1]
    assert (board.ahead, board.portions, board.requests) == (12, 16, 1)
    assert board.due_at == shanghai("12:30")
    queued, assigned, out, delivered, failed = board.lanes
    assert [card.stop.name for card in queued.groups[0].cards] == [
        "黄建国",
        "罗文彬",
        "韦秀珍",
        "罗美莲",
    ]
    assert [card.is_new for card in queued.groups[0].cards] == [False, False, True, False]
    assert assigned.groups[0].round is not None
    assert assigned.groups[0].round.volunteer == "刘春燕"
    assert [(group.done, group.total) for group in out.groups] == [(2, 5), (2, 4)]
    assert [card.is_next for card in out.groups[0].cards] == [True, False, False]
    assert [card.stop.name for card in delivered.groups[0].cards] == ["陈惠芳", "苏文彬", "施带娣"]
    assert [(one.name, one.in_hand) for one in board.hands] == [
        ("何志平", 3),
        ("刘春燕", 3),
        ("卢海", 2),
    ]
    ladder = failed.groups[0].cards[0].ladder
    assert ladder is not None
    assert (ladder.next_step, ladder.is_late) == ("call_contact", False)
    assert ladder.call is not None
    assert ladder.call.relation == "女儿"


def test_a_door_nobody_looked_after_is_late_after_a_quarter_of_an_hour(
    database: Database, world: World, made: MadeBoard
):
    ladder = _board(database, world, "12:18").lanes[-1].groups[0].cards[0].ladder
    assert ladder is not None
    assert ladder.is_late


def test_a_step_is_kept_once_under_its_id_and_moves_the_ladder_on(
    database: Database, world: World, made: MadeBoard
):
    uid = made.uids["李茂林"]
    before = _board(database, world).version
    database.run(
        delivery_desk.write_step,
        uid=uid,
        step="call_contact",
        result="answered",
        note="在医院看病",
        **ACTING,
    )
    board = _board(database, world)
    ladder = board.lanes[-1].groups[0].cards[0].ladder
    assert ladder is not None
    assert ladder.next_step is None
    assert board.version != before

    def twice(session: Session) -> list[bool]:
        delivery_id = session.scalars(select(Delivery.id).where(Delivery.uid == uid)).one()
        step = str(uuid4())
        return [
            record_step(
                session,
                id=step,
                delivery_id=delivery_id,
                step="neighbour",
                result="told",
                note=None,
                done_at=NOON,
                by="volunteer:V3",
                now=NOON,
            )
            for _ in range(2)
        ]

    assert database.run(twice) == [True, False]
    with pytest.raises(Invalid, match="ladder_step"):
        database.run(
            delivery_desk.write_step, uid=uid, step="shout", result="told", note="", **ACTING
        )
    with pytest.raises(NotFound, match="delivery_unknown"):
        database.run(delivery_desk.show_phones, uid="none", **ACTING)


def test_what_failed_waits_again_today_and_not_after(
    database: Database, world: World, made: MadeBoard
):
    """Its round has nothing more of it; the day after it stays as it was."""
    uid = made.uids["李茂林"]
    late = {**ACTING, "now": shanghai("08:00", TODAY + timedelta(days=1))}
    with pytest.raises(Refused, match="list_over"):
        database.run(delivery_desk.send_again, uid=uid, **late)
    database.run(delivery_desk.send_again, uid=uid, **ACTING)
    queued, *_, failed = _board(database, world).lanes
    assert failed.portions == 0
    assert [one.stop.round for one in queued.groups[0].cards if one.stop.uid == uid] == [None]
    with pytest.raises(Conflict, match="state_step"):
        database.run(delivery_desk.send_again, uid=uid, **ACTING)


def test_a_number_in_full_leaves_a_trace(database: Database, world: World, made: MadeBoard):
    phones = database.run(delivery_desk.show_phones, uid=made.uids["李茂林"], **ACTING)
    assert phones[0].number == PHONE
    lines = database.read(
        lambda session: session.scalars(
            select(AuditLine.after).where(AuditLine.action == "elder.unmask")
        ).all()
    )
    assert len(lines) == 1
    assert PHONE not in (lines[0] or "")


def test_o_061_no_round_and_no_address_are_told_apart_until_somebody_ticks_them(
    database: Database, world: World
):
    """O-061: P03 has an order and no round, P10 a round and no address: both wait for a tick."""

    def fill(session: Session) -> dict[str, str]:
        c1 = world.canteens["C1"]
        run = make_run(session, c1, make_volunteer(session))
        session.execute(
            update(Elder).where(Elder.number.in_(("P01", "P03"))).values(address="3栋2单元501")
        )
        ids = {
            "P01": make_delivery(session, world.elders["P01"], c1, run_id=run, place=1),
            "P03": make_delivery(session, world.elders["P03"], c1),
            "P10": make_delivery(session, world.elders["P10"], c1, run_id=run, place=2),
        }
        session.execute(update(DeliveryDay).values(planned_at=NOON))
        session.flush()
        return {
            number: session.scalars(select(Delivery.uid).where(Delivery.id == one)).one()
            for number, one in ids.items()
        }

    uids = database.run(fill)
    board = _board(database, world)
    assert {stop.elder_number for stop in board.loose} == {"P03", "P10"}
    assert board.why_left == {uids["P03"]: "time"}
    assert board.portions == 3

    database.run(
        delivery_desk.mark_seen,
        canteen_id=world.canteens["C1"],
        uids=[uids["P03"], uids["P03"]],
        **ACTING,
    )
    seen = {stop.elder_number: stop.seen_by for stop in _board(database, world).loose}
    assert seen == {"P03": "staff:wang", "P10": None}


def test_more_portions_than_any_bag_holds_say_so_and_go_to_whom_a_hand_gives_them(
    database: Database, world: World
):
    def fill(session: Session) -> str:
        make_volunteer(session, "V1", capacity=2)
        session.execute(update(Elder).values(address="3栋2单元501"))
        made = make_delivery(session, world.elders["P01"], world.canteens["C1"], portions=3)
        return session.scalars(select(Delivery.uid).where(Delivery.id == made)).one()

    uid = database.run(fill)
    at = {"canteen_id": world.canteens["C1"], "day": TODAY, "mealtime": "lunch", **ACTING}
    database.run(plan, **at)
    assert _board(database, world).why_left == {uid: "portions"}

    database.run(assign, delivery_uids=[uid], volunteer="V1", **at)
    database.run(plan, **at)

    board = _board(database, world)
    assert (board.loose, board.lanes[1].portions) == ((), 3)


def test_what_contradicts_waits_for_a_person(database: Database, world: World, made: MadeBoard):
    def report(session: Session) -> None:
        delivery_id = session.scalars(
            select(Delivery.id).where(Delivery.uid == made.uids["李茂林"])
        ).one()
        session.add(
            DeliveryReport(
                id=str(uuid4()),
                delivery_id=delivery_id,
                kind="delivered",
                volunteer_id=made.volunteers["卢海"],
                reported_by="volunteer:V3",
                reported_at=NOON - timedelta(minutes=1),
                received_at=NOON,
                outcome="conflict",
                answer="{}",
            )
        )

    database.run(report)
    (conflict,) = _board(database, world).conflicts
    for day, earlier in ((TODAY, ()), (TODAY + timedelta(days=1), ((TODAY, "lunch"),))):
        board = database.read(
            delivery_board.show_board, canteen_id=world.canteens["C1"], day=day,
            mealtime="lunch", now=shanghai("12:02", day),
        )  # fmt: skip
        assert board.earlier_conflicts == earlier
    assert (conflict.stop.name, conflict.kind, conflict.reported_by) == (
        "李茂林",
        "delivered",
        "卢海",
    )


def test_the_list_to_look_at_is_the_running_mealtime_s(database: Database, world: World):
    def find(at: str) -> tuple[str, str]:
        day, mealtime = database.read(
            delivery_board.find_list, canteen_id=world.canteens["C1"], now=shanghai(at)
        )
        return str(day), mealtime

    assert find("12:00") == ("2026-11-25", "lunch")
    assert find("14:00") == ("2026-11-25", "dinner")
    assert find("20:00") == ("2026-11-26", "breakfast")
    database.run(
        lambda session: make_delivery(
            session, world.elders["P01"], world.canteens["C1"], mealtime="dinner"
        )
    )
    assert find("12:00") == ("2026-11-25", "dinner")
