"""Subsidy schemes in the database: added by content, put in force from a date, listed.

A stored version is never edited; a binding is a dated row that a later one follows. Which funder
stands behind each payer's word is settled when a scheme is bound, never guessed at a meal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.sites import Area, Canteen, Funder
from canteen.models.tariffs import BindingPayer, SchemeBinding, SchemeVersion
from canteen.rules.errors import Invalid, NotFound
from canteen.rules.roles import Place
from canteen.rules.scheme import Scheme
from canteen.rules.scheme_parser import parse_scheme
from canteen.trail.audit import append_audit


@dataclass(frozen=True, slots=True)
class SchemeAdded:
    """A stored version; `is_new` is False when the same text had been added before."""

    version_id: int
    code: str
    version: str
    name: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding: the scheme's version, where and from when; payer → funder code."""

    binding_id: int | None
    code: str
    version: str
    where: str
    from_on: date
    payers: dict[str, str]
    is_new: bool


def add_scheme(session: Session, *, text: str, file: str, by: str, now: datetime) -> SchemeAdded:
    """Store a scheme's text as a version; raises SchemeInvalid with every fault of it."""
    scheme = parse_scheme(text, file)
    found = session.execute(
        select(SchemeVersion.id).where(
            SchemeVersion.code == scheme.code, SchemeVersion.version == scheme.version
        )
    ).scalar_one_or_none()
    if found is not None:
        return SchemeAdded(found, scheme.code, scheme.version, scheme.name, is_new=False)
    version_id = session.execute(
        insert(SchemeVersion)
        .values(
            code=scheme.code,
            version=scheme.version,
            name=scheme.name,
            body=text,
            added_at=now,
            added_by=by,
        )
        .returning(SchemeVersion.id)
    ).scalar_one()
    append_audit(
        session,
        actor=by,
        origin=None,
        action="scheme_added",
        object_kind="scheme",
        object_id=scheme.code,
        after={"version": scheme.version, "name": scheme.name},
        now=now,
    )
    return SchemeAdded(version_id, scheme.code, scheme.version, scheme.name, is_new=True)


def find_scheme_text(session: Session, *, code: str) -> str | None:
    """The text of the newest stored version of `code`; None when there is none."""
    text: str | None = session.execute(
        select(SchemeVersion.body)
        .where(SchemeVersion.code == code)
        .order_by(SchemeVersion.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return text


def list_declared_categories(session: Session) -> set[str]:
    """Categories that stored schemes declare beyond the register's own."""
    bodies = session.scalars(select(SchemeVersion.body))
    return {code for body in bodies for code in parse_scheme(body).categories}


def get_place(session: Session, *, canteen: str | None, area: str | None) -> Place:
    """Where a binding would hold, for the check of the binder's role; NotFound when there is none."""
    if canteen is not None:
        area_code = session.execute(
            select(Canteen.area_code).where(Canteen.code == canteen)
        ).scalar_one_or_none()
        if area_code is None:
            raise NotFound("canteen_unknown", f"没有食堂 {canteen}", f"No canteen {canteen}")
        return Place(area_code, canteen)
    if area is None or session.get(Area, area) is None:
        raise NotFound("area_unknown", f"没有区划 {area}", f"No area {area}")
    return Place(area)


def bind_scheme(
    session: Session,
    *,
    text: str,
    canteen: str | None,
    area: str | None,
    from_on: date | None,
    payers: Mapping[str, str],
    by: str,
    now: datetime,
    today: date,
) -> Bound:
    """Put a scheme in force at a canteen or in an area from a date, its payers named by funders.

    Without `from_on` it holds from `today`, unless the same version with the same funders holds
    already. Funders not named: as the place's bindings last said, else a funder of the payer's code.
    Raises Invalid (scheme_payers) that lists the payers nobody stands behind."""
    scheme = parse_scheme(text)
    get_place(session, canteen=canteen, area=area)
    canteen_id = session.execute(
        select(Canteen.id).where(Canteen.code == canteen)
    ).scalar_one_or_none()
    where = f"canteen {canteen}" if canteen is not None else f"area {area}"
    held = _list_bindings(session, canteen_id, None if canteen is not None else area)
    funders = _settle_payers(session, scheme, payers, _last_funders(session, held), where)
    version_id = add_scheme(session, text=text, file="", by=by, now=now).version_id
    same = _find_same(session, held, version_id, from_on, funders)
    if same is not None:
        return Bound(same.id, scheme.code, scheme.version, where, same.from_on, funders, False)
    begins = from_on or today
    binding_id = _write_binding(
        session, canteen_id, area, version_id, begins, funders, held, by, now
    )
    append_audit(
        session,
        actor=by,
        origin=None,
        action="scheme_bound",
        object_kind="scheme",
        object_id=scheme.code,
        after={"version": scheme.version, "where": where, "from": str(begins), "payers": funders},
        now=now,
    )
    return Bound(binding_id, scheme.code, scheme.version, where, begins, funders, is_new=True)


def is_bound(
    session: Session, *, text: str, canteen: str, from_on: date | None, payers: Mapping[str, str]
) -> bool:
    """Would `bind_scheme` at this canteen change nothing?"""
    scheme = parse_scheme(text)
    canteen_id = session.execute(
        select(Canteen.id).where(Canteen.code == canteen)
    ).scalar_one_or_none()
    version_id = session.execute(
        select(SchemeVersion.id).where(
            SchemeVersion.code == scheme.code, SchemeVersion.version == scheme.version
        )
    ).scalar_one_or_none()
    held = _list_bindings(session, canteen_id, None) if canteen_id is not None else []
    if version_id is None or not held:
        return False
    try:
        funders = _settle_payers(session, scheme, payers, _last_funders(session, held), canteen)
    except Invalid:
        return False
    return _find_same(session, held, version_id, from_on, funders) is not None


def list_last_payers(session: Session, *, canteen: str) -> dict[str, str]:
    """Payer → funder, as a canteen's bindings last said; empty when it has none."""
    canteen_id = session.execute(
        select(Canteen.id).where(Canteen.code == canteen)
    ).scalar_one_or_none()
    held = _list_bindings(session, canteen_id, None) if canteen_id is not None else []
    return _last_funders(session, held)


def _find_same(
    session: Session,
    held: list[SchemeBinding],
    version_id: int,
    from_on: date | None,
    funders: Mapping[str, str],
) -> SchemeBinding | None:
    """The binding that already says this; without a date only the last one counts."""
    for binding in held[-1:] if from_on is None else held:
        same_day = from_on is None or binding.from_on == from_on
        same_version = binding.scheme_version_id == version_id
        if same_day and same_version and _funders_of(session, binding.id) == funders:
            return binding
    return None


def _list_bindings(
    session: Session, canteen_id: int | None, area: str | None
) -> list[SchemeBinding]:
    query = select(SchemeBinding).where(SchemeBinding.withdrawn_at.is_(None))
    if canteen_id is not None:
        query = query.where(SchemeBinding.canteen_id == canteen_id)
    else:
        query = query.where(SchemeBinding.area_code == area)
    return list(session.scalars(query.order_by(SchemeBinding.from_on, SchemeBinding.id)))


def _write_binding(
    session: Session,
    canteen_id: int | None,
    area: str | None,
    version_id: int,
    begins: date,
    funders: Mapping[str, str],
    held: list[SchemeBinding],
    by: str,
    now: datetime,
) -> int:
    replaced = [binding.id for binding in held if binding.from_on == begins]
    if replaced:  # two schemes from one day at one place: the later word replaces the earlier
        session.execute(
            update(SchemeBinding)
            .where(SchemeBinding.id.in_(replaced))
            .values(withdrawn_at=now, withdrawn_by=by)
        )
    binding_id = session.execute(
        insert(SchemeBinding)
        .values(
            canteen_id=canteen_id,
            area_code=None if canteen_id is not None else area,
            scheme_version_id=version_id,
            from_on=begins,
            recorded_at=now,
            recorded_by=by,
        )
        .returning(SchemeBinding.id)
    ).scalar_one()
    for payer, funder in funders.items():
        funder_id = session.execute(select(Funder.id).where(Funder.code == funder)).scalar_one()
        session.execute(
            insert(BindingPayer).values(binding_id=binding_id, payer=payer, funder_id=funder_id)
        )
    return binding_id


def _settle_payers(
    session: Session,
    scheme: Scheme,
    named: Mapping[str, str],
    before: Mapping[str, str],
    where: str,
) -> dict[str, str]:
    known = set(session.scalars(select(Funder.code)))
    faults = [
        f"{payer}: no payer of this scheme / 办法里没有这个出资方"
        for payer in named
        if payer not in scheme.payers or scheme.payers[payer].is_canteen
    ]
    settled: dict[str, str] = {}
    for code, payer in scheme.payers.items():
        if payer.is_canteen:
            continue
        funder = named.get(code) or before.get(code) or (code if code in known else None)
        if funder is None:
            faults.append(f"{code} ({payer.name}): --payer {code}=FUNDER")
        elif funder not in known:
            faults.append(f"{code}={funder}: no such funder / 没有这个出资单位")
        else:
            settled[code] = funder
    if faults:
        listed = "; ".join(faults)
        raise Invalid(
            "scheme_payers",
            f"办法 {scheme.code} 绑定到 {where} 时，出资方要逐个指定出资单位：{listed}",
            f"Binding {scheme.code} to {where}: say which funder stands behind each payer: {listed}",
            payers=faults,
        )
    return settled


def _last_funders(session: Session, held: list[SchemeBinding]) -> dict[str, str]:
    """Payer → funder over all bindings of a place; the word of the last one that names it stands."""
    funders: dict[str, str] = {}
    for binding in held:
        funders |= _funders_of(session, binding.id)
    return funders


def _funders_of(session: Session, binding_id: int) -> dict[str, str]:
    rows = session.execute(
        select(BindingPayer.payer, Funder.code)
        .join(Funder, Funder.id == BindingPayer.funder_id)
        .where(BindingPayer.binding_id == binding_id)
        .order_by(BindingPayer.payer)
    )
    return {row[0]: row[1] for row in rows}


def list_schemes(session: Session) -> list[dict[str, object]]:
    """Every stored version with its bindings, oldest first."""
    found = []
    for version in session.scalars(select(SchemeVersion).order_by(SchemeVersion.id)):
        bindings = [
            {
                "canteen": canteen,
                "area": binding.area_code,
                "from": binding.from_on,
                "to": binding.to_on,
                "withdrawn": binding.withdrawn_at is not None,
                "payers": _funders_of(session, binding.id),
            }
            for binding, canteen in session.execute(
                select(SchemeBinding, Canteen.code)
                .outerjoin(Canteen, Canteen.id == SchemeBinding.canteen_id)
                .where(SchemeBinding.scheme_version_id == version.id)
                .order_by(SchemeBinding.from_on, SchemeBinding.id)
            )
        ]
        found.append(
            {
                "code": version.code,
                "version": version.version,
                "name": version.name,
                "added_at": version.added_at,
                "bindings": bindings,
            }
        )
    return found
