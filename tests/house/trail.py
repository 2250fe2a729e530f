"""What an audit line can be: each call that writes one, followed back to the words in the source.

What cannot be followed is an error, so that no line is written past the table of its words.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

from tests.house.tree import Tree, called_name

TRAIL = "canteen.trail.audit"
WRITERS = {"append_audit", "append_audit_of_many"}
#: makes tellers of a kind of object, whose second argument is the action
TELL_OF, ACTION_OF_TELLER = "tell_of", 1

#: (name of a function, its parameter)
Parameter = tuple[str, str]


class Trail:
    """The lines that a tree writes; `known`: what a parameter that comes from outside can be."""

    def __init__(self, tree: Tree, known: Mapping[Parameter, frozenset[str]]) -> None:
        self.tree = tree
        self.known = known

    def list_actions(self) -> set[str]:
        """Every action that a line can have."""
        told = [*self._written("action"), *self._told()]
        return {text for name, node in told for text in self._texts(name, node)}

    def list_objects(self) -> set[str]:
        """Every kind of object that a line can be about."""
        told = [*self._written("object_kind"), *self._tellers_made()]
        return {text for name, node in told for text in self._texts(name, node)}

    def _written(self, field: str) -> Iterator[tuple[str, ast.expr]]:
        """(module, expression) of what the lines have in a field."""
        for name in self.tree.modules:
            for call in self._calls(name) if name != TRAIL else ():
                if called_name(call) in WRITERS:
                    yield name, next(one.value for one in call.keywords if one.arg == field)

    def _told(self) -> Iterator[tuple[str, ast.expr]]:
        """(module, expression) of each action that a teller is handed."""
        for name in self.tree.modules:
            for call in self._calls(name):
                if isinstance(call.func, ast.Call):
                    is_teller = called_name(call.func) == TELL_OF
                else:
                    is_teller = (
                        isinstance(call.func, ast.Name) and call.func.id in self._tellers[name]
                    )
                if is_teller:
                    yield name, call.args[ACTION_OF_TELLER]

    def _tellers_made(self) -> Iterator[tuple[str, ast.expr]]:
        for name in self.tree.modules:
            for call in self._calls(name):
                if called_name(call) == TELL_OF:
                    yield name, call.args[0]

    @cached_property
    def _tellers(self) -> dict[str, set[str]]:
        """The names of the tellers that each module can use."""
        found: dict[str, set[str]] = {name: set() for name in self.tree.modules}
        for name, node in self.tree.all_nodes():
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                if called_name(node.value) == TELL_OF:
                    teller = ast.unparse(node.targets[0])
                    for user in self._users(name, teller):
                        found[user].add(teller)
        return found

    def _users(self, name: str, what: str) -> list[str]:
        """The modules that can use `what` of a module: itself and, unless it is private, its importers."""
        importers = [] if what.startswith("_") else self._importers.get(name, [])
        return [name, *importers]

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.tree.modules:
            for imported in {imported for imported, _ in self.tree.imports(name)}:
                found.setdefault(imported, []).append(name)
        return found

    def _calls(self, name: str) -> list[ast.Call]:
        return [node for node in self.tree.nodes(name) if isinstance(node, ast.Call)]

    def _texts(self, name: str, node: ast.expr) -> set[str]:
        """What an expression of a module can be."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {node.value}
        if isinstance(node, ast.IfExp):
            return self._texts(name, node.body) | self._texts(name, node.orelse)
        if isinstance(node, ast.FormattedValue):
            return self._texts(name, node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [self._texts(name, part) for part in node.values]
            return {"".join(texts) for texts in product(*parts)}
        if isinstance(node, ast.Name):
            for function in self._around(name, node):
                if found := self._set_in(name, function, node.id):
                    return found
                if node.id in _parameters(function):
                    return self._handed(name, function, node.id)
        where = f"{self.tree.modules[name]}:{node.lineno}"
        raise ValueError(f"{where}: {ast.unparse(node)} can be anything; write it where it is read")

    def _around(self, name: str, node: ast.AST) -> list[ast.FunctionDef]:
        """The functions that a node stands in, from the inside out."""
        holding = [
            one for one in self.tree.nodes(name)
            if isinstance(one, ast.FunctionDef) and any(inner is node for inner in ast.walk(one))
        ]  # fmt: skip
        return holding[::-1]

    def _set_in(self, name: str, function: ast.FunctionDef, variable: str) -> set[str]:
        """What a variable is set to in a function: by assignments, by a loop over written tuples."""
        found: set[str] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable:
                found |= self._texts(name, node.value)
            elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
                names = [ast.unparse(one) for one in node.target.elts]
                if variable in names and isinstance(node.iter, ast.Tuple):
                    for row in node.iter.elts:
                        assert isinstance(row, ast.Tuple)
                        found |= self._texts(name, row.elts[names.index(variable)])
        return found

    def _handed(self, name: str, function: ast.FunctionDef, parameter: str) -> set[str]:
        """What the callers of a function hand it, by position, by name, or through `run(function, …)`."""
        if known := self.known.get((function.name, parameter)):
            return set(known)
        at = _parameters(function).index(parameter)
        found: set[str] = set()
        for user in self._users(name, function.name):
            for call in self._calls(user):
                named = [one.value for one in call.keywords if one.arg == parameter]
                if called_name(call) == function.name:
                    named += call.args[at : at + 1]
                elif not any(_last_name(one) == function.name for one in call.args):
                    continue
                for value in named:
                    found |= self._texts(user, value)
        return found


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]


def _last_name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))
