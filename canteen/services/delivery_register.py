"""The register of a day's deliveries (送餐登记表): who brought what to whom, when, and how she was.

SOURCE: practice.md §6. It stays in a folder, so phones are masked.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.delivery_reports import DeliveryReport
from canteen.rules.days import local_time
from canteen.rules.outcomes import MEALTIMES
from canteen.till.delivery_stops import Stop, list_stops
from canteen.till.phones import list_phones
from canteen.till.places import get_canteen
from reports.sheets import Book, Cell, Column, Kind, Orientation, Sheet, Table

COLUMNS = (
    Column("日期", Kind.DATE),
    Column("餐次"),
    Column("路线"),
    Column("送餐员"),
    Column("姓名"),
    Column("地址"),
    Column("电话", Kind.ID),
    Column("忌口"),
    Column("份数", Kind.COUNT),
    Column("出发"),
    Column("送达"),
    Column("收餐人"),
    Column("老人状况"),
    Column("餐具收回", Kind.COUNT),
    Column("明日订餐"),
)
FAILED = {
    "not_home": "无人应门",
    "refused": "不要",
    "wrong_address": "地址不对",
    "spilt": "洒了",
    "other": "没送成",
}
WELLBEING = {"well": "正常", "unwell": "不舒服", "worried": "异常"}
NEXT_DAY = {"yes": "订", "no": "不订"}


def fill_register(session: Session, *, canteen_id: int, day: date, now: datetime) -> Book:
    """The register of a day, in the order of its mealtimes and rounds."""
    canteen = get_canteen(session, canteen_id)
    stops = [stop for stop in list_stops(session, canteen_id, day) if stop.state != "cancelled"]
    stops.sort(key=lambda stop: list(MEALTIMES).index(stop.mealtime))
    reports = _list_reports(session, stops)
    rows = tuple(_row(session, stop, reports.get(stop.id)) for stop in stops)
    page = Sheet(
        title="送餐登记表",
        head=(f"单位：{canteen.name}", f"日期：{day}", f"共 {len(rows)} 家"),
        table=Table(columns=COLUMNS, rows=rows),
        notes=("老人状况：正常、无人应门、异常（写明上报谁）。",),
        signatures=("送餐负责人", "登记人"),
        orientation=Orientation.LANDSCAPE,
    )
    return Book(title=f"{day} {canteen.name} 送餐登记表", made_at=now, pages=(page,))


def _row(session: Session, stop: Stop, report: DeliveryReport | None) -> tuple[Cell, ...]:
    state = FAILED.get(stop.fail_code or "")
    if report is not None and report.wellbeing is not None:
        state = WELLBEING[report.wellbeing]
    trip = None if stop.round is None else f"{stop.round.volunteer_number}-{stop.round.trip}"
    return (
        stop.day,
        MEALTIMES[stop.mealtime][0],
        trip,
        None if stop.round is None else stop.round.volunteer,
        stop.name,
        stop.address.text or None,
        next((phone.masked for phone in list_phones(session, stop.elder_id)), None),
        stop.diet_text or None,
        stop.portions,
        _clock(stop.out_at),
        _clock(stop.done_at) if stop.state == "delivered" else None,
        (stop.receiver or "本人") if stop.state == "delivered" else None,
        state,
        None if report is None else report.dishes_back,
        None if report is None else NEXT_DAY.get(report.next_day or ""),
    )


def _list_reports(session: Session, stops: list[Stop]) -> dict[int, DeliveryReport]:
    """The newest report of each door that holds."""
    rows = session.scalars(
        select(DeliveryReport)
        .where(
            DeliveryReport.delivery_id.in_([stop.id for stop in stops]),
            DeliveryReport.outcome == "applied",
            DeliveryReport.kind != "undo",
        )
        .order_by(DeliveryReport.received_at, DeliveryReport.id)
    )
    return {row.delivery_id: row for row in rows}


def _clock(at: datetime | None) -> str | None:
    return None if at is None else f"{local_time(at):%H:%M}"
