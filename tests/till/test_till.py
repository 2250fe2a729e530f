"""The till's own promises: guarded purses, one reversal, receipts without gaps, the right scheme."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.accounts import JournalEntry, Purse
from canteen.models.days import CanteenDay
from canteen.models.tariffs import WorkdayOverride
from canteen.rules.errors import NotFound
from canteen.rules.postings import Posting
from canteen.rules.scheme_parser import parse_scheme
from canteen.till import ledger
from canteen.till.facts import get_elder_id, load_facts
from canteen.till.places import first_unsigned, get_canteen, get_counter
from canteen.till.purses import clear_if_above, mark_below_floor
from canteen.till.quotes import list_earlier
from canteen.till.receipts import draw_receipt
from canteen.till.schemes_in_force import find_in_force, workday_calendar
from canteen.till.top_ups import book_pay_out
from tests.factories.people import LONG_AGO, make_fact
from tests.factories.schemes import RULE_SET_B
from tests.factories.world import TODAY, World, bind_scheme, make_world, shanghai

WORKDAYS = """
code = "workdays"
name = "工作日"
source = "test"
[payer.gov]
name = "政府"
kind = "government"
[[rule]]
id = "r"
payer = "gov"
amount = { fixed_fen = 300 }
when = { days = "workday" }
"""

WAITS_FOR_ME = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


@pytest.fixture
def world(database: Database) -> World:
    return database.run(make_world)


def _post(session: Session, world: World, fen: int, floor_fen: int | None) -> int:
    elder_id = world.elders["P01"]
    return ledger.post(
        session,
        kind="top_up",
        canteen_id=world.canteens["C1"],
        booked_on=TODAY,
        cause="test",
        postings=(Posting("purse", fen, elder_id=elder_id), Posting("external", -fen)),
        now=shanghai("11:00"),
        floor_fen=floor_fen,
    )


def _sign(session: Session, canteen_id: int, day: date) -> None:
    session.execute(
        update(CanteenDay)
        .where(CanteenDay.canteen_id == canteen_id, CanteenDay.day == day)
        .values(signed_at=shanghai("20:00"), signed_by="secretary:wang")
    )


def _balance(session: Session, elder_id: int) -> int:
    return session.execute(select(Purse.balance_fen).where(Purse.elder_id == elder_id)).scalar_one()


@pytest.mark.parametrize(("floor_fen", "goes"), [(0, False), (-1, False), (-1000, True)])
def test_a_guarded_posting_never_ends_below_its_floor(
    database: Database, world: World, floor_fen: int, goes: bool
) -> None:
    if goes:
        database.run(_post, world, -6000, floor_fen)
    else:
        with pytest.raises(ledger.Overdrawn):
            database.run(_post, world, -6000, floor_fen)
    left = database.read(_balance, world.elders["P01"])
    assert left == (-1000 if goes else 5000)
    assert left == database.read(ledger.balance, world.elders["P01"])


def test_postings_that_do_not_sum_to_zero_are_never_made(database: Database, world: World) -> None:
    def unbalanced(session: Session) -> None:
        ledger.post(
            session, kind="top_up", canteen_id=world.canteens["C1"], booked_on=TODAY, cause="t",
            postings=(Posting("bank", 1),), now=shanghai("11:00"),
        )  # fmt: skip

    with pytest.raises(AssertionError):
        database.run(unbalanced)


def test_an_entry_is_reversed_exactly_and_once(database: Database, world: World) -> None:
    entry_id = database.run(_post, world, 700, None)

    def take_back(session: Session) -> None:
        ledger.reverse(
            session, entry_id=entry_id, kind="top_up_void", booked_on=TODAY, cause="v",
            now=shanghai("11:05"),
        )  # fmt: skip

    database.run(take_back)
    assert database.read(_balance, world.elders["P01"]) == 5000
    with pytest.raises(IntegrityError):
        database.run(take_back)
    kinds = database.read(lambda s: list(s.scalars(select(JournalEntry.kind))))
    assert kinds.count("top_up_void") == 1


def test_what_is_not_there_is_not_found(database: Database) -> None:
    for ask in (
        lambda s: ledger.lock(s, 99),
        lambda s: load_facts(s, 99, TODAY),
        lambda s: get_elder_id(s, "P99"),
        lambda s: get_counter(s, 99),
        lambda s: get_canteen(s, 99),
    ):
        with pytest.raises(NotFound):
            database.run(ask)


def test_receipts_count_up_and_leave_a_signed_day_alone(database: Database, world: World) -> None:
    canteen = database.read(get_canteen, world.canteens["C1"])

    drawn = [database.run(draw_receipt, canteen, TODAY)[1] for _ in range(3)]
    assert drawn == [f"C1-20261125-{n:04d}" for n in (1, 2, 3)]
    database.run(_sign, canteen.id, TODAY)
    assert database.read(first_unsigned, canteen.id, TODAY) == date(2026, 11, 26)
    assert database.read(first_unsigned, canteen.id, date(2026, 12, 1)) == date(2026, 12, 1)
    assert database.run(draw_receipt, canteen, TODAY)[1] == "C1-20261126-0001"


def test_a_day_signed_while_a_receipt_is_drawn_is_left_alone(
    postgresql_database: Database,
) -> None:
    world = postgresql_database.run(make_world)
    canteen = postgresql_database.read(get_canteen, world.canteens["C1"])
    assert postgresql_database.run(draw_receipt, canteen, TODAY)[1] == "C1-20261125-0001"

    def sign_while(session: Session, pool: ThreadPoolExecutor) -> Future[tuple[date, str]]:
        _sign(session, canteen.id, TODAY)
        drawing = pool.submit(postgresql_database.run, draw_receipt, canteen, TODAY)
        while not session.scalar(text(WAITS_FOR_ME)):
            assert not drawing.done()  # it must wait for the day's row, which is being signed here
        return drawing

    with ThreadPoolExecutor(1) as pool:
        drawn = postgresql_database.run(sign_while, pool).result()
    assert drawn == (date(2026, 11, 26), "C1-20261126-0001")


def test_the_lowest_binding_wins_and_the_later_one_at_one_level(
    database: Database, world: World
) -> None:
    def bind(session: Session) -> None:
        funder = {"gov": 1}
        bind_scheme(session, RULE_SET_B, canteen_id=world.canteens["C1"], payers=funder,
                    from_on=date(2026, 12, 1))  # fmt: skip
        bind_scheme(session, WORKDAYS, "450702", funder, from_on=date(2026, 12, 15))

    database.run(bind)

    def code(session: Session, canteen: str, day: date) -> str:
        found = find_in_force(session, get_canteen(session, world.canteens[canteen]), day)
        assert found is not None
        return found.scheme.code

    assert database.read(code, "C1", TODAY) == "rule-set-a"
    assert database.read(code, "C1", date(2026, 12, 20)) == "rule-set-b"
    assert database.read(code, "C2", date(2026, 12, 20)) == "workdays"


def test_a_workday_as_officials_entered_it_stands_over_the_shipped_list(
    database: Database,
) -> None:
    scheme = parse_scheme(WORKDAYS)
    saturday = date(2026, 11, 28)
    assert not database.read(workday_calendar, scheme).is_workday(saturday)
    database.run(
        lambda s: s.execute(
            insert(WorkdayOverride).values(
                day=saturday, is_workday=True, source="t", recorded_at=LONG_AGO, recorded_by="t"
            )
        )
    )
    assert database.read(workday_calendar, scheme).is_workday(saturday)


def test_a_scheme_without_quotas_looks_at_no_earlier_meal(database: Database, world: World) -> None:
    assert database.read(list_earlier, world.elders["P01"], parse_scheme(WORKDAYS), TODAY) == []


def test_a_fact_holds_in_its_days_only_and_the_last_recorded_stands(
    database: Database, world: World
) -> None:
    elder_id = world.elders["P01"]

    def record(session: Session) -> None:
        make_fact(session, elder_id, "hukou", "440118103001", from_on=date(2026, 12, 1))
        make_fact(session, elder_id, "status", "moved", to_on=date(2026, 11, 1))

    database.run(record)
    now = database.read(load_facts, elder_id, TODAY)
    later = database.read(load_facts, elder_id, date(2026, 12, 1))
    assert (now.person.hukou, now.status) == ("450702003005", None)
    assert later.person.hukou == "440118103001"


def test_a_purse_keeps_its_flag_until_it_stands_at_its_floor_again(
    database: Database, world: World
) -> None:
    elder_id = world.elders["P01"]

    def below(session: Session) -> int:
        mark_below_floor(session, elder_id, shanghai("11:00"))
        return clear_if_above(session, elder_id, 6000)

    def since(session: Session) -> object:
        return session.execute(
            select(Purse.below_floor_since).where(Purse.elder_id == elder_id)
        ).scalar_one()

    assert database.run(below) == 5000
    assert database.read(since) == shanghai("11:00")
    database.run(clear_if_above, elder_id, 5000)
    assert database.read(since) is None


def test_a_pay_out_may_be_made_away_from_a_counter(database: Database, world: World) -> None:
    booked = database.run(
        book_pay_out, id="p", elder_id=world.elders["P01"],
        canteen=database.read(get_canteen, world.canteens["C1"]), counter_id=None,
        amount_fen=5000, paid_to="女儿", by="staff:wang", now=shanghai("11:00"),
    )  # fmt: skip
    assert booked.balance_fen == 0
