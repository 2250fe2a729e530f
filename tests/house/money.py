"""Money is whole fen, has one writer and one committer, and time is an argument."""

import ast
import re
import sys
from collections.abc import Iterator

from tests.house.tree import PACKAGES, Check, Tree, called_name, is_below

WHOLE_FEN = ("canteen.rules", "canteen.till", "canteen.services", "reports")
NO_DIVISION = ("canteen.rules", "canteen.till")  # above them "/" joins paths; no float stays
MAY_COMMIT = {"canteen.db.run", "canteen.db.writer"}

#: The one place that reads the clock on each side, so that an offset reaches everything.
CLOCKS = {"canteen": {"canteen.clock"}, "card_reader": {"card_reader.clock"}}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns"}
CLOCK_OWNERS = {"datetime", "date", "time"}

#: Who alone makes rows of a table, by the ORM, by Core or by SQL of their own.
MAKERS = {
    ("LedgerEntry", "ledger_entries"): ("canteen.till.ledger",),
    ("JournalEntry", "journal_entries"): ("canteen.till.ledger",),
    ("AuditLine", "audit_lines"): ("canteen.trail.audit",),
    ("CounterEvent", "counter_events"): ("canteen.trail.events",),
}

#: Packages from outside that a floor may use; the longest prefix that fits decides.
OUTSIDE: dict[str, set[str]] = {
    "canteen.rules": set(),
    "canteen.clock": set(),
    "canteen.db": {"sqlalchemy"},
    "canteen.db.migrate": {"sqlalchemy", "alembic"},
    "canteen.files": set(),
    "canteen.models": {"sqlalchemy"},
    "canteen.models.encrypted": {"sqlalchemy", "cryptography"},
    "canteen.till": {"sqlalchemy"},
    "canteen.trail": {"sqlalchemy"},
    "canteen.services": {"sqlalchemy"},
    "canteen.services.sign_in": {"sqlalchemy", "argon2"},
    "canteen.services.staff": {"sqlalchemy", "argon2"},
    "reports": set(),
    "reports.workbook": {"xlsxwriter"},
    "reports.long_workbook": {"xlsxwriter"},
    "reports.document": {"typst"},
    "card_reader": {"serial"},
    "card_reader.protocols": set(),
}


def no_floats_and_no_true_division(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        if not is_below(name, *WHOLE_FEN):
            continue
        for node in tree.nodes(name):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                yield f"{name}:{node.lineno}: {node.value} is a float; count in fen, milliseconds, days"
            if isinstance(node, ast.Name) and node.id == "float":
                yield f"{name}:{node.lineno}: no float on this floor"
            if is_below(name, *NO_DIVISION) and isinstance(node, ast.BinOp | ast.AugAssign):
                if isinstance(node.op, ast.Div):
                    yield f"{name}:{node.lineno}: `/` makes a float; say with // which way it rounds"


def only_the_unit_of_work_commits(tree: Tree) -> Iterator[str]:
    for name, node in tree.all_nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"commit", "rollback"} and is_below(name, "canteen", "wsgi"):
                if name not in MAY_COMMIT:
                    yield f"{name}:{node.lineno}: the caller owns the transaction (db.run)"


def only_the_clock_reads_the_clock(tree: Tree) -> Iterator[str]:
    for name, node in tree.all_nodes():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        owner_name = getattr(owner, "id", getattr(owner, "attr", ""))
        if node.func.attr in CLOCK_CALLS and owner_name in CLOCK_OWNERS:
            for package, clocks in CLOCKS.items():
                if is_below(name, package) and name not in clocks:
                    yield f"{name}:{node.lineno}: take `now` as an argument"


def rows_have_one_maker(tree: Tree) -> Iterator[str]:
    for (model, table), makers in MAKERS.items():
        sql = re.compile(rf"insert\s+(or\s+\w+\s+)?into\s+{table}\b", re.IGNORECASE)
        for name, node in tree.all_nodes():
            if name in makers:
                continue
            made = False
            if isinstance(node, ast.Call):
                made = called_name(node) == model or (
                    called_name(node) in {"insert", "bulk_insert_mappings", "bulk_save_objects"}
                    and any(model in ast.dump(argument) for argument in node.args)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                made = bool(sql.search(node.value))
            if made:
                yield f"{name}:{node.lineno}: only {' and '.join(makers)} makes a {model}"


def floors_import_only_their_own_packages(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        fits = [prefix for prefix in OUTSIDE if is_below(name, prefix)]
        if not fits:
            continue
        allowed = OUTSIDE[max(fits, key=len)] | set(PACKAGES)
        for node in tree.nodes(name):
            tops = []
            if isinstance(node, ast.Import):
                tops = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                tops = [node.module.split(".")[0]]
            for top in tops:
                if top not in allowed and top not in sys.stdlib_module_names:
                    yield f"{name}:{node.lineno}: imports {top}: not a package of this floor"


CHECKS: tuple[Check, ...] = (
    no_floats_and_no_true_division,
    only_the_unit_of_work_commits,
    only_the_clock_reads_the_clock,
    rows_have_one_maker,
    floors_import_only_their_own_packages,
)
