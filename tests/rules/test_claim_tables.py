"""A claim's rows gathered by elder, day and tier: each table adds up to the claim."""

from datetime import date

from canteen.rules.claim_rows import ClaimRow
from canteen.rules.claim_tables import gather_claim, payers_of, tier_of

FIRST, SECOND = date(2026, 2, 8), date(2026, 2, 9)


def _row(n: int, day: date, **given: object) -> ClaimRow:
    plain: dict[str, object] = {
        "kind": "meal", "item": f"meal:{n}", "sources": (f"share:{n}:r:city",), "served_on": day,
        "booked_on": day, "canteen": "C1", "canteen_name": "城南食堂", "elder": "E1", "name": "甲",
        "age": 70, "category": "plain", "mealtime": "lunch", "price_fen": 1260, "elder_fen": 960,
        "shares": {"市级": 200, "区级": 100},
    }  # fmt: skip
    return ClaimRow(n=n, **{**plain, **given})  # type: ignore[arg-type]


ROWS = [
    _row(1, SECOND),
    _row(2, FIRST, mealtime="dinner", shares={"市级": 500}, elder_fen=760),
    _row(3, FIRST, elder="E2", name="乙", age=64, category="dibao"),
    _row(4, SECOND, kind="correction", price_fen=-1260, elder_fen=-960, shares={"市级": -300}),
    _row(5, SECOND, kind="grant", elder=None, name=None, mealtime=None, age=None, category=None,
         price_fen=0, elder_fen=0, shares={"区级": 100_000}),
    _row(6, FIRST, kind="service", mealtime=None, price_fen=0, elder_fen=0, shares={"区级": 200}),
]  # fmt: skip


def test_every_table_adds_up_to_what_the_rows_ask() -> None:
    asked_fen = sum(row.asked_fen for row in ROWS)
    for table in gather_claim(ROWS, "elder", "day", "tier", "all"):
        assert sum(one.asked_fen for one in table) == asked_fen
        assert sum(fen for one in table for fen in one.shares.values()) == asked_fen
        assert sum(one.count for one in table) == 3
        assert payers_of(table)[:2] == ["市级", "区级"]


def test_days_stand_in_their_order_and_tiers_in_that_of_the_names() -> None:
    elders, days, tiers = gather_claim(ROWS, "elder", "day", "tier")
    assert [one.key for one in elders] == ["E1", "E2", "nobody"]
    assert [one.key for one in days] == ["2026-02-08", "2026-02-09"]
    assert [one.key for one in tiers] == ["70-79", "dibao", "services", "nobody"]


def test_elders_stand_by_their_number_whoever_ate_first_and_the_canteen_last() -> None:
    elders = gather_claim(reversed(ROWS), "elder")[0]
    assert [one.key for one in elders] == ["E1", "E2", "nobody"]


def test_in_every_tier_the_price_is_what_the_elder_and_the_payers_give() -> None:
    for one in gather_claim(ROWS, "tier")[0]:
        if one.key not in ("services", "nobody"):
            assert one.price_fen == one.elder_fen + one.discount_fen + one.asked_fen + one.other_fen


def test_what_a_meal_gives_is_told_from_meals_alone() -> None:
    e1 = gather_claim(ROWS, "elder")[0][0]
    assert (e1.least_fen, e1.most_fen, e1.meals) == (300, 500, {"lunch": 1, "dinner": 1})
    assert (e1.price_fen, e1.elders, list(e1.tiers)) == (1260, {"E1"}, ["70-79"])


def test_a_person_without_a_birth_date_has_a_tier_that_says_so() -> None:
    assert tier_of(_row(1, FIRST, age=None)) == "unknown"
