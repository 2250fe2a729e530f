"""`canteen deliveries plan`: the day's deliveries and rounds without a browser."""

from datetime import datetime

import click

from canteen import clock
from canteen.cli.answers import language, say_json
from canteen.cli.shell import Desk, writes
from canteen.rules.days import MEALTIMES
from canteen.services import delivery_planning
from canteen.services.delivery_planning import Planned, PlannedStop

#: why nobody carries a stop
REASONS = {
    "nobody": ("没有志愿者", "no volunteer"),
    "stairs": ("没有人爬得了这么高", "too many stairs for everyone"),
    "portions": ("一个包装不下", "more than a bag holds"),
    "time": ("时间内送不完", "no time left for it"),
    "address": ("没有地址", "no address"),
}


@click.group()
def deliveries() -> None:
    """Meals carried to the door: who carries what, in which order.

    \b
    Example:
      canteen deliveries plan --canteen C1 --date 2026-11-26 --mealtime lunch --as wang
    """


@deliveries.command()
@click.option("--canteen", required=True, metavar="CODE", help="The canteen's code.")
@click.option("--date", "on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day.")
@click.option("--mealtime", required=True, type=click.Choice(MEALTIMES), help="The mealtime.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@writes("delivery.write")
def plan(canteen: str, on: datetime, mealtime: str, as_json: bool, desk: Desk) -> None:
    """Make the deliveries of a mealtime and spread them over the volunteers on duty; safe to repeat:
    what was put somewhere by hand stays there.

    \b
    Example:
      canteen deliveries plan --canteen C1 --date 2026-11-26 --mealtime lunch --as wang
    """
    line = desk.get_canteen(canteen)
    desk.check(line.place)
    planned = desk.database.run(
        delivery_planning.plan,
        canteen_id=line.id,
        day=on.date(),
        mealtime=mealtime,
        by=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    if as_json:
        at = {"canteen": canteen, "day": on.date().isoformat(), "mealtime": mealtime}
        say_json(at | _document(planned))
        return
    for text in _lines(planned, zh=language().startswith("zh")):
        click.echo(text)


def _document(planned: Planned) -> dict[str, object]:
    return {
        "made": planned.made,
        "cancelled": planned.cancelled,
        "runs": [
            {
                "volunteer": run.volunteer,
                "name": run.name,
                "trip": run.trip,
                "state": run.state,
                "minutes": run.minutes,
                "stops": [
                    _stop(stop) | {"pinned": stop.is_pinned, "late": stop.is_late}
                    for stop in run.stops
                ],
            }
            for run in planned.runs
        ],
        "left": [_stop(stop) | {"reason": stop.reason} for stop in planned.left],
    }


def _stop(stop: PlannedStop) -> dict[str, object]:
    return {"elder": stop.number, "address": stop.address, "portions": stop.portions}


def _lines(planned: Planned, *, zh: bool) -> list[str]:
    told = f"{planned.made} 份，取消 {planned.cancelled}"
    lines = [told if zh else f"{planned.made} deliveries, {planned.cancelled} cancelled"]
    for run in planned.runs:
        size = f"第 {run.trip} 趟，{len(run.stops)} 家，{run.minutes} 分钟"
        if not zh:
            size = f"trip {run.trip}, {len(run.stops)} doors, {run.minutes} min"
        lines.append(f"{run.volunteer} {run.name}  {size}")
        lines += [
            f"  {turn:>2} {stop.number} {stop.address}" for turn, stop in enumerate(run.stops, 1)
        ]
    for stop in planned.left:
        words = REASONS[stop.reason or "nobody"]
        lines.append(f"- {stop.number} {stop.address}  {words[0] if zh else words[1]}")
    return lines
