"""The auditor's papers: the work sheet of a sample, and the four-way close of a period or day.

They are Chinese forms in either language of the pages: what leaves the office is read by offices.
"""

from datetime import date, datetime

from canteen.rules.day_tables import CHANNEL_NAMES
from canteen.rules.four_way import SIDES, WAYS, Line
from canteen.rules.outcomes import MEALTIMES
from canteen.services.audit_close import Closed
from canteen.services.audit_samples import Sample, stratum_words
from canteen.web.audit_words import ROWS, STRATA, subject_names
from reports.sheets import Book, Cell, Column, Kind, Orientation, Sheet, Table

MARK_SHOWN = 12
ROWS_SHOWN = 8
#: how the sample is drawn, in words that a person can follow with paper and a console
METHOD = (
    "抽样方法：对每个收据号，取“种子、一个空格、收据号”的 SHA-256（小写十六进制）作记号；"
    "按记号从小到大取前若干个。同一种子在任何地方抽出的都是同一批。",
    "手工复核一个：printf '%s' '种子 收据号' | sha256sum",
)
IN_STRATA = (
    "分层：每层先各取一个（层数多于样本时从大层起），其余按各层剩下的数目分配，"
    "先取整数部分，再按余数从大到小各加一个；余数相同按层名排序。"
)
SAMPLE_COLUMNS = (
    Column("序号", Kind.COUNT, is_summed=False),
    Column("收据号", Kind.ID),
    Column("层"),
    Column("食堂"),
    Column("就餐日期", Kind.DATE),
    Column("餐次"),
    Column("方式"),
    Column("姓名"),
    Column("餐费", Kind.MONEY),
    Column("补贴", Kind.MONEY),
    Column("让利", Kind.MONEY),
    Column("自付", Kind.MONEY),
    Column("记号", Kind.ID),
    Column("核对", width=6),
    Column("备注", width=16),
)
DAY_COLUMNS = (
    Column("日期", Kind.DATE),
    Column("刷卡", Kind.COUNT),
    Column("刷卡的餐", Kind.COUNT),
    Column("没刷上卡的餐", Kind.COUNT),
    Column("餐费", Kind.MONEY),
    Column("点得现金差", Kind.MONEY, is_summed=False),
    Column("出餐减剩余", Kind.COUNT, is_summed=False),
    Column("吃了的餐", Kind.COUNT),
    Column("送到份数", Kind.COUNT),
    Column("送餐的餐", Kind.COUNT),
    Column("不平", Kind.COUNT),
)


def sample_book(sample: Sample, now: datetime) -> Book:
    """The sample as a list to tick off, with the method and what it was drawn from."""
    asked, drawn = sample.asked, sample.drawn
    rows = tuple(
        (
            number,
            meal.receipt,
            stratum_words(meal.stratum)[0] or None,
            meal.canteen,
            meal.served_on,
            MEALTIMES[meal.mealtime][0],
            CHANNEL_NAMES[meal.channel][0],
            meal.name or "散客",
            meal.price_fen,
            meal.subsidy_fen,
            meal.discount_fen,
            meal.elder_fen,
            meal.mark[:MARK_SHOWN],
            "已撤销" if meal.is_voided else "有更正" if meal.is_corrected else None,
            None,
        )
        for number, meal in enumerate(sample.meals, start=1)
    )
    strata = "；".join(
        f"{stratum_words(one.name)[0] or '全部'} {one.size} 取 {one.drawn}" for one in drawn.strata
    )
    sheet = Sheet(
        title="用餐抽样底稿",
        name="抽样",
        head=(
            f"入账日期：{asked.first} 至 {asked.last}",
            f"种子：{asked.seed}",
            f"样本：{len(rows)} / {drawn.size}",
            "单位：元",
        ),
        table=Table(columns=SAMPLE_COLUMNS, rows=rows),
        notes=(
            *METHOD,
            *((IN_STRATA,) if asked.by else ()),
            f"{STRATA[asked.by][0]}：{strata or '无'}。食堂：{'、'.join(asked.canteens)}。撤销的也在内。",
            f"抽样总体（收据号按字节排序，每个后一个换行）的 SHA-256：{drawn.sha256}",
        ),
        signatures=("抽样人", "核对人", "日期"),
        orientation=Orientation.LANDSCAPE,
    )
    title = f"{asked.first}至{asked.last} 用餐抽样 {asked.seed}"
    return Book(title=title, made_at=now, pages=(sheet,))


def close_book(found: Closed, now: datetime) -> Book:
    """The close of a day or a period: every line with what stands alone, and a row for each day."""
    is_day = found.first == found.last
    of = f"{found.first}" if is_day else f"{found.first} 至 {found.last}"
    head = (f"日期：{of}", f"食堂：{found.name}（{found.canteen}）", "单位：份、元")
    sheets = (
        _lines_sheet(found, head, "份数", [one for one in found.total if not one.is_money]),
        _lines_sheet(found, head, "钱", [one for one in found.total if one.is_money]),
    )
    days = Sheet(
        title=f"{found.name}四方核对·逐日",
        name="逐日",
        head=head,
        table=Table(columns=DAY_COLUMNS, rows=tuple(_day_row(*day) for day in found.days)),
        orientation=Orientation.LANDSCAPE,
    )
    pages = sheets if is_day else (*sheets, days)
    return Book(title=f"{of.replace(' ', '')} {found.name} 四方核对", made_at=now, pages=pages)


def _lines_sheet(found: Closed, head: tuple[str, ...], name: str, lines: list[Line]) -> Sheet:
    kind = Kind.MONEY if name == "钱" else Kind.COUNT
    columns = (
        Column("方面"),
        Column("甲"),
        Column("乙"),
        *(Column(title, kind, is_summed=False) for title in ("甲数", "乙数", "差")),
        Column("单独的行"),
    )
    return Sheet(
        title=f"{found.name}四方核对·{name}",
        name=name,
        head=head,
        table=Table(columns=columns, rows=tuple(_line_row(one) for one in lines)),
        notes=("刷卡、份数、送餐按就餐日期，钱按入账日期。空着的是没有人点数，不算平。",),
        signatures=("核对人", "复核人", "日期"),
        orientation=Orientation.LANDSCAPE,
    )


def _line_row(line: Line) -> tuple[Cell, ...]:
    here, there = SIDES[line.code]
    subject, _ = subject_names(line)
    rows = "；".join(f"{ROWS[row.kind][0]} {row.key}" for row in line.rows[:ROWS_SHOWN])
    more = f"；另 {len(line.rows) - ROWS_SHOWN} 行" if len(line.rows) > ROWS_SHOWN else ""
    return (
        WAYS[line.way][0],
        f"{subject} {here[0]}".strip(),
        there[0],
        line.here,
        line.there,
        line.difference,
        f"{rows}{more}" or None,
    )


def _day_row(day: date, lines: tuple[Line, ...]) -> tuple[Cell, ...]:
    return (day, *day_cells(lines))


def day_cells(lines: tuple[Line, ...]) -> tuple[int | None, ...]:
    """A day in a row: taps, meals by card and without, list prices, cash counted too little or much,
    portions handed out, meals eaten, portions delivered, meals by delivery, lines that are not even."""
    by_code: dict[str, list[Line]] = {}
    for line in lines:
        by_code.setdefault(line.code, []).append(line)

    def add(code: str, side: str) -> int | None:
        found = [getattr(line, side) for line in by_code.get(code, [])]
        return None if None in found else sum(found)

    return (
        add("card", "here"),
        add("card", "there"),
        add("no_card", "here"),
        add("sales", "here"),
        add("drawer", "difference"),
        add("portions", "here"),
        add("portions", "there"),
        add("delivered", "here"),
        add("delivered", "there"),
        sum(not line.is_even for line in lines),
    )
