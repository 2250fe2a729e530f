"""What stands on the sheets and the form of a claim, for those who read them."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from canteen.claim_export import paper
from canteen.claim_export.book import make_table, make_workbook
from canteen.claim_export.gathering import explain
from canteen.claim_export.paper import make_paper
from canteen.claim_export.words import file_name, period_words
from canteen.rules.grants import Attendance
from reports.document import pdf
from reports.long_csv import write_csv
from reports.long_workbook import write_xlsx
from tests.claim_export.making import (
    ID_NUMBER,
    READ_AT,
    make_gathered,
    make_head,
    make_meal,
    make_rows,
)


def _pages(made: bytes, folder: Path) -> list[str]:
    (folder / "form.pdf").write_bytes(made)
    told = subprocess.run(
        ["pdftotext", "-layout", folder / "form.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.split("\f")[:-1]


def test_o075_o086_every_row_is_on_the_sheet_where_it_belongs_and_no_cell_is_a_formula():
    gathered, made = make_gathered(), io.BytesIO()
    write_xlsx(make_workbook(gathered), made)
    gathered.close()
    book = openpyxl.load_workbook(made)

    assert book.sheetnames == ["汇总表", "明细表", "送餐", "运营", "更正", "核对", "校验"]
    counts = {name: book[name].max_row for name in ("明细表", "送餐", "更正")}
    assert counts == {"明细表": 7, "送餐": 5, "更正": 5}
    meal = {book["明细表"].cell(3, at).value: book["明细表"].cell(4, at) for at in range(1, 32)}
    assert (meal["身份证号"].value, meal["身份证号"].number_format) == (ID_NUMBER, "@")
    assert (meal["餐费标价"].value, meal["日期"].is_date) == (12.6, True)
    assert book["更正"]["D4"].value == "=1+1"
    formulas = {
        cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"
    }
    assert all(re.fullmatch(r"=SUM\([A-Z]+\d+(:[A-Z]+\d+)?\)", one) for one in formulas)


def test_o076_csv_holds_all_rows_with_all_digits_and_says_what_each_is():
    gathered, made = make_gathered(form="csv"), io.BytesIO()
    write_csv(make_table(gathered, "csv"), "csv", made)
    gathered.close()
    lines = made.getvalue().decode("utf-8-sig").split("\r\n")

    assert [line.split(",")[1] for line in lines[1:-1]] == ["用餐"] * 3 + [
        "更正",
        "服务",
        "服务",
        "运营补贴",
    ]
    assert f",{ID_NUMBER}," in lines[1]
    assert ",'=1+1," in lines[4]
    assert ",-3.00,," in lines[4]


def test_a_class_whose_meals_are_given_different_sums_says_from_where_to_where(tmp_path: Path):
    rows = [
        make_meal(1),
        make_meal(2, "P02", elder_fen=800, shares={"市级": 300, "区级": 160}),
        make_meal(3, "P03", category="dibao"),
    ]
    gathered, made = make_gathered(rows), io.BytesIO()
    write_xlsx(make_workbook(gathered), made)
    gathered.close()
    summary = openpyxl.load_workbook(made)["汇总表"]
    at = next(c for row in summary for c in row if c.value == "每餐补贴")
    given = [summary.cell(at.row + below, at.column).value for below in (1, 2)]
    assert sorted(given) == ["4.60–5.60", "5.60"]
    gathered = make_gathered(rows, "pdf")
    pages = _pages(pdf(make_paper(gathered)), tmp_path)
    gathered.close()
    assert "4.60–5.60" in pages[0]


def test_o082_each_page_of_the_form_has_its_head_its_sum_and_its_number(tmp_path: Path):
    rows = [make_meal(n, f"P{n:03d}", name="阿卜杜拉·买买提·伊斯拉木" if n % 9 == 0 else "梁𠮷祥")
            for n in range(1, 121)]  # fmt: skip
    rows[0] = make_meal(1, "P001", price_fen=1_234_567 + 1260, elder_fen=1_234_567 + 700)
    gathered = make_gathered(rows, "pdf")
    pages = _pages(pdf(make_paper(gathered)), tmp_path)
    gathered.close()

    assert "人民币陆佰柒拾贰元整" in pages[0].replace(" ", "")
    assert all(re.search(rf"{n} ?/ ?{len(pages)}\n", page) for n, page in enumerate(pages, 1))
    annex = pages[1:]
    assert all("老年助餐补贴资金申报表" in page and "身份证号" in page for page in annex)
    assert sum(page.count("小计") for page in annex) == len(annex)
    sums = [re.search(r"小计(.*)", page) for page in annex]
    counted = [int(found[1].split()[0]) for found in sums if found]
    assert sum(counted) == 120
    assert "合计 120 人，120 人次，补贴 ¥672.00（人民币陆佰柒拾贰元整）" in annex[-1]
    assert "12,352.67" in annex[0]
    assert "4507********123X" in annex[0]
    assert ID_NUMBER not in "".join(pages)
    assert annex[0].count("梁𠮷祥") > 30


def test_o080_o081_title_and_name_say_the_period_that_was_asked_for():
    gathered = make_gathered(form="pdf")
    assert file_name(gathered, "xlsx") == "2026年11月助餐补贴明细表.xlsx"
    assert file_name(gathered, "csv-gb18030") == "2026年11月助餐补贴明细表.csv"
    assert file_name(gathered, "pdf") == "2026年11月助餐补贴申报表.pdf"
    assert period_words("2026-Q4") == "2026年第4季度"
    again = replace(gathered, heads=(make_head(make_rows(), supplement=2),))
    assert file_name(again, "xlsx") == "2026年11月助餐补贴明细表（补充2）.xlsx"
    both = replace(gathered, heading="钦南区", heads=(*gathered.heads, *again.heads))
    assert file_name(both, "xlsx") == "钦南区2026年11月助餐补贴明细表.xlsx"
    gathered.close()


def test_the_data_goes_up_to_the_day_it_was_sent_or_drawn_and_not_to_that_of_the_file():
    later = READ_AT + timedelta(days=90)
    sent = make_gathered(form="pdf", read_at=later)
    draft = make_head(make_rows(), submitted_at=None, drawn_at=READ_AT + timedelta(hours=1))
    drawn = replace(sent, heads=(*sent.heads, draft))
    for gathered, told in ((sent, "2026-12-01 09:02:03"), (drawn, "2026-12-01 10:02:03")):
        assert f"数据截止时间：{told}" in str(make_paper(gathered))
        assert f"数据截止时间：{told}" in str(make_workbook(gathered).pages)
    sent.close()


def test_a_grant_says_how_it_was_reckoned():
    text = (
        '{"from": "2026-01-01", "to": "2026-12-31", "meals": 7000, "open_days": 250,'
        f' "average": "{Attendance(7000, 250).average_text}", "tier": null}}'
    )
    assert explain(text) == "2026-01-01 至 2026-12-31：7000 人次 ÷ 250 天 = 日均 28.00，未达档"
    assert "达 25 人次档" in explain(text.replace("null", "25"))
    assert explain('{"from": "2026-11-01", "to": "2026-11-30"}') == "2026-11-01 至 2026-11-30"


def test_more_persons_than_paper_is_for_are_left_to_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(paper, "ANNEX_PERSONS_MAX", 1)
    gathered = make_gathered(form="pdf")
    pages = _pages(pdf(make_paper(gathered)), tmp_path)
    gathered.close()
    assert len(pages) == 1
    assert "¥10,015.80" in pages[0]
    assert "人员明细 2 人（见 XLSX 明细表）" in pages[0].replace("XLSX", " XLSX").replace("  ", " ")
