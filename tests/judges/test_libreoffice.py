"""LibreOffice, a spreadsheet of others, calculates our workbooks anew and finds the stored totals."""

import io
from pathlib import Path

import pytest

from canteen.claim_export.book import make_workbook
from reports.long_workbook import write_xlsx
from reports.workbook import xlsx
from tests.claim_export.making import ID_NUMBER as CLAIM_ID_NUMBER
from tests.claim_export.making import make_gathered
from tests.judges.libreoffice import calculate
from tests.reports.making import (
    ID_NUMBER,
    NAMES,
    make_book,
    make_day_form,
    make_names_sheet,
    make_row,
    make_sheet,
)

pytestmark = pytest.mark.judges


def test_it_finds_the_totals_that_we_stored_and_no_formula_in_a_name(tmp_path: Path):
    many = [make_row(number, fen=7 * number) for number in range(1, 301)]
    pages = (
        make_sheet(*many, name="登记表"),
        make_names_sheet(),
        make_day_form(name="日报"),
    )
    tabs = calculate(xlsx(make_book(*pages)), tmp_path)
    register, names, day = tabs["登记表"], tabs["就餐登记表"], tabs["日报"]

    assert register[303][5:7] == ["300", "3160.5"]
    assert [row[1] for row in names[3 : 3 + len(NAMES)]] == list(NAMES)
    assert {row[2] for row in register[3:303]} == {ID_NUMBER}
    assert {row[3] for row in register[3:303]} == {"1938-05-12"}
    assert ["合计", "67", "32", "16", "115", ""] in day
    assert ["合计", "115", "4396.8", "33.03", "21.62", "13.21"] in day


def test_o075_the_sums_of_a_claims_sheets_are_found_again_and_ids_stay_whole(tmp_path: Path):
    gathered, made = make_gathered(), io.BytesIO()
    write_xlsx(make_workbook(gathered), made)
    gathered.close()
    tabs = calculate(made.getvalue(), tmp_path)
    for name, money in {
        "明细表": {"餐费标价": "37.8", "个人自付": "19", "市级": "9", "本单补贴": "16.8"},
        "运营": {"市级": "0.5", "区级": "10000", "本单补贴": "10000.5"},
        "更正": {"餐费标价": "-12.6", "本单补贴": "-3"},
    }.items():
        titles, totals = tabs[name][2], next(row for row in tabs[name] if row[0] == "合计")
        assert {title: totals[titles.index(title)] for title in money} == money
    assert {row[4] for row in tabs["明细表"][3:6]} == {CLAIM_ID_NUMBER}
    assert next(row for row in tabs["汇总表"] if row[0] == "合计")[:13] == [
        "合计",
        "",
        "",
        "",
        "3",
        "37.8",
        "19",
        "1",
        "16.8",
        "2",
        "10000",
        "-3",
        "6.5",
    ]
