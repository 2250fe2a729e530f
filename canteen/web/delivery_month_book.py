"""The papers of a month of deliveries: the report, the thanks to volunteers, the platform's list."""

from collections.abc import Sequence
from datetime import date, datetime

from canteen.rules.days import local_date, local_time
from canteen.rules.delivery_months import DeliveryMonth, Hours, ServiceSum, Tour
from canteen.rules.outcomes import MEALTIMES
from canteen.services.delivery_months import PlatformLine
from canteen.web.delivery_words import CANCELS, FAILS, TO_WHOM, ground_name
from reports.sheets import Book, Cell, Column, Kind, Notice, Orientation, Sheet, Table

Totals = tuple[Cell, ...] | None
HOUR_COLUMNS = (
    Column("编号"),
    Column("姓名"),
    Column("队伍"),
    Column("天数", Kind.COUNT),
    Column("趟数", Kind.COUNT),
    Column("时长（分钟）", Kind.COUNT),
    Column("家数", Kind.COUNT),
    Column("份数", Kind.COUNT),
    Column("送到", Kind.COUNT),
    Column("最满一趟（份）", Kind.COUNT, is_summed=False),
    Column("一趟能带（份）", Kind.COUNT, is_summed=False),
)
TOUR_COLUMNS = (
    Column("日期", Kind.DATE),
    Column("餐次"),
    Column("姓名"),
    Column("第几趟", Kind.COUNT, is_summed=False),
    Column("出发"),
    Column("最后一家"),
    Column("用时（分钟）", Kind.COUNT),
    Column("计划（分钟）", Kind.COUNT),
    Column("家数", Kind.COUNT),
    Column("份数", Kind.COUNT),
    Column("晚到", Kind.COUNT),
)
SERVICE_COLUMNS = (
    Column("项目"),
    Column("出资方"),
    Column("付给"),
    Column("送餐理由"),
    Column("送餐员"),
    Column("次数", Kind.COUNT),
    Column("金额（元）", Kind.MONEY),
)
PLATFORM_COLUMNS = (
    Column("姓名"),
    Column("手机号", Kind.ID),
    Column("队伍"),
    Column("服务日期", Kind.DATE),
    Column("开始时间", Kind.INSTANT),
    Column("结束时间", Kind.INSTANT),
    Column("服务时长（分钟）", Kind.COUNT),
    Column("服务内容"),
    Column("服务地点"),
)


def hours_text(minutes: int) -> str:
    """Minutes as people say them: 3 小时 5 分."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"


def report_book(canteen: str, month: date, told: DeliveryMonth, now: datetime) -> Book:
    """Everything the page shows: volunteers, reasons, houses, rounds."""
    head = (
        f"单位：{canteen}",
        f"月份：{month:%Y-%m}",
        f"送到 {told.delivered} 家，晚到 {told.late} 家",
    )
    counted = tuple(
        (FAILS[code][0] if code in FAILS else code, count) for code, count in told.failed
    )
    dropped = tuple(
        (CANCELS[code][0] if code in CANCELS else code, count) for code, count in told.cancelled
    )
    reasons = (Column("原因"), Column("次数", Kind.COUNT))
    owed = (sum(one.count for one in told.services), sum(one.fen for one in told.services))
    tables: tuple[tuple[str, tuple[Column, ...], tuple[tuple[Cell, ...], ...], Totals], ...] = (
        ("志愿者", HOUR_COLUMNS, tuple(_hours_row(one) for one in told.hours), None),
        ("没送成的原因", reasons, counted, None),
        ("没有送的原因", reasons, dropped, None),
        (
            "楼栋",
            (
                Column("楼栋"),
                Column("家次", Kind.COUNT),
                Column("没送成", Kind.COUNT),
                Column("晚到", Kind.COUNT),
            ),
            tuple((one.name, one.doors, one.failed, one.late) for one in told.houses),
            None,
        ),
        ("每一趟", TOUR_COLUMNS, tuple(_tour_row(one) for one in told.tours), None),
        (
            "送餐补贴",
            SERVICE_COLUMNS,
            tuple(_service_row(one) for one in told.services),
            ("合计", None, None, None, None, *owed),
        ),
    )
    pages = tuple(
        Sheet(
            title=f"送餐月报·{title}",
            name=title,
            head=head,
            table=Table(columns=columns, rows=rows, totals=totals),
            notes=() if rows else ("本月没有。",),
            orientation=Orientation.LANDSCAPE,
        )
        for title, columns, rows, totals in tables
    )
    return Book(title=f"{month:%Y-%m} {canteen} 送餐月报", made_at=now, pages=pages)


def thanks_book(canteen: str, month: date, told: DeliveryMonth, now: datetime) -> Book:
    """For the wall: who carried, and how long. Nothing of the elders."""
    rows = tuple(
        (one.name, one.team, one.rounds, one.doors, hours_text(one.minutes))
        for one in sorted(told.hours, key=lambda one: (-one.minutes, one.number))
    )
    columns = (
        Column("姓名"),
        Column("队伍"),
        Column("趟数", Kind.COUNT),
        Column("家数", Kind.COUNT),
        Column("时长"),
    )
    page = Notice(
        title="感谢送餐志愿者",
        head=(
            f"{month.year} 年 {month.month} 月，{len(rows)} 位志愿者把热饭送到 {told.delivered} 家门口。"
            "谢谢你们。",
        ),
        tables=(Table(columns=columns, rows=rows),),
        foot=(canteen, f"{local_date(now)}"),
    )
    return Book(title=f"{month:%Y-%m} {canteen} 志愿者感谢榜", made_at=now, pages=(page,))


def platform_book(canteen: str, month: date, lines: Sequence[PlatformLine], now: datetime) -> Book:
    """The rounds one by one, in the columns that platforms of volunteers ask for."""
    rows = tuple(
        (
            line.tour.went.name,
            line.phone,
            line.tour.went.team,
            line.tour.went.day,
            line.tour.went.out_at,
            line.tour.ended_at,
            line.tour.minutes,
            f"长者送餐 {line.tour.doors} 家",
            canteen,
        )
        for line in lines
    )
    page = Sheet(
        title="志愿服务时长",
        head=(f"单位：{canteen}", f"月份：{month:%Y-%m}"),
        table=Table(columns=PLATFORM_COLUMNS, rows=rows),
        orientation=Orientation.LANDSCAPE,
    )
    return Book(title=f"{month:%Y-%m} {canteen} 志愿服务时长", made_at=now, pages=(page,))


def _hours_row(one: Hours) -> tuple[Cell, ...]:
    return (
        one.number,
        one.name,
        one.team,
        one.days,
        one.rounds,
        one.minutes,
        one.doors,
        one.portions,
        one.delivered,
        one.portions_most,
        one.capacity,
    )


def _service_row(one: ServiceSum) -> tuple[Cell, ...]:
    return (
        one.service,
        one.payer,
        TO_WHOM[one.to_whom][0],
        ground_name(one.ground)[0],
        one.volunteer or "社区",
        one.count,
        one.fen,
    )


def _tour_row(one: Tour) -> tuple[Cell, ...]:
    return (
        one.went.day,
        MEALTIMES[one.went.mealtime][0],
        one.went.name,
        one.went.trip,
        f"{local_time(one.went.out_at):%H:%M}",
        None if one.ended_at is None else f"{local_time(one.ended_at):%H:%M}",
        one.minutes,
        one.went.planned_min,
        one.doors,
        one.portions,
        one.late,
    )
