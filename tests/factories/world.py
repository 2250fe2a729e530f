"""The base world of the field cases: two canteens, their readers, ten elders, rule set A or B."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import insert
from sqlalchemy.orm import Session

from canteen.models.sites import (
    Area,
    Canteen,
    ClosedDay,
    Counter,
    Funder,
    MealtimeWindow,
    Reader,
)
from canteen.models.tariffs import BindingPayer, Price, SchemeBinding, SchemeVersion
from canteen.rules.scheme import scheme_version
from canteen.services.swipes import SwipeAsked
from tests.factories.people import LONG_AGO, make_elder
from tests.factories.rows import build_once
from tests.factories.schemes import RULE_SET_A

CHENGNAN, HEDONG = "450702003005", "450702003006"
AREAS = {
    "45": "广西壮族自治区",
    "4507": "钦州市",
    "450702": "钦南区",
    "450702003": "向阳街道",
    CHENGNAN: "城南社区",
    HEDONG: "河东社区",
}
WINDOWS = (
    ("breakfast", "06:30", "08:30", 420),
    ("lunch", "10:30", "13:30", 1200),
    ("dinner", "16:30", "18:30", 1000),
)
ELDERS = (
    ("P01", "黄桂兰", "F", date(1946, 11, 25), CHENGNAN, "0A00B0C1D2", ()),
    ("P02", "韦德胜", "M", date(1941, 5, 3), CHENGNAN, "0A00B0C1D3", ()),
    ("P03", "陆秀珍", "F", date(1936, 2, 29), CHENGNAN, "0A0011A5C4", (("dibao", None),)),
    ("P04", "梁𠮷祥", "M", date(1944, 8, 15), CHENGNAN, "0A000BED96", ()),
    ("P05", "阿依古丽·买买提", "F", date(1950, 4, 9), CHENGNAN, "0A11131A02", ()),
    ("P06", "黄秀英", "F", date(1948, 9, 9), CHENGNAN, "0A00001F4B", ()),
    ("P07", "黄秀英", "F", date(1951, 2, 14), HEDONG, "0A00000007", ()),
    ("P08", "莫有福", "M", date(1956, 2, 29), CHENGNAN, "0A00000008", ()),
    ("P09", "农玉琼", "F", date(1966, 11, 25), HEDONG, "0A00000009", ()),
    ("P10", "覃大山", "M", date(1931, 1, 1), HEDONG, "0A00000010", (("limited_mobility", None),)),
)
TODAY = date(2026, 11, 25)


@dataclass(slots=True)
class World:
    """Ids by code: canteens C1, C2; counters C1-1, C1-2, C2-1; readers C1-R1 …; elders P01 …"""

    canteens: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    readers: dict[str, int] = field(default_factory=dict)
    elders: dict[str, int] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)


def shanghai(clock: str, day: date = TODAY) -> datetime:
    """The instant of a wall clock in Asia/Shanghai: "11:32:10" of today in the field cases."""
    hour, minute, *rest = clock.split(":")
    second, _, milli = (rest[0] if rest else "0").partition(".")
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    return at + timedelta(
        hours=int(hour), minutes=int(minute), seconds=int(second), milliseconds=int(milli or 0)
    )


def event_id(name: str) -> str:
    """The uuid that the field cases give to an event name."""
    return str(uuid5(NAMESPACE_URL, name))


def make_swipe(world: World, elder: str, clock: str, name: str, **given: object) -> SwipeAsked:
    """A swipe of an elder's first card at a wall clock of today; `name` makes its id."""
    day = given.pop("day", TODAY)
    assert isinstance(day, date)
    card = given.pop("card", world.cards.get(elder))
    return SwipeAsked(  # type: ignore[arg-type]
        event_id(name), str(card), shanghai(clock, day), **given
    )


def make_world(
    session: Session,
    *,
    scheme: str | None = RULE_SET_A,
    payers: tuple[str, ...] = ("gov",),
    overdraft_fen: int = 0,
    cash_unit_fen: int = 10,
    balance_fen: int = 5000,
) -> World:
    """Build it; every elder has `balance_fen`. Built once a worker, then its rows are written again."""
    return build_once(
        session,
        _build,
        scheme=scheme,
        payers=payers,
        overdraft_fen=overdraft_fen,
        cash_unit_fen=cash_unit_fen,
        balance_fen=balance_fen,
    )


def _build(
    session: Session,
    scheme: str | None,
    payers: tuple[str, ...],
    overdraft_fen: int,
    cash_unit_fen: int,
    balance_fen: int,
) -> World:
    world = World()
    session.execute(insert(Area), [{"code": c, "name": n} for c, n in AREAS.items()])
    funder_id = session.execute(
        insert(Funder)
        .values(code="qinnan", name="钦南区民政局", area_code="450702")
        .returning(Funder.id)
    ).scalar_one()
    for code, name, area, counters in (
        ("C1", "城南食堂", CHENGNAN, ("C1-1", "C1-2")),
        ("C2", "河东食堂", HEDONG, ("C2-1",)),
    ):
        make_canteen(session, world, code, name, area, counters, overdraft_fen, cash_unit_fen)
    if scheme is not None:
        bind_scheme(session, scheme, "450702", dict.fromkeys(payers, funder_id))
    for number, name, sex, born, community, card, categories in ELDERS:
        home = world.canteens["C1" if community == CHENGNAN else "C2"]
        world.elders[number] = make_elder(
            session,
            number=number,
            name=name,
            sex=sex,
            born=born,
            community=community,
            canteen_id=home,
            categories=categories,
            card=f"em4100:{card}",
            balance_fen=balance_fen,
        )
        world.cards[number] = f"em4100:{card}"
    session.flush()
    return world


def make_canteen(
    session: Session,
    world: World,
    code: str,
    name: str,
    area: str,
    counters: tuple[str, ...],
    overdraft_fen: int,
    cash_unit_fen: int,
) -> None:
    canteen = Canteen(
        code=code,
        name=name,
        area_code=area,
        overdraft_fen=overdraft_fen,
        cash_unit_fen=cash_unit_fen,
        grace_min=15,
        delivery_fee_fen=200,
        delivery_fee_other_fen=200,
    )
    session.add(canteen)
    session.flush()
    world.canteens[code] = canteen.id
    for mealtime, opens, closes, price_fen in WINDOWS:
        session.add(
            MealtimeWindow(
                canteen_id=canteen.id,
                mealtime=mealtime,
                opens=opens,
                closes=closes,
                from_on=date(2020, 1, 1),
            )
        )
        set_price(session, canteen.id, mealtime, price_fen, LONG_AGO)
    for number, counter_code in enumerate(counters, start=1):
        counter = Counter(canteen_id=canteen.id, code=counter_code, name=f"{number} 号窗口")
        session.add(counter)
        session.flush()
        world.counters[counter_code] = counter.id
        reader_code = f"{code}-R{number}"
        reader = Reader(
            public_id=f"rd-{reader_code}",
            counter_id=counter.id,
            code=reader_code,
            profile="rdm6300",
            key_box=b"",
        )
        session.add(reader)
        session.flush()
        world.readers[reader_code] = reader.id


def set_price(
    session: Session, canteen_id: int, mealtime: str, price_fen: int | None, valid_from: datetime
) -> None:
    """The plain set meal's price from an instant on."""
    session.add(
        Price(
            canteen_id=canteen_id,
            mealtime=mealtime,
            kind="set",
            code="set",
            name="两菜一汤",
            name_en="2 dishes + soup",
            key=1,
            channel="dine_in",
            price_fen=price_fen,
            valid_from=valid_from,
            recorded_at=valid_from,
            recorded_by="test",
        )
    )
    session.flush()


def bind_scheme(
    session: Session,
    text: str,
    area: str | None = None,
    payers: dict[str, int] | None = None,
    *,
    canteen_id: int | None = None,
    from_on: date = date(2020, 1, 1),
) -> int:
    """Store a scheme and bind it to an area or a canteen; the binding's id."""
    code = text.split('code = "')[1].split('"', maxsplit=1)[0]
    version_id = session.execute(
        insert(SchemeVersion)
        .values(
            code=code,
            version=scheme_version(text),
            name=code,
            body=text,
            added_at=LONG_AGO,
            added_by="test",
        )
        .returning(SchemeVersion.id)
    ).scalar_one()
    binding_id: int = session.execute(
        insert(SchemeBinding)
        .values(
            canteen_id=canteen_id,
            area_code=area,
            scheme_version_id=version_id,
            from_on=from_on,
            recorded_at=LONG_AGO,
            recorded_by="test",
        )
        .returning(SchemeBinding.id)
    ).scalar_one()
    for payer, funder_id in (payers or {}).items():
        session.execute(
            insert(BindingPayer).values(binding_id=binding_id, payer=payer, funder_id=funder_id)
        )
    return binding_id


def close_day(session: Session, canteen_id: int, day: date, mealtime: str | None = None) -> None:
    """The canteen does not serve that day (or that mealtime of it)."""
    session.add(ClosedDay(canteen_id=canteen_id, closed_on=day, mealtime=mealtime, reason="停业"))
    session.flush()
