"""`canteen day show` and `canteen day sign`; a month of the demonstration, signed and added up."""

import json
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from canteen.db.run import Database
from canteen.models.desk import DaySheet
from canteen.models.meals import Meal
from canteen.services.month_reports import add_month
from tests.cli.conftest import DAYS, Installation


@pytest.mark.soak
def test_a_demo_month_is_signed_every_day_and_its_report_is_the_sum_and_the_ledger(
    bare: Installation,
) -> None:
    bare.run("demo", "--days", "30", "--elders", "12", "--seed", "5")
    _prove_sums(bare, 30)


def test_each_day_of_the_demo_is_signed_and_its_month_is_the_sum_and_the_ledger(
    bare: Installation, lived: Database
) -> None:
    _prove_sums(bare, DAYS)


def _prove_sums(bare: Installation, days: int) -> None:
    report = bare.run("check", "--deep", "--json").json
    assert report["breaches"] == []
    database = bare.open()
    sheets = database.read(
        lambda session: list(session.scalars(select(DaySheet).order_by(DaySheet.day)))
    )
    assert report["counted"]["signed_sheets"] == len(sheets) >= days
    months = sorted({sheet.day.replace(day=1) for sheet in sheets})
    for month in months:
        added = database.read(add_month, canteen="C1", month=month)
        assert added.unsigned == []
        of_month = [
            json.loads(sheet.figures) for sheet in sheets if sheet.day.replace(day=1) == month
        ]
        for key in ("price_fen", "elder_fen", "subsidy_fen"):
            assert added.total["money"][key] == sum(one["money"][key] for one in of_month)
    shown = bare.run("day", "show", "--canteen", "C1", "--date", str(sheets[-1].day), "--json").json
    assert (shown["state"], shown["signed"]["sha256"]) == ("signed", sheets[-1].sha256)
    assert shown["figures"]["counts"] == json.loads(sheets[-1].figures)["counts"]
    receipt = database.read(
        lambda session: session.scalars(
            select(Meal.receipt).where(Meal.booked_on == sheets[-2].day).limit(1)
        ).one()
    )
    database.run(_raise_price, receipt)
    database.close()
    found = bare.run("check", "--deep", "--json", code=1).json["breaches"]
    assert receipt in {one["place"] for one in found if one["code"] == "signed_line_changed"}


def _raise_price(session: Session, receipt: str) -> None:
    made = session.execute(
        text("SELECT sql FROM sqlite_master WHERE name = 'meals_no_update'")
    ).scalar_one()
    session.execute(text("DROP TRIGGER meals_no_update"))
    session.execute(
        text(
            "UPDATE meals SET price_fen = price_fen + 1, elder_fen = elder_fen + 1,"
            " purse_fen = purse_fen + 1 WHERE receipt = :receipt"
        ),
        {"receipt": receipt},
    )
    session.connection().exec_driver_sql(made)


def test_a_day_is_shown_and_signed_by_who_may(bare: Installation, lived: Database) -> None:
    last = lived.read(lambda session: session.scalars(select(Meal.booked_on).limit(1)).one())
    at = ("--canteen", "C1", "--date", str(last))
    assert "signed by" in bare.run("day", "show", *at).out
    again = bare.run("day", "sign", *at, "--as", "demo-secretary", code=2)
    assert "already signed, by demo-secretary" in again.err
    assert "no permission" in bare.run("day", "sign", *at, "--as", "demo-cashier", code=2).err
    tomorrow = ("--canteen", "C1", "--date", str(date(2096, 1, 1)))
    refused = bare.run("day", "sign", *tomorrow, "--as", "demo-secretary", code=2)
    assert "Mealtimes are not over" in refused.err
    unknown = ("--canteen", "C9", "--date", str(last), "--as", "demo-secretary")
    assert "No canteen C9" in bare.run("day", "sign", *unknown, code=2).err
