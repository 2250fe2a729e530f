"""Which paper lies there: a draft, a version that came back, a supplement, one funder's, a district's; and
that paper of many payers and long names can be read."""

import io
from dataclasses import replace

import openpyxl
import pytest
from pypdf import PdfReader

from canteen.claim_export.book import make_workbook
from canteen.claim_export.paper import OPINIONS, make_paper
from canteen.claim_export.words import file_name
from reports.claim_form import ClaimForm
from reports.document import pdf
from reports.long_workbook import write_xlsx
from tests.claim_export.making import PAYERS, make_gathered, make_head, make_meal, make_rows


def _form(**head: object) -> tuple[ClaimForm, str]:
    """The form of a claim with such a head, and the name of its workbook."""
    gathered = make_gathered(form="pdf", heads=(make_head(make_rows(), **head),))
    page = make_paper(gathered).pages[0]
    gathered.close()
    assert isinstance(page, ClaimForm)
    return page, file_name(gathered, "xlsx")


@pytest.mark.parametrize(
    ("head", "marks"),
    [
        ({"state": "draft"}, "（草稿）"),
        ({"state": "returned"}, "（已退回）"),
        ({"supplement": 1, "funder": "区级"}, "（补充1）（仅区级）"),
        ({}, ""),
    ],
)
def test_title_and_file_name_say_what_kind_of_claim_it_is_and_only_a_sent_one_is_signed(
    head: dict[str, object], marks: str
):
    form, name = _form(**head)
    assert form.title == f"老年助餐补贴资金申报表{marks}"
    assert name == f"2026年11月助餐补贴明细表{marks}.xlsx"
    is_signed = "state" not in head
    assert form.opinions == (OPINIONS if is_signed else ())
    assert any("不作签字盖章之用" in note for note in form.notes) is not is_signed


def test_of_several_claims_the_form_says_what_each_asks_and_which_is_a_draft():
    sent = make_gathered(form="pdf")
    draft = make_head(make_rows(), number="C2-2026-11", state="draft", canteen_name="城北食堂")
    by_claim = {**sent.by_claim, "C2-2026-11": sent.by_claim["C1-2026-11"]}
    both = replace(sent, heading="钦南区", heads=(*sent.heads, draft), by_claim=by_claim)
    page = make_paper(both).pages[0]
    sent.close()
    table = page.tables[2]
    assert [row[:2] + row[-1:] for row in table.rows] == [
        ("城南食堂", "C1-2026-11", 1_001_580),
        ("城北食堂（草稿）", "C2-2026-11", 1_001_580),
    ]
    assert table.totals is not None
    assert table.totals[-1] == 2 * 1_001_580
    assert page.title.endswith("（含草稿）")
    assert page.notes == ("C2-2026-11：还没有提交，不作签字盖章之用。",)


def test_a_draft_prints_without_boxes_and_every_page_after_the_first_says_the_amount():
    gathered = make_gathered(form="pdf", heads=(make_head(make_rows(), state="draft"),))
    printed = PdfReader(io.BytesIO(pdf(make_paper(gathered)))).pages
    first, second = (page.extract_text().replace(" ", "") for page in printed)
    gathered.close()
    assert "签字（盖章）" not in first
    assert "不作签字盖章之用" in first
    assert "申报金额：¥10,015.80" in second.replace("\n", "")


def test_an_annex_that_would_be_too_small_to_read_lies_on_its_side():
    payers = (*PAYERS, "镇街", "慈善会")
    shares = dict.fromkeys(payers, 1_234_567)
    rows = [
        make_meal(n, mealtime=mealtime, price_fen=5_000_000, elder_fen=61_732, shares=shares)
        for n, mealtime in enumerate(("breakfast", "lunch", "dinner"), 1)
    ]
    gathered = make_gathered(rows, "pdf", payers=payers)
    printed = PdfReader(io.BytesIO(pdf(make_paper(gathered)))).pages
    gathered.close()
    assert [page.mediabox.width > page.mediabox.height for page in printed] == [False, True]


def test_names_are_not_shrunk_long_payers_not_cut_and_an_empty_sheet_says_so():
    name = "买买提·吐尔逊江·艾合买提"
    gathered, made = make_gathered([make_meal(1, name=name)]), io.BytesIO()
    write_xlsx(make_workbook(gathered), made)
    gathered.close()
    book = openpyxl.load_workbook(made)
    meals = book["明细表"]
    at = next(cell.column_letter for cell in meals[3] if cell.value == "姓名")
    assert meals.column_dimensions[at].width >= 2 * len(name)
    assert "本期没有这一类。" in [row[0].value for row in book["更正"]]
    assert "本期没有这一类。" not in [row[0].value for row in meals]
