"""Elders and cards for tests: defaults are the dullest legal case; a test names what matters to it."""

from datetime import UTC, date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardHolding, Elder, ElderFact
from canteen.rules.card_uid import parse_card_uid
from canteen.rules.pinyin_names import pinyin_keys
from canteen.till.places import get_canteen
from canteen.till.purses import open_purse
from canteen.till.top_ups import book_top_up

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_elder(
    session: Session,
    *,
    number: str,
    name: str = "黄桂兰",
    sex: str = "F",
    born: date | None = date(1946, 11, 25),
    community: str = "450702003005",
    canteen_id: int | None = None,
    categories: tuple[tuple[str, int | None], ...] = (),
    card: str | None = None,
    balance_fen: int = 0,
    now: datetime = LONG_AGO,
) -> int:
    """An elder with her purse, facts, and if asked a card and money; returns her id."""
    keys = pinyin_keys(name)
    elder_id: int = session.execute(
        insert(Elder)
        .values(
            number=number,
            name=name,
            pinyin=keys.full,
            initials=keys.initials,
            sex=sex,
            community_code=community,
            canteen_id=canteen_id,
            speak=True,
            speak_balance=True,
            created_at=now,
        )
        .returning(Elder.id)
    ).scalar_one()
    open_purse(session, elder_id)
    if born is not None:
        make_fact(session, elder_id, "born", born=born)
    make_fact(session, elder_id, "hukou", community)
    make_fact(session, elder_id, "residence", community)
    for code, level in categories:
        make_fact(session, elder_id, "category", code, level=level)
    if card is not None:
        make_card(session, elder_id, card)
    if balance_fen:
        make_top_up(session, elder_id, canteen_id, balance_fen, now)
    return elder_id


def make_fact(
    session: Session,
    elder_id: int,
    kind: str,
    code: str | None = None,
    *,
    level: int | None = None,
    born: date | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    recorded_at: datetime = LONG_AGO,
) -> None:
    """One dated fact, known since long ago unless said otherwise."""
    session.execute(
        insert(ElderFact).values(
            elder_id=elder_id,
            kind=kind,
            code=code,
            level=level,
            born=born,
            from_on=from_on,
            to_on=to_on,
            recorded_at=recorded_at,
            recorded_by="test",
        )
    )


def make_card(
    session: Session,
    elder_id: int | None,
    uid: str,
    *,
    from_at: datetime = LONG_AGO,
    is_test: bool = False,
) -> int:
    """A card, held by the elder since `from_at`; by nobody when `elder_id` is None."""
    parsed = parse_card_uid(uid)
    card_id: int = session.execute(
        insert(Card)
        .values(
            uid=parsed.uid,
            printed=parsed.printed,
            low24=parsed.low24,
            low32=parsed.low32,
            is_test=is_test,
            created_at=LONG_AGO,
        )
        .returning(Card.id)
    ).scalar_one()
    if elder_id is not None:
        session.execute(
            insert(CardHolding).values(
                card_id=card_id, elder_id=elder_id, from_at=from_at, recorded_by="test"
            )
        )
    return card_id


def make_top_up(
    session: Session, elder_id: int, canteen_id: int | None, fen: int, now: datetime
) -> None:
    """Money in the purse, as an opening balance with its entry."""
    assert canteen_id is not None, "an elder with money belongs to a canteen in tests"
    number = session.execute(select(Elder.number).where(Elder.id == elder_id)).scalar_one()
    book_top_up(
        session,
        id=f"opening-{number}-{now.timestamp():.0f}-{fen}",
        elder_id=elder_id,
        canteen=get_canteen(session, canteen_id),
        counter_id=None,
        amount_fen=fen,
        pay="opening",
        reference=None,
        by="test",
        now=now,
    )
