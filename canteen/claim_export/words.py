"""How an export says periods, amounts and checks, and what its file is called."""

from canteen.claim_export.gathering import Gathered
from canteen.rules.capitals import in_capitals
from canteen.rules.claim_marks import tell_marks, why_not_to_sign
from canteen.rules.claim_periods import parse_period
from canteen.services.claim_contents import ClaimHead

ENDINGS = {"xlsx": "xlsx", "csv": "csv", "csv-gb18030": "csv", "pdf": "pdf"}
STATES = {
    "draft": "草稿",
    "checked": "已核对",
    "submitted": "已提交",
    "approved": "已批准",
    "paid": "已拨付",
    "returned": "已退回",
    "withdrawn": "已撤回",
    "discarded": "已作废",
}
LEVELS = {"block": "不过不能报", "explain": "要说明", "note": "提示"}


def period_words(period: str) -> str:
    """2026年11月, 2026年第1季度."""
    span = parse_period(period)
    if "Q" in period:
        return f"{span.first.year}年第{period[-1]}季度"
    return f"{span.first.year}年{span.first.month}月"


def period_of(gathered: Gathered) -> str:
    """The period of the claims; of a district they all have the same."""
    return period_words(gathered.heads[0].period)


def marks_of(head: ClaimHead) -> str:
    """（补充1）（仅区级）（草稿）, or nothing: see `tell_marks`."""
    return tell_marks(state=head.state, supplement=head.supplement, funder=head.funder)


def shared_marks(gathered: Gathered) -> str:
    """What is so of all these claims; of several, that drafts are among them too."""
    marks = {marks_of(head) for head in gathered.heads}
    if len(marks) == 1:
        return marks.pop()
    return "（含草稿）" if any(why_not_to_sign(head.state) for head in gathered.heads) else ""


def file_name(gathered: Gathered, form: str) -> str:
    """2026年11月助餐补贴明细表.xlsx; of several claims with whose they are before it."""
    what = "申报表" if form == "pdf" else "明细表"
    whose = gathered.heading if len(gathered.heads) > 1 else ""
    marks = shared_marks(gathered)
    return f"{whose}{period_of(gathered)}助餐补贴{what}{marks}.{ENDINGS[form]}"


def capitals(fen: int) -> str:
    """The amount as it stands on a form: 人民币壹万贰仟…"""
    return f"人民币{in_capitals(fen)}"


def numbers_of(gathered: Gathered) -> str:
    """The number of the claim with its version, or how many claims there are."""
    head = gathered.heads[0]
    if len(gathered.heads) > 1:
        return f"{len(gathered.heads)} 份"
    return f"{head.number}" + (f" 第 {head.version} 版" if head.version > 1 else "")


def funder_of(gathered: Gathered) -> str:
    """To whom the claim goes, where it is not all of them."""
    funders = {head.funder or "各级" for head in gathered.heads}
    return "各级" if "各级" in funders else "、".join(sorted(funders))
