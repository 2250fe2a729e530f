"""What is known of an elder for one service date: the person the scheme asks about, and her standing."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
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
    rows = session.execute(
        select(
            ElderFact.kind,
            ElderFact.code,
            ElderFact.level,
            ElderFact.born,
            ElderFact.from_on,
            ElderFact.to_on,
        )
        .where(ElderFact.elder_id == elder_id, ElderFact.withdrawn_at.is_(None))
        .order_by(ElderFact.recorded_at, ElderFact.id)
    )
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
    return ElderFacts(
        elder_id,
        elder.number,
        elder.name,
        elder.sex,
        elder.diet,
        elder.speak,
        elder.speak_balance,
        Person(born, single.get("hukou"), single.get("residence"), tuple(categories)),
        single.get("status"),
    )
