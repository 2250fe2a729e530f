"""A district's subsidy as pictures, each beside the table of its figures: what is claimed and what has
arrived, what an elder is given a day, and how many of the entitled come."""

from collections.abc import Sequence
from datetime import timedelta

from flask import render_template, request

from canteen import clock
from canteen.rules.days import local_date
from canteen.services import subsidy_pictures
from canteen.services.subsidy_pictures import CanteenMonth, FunderYear, divided
from canteen.web.auth import require
from canteen.web.canteen_reach import read_reach
from canteen.web.charts import Chart, Figure, draw_bars, draw_columns
from canteen.web.figures import percent, yuan
from canteen.web.finance import blueprint
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.months import parse_month, shift_month

VIEW = "claim.view"
MONTHS = 12
#: bars of one picture; the table has all of them
BARS_MAX = 25


@blueprint.get("/pictures")
def pictures() -> str:
    require(VIEW)
    reach, now = read_reach(VIEW), clock.instant()
    this_month = local_date(now).replace(day=1)
    month = parse_month(request.args.get("month", f"{this_month:%Y-%m}"))
    last = shift_month(month, 1) - timedelta(days=1)
    funders = database().read(
        subsidy_pictures.list_funder_years,
        canteens=reach.codes,
        first=shift_month(month, 1 - MONTHS),
        last=last,
    )
    canteens = database().read(
        subsidy_pictures.list_canteen_months,
        canteens=reach.codes,
        first=month,
        last=last,
        now=now,
    )
    peers_fen = _per_day(canteens)
    return render_template(
        "finance/pictures.html",
        reach=reach,
        month=f"{month:%Y-%m}",
        before=f"{shift_month(month, -1):%Y-%m}",
        after=f"{shift_month(month, 1):%Y-%m}" if month < this_month else None,
        funders=[(one, _draw_funder(one)) for one in funders],
        canteens=canteens,
        peers_fen=peers_fen,
        per_day=_draw_per_day(canteens, peers_fen),
        take_up=_draw_take_up(canteens),
        percent=percent,
        per_day_of_others=lambda code: _per_day([one for one in canteens if one.code != code]),
        bars_max=BARS_MAX,
    )


def _per_day(canteens: Sequence[CanteenMonth]) -> int:
    """What these canteens' elders were given a day, all of them together."""
    return divided(
        sum(one.subsidy_fen for one in canteens), sum(one.elder_days for one in canteens)
    )


def _short(fen: int) -> str:
    """Whole yuan, from a hundred thousand on in 万 or thousands, for the scale of a chart."""
    whole = divided(fen, 100)
    if abs(whole) < 100_000:
        return f"{whole:,}"
    return pick(f"{whole // 10_000} 万", f"{whole // 1000:,}k")


def _draw_funder(funder: FunderYear) -> Chart:
    """A column a period: what is claimed without what was cut, and within it what has arrived."""
    return draw_columns(
        [
            Figure(
                one.period[2:], _short(one.paid_fen), one.claimed_fen - one.cut_fen, one.paid_fen
            )
            for one in funder.periods[-MONTHS:]
        ],
        _short,
    )


def _draw_per_day(canteens: Sequence[CanteenMonth], peers_fen: int) -> Chart:
    highest = sorted(canteens, key=lambda one: -one.per_day_fen)[:BARS_MAX]
    return draw_bars(
        [Figure(one.name, yuan(one.per_day_fen), 0, one.per_day_fen) for one in highest],
        yuan,
        peers_fen,
    )


def _draw_take_up(canteens: Sequence[CanteenMonth]) -> Chart:
    largest = sorted(canteens, key=lambda one: one.came - one.entitled)[:BARS_MAX]
    return draw_bars(
        [
            Figure(
                one.name,
                f"{one.came} / {one.entitled} · {percent(one.came, one.entitled)}",
                one.entitled,
                one.came,
            )
            for one in largest
        ],
        str,
    )
