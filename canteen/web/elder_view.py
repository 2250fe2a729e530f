"""The page of one elder, drawn for every module of the community's door that shows it."""

from flask import render_template

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import (
    card_desk,
    elder_account,
    elder_deliveries,
    elder_facts,
    elder_page,
    elder_quote,
)
from canteen.web import order_words, register_words, trail_words
from canteen.web.house import database
from canteen.web.statements import line_words


def show_elder(number: str, **more: object) -> str:
    """Her page; `more` is what another page of hers adds to it."""
    now = clock.instant()
    read = database().read
    return render_template(
        "community/elder.html",
        page=read(elder_page.get_elder_page, number=number, now=now),
        lines=read(elder_account.list_account, number=number),
        cards=read(card_desk.list_cards, number=number),
        later=read(elder_facts.list_later_meals, number=number),
        delivery=read(elder_deliveries.show_elder_deliveries, number=number, now=now),
        ow=order_words,
        coming=read(elder_quote.find_next_meal, number=number, now=now),
        today=local_date(now),
        w=register_words,
        done=trail_words.action,
        line_words=line_words,
        **more,
    )
