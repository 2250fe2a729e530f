"""Who did it, as a filter of every template: {{ one.asked_by | who }} is the name of the person.

A page names few people many times, so each is looked up once a request.
"""

from flask import Flask, g

from canteen.services import staff
from canteen.web.house import database


def install(app: Flask) -> None:
    """Give the templates of `app` the filter."""
    app.jinja_env.filters["who"] = who


def who(actor: str) -> str:
    """The display name behind an actor that a row keeps."""
    names: dict[str, str] = g.setdefault("actor_names", {})
    if actor not in names:
        names[actor] = database().read(staff.find_actor_name, actor=actor)
    return names[actor]
