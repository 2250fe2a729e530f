"""The check of money between funders and canteens: payments, advances, funds and what is owed, each rule
asked of the database.

As in `books` each statement finds the rows that break one rule.
"""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.models.claim_money import Advance, ClaimPayment, Donation
from canteen.rules.breaches import Breach

#: breaches shown of one kind
SHOWN_MAX = 20

#: what a canteen is owed by a funder, from the rows that make it: one line an event
_OWED = """
    SELECT m.canteen_id, s.funder_id, s.fen FROM shares s JOIN meals m ON m.id = s.meal_id
      WHERE s.funder_id IS NOT NULL AND m.voided_at IS NULL
    UNION ALL SELECT c.canteen_id, s.funder_id, s.fen FROM correction_shares s
      JOIN corrections c ON c.id = s.correction_id
      WHERE s.funder_id IS NOT NULL AND c.booked_on IS NOT NULL
    UNION ALL SELECT c.canteen_id, l.funder_id, l.fen FROM claim_lines l
      JOIN claims c ON c.id = l.claim_id
      WHERE l.kind IN ('service', 'grant') AND c.state IN ('submitted', 'approved', 'paid')
    UNION ALL SELECT c.canteen_id, l.funder_id, -x.fen FROM claim_cuts x
      JOIN claim_lines l ON l.id = x.claim_line_id JOIN claims c ON c.id = x.claim_id
      WHERE c.state IN ('approved', 'paid')
    UNION ALL SELECT c.canteen_id, p.funder_id, -p.fen FROM claim_payments p
      JOIN claims c ON c.id = p.claim_id WHERE p.reversed_at IS NULL
    UNION ALL SELECT c.canteen_id, w.funder_id, -w.fen FROM claim_write_offs w
      JOIN claims c ON c.id = w.claim_id
      WHERE w.is_approved AND c.state IN ('approved', 'paid')"""

_BALANCES = """
    SELECT a.kind, a.canteen_id, a.funder_id, sum(l.fen) AS fen FROM accounts a
    JOIN ledger_entries l ON l.account_id = a.id
    WHERE a.kind IN ('receivable', 'advance', 'fund')
    GROUP BY a.kind, a.canteen_id, a.funder_id"""

_ADVANCED = """
    SELECT canteen_id, funder_id, sum(fen) AS fen FROM (
      SELECT canteen_id, funder_id, fen FROM advances
      UNION ALL SELECT c.canteen_id, p.funder_id, -p.fen FROM claim_payments p
        JOIN claims c ON c.id = p.claim_id
        WHERE p.source = 'advance' AND p.reversed_at IS NULL) moved
    GROUP BY canteen_id, funder_id"""

_FUNDS = """
    SELECT funder_id, sum(fen) AS fen FROM (
      SELECT funder_id, fen FROM donations WHERE reversed_at IS NULL
      UNION ALL SELECT funder_id, -fen FROM claim_payments
        WHERE source = 'fund' AND reversed_at IS NULL) moved
    GROUP BY funder_id"""


def _is_not_its_entry(table: str, place: str, account: str, kind: str) -> str:
    """Rows whose journal entry moves another sum, is of another kind, or is missing."""
    return f"""
        SELECT {place}, t.fen || ' <> ' || coalesce(sum(l.fen), 0) FROM {table} t
        LEFT JOIN journal_entries j ON j.id = t.journal_entry_id AND j.kind = '{kind}'
        LEFT JOIN ledger_entries l ON l.journal_entry_id = j.id
          AND l.account_id IN (SELECT a.id FROM accounts a WHERE a.kind = '{account}'
            AND a.funder_id = t.funder_id)
        GROUP BY t.id, t.fen, {place} HAVING t.fen <> coalesce(sum(l.fen), 0)"""


def _is_reversed_otherwise(table: str, place: str) -> str:
    """Rows taken back without the opposite entry, or the other way round."""
    return f"""
        SELECT {place}, count(j.id) || ' reversals' FROM {table} t
        LEFT JOIN journal_entries j ON j.reverses_id = t.journal_entry_id AND j.kind = 'reversal'
        GROUP BY t.id, t.reversed_at, {place}
        HAVING count(j.id) <> CASE WHEN t.reversed_at IS NULL THEN 0 ELSE 1 END"""


#: code → a query of (place, detail) of every row that breaks the rule
RULES: dict[str, str] = {
    "payment_is_not_its_entry": _is_not_its_entry(
        "claim_payments", "'payment ' || t.id", "receivable", "claim_payment"
    ),
    "advance_is_not_its_entry": _is_not_its_entry(
        "advances", "'advance ' || t.id", "advance", "advance"
    ),
    "donation_is_not_its_entry": _is_not_its_entry(
        "donations", "'donation ' || t.receipt", "fund", "donation"
    ),
    "write_off_is_not_its_entry": _is_not_its_entry(
        "(SELECT * FROM claim_write_offs WHERE is_approved)",
        "'write-off ' || t.id",
        "receivable",
        "write_off",
    ),
    "payment_reversed_otherwise": _is_reversed_otherwise("claim_payments", "'payment ' || t.id"),
    "donation_reversed_otherwise": _is_reversed_otherwise("donations", "'donation ' || t.receipt"),
    "reversal_is_not_the_opposite": """
        SELECT 'journal entry ' || j.id, 'sum ' || sum(l.fen) FROM journal_entries j
        JOIN ledger_entries l ON l.journal_entry_id IN (j.id, j.reverses_id)
        JOIN accounts a ON a.id = l.account_id
        WHERE j.kind = 'reversal'
        GROUP BY j.id, a.kind, coalesce(a.funder_id, 0) HAVING sum(l.fen) <> 0""",
    "movement_spent_twice": """
        SELECT 'statement line ' || l.id, l.fen || ' < ' || sum(m.fen) FROM statement_lines l
        JOIN (SELECT statement_line_id, fen FROM claim_payments WHERE reversed_at IS NULL
          UNION ALL SELECT statement_line_id, fen FROM statement_asides WHERE taken_back_at IS NULL
          UNION ALL SELECT statement_line_id, fen FROM advances) m ON m.statement_line_id = l.id
        GROUP BY l.id, l.fen HAVING abs(sum(m.fen)) > abs(l.fen) OR l.fen * sum(m.fen) < 0""",
    "payment_of_an_unapproved_claim": """
        SELECT 'claim ' || c.number, c.state || ', paid ' || sum(p.fen) FROM claims c
        JOIN claim_payments p ON p.claim_id = c.id AND p.reversed_at IS NULL
        WHERE c.state NOT IN ('approved', 'paid') GROUP BY c.number, c.state""",
    "paid_without_its_money": """
        SELECT 'claim ' || c.number, 'funder ' || f.code FROM claims c
        JOIN claim_lines l ON l.claim_id = c.id JOIN funders f ON f.id = l.funder_id
        LEFT JOIN claim_cuts x ON x.claim_line_id = l.id
        WHERE c.state = 'paid' GROUP BY c.id, c.number, f.id, f.code
        HAVING sum(l.fen - coalesce(x.fen, 0)) <> (SELECT coalesce(sum(p.fen), 0) FROM claim_payments p
          WHERE p.claim_id = c.id AND p.funder_id = f.id AND p.reversed_at IS NULL)
          - (SELECT coalesce(sum(s.fen), 0) FROM claw_backs w JOIN corrections o
            ON o.claw_back_id = w.id AND o.booked_on IS NOT NULL
            JOIN correction_shares s ON s.correction_id = o.id
            WHERE w.claim_id = c.id AND w.funder_id = f.id AND w.way = 'pay_back')
          + (SELECT coalesce(sum(w.fen), 0) FROM claim_write_offs w
            WHERE w.claim_id = c.id AND w.funder_id = f.id AND w.is_approved)""",
    "claw_back_is_not_its_corrections": """
        SELECT 'claw-back ' || w.id, count(o.id) || ' corrections, ' || sum(CASE
          WHEN o.booked_on IS NULL THEN 0 ELSE 1 END) || ' booked' FROM claw_backs w
        LEFT JOIN corrections o ON o.claw_back_id = w.id
        GROUP BY w.id, w.decided_at, w.is_approved
        HAVING count(o.id) = 0 OR sum(CASE WHEN o.booked_on IS NULL THEN 0 ELSE 1 END)
          <> CASE WHEN w.decided_at IS NOT NULL AND w.is_approved THEN count(o.id) ELSE 0 END""",
    "advance_below_zero": f"""
        SELECT 'funder ' || b.funder_id || ' at canteen ' || b.canteen_id, 'balance ' || b.fen
        FROM ({_BALANCES}) b WHERE b.kind = 'advance' AND b.fen < 0""",
    "advance_is_not_its_movements": f"""
        SELECT 'funder ' || b.funder_id || ' at canteen ' || b.canteen_id,
          b.fen || ' <> ' || coalesce(m.fen, 0)
        FROM ({_BALANCES}) b LEFT JOIN ({_ADVANCED}) m
          ON m.canteen_id = b.canteen_id AND m.funder_id = b.funder_id
        WHERE b.kind = 'advance' AND b.fen <> coalesce(m.fen, 0)""",
    "fund_is_not_its_movements": f"""
        SELECT 'fund ' || b.funder_id, b.fen || ' <> ' || coalesce(m.fen, 0)
        FROM ({_BALANCES}) b LEFT JOIN ({_FUNDS}) m ON m.funder_id = b.funder_id
        WHERE b.kind = 'fund' AND b.fen <> coalesce(m.fen, 0)""",
    "receivable_is_not_its_claims": f"""
        SELECT 'funder ' || b.funder_id || ' at canteen ' || b.canteen_id,
          -b.fen || ' <> ' || coalesce(o.fen, 0)
        FROM ({_BALANCES}) b LEFT JOIN (SELECT canteen_id, funder_id, sum(fen) AS fen
          FROM ({_OWED}) events GROUP BY canteen_id, funder_id) o
          ON o.canteen_id = b.canteen_id AND o.funder_id = b.funder_id
        WHERE b.kind = 'receivable' AND -b.fen <> coalesce(o.fen, 0)""",
}


def check_funders(session: Session) -> tuple[list[Breach], int]:
    """The breaches, the first of each kind, and how many payments, advances and donations."""
    breaches = [
        Breach(code, row[0], str(row[1]))
        for code, query in RULES.items()
        for row in session.execute(text(query)).fetchmany(SHOWN_MAX)
    ]
    count = sum(
        session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (ClaimPayment, Advance, Donation)
    )
    return breaches, count
