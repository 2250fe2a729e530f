"""Claims as they lie before a printer: rows of every kind, a head and day sheets that fit; no database."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from canteen.claim_export.gathering import Gathered, add_text, list_codes, list_sheets
from canteen.claim_export.layout import Entry, SheetRows, sheet_of
from canteen.rules.claim_findings import CheckResult, Finding, SeenRow
from canteen.rules.claim_results import write_results
from canteen.rules.claim_rows import ClaimRow
from canteen.rules.claim_tables import ClaimSum, gather_claim
from canteen.rules.claim_totals import add_rows, claim_sha256
from canteen.rules.day_lines import canonical, sheet_sha256
from canteen.rules.days import SHANGHAI
from canteen.services.claim_contents import ClaimHead, Held
from reports.row_file import RowFile

NUMBER, PAYERS = "C1-2026-11", ("市级", "区级")
READ_AT = datetime(2026, 12, 1, 1, 2, 3, tzinfo=UTC)
DAYS = (date(2026, 11, 24), date(2026, 11, 25))
ID_NUMBER = "45070219460512123X"
_ROW: dict[str, Any] = {
    "canteen": "C1",
    "canteen_name": "城南食堂",
    "scheme": "rule-set-a@00ed1ed2d343",
    "mealtime": "lunch",
    "channel": "dine_in",
    "portion": 1,
}


def make_meal(n: int, elder: str = "P01", day: date = DAYS[0], **given: Any) -> ClaimRow:
    """A meal of 12.60 of which the city pays 3.00 and the district 2.60."""
    plain = {
        **_ROW,
        "kind": "meal",
        "item": f"meal:{n}",
        "sources": (f"share:{n}:80:city", f"share:{n}:80:district"),
        "served_on": day,
        "booked_on": day,
        "receipt": f"C1-{day:%Y%m%d}-{n:04d}",
        "elder": elder,
        "name": f"韦庆余{elder}",
        "age": 80,
        "category": "plain",
        "hukou": "城南社区",
        "read_at": datetime(2026, 11, 25, 3, 32, 10, 120003, tzinfo=UTC) + timedelta(seconds=n),
        "proof": "card",
        "price_fen": 1260,
        "elder_fen": 700,
        "shares": {"市级": 300, "区级": 260},
    }
    return ClaimRow(n=n, **{**plain, **given})


def make_rows() -> list[ClaimRow]:
    """Meals, a correction, a service by a volunteer, one a meal, a grant."""
    day = {"served_on": DAYS[1], "booked_on": DAYS[1]}
    return [
        make_meal(1),
        make_meal(
            2, "P02", name="=1+1", age=None, category="dibao", hukou=None, channel="delivery"
        ),
        make_meal(3, "P01", DAYS[1], elder_fen=500, discount_fen=100, other_fen=100),
        ClaimRow(
            n=4, kind="correction", item="correction:5", sources=("correction:5:80:city:1",),
            receipt="C1-20261125-0009", corrects="C1-20261020-0003", reason="没有吃\x0b，退回",
            elder="P02", name="=1+1", age=80, category="dibao", price_fen=-1260, elder_fen=-700,
            discount_fen=-260, shares={"市级": -300}, **{**_ROW, **day},
        ),
        ClaimRow(
            n=5, kind="service", item="service:7", sources=("service:7",), elder="P02",
            name="=1+1", age=90, category="plain", rule="to-the-door", to_whom="deliverer",
            ground="disability_care", volunteer="V1", shares={"区级": 150}, **{**_ROW, **day},
        ),
        ClaimRow(
            n=6, kind="service", item="meal:1", sources=("meal_service:1:operating:city",),
            receipt="C1-20261124-0001", elder="P01", name="韦庆余P01", age=80, category="plain",
            rule="operating", to_whom="operator", shares={"市级": 50}, **{**_ROW, **day},
        ),
        ClaimRow(
            n=7, kind="grant", item="grant:C1:2026-11:tier:district",
            sources=("grant:C1:2026-11:tier:district",), rule="tier", to_whom="operator",
            shares={"区级": 1_000_000}, canteen="C1", canteen_name="城南食堂", scheme="a@1", **day,
        ),
    ]  # fmt: skip


CHECKS = (
    CheckResult(
        code="signed",
        zh="每天都签结了",
        en="",
        about_zh="",
        about_en="",
        level="block",
        shown="2 / 2",
    ),
    CheckResult(
        code="after_death",
        zh="死亡日期后没有用餐",
        en="",
        about_zh="",
        about_en="",
        level="explain",
        findings=(
            Finding(
                code="after_death",
                key="after_death:2026-11:P02",
                zh="P02 已故",
                en="",
                rows=(SeenRow(zh="", en="", item="meal:2", receipt="C1-20261124-0002"),),
            ),
        ),
        answers={"after_death:2026-11:P02": "日期登记错了"},
    ),
)


def make_head(rows: Sequence[ClaimRow], **given: Any) -> ClaimHead:
    """The head of a submitted claim with these rows, its hash over them."""
    totals, checks = add_rows(rows), write_results(CHECKS)
    sha256 = claim_sha256(
        number=NUMBER, version=1, rows=rows, totals=totals, checks=checks, note=None, previous=""
    )
    head = ClaimHead(
        id=1, number=NUMBER, version=1, state="submitted", canteen="C1", canteen_name="城南食堂",
        area="城南社区", operator=None, period="2026-11", first_on=date(2026, 11, 1),
        last_on=date(2026, 11, 30), funder=None, supplement=0, totals=totals, note=None,
        checks=CHECKS, held=(Held("meal:9", "C1-20261124-0009", "待查", READ_AT, "staff:fan"),),
        open_days=2, payers=PAYERS, drawn_at=READ_AT, drawn_by="吴静",
        submitted_at=READ_AT, submitted_by="周敏", sha256=sha256, previous_sha256="",
        text=canonical([NUMBER, 1, asdict(totals), totals.total_fen, checks, None, ""]),
    )  # fmt: skip
    return replace(head, **given)


def make_gathered(rows: Sequence[ClaimRow] = (), form: str = "xlsx", **given: Any) -> Gathered:
    """These rows on their sheets, with the signed day sheets they were counted in."""
    rows = rows or make_rows()
    head = make_head(rows)
    sheets = {
        name: SheetRows(places, PAYERS, kind, RowFile(), SHANGHAI)
        for name, (places, kind) in list_sheets(form).items()
    }
    for row in rows if sheets else ():
        sheet = sheets.get(sheet_of(row)) or next(iter(sheets.values()))
        sheet.add(Entry(NUMBER, row, ID_NUMBER if row.elder else None))
    total = ClaimSum(NUMBER)
    for row in rows:
        total.add(row)
    texts = RowFile()
    texts.add(["代码", None, None, None, None, 1, list_codes(PAYERS, SHANGHAI)])
    add_text(texts, "申报", NUMBER, None, 1, head.sha256, head.text)
    add_day_sheets(texts, rows)
    by_tier, by_elder = gather_claim(rows, "tier", "elder")
    gathered = Gathered(
        heading="城南食堂", heads=(head,), payers=PAYERS, read_at=READ_AT, zone=SHANGHAI,
        sheets=sheets, texts=texts, by_claim={NUMBER: total}, by_tier=by_tier, by_elder=by_elder,
        id_numbers={row.elder: ID_NUMBER for row in rows if row.elder},
        close=lambda: [file.close() for file in (texts, *(one.rows for one in sheets.values()))],
    )  # fmt: skip
    return replace(gathered, **given)


def add_day_sheets(texts: RowFile, rows: Sequence[ClaimRow]) -> None:
    """The signed sheets of the rows' days, chained."""
    previous = ""
    for day in sorted({row.booked_on for row in rows if row.kind == "meal"}):
        receipts = {row.receipt: "00" for row in rows if row.booked_on == day and row.receipt}
        facts: dict[str, Any] = {
            "canteen": "C1", "day": day, "version": 1, "figures": canonical({"说明": "停\x7f电"}),
            "lines": canonical(receipts), "signed_by": "staff:wang", "signed_at": READ_AT,
            "remark": None, "previous": previous, "replaced": None,
        }  # fmt: skip
        previous = sheet_sha256(**facts)
        text = canonical(list(facts.values()))
        add_text(texts, "日报", "C1", day.isoformat(), 1, previous, text)
