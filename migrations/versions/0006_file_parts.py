"""file parts

Files of claims lie in sealed parts, so that one of a million rows is neither held whole by a process nor
written in one commit while a counter waits. Files kept before are their own first part; exports of
drafts, made anew in a moment, are forgotten.
"""

import sqlalchemy as sa
from alembic import op

from canteen.db.append_only import Locks, allow, forbid, lock, unlock
from canteen.models import base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FILES: Locks = {"claim_files": ()}
KEPT = "EXISTS (SELECT 1 FROM claim_files WHERE claim_files.place = {row}.place)"
#: what may not be done to parts, and when
RULES = (
    ("INSERT", KEPT.format(row="NEW")),
    ("UPDATE", "true"),
    ("DELETE", KEPT.format(row="OLD")),
)


def upgrade() -> None:
    op.create_table(
        "claim_file_parts",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("n", base.Count, nullable=False, autoincrement=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", "n", name=op.f("pk_claim_file_parts")),
        sqlite_strict=True,
    )
    unlock(op.get_bind(), FILES)
    bytes_of_file = "'claim_files:' || claim_id || ':' || form"
    for statement in (
        f"INSERT INTO claim_file_parts SELECT {bytes_of_file}, 1, content_box FROM claim_files",
        "ALTER TABLE claim_files DROP COLUMN content_box",
        "ALTER TABLE claim_files ADD COLUMN place TEXT NOT NULL DEFAULT ''",
        f"UPDATE claim_files SET place = {bytes_of_file}",
        "CREATE UNIQUE INDEX uq_claim_files_place ON claim_files (place)",
        "DELETE FROM claim_exports",
        "ALTER TABLE claim_exports DROP COLUMN content_box",
        "ALTER TABLE claim_exports ADD COLUMN sha256 TEXT",
        f"ALTER TABLE claim_exports ADD COLUMN size {_count()}",
    ):
        op.execute(statement)
    lock(op.get_bind(), FILES)
    for act, when in RULES:
        forbid(op.get_bind(), "claim_file_parts", act, when, "a kept file does not change")


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT count(*) FROM claim_files")).scalar_one():
        raise RuntimeError(
            "Files of submitted claims are kept in parts, which release 0005 cannot read: restore the"
            " backup that was made before the upgrade."
        )
    for act, _ in RULES:
        allow(op.get_bind(), "claim_file_parts", act)
    unlock(op.get_bind(), FILES)
    blob = "BLOB" if op.get_bind().dialect.name == "sqlite" else "BYTEA"
    for statement in (
        "ALTER TABLE claim_exports DROP COLUMN size",
        "ALTER TABLE claim_exports DROP COLUMN sha256",
        f"ALTER TABLE claim_exports ADD COLUMN content_box {blob}",
        "DROP INDEX uq_claim_files_place",
        "ALTER TABLE claim_files DROP COLUMN place",
        f"ALTER TABLE claim_files ADD COLUMN content_box {blob}",
    ):
        op.execute(statement)
    lock(op.get_bind(), FILES)
    op.drop_table("claim_file_parts")


def _count() -> str:
    return "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
