"""The workbook of claims: 汇总表, 明细表, 送餐, 运营, 更正, 核对, 校验; and the one table of a CSV."""

from collections.abc import Iterable, Sequence

from canteen.claim_export.gathering import ALL_ROWS, Gathered
from canteen.claim_export.words import (
    LEVELS,
    STATES,
    capitals,
    file_name,
    funder_of,
    marks_of,
    numbers_of,
    period_of,
    shared_marks,
)
from canteen.rules.claim_tables import TIER_NAMES, ClaimSum
from canteen.rules.grants import AVERAGE_ZH
from canteen.rules.money import yuan_text
from canteen.services.claim_contents import ClaimHead
from reports.long_table import LongTable
from reports.sheets import (
    AnyPage,
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

SIGNATURES = ("制表", "复核", "负责人", "街道审核", "民政", "财政")
TITLES = {
    "明细表": "助餐补贴明细表",
    "送餐": "送餐补贴明细表",
    "运营": "运营补贴明细表",
    "更正": "更正明细表",
}
TEXT_COLUMNS = (
    Column("种类", Kind.TEXT, 8),
    Column("编号", Kind.ID, 20),
    Column("日期", Kind.DATE, 12),
    Column("版本", Kind.COUNT, 6, is_summed=False),
    Column("SHA-256", Kind.ID, 66),
    Column("段", Kind.COUNT, 6, is_summed=False),
    Column("原文", Kind.ID, 80),
)
CHECK_COLUMNS = (
    Column("申报编号", Kind.ID),
    Column("核对项"),
    Column("要求"),
    Column("结果"),
    Column("发现", Kind.COUNT),
    Column("已说明", Kind.COUNT),
)
FINDING_COLUMNS = (
    Column("申报编号", Kind.ID),
    Column("核对项"),
    Column("发现的情况", width=60),
    Column("涉及单据", width=40),
    Column("说明", width=60),
)
HELD_COLUMNS = (
    Column("申报编号", Kind.ID),
    Column("条目", Kind.ID),
    Column("收据号", Kind.ID),
    Column("原因", width=40),
    Column("时间", Kind.INSTANT),
)
MARK_COLUMNS = (
    Column("申报编号", Kind.ID),
    Column("状态"),
    Column("版本", Kind.COUNT, is_summed=False),
    Column("提交人"),
    Column("提交时间", Kind.INSTANT),
)


def make_workbook(gathered: Gathered) -> Book:
    """All sheets of these claims."""
    pages: tuple[AnyPage, ...] = (
        _summary(gathered),
        *(
            _long(gathered, name, sheet.table(), TITLES[name])
            for name, sheet in gathered.sheets.items()
        ),
        _checks(gathered),
        _texts(gathered),
    )
    return make_book(gathered, pages, "xlsx")


def make_table(gathered: Gathered, form: str) -> Book:
    """The one table of a CSV."""
    table = gathered.sheets[ALL_ROWS].table()
    return make_book(gathered, (_long(gathered, ALL_ROWS, table, "助餐补贴明细表"),), form)


def make_book(gathered: Gathered, pages: tuple[AnyPage, ...], form: str) -> Book:
    """These pages under the name of the file."""
    return Book(
        title=file_name(gathered, form).rpartition(".")[0],
        made_at=gathered.read_at,
        pages=pages,
        zone=str(gathered.zone),
    )


def _head(gathered: Gathered) -> tuple[str, ...]:
    return (
        f"单位：{gathered.heading}",
        f"期间：{period_of(gathered)}",
        f"编号：{numbers_of(gathered)}",
        f"出资方：{funder_of(gathered)}",
        f"数据截止时间：{gathered.as_of:%Y-%m-%d %H:%M:%S}",
        "金额单位：元",
    )


def _long(gathered: Gathered, name: str, table: LongTable, title: str) -> Sheet:
    return Sheet(
        title=f"{period_of(gathered)}{title}{shared_marks(gathered)}",
        name=name,
        head=_head(gathered),
        table=table,
        notes=(
            *([] if table.count else ["本期没有这一类。"]),
            *([AVERAGE_ZH] if name == "运营" else []),
        ),
        orientation=Orientation.LANDSCAPE,
    )


def _summary(gathered: Gathered) -> DayForm:
    total_fen = sum(head.totals.total_fen for head in gathered.heads)
    notes = [f"说明（{head.number}）：{head.note}" for head in gathered.heads if head.note]
    return DayForm(
        title=f"{period_of(gathered)}老年助餐补贴汇总表{shared_marks(gathered)}",
        name="汇总表",
        head=_head(gathered),
        tables=(_by_canteen(gathered), _by_tier(gathered)),
        amounts=(
            Fact("申报金额", _amount_words(total_fen)),
            *(Fact(payer, _amount_words(fen)) for payer, fen in payer_sums(gathered).items()),
        ),
        notes=tuple(notes),
        signatures=SIGNATURES,
        orientation=Orientation.LANDSCAPE,
    )  # fmt: skip


def _by_canteen(gathered: Gathered) -> Table:
    """One line for each claim: of a district, for each canteen."""
    fixed = (
        Column("助餐点"),
        Column("申报编号", Kind.ID),
        Column("状态"),
        Column("人数", Kind.COUNT, is_summed=False),
        Column("人次", Kind.COUNT),
        Column("餐费合计", Kind.MONEY),
        Column("自付合计", Kind.MONEY),
        Column("食堂让利", Kind.MONEY),
        Column("餐次补贴", Kind.MONEY),
        Column("送餐与服务", Kind.MONEY),
        Column("运营补贴", Kind.MONEY),
        Column("上期更正", Kind.MONEY),
    )
    columns = (
        *fixed,
        *gathered.payer_columns,
        Column("本期应拨", Kind.MONEY),
    )
    rows = tuple(_canteen_row(gathered, head) for head in gathered.heads)
    return with_totals("一、各助餐点", columns, rows)


def _canteen_row(gathered: Gathered, head: ClaimHead) -> tuple[Cell, ...]:
    totals, shares = head.totals, gathered.by_claim[head.number].shares
    return (
        head.canteen_name + marks_of(head),
        head.number,
        STATES[head.state],
        totals.persons,
        totals.meals,
        totals.price_fen,
        totals.elder_fen,
        totals.discount_fen,
        totals.subsidy_fen,
        totals.services_fen,
        totals.grants_fen,
        totals.corrections_fen,
        *gathered.spread(shares),
        totals.total_fen,
    )


def _by_tier(gathered: Gathered) -> Table:
    """What each class (档) had, corrections and services in it."""
    rate, rates = rates_of(gathered.by_tier)
    columns = (
        Column("档"),
        rate,
        Column("人数", Kind.COUNT, is_summed=False),
        Column("人次", Kind.COUNT),
        Column("餐费", Kind.MONEY),
        Column("个人自付", Kind.MONEY),
        Column("食堂让利", Kind.MONEY),
        Column("另行申报", Kind.MONEY),
        *gathered.payer_columns,
        Column("本单补贴", Kind.MONEY),
    )
    rows = tuple(
        (
            TIER_NAMES[one.key][0],
            given,
            len(one.elders),
            one.count,
            one.price_fen,
            one.elder_fen,
            one.discount_fen,
            one.other_fen,
            *gathered.spread(one.shares),
            one.asked_fen,
        )
        for one, given in zip(gathered.by_tier, rates, strict=True)
    )
    return with_totals("二、分档与分级", columns, rows)


def rates_of(classes: Sequence[ClaimSum]) -> tuple[Column, Sequence[Cell]]:
    """What a meal of each class is given: amounts, or words where it differs within a class."""
    ends = [(one.least_fen, one.most_fen) for one in classes]
    if all(least == most for least, most in ends):
        column = Column("每餐补贴", Kind.MONEY, is_summed=False)
        return column, [least for least, _ in ends]
    words = [
        "–".join(dict.fromkeys(yuan_text(fen) for fen in end if fen is not None)) for end in ends
    ]
    return Column("每餐补贴"), words


def _amount_words(fen: int) -> str:
    return f"{yuan_text(fen)} 元，{capitals(fen)}"


def payer_sums(gathered: Gathered) -> dict[str, int]:
    """What all these claims ask of each payer."""
    return {
        payer: sum(one.shares.get(payer, 0) for one in gathered.by_claim.values())
        for payer in gathered.payers
    }


def with_totals(
    caption: str, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...]
) -> Table:
    """A table with the sums of its columns below."""
    totals: list[Cell] = ["合计"]
    for index, column in enumerate(columns[1:], 1):
        is_sum = column.kind in (Kind.MONEY, Kind.COUNT) and column.is_summed
        totals.append(_add(row[index] for row in rows) if is_sum else None)
    return Table(columns=columns, rows=rows, totals=tuple(totals), caption=caption)


def _add(cells: Iterable[Cell]) -> int:
    return sum(cell for cell in cells if isinstance(cell, int))


def _checks(gathered: Gathered) -> DayForm:
    checks = [(head, one) for head in gathered.heads for one in head.checks]
    results = tuple(
        (
            head.number,
            one.zh,
            LEVELS[one.level],
            ("过" if one.is_passed else "有发现") + (f" {one.shown}" if one.shown else ""),
            len(one.findings),
            len(one.answers),
        )
        for head, one in checks
    )
    findings = tuple(
        (
            head.number,
            one.zh,
            found.zh,
            "、".join(row.receipt or row.item or row.zh for row in found.rows),
            one.answers.get(found.key),
        )
        for head, one in checks
        for found in one.findings
    )
    held = tuple(
        (head.number, one.item, one.receipt, one.reason, one.at)
        for head in gathered.heads
        for one in head.held
    )
    marks = tuple(
        (head.number, STATES[head.state], head.version, head.submitted_by, head.submitted_at)
        for head in gathered.heads
    )
    return DayForm(
        title=f"{period_of(gathered)}核对与校验{shared_marks(gathered)}",
        name="核对",
        head=_head(gathered),
        tables=(
            Table(columns=CHECK_COLUMNS, rows=results, caption="一、核对结果"),
            Table(
                columns=FINDING_COLUMNS, rows=findings, caption=_or_none("二、发现与说明", findings)
            ),
            Table(
                columns=HELD_COLUMNS, rows=held, caption=_or_none("三、暂不申报（留待以后）", held)
            ),
            Table(columns=MARK_COLUMNS, rows=marks, caption="四、提交"),
        ),
        notes=(
            *(f"{head.number} SHA-256：{head.sha256}" for head in gathered.heads if head.sha256),
            *(
                f"{head.number} 上一份 SHA-256：{head.previous_sha256}"
                for head in gathered.heads
                if head.previous_sha256
            ),
            "校验：python verify.py 本文件.xlsx 会把每一行、每个合计、大写金额重算一遍，"
            "并核对日报的校验链（见“校验”表）。",
        ),
        orientation=Orientation.LANDSCAPE,
    )


def _or_none(caption: str, rows: tuple[object, ...]) -> str:
    return caption if rows else f"{caption}：无"


def _texts(gathered: Gathered) -> Sheet:
    """The texts that the hashes are made of; for the verifier, not for a reader."""
    rows = gathered.texts
    table = LongTable(columns=TEXT_COLUMNS, rows=(), stream=rows, count=rows.count, printed=6)
    return Sheet(title="校验原文", name="校验", head=_head(gathered), table=table)
