"""What is known of an elder for one service date: the person the scheme asks about, and her standing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from canteen.models.people import Elder, ElderFact
from canteen.rules.elders import age_on
from canteen.rules.errors import NotFound
from canteen.rules.meal_facts import Held, Person


@dataclass(frozen=True, slots=True)
class ElderFacts:
    """An elder as an act sees her: names for the screens, the person for the scheme."""

    id: int
    number: str
    name: str
    sex: str
    diet: str | None
    speak: bool
    speak_balance: bool
    person: Person
    #: "moved" or "deceased" on the service date, else None
    status: str | None

    def age(self, day: date) -> int | None:
        """Completed years on `day` by the birthday itself; None when the birth date is unknown."""
        return None if self.person.born is None else age_on(self.person.born, day)


def get_elder_id(session: Session, number: str) -> int:
    """The elder of a register number, of a merged one the row that goes on; NotFound: there is none."""
    elder_id: int | None = session.execute(
        select(func.coalesce(Elder.merged_into_id, Elder.id)).where(Elder.number == number)
    ).scalar_one_or_none()
    if elder_id is None:
        raise NotFound("elder_unknown", "没有这位长者", "No such elder")
    return elder_id


def load_facts(session: Session, elder_id: int, day: date) -> ElderFacts:
    """The elder's facts true on `day`, as known now."""
    elder = session.execute(
        select(
            Elder.number, Elder.name, Elder.sex, Elder.diet, Elder.speak, Elder.speak_balance
        ).where(Elder.id == elder_id)
    ).one_or_none()
    if elder is None:
        raise NotFound("elder_unknown", "没有这位长者", "No such elder")
    rows = session.execute(standing_facts(ElderFact.elder_id == elder_id))
    person, status = _fold(rows, day)
    return ElderFacts(
        elder_id,
        elder.number,
        elder.name,
        elder.sex,
        elder.diet,
        elder.speak,
        elder.speak_balance,
        person,
        status,
    )


def load_persons(
    session: Session, elders: Select[int], day: date
) -> dict[int, tuple[Person, str | None]]:
    """The person and her standing on `day` of many elders at once, by id, as known now. Of whom nothing
    is known there is no entry."""
    rows = session.execute(standing_facts(ElderFact.elder_id.in_(elders)))
    facts: dict[int, list[Any]] = {}
    for row in rows:
        facts.setdefault(row.elder_id, []).append(row)
    return {elder_id: _fold(known, day) for elder_id, known in facts.items()}


def load_life(session: Session, elder_id: int) -> Callable[[date], tuple[Person, str | None]]:
    """Who she was on any day and her standing then, as known now, read once for many days."""
    rows = session.execute(standing_facts(ElderFact.elder_id == elder_id)).all()
    return lambda day: _fold(rows, day)


def standing_facts(of_whom: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Their facts that nobody withdrew, in the order they were recorded."""
    return (
        select(
            ElderFact.elder_id,
            ElderFact.kind,
            ElderFact.code,
            ElderFact.level,
            ElderFact.born,
            ElderFact.from_on,
            ElderFact.to_on,
        )
        .where(of_whom, ElderFact.withdrawn_at.is_(None))
        .order_by(ElderFact.recorded_at, ElderFact.id)
    )


def _fold(rows: Iterable[Any], day: date) -> tuple[Person, str | None]:
    born: date | None = None
    single: dict[str, str] = {}
    categories: list[Held] = []
    for row in rows:
        if row.kind == "born":
            born = row.born
        elif row.kind == "category":
            categories.append(Held(row.code, row.level, row.from_on, row.to_on))
        elif (row.from_on is None or row.from_on <= day) and (
            row.to_on is None or day <= row.to_on
        ):
            single[row.kind] = row.code  # the one recorded last stands
    person = Person(born, single.get("hukou"), single.get("residence"), tuple(categories))
    return person, single.get("status")
