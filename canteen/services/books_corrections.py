"""The check of corrections: each against its meal, its shares and its entry.

As in `books` each statement finds the rows that break one rule. What a corrected meal was split into at
first is proved by the deep check; that its day's sheet counts the correction, by the recount of days.
"""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.models.corrections import Correction
from canteen.rules.breaches import Breach

#: breaches shown of one kind
SHOWN_MAX = 20

#: code → a query of (place, detail) of every row that breaks the rule
RULES: dict[str, str] = {
    "correction_is_not_its_shares": """
        SELECT 'correction ' || c.uid, 'subsidy ' || c.subsidy_fen || ', discount '
          || c.discount_fen || ', shares ' || coalesce(sum(s.fen), 0)
        FROM corrections c LEFT JOIN correction_shares s ON s.correction_id = c.id
        GROUP BY c.id, c.uid, c.kind, c.subsidy_fen, c.discount_fen
        HAVING c.subsidy_fen <> coalesce(sum(CASE WHEN s.payer_kind <> 'canteen' THEN s.fen END), 0)
            OR (c.kind <> 'not_eaten' AND c.discount_fen
              <> coalesce(sum(CASE WHEN s.payer_kind = 'canteen' THEN s.fen END), 0))""",
    "correction_booked_unapproved": """
        SELECT 'correction ' || uid, decided_by FROM corrections
        WHERE (booked_on IS NOT NULL AND NOT is_approved) OR (booked_on IS NULL AND is_approved)""",
    "correction_of_a_void": """
        SELECT 'correction ' || c.uid, 'meal ' || m.receipt FROM corrections c
        JOIN meals m ON m.id = c.meal_id
        WHERE c.booked_on IS NOT NULL AND (m.voided_at IS NOT NULL OR c.booked_on < m.booked_on
          OR c.canteen_id <> m.canteen_id OR coalesce(c.elder_id, 0) <> coalesce(m.elder_id, 0))""",
    "more_taken_back_than_given": """
        SELECT 'meal ' || m.receipt, g.rule || ' ' || g.payer || ' ' || sum(g.fen) FROM (
          SELECT s.meal_id, s.rule, s.payer, m.scheme_version_id AS version_id, s.fen
          FROM shares s JOIN meals m ON m.id = s.meal_id
          UNION ALL SELECT c.meal_id, x.rule, x.payer, x.scheme_version_id, x.fen
          FROM correction_shares x JOIN corrections c ON c.id = x.correction_id
          WHERE c.booked_on IS NOT NULL) g
        JOIN meals m ON m.id = g.meal_id
        GROUP BY m.receipt, g.rule, g.payer, g.version_id HAVING sum(g.fen) < 0""",
    # what an approval cut of a share is the elder's part for the corrections that came after it
    "meal_taken_back_twice": """
        SELECT 'meal ' || m.receipt, 'price ' || m.price_fen + sum(c.price_fen)
        FROM corrections c JOIN meals m ON m.id = c.meal_id
        LEFT JOIN (SELECT l.meal_id, sum(t.fen) AS fen FROM claim_cuts t
          JOIN claim_lines l ON l.id = t.claim_line_id AND l.kind IN ('share', 'correction')
          WHERE t.fen > 0 AND l.released_at IS NULL GROUP BY l.meal_id) cut ON cut.meal_id = m.id
        WHERE c.booked_on IS NOT NULL
        GROUP BY m.id, m.receipt, m.price_fen, m.elder_fen, m.purse_fen, m.cash_fen,
          m.external_fen, m.delivery_fee_fen, m.is_kept, cut.fen
        HAVING m.price_fen + sum(c.price_fen) < 0
          OR m.elder_fen + sum(c.elder_fen) + coalesce(cut.fen, 0) < 0
          OR m.delivery_fee_fen + sum(c.delivery_fee_fen) < 0
          OR m.purse_fen + m.cash_fen + m.external_fen < sum(c.purse_fen + c.cash_fen)
          OR sum(c.meals) < CASE WHEN m.is_kept THEN 0 ELSE -1 END""",
    "correction_is_not_its_entry": """
        SELECT 'correction ' || c.uid, 'posted ' || coalesce(sum(l.fen), 0) FROM corrections c
        LEFT JOIN journal_entries j ON j.id = c.journal_entry_id AND j.kind = 'correction'
          AND j.booked_on = c.booked_on AND j.meal_id = c.meal_id AND j.canteen_id = c.canteen_id
        LEFT JOIN ledger_entries l ON l.journal_entry_id = j.id
        LEFT JOIN accounts a ON a.id = l.account_id
        WHERE c.booked_on IS NOT NULL
        GROUP BY c.id, c.uid, j.id, c.price_fen, c.purse_fen, c.cash_fen, c.borne_fen,
          c.discount_fen, c.subsidy_fen, c.delivery_fee_fen
        HAVING j.id IS NULL
          OR coalesce(sum(CASE WHEN a.kind = 'sales' THEN l.fen END), 0) <> c.price_fen
          OR coalesce(sum(CASE WHEN a.kind = 'purse' THEN l.fen END), 0)
            <> c.purse_fen - c.delivery_fee_fen
          OR coalesce(sum(CASE WHEN a.kind = 'cash_drawer' THEN l.fen END), 0) <> c.cash_fen
          OR coalesce(sum(CASE WHEN a.kind = 'write_off' THEN l.fen END), 0) <> -c.borne_fen
          OR coalesce(sum(CASE WHEN a.kind = 'discount' THEN l.fen END), 0) <> -c.discount_fen
          OR coalesce(sum(CASE WHEN a.kind = 'receivable' THEN l.fen END), 0) <> -c.subsidy_fen
          OR coalesce(sum(CASE WHEN a.kind = 'delivery_fees' THEN l.fen END), 0)
            <> c.delivery_fee_fen""",
    "corrected_funder_owes_another_sum": """
        SELECT 'correction ' || c.uid, 'funder ' || s.funder_id
        FROM corrections c
        JOIN (SELECT correction_id, funder_id, sum(fen) AS fen FROM correction_shares
              WHERE funder_id IS NOT NULL GROUP BY correction_id, funder_id) s
          ON s.correction_id = c.id
        LEFT JOIN accounts a ON a.kind = 'receivable' AND a.canteen_id = c.canteen_id
          AND a.funder_id = s.funder_id
        LEFT JOIN ledger_entries l
          ON l.journal_entry_id = c.journal_entry_id AND l.account_id = a.id
        WHERE c.booked_on IS NOT NULL AND coalesce(l.fen, 0) <> -s.fen""",
    "entry_of_no_correction": """
        SELECT 'journal entry ' || j.id, 'no correction' FROM journal_entries j
        WHERE j.kind = 'correction'
          AND NOT EXISTS (SELECT 1 FROM corrections c WHERE c.journal_entry_id = j.id)""",
}


def check_corrections(session: Session) -> tuple[list[Breach], int]:
    """The breaches, the first of each kind, and how many corrections."""
    breaches = [
        Breach(code, row[0], str(row[1]))
        for code, query in RULES.items()
        for row in session.execute(text(query)).fetchmany(SHOWN_MAX)
    ]
    count = session.execute(select(func.count()).select_from(Correction)).scalar_one()
    return breaches, count
