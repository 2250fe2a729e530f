"""The family's door: one elder, by a revocable link or her number and its PIN. Without one nobody
enters, a signed-in official no more than a stranger. The canteen's link opens the enrolment only."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, g, request

from canteen import clock
from canteen.services import family
from canteen.services.family import FamilyPerson
from canteen.services.person_links import LinkHolder
from canteen.web.acting import Acting
from canteen.web.auth import missing
from canteen.web.forms import read_day
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.links import find_link, link_door
from canteen.web.peer import origin

blueprint = Blueprint("family", __name__, url_prefix="/family", template_folder="templates")
#: pages that also the canteen's link for enrolment opens
ENROLMENT = ("family.enrolment", "family.enrolment_ask")
_family_door = link_door("family", "family.index", "family.enter")


@dataclass(frozen=True, slots=True)
class Family:
    """Who came in: the link, and the elder it opens to."""

    link: LinkHolder
    person: FamilyPerson

    @property
    def number(self) -> str:
        return self.person.number

    @property
    def shows(self) -> frozenset[str]:
        return self.link.shows

    @property
    def holder(self) -> str:
        """Who acts, in words for whoever reads it at the community."""
        return self.link.holder or pick("家属", "family")

    def acting(self) -> Acting:
        """The link, its address, and now: the last arguments of a use case."""
        return Acting(by=self.link.actor, origin=origin(), now=clock.instant())


@blueprint.before_request
def _check_link() -> Response | None:
    if request.endpoint in ENROLMENT and find_link("enrolment") is not None:
        return None
    return _family_door()


def find_family() -> Family | None:
    """The family that came in by a live link; looked up once a request."""
    if "family" not in g:
        link = find_link("family")
        g.family = None
        if link is not None and link.elder_id is not None:
            person = database().read(family.get_person, elder_id=link.elder_id, now=clock.instant())
            g.family = Family(link, person)
    found: Family | None = g.family
    return found


def get_family(shows: str | None = None) -> Family:
    """The family, if the elder lets them see `shows`; else the page is not there."""
    found = find_family()
    assert found is not None, "the door lets nobody else in"
    if shows is not None and shows not in found.shows:
        raise missing()
    return found


def read_month(today: date) -> date:
    """The first day of the month asked for in the address, never one to come; else the running one."""
    running = today.replace(day=1)
    wanted = read_day(f"{request.args.get('month', '')}-01")
    return running if wanted is None else min(wanted, running)
