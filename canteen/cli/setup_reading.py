"""Reading a set-up file with the schemes it names: all its faults at once, before anything is written."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from canteen.cli.scheme_files import read_text
from canteen.cli.scheme_texts import get_scheme_text
from canteen.db.run import Database
from canteen.rules.errors import NotFound
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.rules.scheme_text import SchemeInvalid
from canteen.rules.setup_canteens import CanteenRow
from canteen.rules.setup_file import Known, SetupInvalid, SetupTables
from canteen.rules.setup_people import ElderRow, SetupFile, read_setup
from canteen.services import schemes, setup_people, setup_view


@dataclass(frozen=True, slots=True)
class SetupRead:
    """A faultless set-up file, and the text of the scheme of each canteen that names one."""

    file: SetupFile
    schemes: dict[str, str]


def read_setup_file(database: Database, path: Path, today: date) -> SetupRead:
    """Read and judge the file at `path` on the day `today`; raises SetupInvalid."""
    try:
        text = read_text(str(path))
    except SchemeInvalid as unread:
        raise SetupInvalid(unread.errors) from None
    tables = SetupTables(text, str(path))
    texts, parsed = _named_schemes(database, tables, path.parent)
    known = database.read(setup_view.list_known)
    declared = database.read(schemes.list_declared_categories)
    declared |= {code for scheme in parsed.values() for code in scheme.categories}
    file = read_setup(tables, known, declared, today)
    for canteen in file.canteens:
        if canteen.scheme in parsed:
            _check_payers(database, canteen, parsed[canteen.scheme], known)
    _check_id_numbers(database, file.elders)
    if tables.faults.found:
        raise SetupInvalid(tables.faults.found)
    return SetupRead(
        file, {row.code: texts[row.scheme] for row in file.canteens if row.scheme is not None}
    )


def _named_schemes(
    database: Database, tables: SetupTables, folder: Path
) -> tuple[dict[str, str], dict[str, Scheme]]:
    """Texts and parsed schemes by the name the file uses; what is wrong with one is a fault here."""
    texts: dict[str, str] = {}
    parsed: dict[str, Scheme] = {}
    for table in tables.tables("canteen"):
        name = table.take("scheme")
        if not isinstance(name, str) or name in texts:
            continue
        try:
            text, file = get_scheme_text(database, name, folder)
            texts[name], parsed[name] = text, parse_scheme(text, file)
        except NotFound as missing:
            table.fault("scheme", missing.zh, missing.en)
        except SchemeInvalid as wrong:
            tables.faults.found.extend(wrong.errors)
    return texts, parsed


def _check_payers(database: Database, row: CanteenRow, scheme: Scheme, known: Known) -> None:
    """Every payer of the scheme but the canteen itself needs a funder (domain.md §1)."""
    before = database.read(schemes.list_last_payers, canteen=row.code)
    for code, payer in scheme.payers.items():
        if not payer.is_canteen and code not in {*row.payers, *before, *known.funders}:
            row.at.fault(
                "payers",
                f"办法 {scheme.code} 的出资方 {code}（{payer.name}）没有指定出资单位："
                f'payers = {{ {code} = "…" }}',
                f'no funder for the payer {code} of {scheme.code}: payers = {{ {code} = "…" }}',
            )
    for code in row.payers:
        if code not in scheme.payers or scheme.payers[code].is_canteen:
            listed = ", ".join(
                code for code, payer in scheme.payers.items() if not payer.is_canteen
            )
            row.at.fault(
                "payers",
                f"办法 {scheme.code} 没有出资方 {code}；它的出资方：{listed}",
                f"{scheme.code} has no payer {code}; it has: {listed}",
            )


def _check_id_numbers(database: Database, rows: tuple[ElderRow, ...]) -> None:
    """An ID number belongs to one elder, of the file as of the register."""
    owners = database.read(setup_people.list_id_owners, elders=rows)
    for row in rows:
        owner = owners.get(row.id_number or "", row.number)
        if owner != row.number:
            row.at.fault(
                "id_number",
                f"这个身份证号已属于长者 {owner}",
                f"this ID number belongs to elder {owner} already",
            )
