"""The finance office's first page: the money that is claimed and not there, and what is to be done today."""

from flask import render_template

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import claim_view, correction_lists, receivables
from canteen.web import claim_words
from canteen.web.canteen_reach import read_reach
from canteen.web.claim_rights import list_rights
from canteen.web.door_page import role_title
from canteen.web.finance import blueprint
from canteen.web.house import database

VIEW = "finance.view"
#: claims of one kind that the page names; the list has all of them
NAMED_MAX = 8


@blueprint.get("", strict_slashes=False)
def index() -> str:
    reach = read_reach(VIEW)
    page = database().read(claim_view.list_claims, areas=reach.within, now=clock.instant())
    owed = database().read(
        receivables.list_owed_claims, canteens=reach.codes, today=local_date(clock.instant())
    )
    waiting = {step: [one for one in page.claims if one.next_step == step] for step in STEPS}
    return render_template(
        "finance/index.html",
        title=role_title("finance"),
        reach=reach,
        page=page,
        waiting=waiting,
        named_max=NAMED_MAX,
        corrections=database().read(correction_lists.list_waiting, areas=reach.within),
        overdue=[one for one in owed if one.is_overdue],
        w=claim_words,
        **list_rights(),
    )


#: next steps in the order of a claim's way
STEPS = ("check", "submit", "approve", "pay")
