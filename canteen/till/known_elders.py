"""Whom of an area we know by an ID number, and what is known of her: for files that name people so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from canteen.models.people import Elder, ElderFact
from canteen.models.personal import INDEX_ID_NUMBER, key_ring_of
from canteen.rules.register_changes import Period
from canteen.till.lots import in_lots
from canteen.till.persons import is_within


@dataclass(frozen=True, slots=True)
class KnownElder:
    """An elder, and her categories and status as they stand."""

    elder_id: int
    name: str
    periods: tuple[Period, ...]


def find_by_id_number(
    session: Session, area: str, numbers: Collection[str]
) -> dict[str, KnownElder]:
    """Our elders by ID number; of a merged row the one that goes on."""
    ring = key_ring_of(session.info)
    indexes = {ring.index(INDEX_ID_NUMBER, number): number for number in numbers}
    ids: dict[str, int] = {}
    for some in in_lots(indexes):
        kept = func.coalesce(Elder.merged_into_id, Elder.id)
        for index, elder_id in session.execute(
            select(Elder.id_number_index, kept).where(
                Elder.id_number_index.in_(some),
                is_within([area]),
                Elder.pending_import_id.is_(None),
            )
        ):
            ids[indexes[index or ""]] = elder_id
    known = load_known(session, set(ids.values()))
    return {number: known[elder_id] for number, elder_id in ids.items()}


def load_known(session: Session, ids: Iterable[int]) -> dict[int, KnownElder]:
    """What is known of these elders, by id."""
    known: dict[int, KnownElder] = {}
    for some in in_lots(ids):
        periods: dict[int, list[Period]] = {elder_id: [] for elder_id in some}
        for fact in session.scalars(
            select(ElderFact).where(
                ElderFact.elder_id.in_(some),
                ElderFact.kind.in_(("category", "status")),
                ElderFact.withdrawn_at.is_(None),
            )
        ):
            periods[fact.elder_id].append(
                Period(fact.code or "", fact.level, fact.from_on, fact.to_on)
            )
        for elder_id, name in session.execute(
            select(Elder.id, Elder.name).where(Elder.id.in_(some))
        ):
            known[elder_id] = KnownElder(elder_id, name, tuple(periods[elder_id]))
    return known


def find_kept(session: Session, ids: Iterable[int], area: str) -> dict[int, int]:
    """Of these elders those who are of the area now: id → the row that goes on for her."""
    kept = aliased(Elder)
    return {
        row.id: row.kept_id
        for some in in_lots(ids)
        for row in session.execute(
            select(Elder.id, kept.id.label("kept_id"))
            .join(kept, kept.id == func.coalesce(Elder.merged_into_id, Elder.id))
            .where(Elder.id.in_(some), kept.community_code.startswith(area, autoescape=True))
        )
    }


def list_holders(session: Session, area: str, code: str) -> dict[int, bool]:
    """The elders of an area who have the category at some time: id → whether we know her ID number."""
    held = session.execute(
        select(Elder.id, Elder.id_number_index)
        .join(ElderFact, ElderFact.elder_id == Elder.id)
        .where(
            is_within([area]),
            Elder.merged_into_id.is_(None),
            Elder.pending_import_id.is_(None),
            ElderFact.kind == "category",
            ElderFact.code == code,
            ElderFact.withdrawn_at.is_(None),
        )
        .distinct()
        .order_by(Elder.id)
    )
    return {row.id: row.id_number_index is not None for row in held}
