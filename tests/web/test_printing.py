"""Prints of the web: made in a process of their own, kept under their title, refused when it is busy."""

from urllib.parse import unquote

import pytest
from flask import Flask

from canteen.rules.errors import Busy, Invalid
from canteen.web import printing, security
from canteen.web.printing import disposition, print_book, printed
from reports.sheets import PAPER_CELLS_MAX
from tests.reports.making import COLUMNS, make_book, make_day_form, make_row, make_sheet


@pytest.mark.parametrize(
    ("form", "media_type", "sign"),
    [
        ("pdf", "application/pdf", b"%PDF"),
        ("xlsx", printing.FORMATS["xlsx"][0], b"PK"),
        ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
        ("csv-gb18030", "text/csv; charset=gb18030", b"\xd0\xf2"),
    ],
)
def test_o_081_a_print_is_a_download_under_its_chinese_title_that_no_browser_keeps(
    form: str, media_type: str, sign: bytes
):
    app = Flask(__name__)
    security.install(app)
    with app.test_request_context():
        answer = app.process_response(printed(make_book(make_sheet()), form))

    assert (answer.status_code, answer.content_type) == (200, media_type)
    assert answer.get_data().startswith(sign)
    name = f"2026年11月25日 城南食堂 日报.{form[:4].rstrip('-')}"
    assert unquote(answer.headers["Content-Disposition"]).endswith(f"filename*=UTF-8''{name}")
    assert 'filename="2026-11-25.' in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "latin", "full"),
    [
        ("日报.pdf", "report.pdf", "日报.pdf"),
        ('../a"\r\nSet-Cookie: x.pdf', "a-Set-Cookie-x.pdf", ".. a Set-Cookie  x.pdf"),
        ("𠮷\ud842.csv", "report.csv", "𠮷?.csv"),
    ],
)
def test_a_name_cannot_leave_its_header_or_its_folder(name: str, latin: str, full: str):
    head, _, rest = disposition(name).partition("; filename*=UTF-8''")

    assert head == f'attachment; filename="{latin}"'
    assert unquote(rest) == full


def test_the_process_is_told_nothing_of_ours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CANTEEN_SECRET", "hidden")
    monkeypatch.setenv("LANG", "C")

    assert "CANTEEN_SECRET" not in printing.environment()
    assert printing.environment()["LANG"] == "C"


def test_a_print_that_takes_too_long_or_finds_no_turn_is_busy(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Busy) as busy:
        print_book(make_book(), "pdf", seconds=0)
    assert (busy.value.code, busy.value.retry_seconds) == ("printing_busy", 10)

    monkeypatch.setattr(printing, "WAIT_SECONDS", 0)
    for _ in range(printing.AT_ONCE_MAX):
        printing._turns.acquire()
    try:
        with pytest.raises(Busy):
            print_book(make_book(), "pdf")
    finally:
        printing._turns.release(printing.AT_ONCE_MAX)


def test_what_the_printers_refuse_is_our_fault_and_told_without_a_name():
    with pytest.raises(RuntimeError, match="CSV holds one sheet"):
        print_book(make_book(make_day_form()), "csv")


def test_a_book_beyond_what_paper_takes_is_sent_to_the_workbook():
    book = make_book(make_sheet(*[make_row(1)] * (PAPER_CELLS_MAX // len(COLUMNS) + 1)))

    with pytest.raises(Invalid) as refused:
        print_book(book, "pdf")
    assert refused.value.code == "too_much_for_paper"
