"""`canteen check`: each breach is printed with its place, and the exit code says whether all holds."""

from sqlalchemy import text

from tests.cli.conftest import Installation


def test_a_breach_is_printed_with_its_place_and_ends_in_1(base_world: Installation) -> None:
    database = base_world.open()
    database.run(lambda session: session.execute(text("UPDATE purses SET balance_fen = 4999")))
    database.close()
    ran = base_world.run("check", code=1)
    lines = [line for line in ran.out.splitlines() if line.startswith("purse_is_not_its_entries: ")]
    assert len(lines) == 10
    assert all("4999" in line and "5000" in line for line in lines), lines
    told = base_world.run("check", "--json", code=1).json
    assert told["clean"] is False
    assert [f"{one['code']}: {one['place']}: {one['detail']}" for one in told["breaches"]] == lines
