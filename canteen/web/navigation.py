"""The bar's way through the pages: which of them a person's roles open, in the order of a day's work."""

from dataclasses import dataclass

from flask import Flask, request, url_for

from canteen.rules.roles import may
from canteen.web.auth import find_for_page
from canteen.web.i18n import gettext

#: marks a sentence for the catalogues; it is translated when it is shown
N_ = str
#: (endpoint, permission its door asks for, title); a page belongs to the entry whose module it shares
ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("community.days", "community.view", N_("Today")),
    ("community.elders", "elder.view", N_("Register")),
    ("community.deliveries", "delivery.write", N_("Deliveries")),
    ("community.welfare_owed", "community.view", N_("Visits")),
    ("community.food_choose", "community.view", N_("Not charged")),
    ("community.imports", "community.view", N_("Import")),
    ("kitchen.cook_choose", "kitchen.view", N_("Kitchen")),
    ("community.prices_choose", "community.view", N_("Prices")),
    ("finance.index", "finance.view", N_("Finance")),
    ("finance.claims", "claim.view", N_("Claims")),
    # the street decides too, at its own door
    ("finance.corrections", "claim.write", N_("Corrections")),
    ("finance.receivables_list", "claim.view", N_("Money owed")),
    ("finance.checks", "claim.view", N_("Checks")),
    ("finance.funds_list", "finance.view", N_("Funds")),
    ("finance.pictures", "claim.view", N_("Pictures")),
    ("auditor.index", "audit.view", N_("Audit")),
    ("admin.workdays_show", "admin.view", N_("Workdays")),
)
#: pages that stand under another module's entry; a link on its page leads to them
UNDER = {
    "community.orders": "community.deliveries",
    "community.elder": "community.elders",
    "community.volunteers": "community.deliveries",
    "community.enrolments": "community.elders",
    "community.donations": "community.elders",
    "community.calendar": "community.prices",
    "community.checks": "community.days",
    "community.corrections": "community.days",
    "community.register": "community.imports",
    "finance.payments": "finance.receivables",
    "finance.claw": "finance.receivables",
    "finance.advances": "finance.receivables",
    "finance.exports": "finance.claims",
    "finance.statements": "finance.receivables",
    # a whole door under one entry
    "auditor": "auditor.index",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the bar."""

    address: str
    title: str
    is_here: bool


def install(app: Flask) -> None:
    """Give the templates of `app` the entries of whoever is signed in."""
    app.context_processor(lambda: {"navigation": list_entries})


def list_entries() -> list[Entry]:
    """The entries that the signed-in person may open."""
    person = find_for_page()
    if person is None:
        return []
    module = (request.endpoint or "").partition("_")[0]
    here = UNDER.get(module) or UNDER.get(request.blueprint or "", module)
    return [
        Entry(url_for(endpoint), gettext(title), endpoint.partition("_")[0] == here)
        for endpoint, permission, title in ENTRIES
        if may(person.grants, permission)
    ]
