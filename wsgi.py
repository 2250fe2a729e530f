"""The entry of any WSGI server: `wsgi:app`. Reads the environment, opens the database, checks it, serves.

It is made in the process that serves, because a SQLite database has one writer thread and a thread does
not survive a fork."""

import atexit

from flask import Flask

from canteen.app import create_app
from canteen.cli.shell import check_is_made, open_database
from canteen.config import load_settings, streams_for
from canteen.rules.errors import Invalid
from canteen.services import places
from canteen.web.house import EXTENSION, House
from canteen.web.logs import configure


def make_app() -> Flask:
    """The service of this process, with its own database and, on SQLite, its own writer."""
    settings = load_settings()
    configure(settings.log_level)
    database = open_database(settings, writer=True)
    try:
        check_is_made(settings, database)
    except Invalid:
        database.close()
        raise
    made = create_app(settings, database)
    if settings.streams_max is None:
        found = made.extensions[EXTENSION]
        assert isinstance(found, House)
        found.streams.limit = streams_for(len(database.read(places.list_counters)))
    atexit.register(database.close)
    return made


def __getattr__(name: str) -> Flask:
    """`app` is made when a server asks for it, not when something imports this module."""
    if name != "app":
        raise AttributeError(name)
    made = globals()["app"] = make_app()
    return made
