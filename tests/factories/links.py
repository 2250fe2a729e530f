"""Links for tests, and a phone that came in by one, as if the secretary had handed it over."""

import re
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from canteen import clock
from canteen.db.run import Database
from canteen.models.volunteers import Volunteer
from canteen.rules.days import local_date
from canteen.rules.family import SHOWS
from canteen.services import person_links
from canteen.services.person_links import NewLink

RUN, REPORTS = "/api/v1/volunteer/run", "/api/v1/volunteer/reports"
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


class Phone(LinkBrowser):
    """A volunteer's phone whose script asks for the round and sends what was tapped."""

    def run(self) -> dict:
        answer = self.client.get(RUN)
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def stops(self) -> list[dict]:
        return [stop for one in self.run()["rounds"] for stop in one["stops"]]

    def post(self, *reports: dict) -> TestResponse:
        headers = {"X-CSRF-Token": self.run()["csrf"]}
        return self.client.post(REPORTS, json={"reports": list(reports)}, headers=headers)

    def tap(self, uid: str, kind: str, **given: object) -> dict:
        """One tap, sent at once; its result."""
        made = {"id": str(uuid4()), "uid": uid, "kind": kind, **given}
        answer = self.post(made)
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json()["results"][0])


def come_in(app: Flask, database: Database, number: str = "V1") -> Phone:
    """The phone of a volunteer who is there already, come in by a fresh link of today."""
    volunteer_id = database.read(_find_volunteer, number)
    return Phone(app, database.run(make_volunteer_link, volunteer_id))


def _find_volunteer(session: Session, number: str) -> int:
    return session.scalars(select(Volunteer.id).where(Volunteer.number == number)).one()
