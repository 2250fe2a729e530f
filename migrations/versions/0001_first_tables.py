"""first tables

All tables of the spine: places, people and their two-clock facts, prices and schemes, swipes, meals
and shares, the books, days, the audit trail, staff. The rows that may never change are locked in 0002.
"""

import sqlalchemy as sa
from alembic import op

from canteen.models import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("length(code) IN (2, 4, 6, 9, 12)", name=op.f("ck_areas_code_length")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_lines",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("at", base.Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_lines")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_audit_lines_object_kind_audit_lines_object_id"),
        "audit_lines",
        ["object_kind", "object_id"],
        unique=False,
    )
    op.create_table(
        "cards",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("printed", sa.Text(), nullable=True),
        sa.Column("low24", base.Count, nullable=True),
        sa.Column("low32", base.Count, nullable=True),
        sa.Column("is_test", base.Flag(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("uid", name=op.f("uq_cards_uid")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_cards_low24"), "cards", ["low24"], unique=False)
    op.create_index(op.f("ix_cards_low32"), "cards", ["low32"], unique=False)
    op.create_index(op.f("ix_cards_printed"), "cards", ["printed"], unique=False)
    op.create_table(
        "instances",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('real', 'demonstration')", name=op.f("ck_instances_kind")),
        sa.CheckConstraint("id = 1", name=op.f("ck_instances_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instances")),
        sqlite_strict=True,
    )
    op.create_table(
        "job_runs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", base.Instant(), nullable=False),
        sa.Column("started_at", base.Instant(), nullable=False),
        sa.Column("finished_at", base.Instant(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed')", name=op.f("ck_job_runs_state")
        ),
        sa.PrimaryKeyConstraint("name", "due_at", name=op.f("pk_job_runs")),
        sqlite_strict=True,
    )
    op.create_table(
        "scheme_versions",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("added_at", base.Instant(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_versions")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_scheme_versions_code_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "seals",
        sa.Column("n", base.Id, nullable=False),
        sa.Column("from_id", base.Id, nullable=False),
        sa.Column("to_id", base.Id, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("sealed_at", base.Instant(), nullable=False),
        sa.CheckConstraint("from_id <= to_id", name=op.f("ck_seals_range")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_seals")),
        sa.UniqueConstraint("to_id", name=op.f("uq_seals_to_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", base.Instant(), nullable=False),
        sa.Column("succeeded", base.Flag(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sign_in_attempts_name_key_sign_in_attempts_at"),
        "sign_in_attempts",
        ["name_key", "at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sign_in_attempts_origin_sign_in_attempts_at"),
        "sign_in_attempts",
        ["origin", "at"],
        unique=False,
    )
    op.create_table(
        "staff",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("disabled_at", base.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name_key", name=op.f("uq_staff_name_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "workday_overrides",
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("is_workday", base.Flag(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_workday_overrides")),
        sqlite_strict=True,
    )
    op.create_table(
        "canteens",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("overdraft_fen", base.Fen(), nullable=False),
        sa.Column("cash_unit_fen", base.Fen(), nullable=False),
        sa.Column("grace_min", base.Count, nullable=False),
        sa.Column("delivery_fee_fen", base.Fen(), nullable=False),
        sa.Column("delivery_fee_other_fen", base.Fen(), nullable=False),
        sa.Column("open_weekdays", sa.Text(), nullable=False),
        sa.Column("show_name", sa.Text(), nullable=False),
        sa.Column("show_government", base.Flag(), nullable=False),
        sa.Column("show_balance", base.Flag(), nullable=False),
        sa.Column("show_previous", base.Flag(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "show_name IN ('surname', 'masked', 'none')", name=op.f("ck_canteens_show_name")
        ),
        sa.CheckConstraint(
            "cash_unit_fen IN (1, 10, 50, 100)", name=op.f("ck_canteens_cash_unit_fen")
        ),
        sa.CheckConstraint("grace_min BETWEEN 0 AND 120", name=op.f("ck_canteens_grace_min")),
        sa.CheckConstraint("overdraft_fen >= 0", name=op.f("ck_canteens_overdraft_fen")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_canteens_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canteens")),
        sa.UniqueConstraint("code", name=op.f("uq_canteens_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_canteens_area_code"), "canteens", ["area_code"], unique=False)
    op.create_table(
        "card_blocks",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("card_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_at", base.Instant(), nullable=False),
        sa.Column("to_at", base.Instant(), nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('lost', 'blocked')", name=op.f("ck_card_blocks_kind")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_card_blocks_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_blocks")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_card_blocks_card_id"), "card_blocks", ["card_id"], unique=False)
    op.create_table(
        "funders",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_funders_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funders")),
        sa.UniqueConstraint("code", name=op.f("uq_funders_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_funders_area_code"), "funders", ["area_code"], unique=False)
    op.create_table(
        "role_grants",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("staff_id", base.Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope_kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("granted_at", base.Instant(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", base.Instant(), nullable=True),
        sa.CheckConstraint(
            "scope_kind IN ('area', 'canteen', 'everywhere')",
            name=op.f("ck_role_grants_scope_kind"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_role_grants_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_role_grants_staff_id"), "role_grants", ["staff_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("staff_id", base.Id, nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("seen_at", base.Instant(), nullable=False),
        sa.Column("expires_at", base.Instant(), nullable=False),
        sa.Column("ended_at", base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sessions_staff_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_staff_id"), "sessions", ["staff_id"], unique=False)
    op.create_table(
        "volunteers",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_box", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("capacity", base.Count, nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_volunteers_capacity")),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name=op.f("fk_volunteers_area_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteers")),
        sa.UniqueConstraint("number", name=op.f("uq_volunteers_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_volunteers_area_code"), "volunteers", ["area_code"], unique=False)
    op.create_index(op.f("ix_volunteers_phone_index"), "volunteers", ["phone_index"], unique=False)
    op.create_table(
        "canteen_days",
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("receipt_serial", base.Count, nullable=False),
        sa.Column("cooked", base.Count, nullable=True),
        sa.Column("signed_at", base.Instant(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by IS NULL)", name=op.f("ck_canteen_days_signed_by_whom")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_canteen_days_canteen_id")
        ),
        sa.PrimaryKeyConstraint("canteen_id", "day", name=op.f("pk_canteen_days")),
        sqlite_strict=True,
    )
    op.create_table(
        "closed_days",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("closed_on", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_closed_days_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_days")),
        sa.UniqueConstraint(
            "canteen_id",
            "closed_on",
            "mealtime",
            name=op.f("uq_closed_days_canteen_id_closed_on_mealtime"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "counters",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("event_seq", base.Count, nullable=False),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_counters_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("canteen_id", "code", name=op.f("uq_counters_canteen_id_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "elders",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=True),
        sa.Column("id_number_box", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.Text(), nullable=True),
        sa.Column("id_last4_index", sa.Text(), nullable=True),
        sa.Column("phone_box", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("diet", sa.Text(), nullable=True),
        sa.Column("speak", base.Flag(), nullable=False),
        sa.Column("speak_balance", base.Flag(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.CheckConstraint("sex IN ('F', 'M', 'U')", name=op.f("ck_elders_sex")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteens.id"], name=op.f("fk_elders_canteen_id")),
        sa.ForeignKeyConstraint(
            ["community_code"], ["areas.code"], name=op.f("fk_elders_community_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elders")),
        sa.UniqueConstraint("id_number_index", name=op.f("uq_elders_id_number_index")),
        sa.UniqueConstraint("number", name=op.f("uq_elders_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_elders_canteen_id"), "elders", ["canteen_id"], unique=False)
    op.create_index(op.f("ix_elders_community_code"), "elders", ["community_code"], unique=False)
    op.create_index(op.f("ix_elders_id_last4_index"), "elders", ["id_last4_index"], unique=False)
    op.create_index(op.f("ix_elders_initials"), "elders", ["initials"], unique=False)
    op.create_index(op.f("ix_elders_name"), "elders", ["name"], unique=False)
    op.create_index(op.f("ix_elders_phone_index"), "elders", ["phone_index"], unique=False)
    op.create_index(op.f("ix_elders_pinyin"), "elders", ["pinyin"], unique=False)
    op.create_table(
        "mealtime_windows",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("opens", sa.Text(), nullable=False),
        sa.Column("closes", sa.Text(), nullable=False),
        sa.Column("from_on", base.Day(), nullable=False),
        sa.Column("to_on", base.Day(), nullable=True),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')",
            name=op.f("ck_mealtime_windows_mealtime"),
        ),
        sa.CheckConstraint("opens < closes", name=op.f("ck_mealtime_windows_opens_before_closes")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_mealtime_windows_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mealtime_windows")),
        sa.UniqueConstraint(
            "canteen_id",
            "mealtime",
            "from_on",
            name=op.f("uq_mealtime_windows_canteen_id_mealtime_from_on"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "prices",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("key", base.Count, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("price_fen", base.Fen(), nullable=True),
        sa.Column("valid_from", base.Instant(), nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('dine_in', 'take_away')", name=op.f("ck_prices_channel")),
        sa.CheckConstraint("kind IN ('set', 'dish')", name=op.f("ck_prices_kind")),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_prices_mealtime")
        ),
        sa.CheckConstraint("price_fen IS NULL OR price_fen >= 0", name=op.f("ck_prices_price_fen")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteens.id"], name=op.f("fk_prices_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_prices_canteen_id_prices_mealtime_prices_valid_from"),
        "prices",
        ["canteen_id", "mealtime", "valid_from"],
        unique=False,
    )
    op.create_table(
        "scheme_bindings",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("scheme_version_id", base.Id, nullable=False),
        sa.Column("from_on", base.Day(), nullable=False),
        sa.Column("to_on", base.Day(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(canteen_id IS NULL) <> (area_code IS NULL)",
            name=op.f("ck_scheme_bindings_canteen_or_area"),
        ),
        sa.CheckConstraint(
            "to_on IS NULL OR from_on <= to_on", name=op.f("ck_scheme_bindings_from_before_to")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["areas.code"], name=op.f("fk_scheme_bindings_area_code")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_scheme_bindings_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_scheme_bindings_scheme_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_bindings")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_scheme_bindings_area_code_scheme_bindings_from_on"),
        "scheme_bindings",
        ["area_code", "from_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_scheme_bindings_canteen_id_scheme_bindings_from_on"),
        "scheme_bindings",
        ["canteen_id", "from_on"],
        unique=False,
    )
    op.create_table(
        "accounts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=True),
        sa.Column("elder_id", base.Id, nullable=True),
        sa.Column("counter_id", base.Id, nullable=True),
        sa.Column("funder_id", base.Id, nullable=True),
        sa.Column("day", base.Day(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('purse', 'cash_drawer', 'external', 'receivable', 'discount', 'sales', 'delivery_fees', 'cash_rounding', 'bank', 'write_off', 'elder_debt')",
            name=op.f("ck_accounts_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_accounts_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_accounts_counter_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_accounts_elder_id")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_accounts_funder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("key", name=op.f("uq_accounts_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "binding_payers",
        sa.Column("binding_id", base.Id, nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["binding_id"], ["scheme_bindings.id"], name=op.f("fk_binding_payers_binding_id")
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_binding_payers_funder_id")
        ),
        sa.PrimaryKeyConstraint("binding_id", "payer", name=op.f("pk_binding_payers")),
        sqlite_strict=True,
    )
    op.create_table(
        "card_holdings",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("card_id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("from_at", base.Instant(), nullable=False),
        sa.Column("to_at", base.Instant(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_card_holdings_card_id")),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_card_holdings_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_holdings")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_card_holdings_card_id_card_holdings_from_at"),
        "card_holdings",
        ["card_id", "from_at"],
        unique=False,
    )
    op.create_index(op.f("ix_card_holdings_elder_id"), "card_holdings", ["elder_id"], unique=False)
    op.create_index(
        "uq_card_holdings_open",
        "card_holdings",
        ["card_id"],
        unique=True,
        sqlite_where=sa.text("to_at IS NULL"),
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.create_table(
        "counter_acts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("counter_id", base.Id, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("done_at", base.Instant(), nullable=False),
        sa.Column("asked_sha256", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_counter_acts_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_counter_acts_counter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_acts")),
        sqlite_strict=True,
    )
    op.create_table(
        "counter_events",
        sa.Column("counter_id", base.Id, nullable=False),
        sa.Column("seq", base.Count, nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", base.Instant(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint("view IN ('cashier', 'display')", name=op.f("ck_counter_events_view")),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_counter_events_counter_id")
        ),
        sa.PrimaryKeyConstraint("counter_id", "seq", name=op.f("pk_counter_events")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_counter_events_at"), "counter_events", ["at"], unique=False)
    op.create_table(
        "device_links",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("counter_id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("seen_at", base.Instant(), nullable=True),
        sa.Column("revoked_at", base.Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('display')", name=op.f("ck_device_links_kind")),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_device_links_counter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_device_links_token_sha256")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_device_links_counter_id"), "device_links", ["counter_id"], unique=False
    )
    op.create_table(
        "elder_facts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("level", base.Count, nullable=True),
        sa.Column("born", base.Day(), nullable=True),
        sa.Column("from_on", base.Day(), nullable=True),
        sa.Column("to_on", base.Day(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'born' AND born IS NOT NULL AND code IS NULL) OR (kind IN ('hukou', 'residence', 'category', 'status') AND code IS NOT NULL AND born IS NULL)",
            name=op.f("ck_elder_facts_kind"),
        ),
        sa.CheckConstraint(
            "kind <> 'status' OR code IN ('moved', 'deceased')",
            name=op.f("ck_elder_facts_status_code"),
        ),
        sa.CheckConstraint(
            "level IS NULL OR kind = 'category'", name=op.f("ck_elder_facts_level_of_category")
        ),
        sa.CheckConstraint(
            "to_on IS NULL OR from_on <= to_on", name=op.f("ck_elder_facts_from_before_to")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_elder_facts_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_elder_facts_elder_id_elder_facts_kind"),
        "elder_facts",
        ["elder_id", "kind"],
        unique=False,
    )
    op.create_table(
        "readers",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("counter_id", base.Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("key_box", sa.LargeBinary(), nullable=False),
        sa.Column("clock_offset_ms", base.Count, nullable=True),
        sa.Column("revoked_at", base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_readers_counter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readers")),
        sa.UniqueConstraint("code", name=op.f("uq_readers_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_readers_public_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_readers_counter_id"), "readers", ["counter_id"], unique=False)
    op.create_table(
        "sales",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("counter_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("amount_fen", base.Fen(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("pay", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("second", base.Flag(), nullable=False),
        sa.Column("keyed_at", base.Instant(), nullable=False),
        sa.Column("keyed_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", base.Instant(), nullable=True),
        sa.CheckConstraint("channel IN ('dine_in', 'take_away')", name=op.f("ck_sales_channel")),
        sa.CheckConstraint("kind IN ('set', 'amount', 'dishes')", name=op.f("ck_sales_kind")),
        sa.CheckConstraint(
            "pay IN ('purse', 'purse_then_cash', 'cash', 'external')", name=op.f("ck_sales_pay")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'consumed', 'cleared', 'replaced', 'expired')",
            name=op.f("ck_sales_state"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_sales_amount_fen")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_sales_counter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sales_counter_id"), "sales", ["counter_id"], unique=False)
    op.create_index(
        "uq_sales_pending",
        "sales",
        ["counter_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "purses",
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("account_id", base.Id, nullable=False),
        sa.Column("balance_fen", base.Fen(), nullable=False),
        sa.Column("below_floor_since", base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_purses_account_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_purses_elder_id")),
        sa.PrimaryKeyConstraint("elder_id", name=op.f("pk_purses")),
        sa.UniqueConstraint("account_id", name=op.f("uq_purses_account_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "reader_health",
        sa.Column("reader_id", base.Id, nullable=False),
        sa.Column("reported_at", base.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", base.Instant(), nullable=False),
        sa.Column("outbox_waiting", base.Count, nullable=False),
        sa.Column("outbox_dead", base.Count, nullable=False),
        sa.Column("outbox_stuck", base.Count, nullable=False),
        sa.Column("agent_version", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.id"], name=op.f("fk_reader_health_reader_id")
        ),
        sa.PrimaryKeyConstraint("reader_id", name=op.f("pk_reader_health")),
        sqlite_strict=True,
    )
    op.create_table(
        "swipes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reader_id", base.Id, nullable=True),
        sa.Column("counter_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("card_uid", sa.Text(), nullable=False),
        sa.Column("card_id", base.Id, nullable=True),
        sa.Column("elder_id", base.Id, nullable=True),
        sa.Column("read_at", base.Instant(), nullable=False),
        sa.Column("raw_read_at", base.Instant(), nullable=False),
        sa.Column("received_at", base.Instant(), nullable=False),
        sa.Column("seq", base.Id, nullable=True),
        sa.Column("offline", sa.Text(), nullable=True),
        sa.Column("clock_ok", base.Flag(), nullable=False),
        sa.Column("age_ms", base.Id, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("first_swipe_id", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "offline IS NULL OR offline IN ('taken', 'refused')", name=op.f("ck_swipes_offline")
        ),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteens.id"], name=op.f("fk_swipes_canteen_id")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_swipes_card_id")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_swipes_counter_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_swipes_elder_id")),
        sa.ForeignKeyConstraint(
            ["first_swipe_id"], ["swipes.id"], name=op.f("fk_swipes_first_swipe_id")
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["readers.id"], name=op.f("fk_swipes_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swipes")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_swipes_canteen_id_swipes_received_at"),
        "swipes",
        ["canteen_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_swipes_counter_id_swipes_read_at"),
        "swipes",
        ["counter_id", "read_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_swipes_elder_id_swipes_read_at"), "swipes", ["elder_id", "read_at"], unique=False
    )
    op.create_table(
        "meals",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=True),
        sa.Column("is_guest", base.Flag(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("counter_id", base.Id, nullable=True),
        sa.Column("swipe_id", sa.Text(), nullable=True),
        sa.Column("served_on", base.Day(), nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("portion", base.Count, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("read_at", base.Instant(), nullable=False),
        sa.Column("booked_at", base.Instant(), nullable=False),
        sa.Column("is_late", base.Flag(), nullable=False),
        sa.Column("is_manual", base.Flag(), nullable=False),
        sa.Column("manual_reason", sa.Text(), nullable=True),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("price_fen", base.Fen(), nullable=False),
        sa.Column("elder_fen", base.Fen(), nullable=False),
        sa.Column("subsidy_fen", base.Fen(), nullable=False),
        sa.Column("discount_fen", base.Fen(), nullable=False),
        sa.Column("purse_fen", base.Fen(), nullable=False),
        sa.Column("cash_fen", base.Fen(), nullable=False),
        sa.Column("external_fen", base.Fen(), nullable=False),
        sa.Column("rounding_fen", base.Fen(), nullable=False),
        sa.Column("external_reference", sa.Text(), nullable=True),
        sa.Column("price_id", base.Id, nullable=True),
        sa.Column("scheme_version_id", base.Id, nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("below_floor", base.Flag(), nullable=False),
        sa.Column("voided_at", base.Instant(), nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('dine_in', 'take_away', 'delivery')", name=op.f("ck_meals_channel")
        ),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_meals_mealtime")
        ),
        sa.CheckConstraint("(elder_id IS NULL) = is_guest", name=op.f("ck_meals_guest_or_elder")),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL)", name=op.f("ck_meals_void_by_whom")
        ),
        sa.CheckConstraint(
            "elder_fen = purse_fen + cash_fen + external_fen + rounding_fen",
            name=op.f("ck_meals_paid_sum"),
        ),
        sa.CheckConstraint("portion >= 1", name=op.f("ck_meals_portion")),
        sa.CheckConstraint(
            "price_fen = elder_fen + subsidy_fen + discount_fen", name=op.f("ck_meals_split_sum")
        ),
        sa.CheckConstraint(
            "price_fen >= 0 AND elder_fen >= 0 AND subsidy_fen >= 0 AND discount_fen >= 0 AND purse_fen >= 0 AND cash_fen >= 0 AND external_fen >= 0 AND rounding_fen >= 0",
            name=op.f("ck_meals_not_negative"),
        ),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteens.id"], name=op.f("fk_meals_canteen_id")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_meals_counter_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_meals_elder_id")),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_meals_price_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"], ["scheme_versions.id"], name=op.f("fk_meals_scheme_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["swipe_id"],
            ["swipes.id"],
            name=op.f("fk_meals_swipe_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meals")),
        sa.UniqueConstraint("receipt", name=op.f("uq_meals_receipt")),
        sa.UniqueConstraint("swipe_id", name=op.f("uq_meals_swipe_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_meals_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_meals_canteen_id_meals_booked_on"),
        "meals",
        ["canteen_id", "booked_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_meals_canteen_id_meals_served_on"),
        "meals",
        ["canteen_id", "served_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_meals_counter_id_meals_id"), "meals", ["counter_id", "id"], unique=False
    )
    op.create_index(
        "uq_meals_standing",
        "meals",
        ["elder_id", "served_on", "mealtime", "portion"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL AND elder_id IS NOT NULL"),
        postgresql_where=sa.text("voided_at IS NULL AND elder_id IS NOT NULL"),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("booked_at", base.Instant(), nullable=False),
        sa.Column("meal_id", base.Id, nullable=True),
        sa.Column("reverses_id", base.Id, nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('meal', 'meal_void', 'top_up', 'top_up_void', 'pay_out', 'opening', 'write_off')",
            name=op.f("ck_journal_entries_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_journal_entries_canteen_id")
        ),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_journal_entries_meal_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["journal_entries.id"], name=op.f("fk_journal_entries_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_entries_reverses_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_journal_entries_canteen_id_journal_entries_booked_on"),
        "journal_entries",
        ["canteen_id", "booked_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_journal_entries_meal_id"), "journal_entries", ["meal_id"], unique=False
    )
    op.create_table(
        "shares",
        sa.Column("meal_id", base.Id, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("payer_kind", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=True),
        sa.Column("quota_scope", sa.Text(), nullable=False),
        sa.Column("quota_group", sa.Text(), nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.CheckConstraint("fen > 0", name=op.f("ck_shares_fen")),
        sa.ForeignKeyConstraint(["funder_id"], ["funders.id"], name=op.f("fk_shares_funder_id")),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_shares_meal_id")),
        sa.PrimaryKeyConstraint("meal_id", "rule", "payer", name=op.f("pk_shares")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_shares_funder_id"), "shares", ["funder_id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("journal_entry_id", base.Id, nullable=False),
        sa.Column("line", base.Count, nullable=False),
        sa.Column("account_id", base.Id, nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_ledger_entries_fen")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ledger_entries_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"],
            ["journal_entries.id"],
            name=op.f("fk_ledger_entries_journal_entry_id"),
        ),
        sa.PrimaryKeyConstraint("journal_entry_id", "line", name=op.f("pk_ledger_entries")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_ledger_entries_account_id_ledger_entries_journal_entry_id"),
        "ledger_entries",
        ["account_id", "journal_entry_id"],
        unique=False,
    )
    op.create_table(
        "pay_outs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("counter_id", base.Id, nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=False),
        sa.Column("amount_fen", base.Fen(), nullable=False),
        sa.Column("paid_to", sa.Text(), nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("paid_at", base.Instant(), nullable=False),
        sa.Column("paid_by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_pay_outs_amount_fen")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_pay_outs_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_pay_outs_counter_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_pay_outs_elder_id")),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"], ["journal_entries.id"], name=op.f("fk_pay_outs_journal_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_outs")),
        sa.UniqueConstraint("receipt", name=op.f("uq_pay_outs_receipt")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_pay_outs_canteen_id_pay_outs_booked_on"),
        "pay_outs",
        ["canteen_id", "booked_on"],
        unique=False,
    )
    op.create_index(op.f("ix_pay_outs_elder_id"), "pay_outs", ["elder_id"], unique=False)
    op.create_table(
        "top_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("counter_id", base.Id, nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=False),
        sa.Column("amount_fen", base.Fen(), nullable=False),
        sa.Column("pay", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("taken_at", base.Instant(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.CheckConstraint("pay IN ('cash', 'external', 'opening')", name=op.f("ck_top_ups_pay")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_top_ups_amount_fen")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_top_ups_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counters.id"], name=op.f("fk_top_ups_counter_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_top_ups_elder_id")),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"], ["journal_entries.id"], name=op.f("fk_top_ups_journal_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_ups")),
        sa.UniqueConstraint("receipt", name=op.f("uq_top_ups_receipt")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_top_ups_canteen_id_top_ups_booked_on"),
        "top_ups",
        ["canteen_id", "booked_on"],
        unique=False,
    )
    op.create_index(op.f("ix_top_ups_elder_id"), "top_ups", ["elder_id"], unique=False)
    op.create_table(
        "top_up_debts",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("top_up_id", sa.Text(), nullable=False),
        sa.Column("amount_fen", base.Fen(), nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_top_up_debts_amount_fen")),
        sa.ForeignKeyConstraint(
            ["top_up_id"], ["top_ups.id"], name=op.f("fk_top_up_debts_top_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up_debts")),
        sa.UniqueConstraint("top_up_id", name=op.f("uq_top_up_debts_top_up_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "voids",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("act_id", sa.Text(), nullable=False),
        sa.Column("meal_id", base.Id, nullable=True),
        sa.Column("top_up_id", sa.Text(), nullable=True),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("voided_at", base.Instant(), nullable=False),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(meal_id IS NULL) <> (top_up_id IS NULL)", name=op.f("ck_voids_meal_or_top_up")
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["counter_acts.id"],
            name=op.f("fk_voids_act_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteens.id"], name=op.f("fk_voids_canteen_id")),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_voids_meal_id")),
        sa.ForeignKeyConstraint(["top_up_id"], ["top_ups.id"], name=op.f("fk_voids_top_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voids")),
        sa.UniqueConstraint("act_id", name=op.f("uq_voids_act_id")),
        sa.UniqueConstraint("meal_id", name=op.f("uq_voids_meal_id")),
        sa.UniqueConstraint("top_up_id", name=op.f("uq_voids_top_up_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_voids_canteen_id_voids_booked_on"),
        "voids",
        ["canteen_id", "booked_on"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_voids_canteen_id_voids_booked_on"), table_name="voids")
    op.drop_table("voids")
    op.drop_table("top_up_debts")
    op.drop_index(op.f("ix_top_ups_elder_id"), table_name="top_ups")
    op.drop_index(op.f("ix_top_ups_canteen_id_top_ups_booked_on"), table_name="top_ups")
    op.drop_table("top_ups")
    op.drop_index(op.f("ix_pay_outs_elder_id"), table_name="pay_outs")
    op.drop_index(op.f("ix_pay_outs_canteen_id_pay_outs_booked_on"), table_name="pay_outs")
    op.drop_table("pay_outs")
    op.drop_index(
        op.f("ix_ledger_entries_account_id_ledger_entries_journal_entry_id"),
        table_name="ledger_entries",
    )
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_shares_funder_id"), table_name="shares")
    op.drop_table("shares")
    op.drop_index(op.f("ix_journal_entries_meal_id"), table_name="journal_entries")
    op.drop_index(
        op.f("ix_journal_entries_canteen_id_journal_entries_booked_on"),
        table_name="journal_entries",
    )
    op.drop_table("journal_entries")
    op.drop_index(
        "uq_meals_standing",
        table_name="meals",
        sqlite_where=sa.text("voided_at IS NULL AND elder_id IS NOT NULL"),
        postgresql_where=sa.text("voided_at IS NULL AND elder_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_meals_counter_id_meals_id"), table_name="meals")
    op.drop_index(op.f("ix_meals_canteen_id_meals_served_on"), table_name="meals")
    op.drop_index(op.f("ix_meals_canteen_id_meals_booked_on"), table_name="meals")
    op.drop_table("meals")
    op.drop_index(op.f("ix_swipes_elder_id_swipes_read_at"), table_name="swipes")
    op.drop_index(op.f("ix_swipes_counter_id_swipes_read_at"), table_name="swipes")
    op.drop_index(op.f("ix_swipes_canteen_id_swipes_received_at"), table_name="swipes")
    op.drop_table("swipes")
    op.drop_table("reader_health")
    op.drop_table("purses")
    op.drop_index(
        "uq_sales_pending",
        table_name="sales",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(op.f("ix_sales_counter_id"), table_name="sales")
    op.drop_table("sales")
    op.drop_index(op.f("ix_readers_counter_id"), table_name="readers")
    op.drop_table("readers")
    op.drop_index(op.f("ix_elder_facts_elder_id_elder_facts_kind"), table_name="elder_facts")
    op.drop_table("elder_facts")
    op.drop_index(op.f("ix_device_links_counter_id"), table_name="device_links")
    op.drop_table("device_links")
    op.drop_index(op.f("ix_counter_events_at"), table_name="counter_events")
    op.drop_table("counter_events")
    op.drop_table("counter_acts")
    op.drop_index(
        "uq_card_holdings_open",
        table_name="card_holdings",
        sqlite_where=sa.text("to_at IS NULL"),
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.drop_index(op.f("ix_card_holdings_elder_id"), table_name="card_holdings")
    op.drop_index(
        op.f("ix_card_holdings_card_id_card_holdings_from_at"), table_name="card_holdings"
    )
    op.drop_table("card_holdings")
    op.drop_table("binding_payers")
    op.drop_table("accounts")
    op.drop_index(
        op.f("ix_scheme_bindings_canteen_id_scheme_bindings_from_on"), table_name="scheme_bindings"
    )
    op.drop_index(
        op.f("ix_scheme_bindings_area_code_scheme_bindings_from_on"), table_name="scheme_bindings"
    )
    op.drop_table("scheme_bindings")
    op.drop_index(
        op.f("ix_prices_canteen_id_prices_mealtime_prices_valid_from"), table_name="prices"
    )
    op.drop_table("prices")
    op.drop_table("mealtime_windows")
    op.drop_index(op.f("ix_elders_pinyin"), table_name="elders")
    op.drop_index(op.f("ix_elders_phone_index"), table_name="elders")
    op.drop_index(op.f("ix_elders_name"), table_name="elders")
    op.drop_index(op.f("ix_elders_initials"), table_name="elders")
    op.drop_index(op.f("ix_elders_id_last4_index"), table_name="elders")
    op.drop_index(op.f("ix_elders_community_code"), table_name="elders")
    op.drop_index(op.f("ix_elders_canteen_id"), table_name="elders")
    op.drop_table("elders")
    op.drop_table("counters")
    op.drop_table("closed_days")
    op.drop_table("canteen_days")
    op.drop_index(op.f("ix_volunteers_phone_index"), table_name="volunteers")
    op.drop_index(op.f("ix_volunteers_area_code"), table_name="volunteers")
    op.drop_table("volunteers")
    op.drop_index(op.f("ix_sessions_staff_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_role_grants_staff_id"), table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_index(op.f("ix_funders_area_code"), table_name="funders")
    op.drop_table("funders")
    op.drop_index(op.f("ix_card_blocks_card_id"), table_name="card_blocks")
    op.drop_table("card_blocks")
    op.drop_index(op.f("ix_canteens_area_code"), table_name="canteens")
    op.drop_table("canteens")
    op.drop_table("workday_overrides")
    op.drop_table("staff")
    op.drop_index(
        op.f("ix_sign_in_attempts_origin_sign_in_attempts_at"), table_name="sign_in_attempts"
    )
    op.drop_index(
        op.f("ix_sign_in_attempts_name_key_sign_in_attempts_at"), table_name="sign_in_attempts"
    )
    op.drop_table("sign_in_attempts")
    op.drop_table("seals")
    op.drop_table("scheme_versions")
    op.drop_table("job_runs")
    op.drop_table("instances")
    op.drop_index(op.f("ix_cards_printed"), table_name="cards")
    op.drop_index(op.f("ix_cards_low32"), table_name="cards")
    op.drop_index(op.f("ix_cards_low24"), table_name="cards")
    op.drop_table("cards")
    op.drop_index(
        op.f("ix_audit_lines_object_kind_audit_lines_object_id"), table_name="audit_lines"
    )
    op.drop_table("audit_lines")
    op.drop_table("areas")
