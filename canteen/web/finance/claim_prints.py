"""A claim's form to print from the browser: the amount in words, by tier and funder, checks, three opinions
with room for seals, then the annex of the elders. ID numbers are masked."""

from flask import render_template

from canteen.rules.capitals import in_capitals
from canteen.rules.claim_marks import tell_marks, why_not_to_sign
from canteen.rules.claim_results import tell_answers, tell_checks
from canteen.rules.claim_tables import payers_of
from canteen.services import claim_pages
from canteen.web import claim_words
from canteen.web.claim_page import VIEW, At, load_claim
from canteen.web.claim_rights import get_claim
from canteen.web.finance import blueprint
from canteen.web.house import database


@blueprint.get("/claims/<number>/print")
def claims_print(number: str) -> str:
    get_claim(VIEW, number)
    page = load_claim(number)
    at = At(number=number, version=page.head.version)
    tiers, elders, total = database().read(
        claim_pages.gather_rows, **at, by=("tier", "elder", "all")
    )
    return render_template(
        "finance/claim_print.html",
        page=page,
        claim=page.head,
        is_newest=page.head.version == page.versions[-1][0],
        tiers=tiers,
        elders=elders,
        all=total[0] if total else None,
        payers=payers_of(total),
        ids=database().read(claim_pages.mask_id_numbers, numbers=[one.key for one in elders]),
        open_days=database().read(claim_pages.count_days, **at),
        capitals=in_capitals,
        tell_marks=tell_marks,
        unsigned=why_not_to_sign(page.head.state),
        tell_checks=tell_checks,
        tell_answers=tell_answers,
        w=claim_words,
    )
