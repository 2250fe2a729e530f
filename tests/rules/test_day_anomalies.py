"""Each rule of a day's anomalies: what it finds, and what just does not reach it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from canteen.rules.day_anomalies import RULES, find_anomalies
from canteen.rules.day_conditions import DeliveryFacts, ReaderReport, SignFacts, judge
from canteen.rules.day_facts import LEVELS, Anomaly, DayFacts, SwipeFact, VoidFact
from canteen.rules.day_figures import add_up, sum_figures
from canteen.rules.day_lines import (
    DayLines,
    DrawerCount,
    MealLine,
    MoneyLine,
    PortionLine,
    digest,
    line_digests,
)
from canteen.rules.days import SHANGHAI

DAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=SHANGHAI)


def _meal(number: int, **given: Any) -> MealLine:
    plain: dict[str, Any] = {
        "receipt": f"C1-20261125-{number:04d}", "uid": str(number), "elder": f"P{number}",
        "name": f"长者{number}", "served_on": DAY, "booked_on": DAY, "mealtime": "lunch",
        "portion": 1, "channel": "dine_in", "age": 70, "band": "70-79", "category": "plain",
        "counter": "1", "read_at": NOON, "is_late": False, "manual_reason": None,
        "booked_by": "reader:R1", "is_listed_price": True, "is_under_scheme": True,
        "below_floor": False, "price_fen": 1200, "elder_fen": 900, "subsidy_fen": 300,
        "discount_fen": 0, "purse_fen": 900, "cash_fen": 0, "external_fen": 0, "rounding_fen": 0,
    }  # fmt: skip
    return MealLine(**{**plain, **given})


def _swipe(number: int, **given: Any) -> SwipeFact:
    plain: dict[str, Any] = {
        "id": str(number), "outcome": "subsidised", "read_at": NOON, "canteen": "C1",
        "canteen_name": "城南食堂", "counter": "1 号窗口", "card": f"000{number}", "name": "黄桂兰",
        "offline": None,
    }  # fmt: skip
    return SwipeFact(**{**plain, **given})


def _find(lines: DayLines | None = None, **given: Any) -> dict[str, Anomaly]:
    lines = lines or DayLines()
    facts = DayFacts(canteen="C1", lines=lines, figures=add_up(lines), **given)
    return {one.key: one for one in find_anomalies(facts)}


def _levels(found: dict[str, Anomaly]) -> dict[str, str]:
    return {key: one.level for key, one in found.items()}


def test_a_plain_day_has_nothing_to_look_at() -> None:
    lines = DayLines(meals=[_meal(1), _meal(2)], portions=[PortionLine(mealtime="lunch", cooked=3,
                                                                       left=1)])  # fmt: skip
    assert _find(lines, swipes=[_swipe(1), _swipe(2)]) == {}
    assert len(RULES) == 15


@pytest.mark.parametrize(
    ("swipe", "wanted"),
    [
        ({"outcome": "held"}, {"held:1": "must"}),
        ({"outcome": "held", "canteen": "C2"}, {}),
        ({"outcome": "card_lost"}, {"lost_card:1": "should"}),
        ({"outcome": "already_eaten", "offline": "taken"}, {"food_given:1": "should"}),
        ({"outcome": "already_eaten", "offline": "taken", "is_settled": True}, {}),
        ({"outcome": "already_eaten", "offline": "refused"}, {}),
        ({"outcome": "repeat", "offline": "taken"}, {}),
        ({"outcome": "already_eaten"}, {}),
    ],
)
def test_swipes_that_a_person_should_know_of(swipe: dict[str, Any], wanted: dict[str, str]) -> None:
    assert _levels(_find(swipes=[_swipe(1, **swipe)])) == wanted


@pytest.mark.parametrize(("seconds", "is_found"), [(60, True), (61, False)])
def test_one_card_at_two_canteens(seconds: int, is_found: bool) -> None:
    then = NOON + timedelta(seconds=seconds)
    other = _swipe(2, card="0001", canteen="C2", canteen_name="河东食堂", read_at=then)
    assert bool(_find(swipes=[_swipe(1), other])) == is_found


def test_cash_is_explained_when_it_differs_and_asked_for_when_nobody_counted() -> None:
    meals = [_meal(1, purse_fen=0, cash_fen=900)]
    assert _levels(_find(DayLines(meals=meals))) == {"cash_uncounted:1": "should"}
    same, short = (
        DayLines(meals=meals, drawers=[DrawerCount(counter="1", counted_fen=fen, by="staff:li")])
        for fen in (900, 850)
    )
    assert _find(same) == {}
    [differs] = _find(short).values()
    assert (differs.key, differs.level) == ("cash_differs:1:-50", "must")
    assert differs.amounts == {"counted_fen": 850, "expected_fen": 900}
    assert "8.50" not in differs.zh + differs.en


@pytest.mark.parametrize(("by_hand", "level"), [(4, "note"), (5, "note"), (6, "should")])
def test_manual_entries_are_named_and_many_of_one_hand_stand_out(by_hand: int, level: str) -> None:
    meals = [
        _meal(n, manual_reason="没带卡", booked_by="staff:li") if n <= by_hand else _meal(n)
        for n in range(1, 51)
    ]
    [found] = _find(DayLines(meals=meals), names={"staff:li": "李素芬"}).values()
    assert (found.level, found.who[0]) == (level, f"{by_hand} 位老人")
    assert "李素芬 经手" in found.zh


def _void(number: int, minutes: int) -> VoidFact:
    return VoidFact(
        receipt=f"C1-20261125-{number:04d}", name="黄桂兰", by="staff:li", read_at=NOON,
        voided_at=NOON + timedelta(minutes=minutes),
    )  # fmt: skip


def test_voids_long_after_the_meal_and_many_of_one_hand() -> None:
    assert _find(voids=[_void(1, 30)]) == {}
    assert _levels(_find(voids=[_void(1, 31)])) == {"void_after:C1-20261125-0001": "should"}
    assert _find(voids=[_void(n, 1) for n in range(4)]) == {}
    assert _levels(_find(voids=[_void(n, 1) for n in range(5)])) == {"voids:staff:li": "should"}


def test_lines_that_say_something_by_themselves() -> None:
    lines = DayLines(
        meals=[
            _meal(1, below_floor=True),
            _meal(2, is_under_scheme=False),
            _meal(3, is_under_scheme=False, elder=None),
            _meal(4, below_floor=True, voided_at=NOON),
        ]
    )
    assert _levels(_find(lines)) == {
        "no_scheme": "must",
        "below_floor:C1-20261125-0001": "should",
    }
    assert "closed_day" in _find(lines, is_open=False)
    late = DayLines(meals=[_meal(1, served_on=DAY - timedelta(days=1))])
    assert _find(late, is_open=False) == {}


def test_the_missing_list_of_workdays_weighs_more_where_the_scheme_asks() -> None:
    assert _levels(_find(is_year_known=False)) == {"workdays_missing": "note"}
    assert _levels(_find(is_year_known=False, asks_workdays=True)) == {"workdays_missing": "should"}


@pytest.mark.parametrize(
    ("before", "is_found"),
    [((10, 10, 10, 10), True), ((10, 10, 10), False), ((10, 10, 11, 10), False)],
)
def test_the_same_number_day_after_day(before: Sequence[int], is_found: bool) -> None:
    lines = DayLines(meals=[_meal(n) for n in range(10)])
    assert ("flat:lunch" in _find(lines, before={"lunch": before})) == is_found


@pytest.mark.parametrize(("gap", "is_found"), [(1.7, True), (1.8, False)])
def test_taps_faster_than_a_hand(gap: float, is_found: bool) -> None:
    swipes = [_swipe(n, read_at=NOON + timedelta(seconds=gap * n)) for n in range(8)]
    assert ("too_fast:1 号窗口" in _find(swipes=swipes)) == is_found


def test_prices_keyed_exactly_at_the_lowest_subsidised_one() -> None:
    lines = DayLines(meals=[_meal(n, is_listed_price=False) for n in range(5)])
    floors = {"floors_fen": frozenset({1200})}
    assert "at_floor" in _find(lines, **floors)
    assert "at_floor" in _find(lines, **floors, at_floor_before=14, days_before=10)
    assert _find(lines, **floors, at_floor_before=40, days_before=10) == {}
    assert _find(lines, floors_fen=frozenset({1000})) == {}


def test_portions_that_do_not_add_up() -> None:
    lines = DayLines(meals=[_meal(1)], portions=[PortionLine(mealtime="lunch", cooked=3, left=1)])
    assert _levels(_find(lines)) == {"portions:lunch": "should"}
    assert "3 − 1 ≠ 1" in _find(lines)["portions:lunch"].zh


def test_anomalies_come_with_the_gravest_first_and_speak_both_languages() -> None:
    lines = DayLines(meals=[_meal(1, below_floor=True), _meal(2, is_under_scheme=False),
                            _meal(3, manual_reason="没带卡", booked_by="staff:li")])  # fmt: skip
    found = list(_find(lines).values())
    assert [one.level for one in found] == sorted((one.level for one in found), key=LEVELS.index)
    assert all(one.zh and one.en and one.did_zh and one.did_en for one in found)


def test_a_line_s_mark_follows_everything_but_the_name() -> None:
    def mark(**given: Any) -> str:
        return line_digests(DayLines(meals=[_meal(1, **given)]))["C1-20261125-0001"]

    assert mark() == mark(name="改名了")
    # As it was before deliveries had a fee: what was signed then still proves.
    assert mark() == "8c23c2f2e3200cca8fa53d7c7ca4152b299de605b68ff48cce997b35be342a7c"
    for change in ({"price_fen": 1201}, {"category": "dibao"}, {"voided_by": "x"}, {"age": 71},
                   {"delivery_fee_fen": 200}, {"is_kept": True}):  # fmt: skip
        assert mark(**change) != mark(), change
    assert digest({"b": 1, "a": NOON}) == digest({"a": NOON.astimezone(), "b": 1})


def test_money_lines_and_drawers_are_added_without_the_voided() -> None:
    def line(number: int, **given: Any) -> MoneyLine:
        plain: dict[str, Any] = {
            "receipt": f"T{number}", "kind": "top_up", "elder": "P1", "pay": "cash",
            "amount_fen": 1000, "counter": "1", "by": "staff:li",
        }  # fmt: skip
        return MoneyLine(**{**plain, **given})

    lines = DayLines(
        money=[line(1), line(2, voided_at=NOON), line(3, pay="external"),
               line(4, kind="pay_out", amount_fen=300)]
    )  # fmt: skip
    figures = add_up(lines)
    assert figures["money"]["top_up_cash_fen"] == 1000
    assert figures["money"]["pay_out_fen"] == 300
    assert figures["drawers"][0]["expected_fen"] == 700


def test_each_condition_says_what_was_seen() -> None:
    ends = NOON + timedelta(hours=2)
    held = Anomaly(key="held:1", level="must", zh="等人核对", en="waits", did_zh="记下",
                   did_en="kept", who=("黄桂兰", "黄桂兰"))  # fmt: skip
    plain: dict[str, Any] = {
        "day": DAY, "now": ends, "windows": (), "ends_at": ends, "readers": (),
        "pending_sales": (), "late_count": 0, "anomalies": (), "remarked": frozenset(),
        "previous": None, "is_previous_signed": True, "portions": (),
    }  # fmt: skip

    def states(**given: Any) -> dict[str, str]:
        return {one.code: one.state for one in judge(SignFacts(**{**plain, **given}))}

    assert set(states().values()) == {"ok"}
    assert states(now=ends - timedelta(seconds=1))["mealtimes"] == "bad"
    assert states(ends_at=None, now=NOON - timedelta(days=1))["mealtimes"] == "bad"
    good = ReaderReport(code="R1", reported_at=ends, kept=0)
    early = ReaderReport(code="R1", reported_at=ends - timedelta(seconds=1), kept=0)
    keeps = ReaderReport(code="R1", reported_at=ends, kept=1)
    assert [states(readers=[one])["readers"] for one in (good, early, keeps)] == [
        "ok",
        "bad",
        "bad",
    ]
    assert states(pending_sales=["1 号窗口"])["sales"] == "bad"
    assert states(previous=DAY, is_previous_signed=False)["previous"] == "bad"
    assert states(anomalies=[held])["anomalies"] == "bad"
    assert states(anomalies=[held], remarked=frozenset({"held:1"}))["anomalies"] == "ok"
    carried = states(deliveries=DeliveryFacts(done=["黄桂兰"], waiting=["韦德胜"]))
    assert (carried["deliveries"], carried["deliveries_waiting"]) == ("ok", "warn")
    assert states(deliveries=DeliveryFacts(out=["黄桂兰"]))["deliveries"] == "bad"
    contradicted = states(deliveries=DeliveryFacts(done=["黄桂兰"], conflicts=["黄桂兰"]))
    assert contradicted["delivery_conflicts"] == "bad"
    odd = [{"mealtime": "lunch", "cooked": 3, "left": 1, "served": 1}]
    assert states(portions=odd)["portions"] == "warn"


def test_kept_money_is_added_and_counted_nowhere() -> None:
    kept: dict[str, Any] = {
        "channel": "delivery", "is_kept": True, "is_under_scheme": False, "subsidy_fen": 0,
        "discount_fen": 300, "delivery_fee_fen": 200,
    }  # fmt: skip
    lines = DayLines(
        meals=[_meal(1, channel="delivery", delivery_fee_fen=200), _meal(2, **kept)],
        portions=[PortionLine(mealtime="lunch", cooked=2, left=1)],
    )
    figures = add_up(lines)
    assert (figures["counts"]["people"], figures["persons"]) == (1, 1)
    assert figures["deliveries"] == {"fees_fen": 400, "kept": 1, "kept_fen": 900}
    assert figures["money"]["elder_fen"] == 1800
    assert [(cell["count"], cell["elder_fen"]) for cell in figures["cells"]] == [(1, 1800)]
    assert _find(lines) == {}
    together = sum_figures([figures, add_up(DayLines())])
    assert together["deliveries"] == figures["deliveries"]


def test_a_purse_below_its_floor_says_whether_a_delivery_or_a_late_tap_took_it_there() -> None:
    carried = _meal(1, channel="delivery", delivery_fee_fen=200, below_floor=True)
    found = list(_find(DayLines(meals=[carried, _meal(2, below_floor=True)])).values())
    assert [one.zh.partition("（")[0] for one in found] == ["送餐扣的一笔", "断网时扣的一笔"]
    assert "11.00" in found[0].zh
