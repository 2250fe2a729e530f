"""community desk

The secretary's tables: what stands beside a person's facts, imports and lists, signed day sheets and
the counts of people's hands, visits owed, food given, the kitchen's records. Portions cooked become
rows by mealtime; a price may be for half a portion or for a weight.
"""

import sqlalchemy as sa
from alembic import op

from canteen.db.append_only import Locks, lock, unlock
from canteen.models import base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: table → the columns that may be written once, together, from null
LOCKED: Locks = {
    "elder_consents": ("withdrawn_at", "withdrawn_by"),
    "elder_contacts": ("withdrawn_at", "withdrawn_by"),
    "elder_diets": ("withdrawn_at", "withdrawn_by"),
    "elder_merges": (),
    "day_sheets": ("reopened_at", "reopened_by", "reopen_reason"),
    "cash_counts": (),
    "portion_counts": (),
    "anomaly_remarks": (),
    "welfare_checks": ("closed_at", "closed_by"),
    "welfare_notes": (),
    "food_given": (),
    "write_offs": ("decided_at", "decided_by", "is_approved", "journal_entry_id"),
    "cook_plans": (),
    "retained_samples": ("discarded_at", "discarded_by"),
    "temperature_readings": (),
}


#: kinds of journal entries before, and with what this release adds
KINDS = "kind IN ('meal', 'meal_void', 'top_up', 'top_up_void', 'pay_out', 'opening', 'write_off')"
MORE_KINDS = KINDS.replace(")", ", 'merge')")


def upgrade() -> None:
    _create_tables()
    _change_tables()
    _change_kinds(KINDS, MORE_KINDS)
    lock(op.get_bind(), LOCKED)


def _change_tables() -> None:
    """Plain SQL: SQLite adds a column with its constraint only in one statement."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    key, instant, count = (
        ("INTEGER", "TEXT", "INTEGER") if on_sqlite else ("BIGINT", "TIMESTAMPTZ", "BIGINT")
    )
    for statement in (
        f"ALTER TABLE elders ADD COLUMN merged_into_id {key}"
        " CONSTRAINT fk_elders_merged_into_id REFERENCES elders (id)",
        f"ALTER TABLE elders ADD COLUMN pending_import_id {key}"
        " CONSTRAINT fk_elders_pending_import_id REFERENCES import_files (id)",
        "CREATE INDEX ix_elders_merged_into_id ON elders (merged_into_id)",
        "CREATE INDEX ix_counter_acts_counter_id_counter_acts_done_at"
        " ON counter_acts (counter_id, done_at)",
        "ALTER TABLE readers ADD COLUMN lists_etag TEXT",
        f"ALTER TABLE readers ADD COLUMN lists_fetched_at {instant}",
        "ALTER TABLE canteen_days DROP COLUMN cooked",
        f"ALTER TABLE canteen_days ADD COLUMN reopened_at {instant}"
        " CONSTRAINT ck_canteen_days_signed_or_reopened"
        " CHECK (signed_at IS NULL OR reopened_at IS NULL)",
        "ALTER TABLE prices ADD COLUMN unit TEXT NOT NULL DEFAULT 'portion'"
        " CONSTRAINT ck_prices_unit CHECK (unit IN ('portion', 'half_portion', 'weight'))",
        f"ALTER TABLE prices ADD COLUMN unit_grams {count}"
        " CONSTRAINT ck_prices_unit_grams"
        " CHECK ((unit = 'weight') = (unit_grams IS NOT NULL))",
    ):
        op.execute(statement)


def _change_kinds(old: str, new: str) -> None:
    """Let the check on a journal entry's kind say `new`. SQLite has no statement for it and a copy of
    the table would write money rows again, so the stored definition is edited, as its makers describe
    for CHECK constraints. SOURCE: sqlite.org/lang_altertable.html, section 7."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?)"
            " WHERE type = 'table' AND name = 'journal_entries'",
            (old, new),
        )
        connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
        connection.exec_driver_sql("PRAGMA writable_schema=OFF")
    else:
        op.drop_constraint(op.f("ck_journal_entries_kind"), "journal_entries")
        op.create_check_constraint(op.f("ck_journal_entries_kind"), "journal_entries", new)


def downgrade() -> None:
    _change_kinds(MORE_KINDS, KINDS)
    unlock(op.get_bind(), LOCKED)
    count = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for statement in (
        "ALTER TABLE prices DROP COLUMN unit_grams",
        "ALTER TABLE prices DROP COLUMN unit",
        "ALTER TABLE canteen_days DROP COLUMN reopened_at",
        f"ALTER TABLE canteen_days ADD COLUMN cooked {count}",
        "ALTER TABLE readers DROP COLUMN lists_fetched_at",
        "ALTER TABLE readers DROP COLUMN lists_etag",
        "DROP INDEX ix_counter_acts_counter_id_counter_acts_done_at",
        "DROP INDEX ix_elders_merged_into_id",
        "ALTER TABLE elders DROP COLUMN pending_import_id",
        "ALTER TABLE elders DROP COLUMN merged_into_id",
    ):
        op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "column_names",
    "import_files",
    "anomaly_remarks",
    "cook_plans",
    "day_sheets",
    "dish_contents",
    "menu_lines",
    "portion_counts",
    "retained_samples",
    "temperature_readings",
    "cash_counts",
    "elder_consents",
    "elder_contacts",
    "elder_diets",
    "elder_merges",
    "elder_moves",
    "register_findings",
    "welfare_checks",
    "welfare_notes",
    "food_given",
    "write_offs",
)


def _create_tables() -> None:
    op.create_table(
        "column_names",
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("chosen_at", base.Instant(), nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name=op.f("fk_column_names_area_code")
        ),
        sa.PrimaryKeyConstraint("area_code", "header", name=op.f("pk_column_names")),
        sqlite_strict=True,
    )
    op.create_table(
        "import_files",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("byte_count", base.Count, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content_box", sa.LargeBinary(), nullable=True),
        sa.Column("fixes_box", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", base.Instant(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("done_at", base.Instant(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('roster', 'register_list')", name=op.f("ck_import_files_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'applying', 'applied', 'discarded')",
            name=op.f("ck_import_files_state"),
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name=op.f("fk_import_files_area_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_files")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_import_files_area_code_import_files_sent_at"),
        "import_files",
        ["area_code", "sent_at"],
        unique=False,
    )
    op.create_table(
        "anomaly_remarks",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("written_at", base.Instant(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_anomaly_remarks_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_remarks")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_anomaly_remarks_canteen_id_anomaly_remarks_day"),
        "anomaly_remarks",
        ["canteen_id", "day"],
        unique=False,
    )
    op.create_table(
        "cook_plans",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("portions", base.Count, nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_cook_plans_mealtime")
        ),
        sa.CheckConstraint("portions >= 0", name=op.f("ck_cook_plans_portions")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_cook_plans_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cook_plans")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_cook_plans_canteen_id_cook_plans_day"),
        "cook_plans",
        ["canteen_id", "day"],
        unique=False,
    )
    op.create_table(
        "day_sheets",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("version", base.Count, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("previous_sha256", sa.Text(), nullable=False),
        sa.Column("replaced_sha256", sa.Text(), nullable=True),
        sa.Column("signed_at", base.Instant(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("reopened_at", base.Instant(), nullable=True),
        sa.Column("reopened_by", sa.Text(), nullable=True),
        sa.Column("reopen_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by IS NULL) AND (reopened_at IS NULL) = (reopen_reason IS NULL)",
            name=op.f("ck_day_sheets_reopened_by_whom"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_day_sheets_version")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_day_sheets_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_sheets")),
        sa.UniqueConstraint(
            "canteen_id", "day", "version", name=op.f("uq_day_sheets_canteen_id_day_version")
        ),
        sa.UniqueConstraint("sha256", name=op.f("uq_day_sheets_sha256")),
        sqlite_strict=True,
    )
    op.create_table(
        "dish_contents",
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("dish", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_dish_contents_canteen_id")
        ),
        sa.PrimaryKeyConstraint("canteen_id", "dish", "content", name=op.f("pk_dish_contents")),
        sqlite_strict=True,
    )
    op.create_table(
        "menu_lines",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("dish", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_menu_lines_mealtime")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_menu_lines_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_lines")),
        sa.UniqueConstraint(
            "canteen_id",
            "day",
            "mealtime",
            "dish",
            name=op.f("uq_menu_lines_canteen_id_day_mealtime_dish"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "portion_counts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("cooked", base.Count, nullable=False),
        sa.Column("left_over", base.Count, nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_portion_counts_mealtime")
        ),
        sa.CheckConstraint(
            "cooked >= 0 AND (left_over IS NULL OR left_over >= 0)",
            name=op.f("ck_portion_counts_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_portion_counts_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portion_counts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_portion_counts_canteen_id_portion_counts_day"),
        "portion_counts",
        ["canteen_id", "day"],
        unique=False,
    )
    op.create_table(
        "retained_samples",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("dish", sa.Text(), nullable=False),
        sa.Column("grams", base.Count, nullable=False),
        sa.Column("taken_at", base.Instant(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("discarded_at", base.Instant(), nullable=True),
        sa.Column("discarded_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')",
            name=op.f("ck_retained_samples_mealtime"),
        ),
        sa.CheckConstraint(
            "(discarded_at IS NULL) = (discarded_by IS NULL)",
            name=op.f("ck_retained_samples_discarded_by"),
        ),
        sa.CheckConstraint("grams > 0", name=op.f("ck_retained_samples_grams")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_retained_samples_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retained_samples")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_retained_samples_canteen_id_retained_samples_day"),
        "retained_samples",
        ["canteen_id", "day"],
        unique=False,
    )
    op.create_table(
        "temperature_readings",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("celsius_tenths", base.Count, nullable=False),
        sa.Column("read_at", base.Instant(), nullable=False),
        sa.Column("read_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fridge', 'freezer', 'hot_food', 'cold_food')",
            name=op.f("ck_temperature_readings_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_temperature_readings_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temperature_readings")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_temperature_readings_canteen_id_temperature_readings_read_at"),
        "temperature_readings",
        ["canteen_id", "read_at"],
        unique=False,
    )
    op.create_table(
        "cash_counts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("counter_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("counted_fen", base.Fen(), nullable=False),
        sa.Column("expected_fen", base.Fen(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("counted_at", base.Instant(), nullable=False),
        sa.Column("counted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("counted_fen >= 0", name=op.f("ck_cash_counts_counted_fen")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_cash_counts_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_cash_counts_counter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_counts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_cash_counts_canteen_id_cash_counts_day"),
        "cash_counts",
        ["canteen_id", "day"],
        unique=False,
    )
    op.create_table(
        "elder_consents",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("given_on", base.Day(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_elder_consents_withdrawn_by"),
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_elder_consents_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_consents")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_elder_consents_elder_id"), "elder_consents", ["elder_id"], unique=False
    )
    op.create_table(
        "elder_contacts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("phone_box", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_elder_contacts_withdrawn_by"),
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_elder_contacts_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_contacts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_elder_contacts_elder_id"), "elder_contacts", ["elder_id"], unique=False
    )
    op.create_table(
        "elder_diets",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_elder_diets_withdrawn_by"),
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_elder_diets_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_diets")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_elder_diets_standing",
        "elder_diets",
        ["elder_id", "code"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "elder_merges",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kept_id", base.Id, nullable=False),
        sa.Column("merged_id", base.Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_at", base.Instant(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_elder_merges_two_rows")),
        sa.ForeignKeyConstraint(["kept_id"], ["elders.id"], name=op.f("fk_elder_merges_kept_id")),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["elders.id"], name=op.f("fk_elder_merges_merged_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_merges")),
        sa.UniqueConstraint("merged_id", name=op.f("uq_elder_merges_merged_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_elder_merges_kept_id"), "elder_merges", ["kept_id"], unique=False)
    op.create_table(
        "elder_moves",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("from_code", sa.Text(), nullable=False),
        sa.Column("to_code", sa.Text(), nullable=False),
        sa.Column("moves_on", base.Day(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_side", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'refused')", name=op.f("ck_elder_moves_state")
        ),
        sa.CheckConstraint("from_code <> to_code", name=op.f("ck_elder_moves_two_communities")),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_elder_moves_elder_id")),
        sa.ForeignKeyConstraint(
            ["from_code"], ["areas.code"], name=op.f("fk_elder_moves_from_code")
        ),
        sa.ForeignKeyConstraint(["to_code"], ["areas.code"], name=op.f("fk_elder_moves_to_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_moves")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_elder_moves_from_code"), "elder_moves", ["from_code"], unique=False)
    op.create_index(op.f("ix_elder_moves_to_code"), "elder_moves", ["to_code"], unique=False)
    op.create_index(
        "uq_elder_moves_asked",
        "elder_moves",
        ["elder_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "register_findings",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("import_file_id", base.Id, nullable=False),
        sa.Column("row", base.Count, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("level", base.Count, nullable=True),
        sa.Column("on_day", base.Day(), nullable=False),
        sa.Column("name_written", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "change IN ('deceased', 'moved', 'category_begins', 'category_ends')",
            name=op.f("ck_register_findings_change"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined')", name=op.f("ck_register_findings_state")
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_register_findings_elder_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_file_id"],
            ["import_files.id"],
            name=op.f("fk_register_findings_import_file_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_findings")),
        sa.UniqueConstraint(
            "import_file_id",
            "row",
            "elder_id",
            "change",
            "code",
            name=op.f("uq_register_findings_import_file_id_row_elder_id_change_code"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_register_findings_elder_id"), "register_findings", ["elder_id"], unique=False
    )
    op.create_table(
        "welfare_checks",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("last_seen_on", base.Day(), nullable=True),
        sa.Column("opened_on", base.Day(), nullable=False),
        sa.Column("opened_at", base.Instant(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", base.Instant(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('absent', 'not_home', 'asked')", name=op.f("ck_welfare_checks_cause")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)",
            name=op.f("ck_welfare_checks_closed_by_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_welfare_checks_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_welfare_checks_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welfare_checks")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_welfare_checks_canteen_id"), "welfare_checks", ["canteen_id"], unique=False
    )
    op.create_index(
        "uq_welfare_checks_open",
        "welfare_checks",
        ["elder_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "welfare_notes",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("check_id", base.Id, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("follow_up_on", base.Day(), nullable=True),
        sa.Column("written_at", base.Instant(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["welfare_checks.id"], name=op.f("fk_welfare_notes_check_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welfare_notes")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_welfare_notes_check_id"), "welfare_notes", ["check_id"], unique=False)
    op.create_table(
        "food_given",
        sa.Column("swipe_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("meal_id", base.Id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(decision = 'closed') = (meal_id IS NULL) AND decision IN ('closed', 'meal')",
            name=op.f("ck_food_given_decision"),
        ),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_food_given_meal_id")),
        sa.ForeignKeyConstraint(["swipe_id"], ["swipes.id"], name=op.f("fk_food_given_swipe_id")),
        sa.PrimaryKeyConstraint("swipe_id", name=op.f("pk_food_given")),
        sa.UniqueConstraint("meal_id", name=op.f("uq_food_given_meal_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "write_offs",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("amount_fen", base.Fen(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("is_approved", base.Flag(), nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_write_offs_amount_fen")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_write_offs_decided_by_whom"),
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_write_offs_second_person")),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_write_offs_elder_id")),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"],
            ["journal_entries.id"],
            name=op.f("fk_write_offs_journal_entry_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_offs")),
        sa.UniqueConstraint("journal_entry_id", name=op.f("uq_write_offs_journal_entry_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_write_offs_elder_id"), "write_offs", ["elder_id"], unique=False)
    op.create_index(
        "uq_write_offs_open",
        "write_offs",
        ["elder_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
