"""A claim's files in the browser: at once, under their name; watched and stopped; never another's."""

import io
import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import openpyxl
import pytest

from canteen import clock
from canteen.services import claim_choosing, claim_exports
from canteen.web import claim_making
from reports import verify
from tests.factories.claims import NUMBER, PERIOD, draw_claim, serve_month
from tests.factories.requests import Browser
from tests.web.conftest import Service

ASK = f"/finance/claims/{NUMBER}/1/exports"
XLSX = "2026年10月助餐补贴明细表（草稿）.xlsx"


@pytest.fixture
def finance(service: Service) -> Browser:
    """October is drawn at C1."""
    service.database.run(serve_month, service.world)
    service.database.run(draw_claim, now=clock.instant())
    return service.browser("finance1")


def _waiting(service: Service, form: str = "xlsx") -> str:
    """An export that no process has taken up; the address of its page."""
    uid, now = str(uuid4()), clock.instant()
    chosen = service.database.read(claim_choosing.choose_claim, number=NUMBER)
    service.database.run(
        claim_exports.ask,
        uid=uid,
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form=form,
        by="staff:finance1",
        now=now,
    )
    return f"/finance/exports/{uid}"


def test_o080_o081_a_small_file_comes_at_once_under_the_name_of_its_month(
    service: Service, finance: Browser
):
    sent = finance.post_form(ASK, form="xlsx")
    assert sent.status_code == 200
    told = sent.headers["Content-Disposition"]
    assert told == f"attachment; filename=\"2026-10.xlsx\"; filename*=UTF-8''{quote(XLSX)}"
    book = openpyxl.load_workbook(io.BytesIO(sent.data))
    assert book["明细表"]["A1"].value == "2026年10月助餐补贴明细表（草稿）"
    assert finance.post_form(ASK, form="pdf").data.startswith(b"%PDF")
    assert finance.post_form(ASK, form="exe").status_code == 404, "no other file in its place"
    auditor = service.browser("auditor1")
    assert auditor.post_form(ASK, form="csv").data.startswith(b"\xef\xbb\xbf")


def test_a_large_one_has_a_page_that_works_without_script_and_a_stop(
    service: Service, finance: Browser
):
    page = _waiting(service)
    shown = finance.get(page).get_data(as_text=True)
    assert "<progress" in shown
    assert f'href="{page}"' in shown
    assert finance.get(f"{page}/file").status_code == 409
    assert finance.post_form(f"{page}/stop").headers["Location"] == page
    assert "<progress" not in finance.get(page).get_data(as_text=True)
    assert service.browser("finance1").get("/finance/exports/nothing").status_code == 404


def test_a_process_that_is_killed_leaves_a_page_that_says_so(
    service: Service, finance: Browser, monkeypatch: pytest.MonkeyPatch
):
    page = _waiting(service)

    def kill(told: str) -> None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    with service.app.app_context():
        process = subprocess.Popen(["sleep", "60"], stdin=subprocess.PIPE, text=True)
        monkeypatch.setattr(process, "communicate", kill)
        claim_making._watch(process, "{}", service.database, page.rpartition("/")[2])
        assert process.stdin is not None
        process.stdin.close()
    told = service.database.read(
        claim_exports.show, uid=page.rpartition("/")[2], now=clock.instant()
    )
    assert (told.state, told.detail) == ("failed", "exit -9")
    assert 'role="alert"' in finance.get(page).get_data(as_text=True)


def test_a_district_is_one_file_and_what_is_asked_wrong_is_said_beside_the_field(
    service: Service, finance: Browser
):
    page = finance.get("/finance/exports").get_data(as_text=True)
    assert "450702" in page
    assert "/finance/exports/verify.py" in page
    for path in ("/finance/exports", f"/finance/claims/{NUMBER}"):
        shown = finance.get(path).get_data(as_text=True)
        assert "看表请用 XLSX" in shown, "O-076: opened by double click a CSV loses digits"
    program = finance.get("/finance/exports/verify.py")
    assert program.data == Path(verify.__file__).read_bytes()
    assert program.headers["Content-Disposition"].endswith("UTF-8''verify.py")
    sent = finance.post_form("/finance/exports", period=PERIOD, area="450702", form="csv")
    assert sent.status_code == 200
    assert "C1-2026-10" in sent.data.decode("utf-8-sig")
    for wrong in (
        {"period": "2026-13", "area": "450702"},
        {"period": PERIOD},
        {"period": PERIOD, "area": "11"},
        {"period": PERIOD, "operator": "nobody"},
    ):
        assert finance.post_form("/finance/exports", **wrong).status_code == 422, wrong


def test_another_districts_files_are_not_there(service: Service, finance: Browser):
    page = _waiting(service)
    stranger = service.browser("secretary1")
    assert stranger.post_form(ASK, form="xlsx").status_code == 403
    assert stranger.get(page).status_code == 403
    later = clock.instant() + timedelta(days=400)
    assert service.database.read(claim_exports.show, uid=page[-36:], now=later).state == "failed"
