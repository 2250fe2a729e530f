"""`canteen claim …`: a month's claim from draft to approval without a browser."""

import pytest

from canteen.services import claim_payments
from reports import verify
from tests.cli.conftest import Installation
from tests.factories.claims import (
    NOW,
    NUMBER,
    PERIOD,
    approve_claim,
    draw_claim,
    make_month,
    submit_claim,
)
from tests.factories.staff import make_account
from tests.factories.world import World

OF_CLAIM = ("--canteen", "C1", "--period", PERIOD)


@pytest.fixture
def world(installation: Installation) -> World:
    database = installation.open()
    made = database.run(make_month)
    for name, area in (("wu", "450702"), ("zhou", "450702"), ("far", "450702003006")):
        database.run(make_account, name, ("finance", area))
    database.close()
    return made


def test_a_claim_goes_from_draft_to_approval_and_back_to_its_next_version(
    installation: Installation, world: World
) -> None:
    run = installation.run
    drawn = run("claim", "draft", *OF_CLAIM, "--json", "--as", "wu").json
    assert (drawn["number"], drawn["state"], drawn["meals"]) == (NUMBER, "draft", 12)
    next_month = ("--canteen", "C1", "--period", "2026-11", "--as", "wu", "--json")
    run("claim", "draft", *next_month)
    stopped = run("claim", "check", *next_month, code=1).json
    assert [one["code"] for one in stopped["checks"] if one["stops"]] == ["unsigned_days"]
    early = run("claim", "submit", *OF_CLAIM, "--as", "wu", code=2).err
    assert early == f"{NUMBER} is draft: this cannot be done now; next: canteen claim check\n"
    quarter = ("--canteen", "C1", "--period", "2026-Q4", "--as", "wu")
    held = run("claim", "draft", *quarter, code=2).err
    assert held.endswith(f"other claims hold it: {NUMBER}, C1-2026-11\n")
    never = run("claim", "show", "--canteen", "C1", "--period", "2026-09", code=2).err
    assert never == "C1 has no claim of 2026-09 yet: draw a draft first\n"
    assert run("claim", "list", "--canteen", "X", code=2).err == "No canteen X; there are: C1, C2\n"
    assert run("claim", "check", *OF_CLAIM, "--as", "wu").out.startswith(f"{NUMBER} v1 checked")
    sent = run("claim", "submit", *OF_CLAIM, "--note", "十月", "--json", "--as", "wu").json
    assert (sent["state"], len(sent["sha256"])) == ("submitted", 64)
    assert (
        "claim_four_eyes" in run("claim", "approve", *OF_CLAIM, "--json", "--as", "wu", code=2).out
    )
    cut = ("--cut", "share:1:70:gov", "100", "外区已补")
    approved = run("claim", "approve", *OF_CLAIM, *cut, "--json", "--as", "zhou").json
    assert (approved["state"], approved["cut_fen"]) == ("approved", 100)
    assert " 1.00" in run("claim", "show", *OF_CLAIM).out.splitlines()[1]
    back = ("--reason", "缺签字", "--line", "share:1:70:gov", "看看这笔")
    again = run("claim", "return", *OF_CLAIM, *back, "--json", "--as", "wu").json
    assert (again["version"], again["state"], again["total_fen"]) == (2, "draft", 5700)
    listed = run("claim", "list", "--json").json["claims"]
    assert [(one["number"], one["version"]) for one in listed] == [("C1-2026-11", 1), (NUMBER, 2)]
    assert run("claim", "show", *OF_CLAIM, "--json").json["checks"]
    assert "not_permitted" in run("claim", "draft", *OF_CLAIM, "--json", "--as", "far", code=2).out
    assert run("check", "--deep", "--json").json["breaches"] == []


def test_what_a_funder_paid_is_recorded_once_and_what_is_owed_is_listed(
    installation: Installation, world: World
) -> None:
    run = installation.run
    database = installation.open()
    for step in (draw_claim, submit_claim, approve_claim):
        database.run(step)
    database.close()
    (owed,) = run("claim", "receivables", "--canteen", "C1", "--json").json["receivables"]
    assert (owed["number"], owed["open_fen"], owed["state"]) == (NUMBER, 5700, "approved")
    assert run("claim", "receivables").out.startswith(f"C1 {NUMBER} ")
    paid = ("--payer", "gov", "--amount-fen", "5000", "--arrived", "2026-11-03", "--as", "wu")
    assert "payment_reference" in run("claim", "pay", *OF_CLAIM, *paid, "--json", code=2).out
    for _ in range(2):
        told = run("claim", "pay", *OF_CLAIM, *paid, "--reference", "T1", "--json").json
    assert (told["state"], told["owed"][0]["open_fen"]) == ("approved", 700)
    rest_of = ("claim", "write-off", *OF_CLAIM, "--payer", "gov", "--json")
    assert "reason_or_answer" in run(*rest_of, "--as", "wu", code=2).out
    assert (
        "claim_write_off_unknown" in run(*rest_of, "--answer", "approve", "--as", "wu", code=2).out
    )
    given_up = run(*rest_of, "--reason", "单位撤销", "--as", "wu").json["owed"][0]
    assert (given_up["open_fen"], given_up["waiting_fen"]) == (700, 700)
    alone = run(*rest_of, "--answer", "approve", "--as", "wu", code=2).out
    assert "claim_write_off_second_person" in alone
    assert run(*rest_of, "--answer", "refuse", "--as", "zhou").json["owed"][0]["waiting_fen"] == 0
    rest = ("--arrived", "2026-11-03", "--reference", "T2", "--as", "wu")  # all, of who owes
    assert "57.00" in run("claim", "pay", *OF_CLAIM, *rest).out
    other = (*rest[:3], "T3", *rest[4:], "--json")
    assert "payer_needed" in run("claim", "pay", *OF_CLAIM, *other, code=2).out
    database = installation.open()
    database.run(
        claim_payments.reverse_payment, payment_id=2, reason="记错了", by="staff:wu", origin=None,
        now=NOW,
    )  # fmt: skip
    database.close()
    for _ in range(2):  # what was taken back is recorded anew, and once
        assert "57.00" in run("claim", "pay", *OF_CLAIM, *rest).out
    assert run("claim", "receivables").out == ""
    assert "canteen_unknown" in run("claim", "receivables", "--canteen", "X", "--json", code=2).out
    other = ("--canteen", "C1", "--period", "2026-09", *paid, "--json")
    assert "claim_not_payable" in run("claim", "pay", *other, code=2).out
    unknown = ("--canteen", "X", "--period", PERIOD, *paid, "--json")
    assert "canteen_unknown" in run("claim", "pay", *unknown, code=2).out
    assert run("check", "--json").json["breaches"] == []


def test_a_claims_files_are_written_and_a_submitted_one_is_the_same_again(
    installation: Installation, world: World
) -> None:
    run = installation.run
    run("claim", "draft", *OF_CLAIM, "--as", "wu")
    run("claim", "check", *OF_CLAIM, "--as", "wu")
    run("claim", "submit", *OF_CLAIM, "--as", "wu")
    first, again = installation.folder / "first.xlsx", installation.folder / "again.xlsx"
    told = run("claim", "export", *OF_CLAIM, "-o", str(first), "--as", "wu").out
    assert told.startswith(f"{first}")
    run("claim", "export", *OF_CLAIM, "-o", str(again), "--as", "zhou")
    assert first.read_bytes() == again.read_bytes()
    assert verify.main([str(first)]) == 0
    of_all = ("--district", "450702", "--period", PERIOD, "--format", "csv")
    every = installation.folder / "all.csv"
    run("claim", "export", *of_all, "-o", str(every), "--as", "wu")
    assert every.read_bytes().count(b"\r\n") == 13
    said = {"export_of_what": "Give one of", "claim_unknown": "No such claim"}
    nothing = ("claim", "export", "--period", PERIOD, "--as", "wu")
    assert said["export_of_what"] in run(*nothing, code=2).err
    assert said["claim_unknown"] in run("claim", "export", *of_all, "--as", "far", code=2).err
    nowhere = installation.folder / "no" / "such.pdf"
    told = run("claim", "export", *OF_CLAIM, "-o", str(nowhere), "--as", "wu", code=2).err
    assert told == f"cannot write {nowhere}: No such file or directory\n"
