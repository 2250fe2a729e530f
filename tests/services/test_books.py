"""`canteen check`: clean books are called clean, and each kind of damage is found and named.

The damage is done past the triggers and CHECKs, as a vandal or a fault of the database would.
"""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.rules.breaches import Breach, CheckReport
from canteen.services import books, books_again, counter_meals, swipes, top_ups, voids
from tests.factories.damage import break_books, look_at_damage
from tests.factories.schemes import RULE_SET_B
from tests.factories.world import World, event_id, make_swipe, make_world, shanghai

#: what is broken, and by what statement: each must be found under the code of the rule it breaks
DAMAGE = {
    "entries_do_not_sum_to_zero": "UPDATE ledger_entries SET fen = fen + 1 WHERE line = 1"
    " AND journal_entry_id = (SELECT min(id) FROM journal_entries WHERE kind = 'meal')",
    "books_do_not_sum_to_zero": "UPDATE ledger_entries SET fen = fen + 1 WHERE line = 1"
    " AND journal_entry_id = (SELECT min(id) FROM journal_entries WHERE kind = 'meal')",
    "purse_is_not_its_entries": "UPDATE purses SET balance_fen = balance_fen + 1",
    "elder_without_purse": "DELETE FROM purses WHERE elder_id = (SELECT max(id) FROM elders)",
    "balance_below_floor_unmarked": "UPDATE purses SET balance_fen = -1",
    "shares_are_not_the_subsidy": "UPDATE shares SET fen = fen + 1",
    "share_without_funder": "UPDATE shares SET funder_id = NULL",
    "meal_without_its_entry": "UPDATE journal_entries SET kind = 'top_up' WHERE kind = 'meal'",
    "void_without_its_entry": "DELETE FROM voids WHERE meal_id IS NOT NULL",
    "void_is_not_the_opposite": "UPDATE ledger_entries SET fen = fen + 1 WHERE line = 1"
    " AND journal_entry_id = (SELECT max(id) FROM journal_entries WHERE kind = 'meal_void')",
    "entry_is_not_the_split": "UPDATE ledger_entries SET fen = -1 WHERE fen < 0"
    " AND journal_entry_id IN (SELECT id FROM journal_entries WHERE kind = 'meal')",
    "purse_of_another": "UPDATE meals SET elder_id = elder_id + 1 WHERE elder_id IS NOT NULL"
    " AND id = (SELECT max(id) FROM meals WHERE elder_id IS NOT NULL AND purse_fen > 0)",
    "funder_owes_another_sum": "UPDATE shares SET fen = fen + 1",
    "booked_before_served": "UPDATE meals SET booked_on = '2026-11-24'",
    "entry_on_another_day": "UPDATE journal_entries SET booked_on = '2026-11-26' WHERE kind = 'meal'",
    "listed_price_differs": "UPDATE prices SET price_fen = price_fen + 100",
    "top_up_without_its_entry": "UPDATE top_ups SET amount_fen = amount_fen + 1",
    "pay_out_without_its_entry": "UPDATE pay_outs SET amount_fen = amount_fen + 1",
    "entry_of_nothing": "UPDATE journal_entries SET meal_id = NULL WHERE kind = 'meal'",
    "swipe_without_its_meal": "UPDATE swipes SET outcome = 'subsidised'",
    "meal_of_a_refused_swipe": "UPDATE swipes SET outcome = 'already_eaten'",
    "repeat_of_nothing": "UPDATE swipes SET first_swipe_id = NULL WHERE outcome = 'repeat'",
    "receipt_gap": "UPDATE canteen_days SET receipt_serial = receipt_serial + 1",
    "receipt_of_another_day": "UPDATE meals SET receipt = 'C1-20200101-' || id",
    "answer_is_not_the_meal": "UPDATE swipes SET answer = replace(answer, 'price_fen', 'price')",
    "card_held_twice": "INSERT INTO card_holdings (id, card_id, elder_id, from_at, recorded_by)"
    " SELECT id + 1000, card_id, elder_id, from_at, 'test' FROM card_holdings",
}


def _live(session: Session) -> World:
    """A little of everything a counter does on one day."""
    world = make_world(session, balance_fen=5000)
    counter = world.counters["C1-1"]
    reader = world.readers["C1-R1"]
    for number, clock in (("P01", "11:00:00"), ("P02", "11:00:05"), ("P03", "11:00:09")):
        asked = make_swipe(world, number, clock, f"books {number}")
        swipes.record_swipe(session, reader_id=reader, asked=asked, now=asked.read_at)
    again = make_swipe(world, "P01", "11:00:12", "books repeat")
    swipes.record_swipe(session, reader_id=reader, asked=again, now=again.read_at)
    eaten = make_swipe(world, "P02", "11:20:00", "books eaten")
    swipes.record_swipe(session, reader_id=reader, asked=eaten, now=eaten.read_at)
    voids.void_meal(
        session,
        asked=voids.VoidAsked(event_id("books void"), event_id("books P03"), "wrong_meal", None),
        may_void_any=True,
        by="staff:secretary",
        origin=None,
        now=shanghai("11:30:00"),
    )
    counter_meals.serve_meal(
        session,
        counter_id=counter,
        asked=counter_meals.MealAsked(event_id("books guest"), guest=True, pay="cash"),
        by="staff:cashier",
        now=shanghai("11:40:00"),
    )
    top_ups.take_top_up(
        session,
        asked=top_ups.TopUpAsked(event_id("books top-up"), counter, "P04", 5000),
        by="staff:cashier",
        origin=None,
        now=shanghai("11:41:00"),
    )
    top_ups.pay_out(
        session,
        asked=top_ups.PayOutAsked(event_id("books pay-out"), counter, "P05", 700, "女儿"),
        by="staff:secretary",
        origin=None,
        now=shanghai("11:42:00"),
    )
    return world


def _check(database: Database) -> CheckReport:
    report = database.read(books.check)
    breaches, _ = database.read(books_again.split_all_again)
    report.breaches += breaches
    return report


def _find(session: Session) -> list[Breach]:
    return books.check(session).breaches


def test_books_of_an_ordinary_day_are_clean(database: Database) -> None:
    database.run(_live)
    report = _check(database)
    assert [breach.text for breach in report.breaches] == []
    assert report.counted["meals"] == 4


def test_each_kind_of_damage_is_found_and_named(database: Database) -> None:
    database.run(_live)
    missed = {
        code: found
        for code, statement in DAMAGE.items()
        if code not in (found := look_at_damage(database, statement, _find))
    }
    assert missed == {}
    assert _check(database).is_clean  # nothing of it stayed


def test_an_answer_that_cannot_be_read_is_a_breach_not_a_crash(database: Database) -> None:
    database.run(_live)
    for answer in ("{", "5"):
        assert "answer_is_not_the_meal" in look_at_damage(
            database, f"UPDATE swipes SET answer = '{answer}'", _find
        )


def test_every_rule_is_tried_by_a_damage_or_held_by_the_database() -> None:
    held_by_the_database = {"price_is_not_its_parts", "two_standing_portions"}
    assert set(books.RULES) - held_by_the_database <= set(DAMAGE)


def test_an_empty_database_is_clean(database: Database) -> None:
    assert database.read(books.check).is_clean


def test_the_deep_check_finds_a_split_that_does_not_follow_from_what_was_known(
    database: Database,
) -> None:
    database.run(_live)
    database.run(break_books, "UPDATE elder_facts SET born = '1960-01-01' WHERE kind = 'born'")
    breaches, count = database.read(books_again.split_all_again)
    assert count == 3
    assert {breach.code for breach in breaches} == {"split_differs"}


def test_a_fact_learnt_later_does_not_disturb_the_deep_check(database: Database) -> None:
    world = database.run(_live)

    def learn(session: Session) -> None:
        session.execute(
            text(
                "INSERT INTO elder_facts (elder_id, kind, code, recorded_at, recorded_by)"
                " VALUES (:elder, 'category', 'dibao', :at, 'test')"
            ),
            {"elder": world.elders["P01"], "at": "2026-11-26T00:00:00.000000Z"},
        )

    database.run(learn)
    assert database.read(books_again.split_all_again)[0] == []


def test_the_deep_check_counts_quotas_as_they_stood_at_booking(database: Database) -> None:
    """Rule set B: a monthly ceiling, and a meal that was voided only after the next was booked."""

    def live(session: Session) -> None:
        world = make_world(session, scheme=RULE_SET_B, balance_fen=100_000)
        reader = world.readers["C1-R1"]
        for day in range(1, 25):
            for clock in ("11:00:00", "17:00:00"):
                asked = make_swipe(world, "P05", clock, f"{day} {clock}", day=date(2026, 11, day))
                swipes.record_swipe(session, reader_id=reader, asked=asked, now=asked.read_at)
        voids.void_meal(
            session,
            asked=voids.VoidAsked(event_id("void B"), event_id("3 11:00:00"), "other", "late"),
            may_void_any=True,
            by="staff:secretary",
            origin=None,
            now=shanghai("19:00:00"),
        )

    database.run(live)
    breaches, count = database.read(books_again.split_all_again)
    assert breaches == []
    assert count == 48
