"""What was known of elders when their meals were booked: what is learnt later changes no sheet and no
claim.

Beside the till, because day sheets and claims must say the same of a meal; of many elders at once, because
a claim has thousands of rows."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import ElderFact
from canteen.rules.meal_facts import Held, Person
from canteen.till.lots import in_lots


@dataclass(frozen=True, slots=True)
class Fact:
    """A dated fact with both its clocks."""

    kind: str
    code: str | None
    level: int | None
    born: date | None
    from_on: date | None
    to_on: date | None
    recorded_at: datetime
    withdrawn_at: datetime | None


class Known:
    """The facts of the elders asked for so far, kept while one claim is read."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._facts: dict[int, Sequence[Fact]] = {}

    def load(self, elder_ids: Collection[int]) -> None:
        """Read the facts of those that are not known yet."""
        missing = sorted(set(elder_ids) - self._facts.keys())
        for some in in_lots(missing):
            found: dict[int, list[Fact]] = defaultdict(list)
            rows = self._session.execute(
                select(
                    ElderFact.elder_id, ElderFact.kind, ElderFact.code, ElderFact.level,
                    ElderFact.born, ElderFact.from_on, ElderFact.to_on,
                    ElderFact.recorded_at, ElderFact.withdrawn_at,
                )
                .where(ElderFact.elder_id.in_(some))
                .order_by(ElderFact.recorded_at, ElderFact.id)
            )  # fmt: skip
            for row in rows:
                found[row.elder_id].append(Fact(*row[1:]))
            self._facts |= {elder_id: found[elder_id] for elder_id in some}

    def person(self, elder_id: int, known_at: datetime, day: date) -> Person:
        """The person as she was on `day` by what was known at `known_at`; only what held on the day."""
        born = hukou = residence = None
        held = []
        for fact in self._facts[elder_id]:
            if fact.recorded_at > known_at or (
                fact.withdrawn_at is not None and fact.withdrawn_at <= known_at
            ):
                continue
            if fact.kind == "born":
                born = fact.born
            elif (fact.from_on or day) <= day <= (fact.to_on or day):
                if fact.kind == "category":
                    held.append(Held(fact.code or "", fact.level, fact.from_on, fact.to_on))
                elif fact.kind == "hukou":
                    hukou = fact.code
                elif fact.kind == "residence":
                    residence = fact.code
        return Person(born, hukou, residence, tuple(held))
