"""What lies in the files: nothing unfinished, of one machine or from outside; tests that run."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import Check, Tree, called_name, is_below

USERS = (
    *("reader", "counter", "display", "community", "street", "kitchen", "volunteer"),
    *("finance", "auditor", "family", "admin"),
)
CHANGE = re.compile(r"^- \*\*({})\*\*: .+\. Before: .+\.$".format("|".join(USERS)))

#: Written in parts, so that this file does not find itself.
PACKAGE_INDEX = re.compile(
    "|".join(
        (
            "extra-" + "index-url",
            "--index" + "-url",
            "--find" + "-links",
            r"https?://[^\s/]*py" + r"pi\b",
            "files.python" + "hosted",
            "registry.npm" + "js",
            "deb.deb" + "ian",
        )
    )
)
ONE_MACHINE = re.compile(
    "|".join((r"(?<![\w.])/wo" + "rk/", r"\.lib" + r"rary\b", "/tmp/" + "plan"))
)
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")

OUTSIDE_ADDRESS = re.compile(
    r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+/?""", re.I
)
INLINE = {  # what the content-security policy drops without a word
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", re.I),
    "an inline style element": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]+\sstyle=", re.I),
    "an inline handler": re.compile(r"<[^>]+\son[a-z]+=", re.I),
}

SETTING = re.compile(r"\bCANTEEN_[A-Z][A-Z_]*[A-Z]\b")


def nothing_is_left_unfinished(tree: Tree) -> Iterator[str]:
    written = (".py", ".js", ".css", ".html", ".toml", ".md", ".po", ".txt", "")
    for path, text in tree.texts(*written):
        for number, line in enumerate(text.splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"{path}:{number}: finish it or leave it out"
    for name, node in tree.all_nodes():
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node):
            yield f"{name}:{node.lineno}: a promise that is not kept"


def no_function_is_empty(tree: Tree) -> Iterator[str]:
    """Protocols, and click groups (whose docstring is their help), are all said by their head."""
    for name, owner in tree.all_nodes():
        protocol = isinstance(owner, ast.ClassDef) and any(
            "Protocol" in ast.dump(base) for base in owner.bases
        )
        body = getattr(owner, "body", None)
        if protocol or not isinstance(body, list):
            continue
        for node in body:
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                if all(isinstance(line, ast.Pass) or _is_constant(line) for line in node.body):
                    yield f"{name}:{node.lineno}: {node.name} does nothing"


def _is_constant(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def faults_are_not_swallowed(tree: Tree) -> Iterator[str]:
    for name, node in tree.all_nodes():
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
            if all(
                isinstance(line, ast.Pass | ast.Continue) or _is_constant(line)
                for line in node.body
            ):
                yield f"{name}:{node.lineno}: swallows every fault; name the one that is meant"
        if isinstance(node, ast.Call) and called_name(node) == "suppress":
            if any(_is_broad(argument) for argument in node.args):
                yield f"{name}:{node.lineno}: swallows every fault; name the one that is meant"


def _is_broad(kind: ast.expr | None) -> bool:
    return kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"}


def nothing_is_of_one_machine(tree: Tree) -> Iterator[str]:
    for path, text in tree.texts():
        for number, line in enumerate(text.splitlines(), 1):
            if PACKAGE_INDEX.search(line):
                yield f"{path}:{number}: names a package index; whoever installs chooses theirs"
            if ONE_MACHINE.search(line):
                yield f"{path}:{number}: a path of one machine"


def pages_fetch_nothing_from_outside(tree: Tree) -> Iterator[str]:
    for path, text in tree.texts(".html", ".js", ".css", ".svg"):
        if not path.startswith("canteen/") and not path.startswith("card_reader/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if OUTSIDE_ADDRESS.search(line) and not line.lstrip().startswith(("//", "/*", "*")):
                yield f"{path}:{number}: an address outside our own server"
        if path.endswith(".html"):
            for what, pattern in INLINE.items():
                if pattern.search(text):
                    yield f"{path}: {what}; the content-security policy forbids it"


def each_change_says_for_whom_and_what_was_before(tree: Tree) -> Iterator[str]:
    text = (tree.root / "CHANGELOG.md").read_text(encoding="utf-8")
    items = re.split(r"\n(?=- |## |\n)", text)
    for item in items:
        line = " ".join(item.split())
        if line.startswith("- ") and not CHANGE.match(line):
            yield f"CHANGELOG.md: {line[:60]!r}…: say for whom, what is new, and 'Before: …'"


def files_of_tests_hold_only_tests(tree: Tree) -> Iterator[str]:
    """A test that is named wrong never runs, and nobody notices."""
    for path in sorted((tree.root / "tests").rglob("test_*.py")):
        where = path.relative_to(tree.root)
        for node in tree.parse(path).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                fixture = any("fixture" in ast.dump(mark) for mark in node.decorator_list)
                if not (node.name.startswith(("test_", "make_", "_")) or fixture):
                    yield f"{where}:{node.lineno}: {node.name} is no test, maker or fixture"


def no_test_is_skipped(tree: Tree) -> Iterator[str]:
    for path in sorted((tree.root / "tests").rglob("*.py")):
        for node in ast.walk(tree.parse(path)):
            name = getattr(node, "attr", getattr(node, "id", ""))
            if name in {"skip", "skipif", "importorskip", "xfail", "skipTest"}:
                where = path.relative_to(tree.root)
                yield f"{where}:{node.lineno}: a missing part fails, it never skips"


def migrations_have_one_head(tree: Tree) -> Iterator[str]:
    versions = tree.root / "migrations" / "versions"
    downs: dict[str, str | None] = {}
    for path in sorted(versions.glob("*.py")):
        facts = {
            getattr(target, "id", ""): getattr(node.value, "value", None)
            for node in tree.parse(path).body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        }
        revision = facts.get("revision")
        if not revision:
            yield f"migrations/versions/{path.name}: no revision"
            continue
        if not re.fullmatch(rf"{revision}(_[a-z0-9_]+)?", path.stem):
            yield f"migrations/versions/{path.name}: name it by its revision {revision}"
        downs[revision] = facts.get("down_revision")
    heads = set(downs) - set(downs.values())
    if downs and len(heads) != 1:
        yield f"migrations: {len(heads)} heads ({', '.join(sorted(heads))}); there must be one"
    head = tree.root / "migrations" / "HEAD"
    if downs and (not head.exists() or head.read_text(encoding="utf-8").split() != sorted(heads)):
        yield f"migrations/HEAD: must say {', '.join(sorted(heads))}, in the same commit"


def settings_are_explained(tree: Tree) -> Iterator[str]:
    known = {
        setting
        for name, node in tree.all_nodes()
        if is_below(name, "canteen.config")
        and isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        for setting in SETTING.findall(node.value)
    }
    for readme in ("README.md", "README.zh.md"):
        text = (tree.root / readme).read_text(encoding="utf-8")
        table = {
            setting
            for line in text.splitlines()
            if line.startswith("| `CANTEEN_")
            for setting in SETTING.findall(line.split("|")[1])
        }
        for setting in sorted(known - table):
            yield f"{readme}: {setting} has no line in the table of settings"
        for setting in sorted(table - known):
            yield f"{readme}: {setting} is explained but does not exist"


CHECKS: tuple[Check, ...] = (
    nothing_is_left_unfinished,
    no_function_is_empty,
    faults_are_not_swallowed,
    nothing_is_of_one_machine,
    pages_fetch_nothing_from_outside,
    each_change_says_for_whom_and_what_was_before,
    files_of_tests_hold_only_tests,
    no_test_is_skipped,
    migrations_have_one_head,
    settings_are_explained,
)
