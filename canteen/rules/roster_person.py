"""One row of a roster judged by itself: the person it tells of, and all that is wrong with it.

Ground floor; the ID number, sex and birth date are read in `roster_identity`.
"""

import re
from collections.abc import Callable

from canteen.rules.grid import Cell, Typed
from canteen.rules.roster_categories import ended, read_categories
from canteen.rules.roster_identity import look_at_age, read_born, read_id, read_sex
from canteen.rules.roster_row import PersonCells, RosterRow, is_odd
from canteen.rules.roster_text import CLEAR_WORDS, cell_text, clean_name, is_chinese
from canteen.rules.roster_values import Finding, is_hex_or_decimal, read_card, read_phone

NAME_MAX, TEXT_MAX = 60, 200
#: "as above"
DITTO = frozenset({"同上", "同前", "如上", "〃", '"', "''", "″", "”", "“"})
#: fields that the mark 清除 never empties
_KEPT = {"name", "sex", "id_number", "born", "lunar", "community", "hukou", "residence"}
#: what stands where a program had no sign for a character
_LOST = re.compile(r"[\u3400-\u9fff][?]|[?][\u3400-\u9fff]|^[?]+$|[\ufffd□]")
#: a name that is masked, or that a number or a mark was left beside: 韦XX, *德胜, 3韦德胜
_ODD = re.compile(r"[\u3400-\u9fff][\d*×●■Xx]|[\d*×●■Xx][\u3400-\u9fff]")
_ENDED = re.compile(r"[(](?:已?(?:去世|死亡|病故)|已?故|身故|已?迁出|已?搬走)[)]$")
#: fields whose cells are used: a formula or an error in one of them stops the row
_USED = (
    "name", "sex", "id_number", "born", "phone", "community", "address", "hukou", "residence",
    "category", "card", "diet",
)  # fmt: skip


def judge_person(cells: PersonCells) -> RosterRow:
    """Read one row; all that is wrong with it is in `findings`, in the order of the columns' weight."""
    cleared = {of for of, text in cells.texts.items() if text in CLEAR_WORDS}
    _refuse_odd_cells(cells)
    _refuse_to_clear(cells, cleared)
    name = _read_name(cells)
    identity = read_id(cells)
    sex = read_sex(cells, identity)
    born = read_born(cells, identity)
    look_at_age(cells, born)
    phone = _take(cells, "phone", cleared, read_phone)
    card = _read_card(cells, cleared)
    said, category_findings = read_categories(cells.texts, cells.labels)
    for finding in category_findings:
        cells.add(finding)
    _note_cleaned(cells, identity.number if identity else None)
    texts = {
        of: _read_text(cells, of) if of not in cleared else None
        for of in ("community", "address", "hukou", "residence", "diet")
    }
    return RosterRow(
        row=cells.row,
        name=name,
        id_number=identity.number if identity else None,
        sex=sex,
        born=born,
        phone=phone,
        categories=said,
        card=card,
        cleared=frozenset(cleared),
        findings=tuple(cells.findings),
        **texts,
    )


def _take(
    cells: PersonCells,
    of: str,
    cleared: set[str],
    read: Callable[[str, Cell], tuple[str | None, Finding | None]],
) -> str | None:
    cell = cells.cells.get(of)
    if of in cleared or is_odd(cell):
        return None
    value, finding = read(cells.text(of), cell)
    cells.add(finding)
    return value


def _read_card(cells: PersonCells, cleared: set[str]) -> str | None:
    """The card; in a file of hexadecimal numbers ten digits without a letter may be either."""
    if not (cells.has_hex_cards and is_hex_or_decimal(cells.text("card"))):
        return _take(cells, "card", cleared, read_card)
    cells.say(
        "refuse",
        "card_hex_or_decimal",
        "这一列有十六进制的卡号，十位数字分不清是哪一种：十六进制的写成 em4100:0100129348，"
        "卡面号码写成 printed:0100129348",
        "This column holds hexadecimal card numbers, and ten digits may be either kind: write"
        " em4100:0100129348 for hexadecimal, printed:0100129348 for the number on the card",
        "card",
    )
    return None


def _refuse_to_clear(cells: PersonCells, cleared: set[str]) -> None:
    """The mark 清除 where nothing can be taken away: said, never passed over."""
    for of in sorted(cleared & _KEPT):
        cells.say(
            "refuse",
            "cannot_clear",
            f"{cells.place(of)} 的“{cells.text(of)}”在这一列不能用：请在长者页面上改",
            f"{cells.place(of)}: this column cannot be cleared by a roster; use the elder's page",
            of,
        )
        if of != "name":
            cells.texts[of], cells.cells[of] = "", None


def _note_cleaned(cells: PersonCells, id_number: str | None) -> None:
    """Say which cells held signs that are not kept: full-width letters, unseen signs, odd blanks."""
    given = cells.text("id_number")
    is_tidied = id_number is not None and given != id_number and len(given) >= len(id_number)
    tidied = [
        of
        for of in _USED
        if (text := cells.texts.get(of))
        and isinstance(cell := cells.cells[of], str)
        and ((text is not cell and cell.strip(" ") != text) or (of == "id_number" and is_tidied))
    ]
    if tidied:
        places = [cells.place(of) for of in tidied]
        cells.say(
            "note",
            "cleaned",
            f"{'、'.join(places)} 里的全角、空白、小写 x 或看不见的字符已整理",
            f"Full-width letters, blanks, small x or unseen characters tidied: {', '.join(places)}",
            tidied[0],
        )


def _refuse_odd_cells(cells: PersonCells) -> None:
    for of, cell in cells.cells.items():
        if not is_odd(cell) or (of not in _USED and not of.startswith("category.")):
            continue
        at = cells.place(of)
        if isinstance(cell, Typed) and cell.kind == "formula":
            cells.say(
                "refuse",
                "cell_formula",
                f"{at} 是公式且没有结果，请粘贴为数值",
                f"{at} is a formula without a result; paste it as a value",
                of,
            )
        else:
            shown = cell_text(cell)
            cells.say(
                "refuse",
                "cell_error",
                f"{at} 是错误值 {shown}，请改正后粘贴为数值",
                f"{at} holds the error {shown}; mend it and paste the value",
                of,
            )


def _read_name(cells: PersonCells) -> str:
    if is_odd(cells.cells.get("name")):
        return ""
    given = cells.text("name")
    name = clean_name(given)
    if not name or given in DITTO:
        cells.say("refuse", "name_missing", "没有姓名", "There is no name", "name")
    elif len(name) > NAME_MAX:
        cells.say(
            "refuse",
            "name_long",
            f"姓名有 {len(name)} 个字，最多 {NAME_MAX} 个",
            f"The name has {len(name)} characters; {NAME_MAX} at most",
            "name",
        )
    elif _LOST.search(name) or name.isdigit():
        cells.say(
            "refuse",
            "name_lost_character",
            "这不是姓名，或有字丢了（变成了 ? 或 □），请写上",
            "This is no name, or a character was lost (turned into ? or □); write it",
            "name",
        )
    elif _ENDED.search(name):
        cells.add(ended(name, "name"))
    elif _ODD.search(name):
        cells.say(
            "note",
            "name_odd",
            "姓名里有数字、星号或叉，请核对",
            "The name holds digits, stars or crosses; please check",
            "name",
        )
    elif is_chinese(name) and " " in given and "·" not in name:
        cells.say(
            "note",
            "name_blanks",
            f"姓名里的空格去掉了：{name}",
            f"Blanks inside the name were taken out: {name}",
            "name",
        )
    return name


def _read_text(cells: PersonCells, of: str) -> str | None:
    text = cells.text(of)
    if text in DITTO:
        cells.say(
            "refuse",
            "cell_ditto",
            f"{cells.place(of)} 写着“{text}”，请把内容写全",
            f"{cells.place(of)} says {text!r}; write it out",
            of,
        )
        return None
    if text == "0":  # what a spreadsheet's look-up makes of an empty cell
        return None
    if len(text) > TEXT_MAX:
        cells.say(
            "refuse",
            "text_long",
            f"太长：最多 {TEXT_MAX} 个字",
            f"Too long: {TEXT_MAX} characters at most",
            of,
        )
    return text or None
