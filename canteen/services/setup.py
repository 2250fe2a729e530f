"""Areas, funders and canteens of a set-up file: compared with the database, and written when asked.

The dry run and the writing are one function (`write`), so that the one cannot promise what the other
does not do. What is there is left; prices and windows that differ become new dated rows.
"""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.personal import key_ring_of
from canteen.models.sites import (
    Area,
    Canteen,
    ClosedDay,
    Counter,
    Funder,
    MealtimeWindow,
    Reader,
)
from canteen.models.tariffs import Price
from canteen.rules.days import local_date
from canteen.rules.setup_canteens import (
    CanteenRow,
    PriceRow,
    ReaderRow,
    WindowRow,
    first_price_from,
)
from canteen.rules.setup_file import AreaRow, FunderRow
from canteen.rules.setup_values import LONG_AGO, SetupRow
from canteen.trail.audit import append_audit

OVERDRAFT_WITHOUT_LUNCH_FEN = 0


def sync_places(
    session: Session,
    *,
    areas: Iterable[AreaRow],
    funders: Iterable[FunderRow],
    canteens: Iterable[CanteenRow],
    write: bool,
    by: str,
    now: datetime,
) -> list[SetupRow]:
    """Bring areas, funders and canteens to what the file says; returns what becomes of each row."""
    rows: list[SetupRow] = []
    known_areas = {row.code: row.name for row in session.scalars(select(Area))}
    for area in areas:
        old = known_areas.get(area.code)
        action = "add" if old is None else "same" if old == area.name else "change"
        rows.append(SetupRow(action, "area", area.code, area.name))
        if write and action == "add":
            session.execute(insert(Area).values(code=area.code, name=area.name))
        elif write and action == "change":
            session.execute(update(Area).where(Area.code == area.code).values(name=area.name))
    rows += _sync_funders(session, funders, write)
    for canteen in canteens:
        rows += _sync_canteen(session, canteen, write, by, now)
    if write and (made := [row for row in rows if row.action != "same"]):
        append_audit(
            session,
            actor=by,
            origin=None,
            action="setup_applied",
            object_kind="setup",
            object_id="places",
            after={"rows": [f"{row.action} {row.table} {row.key} {row.note}" for row in made]},
            now=now,
        )
    return rows


def _sync_funders(session: Session, funders: Iterable[FunderRow], write: bool) -> list[SetupRow]:
    rows = []
    known = {row.code: row for row in session.scalars(select(Funder))}
    for funder in funders:
        held = known.get(funder.code)
        values = {"name": funder.name, "area_code": funder.area, **funder.settings}
        same = held is not None and all(getattr(held, key) == values[key] for key in values)
        action = "add" if held is None else "same" if same else "change"
        rows.append(SetupRow(action, "funder", funder.code, funder.name))
        if write and action == "add":
            session.execute(insert(Funder).values(code=funder.code, **values))
        elif write and action == "change":
            session.execute(update(Funder).where(Funder.code == funder.code).values(values))
    return rows


def _sync_canteen(
    session: Session, row: CanteenRow, write: bool, by: str, now: datetime
) -> list[SetupRow]:
    held = session.execute(select(Canteen).where(Canteen.code == row.code)).scalar_one_or_none()
    wanted: dict[str, object] = {"name": row.name, "area_code": row.area, **row.settings}
    rows: list[SetupRow] = []
    canteen_id: int | None = None
    if held is None:
        wanted.setdefault("overdraft_fen", _lunch_price(row))
        rows.append(SetupRow("add", "canteen", row.code, row.name))
        if write:
            canteen_id = session.execute(
                insert(Canteen).values(code=row.code, **wanted).returning(Canteen.id)
            ).scalar_one()
    else:
        canteen_id = held.id
        changed = {key: value for key, value in wanted.items() if getattr(held, key) != value}
        note = ", ".join(f"{key} {getattr(held, key)} → {value}" for key, value in changed.items())
        rows.append(SetupRow("change" if changed else "same", "canteen", row.code, note))
        if write and changed:
            session.execute(update(Canteen).where(Canteen.id == held.id).values(changed))
    rows += _sync_windows(session, row, canteen_id, write, now)
    rows += _sync_prices(session, row, canteen_id, write, by, now)
    rows += _sync_closed_days(session, row, canteen_id, write)
    counters = _counter_ids(session, canteen_id)
    for counter in row.counters:
        known = counter.code in counters
        rows.append(SetupRow("same" if known else "add", "counter", f"{row.code}/{counter.code}"))
        if write and not known:
            session.execute(
                insert(Counter).values(
                    canteen_id=canteen_id, code=counter.code, name=counter.name, event_seq=0
                )
            )
    counters = _counter_ids(session, canteen_id)
    for reader in row.readers:
        rows.append(_sync_reader(session, reader, counters.get(reader.counter), write))
    return rows


def _lunch_price(row: CanteenRow) -> int:
    """domain.md §2: the default overdraft is the lunch set meal's list price at creation."""
    for price in row.prices:
        if price.mealtime == "lunch" and price.key == 1 and price.price_fen is not None:
            return price.price_fen
    return OVERDRAFT_WITHOUT_LUNCH_FEN


def _counter_ids(session: Session, canteen_id: int | None) -> dict[str, int]:
    found = session.execute(
        select(Counter.code, Counter.id).where(Counter.canteen_id == canteen_id)
    )
    return {row[0]: row[1] for row in found}


def _sync_windows(
    session: Session, row: CanteenRow, canteen_id: int | None, write: bool, now: datetime
) -> list[SetupRow]:
    held = {
        window.mealtime: window
        for window in session.scalars(
            select(MealtimeWindow)
            .where(MealtimeWindow.canteen_id == canteen_id, MealtimeWindow.to_on.is_(None))
            .order_by(MealtimeWindow.from_on)
        )
    }
    rows = []
    for wanted in row.windows:
        opens, closes = f"{wanted.opens:%H:%M}", f"{wanted.closes:%H:%M}"
        old = held.get(wanted.mealtime)
        if old is not None and (old.opens, old.closes) == (opens, closes):
            rows.append(SetupRow("same", "mealtime", f"{row.code}/{wanted.mealtime}"))
            continue
        begins = _window_begins(wanted, old, now)
        action = "add" if old is None else "change"
        note = f"{opens}–{closes} from {begins}"
        rows.append(SetupRow(action, "mealtime", f"{row.code}/{wanted.mealtime}", note))
        if write and old is not None and old.from_on >= begins:
            # Its first day has not passed: nothing was judged by it that the new one would contradict.
            session.execute(
                update(MealtimeWindow)
                .where(MealtimeWindow.id == old.id)
                .values(opens=opens, closes=closes)
            )
        elif write:
            if old is not None:
                session.execute(
                    update(MealtimeWindow)
                    .where(MealtimeWindow.id == old.id)
                    .values(to_on=begins - timedelta(days=1))
                )
            session.execute(
                insert(MealtimeWindow).values(
                    canteen_id=canteen_id,
                    mealtime=wanted.mealtime,
                    opens=opens,
                    closes=closes,
                    from_on=begins,
                )
            )
    return rows


def _window_begins(wanted: WindowRow, old: MealtimeWindow | None, now: datetime) -> date:
    if wanted.from_on is not None:
        return wanted.from_on
    return LONG_AGO if old is None else local_date(now)


def _sync_prices(
    session: Session, row: CanteenRow, canteen_id: int | None, write: bool, by: str, now: datetime
) -> list[SetupRow]:
    newest: dict[tuple[str, str], Price] = {}
    for price in session.scalars(
        select(Price).where(Price.canteen_id == canteen_id).order_by(Price.valid_from, Price.id)
    ):
        newest[price.mealtime, price.code] = price
    rows = []
    for wanted in row.prices:
        old = newest.get((wanted.mealtime, wanted.code))
        key = f"{row.code}/{wanted.mealtime}/{wanted.code}"
        if old is not None and _is_same_price(old, wanted):
            rows.append(SetupRow("same", "price", key))
            continue
        begins = first_price_from(wanted) if old is None else (wanted.valid_from or now)
        note = f"{wanted.price_fen} fen from {begins.isoformat(timespec='seconds')}"
        rows.append(SetupRow("add" if old is None else "change", "price", key, note))
        if write:
            session.execute(
                insert(Price).values(
                    canteen_id=canteen_id,
                    mealtime=wanted.mealtime,
                    kind=wanted.kind,
                    code=wanted.code,
                    name=wanted.name,
                    name_en=wanted.name_en,
                    key=wanted.key,
                    channel=wanted.channel,
                    price_fen=wanted.price_fen,
                    valid_from=begins,
                    recorded_at=now,
                    recorded_by=by,
                )
            )
    return rows


def _is_same_price(old: Price, wanted: PriceRow) -> bool:
    names = ("kind", "name", "name_en", "key", "channel", "price_fen")
    return all(getattr(old, name) == getattr(wanted, name) for name in names)


def _sync_closed_days(
    session: Session, row: CanteenRow, canteen_id: int | None, write: bool
) -> list[SetupRow]:
    held = set(
        session.scalars(
            select(ClosedDay.closed_on).where(
                ClosedDay.canteen_id == canteen_id,
                ClosedDay.mealtime.is_(None),
                ClosedDay.withdrawn_at.is_(None),
            )
        )
    )
    rows = []
    for day, reason in row.closed_days:
        known = day in held
        rows.append(SetupRow("same" if known else "add", "closed_day", f"{row.code}/{day}", reason))
        if write and not known:
            session.execute(
                insert(ClosedDay).values(canteen_id=canteen_id, closed_on=day, reason=reason)
            )
    return rows


def _sync_reader(session: Session, row: ReaderRow, counter_id: int | None, write: bool) -> SetupRow:
    held = session.execute(select(Reader).where(Reader.code == row.code)).scalar_one_or_none()
    if held is not None:
        values = {"counter_id": counter_id, "profile": row.profile}
        changed = {key: value for key, value in values.items() if getattr(held, key) != value}
        if write and changed:
            session.execute(update(Reader).where(Reader.id == held.id).values(changed))
        note = ", ".join(f"{key} → {value}" for key, value in changed.items())
        return SetupRow("change" if changed else "same", "reader", row.code, note)
    if write:
        public_id = "r-" + secrets.token_hex(6)
        key = (row.key or secrets.token_hex(32)).lower()
        box = key_ring_of(session.info).seal(key, f"readers:{public_id}:key")
        session.execute(
            insert(Reader).values(
                public_id=public_id,
                counter_id=counter_id,
                code=row.code,
                profile=row.profile,
                key_box=box,
            )
        )
    return SetupRow("add", "reader", row.code, row.profile)
