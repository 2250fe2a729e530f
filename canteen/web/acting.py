"""Who acts, from where and when: what every write of a signed-in person is given."""

from datetime import datetime
from typing import TypedDict

from canteen import clock
from canteen.web.auth import get_signed_in
from canteen.web.peer import origin


class Acting(TypedDict):
    """The last arguments of a use case: `database().run(use_case, …, **acting())`."""

    by: str
    origin: str | None
    now: datetime


def acting() -> Acting:
    """The signed-in person, her address, and now."""
    return Acting(by=get_signed_in().actor, origin=origin(), now=clock.instant())
