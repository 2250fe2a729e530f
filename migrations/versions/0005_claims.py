"""claims

What a canteen asks of its funders and what came of it: claims and their lines, holds, notes, cuts, files
and exports; corrections of booked meals; checks' policies and remarks; payments, advances, demands back,
bank statements, donations; food that came in. Canteens name their operator, funders their days.
"""

import sqlalchemy as sa
from alembic import op

from canteen.db.append_only import Locks, allow, forbid, lock, unlock
from canteen.models import base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: table → the columns that may be written once, together, from null
LOCKED: Locks = {
    "corrections": (
        "decided_at", "decided_by", "is_approved", "decision_note", "purse_fen", "borne_fen",
        "booked_on", "receipt", "journal_entry_id",
    ),
    "correction_shares": (),
    "claim_holds": ("lifted_at", "lifted_by", "lift_reason"),
    "claim_notes": (),
    "claim_cuts": (),
    "claim_files": (),
    "check_policies": (),
    "check_remarks": (),
    "bank_statements": (),
    "statement_lines": (),
    "claim_payments": ("reversed_at", "reversed_by", "reversal_reason"),
    "advances": (),
    "claw_backs": ("decided_at", "decided_by", "is_approved"),
    "donations": ("reversed_at", "reversed_by", "reversal_reason"),
    "food_supplies": (),
}  # fmt: skip
#: of a submitted claim, what may still be written: what becomes of it
CLAIM_LATER = (
    "state", "approved_at", "approved_by", "paid_at", "ended_at", "ended_by", "end_reason",
)  # fmt: skip
#: of a line, what may be written at all
LINE_LATER = ("released_at",)

#: kinds before, and with what this release adds: (table, before, after)
ENTRY_KINDS = (
    "kind IN ('meal', 'meal_void', 'top_up', 'top_up_void', 'pay_out', 'opening', 'write_off',"
    " 'merge')"
)
ACCOUNT_KINDS = (
    "kind IN ('purse', 'cash_drawer', 'external', 'receivable', 'discount', 'sales',"
    " 'delivery_fees', 'cash_rounding', 'bank', 'write_off', 'elder_debt')"
)
KINDS = (
    (
        "journal_entries",
        ENTRY_KINDS,
        ENTRY_KINDS.replace(
            ")",
            ", 'correction', 'claim', 'claim_back', 'claim_cut', 'claim_payment', 'advance',"
            " 'donation', 'reversal')",
        ),
    ),
    (
        "accounts",
        ACCOUNT_KINDS,
        ACCOUNT_KINDS.replace(")", ", 'services', 'grants', 'deliverers', 'advance', 'fund')"),
    ),
)


def upgrade() -> None:
    _create_tables()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    count, flag, no = ("INTEGER", "INTEGER", "0") if on_sqlite else ("BIGINT", "BOOLEAN", "false")
    for statement in (
        "ALTER TABLE canteens ADD COLUMN operator TEXT",
        f"ALTER TABLE funders ADD COLUMN is_fund {flag} NOT NULL DEFAULT {no}",
        f"ALTER TABLE funders ADD COLUMN claim_by_day {count} NOT NULL DEFAULT 20"
        " CONSTRAINT ck_funders_claim_by_day CHECK (claim_by_day BETWEEN 1 AND 28)",
        f"ALTER TABLE funders ADD COLUMN pay_within_days {count} NOT NULL DEFAULT 30"
        " CONSTRAINT ck_funders_pay_within_days CHECK (pay_within_days >= 1)",
    ):
        op.execute(statement)
    for table, before, after in KINDS:
        _change_kinds(table, before, after)
    lock(op.get_bind(), LOCKED)
    _lock_claims()


def downgrade() -> None:
    _unlock_claims()
    unlock(op.get_bind(), LOCKED)
    for table, before, after in KINDS:
        _change_kinds(table, after, before)
    for statement in (
        "ALTER TABLE funders DROP COLUMN pay_within_days",
        "ALTER TABLE funders DROP COLUMN claim_by_day",
        "ALTER TABLE funders DROP COLUMN is_fund",
        "ALTER TABLE canteens DROP COLUMN operator",
    ):
        op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)


def _change_kinds(table: str, old: str, new: str) -> None:
    """Let the check on a row's kind say `new`; see 0003 for why SQLite's stored definition is edited."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
            (old, new, table),
        )
        connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
        connection.exec_driver_sql("PRAGMA writable_schema=OFF")
    else:
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, new)


def _lock_claims() -> None:
    """Only a draft takes lines; what was submitted never changes, and no claim is ever deleted."""
    connection = op.get_bind()
    claim = _differs("claims", CLAIM_LATER)
    line = _differs("claim_lines", LINE_LATER)
    state = "(SELECT state FROM claims WHERE id = {row}.claim_id)"
    rules = (
        ("claims", "UPDATE", f"OLD.submitted_at IS NOT NULL AND ({claim})"),
        ("claims", "DELETE", "true"),
        ("claim_lines", "INSERT", f"{state.format(row='NEW')} <> 'draft'"),
        ("claim_lines", "UPDATE", f"OLD.released_at IS NOT NULL OR {line}"),
        ("claim_lines", "DELETE", f"{state.format(row='OLD')} NOT IN ('draft', 'checked')"),
    )
    for table, act, when in rules:
        forbid(connection, table, act, when, "a submitted claim does not change")


def _differs(table: str, later: tuple[str, ...]) -> str:
    """SQL: whether an update touches a column that may not be written later."""
    connection = op.get_bind()
    unlike = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    return " OR ".join(f'NEW."{name}" {unlike} OLD."{name}"' for name in names if name not in later)


def _unlock_claims() -> None:
    connection = op.get_bind()
    for table, acts in (("claims", ("update", "delete")),
                        ("claim_lines", ("insert", "update", "delete"))):  # fmt: skip
        for act in acts:
            allow(connection, table, act)


TABLES = (
    "claim_notes",
    "check_policies",
    "bank_statements",
    "check_remarks",
    "claims",
    "food_supplies",
    "claim_exports",
    "claim_files",
    "claim_holds",
    "claw_backs",
    "statement_lines",
    "advances",
    "claim_payments",
    "corrections",
    "donations",
    "claim_lines",
    "correction_shares",
    "claim_cuts",
)


def _create_tables() -> None:
    op.create_table(
        "claim_notes",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", base.Count, nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", base.Instant(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('return', 'remark')", name=op.f("ck_claim_notes_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_notes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claim_notes_number"), "claim_notes", ["number"], unique=False)
    op.create_table(
        "check_policies",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("check_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", base.Instant(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "level IN ('block', 'explain', 'note')", name=op.f("ck_check_policies_level")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name=op.f("fk_check_policies_area_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_policies")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_check_policies_area_code_check_policies_check_code"),
        "check_policies",
        ["area_code", "check_code"],
        unique=False,
    )
    op.create_table(
        "bank_statements",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("brought_at", base.Instant(), nullable=False),
        sa.Column("brought_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_bank_statements_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_statements_sha256")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_bank_statements_canteen_id"), "bank_statements", ["canteen_id"], unique=False
    )
    op.create_table(
        "check_remarks",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", base.Instant(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_check_remarks_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_remarks")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_check_remarks_canteen_id_check_remarks_key"),
        "check_remarks",
        ["canteen_id", "key"],
        unique=False,
    )
    op.create_table(
        "claims",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", base.Count, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("first_on", base.Day(), nullable=False),
        sa.Column("last_on", base.Day(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=True),
        sa.Column("supplement", base.Count, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stale_at", base.Instant(), nullable=True),
        sa.Column("stale_reason", sa.Text(), nullable=True),
        sa.Column("price_fen", base.Fen(), nullable=False),
        sa.Column("elder_fen", base.Fen(), nullable=False),
        sa.Column("discount_fen", base.Fen(), nullable=False),
        sa.Column("subsidy_fen", base.Fen(), nullable=False),
        sa.Column("services_fen", base.Fen(), nullable=False),
        sa.Column("grants_fen", base.Fen(), nullable=False),
        sa.Column("corrections_fen", base.Fen(), nullable=False),
        sa.Column("total_fen", base.Fen(), nullable=False),
        sa.Column("meals", base.Count, nullable=False),
        sa.Column("persons", base.Count, nullable=False),
        sa.Column("lines", base.Count, nullable=False),
        sa.Column("drawn_at", base.Instant(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=True),
        sa.Column("checked_at", base.Instant(), nullable=True),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("submitted_at", base.Instant(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("previous_sha256", sa.Text(), nullable=True),
        sa.Column("approved_at", base.Instant(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("paid_at", base.Instant(), nullable=True),
        sa.Column("ended_at", base.Instant(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'checked', 'submitted', 'approved', 'paid', 'returned', 'withdrawn', 'discarded')",
            name=op.f("ck_claims_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'approved', 'paid') OR sha256 IS NOT NULL",
            name=op.f("ck_claims_sealed"),
        ),
        sa.CheckConstraint("approved_by <> submitted_by", name=op.f("ck_claims_four_eyes")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_claims_first_before_last")),
        sa.CheckConstraint("supplement >= 0", name=op.f("ck_claims_supplement")),
        sa.CheckConstraint(
            "total_fen = subsidy_fen + services_fen + grants_fen + corrections_fen",
            name=op.f("ck_claims_total"),
        ),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteens.id"], name=op.f("fk_claims_canteen_id")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_claims_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_claims_number_version")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_claims_canteen_id_claims_period"), "claims", ["canteen_id", "period"], unique=False
    )
    op.create_index(
        "uq_claims_living",
        "claims",
        ["number"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('returned', 'withdrawn', 'discarded')"),
        postgresql_where=sa.text("state NOT IN ('returned', 'withdrawn', 'discarded')"),
    )
    op.create_table(
        "food_supplies",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("grams", base.Count, nullable=False),
        sa.Column("cost_fen", base.Fen(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('staple', 'vegetable', 'meat', 'other')", name=op.f("ck_food_supplies_kind")
        ),
        sa.CheckConstraint(
            "grams <> 0 AND cost_fen <> 0", name=op.f("ck_food_supplies_not_nothing")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_food_supplies_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_food_supplies")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_food_supplies_canteen_id_food_supplies_day"),
        "food_supplies",
        ["canteen_id", "day"],
        unique=False,
    )
    op.create_table(
        "claim_exports",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("claim_ids", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lines_done", base.Count, nullable=False),
        sa.Column("lines_total", base.Count, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("content_box", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("heard_at", base.Instant(), nullable=False),
        sa.Column("finished_at", base.Instant(), nullable=True),
        sa.CheckConstraint(
            "form IN ('xlsx', 'csv', 'csv-gb18030', 'pdf')", name=op.f("ck_claim_exports_form")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'stopped')",
            name=op.f("ck_claim_exports_state"),
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_claim_exports")),
        sqlite_strict=True,
    )
    op.create_table(
        "claim_files",
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", base.Count, nullable=False),
        sa.Column("content_box", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", base.Instant(), nullable=False),
        sa.CheckConstraint(
            "form IN ('xlsx', 'csv', 'csv-gb18030', 'pdf')", name=op.f("ck_claim_files_form")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_files_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "form", name=op.f("pk_claim_files")),
        sqlite_strict=True,
    )
    op.create_table(
        "claim_holds",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("check_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_at", base.Instant(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", base.Instant(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_claim_holds_lifted_by_whom")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_claim_holds_canteen_id")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_holds_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_holds")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claim_holds_canteen_id"), "claim_holds", ["canteen_id"], unique=False)
    op.create_index(
        "uq_claim_holds_standing",
        "claim_holds",
        ["item"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "claw_backs",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("is_approved", base.Flag(), nullable=True),
        sa.CheckConstraint("way IN ('set_off', 'pay_back')", name=op.f("ck_claw_backs_way")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_claw_backs_decided_by_whom"),
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_claw_backs_second_person")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claw_backs_claim_id")),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_claw_backs_funder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claw_backs")),
        sa.UniqueConstraint("uid", name=op.f("uq_claw_backs_uid")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claw_backs_claim_id"), "claw_backs", ["claim_id"], unique=False)
    op.create_table(
        "statement_lines",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("bank_statement_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("row", base.Count, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("moved_on", base.Day(), nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("counterparty", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_statement_lines_fen")),
        sa.ForeignKeyConstraint(
            ["bank_statement_id"],
            ["bank_statements.id"],
            name=op.f("fk_statement_lines_bank_statement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_statement_lines_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_lines")),
        sa.UniqueConstraint(
            "canteen_id", "fingerprint", name=op.f("uq_statement_lines_canteen_id_fingerprint")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_statement_lines_bank_statement_id"),
        "statement_lines",
        ["bank_statement_id"],
        unique=False,
    )
    op.create_table(
        "advances",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("arrived_on", base.Day(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("statement_line_id", base.Id, nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_advances_fen")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_advances_canteen_id")
        ),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_advances_funder_id")),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"], ["journal_entries.id"], name=op.f("fk_advances_journal_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_line_id"],
            ["statement_lines.id"],
            name=op.f("fk_advances_statement_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advances")),
        sa.UniqueConstraint("journal_entry_id", name=op.f("uq_advances_journal_entry_id")),
        sa.UniqueConstraint("statement_line_id", name=op.f("uq_advances_statement_line_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_advances_uid")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_advances_canteen_id"), "advances", ["canteen_id"], unique=False)
    op.create_table(
        "claim_payments",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("arrived_on", base.Day(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("statement_line_id", base.Id, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("reversed_at", base.Instant(), nullable=True),
        sa.Column("reversed_by", sa.Text(), nullable=True),
        sa.Column("reversal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "source IN ('bank', 'advance', 'fund')", name=op.f("ck_claim_payments_source")
        ),
        sa.CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by IS NULL)",
            name=op.f("ck_claim_payments_reversed_by_whom"),
        ),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_claim_payments_fen")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_claim_payments_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_claim_payments_funder_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"],
            ["journal_entries.id"],
            name=op.f("fk_claim_payments_journal_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_line_id"],
            ["statement_lines.id"],
            name=op.f("fk_claim_payments_statement_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_payments")),
        sa.UniqueConstraint("journal_entry_id", name=op.f("uq_claim_payments_journal_entry_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_claim_payments_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_claim_payments_claim_id_claim_payments_funder_id"),
        "claim_payments",
        ["claim_id", "funder_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_claim_payments_statement_line_id"),
        "claim_payments",
        ["statement_line_id"],
        unique=False,
    )
    op.create_table(
        "corrections",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("meal_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("price_fen", base.Fen(), nullable=False),
        sa.Column("elder_fen", base.Fen(), nullable=False),
        sa.Column("subsidy_fen", base.Fen(), nullable=False),
        sa.Column("discount_fen", base.Fen(), nullable=False),
        sa.Column("purse_fen", base.Fen(), nullable=False),
        sa.Column("cash_fen", base.Fen(), nullable=False),
        sa.Column("borne_fen", base.Fen(), nullable=False),
        sa.Column("delivery_fee_fen", base.Fen(), nullable=False),
        sa.Column("meals", base.Count, nullable=False),
        sa.Column("after_count", base.Count, nullable=False),
        sa.Column("claw_back_id", base.Id, nullable=True),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("is_approved", base.Flag(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("booked_on", base.Day(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=True),
        sa.CheckConstraint(
            "kind IN ('not_eaten', 'rejudged', 'claw_back')", name=op.f("ck_corrections_kind")
        ),
        sa.CheckConstraint(
            "(booked_on IS NULL) = (journal_entry_id IS NULL) AND (booked_on IS NULL) = (receipt IS NULL)",
            name=op.f("ck_corrections_booked"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_corrections_decided_by_whom"),
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_corrections_second_person")),
        sa.CheckConstraint(
            "elder_fen = borne_fen - purse_fen - cash_fen", name=op.f("ck_corrections_paid_sum")
        ),
        sa.CheckConstraint("meals IN (0, -1)", name=op.f("ck_corrections_meals")),
        sa.CheckConstraint(
            "price_fen = elder_fen + subsidy_fen + discount_fen",
            name=op.f("ck_corrections_split_sum"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_corrections_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["claw_back_id"], ["claw_backs.id"], name=op.f("fk_corrections_claw_back_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_corrections_elder_id")),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"],
            ["journal_entries.id"],
            name=op.f("fk_corrections_journal_entry_id"),
        ),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_corrections_meal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("journal_entry_id", name=op.f("uq_corrections_journal_entry_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_corrections_receipt")),
        sa.UniqueConstraint("uid", name=op.f("uq_corrections_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_corrections_canteen_id_corrections_booked_on"),
        "corrections",
        ["canteen_id", "booked_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_corrections_claw_back_id"), "corrections", ["claw_back_id"], unique=False
    )
    op.create_index(op.f("ix_corrections_elder_id"), "corrections", ["elder_id"], unique=False)
    op.create_index(op.f("ix_corrections_meal_id"), "corrections", ["meal_id"], unique=False)
    op.create_index(
        "uq_corrections_open",
        "corrections",
        ["meal_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "donations",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("donor", sa.Text(), nullable=False),
        sa.Column("is_named", base.Flag(), nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("pay", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("given_on", base.Day(), nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("journal_entry_id", base.Id, nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("reversed_at", base.Instant(), nullable=True),
        sa.Column("reversed_by", sa.Text(), nullable=True),
        sa.Column("reversal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("pay IN ('cash', 'external')", name=op.f("ck_donations_pay")),
        sa.CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by IS NULL)",
            name=op.f("ck_donations_reversed_by_whom"),
        ),
        sa.CheckConstraint("fen > 0", name=op.f("ck_donations_fen")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_donations_canteen_id")
        ),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_donations_funder_id")),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"], ["journal_entries.id"], name=op.f("fk_donations_journal_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donations")),
        sa.UniqueConstraint("journal_entry_id", name=op.f("uq_donations_journal_entry_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_donations_receipt")),
        sa.UniqueConstraint("uid", name=op.f("uq_donations_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_donations_funder_id_donations_given_on"),
        "donations",
        ["funder_id", "given_on"],
        unique=False,
    )
    op.create_table(
        "claim_lines",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("n", base.Count, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("meal_id", base.Id, nullable=True),
        sa.Column("correction_id", base.Id, nullable=True),
        sa.Column("service_line_id", base.Id, nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.Column("scheme_version_id", base.Id, nullable=True),
        sa.Column("served_on", base.Day(), nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("to_whom", sa.Text(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("released_at", base.Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('share', 'service', 'grant', 'correction')", name=op.f("ck_claim_lines_kind")
        ),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_claim_lines_fen")),
        sa.CheckConstraint(
            "to_whom IN ('operator', 'deliverer')", name=op.f("ck_claim_lines_to_whom")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_lines_claim_id")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f("fk_claim_lines_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_claim_lines_funder_id")
        ),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_claim_lines_meal_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_claim_lines_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_line_id"], ["service_lines.id"], name=op.f("fk_claim_lines_service_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_lines")),
        sa.UniqueConstraint("claim_id", "n", name=op.f("uq_claim_lines_claim_id_n")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_claim_lines_correction_id"), "claim_lines", ["correction_id"], unique=False
    )
    op.create_index(
        op.f("ix_claim_lines_claim_id_claim_lines_funder_id_claim_lines_fen"),
        "claim_lines",
        ["claim_id", "funder_id", "fen"],
        unique=False,
    )
    op.create_index(op.f("ix_claim_lines_meal_id"), "claim_lines", ["meal_id"], unique=False)
    op.create_index(
        "uq_claim_lines_source",
        "claim_lines",
        ["source"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "correction_shares",
        sa.Column("correction_id", base.Id, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", base.Id, nullable=False),
        sa.Column("payer_kind", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=True),
        sa.Column("quota_scope", sa.Text(), nullable=False),
        sa.Column("quota_group", sa.Text(), nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_correction_shares_fen")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f("fk_correction_shares_correction_id")
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_correction_shares_funder_id")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_correction_shares_scheme_version_id"),
        ),
        sa.PrimaryKeyConstraint(
            "correction_id", "rule", "payer", "scheme_version_id", name=op.f("pk_correction_shares")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_correction_shares_funder_id"), "correction_shares", ["funder_id"], unique=False
    )
    op.create_table(
        "claim_cuts",
        sa.Column("claim_line_id", base.Id, nullable=False),
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cut_at", base.Instant(), nullable=False),
        sa.Column("cut_by", sa.Text(), nullable=False),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_claim_cuts_fen")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_cuts_claim_id")),
        sa.ForeignKeyConstraint(
            ["claim_line_id"], ["claim_lines.id"], name=op.f("fk_claim_cuts_claim_line_id")
        ),
        sa.PrimaryKeyConstraint("claim_line_id", name=op.f("pk_claim_cuts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claim_cuts_claim_id"), "claim_cuts", ["claim_id"], unique=False)
