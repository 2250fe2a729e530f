"""What tests of an elder's pages ask beside them: her page's data, her card's row, the audit trail."""

from sqlalchemy import select

from canteen import clock
from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.people import Card
from canteen.services import elder_desk, elder_page
from canteen.services.elder_desk import ElderChanges
from canteen.services.elder_page import ElderPage
from tests.factories.world import World

#: P01's, once `give_numbers` wrote them down
ID_NUMBER, PHONE = "450702194611259920", "13800000001"


def give_numbers(database: Database) -> None:
    """P01's ID number and phone, as the desk would write them down."""
    database.run(
        elder_desk.change_elder,
        number="P01",
        asked=ElderChanges("黄桂兰", "F", ID_NUMBER, PHONE, canteen="C1"),
        by="test",
        origin=None,
        now=clock.instant(),
    )


def elder_page_of(database: Database, number: str) -> ElderPage:
    return database.read(elder_page.get_elder_page, number=number, now=clock.instant())


def card_id_of(database: Database, world: World, elder: str) -> int:
    """The row of an elder's first card, by which addresses name it."""
    query = select(Card.id).where(Card.uid == world.cards[elder])
    return database.read(lambda session: session.execute(query).scalar_one())


def list_trail(database: Database) -> list[tuple[str, str]]:
    """Each line of the audit trail: what was done to what."""
    query = select(AuditLine.action, AuditLine.object_id).order_by(AuditLine.id)
    return database.read(lambda session: [(row[0], row[1]) for row in session.execute(query)])
