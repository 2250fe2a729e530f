"""`canteen day show` and `canteen day sign`: the day sheet without a browser."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from canteen import clock
from canteen.cli.answers import language, say_json
from canteen.cli.shell import Desk, at_desk, writes
from canteen.rules.day_tables import ROW_NAMES
from canteen.rules.money import yuan_text
from canteen.rules.outcomes import MEALTIMES
from canteen.services import day_sheets, day_signing
from canteen.services.day_sheets import DayPage

MARKS = {"ok": "✓", "warn": "!", "bad": "✗"}


@click.group()
def day() -> None:
    """The day sheet: what was counted, what to look at, and the sign-off.

    \b
    Example:
      canteen day show --canteen C1 --date 2026-11-25
    """


def _of_day(command: Any) -> Any:
    command = click.option(
        "--date", "on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day."
    )(command)
    return click.option("--canteen", required=True, metavar="CODE", help="The canteen's code.")(
        command
    )


@day.command()
@_of_day
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
def show(canteen: str, on: datetime, as_json: bool) -> None:
    """Show the sheet of a day: live while it is open, as signed once it is.

    \b
    Example:
      canteen day show --canteen C1 --date 2026-11-25 --json
    """
    with at_desk() as desk:
        desk.get_canteen(canteen)
        page = desk.database.read(
            day_sheets.show_day, canteen=canteen, day=on.date(), now=clock.instant()
        )
    if as_json:
        say_json(_document(page))
        return
    for line in _lines(page, zh=language().startswith("zh")):
        click.echo(line)


@day.command()
@_of_day
@click.option("--remark", default="", help="Why a reader has not reported, if one has not.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
@writes("day.sign")
def sign(canteen: str, on: datetime, remark: str, as_json: bool, desk: Desk) -> None:
    """Sign the sheet of a day off: its figures are frozen and chained to the day before.

    \b
    Example:
      canteen day sign --canteen C1 --date 2026-11-25 --as wang
    """
    desk.check(desk.get_canteen(canteen).place)
    signed = desk.database.run(
        day_signing.sign_day,
        canteen=canteen,
        day=on.date(),
        remark=remark,
        by=desk.actor,
        origin=desk.origin,
        now=clock.instant(),
    )
    if as_json:
        say_json(signed)
        return
    zh = f"{canteen} {on.date()} 已签结，第 {signed['version']} 版，{signed['sha256']}"
    en = f"{canteen} {on.date()} is signed, version {signed['version']}, {signed['sha256']}"
    click.echo(zh if language().startswith("zh") else en)


def _document(page: DayPage) -> dict[str, object]:
    signed = page.signed
    return {
        "canteen": page.canteen,
        "day": page.day.isoformat(),
        "state": page.state,
        "figures": {key: value for key, value in page.figures.items() if key != "anomalies"},
        "late": page.late_people,
        "total": page.people + page.late_people + page.corrected_people,
        "late_lines": [meal.receipt for meal in page.late],
        "corrections": [asdict(line) for line in page.corrections],
        "corrected": page.corrected_people,
        "last_week": page.last_week,
        "anomalies": [
            {**one, "remark": remark.text if (remark := page.remarks.get(one["key"])) else None}
            for one in page.anomalies
        ],
        "conditions": [asdict(one) for one in page.conditions],
        "signed": asdict(signed) if signed else None,
        "versions": [asdict(version) for version in page.versions],
        "unsigned_before": [day.isoformat() for day in page.unsigned],
    }


def _lines(page: DayPage, *, zh: bool) -> list[str]:
    money, counts = page.figures["money"], page.figures["counts"]
    late = page.late_people
    people = counts["people"]
    price, elder, subsidy, discount = (
        yuan_text(money[key]) for key in ("price_fen", "elder_fen", "subsidy_fen", "discount_fen")
    )
    lines = [f"{page.canteen_name} {page.day} {_state(page, zh=zh)}"]
    if late:
        lines.append(
            f"原报 {people}，补录 {late}，合 {people + late}"
            if zh
            else f"reported {people}, booked later {late}, together {people + late}"
        )
    else:
        lines.append(f"{people} 人次" if zh else f"{people} meals")
    if page.corrected:
        lines.append(_corrected(page, zh=zh))
    for line in page.corrections:
        changes = (str(line.meals), yuan_text(line.elder_fen), yuan_text(line.subsidy_fen))
        lines.append("  " + " · ".join(("更正" if zh else "corrects", line.meal, *changes)))
    for cell in page.figures["cells"]:
        named = (MEALTIMES[cell["mealtime"]], *(ROW_NAMES[of][cell[of]] for of in ROW_NAMES))
        words = (*(name[0 if zh else 1] for name in named), str(cell["count"]))
        lines.append("  " + " · ".join(words))
    lines.append(
        f"餐费 {price} = 老人付 {elder} + 补贴 {subsidy} + 食堂让利 {discount}"
        if zh
        else f"price {price} = elders {elder} + subsidy {subsidy} + discount {discount}"
    )
    for one in page.conditions if page.signed is None else ():
        text, detail = (one.zh, one.detail_zh) if zh else (one.en, one.detail_en)
        lines.append(f"{MARKS[one.state]} {text} {detail}".rstrip())
    for anomaly in page.anomalies:
        remark = page.remarks.get(anomaly["key"])
        told = f" ← {remark.text}" if remark else ""
        lines.append(f"[{anomaly['level']}] {anomaly['zh' if zh else 'en']}{told}")
    return lines


def _corrected(page: DayPage, *, zh: bool) -> str:
    counts = (page.people, page.late_people, page.corrected_people)
    words = (
        "原报 {}，补录 {}，更正 {}，合 {}"
        if zh
        else "reported {}, booked later {}, corrected {}, together {}"
    )
    return words.format(*counts, sum(counts))


def _state(page: DayPage, *, zh: bool) -> str:
    if page.signed is not None:
        by = page.names.get(page.signed.signed_by, page.signed.signed_by)
        return f"已签结（{by}）" if zh else f"signed by {by}"
    words = {
        "open": ("还没签结", "not signed"),
        "reopened": ("街道退回，还没重签", "opened again"),
        "future": ("还没到", "not yet"),
    }
    return words[page.state][0 if zh else 1]
