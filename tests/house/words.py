"""One word per thing: in class names, tables, columns and URLs the second words do not exist."""

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from tests.house.tree import Check, Tree, is_below

#: Second word → the word of the house. Meant as whole words of a name, singular or plural.
SECOND_WORDS = {
    "transaction": "journal entry",
    "refund": "void, correction or pay-out",
    "cancel": "void",
    "cancellation": "void",
    "user": "elder, or staff",
    "customer": "elder",
    "member": "elder",
    "wallet": "purse",
    "till": "counter",
    "shop": "canteen",
    "store": "canteen",
    "restaurant": "canteen",
    "site": "canteen",
    "device": "reader",
    "terminal": "reader or counter",
    "checkout": "sale",
    "purchase": "meal",
    "coupon": "share",
}
SECOND_PAIRS = {"payment_id": "the id of the meal", "menu_item": "dish"}

#: Names that the contract fixes although they hold a second word.
ALLOWED = {
    "device_link",  # a display's revocable link; a device, not a reader
    "device_links",
    "cancel_code",  # why a delivery is `cancelled`: the state's name in domain.md §5
}

ERROR_KINDS = {"NotFound", "Refused", "Conflict", "Invalid"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROUTE_CALLS = {
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "add_url_rule",
    "register_blueprint",
}


def _words(name: str) -> list[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [part.lower() for part in parts]


def _second_word(name: str) -> str | None:
    """What to say instead, if the name holds a second word."""
    snake = "_".join(_words(name))
    if snake in ALLOWED or any(snake.startswith(f"{allowed}_") for allowed in ALLOWED):
        return None
    for pair, ours in SECOND_PAIRS.items():
        if re.search(rf"(^|_){pair}s?($|_)", snake):
            return f"{pair} → {ours}"
    for word in snake.split("_"):
        for second in (word, word.removesuffix("s"), word.removesuffix("ed")):
            if second in SECOND_WORDS:
                return f"{second} → {SECOND_WORDS[second]}"
    return None


def class_names_use_our_words(tree: Tree) -> Iterator[str]:
    for name, node in tree.all_nodes():
        if isinstance(node, ast.ClassDef) and is_below(name, "canteen", "reports"):
            if instead := _second_word(node.name):
                yield f"{name}:{node.lineno}: class {node.name}: {instead}"


def tables_and_columns_use_our_words(tree: Tree) -> Iterator[str]:
    for name, node in tree.all_nodes():
        if not (is_below(name, "canteen.models") and isinstance(node, ast.ClassDef)):
            continue
        for line in node.body:
            word = None
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                if getattr(line.targets[0], "id", "") == "__tablename__":
                    word = str(line.value.value)
            elif isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                word = line.target.id
            if word and (instead := _second_word(word)):
                yield f"{name}:{line.lineno}: {word}: {instead}"


def amounts_say_their_unit(tree: Tree) -> Iterator[str]:
    """A column of type Fen ends in `_fen` (the ledger's own `fen` is the shortest such name)."""
    for name, node in tree.all_nodes():
        if is_below(name, "canteen.models") and isinstance(node, ast.AnnAssign):
            made = node.value
            if isinstance(made, ast.Call) and any(
                getattr(argument, "id", "") == "Fen" for argument in made.args
            ):
                column = getattr(node.target, "id", "")
                if not (column.endswith("_fen") or column == "fen"):
                    yield f"{name}:{node.lineno}: {column} is money: end its name in _fen"


def addresses_use_our_words(tree: Tree) -> Iterator[str]:
    for name, node in tree.all_nodes():
        if not (is_below(name, "canteen.web", "canteen.app") and isinstance(node, ast.Call)):
            continue
        if getattr(node.func, "attr", "") in ROUTE_CALLS:
            texts = [
                *node.args,
                *(word.value for word in node.keywords if word.arg == "url_prefix"),
            ]
            for text in texts:
                if _is_address(text):
                    for part in text.value.split("/"):
                        if not part.startswith("<") and (instead := _second_word(part)):
                            yield f"{name}:{node.lineno}: {text.value}: {instead}"


def _is_address(node: ast.expr) -> TypeGuard[ast.Constant]:
    text = isinstance(node, ast.Constant) and node.value
    return isinstance(text, str) and text.startswith("/")  # `.get("user")` asks a mapping


def errors_speak_both_languages_and_are_tested(tree: Tree) -> Iterator[str]:
    tests = "\n".join(text for path, text in tree.texts(".py") if path.startswith("tests/"))
    tested = set(re.findall(r"[\"'`]([a-z][a-z0-9_]+)[\"'`]", tests))
    subclasses = _error_subclasses(tree)
    for name, node in tree.all_nodes():
        if not isinstance(node, ast.Call):
            continue
        kind = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if kind not in ERROR_KINDS | subclasses or not node.args:
            continue
        code = node.args[0]
        if not (isinstance(code, ast.Constant) and isinstance(code.value, str)):
            continue  # the code is handed on; its maker is looked at
        where = f"{name}:{node.lineno}: error {code.value!r}"
        if kind in ERROR_KINDS:
            zh, en = _sentence(node, 1, "zh"), _sentence(node, 2, "en")
            if zh is not None and not CHINESE.search(zh):
                yield f"{where}: says nothing in Chinese"
            if en is not None and (CHINESE.search(en) or len(en) < 3):
                yield f"{where}: says nothing in English"
        if code.value not in tested:
            yield f"{where}: appears in no test"


def _error_subclasses(tree: Tree) -> set[str]:
    return {
        node.name
        for _, node in tree.all_nodes()
        if isinstance(node, ast.ClassDef)
        and any(getattr(base, "id", "") in ERROR_KINDS for base in node.bases)
    }


def _sentence(node: ast.Call, position: int, keyword: str) -> str | None:
    """The constant words of an argument; None where it is made elsewhere."""
    found: ast.expr | None = node.args[position] if len(node.args) > position else None
    for word in node.keywords:
        if word.arg == keyword:
            found = word.value
    if found is None:
        return ""
    parts = found.values if isinstance(found, ast.JoinedStr) else [found]
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    written = re.search(r"[A-Za-z\u4e00-\u9fff]", "".join(texts))
    return "".join(texts) if written or len(texts) == len(parts) else None


CHECKS: tuple[Check, ...] = (
    class_names_use_our_words,
    tables_and_columns_use_our_words,
    amounts_say_their_unit,
    addresses_use_our_words,
    errors_speak_both_languages_and_are_tested,
)
