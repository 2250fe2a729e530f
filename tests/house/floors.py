"""Who may import whom, and how large a thing may grow.

Each floor may import the floors below it and nothing above; siblings in services/ do not import
each other, nor do the doors of web/; the card reader stands apart; there are no cycles.
"""

import ast
from collections.abc import Iterator

from tests.house.tree import Check, Tree, is_below

FLOORS = (  # ground first; the longest prefix that fits decides
    ("canteen.rules", "canteen.schemes", "canteen.locale", "reports"),
    ("canteen.clock", "canteen.db", "canteen.models", "canteen.files"),
    ("canteen.till", "canteen.trail"),
    ("canteen.services",),
    ("canteen.web",),
    (
        "canteen.config",
        "canteen.app",
        "canteen.cli",
        "canteen.jobs",
        "canteen.roster_job",
        "canteen.delivery_job",
        "canteen.claim_export",
        "canteen.demo",
    ),
    ("wsgi",),
)
APART = "card_reader"
DOORS = (
    "reader",
    "counter",
    "kitchen",
    "community",
    "street",
    "volunteer",
    "finance",
    "auditor",
    "family",
    "admin",
)
INDEPENDENT = ("canteen.services", *(f"canteen.web.{door}" for door in DOORS))
NOT_DIRECTLY = {  # a floor may be below and still be none of one's business
    "canteen.web": (
        "canteen.models",
        "canteen.till",
        "canteen.trail",
        "canteen.db.engine",
        "canteen.db.writer",
        "reports.document",
        "reports.workbook",
        "reports.long_workbook",
    ),
    "canteen.services": ("canteen.clock", "canteen.db", "canteen.files"),
    "canteen.till": ("canteen.clock", "canteen.db", "canteen.files"),
    "canteen.trail": ("canteen.clock", "canteen.db", "canteen.files"),
    "canteen.models": ("canteen.clock", "canteen.db", "canteen.files"),
    "canteen.files": ("canteen.clock", "canteen.db", "canteen.models"),
    "reports": ("canteen",),
    "canteen.jobs": ("canteen.web", "canteen.till"),
    "canteen.roster_job": ("canteen.web", "canteen.till"),
    "canteen.delivery_job": ("canteen.web", "canteen.till"),
    "canteen.claim_export": ("canteen.web", "canteen.till"),
    "canteen.cli": ("canteen.web", "canteen.till"),
    "canteen.demo": ("canteen.web", "canteen.till"),
}
NAMES_WITHOUT_MEANING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "shared",
    "base_utils",
}
LINES_MAX = 350
#: the verifier is handed to auditors as the one file that it is
LINES_OF = {"reports.verify": 535}
FUNCTION_LINES_MAX = 70


def _floor(name: str) -> int | None:
    fits = [
        (len(prefix), level)
        for level, prefixes in enumerate(FLOORS)
        for prefix in prefixes
        if is_below(name, prefix)
    ]
    return max(fits)[1] if fits else None


def every_module_stands_on_a_floor(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        if _floor(name) is None and not is_below(name, APART) and name != "canteen":
            yield f"{name}: stands on no floor; give it one in tests/house/floors.py"


def imports_go_down(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        for target, line in tree.imports(name):
            if is_below(name, APART) or is_below(target, APART):
                if is_below(name, APART) != is_below(target, APART):
                    yield f"{name}:{line}: imports {target}: the card reader stands apart"
            else:
                here, there = _floor(name), _floor(target)
                if here is not None and there is not None and there > here:
                    yield f"{name}:{line}: imports {target}: that is upstairs"


def floors_are_not_skipped(tree: Tree) -> Iterator[str]:
    for above, below in NOT_DIRECTLY.items():
        for name in tree.modules:
            if is_below(name, above):
                for target, line in tree.imports(name):
                    if is_below(target, *below):
                        yield f"{name}:{line}: imports {target}: ask a service"


def models_meet_only_in_metadata(tree: Tree) -> Iterator[str]:
    allowed = ("canteen.models.base", "canteen.models.encrypted")
    for name in tree.modules:
        if is_below(name, "canteen.models") and name != "canteen.models.metadata":
            for target, line in tree.imports(name):
                if is_below(target, "canteen.models") and target not in allowed:
                    yield f"{name}:{line}: imports {target}: use the table's name"


def siblings_do_not_import_each_other(tree: Tree) -> Iterator[str]:
    for group in INDEPENDENT:
        for name in tree.modules:
            if name.startswith(f"{group}."):
                for target, line in tree.imports(name):
                    if target.startswith(f"{group}."):
                        yield f"{name}:{line}: imports its sibling {target}: move it a floor down"


def doors_do_not_lead_into_each_other(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        door = _door(name)
        for target, line in tree.imports(name):
            other = _door(target)
            if door and other and door != other:
                yield f"{name}:{line}: imports {target}: another user's door"


def _door(name: str) -> str | None:
    parts = name.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "web" and parts[2] in DOORS else None


def imports_stand_at_the_top_and_in_full(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        for node in tree.nodes(name):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield f"{name}:{node.lineno}: write imports in full"
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Import | ast.ImportFrom):
                        yield f"{name}:{inner.lineno}: import at the top of the module"
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                yield f"{name}:{node.lineno}: TYPE_CHECKING hides a wrong floor; mend the floor"


def there_are_no_cycles(tree: Tree) -> Iterator[str]:
    graph = {name: {target for target, _ in tree.imports(name)} for name in tree.modules}
    for name, targets in graph.items():
        seen: set[str] = set()
        todo = list(targets)
        while todo:
            here = todo.pop()
            if here == name:
                yield f"{name}: imports itself through others; something stands on the wrong floor"
                break
            if here not in seen:
                seen.add(here)
                todo.extend(graph[here])


def files_and_functions_fit_on_a_page(tree: Tree) -> Iterator[str]:
    for name, path in tree.modules.items():
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > LINES_OF.get(name, LINES_MAX):
            yield f"{name}: {lines} lines; split it by use case, not by kind"
        for node in tree.nodes(name):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    yield f"{name}:{node.lineno}: {node.name} has {length} lines; find its parts"


def modules_have_names_that_mean_something(tree: Tree) -> Iterator[str]:
    for name in tree.modules:
        if set(name.split(".")) & NAMES_WITHOUT_MEANING:
            yield f"{name}: name it by what it does for whom"


def modules_say_what_they_are_for(tree: Tree) -> Iterator[str]:
    for name, path in tree.modules.items():
        module = tree.parse(path)
        if module.body and not ast.get_docstring(module):
            yield f"{name}: open with a docstring: what it is for, why it stands on its floor"


CHECKS: tuple[Check, ...] = (
    every_module_stands_on_a_floor,
    imports_go_down,
    floors_are_not_skipped,
    models_meet_only_in_metadata,
    siblings_do_not_import_each_other,
    doors_do_not_lead_into_each_other,
    imports_stand_at_the_top_and_in_full,
    there_are_no_cycles,
    files_and_functions_fit_on_a_page,
    modules_have_names_that_mean_something,
    modules_say_what_they_are_for,
)
