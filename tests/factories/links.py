"""Links for tests, and a phone that came in by one, as if the secretary had handed it over."""

import re
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from canteen import clock
from canteen.db.run import Database
from canteen.rules.days import local_date
from canteen.rules.family import SHOWS
from canteen.services import person_links
from canteen.services.person_links import NewLink

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def make_family_link(
    session: Session, elder_id: int, shows: frozenset[str] = frozenset(SHOWS)
) -> NewLink:
    """A link of her daughter to the elder."""
    return person_links.create_link(
        session, kind="family", target_id=elder_id, holder="女儿 李小梅", shows=shows,
        by="staff:wang", origin=None, now=clock.instant(),
    )  # fmt: skip


def make_enrolment_link(session: Session, canteen_id: int) -> NewLink:
    """The link of a canteen by which anybody may ask to be enrolled."""
    return person_links.create_link(
        session, kind="enrolment", target_id=canteen_id, by="staff:wang", origin=None,
        now=clock.instant(),
    )  # fmt: skip


def make_volunteer_link(session: Session, volunteer_id: int) -> NewLink:
    """A volunteer's link of today."""
    now = clock.instant()
    return person_links.create_link(
        session, kind="volunteer", target_id=volunteer_id, valid_on=local_date(now),
        by="staff:wang", origin=None, now=now,
    )  # fmt: skip


class LinkBrowser:
    """A phone that came in by a link; its forms carry the token of the page they stand on."""

    def __init__(self, app: Flask, link: NewLink) -> None:
        self.client = app.test_client()
        self.link = link
        entered = self.client.get(f"/link/{link.token}")
        assert entered.status_code == 303, entered.status
        self.home = entered.headers["Location"]

    def get(self, path: str = "/family") -> TestResponse:
        return self.client.get(path)

    def text(self, path: str = "/family") -> str:
        """A page that is there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status)
        return answer.get_data(as_text=True)

    def send(self, path: str, page: str | None = None, **fields: Any) -> TestResponse:
        """Post the form of a page (the one at the same address unless said otherwise)."""
        found = CSRF.search(self.text(page or path))
        assert found is not None, "the page has a form"
        return self.client.post(path, data={"csrf": found[1], **fields})


def open_family(
    app: Flask, database: Database, elder_id: int, shows: frozenset[str] = frozenset(SHOWS)
) -> LinkBrowser:
    """The daughter's phone, come in by a fresh link."""
    return LinkBrowser(app, database.run(make_family_link, elder_id, shows))
