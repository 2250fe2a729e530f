"""Signing a day while swipes of it arrive: in the sheet, or on the next open day; never lost, one truth."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import select

from canteen.cli.books import check_all
from canteen.db.run import Database
from canteen.models.desk import DaySheet
from canteen.models.meals import Meal
from canteen.rules.errors import Conflict
from canteen.services.day_signing import sign_day
from canteen.services.swipes import record_swipe
from tests.factories.days import sign_before
from tests.factories.people import make_elder
from tests.factories.world import TODAY, World, make_swipe, make_world, shanghai

SWIPES, SIGNERS = 12, 3
EVENING = shanghai("20:00")


def _prepare(database: Database) -> World:
    world = database.run(make_world)
    for number in range(SWIPES):
        card = f"em4100:0D{number:08X}"
        database.run(
            make_elder, number=f"R{number}", card=card, canteen_id=world.canteens["C1"],
            balance_fen=5000,
        )  # fmt: skip
        world.cards[f"R{number}"] = card
    sign_before(database, TODAY)
    return world


def test_swipes_and_signatures_at_once_leave_one_sheet_and_lose_no_meal(
    database: Database,
) -> None:
    world = _prepare(database)
    start = Barrier(SWIPES + SIGNERS)
    url = database.url.render_as_string(hide_password=False)

    def swipe(number: int) -> str:
        asked = make_swipe(world, f"R{number}", "12:00", f"late-{number}", offline="taken")
        own = Database(url, key_ring=database.key_ring)
        start.wait()
        body = own.run(
            record_swipe, reader_id=world.readers["C1-R1"], asked=asked, now=EVENING
        ).body
        own.close()
        return str(body["outcome"])

    def sign(number: int) -> str:
        own = Database(url, key_ring=database.key_ring)
        start.wait()
        try:
            own.run(
                sign_day, canteen="C1", day=TODAY, remark="没有联网", by=f"staff:s{number}",
                origin=None, now=EVENING,
            )  # fmt: skip
        except Conflict as error:
            return error.code
        finally:
            own.close()
        return "signed"

    with ThreadPoolExecutor(SWIPES + SIGNERS) as pool:
        swipes = [pool.submit(swipe, number) for number in range(SWIPES)]
        signers = [pool.submit(sign, number) for number in range(SIGNERS)]
        outcomes = [one.result() for one in swipes]
        signed = sorted(one.result() for one in signers)

    assert outcomes == ["subsidised"] * SWIPES
    assert signed == ["day_signed"] * (SIGNERS - 1) + ["signed"]
    [sheet] = database.read(
        lambda s: list(s.scalars(select(DaySheet).where(DaySheet.day == TODAY)))
    )
    meals = database.read(lambda s: list(s.scalars(select(Meal))))
    of_today = {meal.receipt for meal in meals if meal.booked_on == TODAY}
    assert {meal.booked_on for meal in meals} <= {TODAY, TODAY + timedelta(days=1)}
    lines = {key for key in json.loads(sheet.lines) if not key.startswith("swipe:")}
    assert lines == of_today
    assert json.loads(sheet.figures)["counts"]["people"] == len(of_today)
    assert database.read(check_all, deep=True).breaches == []
