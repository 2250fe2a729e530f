"""Facts as periods, consent, contacts and diets; the full numbers; death and moving away."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.people import CardBlock
from canteen.rules.errors import CanteenError, Conflict, Invalid, NotFound
from canteen.services import (
    elder_account,
    elder_facts,
    elder_notes,
    elder_page,
    elder_quote,
    purse_lists,
)
from canteen.services.elder_page import ElderPage
from canteen.services.swipes import record_swipe
from tests.factories.world import (
    CHENGNAN,
    HEDONG,
    TODAY,
    World,
    make_swipe,
    shanghai,
)

NOW = shanghai("09:00")
FROM: dict[str, Any] = {"by": "staff:wang", "origin": "127.0.0.1", "now": NOW}
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def _page(database: Database, number: str) -> ElderPage:
    return database.read(elder_page.get_elder_page, number=number, now=NOW)


def _add(database: Database, number: str, **given: Any) -> None:
    given = {"source": "民政", "document": None, **given}
    database.run(elder_facts.add_fact, number=number, **given, **FROM)


def _tap(database: Database, world: World, elder: str, day: date) -> dict[str, Any]:
    asked = make_swipe(world, elder, "11:30", f"{elder} {day}", day=day)
    reader = "C2-R1" if elder in ("P07", "P09", "P10") else "C1-R1"
    return database.run(
        record_swipe, reader_id=world.readers[reader], asked=asked, now=asked.read_at
    ).body


def test_a_period_is_past_current_future_or_withdrawn(database: Database, world: World) -> None:
    for code, from_on, to_on in (
        ("dibao", date(2024, 1, 1), YESTERDAY),
        ("tekun", TODAY, None),
        ("living_alone", TOMORROW, None),
    ):
        _add(database, "P01", kind="category", code=code, from_on=from_on, to_on=to_on)
    wrong = next(f for f in _page(database, "P01").facts if f.code == "tekun")
    database.run(elder_facts.withdraw_fact, number="P01", fact_id=wrong.id, **FROM)

    states = {fact.code: fact.state for fact in _page(database, "P01").facts}

    assert states["dibao"] == "past"
    assert states["tekun"] == "withdrawn"
    assert states["living_alone"] == "future"


def test_the_next_meal_is_split_by_what_is_known_now_and_says_why(
    database: Database, world: World
) -> None:
    before = database.read(elder_quote.find_next_meal, number="P01", now=NOW)
    _add(database, "P01", kind="category", code="dibao", from_on=TODAY)
    after = database.read(elder_quote.find_next_meal, number="P01", now=NOW)

    assert before is not None
    assert after is not None
    assert (before.price_fen, before.elder_fen, before.categories) == (1200, 700, ())
    assert (after.elder_fen, after.categories, after.band) == (400, ("dibao",), "80-89")
    assert after.shares == (("政府", 800),)
    assert after.scheme_name == "基础世界 A"
    assert {why.rule for why in after.reasons if why.applied} == {"hardship"}


def test_a_meal_eaten_is_not_the_next_one(database: Database, world: World) -> None:
    _tap(database, world, "P01", TODAY)
    coming = database.read(elder_quote.find_next_meal, number="P01", now=shanghai("11:31"))
    assert coming is not None
    assert (coming.served_on, coming.mealtime) == (TODAY, "dinner")
    late = database.read(elder_quote.find_next_meal, number="P01", now=shanghai("19:00"))
    assert late is not None
    assert (late.served_on, late.mealtime) == (TOMORROW, "breakfast")


def test_the_account_tells_each_line_and_the_balance_after_it(
    database: Database, world: World
) -> None:
    _tap(database, world, "P01", YESTERDAY)
    _tap(database, world, "P01", TODAY)
    lines = database.read(elder_account.list_account, number="P01")
    assert [(line.kind, line.change_fen, line.balance_fen) for line in lines] == [
        ("meal", -700, 3400),
        ("meal", -900, 4100),
        ("opening", 5000, 5000),
    ]
    statement = database.read(elder_account.get_statement, number="P01", from_on=TODAY, to_on=TODAY)
    assert statement.opening_fen == lines[1].balance_fen
    assert statement.closing_fen == lines[0].balance_fen
    assert [line.booked_on for line in statement.lines] == [TODAY]
    empty = database.read(
        elder_account.get_statement, number="P01", from_on=TOMORROW, to_on=TOMORROW
    )
    assert (empty.lines, empty.closing_fen) == ((), lines[0].balance_fen)


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"kind": "category", "code": "rich"}, Invalid, "category_unknown"),
        ({"kind": "category", "code": "disability", "level": 5}, Invalid, "category_level"),
        ({"kind": "residence", "code": "77"}, Invalid, "area_unknown"),
        ({"kind": "born", "born": TOMORROW}, Invalid, "born_future"),
        (
            {"kind": "category", "code": "dibao", "from_on": TODAY, "to_on": YESTERDAY},
            Invalid,
            "fact_to_before_from",
        ),
    ],
)
def test_a_fact_that_cannot_be_is_refused(
    database: Database, world: World, given: Any, error: type[CanteenError], code: str
) -> None:
    with pytest.raises(error, match=code):
        _add(database, "P01", **given)


def test_one_category_is_not_true_twice_on_a_day(database: Database, world: World) -> None:
    _add(database, "P01", kind="category", code="dibao", from_on=TODAY)
    with pytest.raises(Conflict, match="fact_overlaps"):
        _add(database, "P01", kind="category", code="dibao", from_on=TOMORROW)
    _add(database, "P01", kind="category", code="dibao", to_on=YESTERDAY)


def test_a_new_home_ends_the_old_one_and_a_birth_date_replaces_the_known_one(
    database: Database, world: World
) -> None:
    _add(database, "P01", kind="residence", code=HEDONG, from_on=TODAY)
    _add(database, "P01", kind="born", born=date(1947, 11, 25))
    facts = _page(database, "P01").facts
    homes = [(f.code, f.to_on) for f in facts if f.kind == "residence" and f.state != "withdrawn"]
    assert homes == [(HEDONG, None), (CHENGNAN, YESTERDAY)]
    assert _page(database, "P01").person.born == date(1947, 11, 25)
    _add(database, "P01", kind="hukou", code=HEDONG)
    standing = [
        f.code for f in _page(database, "P01").facts if f.kind == "hukou" and f.state == "current"
    ]
    assert standing == [HEDONG]


def test_a_fact_is_withdrawn_once_and_only_her_own(database: Database, world: World) -> None:
    fact = _page(database, "P03").facts[0]
    with pytest.raises(NotFound, match="fact_unknown"):
        database.run(elder_facts.withdraw_fact, number="P01", fact_id=fact.id, **FROM)
    database.run(elder_facts.withdraw_fact, number="P03", fact_id=fact.id, **FROM)
    with pytest.raises(Conflict, match="fact_withdrawn"):
        database.run(elder_facts.withdraw_fact, number="P03", fact_id=fact.id, **FROM)


def _depart(database: Database, number: str, status: Any, from_on: date) -> None:
    database.run(
        elder_facts.record_departure, number=number, status=status, from_on=from_on,
        source="家属", document=None, **FROM,
    )  # fmt: skip


def test_O_071_a_death_entered_late_blocks_the_card_and_lists_the_meals_after_it(
    database: Database, world: World
) -> None:
    died = TODAY - timedelta(days=3)
    _tap(database, world, "P10", died - timedelta(days=1))
    _tap(database, world, "P10", TODAY - timedelta(days=1))
    _add(database, "P10", kind="category", code="dibao", from_on=date(2024, 1, 1))

    _depart(database, "P10", "deceased", died)

    later = database.read(elder_facts.list_later_meals, number="P10")
    assert [meal.served_on for meal in later] == [TODAY - timedelta(days=1)]
    assert _tap(database, world, "P10", TODAY)["outcome"] == "card_blocked"
    ended = [f for f in _page(database, "P10").facts if f.kind == "category" and f.state == "past"]
    assert {fact.to_on for fact in ended} == {died - timedelta(days=1)}
    assert database.read(lambda s: list(s.scalars(select(CardBlock.kind)))) == ["blocked"]
    purses = database.read(purse_lists.list_purses, areas=(HEDONG,), now=NOW)
    (line,) = purses.to_pay_out
    assert (line.number, line.status, line.balance_fen > 0) == ("P10", "deceased", True)


def test_a_departure_is_recorded_once(database: Database, world: World) -> None:
    _depart(database, "P01", "moved", TODAY)
    with pytest.raises(Conflict, match="gone_known"):
        _depart(database, "P01", "moved", TOMORROW)
    assert database.read(elder_facts.list_later_meals, number="P02") == ()


def test_a_death_to_come_is_not_recorded(database: Database, world: World) -> None:
    with pytest.raises(Invalid, match="death_future"):
        _depart(database, "P01", "deceased", TOMORROW)


def test_notes_are_added_shown_and_withdrawn(database: Database, world: World) -> None:
    database.run(
        elder_notes.add_consent, number="P01", given_on=TODAY, signed_by="女儿 李小梅",
        document="柜 3", **FROM,
    )  # fmt: skip
    database.run(
        elder_notes.add_contact, number="P01", name="李小梅", relation="女儿",
        phone="139 0000-0852", **FROM,
    )  # fmt: skip
    database.run(elder_notes.add_diet, number="P01", code="low_sugar", **FROM)
    page = _page(database, "P01")
    assert [note.on for note in page.consents] == [TODAY]
    assert [(n.what, n.detail, n.phone_masked) for n in page.contacts] == [
        ("李小梅", "女儿", "139****0852")
    ]
    assert [note.what for note in page.diets] == ["low_sugar"]

    for kind, note in (
        ("consent", page.consents[0]),
        ("contact", page.contacts[0]),
        ("diet", page.diets[0]),
    ):
        for _ in range(2):
            database.run(
                elder_notes.withdraw_note, number="P01", kind=kind, note_id=note.id, **FROM
            )
    page = _page(database, "P01")
    assert page.consents[0].withdrawn_at is not None
    assert page.contacts[0].withdrawn_at is not None
    assert page.diets == ()
    database.run(elder_notes.add_diet, number="P01", code="low_sugar", **FROM)
    actions = database.read(
        lambda s: list(s.scalars(select(AuditLine.action).order_by(AuditLine.id)))
    )
    assert actions.count("contact.withdraw") == 1


@pytest.mark.parametrize("kind", ["consent", "contact", "diet", "secret"])
def test_a_note_of_nobody_is_not_withdrawn(database: Database, world: World, kind: str) -> None:
    with pytest.raises(NotFound, match="note_unknown"):
        database.run(elder_notes.withdraw_note, number="P01", kind=kind, note_id=77, **FROM)


def test_a_note_that_cannot_be_is_refused(database: Database, world: World) -> None:
    with pytest.raises(Invalid, match="consent_future"):
        database.run(
            elder_notes.add_consent, number="P01", given_on=TOMORROW, signed_by=None,
            document=None, **FROM,
        )  # fmt: skip
    with pytest.raises(Invalid, match="phone_unreadable"):
        database.run(
            elder_notes.add_contact, number="P01", name="李", relation="女儿", phone="123", **FROM
        )
    with pytest.raises(Invalid, match="diet_unknown"):
        database.run(elder_notes.add_diet, number="P01", code="x", **FROM)
    database.run(elder_notes.add_diet, number="P01", code="soft", **FROM)
    with pytest.raises(Conflict, match="diet_known"):
        database.run(elder_notes.add_diet, number="P01", code="soft", **FROM)


def test_every_look_at_the_full_numbers_leaves_a_line(database: Database, world: World) -> None:
    database.run(
        elder_notes.add_contact, number="P01", name="李小梅", relation="女儿",
        phone="13900000852", **FROM,
    )  # fmt: skip
    secrets = database.run(elder_notes.unmask, number="P01", **FROM)
    assert (secrets.id_number, secrets.phone) == (None, None)
    assert list(secrets.contacts.values()) == ["13900000852"]
    lines = database.read(lambda s: list(s.scalars(select(AuditLine).order_by(AuditLine.id))))
    assert [line.action for line in lines] == ["contact.add", "elder.unmask"]
    assert not any("0852" in f"{line.after}{line.before}" for line in lines)


def test_a_missing_elder_has_no_page(database: Database, world: World) -> None:
    with pytest.raises(NotFound, match="elder_unknown"):
        _page(database, "X")
