"""The verifier: it finds one fen, one row, one letter of a hash; and says nothing of what holds."""

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.claim_export.book import make_workbook
from canteen.rules.capitals import in_capitals
from reports import verify
from reports.long_workbook import write_xlsx
from tests.claim_export.making import make_gathered, make_meal


@cache
def _workbook() -> bytes:
    gathered, made = make_gathered(), io.BytesIO()
    write_xlsx(make_workbook(gathered), made)
    gathered.close()
    return made.getvalue()


def make_file(folder: Path, *changes: tuple[str, Callable[[str], str]]) -> str:
    """A claim's workbook, some of its sheets changed afterwards."""
    names = dict(
        zip(("汇总表", "明细表", "送餐", "运营", "更正", "核对", "校验"), range(1, 8), strict=True)
    )
    parts = {name: f"xl/worksheets/sheet{number}.xml" for name, number in names.items()}
    by_part = {parts.get(name, name): change for name, change in changes}
    path = folder / "claim.xlsx"
    with zipfile.ZipFile(io.BytesIO(_workbook())) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            text = source.read(part).decode()
            changed = by_part[part](text) if part in by_part else text
            assert (part in by_part) == (changed != text), part
            target.writestr(part, changed)
    return str(path)


def _faults_of(path: str) -> list[str]:
    verifier = verify.Verifier(path)
    verifier.run()
    return verifier.faults


def _first(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def _again_below(number: int) -> Callable[[str], str]:
    """The row once more, below the total."""

    def add(text: str) -> str:
        row = re.search(rf'<row r="{number}".*?</row>', text)
        assert row is not None
        below = re.sub(rf'(?<=[A-Z ]){number}(?=")|(?<=r="){number}(?=")', "99", row[0])
        return text.replace("</sheetData>", below + "</sheetData>")

    return add


def _without_row(number: int) -> Callable[[str], str]:
    return lambda text: re.sub(rf'<row r="{number}".*?</row>', "", text, count=1)


def test_rows_of_every_kind_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert verify.main([make_file(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("7 行，1 份申报（1 份有校验码），2 张日报：0 处不符")


@pytest.mark.parametrize(
    ("sheet", "change", "told"),
    [
        ("明细表", _first("<v>12.60</v>", "<v>12.61</v>"), "明细表 第 4 行：12.61，12.60 标价"),
        ("明细表", _first("<v>12.60</v>", "<v>12.61</v>"), "明细表 第 7 行 餐费标价：37.80，37.81 合计"),
        ("明细表", _first("<v>3.00</v>", "<v>3.01</v>"), "本单补贴不是各级之和"),
        ("明细表", _first("C1-20261124-0001", "C1-20261124-0002"), "收据号出现两次"),
        ("明细表", _first("C1-20261124-0001", "C1-20261124-0077"), "日报里没有这张收据"),
        ("明细表", _first("SUM(J4:J6)", "SUM(J4:J5)"), "公式"),
        ("明细表", _first(">P02<", ">P03<"), "校验码和明细不符"),
        ("明细表", _without_row(5), "序号重复或前面缺行"),
        ("更正", _first("<v>-3.00</v>", "<v>-2.00</v>"), "更正 第 4 行"),
        ("运营", _first("<v>10000.00</v>", "<v>20000.00</v>"), "运营 第"),
        ("送餐", _first(">V1<", ">V2<"), "校验码和明细不符"),
        ("汇总表", _first("人民币壹万零", "人民币贰万零"), "申报金额：10015.80 元，人民币壹万零"),
        ("汇总表", _first("<v>37.80</v>", "<v>37.90</v>"), "汇总表 第 5 行：餐费合计 37.90，37.80"),
        ("汇总表", _first("<v>2</v>", "<v>9</v>"), "汇总表 第 5 行：人数 9，2"),
        ("汇总表", _without_row(5), "汇总里缺这一行"),
        ("明细表", _again_below(4), "明细表 第 99 行：在合计下面"),
        ("核对", _first("日期登记错了", "没有问题"), "“核对”表没有照原样写"),
        ("校验", _first("staff:wang", "staff:fan"), "日报原文和校验码不符"),
        ("明细表", _first("<f>SUM(J4:J6)</f><v>37.80</v>", "<v/>"), "餐费标价：None，37.80 合计"),
        ("明细表", _without_row(7), "明细表：序号 没有合计这一行"),
        ("明细表", _first("<v>3.00</v>", "<f>1+99</f><v>3.00</v>"), "只有合计才用公式"),
        ("明细表", _first('<row r="5"', '<row r="4"'), "同一行或同一格写了两次"),
        ("明细表", _first('<row r="5"', '<row hidden="1" r="5"'), "明细表 第 5 行：被隐藏"),
        ("明细表", _first('<col min="4"', '<col hidden="1" min="4"'), "明细表 第 4 列：被隐藏"),
        ("更正", _first('{"reason', "{reason"), "更正 第 4 行：不是这张表的行"),
        ("明细表", _first("韦庆余P01", "韦庆余"), "同一登记号有两个姓名或证件号"),
        ("汇总表", _first("制表：", "申报金额：1.00 元　制表："), "应写这一行，金额和大写"),
        ("汇总表", _first("<v>5.60</v>", "<v>5.00</v>"), "每餐补贴 5.00，5.60"),
        ("xl/workbook.xml", _first('name="更正"', 'name="更正" state="hidden"'), "^更正：被隐藏"),
        ("xl/workbook.xml", _first("<sheets>", '<sheets><sheet name="汇总" r:id="rId1"/>'), "没有这张表"),
        ("校验", _first('["C1-2026-11",1', '["C1-2026-11",2'), "申报 C1-2026-11：校验码和明细不符"),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found_and_named(
    tmp_path: Path, sheet: str, change: Callable[[str], str], told: str
):
    faults = _faults_of(make_file(tmp_path, (sheet, change)))
    assert any(re.search(told, fault) for fault in faults), faults


def test_a_day_sheet_that_was_made_anew_does_not_fit_the_next(tmp_path: Path):
    def forge(text: str) -> str:
        found = re.findall(r">([0-9a-f]{64})<", text)
        return text.replace(found[-1], "0" * 64)

    faults = _faults_of(make_file(tmp_path, ("校验", forge)))
    assert faults == [
        "校验 日报 C1 2026-11-25 第 1 版：日报原文和校验码不符 / the day sheet does not fit its SHA-256"
    ]


def test_what_is_no_claim_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"PK")
    assert verify.main([str(other)]) == verify.main([]) == verify.main(["/nowhere"]) == 2
    assert capsys.readouterr().err.count("读不了") == 2


def test_it_runs_alone_with_nothing_but_python(tmp_path: Path):
    alone = tmp_path / "verify.py"
    alone.write_bytes(Path(verify.__file__).read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), make_file(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@given(st.integers(-(10**13), 10**13) | st.integers(-(10**6), 10**6))
def test_its_own_words_for_amounts_are_those_of_the_service(fen: int):
    assert verify.capitals(fen) == in_capitals(fen)


def test_many_rows_on_several_tabs_are_added_up_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("reports.long_workbook.ROWS_MAX", 2)
    rows = [make_meal(n, f"P{n}") for n in range(1, 6)]
    gathered = make_gathered(rows)
    path = tmp_path / "long.xlsx"
    with path.open("wb") as file:
        write_xlsx(make_workbook(gathered), file)
    gathered.close()
    assert _faults_of(str(path)) == []
