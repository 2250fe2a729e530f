"""The people of a set-up file: elders with their dated facts and cards, volunteers, staff.

Ground floor: rows and faults out, as `setup_file` does for canteens; which areas, canteens, cards and
categories exist comes in with `Known`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from canteen.rules.card_uid import CardUid, parse_enrolled_card
from canteen.rules.categories import LEVELS, REGISTER_CATEGORIES
from canteen.rules.duties import Duty, parse_duty
from canteen.rules.identity import IdNumber, parse_id_number
from canteen.rules.roles import SCOPE_KINDS, STAFF_ROLES
from canteen.rules.scheme import AREA_DIGITS
from canteen.rules.scheme_text import Table
from canteen.rules.setup_canteens import CanteenRow, read_canteens
from canteen.rules.setup_file import (
    AreaRow,
    FunderRow,
    Known,
    SetupTables,
    label_of,
    must_be_known,
    note_repeat,
    read_areas,
    read_funders,
)
from canteen.rules.setup_values import SEX_WORDS, ask_area, ask_checked, ask_code, ask_day, ask_flag
from canteen.rules.setup_values import ask_instant as ask_moment
from canteen.rules.sign_in import check_password, fold_name


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category held from a day (None: from the beginning) to a day (None: still)."""

    code: str
    level: int | None
    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card the elder holds from an instant; None: from long ago."""

    card: CardUid
    printed: str | None
    from_at: datetime | None


@dataclass(frozen=True, slots=True)
class ElderRow:
    """An elder as the file tells of her; None where the file is silent."""

    number: str
    name: str
    sex: str
    born: date
    id_number: str | None
    phone: str | None
    hukou: str | None
    residence: str | None
    moved_in_on: date | None
    canteen: str | None
    community: str
    balance_fen: int
    address: str | None
    diet: str | None
    speak: bool | None
    speak_balance: bool | None
    moved_on: date | None
    deceased_on: date | None
    categories: tuple[CategoryRow, ...]
    cards: tuple[CardRow, ...]
    at: Table


@dataclass(frozen=True, slots=True)
class VolunteerRow:
    """Someone who carries meals."""

    number: str
    name: str
    phone: str | None
    area: str
    capacity: int
    #: None where the file is silent: what is kept stays
    floors_max: int | None = None
    buildings: str | None = None
    team: str | None = None
    duties: frozenset[Duty] | None = None


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A sign-in with one role at one scope; several rows of one name are several roles."""

    name: str
    role: str
    scope_kind: str
    scope: str
    display_name: str
    password: str | None


@dataclass(frozen=True, slots=True)
class SetupFile:
    """Everything a set-up file says."""

    areas: tuple[AreaRow, ...]
    funders: tuple[FunderRow, ...]
    canteens: tuple[CanteenRow, ...]
    elders: tuple[ElderRow, ...]
    test_cards: tuple[CardRow, ...]
    volunteers: tuple[VolunteerRow, ...]
    staff: tuple[StaffRow, ...]


def read_people(
    tables: SetupTables, known: Known, today: date
) -> tuple[
    tuple[ElderRow, ...], tuple[CardRow, ...], tuple[VolunteerRow, ...], tuple[StaffRow, ...]
]:
    """Elders, test cards, volunteers and staff, after the sites of the same file were read."""
    return (
        _elders(tables, known, today),
        _test_cards(tables, known),
        _volunteers(tables, known),
        _staff(tables, known),
    )


def read_setup(tables: SetupTables, known: Known, categories: set[str], today: date) -> SetupFile:
    """Read all tables; faults gather in `tables.faults`. `categories` are those schemes declare;
    nobody is born after `today`."""
    known.categories |= categories
    areas = read_areas(tables, known)
    funders = read_funders(tables, known)
    canteens = read_canteens(tables, known)
    elders, test_cards, volunteers, staff = read_people(tables, known, today)
    tables.head.close()
    return SetupFile(areas, funders, canteens, elders, test_cards, volunteers, staff)


def _elders(tables: SetupTables, known: Known, today: date) -> tuple[ElderRow, ...]:
    rows = []
    numbers: set[str] = set()
    id_numbers: set[str] = set()
    for table in tables.tables("elder"):
        number = ask_code(table, "number")
        note_repeat(table, "number", number, numbers)
        row = _elder(tables, table, number, known, today)
        if row is not None:
            note_repeat(table, "id_number", row.id_number or "", id_numbers)
            rows.append(row)
        table.close()
    return tuple(rows)


def _elder(
    tables: SetupTables, table: Table, number: str, known: Known, today: date
) -> ElderRow | None:
    name = table.text("name", required=True)
    sex = table.choice("sex", ("F", "M", "U", *SEX_WORDS))
    born = ask_day(table, "born", required=True)
    if born and born > today:
        table.fault("born", f"生日 {born} 还没到", f"the birthday {born} is still to come")
    identity: IdNumber | None = ask_checked(table, "id_number", parse_id_number)
    canteen = ask_code(table, "canteen", required=False) or None
    must_be_known(table, "canteen", canteen or "", known.canteens, "canteen")
    hukou, residence = ask_area(table, "hukou", False), ask_area(table, "residence", False)
    community = ask_area(table, "community", False)
    if community:
        must_be_known(table, "community", community, known.areas, "area")
    else:
        community = _nearest(residence, known.areas)
    if not community and residence and not canteen:
        table.fault(
            "residence",
            f"居住地 {residence} 不在任何 [[area]] 内，也没有写 canteen：不知道归哪个社区",
            f"residence {residence} lies in no [[area]] and there is no canteen: whose elder is this?",
        )
    elif not community and not canteen:
        table.fault("residence", "要写居住地 residence 或食堂 canteen", "give residence or canteen")
    row = ElderRow(
        number=number,
        name=name or "",
        sex=SEX_WORDS.get(sex, sex) if sex else "U",
        born=born or date.min,
        id_number=identity.number if identity else None,
        phone=table.text("phone"),
        hukou=hukou or None,
        residence=residence or None,
        moved_in_on=ask_day(table, "moved_in_on"),
        canteen=canteen,
        community=community,
        balance_fen=table.whole("balance_fen", 0, 100_000_000) or 0,
        address=table.text("address"),
        diet=table.text("diet"),
        speak=ask_flag(table, "speak"),
        speak_balance=ask_flag(table, "speak_balance"),
        moved_on=ask_day(table, "moved_on"),
        deceased_on=ask_day(table, "deceased_on"),
        categories=_categories(tables, table, known),
        cards=tuple(
            card
            for inner in tables.inner(table, label_of(table), "card")
            if (card := _card(inner, number, known)) is not None
        ),
        at=table,
    )
    return row if number and name and born else None


def _nearest(code: str, areas: set[str]) -> str:
    """The smallest known area that `code` lies in; "" when none does."""
    above = (code[:digits] for digits in reversed(AREA_DIGITS.values()))
    return next((area for area in above if area in areas), "")


def _categories(tables: SetupTables, elder: Table, known: Known) -> tuple[CategoryRow, ...]:
    rows = []
    for table in tables.inner(elder, label_of(elder), "category"):
        code = table.text("code", required=True) or ""
        if code and code not in REGISTER_CATEGORIES and code not in known.categories:
            names = ", ".join([*REGISTER_CATEGORIES, *sorted(known.categories)])
            table.fault(
                "code",
                f"不认识的对象类别 {code!r}；可用：{names}",
                f"unknown category {code!r}; known are: {names}",
            )
        low, high = LEVELS.get(code, (1, 9))
        level = table.whole("level", low, high)
        from_on, to_on = ask_day(table, "from"), ask_day(table, "to")
        if from_on and to_on and to_on < from_on:
            table.fault("to", "to 不能早于 from", "to must not be before from")
        table.close()
        rows.append(CategoryRow(code, level, from_on, to_on))
    return tuple(rows)


def _card(table: Table, holder: str, known: Known) -> CardRow | None:
    card = ask_checked(table, "uid", parse_enrolled_card, required=True)
    printed = table.text("printed")
    from_at = ask_moment(table, "from")
    table.close()
    if card is None:
        return None
    if known.cards.setdefault(card.uid, holder) != holder:
        other = known.cards[card.uid] or "test card"
        table.fault(
            "uid",
            f"卡 {card.uid} 已由 {other} 持有；先在登记簿里收回",
            f"card {card.uid} is held by {other}; take it back on the register first",
        )
    return CardRow(card, printed or card.printed, from_at)


def _test_cards(tables: SetupTables, known: Known) -> tuple[CardRow, ...]:
    found = [_card(table, "", known) for table in tables.tables("test_card")]
    return tuple(card for card in found if card is not None)


def _volunteers(tables: SetupTables, known: Known) -> tuple[VolunteerRow, ...]:
    rows, seen = [], set[str]()
    for table in tables.tables("volunteer"):
        number = ask_code(table, "number")
        note_repeat(table, "number", number, seen)
        area = ask_area(table, "area")
        must_be_known(table, "area", area, known.areas, "area")
        rows.append(
            VolunteerRow(
                number,
                table.text("name", required=True) or "",
                table.text("phone"),
                area,
                table.whole("capacity", 1, 1000) or 1,
                table.whole("floors_max", 1, 99),
                table.text("buildings"),
                table.text("team"),
                _duties(table),
            )
        )
        table.close()
    return tuple(rows)


def _duties(table: Table) -> frozenset[Duty] | None:
    """`duties = ["12345 lunch", "67 午餐"]`: ISO weekdays as digits, and a mealtime."""
    if not table.has("duties"):
        return None
    duties = set[Duty]()
    for words in table.items("duties"):
        read = parse_duty(words) if isinstance(words, str) else None
        if read is None:
            table.fault(
                "duties",
                f'值班 {words!r} 应写成 "12345 lunch"：星期几（1 是星期一）和餐次',
                f'the duty {words!r} must be like "12345 lunch": weekdays (1 is Monday), a mealtime',
            )
        else:
            duties |= read
    return frozenset(duties)


def _staff(tables: SetupTables, known: Known) -> tuple[StaffRow, ...]:
    rows = []
    for table in tables.tables("user"):
        name = table.text("name", required=True) or ""
        role = table.choice("role", STAFF_ROLES)
        scope = str(table.take("scope") or "")
        kind = SCOPE_KINDS[role] if role else "everywhere"
        if role and scope:
            codes = {"canteen": known.canteens, "area": known.areas}[kind]
            must_be_known(table, "scope", scope, codes, kind)
        elif kind == "canteen":
            table.fault("scope", "这个角色要写哪个食堂", "this role needs a canteen's code")
        else:
            kind = "everywhere"
        shown = table.text("display_name", default=name) or name
        good = partial(check_password, name_key=fold_name(name))
        password = ask_checked(table, "password", good)
        rows.append(StaffRow(name, role or "", kind, scope, shown, password))
        table.close()
    return tuple(rows)
