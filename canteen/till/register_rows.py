"""The rows of elders: the one maker for the register's form, rosters and set-up files.

Beside the till because a new elder gets her purse in the same breath. A row has its number, name and
sealed columns; everything that changes with time is a fact (`register_facts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from canteen.models.metadata import metadata
from canteen.models.people import Elder, ElderFact
from canteen.models.personal import INDEX_ID_NUMBER, key_ring_of, sealed_columns
from canteen.rules.errors import Conflict
from canteen.rules.pinyin_names import pinyin_keys
from canteen.rules.roster_text import clean_name
from canteen.till.delivery_days import touch_elder
from canteen.till.purses import open_purses
from canteen.till.register_facts import Recorded
from canteen.trail.audit import append_audit, append_audit_of_many

#: by its table: a row refers to others that a set-up alone has not loaded
ELDERS = metadata.tables["elders"]
#: E000123: six digits after the sign; a set-up file names its elders itself
NUMBER_SIGN, NUMBER_DIGITS = "E", 6
#: what a page changes in place; the name takes its pinyin along
PLAIN = ("name", "sex", "canteen_id", "address", "diet", "speak", "speak_balance")


@dataclass(frozen=True, slots=True)
class NewElder:
    """A person to be put on the register; `id_number` has been checked, facts begin on `from_on`
    (None: true since ever), categories are (code, level). A set-up file gives the number itself."""

    name: str
    sex: str
    community_code: str
    born: date | None
    canteen_id: int | None = None
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None
    diet: str | None = None
    hukou: str | None = None
    residence: str | None = None
    categories: tuple[tuple[str, int | None], ...] = ()
    from_on: date | None = None
    speak: bool = True
    speak_balance: bool = True
    number: str | None = None
    pending_import_id: int | None = None


@dataclass(frozen=True, slots=True)
class IdOwner:
    """The row that an ID number belongs to."""

    elder_id: int
    number: str
    community_code: str


def add_elder_rows(session: Session, people: Sequence[NewElder], how: Recorded) -> dict[str, int]:
    """Put these people on the register, each with her purse and first facts; number → id, in order.

    The ID numbers are not taken yet: the caller has asked `find_id_owners`."""
    numbers = _numbers(session, people)
    rows = [
        _columns(session, number, new, how) for number, new in zip(numbers, people, strict=True)
    ]
    made = session.execute(insert(ELDERS).returning(ELDERS.c.number, ELDERS.c.id), rows)
    ids = {row.number: row.id for row in made}
    open_purses(session, [ids[number] for number in numbers])
    facts = [
        {
            "elder_id": ids[number],
            "kind": kind,
            "code": code,
            "level": level,
            "born": born,
            "from_on": None if kind == "born" else new.from_on,
            "source": how.source,
            "document": how.document,
            "recorded_at": how.now,
            "recorded_by": how.by,
        }
        for number, new in zip(numbers, people, strict=True)
        for kind, code, level, born in (
            ("born", None, None, new.born),
            ("hukou", new.hukou, None, None),
            ("residence", new.residence, None, None),
            *(("category", code, level, None) for code, level in new.categories),
        )
        if code is not None or born is not None
    ]
    if facts:
        session.execute(insert(ElderFact), facts)
    append_audit_of_many(
        session,
        actor=how.by,
        origin=how.origin,
        action="elder.add",
        object_kind="elder",
        objects={number: {"source": how.source} for number in numbers},
        now=how.now,
    )
    return {number: ids[number] for number in numbers}


def change_elder_row(
    session: Session,
    elder_id: int,
    wanted: Mapping[str, object],
    how: Recorded,
    *,
    id_number: str | None = None,
    phone: str | None = None,
) -> list[str]:
    """Change what `PLAIN` names, and the sealed numbers where given ("" takes the phone away); the
    names of what changed.

    Conflict `id_number_taken` when the ID number is another's."""
    assert set(wanted) <= set(PLAIN), wanted
    elder = session.execute(select(Elder).where(Elder.id == elder_id)).scalar_one()
    changed = {name: value for name, value in wanted.items() if getattr(elder, name) != value}
    if "name" in changed:
        keys = pinyin_keys(str(changed["name"]))
        changed |= {"pinyin": keys.full, "initials": keys.initials}
    sealed = _changed_secrets(session, elder, id_number, phone)
    if not changed and not sealed:
        return []
    told = [name for name in changed if name in PLAIN]
    told += [name.removesuffix("_box") for name in sealed if name.endswith("_box")]
    before = {name: getattr(elder, name) for name in changed if name in PLAIN}
    after = {name: value for name, value in changed.items() if name in PLAIN}
    session.execute(update(Elder).where(Elder.id == elder_id).values(**changed, **sealed))
    touch_elder(session, elder_id, now=how.now)
    append_audit(
        session,
        actor=how.by,
        origin=how.origin,
        action="elder.change",
        object_kind="elder",
        object_id=elder.number,
        before=before,
        after={**after, "changed": told, "source": how.source},
        now=how.now,
    )
    return told


def find_id_owners(session: Session, id_numbers: Sequence[str]) -> dict[str, IdOwner]:
    """The rows, by ID number, that these numbers belong to."""
    ring = key_ring_of(session.info)
    indexes = {ring.index(INDEX_ID_NUMBER, one): one for one in id_numbers}
    rows = session.execute(
        select(Elder.id_number_index, Elder.id, Elder.number, Elder.community_code).where(
            Elder.id_number_index.in_(list(indexes))
        )
    )
    return {
        indexes[row.id_number_index]: IdOwner(row.id, row.number, row.community_code)
        for row in rows
    }


def _changed_secrets(
    session: Session, elder: Elder, id_number: str | None, phone: str | None
) -> dict[str, object]:
    if id_number is None and phone is None:
        return {}
    ring = key_ring_of(session.info)
    sealed = sealed_columns(ring, "elders", elder.number, id_number, phone or None)
    if phone == "":
        sealed |= {"phone_box": None, "phone_index": None}
    if sealed.get("phone_index") == elder.phone_index:
        sealed = {name: box for name, box in sealed.items() if not name.startswith("phone")}
    if sealed.get("id_number_index") == elder.id_number_index:
        return {name: box for name, box in sealed.items() if not name.startswith("id_")}
    if id_number is not None and find_id_owners(session, [id_number]):
        raise Conflict(
            "id_number_taken",
            "这个身份证号已经在名册上，属于另一位",
            "This ID number is on the register already: it is another elder's",
            field="id_number",
        )
    return sealed


def _columns(session: Session, number: str, new: NewElder, how: Recorded) -> dict[str, object]:
    name = clean_name(new.name)
    keys = pinyin_keys(name)
    columns: dict[str, object] = {
        "number": number,
        "name": name,
        "pinyin": keys.full,
        "initials": keys.initials,
        "sex": new.sex,
        "community_code": new.community_code,
        "canteen_id": new.canteen_id,
        "id_number_box": None,
        "id_number_index": None,
        "id_last4_index": None,
        "phone_box": None,
        "phone_index": None,
        "address": new.address,
        "diet": new.diet,
        "speak": new.speak,
        "speak_balance": new.speak_balance,
        "pending_import_id": new.pending_import_id,
        "created_at": how.now,
    }
    if new.id_number is not None or new.phone is not None:
        ring = key_ring_of(session.info)
        columns |= sealed_columns(ring, "elders", number, new.id_number, new.phone)
    return columns


def _numbers(session: Session, people: Sequence[NewElder]) -> list[str]:
    """Their register numbers: as given, else new ones."""
    unnumbered = sum(1 for new in people if new.number is None)
    serials = count(_next_serial(session)) if unnumbered else count(1)
    return [new.number or f"{NUMBER_SIGN}{next(serials):0{NUMBER_DIGITS}d}" for new in people]


def _next_serial(session: Session) -> int:
    """The serial after the highest ever given; a number is never given twice."""
    pattern = NUMBER_SIGN + "_" * NUMBER_DIGITS
    last: str | None = session.execute(
        select(func.max(Elder.number)).where(Elder.number.like(pattern))
    ).scalar_one()
    digits = "" if last is None else last.removeprefix(NUMBER_SIGN)
    return int(digits) + 1 if digits.isdecimal() else 1
