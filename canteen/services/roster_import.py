"""A roster meets the register: what would become of each row, and writing what can be written.

Judging and writing are one path, so that the preview cannot promise what the import does not do; what
is refused or held stays as it was. Large rosters come in slices and are seen when all of it is there.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from canteen.models.imports import ImportFile
from canteen.models.people import Elder
from canteen.models.sites import Area, Canteen
from canteen.rules.card_uid import CardUid, parse_card_uid, printed_card
from canteen.rules.days import local_date
from canteen.rules.errors import NotFound
from canteen.rules.roster_file import RosterFile
from canteen.rules.roster_meeting import TEXTS, category_changes
from canteen.rules.roster_plan import (
    ACTIONS,
    Decision,
    RosterItem,
    decide,
)
from canteen.rules.roster_register import Reach, Register
from canteen.rules.roster_row import RosterRow
from canteen.till.holdings import enrol_cards, hand_over, list_held, take_back
from canteen.till.hours import look_up_hours
from canteen.till.places import get_canteen
from canteen.till.register_facts import Period, Recorded, add_period, begin_category, end_category
from canteen.till.register_rows import NewElder, add_elder_rows, change_elder_row
from canteen.till.roster_register import load_register
from canteen.trail.audit import append_audit

#: more rows than this are applied in slices (speed.md: one hold of the database is short)
ROWS_AT_ONCE = 2000
SLICE = 500
SOURCE = "roster"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What becomes, or became, of each row, in the file's order."""

    items: tuple[RosterItem, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each action has."""
        found = Counter(item.action for item in self.items)
        return {action: found[action] for action in ACTIONS}


def judge_roster(
    session: Session,
    *,
    roster: RosterFile,
    reach: Reach,
    confirmed: Mapping[int, frozenset[str]] | None = None,
    now: datetime,
) -> RosterPlan:
    """What would become of each row. `confirmed`: row → codes of holds that a person has decided."""
    slices = (roster.rows[at : at + SLICE] for at in range(0, len(roster.rows), SLICE))
    return RosterPlan(
        tuple(
            decision.item
            for rows in slices
            for decision in _decide(session, roster, rows, reach, confirmed, now)[0]
        )
    )


def apply_roster(
    session: Session,
    *,
    roster: RosterFile,
    reach: Reach,
    confirmed: Mapping[int, frozenset[str]] | None = None,
    file_name: str,
    part: slice = slice(None),
    pending_import_id: int | None = None,
    by: str,
    origin: str | None,
    now: datetime,
) -> RosterPlan:
    """Write what can be written of these rows (`part`: of a slice of them) and tell what became of each.

    With `pending_import_id` the new elders are not seen before `finish_import`."""
    how = Recorded(SOURCE, file_name, by, origin, now)
    rows = roster.rows[part]
    decisions, register = _decide(session, roster, rows, reach, confirmed, now)
    new = [one for one in decisions if one.item.action == "add"]
    added = _add(session, new, pending_import_id, how)
    cards: list[tuple[CardUid, int]] = []
    for one, elder_id in zip(new, added, strict=True):
        cards += _card_of(session, one, elder_id, register, how)
    for one in decisions:
        if one.item.action == "change" and one.elder is not None:
            _change(session, one, how)
            cards += _card_of(session, one, one.elder.id, register, how)
    enrol_cards(session, cards, by=by, origin=origin, now=now)
    plan = RosterPlan(tuple(one.item for one in decisions))
    append_audit(
        session,
        actor=by,
        origin=origin,
        action="roster.import",
        object_kind="area",
        object_id=reach.community or ",".join(reach.areas),
        after={"file": file_name, **plan.counts},
        now=now,
    )
    return plan


def _decide(
    session: Session,
    roster: RosterFile,
    rows: Sequence[RosterRow],
    reach: Reach,
    confirmed: Mapping[int, frozenset[str]] | None,
    now: datetime,
) -> tuple[list[Decision], Register]:
    register = load_register(session, rows, reach, now, roster.titles)
    labels = {field: label for label, field in roster.columns.items()}
    decided = confirmed or {}
    return [
        decide(row, register, labels, decided.get(row.row, frozenset())) for row in rows
    ], register


def _add(
    session: Session, new: Sequence[Decision], pending_import_id: int | None, how: Recorded
) -> list[int]:
    canteens = session.execute(select(Canteen.area_code, Canteen.id)).all()
    people = [
        NewElder(
            name=one.row.name,
            sex=one.row.sex or "U",
            community_code=one.community,
            born=one.row.born,
            canteen_id=_home_canteen([(row[0], row[1]) for row in canteens], one.community),
            id_number=one.row.id_number,
            phone=one.row.phone,
            address=one.row.address,
            diet=one.row.diet,
            hukou=one.hukou,
            # whoever is on a community's roster lives there, unless the roster says where
            residence=one.residence or one.community,
            categories=tuple(
                (said.code, said.level) for said in one.row.categories if not said.is_cleared
            ),
            pending_import_id=pending_import_id,
        )
        for one in new
    ]
    return list(add_elder_rows(session, people, how).values()) if people else []


def _home_canteen(canteens: Sequence[tuple[str, int]], community: str) -> int | None:
    """The one canteen of the community; None when there is none or a choice."""
    near = [id for area, id in canteens if community.startswith(area)]
    return near[0] if len(near) == 1 else None


def _card_of(
    session: Session, one: Decision, elder_id: int, register: Register, how: Recorded
) -> Iterator[tuple[CardUid, int]]:
    """Hand over the row's card when it is enrolled; yield it when it is new."""
    card = one.row.card
    if card is None:
        return
    if one.elder is not None and (card in one.elder.cards or one.elder.status is not None):
        return
    known = register.cards.get(card)
    if known is None:
        yield parse_card_uid(card) if ":" in card else printed_card(card), elder_id
    else:
        hand_over(session, elder_id, known.uid, by=how.by, origin=how.origin, now=how.now)


def _change(session: Session, one: Decision, how: Recorded) -> None:
    """Write the fields in which the row differs from what the register has."""
    elder, row, today = one.elder, one.row, local_date(how.now)
    assert elder is not None, "only somebody known changes"
    fields = {change.field for change in one.item.changes}
    wanted = {of: getattr(row, of) for of in ("sex", *TEXTS) if of in fields}
    change_elder_row(
        session, elder.id, wanted, how, phone=(row.phone or "") if "phone" in fields else None
    )
    for kind, code in (("hukou", one.hukou), ("residence", one.residence)):
        if kind in fields:
            add_period(session, elder.id, Period(kind, code, from_on=today), how)
    for code, level, is_cleared in category_changes(row, elder):
        if not is_cleared:
            begin_category(session, elder.id, code, level, today, how)
        elif not end_category(session, elder.id, code, today - ONE_DAY, how):
            end_category(session, elder.id, code, today, how)  # it began today
    if "card" in row.cleared:
        for card_id in list_held(session, elder.id):
            take_back(session, card_id, by=how.by, origin=how.origin, now=how.now)


def begin_import(
    session: Session,
    *,
    name: str,
    sha256: str,
    byte_count: int,
    area_code: str | None,
    by: str,
    now: datetime,
) -> int:
    """The mark of a large import while its slices come in; one that was cut off is taken up again."""
    known: int | None = session.execute(
        select(ImportFile.id).where(
            ImportFile.sha256 == sha256,
            ImportFile.kind == "roster",
            ImportFile.state == "applying",
        )
    ).scalar()
    if known is not None:
        return known
    area = area_code or session.execute(select(func.min(Area.code))).scalar_one()
    file = ImportFile(
        kind="roster",
        area_code=area,
        name=name,
        byte_count=byte_count,
        sha256=sha256,
        state="applying",
        sent_at=now,
        sent_by=by,
    )
    session.add(file)
    session.flush()
    return file.id


def finish_import(
    session: Session, *, import_id: int, counts: Mapping[str, int], by: str, now: datetime
) -> None:
    """All slices are in: the new elders are seen, all at once."""
    session.execute(
        update(Elder).where(Elder.pending_import_id == import_id).values(pending_import_id=None)
    )
    session.execute(
        update(ImportFile)
        .where(ImportFile.id == import_id)
        .values(state="applied", outcome=json.dumps(dict(counts)), done_at=now, done_by=by)
    )


def find_open_canteen(session: Session, *, now: datetime) -> str | None:
    """The name of a canteen that serves a mealtime now, if any does."""
    for canteen_id in session.scalars(select(Canteen.id).order_by(Canteen.code)):
        canteen = get_canteen(session, canteen_id)
        hours = look_up_hours(session, canteen, now)
        if hours.mealtime is not None and hours.refusal is None:
            return canteen.name
    return None


def find_community(session: Session, *, text: str) -> str:
    """The area that a person means: by its code, its name, or the code of its canteen."""
    found = (
        session.scalars(
            select(Area.code).where(or_(Area.code == text, Area.name == text)).order_by(Area.code)
        ).all()
        or session.scalars(select(Canteen.area_code).where(Canteen.code == text)).all()
    )
    if len(found) != 1:
        raise NotFound(
            "community_unknown",
            f"没有社区 {text}（写区划代码、名称或食堂代码）",
            f"No community {text}: give an area's code or name, or a canteen's code",
        )
    return found[0]


def list_own_community(session: Session, *, areas: Sequence[str]) -> str | None:
    """The community of somebody who keeps exactly one."""
    if len(areas) != 1:
        return None
    below = session.scalars(
        select(Area.code).where(Area.code.startswith(areas[0], autoescape=True)).order_by(Area.code)
    ).all()
    leaves = [
        code
        for code, following in zip(below, [*below[1:], ""], strict=True)
        if not following.startswith(code)
    ]
    return leaves[0] if len(leaves) == 1 else None
