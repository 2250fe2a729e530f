"""Exports of claims: files that never change, of one moment, watched and stopped; on both databases."""

import csv
import hashlib
import io
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from canteen.claim_export import gathering, making
from canteen.claim_export.gathering import Gathered, gather
from canteen.claim_export.making import make
from canteen.db.run import Database
from canteen.models.audit import AuditLine
from canteen.models.claims import ClaimExport, ClaimFile, ClaimFilePart
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of, sealed_columns
from canteen.models.sites import Canteen
from canteen.rules.days import SHANGHAI
from canteen.rules.errors import Busy, Conflict, Invalid, NotFound
from canteen.services import claim_choosing, claim_drafts, claim_exports, cleaning
from canteen.services.books_claims import recount_claims
from canteen.services.claim_choosing import Chosen
from canteen.services.claim_exports import FORMS, File
from reports.verify import Verifier
from tests.factories.claims import (
    DAYS,
    FINANCE,
    NOW,
    NUMBER,
    draw_claim,
    make_claim,
    serve_month,
    submit_claim,
)
from tests.factories.damage import look_at_damage
from tests.factories.sent_claims import make_funded_world

ID_NUMBER = "45070219460512123X"
GROUP = {"canteens": ("C1", "C2"), "period": "2026-10"}


def _ask(database: Database, chosen: Chosen, form: str = "xlsx") -> str:
    uid = str(uuid4())
    database.run(
        claim_exports.ask,
        uid=uid,
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form=form,
        by=FINANCE,
        now=NOW,
    )
    return uid


@dataclass(frozen=True)
class Taken(File):
    """A file with its bytes."""

    data: bytes


def _ask_for(database: Database, form: str) -> str:
    return _ask(database, database.read(claim_choosing.choose_claim, number=NUMBER), form)


def _take(database: Database, uid: str) -> Taken:
    file = database.run(claim_exports.hand_out, uid=uid, by=FINANCE, origin=None, now=NOW)
    parts = [
        database.read(claim_exports.read_part, place=file.place, n=n)
        for n in range(1, file.parts + 1)
    ]
    data = b"".join(parts)
    assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return Taken(**asdict(file), data=data)


def _export(database: Database, form: str = "xlsx", chosen: Chosen | None = None) -> Taken:
    """Ask for a claim's file, make it and take it."""
    chosen = chosen or database.read(claim_choosing.choose_claim, number=NUMBER)
    uid = _ask(database, chosen, form)
    make(database, uid, SHANGHAI)
    return _take(database, uid)


def _give_ids(session: Session) -> None:
    ring = key_ring_of(session.info)
    for number in ("P02", "P03", "P05", "P08"):
        columns = sealed_columns(ring, "elders", number, ID_NUMBER[:-3] + number, None)
        session.execute(update(Elder).where(Elder.number == number).values(**columns))


def _rename(session: Session) -> None:
    session.execute(update(Elder).values(name="改了名"))


def _count(session: Session, table: type) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def _verified(file: Taken, tmp_path) -> Verifier:
    path = tmp_path / "claim.xlsx"
    path.write_bytes(file.data)
    verifier = Verifier(str(path))
    verifier.run()
    return verifier


def test_a_submitted_claims_files_are_the_same_for_ever(database: Database, tmp_path):
    database.run(make_claim)
    database.run(_give_ids)
    database.run(submit_claim)
    files = {form: _export(database, form) for form in FORMS}
    assert (verifier := _verified(files["xlsx"], tmp_path)).faults == []
    assert (verifier.count, len(verifier.texts["日报"])) == (12, 3)
    assert {file.name for file in files.values()} == {
        "2026年10月助餐补贴明细表.xlsx", "2026年10月助餐补贴明细表.csv", "2026年10月助餐补贴申报表.pdf",
    }  # fmt: skip

    database.run(_rename)
    assert {form: _export(database, form) for form in FORMS} == files
    assert database.read(_count, ClaimFile) == len(FORMS)

    rows = list(csv.DictReader(io.StringIO(files["csv"].data.decode("utf-8-sig"))))
    assert {row["身份证号"] for row in rows} == {
        ID_NUMBER[:-3] + n for n in ("P02", "P03", "P05", "P08")
    }
    assert sum(round(100 * float(row["本单补贴"])) for row in rows) == 5700
    told = database.read(
        lambda s: s.scalars(select(AuditLine).where(AuditLine.action == "claim.export")).all()
    )
    assert len(told) == 2 * len(FORMS)
    assert {(line.object_id, json.loads(line.after)["form"]) for line in told} == {
        (NUMBER, form) for form in FORMS
    }


def test_a_drafts_file_is_made_anew_and_forgotten_after_a_day(database: Database):
    database.run(make_claim)
    first = _export(database)
    database.run(_rename)
    assert _export(database).data != first.data
    assert database.read(_count, ClaimFile) == 0
    later = NOW + timedelta(days=2)
    assert database.run(cleaning.forget_old, now=later)["claim_exports"] == 2
    assert database.read(_count, ClaimExport) == database.read(_count, ClaimFilePart) == 0
    with pytest.raises(NotFound):
        database.read(claim_exports.read_part, place=first.place, n=1)


def test_a_file_of_many_parts_is_the_same_and_what_is_kept_of_it_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    database.run(make_claim)
    database.run(submit_claim)
    whole = _export(database, "csv")
    monkeypatch.setattr(making, "PART_BYTES", 1000)
    first, second = (_ask_for(database, form) for form in ("xlsx", "xlsx"))
    for uid in (first, second):  # two who asked at once: the first one's is the file
        make(database, uid, SHANGHAI)
    kept = _take(database, first)
    assert (kept.parts, _take(database, second).place) == (-(-kept.size // 1000), kept.place)
    assert kept.parts > 10
    database.run(cleaning.forget_old, now=NOW + timedelta(days=2))
    places = database.read(lambda s: s.scalars(select(ClaimFilePart.place).distinct()).all())
    assert set(places) == {whole.place, kept.place}
    for damage in (
        "UPDATE claim_file_parts SET box = substr(box, 1, 60)",
        "DELETE FROM claim_file_parts WHERE n = 3",
        "UPDATE claim_file_parts SET n = n + 100 WHERE n = 3",
    ):
        assert "claim_file_changed" in look_at_damage(
            database, damage, lambda s: recount_claims(s)[0]
        )
    assert database.read(recount_claims) == ([], 1)
    for change in (
        update(ClaimFilePart).values(box=b""),
        delete(ClaimFilePart),
        insert(ClaimFilePart).values(place=kept.place, n=kept.parts + 1, box=b"more"),
    ):
        with pytest.raises(DBAPIError, match="a kept file does not change"):
            database.run(lambda s, change=change: s.execute(change))


def test_an_export_that_nobody_wants_ends_at_its_next_beat(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gathering, "ROWS_A_BEAT", 1)
    database.run(make_claim)
    uid = _ask_for(database, "xlsx")
    beat = claim_exports.beat

    def stop_then_beat(session: Session, **told: object) -> bool:
        if told["lines"] == 3:
            claim_exports.stop(session, uid=uid, now=NOW)
        return beat(session, **told)

    monkeypatch.setattr(making.claim_exports, "beat", stop_then_beat)
    make(database, uid, SHANGHAI)

    shown = database.read(claim_exports.show, uid=uid, now=NOW)
    assert (shown.state, shown.lines_done, shown.lines_total) == ("stopped", 2, 12)
    with pytest.raises(Conflict) as refused:
        _take(database, uid)
    assert refused.value.code == "export_not_ready"
    make(database, uid, SHANGHAI)  # nobody takes it up again
    database.run(claim_exports.fail, uid=uid, detail="exit 1", now=NOW)
    assert database.read(claim_exports.show, uid=uid, now=NOW).state == "stopped"


def test_a_process_that_was_killed_has_failed_and_gives_its_place_free(database: Database):
    database.run(make_claim)
    chosen = database.read(claim_choosing.choose_claim, number=NUMBER)
    uids = [_ask(database, chosen) for _ in range(claim_exports.AT_ONCE_MAX)]
    with pytest.raises(Busy) as busy:
        _ask(database, chosen)
    assert busy.value.code == "exports_busy"
    later = NOW + claim_exports.SILENT_MAX
    assert database.read(claim_exports.show, uid=uids[0], now=later).state == "failed"
    database.run(
        claim_exports.ask,
        uid=str(uuid4()),
        claim_ids=chosen.claim_ids,
        heading=chosen.heading,
        form="pdf",
        by=FINANCE,
        now=later,
    )
    with pytest.raises(NotFound) as unknown:
        database.read(claim_exports.show, uid="no", now=NOW)
    assert unknown.value.code == "export_unknown"


def test_what_goes_wrong_is_written_down_without_a_name(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    database.run(make_claim)
    uid = _ask_for(database, "xlsx")
    monkeypatch.setattr(making, "make_workbook", lambda _: 1 // 0)
    with suppress(ZeroDivisionError):
        make(database, uid, SHANGHAI)
    shown = database.read(claim_exports.show, uid=uid, now=NOW)
    assert (shown.state, shown.detail) == ("failed", "ZeroDivisionError")


def _gather(database: Database, beat) -> Gathered:
    chosen = database.read(claim_choosing.choose_claim, number=NUMBER)
    return database.read(
        gather, claim_ids=chosen.claim_ids, heading=chosen.heading, form="csv", zone=SHANGHAI,
        beat=beat, now=NOW,
    )  # fmt: skip


def test_o079_a_file_is_one_moment_whatever_is_written_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gathering, "ROWS_A_BEAT", 5)
    database.run(make_claim)

    def disturb(_rows: int) -> None:
        """A meal is held out and the draft drawn anew, and somebody gets another name."""
        with suppress(NotFound):
            database.run(
                claim_drafts.hold, number=NUMBER, items=["meal:1"], reason="待查",
                by=FINANCE, origin=None, now=NOW,
            )  # fmt: skip
        database.run(_rename)

    before, after = _gather(database, disturb), _gather(database, lambda _: None)
    rows = [list(next(iter(one.sheets.values())).rows) for one in (before, after)]
    totals = [one.heads[0].totals for one in (before, after)]
    assert [len(one) for one in rows] == [total.meals for total in totals] == [12, 11]
    assert [total.total_fen for total in totals] == [5700, 5400]
    assert not any("改了名" in row for row in rows[0])
    assert all("改了名" in row for row in rows[1])
    for one in (before, after):
        one.close()


def test_claims_of_a_district_or_an_operator_are_one_file_with_a_line_for_each(
    database: Database, tmp_path
):
    def second(session: Session) -> None:
        world = make_claim(session)
        serve_month(session, world, canteen="C2", days=DAYS[:2], eaters=("P01", "P10"))
        draw_claim(session, canteen="C2")
        session.execute(update(Canteen).values(operator="幸福家"))

    database.run(second)
    of_area = database.read(claim_choosing.choose_group, **GROUP, area="450702")
    of_operator = database.read(claim_choosing.choose_group, **GROUP, operator="幸福家")
    assert list(of_area.claim_ids) == list(of_operator.claim_ids)
    assert (of_area.heading, of_operator.heading) == ("钦南区", "幸福家")
    file = _export(database, chosen=of_area)
    assert file.name == "钦南区2026年10月助餐补贴明细表（草稿）.xlsx"
    assert _verified(file, tmp_path).faults == []
    sheet = openpyxl.load_workbook(io.BytesIO(file.data), data_only=True)["汇总表"]
    assert [sheet.cell(row, 2).value for row in (5, 6)] == ["C1-2026-10", "C2-2026-10"]
    assert "申报编号" in _export(database, "csv", of_area).data.decode("utf-8-sig")
    assert _export(database, "pdf", of_area).data.startswith(b"%PDF")
    for given in ({"canteens": ("C9",)}, {"payer": "gov"}, {"payer": "nobody"}):
        with pytest.raises(NotFound):
            database.read(claim_choosing.choose_group, **GROUP | given, area="450702")
    with pytest.raises(Invalid, match="claim_period"):
        database.read(claim_choosing.choose_group, **GROUP | {"period": "2026-13"}, area="450702")


def test_a_district_s_file_holds_its_claims_whomever_they_ask_and_those_to_one_funder_by_its_word(
    database: Database,
):
    def second(session: Session) -> None:
        world = make_claim(session)
        serve_month(session, world, canteen="C2", days=DAYS[:2], eaters=("P01", "P10"))
        draw_claim(session, canteen="C2", payer="gov")

    database.run(second)
    whole = database.read(claim_choosing.choose_group, **GROUP, area="450702")
    alone = database.read(claim_choosing.choose_group, **GROUP, area="450702", payer="gov")
    assert len(whole.claim_ids) == 2
    assert alone.claim_ids == whole.claim_ids[1:]
    sheet = openpyxl.load_workbook(io.BytesIO(_export(database, chosen=whole).data))["汇总表"]
    assert "出资方：各级" in str([[cell.value for cell in row] for row in sheet["A1:Z3"]])


def test_a_meal_that_two_funders_pay_stands_in_both_their_claims_and_its_day_sheet_holds_for_both(
    database: Database, tmp_path
):
    def each(session: Session) -> None:
        serve_month(session, make_funded_world(session), days=DAYS[:2], eaters=("P01", "P02"))
        for payer in ("district", "fund"):
            draw_claim(session, payer=payer)

    database.run(each)
    both = database.read(claim_choosing.choose_group, **GROUP, area="450702")
    verifier = _verified(_export(database, chosen=both), tmp_path)
    assert (len(both.claim_ids), verifier.faults) == (2, [])
