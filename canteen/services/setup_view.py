"""What a set-up needs to know of the database beforehand, and what `--json` answers afterwards."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.people import Card, CardHolding, Elder
from canteen.models.personal import key_ring_of
from canteen.models.sites import Area, Canteen, Counter, Funder, Reader
from canteen.rules.setup_file import Known


def list_known(session: Session) -> Known:
    """The codes the database already holds, for the reading of a set-up file."""
    holders = session.execute(
        select(Card.uid, Elder.number)
        .outerjoin(CardHolding, (CardHolding.card_id == Card.id) & CardHolding.to_at.is_(None))
        .outerjoin(Elder, Elder.id == CardHolding.elder_id)
        .where(Elder.number.is_not(None) | Card.is_test)
    )
    readers = session.execute(
        select(Reader.code, Canteen.code)
        .join(Counter, Counter.id == Reader.counter_id)
        .join(Canteen, Canteen.id == Counter.canteen_id)
    )
    counters = session.execute(
        select(Canteen.code, Counter.code).join(Counter, Counter.canteen_id == Canteen.id)
    )
    return Known(
        areas=set(session.scalars(select(Area.code))),
        funders=set(session.scalars(select(Funder.code))),
        canteens=set(session.scalars(select(Canteen.code))),
        counters={(row[0], row[1]) for row in counters},
        readers={row[0]: row[1] for row in readers},
        cards={row[0]: row[1] or "" for row in holders},
    )


def describe_setup(session: Session) -> dict[str, object]:
    """What `--json` answers: readers with their keys, counters by code and by canteen-code, elders."""
    readers: dict[str, object] = {}
    for reader in session.scalars(select(Reader).where(Reader.revoked_at.is_(None))):
        key = key_ring_of(session.info).open(reader.key_box, f"readers:{reader.public_id}:key")
        readers[reader.code] = {"id": reader.public_id, "key": key, "counter": reader.counter_id}
    rows = session.execute(
        select(Counter.code, Canteen.code, Counter.id)
        .join(Canteen, Canteen.id == Counter.canteen_id)
        .order_by(Counter.id)
    ).all()
    codes = [code for code, _, _ in rows]
    counters: dict[str, int] = {}
    for code, canteen, counter_id in rows:
        if codes.count(code) == 1:
            counters[code] = counter_id
        if not code.startswith(canteen):
            counters[f"{canteen}-{code}"] = counter_id
    return {
        "readers": readers,
        "counters": counters,
        "elders": {row[0]: row[1] for row in session.execute(select(Elder.number, Elder.id))},
        "canteens": {row[0]: row[1] for row in session.execute(select(Canteen.code, Canteen.id))},
    }
