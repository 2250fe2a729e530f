"""A lunch that is being carried, and the phone of one who carries it: what its tests look at and tap."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Locator, Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen import clock
from canteen.db.run import Database
from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport
from canteen.models.encrypted import read_key_file
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.register import ElderContact
from canteen.rules.days import local_date
from canteen.services import person_links, sign_in
from tests.e2e.live import Live, live_canteen
from tests.e2e.page_rules import hold_rules
from tests.factories.delivery_board import MadeBoard, make_board

SIZE = (390, 844)
PIN = "246813"
PHONE, SON = "13800000066", "13800000077"
KEPT = "localStorage.getItem('canteen.volunteer')"


@dataclass
class Round:
    """A served canteen whose lunch is being carried, and a way to the page of one who carries."""

    live: Live
    database: Database
    board: MadeBoard

    def link(self, name: str) -> str:
        """The address of a new link of today for a volunteer of the board."""
        made = self.database.run(
            person_links.create_link,
            kind="volunteer",
            target_id=self.board.volunteers[name],
            pin_hash=sign_in.hash_password(PIN),
            valid_on=local_date(clock.instant()),
            by="test",
            origin=None,
            now=clock.instant(),
        )
        return f"{self.live.address}/link/{made.token}"

    def state(self, elder: str) -> str:
        return str(self.database.read(find_delivery, self.board.uids[elder]).state)

    def reports(self, elder: str) -> list[tuple[str, str]]:
        """(kind, outcome) of what came in about an elder's delivery, as tapped."""
        return self.database.read(_reports, self.board.uids[elder])


def find_delivery(session: Session, uid: str) -> Delivery:
    return session.execute(select(Delivery).where(Delivery.uid == uid)).scalar_one()


def _reports(session: Session, uid: str) -> list[tuple[str, str]]:
    rows = session.scalars(
        select(DeliveryReport)
        .join(Delivery, Delivery.id == DeliveryReport.delivery_id)
        .where(Delivery.uid == uid)
        .order_by(DeliveryReport.reported_at, DeliveryReport.received_at)
    )
    return [(row.kind, row.outcome) for row in rows]


def _describe(session: Session, elder_id: int, now: datetime) -> None:
    """Her phone and her son's; and when what is on its way went out."""
    ring = key_ring_of(session.info)
    number = session.get_one(Elder, elder_id).number
    session.execute(
        update(Elder)
        .where(Elder.id == elder_id)
        .values(**sealed_columns(ring, "elders", number, None, PHONE))
    )
    session.add(
        ElderContact(
            elder_id=elder_id,
            name="李伟",
            relation="儿子",
            recorded_at=now,
            recorded_by="test",
            phone_box=ring.seal(SON, f"elder_contacts:{number}:phone"),
        )
    )
    session.execute(update(Delivery).where(Delivery.state == "out").values(out_at=now))


@contextmanager
def carry_lunch(folder: Path) -> Iterator[Round]:
    """A canteen served in this folder, its board drawn and its lunch on the way."""
    with live_canteen(folder, elders=1) as live:
        data = live.folder / "data"
        database = Database(
            f"sqlite:///{data / 'canteen.db'}", key_ring=read_key_file(data / "data_keys.json")
        )
        now = clock.instant()
        board = database.run(lambda session: make_board(session, 1, day=local_date(now), now=now))
        database.run(_describe, board.elders["李炳坤"], now)
        live.start_server("--no-jobs")  # who plans rounds would move what a test looks at
        yield Round(live, database, board)
        database.close()


def door_of(page: Page) -> Locator:
    """The current door's number."""
    return page.locator("#s-now b")


def tap(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


def hold_phone(page: Page, name: str, shots: Path) -> None:
    """The page fits in a hand and is accessible; a picture of it is kept."""
    page.screenshot(path=shots / f"{name}.png", full_page=True)
    hold_rules(page)
