"""The papers of one day: 日报 on one page, and the 就餐登记表 with a line for each meal.

They are Chinese forms in either language of the pages: what leaves the office is read by offices.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from canteen.models.desk import DaySheet, WelfareCheck
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.rules.capitals import in_capitals
from canteen.rules.day_lines import MealLine
from canteen.rules.day_tables import (
    BAND_NAMES,
    CATEGORY_NAMES,
    CHANNEL_NAMES,
    Row,
    add_cells,
    count_cells,
    gather,
    list_besides,
    list_payers,
)
from canteen.rules.days import MEALTIMES, local_time
from canteen.rules.money import yuan_text
from canteen.rules.outcomes import MEALTIMES as MEALTIME_NAMES
from canteen.till.day_judging import judge_day, list_names
from canteen.till.day_lines import day_bounds, load_meals
from canteen.till.day_state import get_canteen_by_code, list_open_days
from canteen.till.lots import in_lots
from canteen.till.places import CanteenPlace
from reports.sheets import (
    Book,
    Cell,
    Column,
    DayForm,
    Fact,
    Kind,
    Orientation,
    Sheet,
    Table,
)

SIGNATURES = ("制表（签字）", "食堂负责人（签字）", "社区书记（签字）", "日期")
WEEKDAYS = "一二三四五六日"


def fill_report(session: Session, *, canteen: str, day: date, now: datetime) -> Book:
    """日报: counts, age bands, categories, the subsidy in capitals, and what stood out. Of a signed day
    it says what was signed."""
    place = get_canteen_by_code(session, canteen)
    signed = _find_signed(session, place.id, day)
    if signed is not None:
        figures: dict[str, Any] = json.loads(signed.figures)
        told = [(one["who"][0], one["zh"], one["remark"]) for one in figures["anomalies"]]
    else:
        judged = judge_day(session, place, day, now)
        figures = judged.figures
        told = [
            (one.who[0], one.zh, remark.text if (remark := judged.remarks.get(one.key)) else None)
            for one in judged.anomalies
        ]
    form = DayForm(
        title=f"{place.name}就餐日报表",
        name="日报",
        head=_head(place.code, day),
        tables=(_channels(figures), _ages(figures), _categories(figures)),
        amounts=(
            Fact("补贴合计（大写）", f"人民币{in_capitals(figures['money']['subsidy_fen'])}"),
            *(Fact(caption, words) for caption, words in list_besides(figures)),
        ),
        remarks_caption="四、异常与三天未到",
        remarks=(
            Fact("异常", _anomalies_text(told)),
            Fact("三天未到", _absent_text(session, place, day)),
        ),
        signatures=SIGNATURES,
        foot=(_foot(session, signed),),
    )
    return Book(title=f"{day} {place.name} 日报", made_at=now, pages=(form,))


def fill_register(session: Session, *, canteen: str, day: date, now: datetime) -> Book:
    """就餐登记表: every meal of the day's sheet, voided ones too; of the ID only its last four."""
    place = get_canteen_by_code(session, canteen)
    meals = load_meals(session, Meal.canteen_id == place.id, Meal.booked_on == day)
    last_fours = _list_last_fours(session, {meal.elder for meal in meals if meal.elder})
    standing = [meal for meal in meals if meal.is_standing]
    rows = tuple(_register_row(n, meal, last_fours) for n, meal in enumerate(meals, start=1))
    totals: tuple[Cell, ...] = (
        "合计", None, None, None, None, None, None, None,
        sum(meal.price_fen for meal in standing), sum(meal.subsidy_fen for meal in standing),
        sum(meal.discount_fen for meal in standing), sum(meal.elder_fen for meal in standing),
        None, None, None,
    )  # fmt: skip
    sheet = Sheet(
        title=f"{place.name}就餐登记表",
        name="就餐登记表",
        head=_head(place.code, day),
        table=Table(columns=REGISTER, rows=rows, totals=totals),
        notes=(_register_foot(meals),),
        signatures=("填表人", "审核人", "盖章"),
        foot=(_foot(session, _find_signed(session, place.id, day)),),
        orientation=Orientation.LANDSCAPE,
    )
    return Book(title=f"{day} {place.name} 就餐登记表", made_at=now, pages=(sheet,))


REGISTER = (
    Column("序号", Kind.COUNT, is_summed=False),
    Column("姓名"),
    Column("身份证后四位", Kind.ID),
    Column("年龄", Kind.COUNT, is_summed=False),
    Column("对象类别"),
    Column("餐次"),
    Column("就餐方式"),
    Column("刷卡时间", Kind.INSTANT),
    Column("餐费", Kind.MONEY, is_summed=False),
    Column("政府补贴", Kind.MONEY, is_summed=False),
    Column("食堂让利", Kind.MONEY, is_summed=False),
    Column("个人自付", Kind.MONEY, is_summed=False),
    Column("收据号", Kind.ID),
    Column("凭证"),
    Column("备注"),
)


def _register_row(number: int, meal: MealLine, last_fours: Mapping[str, str]) -> tuple[Cell, ...]:
    by_hand, by_card = meal.manual_reason, "送餐" if meal.channel == "delivery" else "刷卡"
    remarks = [
        "撤销" if not meal.is_standing else "",
        "没送成，只留自付" if meal.is_kept else "",
        f"送餐费 {yuan_text(meal.delivery_fee_fen)}" if meal.delivery_fee_fen else "",
        "第二份" if meal.portion > 1 else "",
        "断网补录" if meal.is_late else "",
        f"{meal.served_on} 的用餐" if meal.served_on != meal.booked_on else "",
    ]
    return (
        number,
        meal.name or "散客",
        last_fours.get(meal.elder or ""),
        meal.age,
        CATEGORY_NAMES[meal.category][0],
        MEALTIME_NAMES[meal.mealtime][0],
        CHANNEL_NAMES[meal.channel][0],
        meal.read_at,
        meal.price_fen,
        meal.subsidy_fen,
        meal.discount_fen,
        meal.elder_fen,
        meal.receipt,
        by_card if by_hand is None else f"手工 {by_hand}".strip(),
        "；".join(filter(None, remarks)) or None,
    )


def _register_foot(meals: Sequence[MealLine]) -> str:
    eaten = [meal for meal in meals if meal.is_eaten]
    counts = {
        **{
            name: sum(meal.channel == code for meal in eaten)
            for code, (name, _) in CHANNEL_NAMES.items()
        },
        "补贴": sum(meal.subsidy_fen > 0 for meal in eaten),
        "全价": sum(meal.subsidy_fen == 0 for meal in eaten),
        "补录": sum(meal.is_late for meal in eaten),
    }
    parts = [f"{name}人次 {count}" for name, count in counts.items()]
    persons = len({meal.elder for meal in eaten if meal.elder})
    voided = sum(not meal.is_standing for meal in meals)
    return "，".join([*parts, f"撤销 {voided}", f"实际人数 {persons}"]) + "。合计不含撤销的。"


def _list_last_fours(session: Session, numbers: set[str]) -> dict[str, str]:
    """Register number → the last four of the ID number; nothing more of it leaves the column."""
    ring = key_ring_of(session.info)
    found: dict[str, str] = {}
    for some in in_lots(sorted(numbers)):
        rows = session.execute(
            select(Elder.number, Elder.id_number_box).where(
                Elder.number.in_(some),
                Elder.id_number_box.is_not(None),
            )
        )
        for number, box in rows:
            assert box is not None
            found[number] = ring.open(box, f"elders:{number}:id_number")[-4:]
    return found


def _find_signed(session: Session, canteen_id: int, day: date) -> DaySheet | None:
    return session.execute(
        select(DaySheet).where(
            DaySheet.canteen_id == canteen_id,
            DaySheet.day == day,
            DaySheet.reopened_at.is_(None),
        )
    ).scalar_one_or_none()


def _head(code: str, day: date) -> tuple[str, ...]:
    weekday = WEEKDAYS[day.weekday()]
    return (
        f"日期：{day.year} 年 {day.month} 月 {day.day} 日（星期{weekday}）",
        f"编号：{code}-{day:%Y%m%d}",
        "单位：元",
    )


def _foot(session: Session, signed: DaySheet | None) -> str:
    if signed is None:
        return "尚未签结，数字还会变。"
    by = signed.signed_by
    name = list_names(session, [by]).get(by, by)
    at = f"{local_time(signed.signed_at):%Y-%m-%d %H:%M}"
    return (
        f"系统签结：{name} {at}，第 {signed.version} 版，"
        f"{signed.sha256[:16]}。本表由系统按刷卡记录生成，手改无效。"
    )


def _channels(figures: Mapping[str, Any]) -> Table:
    """一、人次: mealtimes by channel, with what the kitchen counted."""
    cells = figures["cells"]
    kitchen = {line["mealtime"]: line for line in figures["portions"]}
    rows: list[tuple[Cell, ...]] = []
    for mealtime in MEALTIMES:
        count = count_cells(cells, mealtime=mealtime)
        if count or mealtime in kitchen:
            line = kitchen.get(mealtime, {})
            by_channel = [count_cells(cells, mealtime=mealtime, channel=c) for c in CHANNEL_NAMES]
            rows.append(
                (MEALTIME_NAMES[mealtime][0], *by_channel, count, line.get("cooked"),
                 line.get("left"))
            )  # fmt: skip
    titles = (*(zh for zh, _ in CHANNEL_NAMES.values()), "合计", "厨房出餐", "剩余")
    return _count_table("一、人次", ("餐次", *titles), rows)


def _count_table(caption: str, titles: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Table:
    columns = (Column(titles[0]), *(Column(title, Kind.COUNT) for title in titles[1:]))
    totals: list[Cell] = ["合计"]
    for at in range(1, len(titles)):
        counted = [cell for row in rows if isinstance(cell := row[at], int)]
        totals.append(sum(counted) if counted else None)
    return Table(
        caption=caption, columns=columns, rows=tuple(rows), totals=tuple(totals) if rows else None
    )


def _ages(figures: Mapping[str, Any]) -> Table:
    """二、按年龄: each band with its mealtimes and each payer's part."""
    cells, payers = figures["cells"], list_payers(figures)
    mealtimes = [one for one in MEALTIMES if count_cells(cells, mealtime=one)]

    def line(title: str, row: Row) -> tuple[Cell, ...]:
        return (
            title,
            *(row.counts.get(one, 0) for one in mealtimes),
            row.count,
            row.elder_fen,
            *(row.payers.get(name, 0) for name in payers),
            row.subsidy_fen,
        )

    columns = (
        Column("年龄段"),
        *(Column(MEALTIME_NAMES[one][0], Kind.COUNT) for one in mealtimes),
        Column("合计", Kind.COUNT),
        Column("老人自付", Kind.MONEY),
        *(Column(name, Kind.MONEY) for name in payers),
        Column("补贴合计", Kind.MONEY),
    )
    return Table(
        caption="二、按年龄",
        columns=columns,
        rows=tuple(line(BAND_NAMES[row.code][0], row) for row in gather(cells, "band")),
        totals=line("合计", add_cells("total", cells)),
    )


def _categories(figures: Mapping[str, Any]) -> Table:
    """三、按类别: how many, and what was given."""
    rows = gather(figures["cells"], "category")
    return Table(
        caption="三、按类别",
        columns=(
            Column("类别"),
            Column("人次", Kind.COUNT),
            Column("餐费", Kind.MONEY),
            Column("老人自付", Kind.MONEY),
            Column("补贴", Kind.MONEY),
        ),
        rows=tuple(_category_row(CATEGORY_NAMES[row.code][0], row) for row in rows),
        totals=_category_row("合计", add_cells("total", figures["cells"])),
    )


def _category_row(title: str, row: Row) -> tuple[Cell, ...]:
    return (title, row.count, row.price_fen, row.elder_fen, row.subsidy_fen)


def _anomalies_text(told: Sequence[tuple[str, str, str | None]]) -> str:
    if not told:
        return "无"
    settled = sum(remark is not None for _, _, remark in told)
    parts = [
        f"{who}{zh}" + (f"（{remark}）" if remark else "") for who, zh, remark in told
    ]  # fmt: skip
    return f"{len(told)} 条，已处理 {settled} 条。" + "；".join(parts) + "。"


def _absent_text(session: Session, place: CanteenPlace, day: date) -> str:
    """Whom somebody should look in on at the end of the day: 农玉珍（5 天）."""
    _, ends = day_bounds(day)
    rows = session.execute(
        select(Elder.name, WelfareCheck.last_seen_on)
        .join(Elder, Elder.id == WelfareCheck.elder_id)
        .where(
            WelfareCheck.canteen_id == place.id,
            WelfareCheck.cause == "absent",
            WelfareCheck.opened_on <= day,
            or_(WelfareCheck.closed_at.is_(None), WelfareCheck.closed_at >= ends),
        )
        .order_by(WelfareCheck.last_seen_on, WelfareCheck.id)
    ).all()
    opened = list_open_days(
        session, place, min((seen for _, seen in rows if seen), default=day), day
    )
    told = [
        f"{name}（{sum(one > seen for one in opened)} 天）" if seen else name for name, seen in rows
    ]
    return "、".join(told) or "无"
