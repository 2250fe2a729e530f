"""The demonstration's prices go up by ten fen in the middle of a longer history."""

from collections.abc import Iterable
from datetime import date, time

from sqlalchemy.orm import Session

from canteen.demo.places import ADMIN, Place, acting, at, one_a_canteen
from canteen.demo.world import MEALTIMES, PRICE_FEN, SET_MEALS
from canteen.rules.price_list import PriceAsked
from canteen.services.prices import begin, set_price

RISE_FEN = 10


def raise_prices(session: Session, *, places: Iterable[Place], day: date) -> None:
    """Every set meal costs more from the beginning of that day on."""
    for place in one_a_canteen(places):
        for mealtime, _, _ in MEALTIMES:
            for code, zh, en, key, channel, more_fen in SET_MEALS:
                fen = PRICE_FEN + more_fen + RISE_FEN
                set_price(
                    session,
                    canteen_id=place.canteen_id,
                    asked=PriceAsked(
                        mealtime, "set", zh, fen, code, name_en=en, key=key, channel=channel
                    ),
                    valid_from=begin(day),
                    **acting(ADMIN, at(day, time(8, 0))),
                )
