"""The factory of the web service: builds, returns, connects to nothing. Two apps can live in one process."""

from pathlib import Path

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from canteen.config import STREAMS_MIN, Settings, read_secret_key
from canteen.db.release import read_head
from canteen.db.run import Database
from canteen.web import (
    actors,
    auth,
    door_page,
    errors,
    figures,
    i18n,
    incoming,
    links,
    logs,
    navigation,
    operation,
    security,
    sign_in,
    uploads,
)
from canteen.web.admin import pages as admin
from canteen.web.admin import workdays
from canteen.web.api import BODY_BYTES_MAX
from canteen.web.auditor import closes, receipts, reports, samples, trail
from canteen.web.auditor import corrections as audited_corrections
from canteen.web.auditor import meals as audited_meals
from canteen.web.auditor import pages as auditor
from canteen.web.community import (
    calendar,
    checks,
    days,
    deliveries,
    delivery_month,
    delivery_prints,
    delivery_stop,
    donations,
    elder_accounts,
    elder_cards,
    elder_delivery,
    elder_desk,
    elder_facts,
    elder_family,
    elder_moves,
    elder_notes,
    elders,
    enrolments,
    food,
    imports,
    orders,
    prices,
    register_lists,
    volunteer_links,
    volunteers,
    welfare,
)
from canteen.web.community import corrections as community_corrections
from canteen.web.community import pages as community
from canteen.web.counter import (
    cards,
    cash,
    display,
    events,
    meals,
    pages,
    sales,
    state,
    top_ups,
    voids,
)
from canteen.web.counter import orders as counter_orders
from canteen.web.family import cards as family_cards
from canteen.web.family import delivery as family_delivery
from canteen.web.family import enrolment, statement
from canteen.web.family import pages as family
from canteen.web.finance import (
    advances,
    claim_acts,
    claim_prints,
    claims,
    claw_backs,
    exports,
    funds,
    payments,
    pictures,
    receivables,
    statements,
)
from canteen.web.finance import checks as finance_checks
from canteen.web.finance import corrections as finance_corrections
from canteen.web.finance import pages as finance
from canteen.web.house import EXTENSION, House
from canteen.web.kitchen import cook, menu, records, supplies
from canteen.web.numbers import Number
from canteen.web.peer import TrustedProxies
from canteen.web.reader import own_lists, swipes
from canteen.web.streams import Streams
from canteen.web.street import corrections as street_corrections
from canteen.web.street import days as street_days
from canteen.web.street import pages as street
from canteen.web.volunteer import pages as volunteer
from canteen.web.volunteer import reports as volunteer_reports

ROOT = Path(__file__).parent.parent
COMMIT_LENGTH = 12
#: a module of each door: importing it has put its routes on the door's blueprint
DOORS = (
    swipes,
    own_lists,
    pages,
    state,
    display,
    events,
    sales,
    meals,
    voids,
    top_ups,
    cards,
    cash,
    counter_orders,
    community,
    elders,
    elder_desk,
    elder_facts,
    elder_notes,
    elder_cards,
    elder_accounts,
    elder_moves,
    elder_family,
    enrolments,
    imports,
    register_lists,
    days,
    community_corrections,
    checks,
    deliveries,
    delivery_month,
    delivery_prints,
    delivery_stop,
    donations,
    orders,
    elder_delivery,
    prices,
    calendar,
    welfare,
    food,
    cook,
    menu,
    records,
    supplies,
    street,
    street_days,
    street_corrections,
    volunteer_links,
    volunteers,
    volunteer,
    volunteer_reports,
    finance,
    finance_corrections,
    finance_checks,
    claims,
    claim_acts,
    claim_prints,
    exports,
    payments,
    claw_backs,
    receivables,
    advances,
    statements,
    funds,
    pictures,
    auditor,
    audited_corrections,
    samples,
    audited_meals,
    closes,
    receipts,
    reports,
    trail,
    family,
    statement,
    family_delivery,
    family_cards,
    enrolment,
    admin,
    workdays,
)


def create_app(settings: Settings, database: Database) -> Flask:
    """The service over `database`, as `settings` say. Refuses `python -O`: the books' assertions must run."""
    if not __debug__:
        raise RuntimeError("start Python without -O: the assertions that guard the books are off")
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_BYTES_MAX
    app.config["MAX_FORM_PARTS"] = 50
    assert isinstance(app.json, DefaultJSONProvider)
    app.json.ensure_ascii = False
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.url_map.converters["number"] = Number
    app.extensions[EXTENSION] = House(
        database=database,
        secret=read_secret_key(settings.secret_key_file),
        locale=settings.locale,
        timezone=settings.timezone,
        is_metrics_open=settings.is_metrics_open,
        trusted_proxies=settings.trusted_proxies,
        revision=read_head(),
        commit=find_commit(),
        streams=Streams(STREAMS_MIN if settings.streams_max is None else settings.streams_max),
    )
    i18n.install(app, settings.locale, settings.timezone.key, str(ROOT / "canteen" / "locale"))
    figures.install(app)
    actors.install(app)
    security.install(app)
    operation.install(app)
    logs.install(app)
    errors.install(app)
    uploads.install(app)
    auth.install(app)
    incoming.install(app)
    door_page.install(app)
    navigation.install(app)
    for blueprint in {id(door.blueprint): door.blueprint for door in DOORS}.values():
        app.register_blueprint(blueprint)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(links.blueprint)
    app.register_blueprint(operation.blueprint)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def find_commit() -> str:
    """The commit this code was checked out at, read from git's own files; "unknown" outside a checkout."""
    git = ROOT / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head[:COMMIT_LENGTH]
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text(encoding="utf-8").strip()[:COMMIT_LENGTH]
        for line in (git / "packed-refs").read_text(encoding="utf-8").splitlines():
            if line.endswith(f" {name}"):
                return line[:COMMIT_LENGTH]
    except OSError:
        return "unknown"
    return "unknown"
