"""The check of claims: every line against what it claims, every total, four eyes, and the chain of what
was submitted.

As in `books` each statement finds the rows that break one rule. `recount_claims` reads every row of every
submitted claim again, and every kept file: it names those that no longer give their hash.
"""

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from canteen.models.claim_boxes import open_part
from canteen.models.claims import Claim, ClaimFile, ClaimFilePart
from canteen.models.personal import key_ring_of
from canteen.rules.breaches import Breach
from canteen.rules.claim_totals import ClaimTotals, add_rows, claim_sha256
from canteen.rules.errors import Invalid
from canteen.till.claim_rows import load_rows

#: breaches shown of one kind
SHOWN_MAX = 20

_SENT = "('submitted', 'approved', 'paid')"
_ENDED = "('returned', 'withdrawn', 'discarded')"
#: what the lines of each claim add up to
_SUMS = """
    SELECT claim_id, count(*) AS lines,
      sum(CASE WHEN kind = 'share' THEN fen ELSE 0 END) AS subsidy_fen,
      sum(CASE WHEN kind = 'service' THEN fen ELSE 0 END) AS services_fen,
      sum(CASE WHEN kind = 'grant' THEN fen ELSE 0 END) AS grants_fen,
      sum(CASE WHEN kind = 'correction' THEN fen ELSE 0 END) AS corrections_fen
    FROM claim_lines GROUP BY claim_id"""
#: of the meals in each claim, each once
_MEALS = """
    SELECT l.claim_id, count(*) AS meals, count(DISTINCT m.elder_id) AS persons,
      sum(m.price_fen) AS price_fen, sum(m.elder_fen) AS elder_fen,
      sum(m.discount_fen) AS discount_fen
    FROM (SELECT DISTINCT claim_id, meal_id FROM claim_lines WHERE kind = 'share') l
    JOIN meals m ON m.id = l.meal_id GROUP BY l.claim_id"""
#: what the books made owed (or less so) by each submission and approval, by the entry's cause
_BOOKED = """
    SELECT j.cause, sum(e.fen) AS fen FROM journal_entries j
    JOIN ledger_entries e ON e.journal_entry_id = j.id
    JOIN accounts a ON a.id = e.account_id AND a.kind = 'receivable'
    WHERE j.kind = '{kind}' GROUP BY j.cause"""
_CAUSE = "'claim:' || c.number || ':' || c.version"

#: code → a query of (place, detail) of every row that breaks the rule
RULES: dict[str, str] = {
    "claim_line_is_not_its_share": """
        SELECT 'claim ' || c.number || ' ' || l.source, l.fen || ' <> ' || coalesce(s.fen, 0)
        FROM claim_lines l JOIN claims c ON c.id = l.claim_id
        LEFT JOIN shares s ON s.meal_id = l.meal_id AND s.rule = l.rule AND s.payer = l.payer
        LEFT JOIN meals m ON m.id = l.meal_id
        WHERE l.kind = 'share' AND l.released_at IS NULL
          AND (s.fen IS NULL OR s.fen <> l.fen OR s.funder_id <> l.funder_id
            OR m.voided_at IS NOT NULL OR m.is_kept OR m.booked_on <> l.booked_on
            OR m.canteen_id <> c.canteen_id)""",
    "claim_line_is_not_its_correction": """
        SELECT 'claim ' || c.number || ' ' || l.source, l.fen || ' <> ' || coalesce(s.fen, 0)
        FROM claim_lines l JOIN claims c ON c.id = l.claim_id
        LEFT JOIN correction_shares s ON s.correction_id = l.correction_id AND s.rule = l.rule
          AND s.payer = l.payer AND s.scheme_version_id = l.scheme_version_id
        LEFT JOIN corrections k ON k.id = l.correction_id
        WHERE l.kind = 'correction' AND l.released_at IS NULL
          AND (s.fen IS NULL OR s.fen <> l.fen OR s.funder_id <> l.funder_id
            OR k.booked_on IS NULL OR k.booked_on <> l.booked_on
            OR k.canteen_id <> c.canteen_id)""",
    "claim_line_is_not_its_service": """
        SELECT 'claim ' || c.number || ' ' || l.source, l.fen || ' <> ' || coalesce(s.amount_fen, 0)
        FROM claim_lines l JOIN claims c ON c.id = l.claim_id
        LEFT JOIN service_lines s ON s.id = l.service_line_id
        WHERE l.kind = 'service' AND l.released_at IS NULL AND l.source LIKE 'service:%'
          AND (s.id IS NULL OR s.amount_fen <> l.fen OR s.funder_id <> l.funder_id
            OR s.withdrawn_at IS NOT NULL OR s.canteen_id <> c.canteen_id)""",
    "service_taken_back_alone": """
        SELECT 'claim line ' || l.source, l.fen || ' without the correction'
        FROM claim_lines l LEFT JOIN corrections k ON k.id = l.correction_id
        WHERE l.source LIKE 'service_change:%' AND l.released_at IS NULL AND k.booked_on IS NULL""",
    "claim_is_not_its_lines": f"""
        SELECT 'claim ' || c.number || ' version ' || c.version,
          c.total_fen || ' <> ' || coalesce(s.subsidy_fen + s.services_fen + s.grants_fen
            + s.corrections_fen, 0)
        FROM claims c LEFT JOIN ({_SUMS}) s ON s.claim_id = c.id
        LEFT JOIN ({_MEALS}) m ON m.claim_id = c.id
        WHERE c.state <> 'discarded' AND (c.lines <> coalesce(s.lines, 0)
          OR c.subsidy_fen <> coalesce(s.subsidy_fen, 0)
          OR c.services_fen <> coalesce(s.services_fen, 0)
          OR c.grants_fen <> coalesce(s.grants_fen, 0)
          OR c.corrections_fen <> coalesce(s.corrections_fen, 0)
          OR c.meals <> coalesce(m.meals, 0) OR c.persons <> coalesce(m.persons, 0)
          OR c.price_fen <> coalesce(m.price_fen, 0) OR c.elder_fen <> coalesce(m.elder_fen, 0)
          OR c.discount_fen <> coalesce(m.discount_fen, 0))""",
    "claimed_twice": """
        SELECT source, count(*) || ' living claims' FROM claim_lines
        WHERE released_at IS NULL GROUP BY source HAVING count(*) > 1""",
    "line_alive_in_an_ended_claim": f"""
        SELECT 'claim ' || c.number || ' version ' || c.version, c.state || ', ' || l.source
        FROM claim_lines l JOIN claims c ON c.id = l.claim_id
        WHERE (c.state IN {_ENDED}) <> (l.released_at IS NOT NULL)""",
    "held_out_and_claimed": f"""
        SELECT 'claim ' || c.number || ' ' || l.source, 'held out'
        FROM claim_lines l JOIN claims c ON c.id = l.claim_id AND c.state IN {_SENT}
        WHERE EXISTS (SELECT 1 FROM claim_holds h
          WHERE h.lifted_at IS NULL AND h.held_at < c.submitted_at
          AND h.item IN ('meal:' || l.meal_id, 'correction:' || l.correction_id,
            'service:' || l.service_line_id, l.source))""",
    "claimed_day_is_not_signed": f"""
        SELECT 'claim ' || c.number, l.source || ' of ' || l.booked_on
        FROM claim_lines l JOIN claims c ON c.id = l.claim_id
        LEFT JOIN canteen_days d ON d.canteen_id = c.canteen_id AND d.day = l.booked_on
        WHERE c.state IN {_SENT} AND l.kind <> 'grant' AND d.signed_at IS NULL""",
    "approved_by_who_submitted": """
        SELECT 'claim ' || number, approved_by FROM claims WHERE approved_by = submitted_by""",
    "cut_is_not_of_its_line": """
        SELECT 'claim line ' || l.source, x.fen || ' of ' || l.fen
        FROM claim_cuts x JOIN claim_lines l ON l.id = x.claim_line_id
        WHERE x.claim_id <> l.claim_id OR abs(x.fen) > abs(l.fen) OR (x.fen > 0) <> (l.fen > 0)""",
    "claim_is_not_its_entry": f"""
        SELECT 'claim ' || c.number || ' version ' || c.version,
          c.services_fen + c.grants_fen || ' booked ' || -coalesce(b.fen, 0)
        FROM claims c LEFT JOIN ({_BOOKED.format(kind="claim")}) b ON b.cause = {_CAUSE}
        WHERE c.submitted_at IS NOT NULL
          AND c.services_fen + c.grants_fen <> -coalesce(b.fen, 0)""",
    "cut_is_not_its_entry": f"""
        SELECT 'claim ' || c.number || ' version ' || c.version,
          coalesce(x.fen, 0) || ' booked ' || coalesce(b.fen, 0)
        FROM claims c
        LEFT JOIN (SELECT claim_id, sum(fen) AS fen FROM claim_cuts GROUP BY claim_id) x
          ON x.claim_id = c.id
        LEFT JOIN ({_BOOKED.format(kind="claim_cut")}) b ON b.cause = {_CAUSE}
        WHERE coalesce(x.fen, 0) <> coalesce(b.fen, 0)""",
    "claim_that_came_back_is_booked": f"""
        SELECT 'claim ' || c.number || ' version ' || c.version, j.kind || ' is not taken back'
        FROM claims c JOIN journal_entries j ON j.kind IN ('claim', 'claim_cut')
          AND j.cause = {_CAUSE}
        WHERE c.submitted_at IS NOT NULL AND (c.state IN {_ENDED}) <> EXISTS
          (SELECT 1 FROM journal_entries b WHERE b.reverses_id = j.id)""",
}


def check_claims(session: Session) -> tuple[list[Breach], int]:
    """The breaches, the first of each kind, and how many claims."""
    breaches = [
        Breach(code, row[0], str(row[1]))
        for code, query in RULES.items()
        for row in session.execute(text(query)).fetchmany(SHOWN_MAX)
    ]
    breaches += _check_chain(session)
    count: int = session.execute(select(func.count()).select_from(Claim)).scalar_one()
    return breaches, count


def _check_chain(session: Session) -> Iterator[Breach]:
    """Each claim names the one that its canteen submitted before: one after another from the first."""
    following: dict[tuple[int, str], Claim] = {}
    for claim in _list_submitted(session):
        at = claim.canteen_id, claim.previous_sha256 or ""
        if at in following:
            yield _break(claim, f"follows the same as {following[at].number}")
        following[at] = claim
    while starts := [at for at in following if not at[1]]:
        at = starts[0]
        while at in following:
            claim = following.pop(at)
            at = claim.canteen_id, claim.sha256 or ""
    for claim in following.values():
        yield _break(claim, "does not follow the one before")


def _break(claim: Claim, detail: str) -> Breach:
    return Breach("claim_chain_broken", f"claim {claim.number} version {claim.version}", detail)


def recount_claims(session: Session) -> tuple[list[Breach], int]:
    """Every submitted claim, its rows added up and hashed again; the breaches and how many claims."""
    breaches = []
    claims = _list_submitted(session)
    for claim in claims:
        place = f"claim {claim.number} version {claim.version}"
        totals = ClaimTotals(
            **{name: getattr(claim, name) for name in ClaimTotals.__dataclass_fields__}
        )
        if add_rows(load_rows(session, claim.id)) != totals:
            breaches.append(Breach("claim_rows_add_up_otherwise", place, str(totals.total_fen)))
        again = claim_sha256(
            number=claim.number,
            version=claim.version,
            rows=load_rows(session, claim.id),
            totals=totals,
            checks=claim.checks or "",
            note=claim.note,
            previous=claim.previous_sha256 or "",
        )
        if again != claim.sha256:
            breaches.append(Breach("claim_changed", place, "its hash does not fit what it says"))
    breaches += _check_files(session)
    return breaches[:SHOWN_MAX], len(claims)


def _check_files(session: Session) -> Iterator[Breach]:
    """Every kept file, part by part, against the hash that it was handed out under."""
    for file, number in session.execute(
        select(ClaimFile, Claim.number).join(Claim, Claim.id == ClaimFile.claim_id)
    ).all():
        ring, digest = key_ring_of(session.info), sha256()
        parts = select(ClaimFilePart.n, ClaimFilePart.box).where(ClaimFilePart.place == file.place)
        try:
            for part in session.execute(parts.order_by(ClaimFilePart.n)).yield_per(1):
                digest.update(open_part(ring, file.place, part.n, part.box))
        except Invalid as damaged:
            yield Breach("claim_file_changed", f"claim {number}: {file.name}", damaged.en)
            continue
        if digest.hexdigest() != file.sha256:
            yield Breach("claim_file_changed", f"claim {number}: {file.name}", "another SHA-256")


def _list_submitted(session: Session) -> list[Claim]:
    return list(
        session.scalars(
            select(Claim)
            .where(Claim.submitted_at.is_not(None))
            .order_by(Claim.canteen_id, Claim.submitted_at, Claim.id)
        )
    )
