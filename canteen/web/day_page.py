"""The day's page, for each door that may see it: the secretary's to sign, the street's to open again.

What a door adds (forms) stands in its own module; here is what both show, lists and prints included.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from canteen import clock
from canteen.rules.day_conditions import Condition
from canteen.rules.day_tables import (
    BAND_NAMES,
    CATEGORY_NAMES,
    CHANNEL_NAMES,
    ROW_NAMES,
    add_cells,
    count_cells,
    gather,
    list_payers,
)
from canteen.rules.days import MEALTIMES, local_date, local_time
from canteen.rules.outcomes import BY_CODE
from canteen.rules.roles import may
from canteen.rules.welfare import FOUND
from canteen.services import claim_checks, day_reports, day_sheets, month_reports, welfare_list
from canteen.services.day_sheets import DayPage
from canteen.services.places import CanteenLine
from canteen.services.welfare_list import Check
from canteen.web import register_words
from canteen.web.auth import get_canteen, get_signed_in, missing
from canteen.web.forms import Form, read_day
from canteen.web.house import database
from canteen.web.printing import printed
from reports.sheets import Book
from reports.texts import cell_text

VIEW, EXPECTED, SIGN, VISIT = "day.view", "cash.expected", "day.sign", "welfare.write"
ANSWER, COMMUNITY = "check.answer", "community"
NARROWED = ("mealtime", "channel", "band", "category")
#: paper → who fills it, and what it can be taken away as
PRINTS: Mapping[str, tuple[Callable[..., Book], tuple[str, ...]]] = {
    "report": (day_reports.fill_report, ("pdf", "xlsx")),
    "register": (day_reports.fill_register, ("pdf", "xlsx", "csv")),
    "month": (month_reports.fill_month, ("pdf", "xlsx", "csv")),
    "notice": (month_reports.fill_notice, ("pdf", "xlsx")),
}
#: classes of the bars and swatches, by the order of the payers
PAYER_LOOKS = ("city", "district", "street")
CHART_TOP, CHART_BOTTOM, CHART_LEFT, CHART_RIGHT = 24, 256, 34, 632


def parse_day(text: str) -> date:
    """A day of an address; what is none answers as a page that does not exist."""
    day = read_day(text)
    if day is None:
        raise missing()
    return day


def add_views(blueprint: Blueprint) -> None:
    """Put the day's page, its live part, its lists and its prints on a door."""
    door = blueprint.name

    def show(code: str, day: str) -> str:
        return draw_day(door, code, day)

    def live(code: str, day: str) -> str:
        return render_template("day_live.html", **_read(door, code, day))

    def lines(code: str, day: str) -> str:
        return _draw_lines(door, code, day)

    def paper(code: str, day: str, sheet: str) -> str:
        return render_template(
            "day_paper.html",
            door=door,
            code=code,
            day=day,
            book=_fill(code, day, sheet),
            cell_text=cell_text,
        )

    def download(code: str, day: str, sheet: str, form: str) -> Response:
        if form not in PRINTS.get(sheet, (None, ()))[1]:
            raise missing()
        return printed(_fill(code, day, sheet), form)

    for part, view in (
        ("", show),
        ("/live", live),
        ("/lines", lines),
        ("/paper/<sheet>", paper),
        ("/print/<sheet>.<form>", download),
    ):
        name = f"days_{view.__name__}"
        blueprint.add_url_rule(f"/days/<code>/<day>{part}", name, view, methods=["GET"])


def _fill(code: str, text: str, sheet: str) -> Book:
    """A paper of the day, or of the month it lies in."""
    get_canteen(VIEW, code)
    day = parse_day(text)
    if sheet not in PRINTS:
        raise missing()
    return database().read(PRINTS[sheet][0], canteen=code, day=day, now=clock.instant())


def draw_day(door: str, code: str, day: str, form: Form | None = None) -> str:
    """The page of a day; `form` with its faults when one was sent and not taken."""
    drawn = _read(door, code, day)
    to_explain = _count_to_explain(drawn["canteen"], drawn["page"]) if door == COMMUNITY else None
    return render_template("day.html", form=form or Form(), to_explain=to_explain, **drawn)


def _count_to_explain(canteen: CanteenLine, page: DayPage) -> int | None:
    """What the month so far has to explain before its claim, said when the day can be signed; None for
    who does not answer it, and while the mealtimes run: it takes a look at the whole month."""
    is_over = all(one.is_met for one in page.conditions if one.code == "mealtimes")
    if page.signed or not is_over or not may(get_signed_in().grants, ANSWER, canteen.place):
        return None
    return database().read(
        claim_checks.count_to_explain, canteen=canteen.code, day=page.day, now=clock.instant()
    )


def _read(door: str, code: str, text: str) -> dict[str, Any]:
    canteen, day = get_canteen(VIEW, code), parse_day(text)
    page = database().read(day_sheets.show_day, canteen=code, day=day, now=clock.instant())
    absent = {
        "absent": _list_absent(canteen),
        "w": register_words,
        "found": FOUND,
        "today": local_date(clock.instant()),
    }
    return {"door": door, **absent, **_view(canteen, page)}


def _list_absent(canteen: CanteenLine) -> list[Check] | None:
    """Whom somebody should look in on; None for who has nothing to do with visits."""
    if not may(get_signed_in().grants, VISIT, canteen.place):
        return None
    areas = [canteen.place.area_code]
    return database().read(welfare_list.list_checks, areas=areas, now=clock.instant())


def _draw_lines(door: str, code: str, text: str) -> str:
    """The lines behind a number: the address says which, and what is none lists nothing."""
    canteen, day = get_canteen(VIEW, code), parse_day(text)
    kind = request.args.get("kind", "people")
    if kind not in day_sheets.KINDS:
        raise missing()
    where = {key: request.args[key] for key in NARROWED if key in request.args}
    lines = database().read(day_sheets.list_lines, canteen=code, day=day, kind=kind, where=where)
    return render_template(
        "day_lines.html",
        door=door,
        canteen=canteen,
        day=day,
        where=where,
        lines=lines,
        names=_NAMES,
        local_time=local_time,
    )


#: codes → what they are called, for the templates' `pick`
_NAMES = {
    "band": BAND_NAMES,
    "category": CATEGORY_NAMES,
    "channel": CHANNEL_NAMES,
    "outcome": {code: (one.zh, one.en) for code, one in BY_CODE.items()},
}


def _view(canteen: CanteenLine, page: DayPage) -> dict[str, Any]:
    grants = get_signed_in().grants
    cells = page.figures["cells"]
    mealtimes = [one for one in MEALTIMES if count_cells(cells, mealtime=one)] or ["lunch"]
    today = local_date(clock.instant())
    return {
        "canteen": canteen,
        "page": page,
        "cells": cells,
        "count_cells": count_cells,
        "mealtimes": mealtimes,
        "channels": list(CHANNEL_NAMES),
        "tables": [(key, gather(cells, key)) for key in ("band", "category")],
        "row_names": ROW_NAMES,
        "total": add_cells("total", cells),
        "payers": list(zip(list_payers(page.figures), _looks(), strict=False)),
        "names": _NAMES,
        "chart": draw_chart(page),
        "prints": PRINTS,
        "blocking": [one for one in page.conditions if not one.is_met],
        "is_excusable": _is_excusable(page.conditions),
        "may_sign": may(grants, SIGN, canteen.place),
        "sees_cash": may(grants, EXPECTED, canteen.place),
        "previous_day": page.day - timedelta(days=1),
        "next_day": page.day + timedelta(days=1) if page.day < today else None,
        "is_today": page.day == today,
        "local_time": local_time,
        "date": date,
    }


def _looks() -> list[str]:
    return [*PAYER_LOOKS, *(["street"] * 20)]


def _is_excusable(conditions: Any) -> bool:
    """Whether nothing but silent readers stands in the way: then a written reason lets her sign."""
    blocking: list[Condition] = [one for one in conditions if not one.is_met]
    return [one.code for one in blocking] == ["readers"]


def draw_chart(page: DayPage) -> dict[str, Any]:
    """The columns of fourteen days as plain numbers of the drawing, in whole units."""
    days = [(day, counts.get("lunch", 0), sum(counts.values())) for day, counts in page.trend]
    most = max((total for _, _, total in days), default=0)
    step = next(step for step in (5, 10, 25, 50, 100, 250, 500, 1000, 2500) if most <= step * 3)
    top = max(step, -(-most // step) * step)
    height = CHART_BOTTOM - CHART_TOP
    width = (CHART_RIGHT - CHART_LEFT) // len(days)
    served = [total for _, _, total in days if total]
    average = sum(served) // len(served) if served else 0

    def up(count: int) -> int:
        return CHART_BOTTOM - count * height // top

    return {
        "lines": [(count, up(count)) for count in range(0, top + 1, step)],
        "columns": [
            {
                "day": day,
                "x": CHART_LEFT + index * width + 8,
                "middle": CHART_LEFT + index * width + width // 2,
                "lunch_y": up(lunch),
                "lunch_height": CHART_BOTTOM - up(lunch),
                "rest_y": up(total),
                "rest_height": max(0, up(lunch) - up(total) - 1),
                "total": total,
                "is_now": day == page.day,
                "is_weekend": day.isoweekday() > 5,
            }
            for index, (day, lunch, total) in enumerate(days)
        ],
        "width": width - 16,
        "average": average,
        "average_y": up(average),
    }
