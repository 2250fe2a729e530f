"""write-offs of claims, movements set aside

What a funder will never pay is written off by a second person; a movement of a bank account that concerns
no claim is set aside with a reason.
"""

import sqlalchemy as sa
from alembic import op

from canteen.db.append_only import Locks, lock, unlock
from canteen.models import base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: table → the columns that may be written once, together, from null
LOCKED: Locks = {
    "statement_asides": ("taken_back_at", "taken_back_by"),
    "claim_write_offs": ("decided_at", "decided_by", "is_approved", "journal_entry_id"),
}


def upgrade() -> None:
    op.create_table(
        "statement_asides",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("statement_line_id", base.Id, nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", base.Instant(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("taken_back_at", base.Instant(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_statement_asides_fen")),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)",
            name=op.f("ck_statement_asides_taken_back_by_whom"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_line_id"],
            ["statement_lines.id"],
            name=op.f("fk_statement_asides_statement_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_asides")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_statement_asides_statement_line_id"), "statement_asides", ["statement_line_id"]
    )
    op.create_table(
        "claim_write_offs",
        sa.Column("id", base.Id, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("claim_id", base.Id, nullable=False),
        sa.Column("funder_id", base.Id, nullable=False),
        sa.Column("fen", base.Fen(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", base.Instant(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("decided_at", base.Instant(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("is_approved", base.Flag(), nullable=True),
        sa.Column("journal_entry_id", base.Id, nullable=True),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_claim_write_offs_fen")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_claim_write_offs_decided_by_whom"),
        ),
        sa.CheckConstraint(
            "decided_by <> asked_by", name=op.f("ck_claim_write_offs_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_claim_write_offs_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funders.id"], name=op.f("fk_claim_write_offs_funder_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_entry_id"],
            ["journal_entries.id"],
            name=op.f("fk_claim_write_offs_journal_entry_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_write_offs")),
        sa.UniqueConstraint("journal_entry_id", name=op.f("uq_claim_write_offs_journal_entry_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_claim_write_offs_uid")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claim_write_offs_claim_id"), "claim_write_offs", ["claim_id"])
    lock(op.get_bind(), LOCKED)


def downgrade() -> None:
    for table in LOCKED:
        if op.get_bind().execute(sa.select(sa.func.count()).select_from(sa.table(table))).scalar():
            raise RuntimeError(
                f"{table} holds rows, which release 0006 cannot read: restore the backup that was made"
                " before the upgrade."
            )
    unlock(op.get_bind(), LOCKED)
    for table in LOCKED:
        op.drop_table(table)
