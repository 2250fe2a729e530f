"""Elders and cards of a set-up file: compared with the register, and written when asked.

Facts are added or withdrawn, never edited; a changed 户籍 or residence holds from the day the file
names, else from today, so that no meal of the past is judged by what was not true then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.accounts import TopUp
from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.sites import Canteen
from canteen.rules.days import local_date
from canteen.rules.pinyin_names import pinyin_keys
from canteen.rules.roster_text import clean_name
from canteen.rules.setup_people import CardRow, ElderRow
from canteen.rules.setup_values import LONG_AGO, SetupRow, midnight
from canteen.till.places import get_canteen
from canteen.till.register_facts import Period, Recorded
from canteen.till.register_rows import NewElder, add_elder_rows, find_id_owners
from canteen.till.top_ups import book_top_up

#: what the elder's row itself holds, as the file calls it
COLUMNS = ("name", "sex", "address", "diet", "speak", "speak_balance")
SOURCE = "setup"


@dataclass(slots=True)
class _Sync:
    """One call: the session, whether to write, by whom, and what became of the rows so far."""

    session: Session
    write: bool
    by: str
    now: datetime
    rows: list[SetupRow]
    canteens: dict[str, Canteen]


def list_id_owners(session: Session, *, elders: Sequence[ElderRow]) -> dict[str, str]:
    """Whose each ID number of these rows is already: ID number → register number."""
    given = [row.id_number for row in elders if row.id_number]
    return {
        id_number: owner.number
        for start in range(0, len(given), 500)
        for id_number, owner in find_id_owners(session, given[start : start + 500]).items()
    }


def sync_elders(
    session: Session,
    *,
    elders: Sequence[ElderRow],
    write: bool,
    by: str,
    now: datetime,
) -> list[SetupRow]:
    """Bring these elders, their facts, cards and opening balances to what the file says."""
    canteens = {row.code: row for row in session.scalars(select(Canteen))}
    sync = _Sync(session, write, by, now, [], canteens)
    numbers = [row.number for row in elders]
    held = {
        row.number: row
        for start in range(0, len(numbers), 500)
        for row in session.scalars(
            select(Elder).where(Elder.number.in_(numbers[start : start + 500]))
        )
    }
    for row in elders:
        old = held.get(row.number)
        elder_id = _add_elder(sync, row) if old is None else _change_elder(sync, row, old)
        _sync_cards(sync, row.cards, row.number, elder_id)
        _book_opening(sync, row, elder_id)
    return sync.rows


def _add_elder(sync: _Sync, row: ElderRow) -> int | None:
    sync.rows.append(SetupRow("add", "elder", row.number, row.name))
    if not sync.write:
        return None
    columns = _columns(sync, row)
    new = NewElder(
        name=row.name,
        sex=row.sex,
        community_code=str(columns["community_code"]),
        born=row.born,
        canteen_id=sync.canteens[row.canteen].id if row.canteen else None,
        id_number=row.id_number,
        phone=row.phone,
        address=row.address,
        diet=row.diet,
        hukou=row.hukou,
        residence=row.residence,
        from_on=row.moved_in_on,
        speak=bool(columns["speak"]),
        speak_balance=bool(columns["speak_balance"]),
        number=row.number,
    )
    how = Recorded(SOURCE, None, sync.by, None, sync.now)
    elder_id = add_elder_rows(sync.session, [new], how)[row.number]
    if dated := _dated_facts(row):
        _add_facts(sync, elder_id, dated)
    return elder_id


def _columns(sync: _Sync, row: ElderRow) -> dict[str, object]:
    name = clean_name(row.name)
    keys = pinyin_keys(name)
    canteen = sync.canteens.get(row.canteen or "")
    return {
        "name": name,
        "pinyin": keys.full,
        "initials": keys.initials,
        "sex": row.sex,
        "community_code": row.community or (canteen.area_code if canteen else ""),
        "canteen_id": canteen.id if canteen else None,
        "address": row.address,
        "diet": row.diet,
        "speak": row.speak if row.speak is not None else True,
        "speak_balance": row.speak_balance if row.speak_balance is not None else True,
    }


def _change_elder(sync: _Sync, row: ElderRow, old: Elder) -> int:
    wanted = _columns(sync, row)
    silent = [key for key in COLUMNS if getattr(row, key) is None]
    if row.canteen is None:
        silent += ["canteen_id", "community_code"]
    changed = {
        key: value
        for key, value in wanted.items()
        if key not in silent and getattr(old, key) != value
    }
    hidden = _changed_secrets(sync.session, row, old)
    added = _changed_facts(sync, row, old.id)
    note = ", ".join([*changed, *(key for key in hidden if key.endswith("_box")), *added])
    sync.rows.append(SetupRow("change" if note else "same", "elder", row.number, note))
    if sync.write and (changed or hidden):
        sync.session.execute(update(Elder).where(Elder.id == old.id).values(**changed, **hidden))
    return old.id


def _changed_secrets(session: Session, row: ElderRow, old: Elder) -> dict[str, object]:
    if row.id_number is None and row.phone is None:
        return {}
    sealed = _sealed(session, row.number, row.id_number, row.phone)
    changed: dict[str, object] = {}
    if row.id_number and sealed["id_number_index"] != old.id_number_index:
        names = ("id_number_box", "id_number_index", "id_last4_index")
        changed |= {name: sealed[name] for name in names}
    if row.phone and sealed["phone_index"] != old.phone_index:
        changed |= {name: sealed[name] for name in ("phone_box", "phone_index")}
    return changed


def _sealed(
    session: Session, number: str, id_number: str | None, phone: str | None
) -> dict[str, object]:
    if id_number is None and phone is None:
        return {}
    return sealed_columns(key_ring_of(session.info), "elders", number, id_number, phone)


def _dated_facts(row: ElderRow) -> list[Period]:
    facts = [
        Period("category", held.code, held.level, from_on=held.from_on, to_on=held.to_on)
        for held in row.categories
    ]
    if row.moved_on:
        facts.append(Period("status", "moved", from_on=row.moved_on))
    if row.deceased_on:
        facts.append(Period("status", "deceased", from_on=row.deceased_on))
    return facts


def _changed_facts(sync: _Sync, row: ElderRow, elder_id: int) -> list[str]:
    """Write (when asked) the facts in which the file differs; returns their kinds for the note."""
    held = sync.session.scalars(
        select(ElderFact).where(ElderFact.elder_id == elder_id, ElderFact.withdrawn_at.is_(None))
    ).all()
    withdrawn: list[int] = []
    added: list[Period] = []
    born = [fact for fact in held if fact.kind == "born"]
    if [fact.born for fact in born] != [row.born]:
        withdrawn += [fact.id for fact in born]
        added.append(Period("born", born=row.born))
    begins = row.moved_in_on or local_date(sync.now)
    for kind, code in (("hukou", row.hukou), ("residence", row.residence)):
        running = [fact for fact in held if fact.kind == kind and fact.to_on is None]
        if code and [fact.code for fact in running] != [code]:
            for fact in running:
                withdrawn.append(fact.id)
                if fact.from_on is None or fact.from_on < begins:
                    ended = begins - timedelta(days=1)
                    added.append(Period(kind, fact.code, from_on=fact.from_on, to_on=ended))
            added.append(Period(kind, code, from_on=begins if running else row.moved_in_on))
    for wanted in _dated_facts(row):
        key = (wanted.kind, wanted.code, wanted.level, wanted.from_on)
        same = [fact for fact in held if (fact.kind, fact.code, fact.level, fact.from_on) == key]
        if [fact.to_on for fact in same] != [wanted.to_on]:
            withdrawn += [fact.id for fact in same]
            added.append(wanted)
    if sync.write and withdrawn:
        sync.session.execute(
            update(ElderFact)
            .where(ElderFact.id.in_(withdrawn))
            .values(withdrawn_at=sync.now, withdrawn_by=sync.by)
        )
    if sync.write and added:
        _add_facts(sync, elder_id, added)
    return [f"{fact.kind} {fact.code or fact.born}" for fact in added]


def _add_facts(sync: _Sync, elder_id: int, facts: Sequence[Period]) -> None:
    sync.session.execute(
        insert(ElderFact),
        [
            {
                "elder_id": elder_id,
                "kind": fact.kind,
                "code": fact.code,
                "level": fact.level,
                "born": fact.born,
                "from_on": fact.from_on,
                "to_on": fact.to_on,
                "source": SOURCE,
                "recorded_at": sync.now,
                "recorded_by": sync.by,
            }
            for fact in facts
        ],
    )


def sync_test_cards(
    session: Session, *, cards: Sequence[CardRow], write: bool, by: str, now: datetime
) -> list[SetupRow]:
    """The morning cards: nobody holds them, nobody is charged."""
    sync = _Sync(session, write, by, now, [], {})
    _sync_cards(sync, cards, "", None)
    return sync.rows


def _sync_cards(sync: _Sync, cards: Sequence[CardRow], holder: str, elder_id: int | None) -> None:
    for row in cards:
        known = sync.session.execute(
            select(Card.id).where(Card.uid == row.card.uid)
        ).scalar_one_or_none()
        held = known is not None and (
            not holder
            or sync.session.execute(
                select(CardHolding.id).where(
                    CardHolding.card_id == known, CardHolding.to_at.is_(None)
                )
            ).first()
            is not None
        )
        sync.rows.append(SetupRow("same" if held else "add", "card", row.card.uid, holder))
        if not sync.write or held:
            continue
        if known is None:
            known = sync.session.execute(
                insert(Card)
                .values(
                    uid=row.card.uid,
                    printed=row.printed,
                    low24=row.card.low24,
                    low32=row.card.low32,
                    is_test=not holder,
                    created_at=sync.now,
                )
                .returning(Card.id)
            ).scalar_one()
        if elder_id is not None:
            sync.session.execute(
                insert(CardHolding).values(
                    card_id=known,
                    elder_id=elder_id,
                    from_at=row.from_at or midnight(LONG_AGO),
                    recorded_by=sync.by,
                )
            )


def _book_opening(sync: _Sync, row: ElderRow, elder_id: int | None) -> None:
    """The opening balance, once: its id is made of the elder's number."""
    if not row.balance_fen:
        return
    opening_id = f"opening:{row.number}"
    booked = sync.session.execute(
        select(TopUp.amount_fen).where(TopUp.id == opening_id)
    ).scalar_one_or_none()
    if booked is not None:
        note = (
            "" if booked == row.balance_fen else f"booked {booked} fen, file says {row.balance_fen}"
        )
        sync.rows.append(SetupRow("same", "balance", row.number, note))
        return
    sync.rows.append(SetupRow("add", "balance", row.number, f"{row.balance_fen} fen"))
    if sync.write and elder_id is not None:
        canteen = sync.canteens.get(row.canteen or "") or min(
            sync.canteens.values(), key=lambda one: one.id
        )
        book_top_up(
            sync.session,
            id=opening_id,
            elder_id=elder_id,
            canteen=get_canteen(sync.session, canteen.id),
            counter_id=None,
            amount_fen=row.balance_fen,
            pay="opening",
            reference=None,
            by=sync.by,
            now=sync.now,
        )
