"""Rows of one roster that collide: one ID number twice, one card for two people, a name without an ID.

Ground floor. Collisions are told in pairs, on both rows; no last row wins.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from canteen.rules.roster_row import RosterRow
from canteen.rules.roster_text import name_key
from canteen.rules.roster_values import Finding


def find_collisions(
    rows: Sequence[RosterRow],
    labels: Mapping[str, str],
    confirmed: Mapping[int, frozenset[str]],
) -> dict[int, tuple[Finding, ...]]:
    """Row → what it collides with."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for group in _groups(rows, lambda row: row.id_number):
        for row, other in _pairs(group):
            if name_key(row.name) == name_key(other.name):
                code, zh = "id_twice", f"和第 {other.row} 行是同一个身份证号"
                en = f"The same ID number as row {other.row}"
            else:
                code, zh = "id_two_names", f"身份证号和第 {other.row} 行 {other.name} 一样"
                en = f"The same ID number as row {other.row}, {other.name}"
            found[row.row].append(_hold(code, zh, en, "id_number", labels, other.row))
    for group in _groups(rows, lambda row: row.card):
        for row, other in _pairs(group):
            if row.id_number is None or row.id_number != other.id_number:
                zh = f"卡号和第 {other.row} 行 {other.name} 一样"
                en = f"The same card as row {other.row}, {other.name}"
                found[row.row].append(_hold("card_twice", zh, en, "card", labels, other.row))
    for group in _groups(rows, lambda row: name_key(row.name) or None):
        for row, other in _pairs(group):
            if row.id_number is None and "name_without_id" not in confirmed.get(row.row, ()):
                zh = f"没有身份证号，和第 {other.row} 行同名：是不是同一个人，要由人来定"
                en = f"No ID number, and the same name as row {other.row}: a person must decide"
                found[row.row].append(
                    _hold("name_without_id", zh, en, "id_number", labels, other.row)
                )
    return {row: tuple(findings) for row, findings in found.items()}


def _groups(
    rows: Sequence[RosterRow], key: Callable[[RosterRow], str | None]
) -> Iterable[list[RosterRow]]:
    by_key: dict[str, list[RosterRow]] = defaultdict(list)
    for row in rows:
        value = key(row)
        if value is not None:
            by_key[value].append(row)
    return (group for group in by_key.values() if len(group) > 1)


def _pairs(group: list[RosterRow]) -> Iterable[tuple[RosterRow, RosterRow]]:
    """Each row with the one it is told beside: the first of the group, which has the second."""
    return ((row, group[0] if place else group[1]) for place, row in enumerate(group))


def _hold(
    code: str, zh: str, en: str, field: str, labels: Mapping[str, str], other: int
) -> Finding:
    return Finding("hold", code, zh, en, field, labels.get(field, ""), other_row=other)
