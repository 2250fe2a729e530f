"""One meal's page of evidence: everything it rests on and everything that came of it, as it was kept."""

from datetime import date

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.people import ElderFact
from canteen.models.sites import Reader
from canteen.rules.errors import NotFound
from canteen.services.audit_meal import MealEvidence, find_place, show_meal
from canteen.services.counter_meals import MealAsked, serve_meal
from canteen.services.delivery_decisions import keep
from canteen.services.seals import seal_committed
from canteen.services.swipes import record_swipe
from canteen.services.voids import VoidAsked, void_meal
from tests.factories.claims import DAYS, NUMBER, approve_claim, make_claim, submit_claim
from tests.factories.corrections import approve, ask_back
from tests.factories.damage import break_books
from tests.factories.deliveries import make_queue
from tests.factories.doors import meals_of, send_out, tell
from tests.factories.schemes import RULE_SET_A, SERVICE
from tests.factories.taps import tap
from tests.factories.world import World, event_id, make_swipe, shanghai

LATER = shanghai("09:00", date(2026, 11, 3))


def _show(database: Database, receipt: str) -> MealEvidence:
    return database.read(show_meal, receipt=receipt)


def test_a_tap_is_shown_as_it_was_sent_with_its_reader_and_neighbours(
    database: Database, world: World
) -> None:
    database.run(lambda s: s.execute(update(Reader).values(clock_offset_ms=90_000)) and None)
    receipts = [
        tap(
            database,
            world,
            make_swipe(world, elder, f"11:3{n}", elder, seq=40 + n, age_ms=700),
        )["receipt"]
        for n, elder in enumerate(("P03", "P01", "P02"))
    ]
    again = make_swipe(world, "P01", "11:31:05", "again", seq=43)
    database.run(record_swipe, reader_id=world.readers["C1-R1"], asked=again, now=shanghai("11:33"))
    shown = _show(database, receipts[1]).tap
    assert shown is not None
    assert shown.swipe["raw_read_at"] == shanghai("11:31")
    assert shown.moved_ms == -90_000
    assert (shown.swipe["card_uid"], shown.swipe["age_ms"]) == (world.cards["P01"], 700)
    assert shown.before is not None
    assert shown.after is not None
    assert (shown.before["seq"], shown.after["seq"]) == (40, 42)
    assert [one["id"] for one in shown.repeats] == [event_id("again")]
    assert receipts[1] in shown.answer
    assert shown.reader is not None
    assert shown.reader["code"] == "C1-R1"
    assert "key_box" not in shown.reader


def test_the_facts_say_what_was_true_and_what_was_known(database: Database, world: World) -> None:
    receipt = tap(database, world, make_swipe(world, "P03", "11:32", "a"))["receipt"]
    learnt = {
        "elder_id": world.elders["P03"], "kind": "category", "code": "tekun",
        "from_on": date(2026, 1, 1), "source": "民政局", "document": "钦民〔2026〕7 号",
        "recorded_at": shanghai("15:00"), "recorded_by": "staff:wang",
    }  # fmt: skip
    database.run(lambda s: s.execute(insert(ElderFact).values(learnt)) and None)
    seen = _show(database, receipt)
    assert seen.elder is not None
    assert (seen.elder.age, seen.elder.community) == (90, "城南社区")
    facts = {one.fact["code"] or "born": (one.is_true, one.was_known) for one in seen.elder.facts}
    assert facts["dibao"] == (True, True)
    assert facts["tekun"] == (True, False)
    assert seen.scheme is not None
    assert seen.scheme.binding is not None
    assert seen.scheme.binding["area_code"] == "450702"
    applied = [one for one in seen.reasons if one.applied]
    assert [(one.rule, one.zh) for one in applied] == [("90", "补贴 8.00 元")]
    assert applied[0].quote is not None
    assert applied[0].quote.startswith('[[rule]]\nid = "90"')
    assert seen.price is not None
    assert seen.price["price_fen"] == 1200
    assert seen.card is not None
    assert [(number, was_hers) for _, number, _, was_hers in seen.card.holders] == [("P03", True)]


def test_a_claimed_meal_shows_its_sheet_line_and_seal_and_what_was_corrected(
    database: Database,
) -> None:
    database.run(make_claim)
    sha256 = database.run(submit_claim)
    database.run(approve_claim)
    receipt = f"C1-{DAYS[0]:%Y%m%d}-0001"
    uid = ask_back(database, receipt, LATER)
    approve(database, uid, LATER)
    database.run(seal_committed, now=LATER)
    seen = _show(database, receipt)
    [line] = seen.claim_lines
    assert (line.claim["number"], line.claim["state"], line.claim["sha256"]) == (
        NUMBER,
        "approved",
        sha256,
    )
    assert line.line["fen"] == seen.meal["subsidy_fen"]
    [sheet] = seen.sheets
    assert sheet.is_unchanged is True
    [change] = seen.corrections
    assert (change.correction["meals"], change.shares[0]["fen"]) == (-1, -line.line["fen"])
    assert [one.entry["kind"] for one in seen.entries] == ["meal", "correction"]
    assert all(sum(fen for _, _, fen in one.lines) == 0 for one in seen.entries)
    actions = {row["action"]: seal for row, seal in seen.trail}
    assert {"day.sign", "claim.submit", "correction.ask", "correction.approve"} <= set(actions)
    assert all(seal is not None for seal in actions.values())


def test_a_line_changed_after_the_signature_is_told(database: Database) -> None:
    database.run(make_claim)
    receipt = f"C1-{DAYS[0]:%Y%m%d}-0001"

    def look(session: Session) -> None:
        break_books(session, f"UPDATE meals SET booked_by = 'x' WHERE receipt = '{receipt}'")
        assert [one.is_unchanged for one in show_meal(session, receipt=receipt).sheets] == [False]
        raise LookupError

    with pytest.raises(LookupError):
        database.run(look)


def test_a_delivered_meal_shows_its_round_reports_and_service_line(database: Database) -> None:
    _, [carried] = make_queue(database, ("P10",), scheme=RULE_SET_A + SERVICE)
    send_out(database, carried)
    tell(database, carried, "delivered", receiver="邻居 陈姨")
    [meal] = meals_of(database, carried)
    seen = _show(database, meal.receipt)
    assert seen.tap is None
    assert seen.delivery is not None
    assert seen.delivery.volunteer is not None
    assert seen.delivery.volunteer["number"] == "V1"
    assert "phone_box" not in seen.delivery.volunteer
    assert [(one["kind"], one["receiver"]) for one in seen.delivery.reports] == [
        ("delivered", "邻居 陈姨")
    ]
    assert [one["amount_fen"] for one in seen.delivery.services] == [150]
    assert "delivery.go_out" in {row["action"] for row, _ in seen.trail}


def test_a_kept_part_names_the_meal_that_was_taken_back(database: Database) -> None:
    _, [carried] = make_queue(database, ("P10",))
    send_out(database, carried)
    tell(database, carried, "refused")
    told = {"reason": "前一天问过要的", "with_fee": False, "by": "staff:wang", "origin": None}
    database.run(keep, delivery=carried.uid, now=shanghai("12:00"), **told)
    back, kept = meals_of(database, carried)
    seen = _show(database, kept.receipt).delivery, _show(database, back.receipt).delivery
    assert [[one["receipt"] for one in of.others] for of in seen if of] == [
        [back.receipt],
        [kept.receipt],
    ]


def test_a_meal_by_name_shows_its_act_and_its_void(database: Database, world: World) -> None:
    served = database.run(
        serve_meal, counter_id=world.counters["C1-1"],
        asked=MealAsked(event_id("hand"), elder="P01", reason="no_card"), by="cashier:li",
        now=shanghai("11:40"),
    ).body  # fmt: skip
    database.run(
        void_meal, asked=VoidAsked(event_id("v"), served["receipt"], "wrong_person"),
        may_void_any=True, by="staff:wang", origin=None, now=shanghai("11:50"),
    )  # fmt: skip
    seen = _show(database, served["receipt"])
    assert (seen.tap, seen.card) == (None, None)
    assert seen.act is not None
    assert seen.act["done_by"] == "cashier:li"
    assert seen.void is not None
    assert seen.void["reason"] == "wrong_person"
    assert [one.entry["kind"] for one in seen.entries] == ["meal", "meal_void"]


def test_a_meal_is_looked_for_where_it_was_served(database: Database, world: World) -> None:
    receipt = tap(database, world, make_swipe(world, "P01", "11:32", "a"))["receipt"]
    place = database.read(find_place, receipt=receipt)
    assert place is not None
    assert place.canteen_code == "C1"
    assert database.read(find_place, receipt="C9-20261125-0001") is None
    with pytest.raises(NotFound, match="meal_unknown"):
        _show(database, "C9-20261125-0001")
