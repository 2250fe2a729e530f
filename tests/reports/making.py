"""Books to print: the dullest ones, and names that mean harm or that few fonts know."""

from datetime import UTC, date, datetime
from functools import partial

from reports.sheets import (
    Book,
    Column,
    DayForm,
    Fact,
    Kind,
    Labels,
    Notice,
    Page,
    RunSheet,
    Sheet,
    Table,
)

MADE_AT = datetime(2026, 11, 25, 11, 6, tzinfo=UTC)
#: field cases O-044, O-077, O-086, O-088: rare characters, controls, formulas, mark-up, commands
NAMES = (
    "梁𠮷祥",
    "韦㐆明",
    "刘䶮",
    "杨𨭎",
    '=HYPERLINK("http://evil.example","点我")',
    "@SUM(A1:A9)",
    "<script>alert(1)</script>",
    "<r><t>x</t></r>",
    "#set page(width: 1cm)",
    '" , \\ $x$ *b* _c_ `d` @e',
    "_x0041_",
    "阿卜杜拉·买买提·伊斯拉木·阿不都热合曼江买",
)
CONTROL = "牙口不好\x0b少辣\x00\x1f\ud842"
ID_NUMBER = "450702193805121234"

make_column_count = partial(Column, kind=Kind.COUNT)
make_column_money = partial(Column, kind=Kind.MONEY)

COLUMNS = (
    Column("序号", Kind.COUNT, is_summed=False),
    Column("姓名"),
    Column("身份证号", Kind.ID),
    Column("出生日期", Kind.DATE),
    Column("刷卡时间", Kind.INSTANT),
    Column("人次", Kind.COUNT),
    Column("补贴", Kind.MONEY),
    Column("备注"),
)


def make_row(number: int, name: str = "韦庆余", *, fen: int = 250, remark: str = "") -> tuple:
    return (number, name, ID_NUMBER, date(1938, 5, 12), MADE_AT, 1, fen, remark)


def make_table(*rows: tuple, caption: str = "") -> Table:
    count, fen = sum(row[5] for row in rows), sum(row[6] for row in rows)
    totals = ("合计", None, None, None, None, count, fen, None)
    return Table(columns=COLUMNS, rows=rows, totals=totals, caption=caption)


def make_sheet(*rows: tuple, **more: object) -> Sheet:
    plain = {
        "title": "就餐登记表",
        "head": ("日期：2026-11-25（星期三）", "助餐点：城南食堂", "单位：元"),
        "signatures": ("填表人", "审核人"),
        "foot": ("制表时间：2026-11-25 19:06",),
        "table": make_table(*(rows or (make_row(1),))),
    }
    return Sheet(**{**plain, **more})


def make_names_sheet() -> Sheet:
    rows = [make_row(number, name) for number, name in enumerate(NAMES, 1)]
    return make_sheet(*rows, make_row(99, "零", fen=-500, remark=CONTROL))


def make_day_form(**more: object) -> DayForm:
    meals = Table(
        caption="一、人次",
        columns=(Column("餐次"), *map(make_column_count, ("堂食", "打包", "送餐", "合计"))),
        rows=(("午餐", 63, 23, 16, 102), ("晚餐", 4, 9, 0, 13)),
        totals=("合计", 67, 32, 16, 115),
    )
    ages = Table(
        caption="二、按年龄",
        columns=(
            Column("年龄段"),
            make_column_count("合计"),
            *map(make_column_money, ("老人自付", "市级", "区级", "街道")),
        ),
        rows=(("60–69 岁", 21, 19680, 3300, 2160, 1320), ("90 岁以上", 94, 420000, 3, 2, 1)),
        totals=("合计", 115, 439680, 3303, 2162, 1321),
    )
    plain = {
        "title": "城南长者食堂就餐日报表",
        "head": ("日期：2026 年 11 月 25 日", "编号：CN-20261125", "单位：元"),
        "tables": (meals, ages),
        "amounts": (Fact("补贴合计（大写）", "人民币陆拾柒元捌角陆分"),),
        "remarks_caption": "四、异常与三天未到",
        "remarks": (Fact("异常", "4 条，已处理 4 条。"), Fact("三天未到", "农玉珍（5 天）")),
        "signatures": ("制表（签字）", "食堂负责人（签字）", "社区书记（签字）", "日期"),
        "foot": ("系统签结：周敏 2026-11-25 19:06。",),
    }
    return DayForm(**{**plain, **more})


def make_notice() -> Notice:
    table = Table(
        columns=(Column("姓名"), make_column_money("补贴")),
        rows=tuple((name, 5600) for name in ("韦*余", "欧阳*娜", "梁*祥")),
        totals=("合计", 16800),
    )
    return Notice(
        title="2026 年 11 月补贴公示",
        head=("现将补贴情况公示如下。", "如有异议，请向社区居委会反映。"),
        tables=(table,),
        foot=("城南社区居民委员会", "2026 年 12 月 3 日"),
    )


def make_book(*pages: Page, title: str = "2026年11月25日 城南食堂 日报") -> Book:
    return Book(title=title, made_at=MADE_AT, pages=pages or (make_sheet(),))


def make_run_sheet(stops: int = 5) -> RunSheet:
    """A volunteer's stops, one above the other in a house."""
    titles = ("门牌", "老人", "饭", "留意", "结果（打勾）")
    rows = tuple(
        (
            turn,
            f"3 栋 1 单元\n{turn}02",
            f"陈惠芳\n88 岁\n138000000{turn:02}",
            "软烂·少盐",
            None,
            "送到\n不在家",
        )
        for turn in range(1, stops + 1)
    )
    columns = (Column("序", Kind.COUNT, is_summed=False), *map(Column, titles))
    return RunSheet(
        title="送餐单·何志平",
        head=("2026 年 11 月 25 日 午餐", "城南食堂"),
        table=Table(columns=columns, rows=rows),
        notes=("已更新：−1 陆秀珍",),
        foot=("这张单送完交回食堂。",),
    )


def make_labels(count: int = 30) -> Labels:
    """So many boxes of one diner."""
    columns = tuple(map(Column, ("门牌", "姓名", "饭", "哪一餐", "第几份")))
    rows = tuple(
        ("城西村 3 组\n12 号", NAMES[0], "软烂", "2026-11-26 午餐", f"第 {number} 份")
        for number in range(1, count + 1)
    )
    return Labels(
        title="2026-11-26 午餐 标签", head=("城南食堂",), table=Table(columns=columns, rows=rows)
    )
