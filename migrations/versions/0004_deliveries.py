"""deliveries

Meals carried to the door: orders, pauses, exceptions, the day's deliveries and runs, what was reported,
steps of the safety ladder, printed lists, service lines; volunteers' duties and absences, notes of a
door, links of volunteers and families. A meal keeps its delivery fee, and may be only money kept.
"""

import sqlalchemy as sa
from alembic import op

from canteen.db.append_only import Locks, lock, unlock
from canteen.models import base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: table → the columns that may be written once, together, from null
LOCKED: Locks = {
    "delivery_exceptions": ("withdrawn_at", "withdrawn_by"),
    "delivery_pauses": ("withdrawn_at", "withdrawn_by"),
    "delivery_meals": (),
    "delivery_reports": ("decided_at", "decided_by", "decision"),
    "delivery_steps": (),
    "printed_lists": (),
    "service_lines": ("withdrawn_at", "withdrawn_by"),
    "volunteer_absences": ("withdrawn_at", "withdrawn_by"),
    "elder_doors": ("withdrawn_at", "withdrawn_by"),
}
#: locked before; its triggers name every column, so they are made anew with the two that join
MEALS: Locks = {"meals": ("voided_at", "voided_by")}
STANDING = (
    "CREATE UNIQUE INDEX uq_meals_standing ON meals (elder_id, served_on, mealtime, portion)"
    " WHERE voided_at IS NULL AND elder_id IS NOT NULL"
)


def upgrade() -> None:
    _create_tables()
    lock(op.get_bind(), LOCKED)
    unlock(op.get_bind(), MEALS)
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    count, flag, no, day = (
        ("INTEGER", "INTEGER", "0", "TEXT") if on_sqlite else ("BIGINT", "BOOLEAN", "false", "DATE")
    )
    for statement in (
        f"ALTER TABLE canteens ADD COLUMN delivery_cutoff_min {count} NOT NULL DEFAULT 60",
        f"ALTER TABLE canteens ADD COLUMN delivery_by_min {count} NOT NULL DEFAULT 120",
        f"ALTER TABLE canteens ADD COLUMN delivery_trip_min {count} NOT NULL DEFAULT 60",
        "ALTER TABLE canteens ADD COLUMN phone TEXT",
        "ALTER TABLE canteens ADD COLUMN delivery_grounds TEXT NOT NULL DEFAULT"
        " 'limited_mobility,disability_care:2,disabled:2,heavy_disability'",
        f"ALTER TABLE meals ADD COLUMN delivery_fee_fen {count} NOT NULL DEFAULT 0"
        " CONSTRAINT ck_meals_delivery_fee_fen"
        " CHECK (delivery_fee_fen >= 0 AND (delivery_fee_fen = 0 OR channel = 'delivery'))",
        f"ALTER TABLE meals ADD COLUMN is_kept {flag} NOT NULL DEFAULT {no}"
        " CONSTRAINT ck_meals_is_kept CHECK (NOT is_kept OR channel = 'delivery')",
        f"ALTER TABLE volunteers ADD COLUMN floors_max {count}"
        " CONSTRAINT ck_volunteers_floors_max CHECK (floors_max IS NULL OR floors_max >= 1)",
        "ALTER TABLE volunteers ADD COLUMN buildings TEXT",
        "ALTER TABLE volunteers ADD COLUMN team TEXT",
        f"ALTER TABLE volunteers ADD COLUMN ended_on {day}",
        "DROP INDEX uq_meals_standing",
        f"{STANDING} AND {'is_kept = 0' if on_sqlite else 'NOT is_kept'}",
    ):
        op.execute(statement)
    lock(op.get_bind(), MEALS)


def downgrade() -> None:
    unlock(op.get_bind(), MEALS)
    for statement in (
        "DROP INDEX uq_meals_standing",
        "ALTER TABLE volunteers DROP COLUMN ended_on",
        "ALTER TABLE volunteers DROP COLUMN team",
        "ALTER TABLE volunteers DROP COLUMN buildings",
        "ALTER TABLE volunteers DROP COLUMN floors_max",
        "ALTER TABLE meals DROP COLUMN is_kept",
        "ALTER TABLE meals DROP COLUMN delivery_fee_fen",
        "ALTER TABLE canteens DROP COLUMN delivery_grounds",
        "ALTER TABLE canteens DROP COLUMN phone",
        "ALTER TABLE canteens DROP COLUMN delivery_trip_min",
        "ALTER TABLE canteens DROP COLUMN delivery_by_min",
        "ALTER TABLE canteens DROP COLUMN delivery_cutoff_min",
        STANDING,
    ):
        op.execute(statement)
    lock(op.get_bind(), MEALS)
    unlock(op.get_bind(), LOCKED)
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "delivery_days",
    "delivery_runs",
    "printed_lists",
    "volunteer_absences",
    "volunteer_duties",
    "delivery_exceptions",
    "delivery_orders",
    "delivery_pauses",
    "elder_doors",
    "person_links",
    "deliveries",
    "enrolment_requests",
    "delivery_reports",
    "delivery_steps",
    "service_lines",
    "delivery_meals",
)


def _create_tables() -> None:
    op.create_table(
        "delivery_days",
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("made_at", base.Instant(), nullable=False),
        sa.Column("planned_at", base.Instant(), nullable=True),
        sa.Column("version", base.Count, nullable=False),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_delivery_days_mealtime")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_delivery_days_canteen_id")
        ),
        sa.PrimaryKeyConstraint("canteen_id", "day", "mealtime", name=op.f("pk_delivery_days")),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery_runs",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("volunteer_id", base.Id, nullable=False),
        sa.Column("trip", base.Count, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("planned_min", base.Count, nullable=True),
        sa.Column("out_at", base.Instant(), nullable=True),
        sa.Column("back_at", base.Instant(), nullable=True),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_delivery_runs_mealtime")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'out', 'back')", name=op.f("ck_delivery_runs_state")
        ),
        sa.CheckConstraint("trip >= 1", name=op.f("ck_delivery_runs_trip")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_delivery_runs_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_delivery_runs_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_runs")),
        sa.UniqueConstraint(
            "canteen_id",
            "day",
            "mealtime",
            "volunteer_id",
            "trip",
            name=op.f("uq_delivery_runs_canteen_id_day_mealtime_volunteer_id_trip"),
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_delivery_runs_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_runs_volunteer_id_delivery_runs_day"),
        "delivery_runs",
        ["volunteer_id", "day"],
        unique=False,
    )
    op.create_table(
        "printed_lists",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("printed_at", base.Instant(), nullable=False),
        sa.Column("printed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('run_sheets', 'labels')", name=op.f("ck_printed_lists_kind")),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_printed_lists_mealtime")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_printed_lists_canteen_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_lists")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_printed_lists_canteen_id_printed_lists_day_printed_lists_mealtime"),
        "printed_lists",
        ["canteen_id", "day", "mealtime"],
        unique=False,
    )
    op.create_table(
        "volunteer_absences",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("volunteer_id", base.Id, nullable=False),
        sa.Column("from_on", base.Day(), nullable=False),
        sa.Column("to_on", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "mealtime IS NULL OR mealtime IN ('breakfast', 'lunch', 'dinner')",
            name=op.f("ck_volunteer_absences_mealtime"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_volunteer_absences_withdrawn_by"),
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_volunteer_absences_from_before_to")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_absences_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_absences")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_volunteer_absences_volunteer_id_volunteer_absences_from_on"),
        "volunteer_absences",
        ["volunteer_id", "from_on"],
        unique=False,
    )
    op.create_table(
        "volunteer_duties",
        sa.Column("volunteer_id", base.Id, nullable=False),
        sa.Column("weekday", base.Count, nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')",
            name=op.f("ck_volunteer_duties_mealtime"),
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_volunteer_duties_weekday")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_duties_volunteer_id")
        ),
        sa.PrimaryKeyConstraint(
            "volunteer_id", "weekday", "mealtime", name=op.f("pk_volunteer_duties")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery_exceptions",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("from_on", base.Day(), nullable=False),
        sa.Column("to_on", base.Day(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_at", base.Instant(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "ground IN ('illness', 'other')", name=op.f("ck_delivery_exceptions_ground")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_delivery_exceptions_withdrawn_by"),
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_delivery_exceptions_from_before_to")),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_delivery_exceptions_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_exceptions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_exceptions_elder_id"), "delivery_exceptions", ["elder_id"], unique=False
    )
    op.create_table(
        "delivery_orders",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=False),
        sa.Column("mealtimes", sa.Text(), nullable=False),
        sa.Column("from_on", base.Day(), nullable=False),
        sa.Column("to_on", base.Day(), nullable=True),
        sa.Column("portions", base.Count, nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("ended_on", base.Day(), nullable=True),
        sa.Column("ended_at", base.Instant(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind = 'standing' OR from_on = to_on",
            name=op.f("ck_delivery_orders_single_has_one_day"),
        ),
        sa.CheckConstraint("kind IN ('standing', 'single')", name=op.f("ck_delivery_orders_kind")),
        sa.CheckConstraint(
            "source IN ('secretary', 'cashier', 'family', 'phone', 'volunteer', 'birthday')",
            name=op.f("ck_delivery_orders_source"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined')", name=op.f("ck_delivery_orders_state")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_delivery_orders_ended_by_whom")
        ),
        sa.CheckConstraint("portions BETWEEN 1 AND 9", name=op.f("ck_delivery_orders_portions")),
        sa.CheckConstraint(
            "to_on IS NULL OR from_on <= to_on", name=op.f("ck_delivery_orders_from_before_to")
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_delivery_orders_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_delivery_orders_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_orders")),
        sa.UniqueConstraint("uid", name=op.f("uq_delivery_orders_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_orders_canteen_id_delivery_orders_state"),
        "delivery_orders",
        ["canteen_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_delivery_orders_elder_id_delivery_orders_state"),
        "delivery_orders",
        ["elder_id", "state"],
        unique=False,
    )
    op.create_table(
        "delivery_pauses",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("from_on", base.Day(), nullable=False),
        sa.Column("to_on", base.Day(), nullable=True),
        sa.Column("mealtime", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=True),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "mealtime IS NULL OR mealtime IN ('breakfast', 'lunch', 'dinner')",
            name=op.f("ck_delivery_pauses_mealtime"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_delivery_pauses_withdrawn_by"),
        ),
        sa.CheckConstraint(
            "to_on IS NULL OR from_on <= to_on", name=op.f("ck_delivery_pauses_from_before_to")
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_delivery_pauses_elder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_pauses")),
        sa.UniqueConstraint("uid", name=op.f("uq_delivery_pauses_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_pauses_elder_id_delivery_pauses_from_on"),
        "delivery_pauses",
        ["elder_id", "from_on"],
        unique=False,
    )
    op.create_table(
        "elder_doors",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("has_lift", base.Flag(), nullable=True),
        sa.Column("floor", base.Count, nullable=True),
        sa.Column("must_serve", base.Flag(), nullable=False),
        sa.Column("recorded_at", base.Instant(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_elder_doors_withdrawn_by"),
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_elder_doors_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_doors")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_elder_doors_standing",
        "elder_doors",
        ["elder_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "person_links",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("volunteer_id", base.Id, nullable=True),
        sa.Column("elder_id", base.Id, nullable=True),
        sa.Column("canteen_id", base.Id, nullable=True),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("valid_on", base.Day(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("shows", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("seen_at", base.Instant(), nullable=True),
        sa.Column("revoked_at", base.Instant(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'volunteer' AND volunteer_id IS NOT NULL AND elder_id IS NULL AND canteen_id IS NULL AND valid_on IS NOT NULL) OR (kind = 'family' AND elder_id IS NOT NULL AND volunteer_id IS NULL AND canteen_id IS NULL) OR (kind = 'enrolment' AND canteen_id IS NOT NULL AND volunteer_id IS NULL AND elder_id IS NULL)",
            name=op.f("ck_person_links_kind"),
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)",
            name=op.f("ck_person_links_revoked_by_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_person_links_canteen_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_person_links_elder_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_person_links_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_links")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_person_links_token_sha256")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_person_links_canteen_id"), "person_links", ["canteen_id"], unique=False
    )
    op.create_index(op.f("ix_person_links_elder_id"), "person_links", ["elder_id"], unique=False)
    op.create_index(
        op.f("ix_person_links_volunteer_id"), "person_links", ["volunteer_id"], unique=False
    )
    op.create_table(
        "deliveries",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("day", base.Day(), nullable=False),
        sa.Column("mealtime", sa.Text(), nullable=False),
        sa.Column("portions", base.Count, nullable=False),
        sa.Column("order_id", base.Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", base.Instant(), nullable=False),
        sa.Column("made_at", base.Instant(), nullable=False),
        sa.Column("run_id", base.Id, nullable=True),
        sa.Column("place", base.Count, nullable=True),
        sa.Column("is_pinned", base.Flag(), nullable=False),
        sa.Column("cancel_code", sa.Text(), nullable=True),
        sa.Column("fail_code", sa.Text(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("attempt", base.Count, nullable=False),
        sa.Column("out_at", base.Instant(), nullable=True),
        sa.Column("done_at", base.Instant(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=True),
        sa.Column("keep_reason", sa.Text(), nullable=True),
        sa.Column("seen_at", base.Instant(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancel_code IS NOT NULL)",
            name=op.f("ck_deliveries_cancel_code"),
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (fail_code IS NOT NULL)", name=op.f("ck_deliveries_fail_code")
        ),
        sa.CheckConstraint(
            "fail_code IS NULL OR fail_code IN ('not_home', 'refused', 'wrong_address', 'spilt', 'other')",
            name=op.f("ck_deliveries_fail_code_known"),
        ),
        sa.CheckConstraint(
            "mealtime IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_deliveries_mealtime")
        ),
        sa.CheckConstraint(
            "state = 'queued' OR state = 'cancelled' OR run_id IS NOT NULL",
            name=op.f("ck_deliveries_run"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'assigned', 'out', 'delivered', 'failed', 'cancelled')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.CheckConstraint("portions BETWEEN 1 AND 9", name=op.f("ck_deliveries_portions")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_deliveries_canteen_id")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elders.id"], name=op.f("fk_deliveries_elder_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["delivery_orders.id"], name=op.f("fk_deliveries_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["delivery_runs.id"], name=op.f("fk_deliveries_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "elder_id", "day", "mealtime", name=op.f("uq_deliveries_elder_id_day_mealtime")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_deliveries_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_deliveries_canteen_id_deliveries_day_deliveries_mealtime"),
        "deliveries",
        ["canteen_id", "day", "mealtime"],
        unique=False,
    )
    op.create_index(op.f("ix_deliveries_run_id"), "deliveries", ["run_id"], unique=False)
    op.create_table(
        "enrolment_requests",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("link_id", base.Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts_box", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("elder_id", base.Id, nullable=True),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined')", name=op.f("ck_enrolment_requests_state")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_enrolment_requests_decided_by_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_enrolment_requests_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elders.id"], name=op.f("fk_enrolment_requests_elder_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["person_links.id"], name=op.f("fk_enrolment_requests_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_requests")),
        sa.UniqueConstraint("uid", name=op.f("uq_enrolment_requests_uid")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_enrolment_requests_canteen_id_enrolment_requests_state"),
        "enrolment_requests",
        ["canteen_id", "state"],
        unique=False,
    )
    op.create_table(
        "delivery_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", base.Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("volunteer_id", base.Id, nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("reported_at", base.Instant(), nullable=False),
        sa.Column("received_at", base.Instant(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("dishes_back", base.Count, nullable=True),
        sa.Column("wellbeing", sa.Text(), nullable=True),
        sa.Column("next_day", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decided_at IS NULL OR outcome = 'conflict'",
            name=op.f("ck_delivery_reports_decided_conflict"),
        ),
        sa.CheckConstraint(
            "kind IN ('delivered', 'not_home', 'refused', 'spilt', 'wrong_address', 'other', 'undo')",
            name=op.f("ck_delivery_reports_kind"),
        ),
        sa.CheckConstraint(
            "outcome IN ('applied', 'same', 'conflict', 'refused')",
            name=op.f("ck_delivery_reports_outcome"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_delivery_reports_decided_by_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_reports_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_delivery_reports_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_reports")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_reports_delivery_id"), "delivery_reports", ["delivery_id"], unique=False
    )
    op.create_table(
        "delivery_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", base.Id, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("done_at", base.Instant(), nullable=False),
        sa.Column("received_at", base.Instant(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "result IN ('no_answer', 'answered', 'told')", name=op.f("ck_delivery_steps_result")
        ),
        sa.CheckConstraint(
            "step IN ('call_elder', 'call_contact', 'neighbour', 'secretary')",
            name=op.f("ck_delivery_steps_step"),
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_steps_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_steps")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_steps_delivery_id"), "delivery_steps", ["delivery_id"], unique=False
    )
    op.create_table(
        "service_lines",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("canteen_id", base.Id, nullable=False),
        sa.Column("delivery_id", base.Id, nullable=False),
        sa.Column("attempt", base.Count, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", base.Id, nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("funder_id", base.Id, nullable=True),
        sa.Column("amount_fen", base.Fen(), nullable=False),
        sa.Column("to_whom", sa.Text(), nullable=False),
        sa.Column("volunteer_id", base.Id, nullable=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("served_on", base.Day(), nullable=False),
        sa.Column("booked_on", base.Day(), nullable=False),
        sa.Column("made_at", base.Instant(), nullable=False),
        sa.Column("withdrawn_at", base.Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "to_whom IN ('operator', 'deliverer')", name=op.f("ck_service_lines_to_whom")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_service_lines_withdrawn_by"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_service_lines_amount_fen")),
        sa.ForeignKeyConstraint(
            ["canteen_id"], ["canteens.id"], name=op.f("fk_service_lines_canteen_id")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_service_lines_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_service_lines_funder_id")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_service_lines_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_service_lines_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_lines")),
        sa.UniqueConstraint(
            "delivery_id",
            "attempt",
            "service",
            "payer",
            name=op.f("uq_service_lines_delivery_id_attempt_service_payer"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_service_lines_canteen_id_service_lines_booked_on"),
        "service_lines",
        ["canteen_id", "booked_on"],
        unique=False,
    )
    op.create_table(
        "delivery_meals",
        sa.Column("meal_id", base.Id, nullable=False),
        sa.Column("delivery_id", base.Id, nullable=False),
        sa.Column("attempt", base.Count, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_meals_delivery_id")
        ),
        sa.ForeignKeyConstraint(["meal_id"], ["meals.id"], name=op.f("fk_delivery_meals_meal_id")),
        sa.PrimaryKeyConstraint("meal_id", name=op.f("pk_delivery_meals")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_delivery_meals_delivery_id"), "delivery_meals", ["delivery_id"], unique=False
    )
