"""The papers of a month: 月报 as the sum of its day sheets, and a notice (公示) with masked names.

A month holds its first and last day; a line belongs to the day it was booked on.
"""

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from canteen.models.days import CanteenDay
from canteen.models.desk import DaySheet
from canteen.models.meals import IS_EATEN, Meal
from canteen.models.people import Elder
from canteen.rules.capitals import in_capitals
from canteen.rules.day_figures import add_up, sum_figures
from canteen.rules.day_tables import (
    BAND_NAMES,
    CHANNEL_NAMES,
    add_cells,
    count_cells,
    list_payers,
)
from canteen.rules.elders import mask_name
from canteen.rules.money import yuan_text
from canteen.till.day_lines import load_day_lines
from canteen.till.day_state import get_canteen_by_code
from canteen.till.places import CanteenPlace
from reports.sheets import Book, Cell, Column, Kind, Notice, Orientation, Sheet, Table

SIGNATURES = ("制表", "复核", "负责人", "盖章")


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month that have a line or a signature, each with its figures, and their sum."""

    first: date
    last: date
    days: Sequence[tuple[date, Mapping[str, Any], bool]]
    total: Mapping[str, Any]

    @property
    def unsigned(self) -> list[date]:
        """Days whose figures may still change."""
        return [day for day, _, is_signed in self.days if not is_signed]


def add_month(session: Session, *, canteen: str, month: date) -> Month:
    """The month that `month` lies in: signed figures of signed days, live ones of the others."""
    place = get_canteen_by_code(session, canteen)
    first = month.replace(day=1)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    signed = {
        sheet.day: json.loads(sheet.figures)
        for sheet in session.scalars(
            select(DaySheet).where(
                DaySheet.canteen_id == place.id,
                DaySheet.day.between(first, last),
                DaySheet.reopened_at.is_(None),
            )
        )
    }
    rows = session.scalars(
        select(CanteenDay.day)
        .where(CanteenDay.canteen_id == place.id, CanteenDay.day.between(first, last))
        .order_by(CanteenDay.day)
    ).all()
    days = [
        (
            day,
            signed[day] if day in signed else add_up(load_day_lines(session, place.id, day)),
            day in signed,
        )
        for day in rows
    ]
    return Month(first, last, days, sum_figures([figures for _, figures, _ in days]))


def fill_month(session: Session, *, canteen: str, day: date, now: datetime) -> Book:
    """月报: a line for each day sheet and their sum."""
    place = get_canteen_by_code(session, canteen)
    month = add_month(session, canteen=canteen, month=day)
    payers = list_payers(month.total)
    rows = tuple(
        (on, *_row(figures, payers), "已签结" if is_signed else "未签结")
        for on, figures, is_signed in month.days
    )
    columns = (
        Column("日期", Kind.DATE),
        *(Column(zh, Kind.COUNT) for zh, _ in BAND_NAMES.values()),
        *(Column(zh, Kind.COUNT) for zh, _ in CHANNEL_NAMES.values()),
        Column("人次", Kind.COUNT),
        Column("餐费", Kind.MONEY),
        *(Column(name, Kind.MONEY) for name in payers),
        Column("补贴合计", Kind.MONEY),
        Column("食堂让利", Kind.MONEY),
        Column("老人自付", Kind.MONEY),
        Column("撤销", Kind.COUNT),
        Column("状态"),
    )
    subsidy_fen = add_cells("total", month.total["cells"]).subsidy_fen
    fees_fen = month.total["deliveries"].get("fees_fen", 0)
    changed = month.total["corrections"]
    sheet = Sheet(
        title=f"{place.name}就餐月报表",
        name="月报",
        head=_head(place, month),
        table=Table(
            columns=columns,
            rows=rows,
            totals=("合计", *_row(month.total, payers), None) if rows else None,
        ),
        notes=(
            f"补贴合计（大写）：人民币{in_capitals(subsidy_fen)}",
            *([f"送餐费（餐费之外）：{yuan_text(fees_fen)} 元"] if fees_fen else []),
            *([_corrected_note(changed)] if changed.get("count") else []),
            *_unsigned_notes(month),
        ),
        signatures=SIGNATURES,
        orientation=Orientation.LANDSCAPE,
    )
    return Book(title=f"{month.first:%Y-%m} {place.name} 月报", made_at=now, pages=(sheet,))


def _corrected_note(changed: Mapping[str, Any]) -> str:
    """What the month's corrections of earlier days change, beside the figures above."""
    return (
        f"更正（另计）：{changed['count']} 笔，{changed['meals']} 人次，餐费"
        f" {yuan_text(changed['price_fen'])} 元，补贴 {yuan_text(changed['subsidy_fen'])} 元"
    )


def _head(place: CanteenPlace, month: Month) -> tuple[str, ...]:
    return (
        f"月份：{month.first.year} 年 {month.first.month} 月",
        f"编号：{place.code}-{month.first:%Y%m}",
        "单位：元",
    )


def _row(figures: Mapping[str, Any], payers: Sequence[str]) -> tuple[Cell, ...]:
    cells = figures["cells"]
    row = add_cells("day", cells)
    return (
        *(count_cells(cells, band=band) for band in BAND_NAMES),
        *(count_cells(cells, channel=channel) for channel in CHANNEL_NAMES),
        row.count,
        row.price_fen,
        *(row.payers.get(name, 0) for name in payers),
        row.subsidy_fen,
        row.discount_fen,
        row.elder_fen,
        figures["counts"].get("voided", 0),
    )


def _unsigned_notes(month: Month) -> tuple[str, ...]:
    if not month.unsigned:
        return ()
    days = "、".join(f"{day.day} 日" for day in month.unsigned)
    return (f"以下日期尚未签结，数字还会变：{days}。",)


def fill_notice(session: Session, *, canteen: str, day: date, now: datetime) -> Book:
    """公示: the month's sums, and how often each elder ate and what was given, by masked names."""
    place = get_canteen_by_code(session, canteen)
    month = add_month(session, canteen=canteen, month=day)
    total = add_cells("total", month.total["cells"])
    payers = "，".join(
        f"{name} {yuan_text(total.payers.get(name, 0))} 元" for name in list_payers(month.total)
    )
    rows = session.execute(
        select(Elder.name, func.count(), func.sum(Meal.subsidy_fen))
        .join(Meal, Meal.elder_id == Elder.id)
        .where(
            Meal.canteen_id == place.id,
            Meal.booked_on.between(month.first, month.last),
            IS_EATEN,
        )
        .group_by(Elder.id, Elder.name, Elder.pinyin)
        .order_by(Elder.pinyin, Elder.id)
    ).all()
    guests = count_cells(month.total["cells"], band="guest")
    table = Table(
        columns=(
            Column("序号", Kind.COUNT, is_summed=False),
            Column("姓名"),
            Column("就餐次数", Kind.COUNT),
            Column("补贴（元）", Kind.MONEY),
        ),
        rows=tuple(
            (number, mask_name(name), count, int(subsidy_fen))
            for number, (name, count, subsidy_fen) in enumerate(rows, start=1)
        ),
        totals=(
            "合计",
            None,
            sum(count for _, count, _ in rows),
            sum(int(subsidy_fen) for _, _, subsidy_fen in rows),
        ),
    )
    notice = Notice(
        title=f"{place.name} {month.first.year} 年 {month.first.month} 月就餐公示",
        name="公示",
        head=(
            f"本月就餐 {total.count} 人次，餐费 {yuan_text(total.price_fen)} 元，其中老人自付"
            f" {yuan_text(total.elder_fen)} 元，补贴 {yuan_text(total.subsidy_fen)} 元"
            + (f"（{payers}）。" if payers else "。")
            + (f"其中非老人 {guests} 人次，不列在下表。" if guests else ""),
            *_unsigned_notes(month),
            "如有疑问，请向社区反映。",
        ),
        tables=(table,),
        foot=(place.name,),
    )
    title = f"{month.first:%Y-%m} {place.name} 公示"
    return Book(title=title, made_at=now, pages=(notice,))
