"""Claims (补贴申领): what a canteen asks of its funders for a period, line by line, and what came of it.

Each share, service, grant and correction is in at most one living claim line, for ever: the database
guards it. From submission on neither a claim's figures nor its lines change; what happens to it later
(cuts, payments, a return) are rows of their own.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Fen, Id, Instant


class Claim(Base):
    """One version of a claim: a canteen, a month or quarter, all funders or one. Never deleted."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'checked', 'submitted', 'approved', 'paid', 'returned', 'withdrawn',"
            " 'discarded')",
            name="state",
        ),
        CheckConstraint("supplement >= 0", name="supplement"),
        CheckConstraint("first_on <= last_on", name="first_before_last"),
        CheckConstraint("approved_by <> submitted_by", name="four_eyes"),
        CheckConstraint(
            "total_fen = subsidy_fen + services_fen + grants_fen + corrections_fen", name="total"
        ),
        CheckConstraint(
            "state NOT IN ('submitted', 'approved', 'paid') OR sha256 IS NOT NULL", name="sealed"
        ),
        UniqueConstraint("number", "version"),
        Index(
            "uq_claims_living",
            "number",
            unique=True,
            sqlite_where=text("state NOT IN ('returned', 'withdrawn', 'discarded')"),
            postgresql_where=text("state NOT IN ('returned', 'withdrawn', 'discarded')"),
        ),
        Index(None, "canteen_id", "period"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: `C1-2026-02`, `C1-2026-02-city` for one funder, `C1-2026-02-S1` for a supplement (补充)
    number: Mapped[str] = mapped_column(Text)
    #: 1, and one more each time it came back and is drawn again
    version: Mapped[int] = mapped_column(Count)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: "2026-02" or "2026-Q1", and its booked days, both included
    period: Mapped[str] = mapped_column(Text)
    first_on: Mapped[date] = mapped_column(Day)
    last_on: Mapped[date] = mapped_column(Day)
    #: null: all funders
    funder_id: Mapped[int | None] = mapped_column(Id, ForeignKey("funders.id"))
    #: 0 for the period's first claim, else the number of the supplement
    supplement: Mapped[int] = mapped_column(Count)
    state: Mapped[str] = mapped_column(Text)
    #: set when a day it holds was reopened or a line it could hold changed: it is drawn anew
    stale_at: Mapped[datetime | None] = mapped_column(Instant)
    stale_reason: Mapped[str | None] = mapped_column(Text)
    #: of the meals with a claimed share: list price and who paid it
    price_fen: Mapped[int] = mapped_column(Fen)
    elder_fen: Mapped[int] = mapped_column(Fen)
    discount_fen: Mapped[int] = mapped_column(Fen)
    #: shares of the meals claimed here
    subsidy_fen: Mapped[int] = mapped_column(Fen)
    services_fen: Mapped[int] = mapped_column(Fen)
    grants_fen: Mapped[int] = mapped_column(Fen)
    #: shares of the corrections claimed here, ±
    corrections_fen: Mapped[int] = mapped_column(Fen)
    #: what is asked for
    total_fen: Mapped[int] = mapped_column(Fen)
    meals: Mapped[int] = mapped_column(Count)
    persons: Mapped[int] = mapped_column(Count)
    lines: Mapped[int] = mapped_column(Count)
    drawn_at: Mapped[datetime] = mapped_column(Instant)
    drawn_by: Mapped[str] = mapped_column(Text)
    #: results of the checks as JSON, as they stood when it was checked, kept with the submission
    checks: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_by: Mapped[str | None] = mapped_column(Text)
    #: what finance says to the funders (说明)
    note: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_by: Mapped[str | None] = mapped_column(Text)
    #: SHA-256 of what was submitted, and of the canteen's claim submitted before ("" for the first)
    sha256: Mapped[str | None] = mapped_column(Text)
    previous_sha256: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    #: returned, withdrawn or discarded: when, by whom, why
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[str | None] = mapped_column(Text)


class ClaimLine(Base):
    """One amount asked of one funder. Lines of a draft are drawn anew with it; from submission on only
    the release may be written, once, when the claim comes back."""

    __tablename__ = "claim_lines"
    __table_args__ = (
        CheckConstraint("kind IN ('share', 'service', 'grant', 'correction')", name="kind"),
        CheckConstraint("fen <> 0", name="fen"),
        CheckConstraint("to_whom IN ('operator', 'deliverer')", name="to_whom"),
        UniqueConstraint("claim_id", "n"),
        Index(
            "uq_claim_lines_source",
            "source",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(None, "meal_id"),
        Index(None, "correction_id"),
        # what is asked of whom is summed from the index alone, on the list and in the receivables
        Index(None, "claim_id", "funder_id", "fen"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"))
    #: place in the claim, from 1
    n: Mapped[int] = mapped_column(Count)
    kind: Mapped[str] = mapped_column(Text)
    #: what is claimed, by a key that exists once: `share:12:60-plus:city`, `service:7`,
    #: `meal_service:12:operating:city`, `grant:C1:2026-02:operating:city`, `correction:5:60-plus:city:3`,
    #: `service_change:5:operating:city` and `service_change:5:7` of what a correction takes back
    source: Mapped[str] = mapped_column(Text)
    meal_id: Mapped[int | None] = mapped_column(Id, ForeignKey("meals.id"))
    correction_id: Mapped[int | None] = mapped_column(Id, ForeignKey("corrections.id"))
    service_line_id: Mapped[int | None] = mapped_column(Id, ForeignKey("service_lines.id"))
    #: id of the rule, `[[service]]` or `[[grant]]`
    rule: Mapped[str] = mapped_column(Text)
    payer: Mapped[str] = mapped_column(Text)
    payer_name: Mapped[str] = mapped_column(Text)
    funder_id: Mapped[int] = mapped_column(Id, ForeignKey("funders.id"))
    scheme_version_id: Mapped[int | None] = mapped_column(Id, ForeignKey("scheme_versions.id"))
    served_on: Mapped[date] = mapped_column(Day)
    booked_on: Mapped[date] = mapped_column(Day)
    fen: Mapped[int] = mapped_column(Fen)
    #: of a service: whose money it is
    to_whom: Mapped[str | None] = mapped_column(Text)
    #: how a grant was reckoned, as JSON
    explanation: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(Instant)


class ClaimHold(Base):
    """A meal, correction or service held out of claims with a reason; it keeps this mark and is offered to
    the next claim. Of it only the lifting may be written, once."""

    __tablename__ = "claim_holds"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_whom"),
        Index(
            "uq_claim_holds_standing",
            "item",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(None, "canteen_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    canteen_id: Mapped[int] = mapped_column(Id, ForeignKey("canteens.id"))
    #: `meal:12` (with its corrections), `correction:5`, `service:7`, a grant's source: all lines of it
    item: Mapped[str] = mapped_column(Text)
    #: the claim it was held out of
    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"))
    #: the check that found it, or null
    check_code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(Instant)
    held_by: Mapped[str] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lift_reason: Mapped[str | None] = mapped_column(Text)


class ClaimNote(Base):
    """What somebody wrote of a line, or of the whole claim: why it came back, what was done about it. It is
    kept by the claim's number, so that the next version carries it. Append-only."""

    __tablename__ = "claim_notes"
    __table_args__ = (
        CheckConstraint("kind IN ('return', 'remark')", name="kind"),
        Index(None, "number"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Count)
    #: the line's source; null: the whole claim
    source: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by: Mapped[str] = mapped_column(Text)


class ClaimCut(Base):
    """What an approval took off a line (审减); the canteen bears it. Append-only."""

    __tablename__ = "claim_cuts"
    __table_args__ = (CheckConstraint("fen <> 0", name="fen"), STRICT)

    claim_line_id: Mapped[int] = mapped_column(Id, ForeignKey("claim_lines.id"), primary_key=True)
    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"), index=True)
    #: of the line's own sign, at most the line
    fen: Mapped[int] = mapped_column(Fen)
    reason: Mapped[str] = mapped_column(Text)
    cut_at: Mapped[datetime] = mapped_column(Instant)
    cut_by: Mapped[str] = mapped_column(Text)


class ClaimFile(Base):
    """A file of a submitted claim as it was first made: the same export is these bytes. Append-only."""

    __tablename__ = "claim_files"
    __table_args__ = (
        CheckConstraint("form IN ('xlsx', 'csv', 'csv-gb18030', 'pdf')", name="form"),
        Index("uq_claim_files_place", "place", unique=True),
        STRICT,
    )

    claim_id: Mapped[int] = mapped_column(Id, ForeignKey("claims.id"), primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    #: under which it is downloaded
    name: Mapped[str] = mapped_column(Text)
    #: of the bytes as they are handed out
    sha256: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Count)
    #: where its parts lie
    place: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)


class ClaimFilePart(Base):
    """A part of a file, sealed: it holds ID numbers. Never changed; those of a kept file never deleted."""

    __tablename__ = "claim_file_parts"
    __table_args__ = (STRICT,)

    #: `claim_exports:<uid>` of the export that made it; `claim_files:<claim id>:<form>` before 0006
    place: Mapped[str] = mapped_column(Text, primary_key=True)
    #: from 1
    n: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=False)
    box: Mapped[bytes] = mapped_column(LargeBinary)


class ClaimExport(Base):
    """An export that somebody asked for, made by a process of its own: how far it is, and where it may be
    stopped. Overwritten, not evidence."""

    __tablename__ = "claim_exports"
    __table_args__ = (
        CheckConstraint("form IN ('xlsx', 'csv', 'csv-gb18030', 'pdf')", name="form"),
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name="state"
        ),
        STRICT,
    )

    uid: Mapped[str] = mapped_column(Text, primary_key=True)
    #: ids of the claims in it, as JSON: one, or those of a district or an operator
    claim_ids: Mapped[str] = mapped_column(Text)
    #: whose it is: the canteen, the district, the operator
    heading: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    lines_done: Mapped[int] = mapped_column(Count)
    lines_total: Mapped[int] = mapped_column(Count)
    #: of the file, once it is made
    name: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(Count)
    detail: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    #: when the process told last how far it is: one that was killed tells nothing more
    heard_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
