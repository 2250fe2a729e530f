"""append-only rows

Money, evidence and dated facts are added, never edited or deleted: the database itself refuses.
A few columns may be written once (a void, a withdrawal, the end of a holding); all others never.
Triggers say RAISE(ABORT), never ROLLBACK: a rollback would take the writer's whole batch with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: table → the columns that may be written once, together, from null
LOCKED: dict[str, tuple[str, ...]] = {
    "swipes": (),
    "counter_acts": (),
    "meals": ("voided_at", "voided_by"),
    "shares": (),
    "voids": (),
    "accounts": (),
    "journal_entries": (),
    "ledger_entries": (),
    "top_ups": (),
    "pay_outs": (),
    "top_up_debts": (),
    "audit_lines": (),
    "seals": (),
    "prices": (),
    "scheme_versions": (),
    "scheme_bindings": ("withdrawn_at", "withdrawn_by"),
    "binding_payers": (),
    "elder_facts": ("withdrawn_at", "withdrawn_by"),
    "card_holdings": ("to_at",),
    "card_blocks": ("to_at",),
}


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, once in LOCKED.items():
        fixed = [c["name"] for c in inspector.get_columns(table) if c["name"] not in once]
        if on_sqlite:
            _lock_on_sqlite(table, fixed, once)
        else:
            _lock_on_postgresql(table, fixed, once)


def _lock_on_sqlite(table: str, fixed: list[str], once: tuple[str, ...]) -> None:
    changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in fixed)
    written = f' OR OLD."{once[0]}" IS NOT NULL' if once else ""
    when = f"WHEN {changed}{written} " if once else ""
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table}: rows are added, never edited'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: rows are never deleted'); END"
    )


def _lock_on_postgresql(table: str, fixed: list[str], once: tuple[str, ...]) -> None:
    changed = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in fixed)
    written = f' OR OLD."{once[0]}" IS NOT NULL' if once else ""
    allowed = f"IF NOT ({changed}{written}) THEN RETURN NEW; END IF; " if once else ""
    op.execute(
        f"CREATE FUNCTION {table}_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN {allowed}"
        f"RAISE EXCEPTION '{table}: rows are added, never edited'; END IF; "
        f"RAISE EXCEPTION '{table}: rows are never deleted'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_locked BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_locked()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"EXECUTE FUNCTION {table}_locked()"
    )


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in LOCKED:
        if on_sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
            op.execute(f"DROP TRIGGER {table}_locked ON {table}")
            op.execute(f"DROP FUNCTION {table}_locked()")
