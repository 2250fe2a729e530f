"""append-only rows

Money, evidence and dated facts are added, never edited or deleted: the database itself refuses.
A few columns may be written once (a void, a withdrawal, the end of a holding); all others never.
"""

from alembic import op

from canteen.db.append_only import Locks, lock, unlock

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: table → the columns that may be written once, together, from null
LOCKED: Locks = {
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
    lock(op.get_bind(), LOCKED)


def downgrade() -> None:
    unlock(op.get_bind(), LOCKED)
