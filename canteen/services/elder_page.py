"""One elder of the register as her page shows her: who she is, her facts as periods, cards, notes, log.

Read only. What stands on rows that were merged into hers is shown with them and marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.accounts import Purse
from canteen.models.audit import AuditLine
from canteen.models.encrypted import KeyRing
from canteen.models.people import CardHolding, Elder, ElderFact
from canteen.models.register import ElderConsent, ElderContact, ElderDiet
from canteen.models.sites import Area, Canteen
from canteen.rules.days import local_date
from canteen.rules.elders import age_on, mask_id_number, mask_phone
from canteen.rules.errors import NotFound
from canteen.till.persons import rows_of_person
from canteen.trail.actors import names_of

LOG_LINES_MAX = 30


@dataclass(frozen=True, slots=True)
class Person:
    """The head of the page. `status` is deceased, moved or None on the day asked."""

    id: int
    number: str
    name: str
    sex: str
    born: date | None
    age: int | None
    id_masked: str | None
    phone_masked: str | None
    address: str | None
    diet: str | None
    speak: bool
    speak_balance: bool
    community_code: str
    community_name: str
    canteen_code: str | None
    canteen_name: str | None
    balance_fen: int
    status: str | None
    #: numbers of the rows found to be hers too
    merged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact as a period. `state`: current, future, past or withdrawn; `row` another row of hers."""

    id: int
    kind: str
    code: str | None
    level: int | None
    born: date | None
    from_on: date | None
    to_on: date | None
    source: str | None
    document: str | None
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    state: str
    row: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """A consent, a contact or a diet: `what` as it was written, its day of recording and withdrawal."""

    id: int
    what: str
    detail: str | None
    phone_masked: str | None
    on: date | None
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the audit trail about her or her cards."""

    at: datetime
    actor: str
    action: str
    after: str | None


@dataclass(frozen=True, slots=True)
class ElderPage:
    """Everything of the page but money and cards; `names` tells the actors' names."""

    person: Person
    facts: tuple[FactLine, ...]
    consents: tuple[Note, ...]
    contacts: tuple[Note, ...]
    diets: tuple[Note, ...]
    log: tuple[LogLine, ...]
    names: dict[str, str]
    #: the names of the areas that her facts speak of, by code
    areas: dict[str, str]


def find_kept_number(session: Session, *, number: str) -> str | None:
    """The number of the row that goes on for a merged one; None when `number` is no merged row."""
    merged_into = select(Elder.merged_into_id).where(Elder.number == number).scalar_subquery()
    found: str | None = session.execute(
        select(Elder.number).where(Elder.id == merged_into)
    ).scalar_one_or_none()
    return found


def get_elder_page(session: Session, *, number: str, now: datetime) -> ElderPage:
    """The page; NotFound when there is no such elder."""
    day = local_date(now)
    elder = session.execute(select(Elder).where(Elder.number == number)).scalar_one_or_none()
    if elder is None:
        raise NotFound("elder_unknown", "没有这位长者", "No such elder")
    rows: dict[int, str] = {
        row.id: row.number
        for row in session.execute(
            select(Elder.id, Elder.number)
            .where(Elder.id.in_(rows_of_person(elder.id)))
            .order_by(Elder.id)
        )
    }
    facts = _facts(session, elder.id, rows, day)
    log = _log(session, rows)
    ids = list(rows)
    consents, contacts = _consents(session, ids), _contacts(session, rows)
    diets = _diets(session, ids)
    actors = {fact.recorded_by for fact in facts} | {line.actor for line in log}
    actors |= {note.recorded_by for note in (*consents, *contacts, *diets)}
    return ElderPage(
        _person(session, elder, facts, rows, day),
        facts,
        consents,
        contacts,
        diets,
        log,
        names_of(session, actors),
        _areas(session, {fact.code for fact in facts if fact.kind in ("hukou", "residence")}),
    )


def _person(
    session: Session, elder: Elder, facts: Sequence[FactLine], rows: dict[int, str], day: date
) -> Person:
    own = [fact for fact in facts if fact.row is None]
    born = next((f.born for f in own if f.kind == "born" and f.state == "current"), None)
    status = next((f.code for f in own if f.kind == "status" and f.state == "current"), None)
    place = session.execute(
        select(Area.name, Canteen.code, Canteen.name.label("canteen"), Purse.balance_fen)
        .select_from(Area)
        .join(Purse, Purse.elder_id == elder.id)
        .outerjoin(Canteen, Canteen.id == elder.canteen_id)
        .where(Area.code == elder.community_code)
    ).one()
    ring: KeyRing | None = session.info.get("key_ring")
    id_number = _open(ring, elder.id_number_box, f"elders:{elder.number}:id_number")
    phone = _open(ring, elder.phone_box, f"elders:{elder.number}:phone")
    return Person(
        id=elder.id,
        number=elder.number,
        name=elder.name,
        sex=elder.sex,
        born=born,
        age=None if born is None else age_on(born, day),
        id_masked=None if id_number is None else mask_id_number(id_number),
        phone_masked=None if phone is None else mask_phone(phone),
        address=elder.address,
        diet=elder.diet,
        speak=elder.speak,
        speak_balance=elder.speak_balance,
        community_code=elder.community_code,
        community_name=place.name,
        canteen_code=place.code,
        canteen_name=place.canteen,
        balance_fen=place.balance_fen,
        status=status,
        merged=tuple(number for row, number in rows.items() if row != elder.id),
    )


def _open(ring: KeyRing | None, box: bytes | None, place: str) -> str | None:
    return None if ring is None or box is None else ring.open(box, place)


def _facts(
    session: Session, elder_id: int, rows: dict[int, str], day: date
) -> tuple[FactLine, ...]:
    """Newest period first; of each kind what was withdrawn stands where it stood."""
    found = session.scalars(
        select(ElderFact)
        .where(ElderFact.elder_id.in_(list(rows)))
        .order_by(ElderFact.recorded_at, ElderFact.id)
    ).all()
    lines = [
        FactLine(
            fact.id,
            fact.kind,
            fact.code,
            fact.level,
            fact.born,
            fact.from_on,
            fact.to_on,
            fact.source,
            fact.document,
            fact.recorded_at,
            fact.recorded_by,
            fact.withdrawn_at,
            fact.withdrawn_by,
            _state(fact, day),
            None if fact.elder_id == elder_id else rows[fact.elder_id],
        )
        for fact in found
    ]
    return tuple(sorted(lines, key=lambda line: (line.from_on or date.min, line.id), reverse=True))


def _state(fact: ElderFact, day: date) -> str:
    if fact.withdrawn_at is not None:
        return "withdrawn"
    if fact.from_on is not None and fact.from_on > day:
        return "future"
    return "past" if fact.to_on is not None and fact.to_on < day else "current"


def _consents(session: Session, ids: list[int]) -> tuple[Note, ...]:
    rows = session.scalars(
        select(ElderConsent).where(ElderConsent.elder_id.in_(ids)).order_by(ElderConsent.id)
    )
    return tuple(
        Note(
            row.id,
            row.signed_by or "",
            row.document,
            None,
            row.given_on,
            row.recorded_at,
            row.recorded_by,
            row.withdrawn_at,
        )
        for row in rows
    )


def _contacts(session: Session, numbers: dict[int, str]) -> tuple[Note, ...]:
    ring: KeyRing | None = session.info.get("key_ring")
    rows = session.scalars(
        select(ElderContact)
        .where(ElderContact.elder_id.in_(list(numbers)))
        .order_by(ElderContact.id)
    )
    lines = []
    for row in rows:
        phone = _open(ring, row.phone_box, f"elder_contacts:{numbers[row.elder_id]}:phone")
        lines.append(
            Note(
                row.id,
                row.name,
                row.relation,
                None if phone is None else mask_phone(phone),
                None,
                row.recorded_at,
                row.recorded_by,
                row.withdrawn_at,
            )
        )
    return tuple(lines)


def _diets(session: Session, ids: list[int]) -> tuple[Note, ...]:
    rows = session.scalars(
        select(ElderDiet)
        .where(ElderDiet.elder_id.in_(ids), ElderDiet.withdrawn_at.is_(None))
        .order_by(ElderDiet.id)
    )
    return tuple(
        Note(row.id, row.code, None, None, None, row.recorded_at, row.recorded_by, None)
        for row in rows
    )


def _log(session: Session, rows: dict[int, str]) -> tuple[LogLine, ...]:
    cards = session.scalars(
        select(CardHolding.card_id).where(CardHolding.elder_id.in_(list(rows))).distinct()
    )
    about_her = (AuditLine.object_kind == "elder") & AuditLine.object_id.in_(list(rows.values()))
    about_cards = (AuditLine.object_kind == "card") & AuditLine.object_id.in_(
        [str(card) for card in cards]
    )
    lines = session.execute(
        select(AuditLine.at, AuditLine.actor, AuditLine.action, AuditLine.after)
        .where(or_(about_her, about_cards))
        .order_by(AuditLine.id.desc())
        .limit(LOG_LINES_MAX)
    )
    return tuple(LogLine(*line) for line in lines)


def _areas(session: Session, codes: set[str | None]) -> dict[str, str]:
    rows = session.execute(select(Area.code, Area.name).where(Area.code.in_(list(codes))))
    return {row.code: row.name for row in rows}
