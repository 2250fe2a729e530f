"""The claim for signature on paper: 申报表 with its annex of persons, ID numbers masked."""

from canteen.claim_export.book import make_book, payer_sums, rates_of, with_totals
from canteen.claim_export.gathering import Gathered
from canteen.claim_export.words import capitals, marks_of, numbers_of, period_of, shared_marks
from canteen.rules.claim_marks import why_not_to_sign
from canteen.rules.claim_results import tell_answers, tell_checks
from canteen.rules.claim_tables import NOBODY, TIER_NAMES, ClaimSum
from canteen.rules.elders import mask_id_number
from canteen.rules.money import yuan_text
from canteen.rules.outcomes import MEALTIMES
from reports.claim_form import ClaimForm
from reports.sheets import Book, Cell, Column, Fact, Kind, Orientation, Table

OPINIONS = ("社区意见", "街道办事处意见", "区民政局意见")
#: more persons are no annex that anybody reads, and more memory than a print may take
ANNEX_PERSONS_MAX = 1_500
#: with more of them the paper lies
PAYERS_UPRIGHT_MAX = 4


def make_paper(gathered: Gathered) -> Book:
    """The form of one claim, or of all claims of a district or an operator together."""
    total_fen = sum(head.totals.total_fen for head in gathered.heads)
    persons = len([one for one in gathered.by_elder if one.key != NOBODY])
    meals = sum(head.totals.meals for head in gathered.heads)
    days = max(head.open_days for head in gathered.heads)
    period = period_of(gathered)
    unsigned = [
        _told(gathered, head.number, told)
        for head in gathered.heads
        if (told := why_not_to_sign(head.state))
    ]
    is_many = len(gathered.heads) > 1
    is_wide = len(gathered.payers) > PAYERS_UPRIGHT_MAX
    form = ClaimForm(
        title=f"老年助餐补贴资金申报表{shared_marks(gathered)}",
        head=(
            f"申报单位（盖章）：{gathered.heading}",
            f"所属期间：{period}",
            f"编号：{numbers_of(gathered)}",
        ),
        facts=(
            Fact("申报金额", _money(total_fen)),
            Fact("大写", capitals(total_fen)),
            Fact("开餐天数", f"{days} 天"),
            Fact("受益老人", f"{persons} 人，{meals} 人次"),
        ),
        tables=(_tiers(gathered), _payers(gathered), *([_canteens(gathered)] if is_many else [])),
        remarks_caption="四、核对" if is_many else "三、核对",
        remarks=(
            Fact("结果", "\n".join(_told(gathered, one.number, tell_checks(one.checks))
                                 for one in gathered.heads)),
            Fact("说明", "\n".join(_told(gathered, one.number, said)
                                 for one in gathered.heads
                                 if (said := tell_answers(one.note, one.checks))) or "无"),
        ),
        opinions=() if unsigned else OPINIONS,
        notes=tuple(unsigned),
        foot=_foot(gathered, persons),
        annex_title=f"附：{period}助餐补贴人员明细",
        annex=_annex(gathered) if persons <= ANNEX_PERSONS_MAX else None,
        annex_total=f"合计 {persons} 人，{meals} 人次，补贴 {_money(total_fen)}"
        f"（{capitals(total_fen)}）",
        orientation=Orientation.LANDSCAPE if is_wide else Orientation.PORTRAIT,
    )  # fmt: skip
    return make_book(gathered, (form,), "pdf")


def _money(fen: int) -> str:
    """¥6,143.00"""
    yuan, _, rest = yuan_text(fen).partition(".")
    return f"¥{int(yuan):,}.{rest}"


def _told(gathered: Gathered, number: str, words: str | None) -> str:
    """Of several claims each says which it is."""
    return f"{number}：{words}" if len(gathered.heads) > 1 else words or ""


def _foot(gathered: Gathered, persons: int) -> tuple[str, ...]:
    makers = "、".join(dict.fromkeys(head.drawn_by for head in gathered.heads))
    senders = dict.fromkeys(head.submitted_by for head in gathered.heads if head.submitted_by)
    annex = "" if persons <= ANNEX_PERSONS_MAX else "（见 XLSX 明细表）"
    marks = [f"{head.number} SHA-256 {head.sha256}" for head in gathered.heads if head.sha256]
    return (
        f"制表：{makers}　　提交：{'、'.join(senders) or '（还没提交）'}　　"
        f"附：人员明细 {persons} 人{annex}　　数据截止时间：{gathered.as_of:%Y-%m-%d %H:%M:%S}",
        *marks,
    )


def _tiers(gathered: Gathered) -> Table:
    rate, rates = rates_of(gathered.by_tier)
    columns = (
        Column("补贴档"),
        rate,
        Column("人次", Kind.COUNT),
        Column("餐费", Kind.MONEY),
        Column("老人自付", Kind.MONEY),
        *gathered.payer_columns,
        Column("补贴合计", Kind.MONEY),
    )
    rows = tuple(
        (
            TIER_NAMES[one.key][0],
            given,
            one.count,
            one.price_fen,
            one.elder_fen,
            *gathered.spread(one.shares),
            one.asked_fen,
        )
        for one, given in zip(gathered.by_tier, rates, strict=True)
    )
    return with_totals("一、分档与分级", columns, rows)


def _payers(gathered: Gathered) -> Table:
    return Table(
        columns=(Column("出资方"), Column("金额", Kind.MONEY), Column("大写")),
        rows=tuple((payer, fen, capitals(fen)) for payer, fen in payer_sums(gathered).items()),
        caption="二、分级大写",
    )


def _canteens(gathered: Gathered) -> Table:
    """What each claim of several asks."""
    columns = (
        Column("助餐点"),
        Column("编号", Kind.ID),
        Column("人数", Kind.COUNT, is_summed=False),
        Column("人次", Kind.COUNT),
        *gathered.payer_columns,
        Column("补贴合计", Kind.MONEY),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            head.canteen_name + marks_of(head),
            head.number,
            head.totals.persons,
            head.totals.meals,
            *gathered.spread(gathered.by_claim[head.number].shares),
            head.totals.total_fen,
        )
        for head in gathered.heads
    )
    return with_totals("三、各助餐点", columns, rows)


def _annex(gathered: Gathered) -> Table:
    mealtimes = [
        code for code in MEALTIMES if any(one.meals.get(code) for one in gathered.by_elder)
    ]
    columns = (
        Column("序", Kind.COUNT, is_summed=False),
        Column("姓名"),
        Column("身份证号", Kind.ID),
        Column("档"),
        *(Column(MEALTIMES[code][0][0], Kind.COUNT) for code in mealtimes),
        Column("餐费", Kind.MONEY),
        Column("自付", Kind.MONEY),
        *gathered.payer_columns,
        Column("补贴", Kind.MONEY),
    )
    rows = tuple(
        _person_row(gathered, number, one, mealtimes)
        for number, one in enumerate(gathered.by_elder, 1)
    )
    return with_totals("", columns, rows)


def _person_row(
    gathered: Gathered, number: int, one: ClaimSum, mealtimes: list[str]
) -> tuple[Cell, ...]:
    id_number = gathered.id_numbers.get(one.key)
    return (
        number,
        one.name if one.key != NOBODY and one.name else TIER_NAMES[NOBODY][0],
        mask_id_number(id_number) if id_number else None,
        "、".join(TIER_NAMES[tier][0] for tier in one.tiers) if one.key != NOBODY else None,
        *(one.meals.get(code, 0) for code in mealtimes),
        one.price_fen,
        one.elder_fen,
        *gathered.spread(one.shares),
        one.asked_fen,
    )
