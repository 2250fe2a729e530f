"""The check of the books: every invariant of domain.md §3 asked of the database as it is.

Each statement finds the rows that break one rule; none is the answer wanted. The pure rules and the
CHECKs say the same when a row is made; here it is proved again of all rows together.
"""

import json
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.models.accounts import JournalEntry, LedgerEntry
from canteen.models.meals import Meal
from canteen.models.swipes import Swipe
from canteen.rules.breaches import Breach, CheckReport
from canteen.rules.outcomes import ACCEPTED
from canteen.rules.receipts import judge_serials

#: breaches shown of one kind; the rest is only counted
SHOWN_MAX = 20
ROWS_AT_ONCE = 1000

#: code → a query of (place, detail) of every row that breaks the rule
RULES: dict[str, str] = {
    "entries_do_not_sum_to_zero": """
        SELECT 'journal entry ' || journal_entry_id, 'sum ' || sum(fen)
        FROM ledger_entries GROUP BY journal_entry_id HAVING sum(fen) <> 0""",
    "purse_is_not_its_entries": """
        SELECT 'elder ' || e.number, 'balance ' || p.balance_fen || ', entries '
          || coalesce(sum(l.fen), 0)
        FROM purses p JOIN elders e ON e.id = p.elder_id
        LEFT JOIN ledger_entries l ON l.account_id = p.account_id
        GROUP BY e.number, p.elder_id, p.balance_fen
        HAVING p.balance_fen <> coalesce(sum(l.fen), 0)""",
    "elder_without_purse": """
        SELECT 'elder ' || e.number, 'no purse' FROM elders e
        WHERE NOT EXISTS (SELECT 1 FROM purses p WHERE p.elder_id = e.id)""",
    "balance_below_floor_unmarked": """
        SELECT 'elder ' || e.number, 'balance ' || p.balance_fen
        FROM purses p JOIN elders e ON e.id = p.elder_id
        WHERE p.below_floor_since IS NULL AND p.balance_fen < 0
          AND p.balance_fen < -(SELECT coalesce(max(overdraft_fen), 0) FROM canteens)""",
    "shares_are_not_the_subsidy": """
        SELECT 'meal ' || m.receipt, 'subsidy ' || m.subsidy_fen || ', discount ' || m.discount_fen
          || ', shares ' || coalesce(sum(s.fen), 0)
        FROM meals m LEFT JOIN shares s ON s.meal_id = m.id
        GROUP BY m.id, m.receipt, m.subsidy_fen, m.discount_fen, m.is_kept
        HAVING m.subsidy_fen <> coalesce(sum(CASE WHEN s.payer_kind <> 'canteen' THEN s.fen END), 0)
            OR (m.discount_fen <> coalesce(sum(CASE WHEN s.payer_kind = 'canteen' THEN s.fen END), 0)
              AND NOT m.is_kept)""",
    "price_is_not_its_parts": """
        SELECT 'meal ' || receipt, price_fen || ' <> ' || elder_fen || ' + ' || subsidy_fen
          || ' + ' || discount_fen
        FROM meals WHERE price_fen <> elder_fen + subsidy_fen + discount_fen
          OR elder_fen <> purse_fen + cash_fen + external_fen + rounding_fen""",
    "share_without_funder": """
        SELECT 'meal ' || m.receipt, s.rule || ' ' || s.payer
        FROM shares s JOIN meals m ON m.id = s.meal_id
        WHERE (s.funder_id IS NULL) <> (s.payer_kind = 'canteen')""",
    "meal_without_its_entry": """
        SELECT 'meal ' || m.receipt, count(j.id) || ' entries' FROM meals m
        LEFT JOIN journal_entries j ON j.meal_id = m.id AND j.kind = 'meal'
        GROUP BY m.id, m.receipt HAVING count(j.id) <> 1""",
    "void_without_its_entry": """
        SELECT 'meal ' || m.receipt, count(j.id) || ' reversals, ' ||
          (SELECT count(*) FROM voids v WHERE v.meal_id = m.id) || ' voids' FROM meals m
        LEFT JOIN journal_entries j ON j.meal_id = m.id AND j.kind = 'meal_void'
        GROUP BY m.id, m.receipt, m.voided_at
        HAVING count(j.id) <> CASE WHEN m.voided_at IS NULL THEN 0 ELSE 1 END
          OR (SELECT count(*) FROM voids v WHERE v.meal_id = m.id)
            <> CASE WHEN m.voided_at IS NULL THEN 0 ELSE 1 END""",
    "void_is_not_the_opposite": """
        SELECT 'meal ' || m.receipt, a.kind || ' ' || sum(l.fen)
        FROM meals m JOIN journal_entries j ON j.meal_id = m.id
        JOIN ledger_entries l ON l.journal_entry_id = j.id JOIN accounts a ON a.id = l.account_id
        WHERE m.voided_at IS NOT NULL
        GROUP BY m.id, m.receipt, a.kind, coalesce(a.funder_id, 0), coalesce(a.elder_id, 0)
        HAVING sum(l.fen) <> 0""",
    "entry_is_not_the_split": """
        SELECT 'meal ' || m.receipt, 'posted ' || coalesce(sum(CASE WHEN a.kind = 'purse' THEN l.fen END), 0)
          || ' of the purse, ' || coalesce(sum(CASE WHEN a.kind = 'receivable' THEN l.fen END), 0) || ' owed'
        FROM meals m JOIN journal_entries j ON j.meal_id = m.id AND j.kind = 'meal'
        LEFT JOIN ledger_entries l ON l.journal_entry_id = j.id
        LEFT JOIN accounts a ON a.id = l.account_id
        GROUP BY m.id, m.receipt, m.price_fen, m.purse_fen, m.cash_fen, m.external_fen,
          m.rounding_fen, m.discount_fen, m.subsidy_fen, m.delivery_fee_fen
        HAVING coalesce(sum(CASE WHEN a.kind = 'sales' THEN l.fen END), 0) <> m.price_fen
          OR coalesce(sum(CASE WHEN a.kind = 'purse' THEN l.fen END), 0)
            <> -m.purse_fen - m.delivery_fee_fen
          OR coalesce(sum(CASE WHEN a.kind = 'delivery_fees' THEN l.fen END), 0)
            <> m.delivery_fee_fen
          OR coalesce(sum(CASE WHEN a.kind = 'cash_drawer' THEN l.fen END), 0) <> -m.cash_fen
          OR coalesce(sum(CASE WHEN a.kind = 'external' THEN l.fen END), 0) <> -m.external_fen
          OR coalesce(sum(CASE WHEN a.kind = 'cash_rounding' THEN l.fen END), 0) <> -m.rounding_fen
          OR coalesce(sum(CASE WHEN a.kind = 'discount' THEN l.fen END), 0) <> -m.discount_fen
          OR coalesce(sum(CASE WHEN a.kind = 'receivable' THEN l.fen END), 0) <> -m.subsidy_fen""",
    "purse_of_another": """
        SELECT 'meal ' || m.receipt, 'elder ' || coalesce(m.elder_id, 0) || ', purse of ' || a.elder_id
        FROM meals m JOIN journal_entries j ON j.meal_id = m.id
        JOIN ledger_entries l ON l.journal_entry_id = j.id
        JOIN accounts a ON a.id = l.account_id AND a.kind = 'purse'
        WHERE m.elder_id IS NULL OR a.elder_id <> m.elder_id""",
    "funder_owes_another_sum": """
        SELECT 'meal ' || m.receipt, 'funder ' || coalesce(s.funder_id, a.funder_id)
        FROM meals m
        JOIN (SELECT meal_id, funder_id, sum(fen) AS fen FROM shares WHERE funder_id IS NOT NULL
              GROUP BY meal_id, funder_id) s ON s.meal_id = m.id
        JOIN journal_entries j ON j.meal_id = m.id AND j.kind = 'meal'
        LEFT JOIN accounts a ON a.kind = 'receivable' AND a.canteen_id = m.canteen_id
          AND a.funder_id = s.funder_id
        LEFT JOIN ledger_entries l ON l.journal_entry_id = j.id AND l.account_id = a.id
        WHERE l.fen IS NULL OR l.fen <> -s.fen""",
    "two_standing_portions": """
        SELECT 'elder ' || elder_id, served_on || ' ' || mealtime || ' portion ' || portion
        FROM meals WHERE voided_at IS NULL AND elder_id IS NOT NULL AND NOT is_kept
        GROUP BY elder_id, served_on, mealtime, portion HAVING count(*) > 1""",
    "booked_before_served": """
        SELECT 'meal ' || m.receipt, m.served_on || ' booked ' || m.booked_on FROM meals m
        LEFT JOIN canteen_days d ON d.canteen_id = m.canteen_id AND d.day = m.served_on
        WHERE m.booked_on < m.served_on OR (m.booked_on > m.served_on AND d.signed_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM canteen_days later WHERE later.canteen_id = m.canteen_id
            AND later.day > m.served_on AND later.signed_at IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM day_sheets s WHERE s.canteen_id = m.canteen_id
            AND s.day >= m.served_on))""",
    "entry_on_another_day": """
        SELECT 'meal ' || m.receipt, j.kind || ' on ' || j.booked_on FROM meals m
        JOIN journal_entries j ON j.meal_id = m.id AND j.kind <> 'correction'
        WHERE j.booked_on <> m.booked_on""",
    "listed_price_differs": """
        SELECT 'meal ' || m.receipt, m.price_fen || ' <> ' || coalesce(p.price_fen, -1)
        FROM meals m JOIN prices p ON p.id = m.price_id WHERE m.price_fen <> coalesce(p.price_fen, -1)""",
    "top_up_without_its_entry": """
        SELECT 'top-up ' || t.receipt, t.amount_fen || ' <> ' || coalesce(sum(l.fen), 0)
        FROM top_ups t LEFT JOIN accounts a ON a.kind = 'purse' AND a.elder_id = t.elder_id
        LEFT JOIN ledger_entries l
          ON l.journal_entry_id = t.journal_entry_id AND l.account_id = a.id
        GROUP BY t.id, t.receipt, t.amount_fen HAVING t.amount_fen <> coalesce(sum(l.fen), 0)""",
    "pay_out_without_its_entry": """
        SELECT 'pay-out ' || t.receipt, t.amount_fen || ' <> ' || -coalesce(sum(l.fen), 0)
        FROM pay_outs t LEFT JOIN accounts a ON a.kind = 'purse' AND a.elder_id = t.elder_id
        LEFT JOIN ledger_entries l
          ON l.journal_entry_id = t.journal_entry_id AND l.account_id = a.id
        GROUP BY t.id, t.receipt, t.amount_fen HAVING t.amount_fen <> -coalesce(sum(l.fen), 0)""",
    "entry_of_nothing": """
        SELECT 'journal entry ' || j.id, j.kind FROM journal_entries j
        WHERE (j.kind IN ('meal', 'meal_void') AND j.meal_id IS NULL)
          OR (j.kind IN ('meal_void', 'top_up_void') AND j.reverses_id IS NULL)
          OR (j.kind IN ('top_up', 'opening') AND NOT EXISTS
            (SELECT 1 FROM top_ups t WHERE t.journal_entry_id = j.id))
          OR (j.kind = 'pay_out' AND NOT EXISTS
            (SELECT 1 FROM pay_outs t WHERE t.journal_entry_id = j.id))""",
    "swipe_without_its_meal": """
        SELECT 'swipe ' || s.id, s.outcome FROM swipes s
        WHERE s.outcome IN ('subsidised', 'full_price')
          AND NOT EXISTS (SELECT 1 FROM meals m WHERE m.uid = s.id AND m.swipe_id = s.id
            AND m.elder_id = s.elder_id)""",
    "meal_of_a_refused_swipe": """
        SELECT 'meal ' || m.receipt, s.outcome FROM meals m JOIN swipes s ON s.id = m.uid
        WHERE s.outcome NOT IN ('subsidised', 'full_price')""",
    "repeat_of_nothing": """
        SELECT 'swipe ' || s.id, 'no first meal' FROM swipes s
        WHERE s.outcome = 'repeat'
          AND NOT EXISTS (SELECT 1 FROM meals m WHERE m.swipe_id = s.first_swipe_id)""",
    "card_held_twice": """
        SELECT 'card ' || a.card_id, 'holdings ' || a.id || ' and ' || b.id
        FROM card_holdings a JOIN card_holdings b ON b.card_id = a.card_id AND b.id > a.id
        WHERE b.from_at < coalesce(a.to_at, b.from_at) OR (a.to_at IS NULL AND b.to_at IS NULL)""",
}

RECEIPTS = text("""
    SELECT c.code, r.booked_on, r.receipt FROM (
      SELECT canteen_id, booked_on, receipt FROM meals
      UNION ALL SELECT canteen_id, booked_on, receipt FROM top_ups
      UNION ALL SELECT canteen_id, booked_on, receipt FROM pay_outs
      UNION ALL SELECT canteen_id, booked_on, receipt FROM corrections WHERE receipt IS NOT NULL
      UNION ALL SELECT canteen_id, booked_on, receipt FROM donations) r
    JOIN canteens c ON c.id = r.canteen_id""")
DRAWN = text("""
    SELECT c.code, d.day, d.receipt_serial
    FROM canteen_days d JOIN canteens c ON c.id = d.canteen_id""")


def check(session: Session) -> CheckReport:
    """Ask every rule of the database; `breaches` is empty when all hold."""
    report = CheckReport()
    total = session.execute(select(func.coalesce(func.sum(LedgerEntry.fen), 0))).scalar_one()
    if total:
        report.breaches.append(Breach("books_do_not_sum_to_zero", "all entries", f"{total} fen"))
    for code, query in RULES.items():
        rows = session.execute(text(query)).fetchall()
        report.breaches += [Breach(code, row[0], str(row[1])) for row in rows[:SHOWN_MAX]]
        if len(rows) > SHOWN_MAX:
            report.breaches.append(Breach(code, "and others", f"{len(rows) - SHOWN_MAX} more"))
    report.breaches += _check_receipts(session)
    report.breaches += _check_answers(session)
    for table in (JournalEntry, LedgerEntry, Meal, Swipe):
        report.counted[table.__tablename__] = session.execute(
            select(func.count()).select_from(table)
        ).scalar_one()
    return report


def _check_receipts(session: Session) -> list[Breach]:
    """Serials of a canteen and booked day run 1, 2, 3 … to the last one drawn, none twice."""
    drawn = {(row[0], date.fromisoformat(str(row[1]))): row[2] for row in session.execute(DRAWN)}
    used: dict[tuple[str, date], list[str]] = {}
    for code, booked_on, receipt in session.execute(RECEIPTS):
        used.setdefault((code, date.fromisoformat(str(booked_on))), []).append(receipt)
    breaches = []
    for key in sorted(drawn.keys() | used.keys()):
        code, day = key
        last, receipts = drawn.get(key, 0), used.get(key, [])
        serials = judge_serials(code, day, last, receipts)
        breaches += [
            Breach("receipt_of_another_day", receipt, f"{code} {day}")
            for receipt in serials.foreign
        ]
        if serials.missing or serials.doubled:
            detail = f"{len(receipts)} receipts, last serial drawn {last}"
            breaches.append(Breach("receipt_gap", f"canteen {code} on {day}", detail))
    return breaches[:SHOWN_MAX]


def _read_answer(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _check_answers(session: Session) -> list[Breach]:
    """The stored answer of an accepted swipe says what its meal says."""
    rows = session.execute(
        select(
            Swipe.id,
            Swipe.answer,
            Meal.receipt,
            Meal.price_fen,
            Meal.elder_fen,
            Meal.subsidy_fen,
            Meal.discount_fen,
        )
        .join(Meal, Meal.uid == Swipe.id)
        .where(Swipe.outcome.in_(ACCEPTED))
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    breaches = []
    for row in rows:
        told = _read_answer(row.answer)
        meal = told.get("meal") or {}
        amounts = ("price_fen", "elder_fen", "subsidy_fen", "discount_fen")
        differing = [name for name in amounts if meal.get(name) != getattr(row, name)]
        if differing or told.get("receipt") != row.receipt:
            detail = f"answered otherwise: {', '.join(differing) or 'receipt'}"
            breaches.append(Breach("answer_is_not_the_meal", f"swipe {row.id}", detail))
    return breaches[:SHOWN_MAX]
