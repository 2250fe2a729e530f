"""Between communities: what lies outside the scope, moves asked and confirmed, rows of one person."""

import pytest

from tests.factories.elder_pages import ID_NUMBER, card_id_of, give_numbers, list_trail
from tests.factories.people import make_elder
from tests.factories.requests import Browser
from tests.factories.world import CHENGNAN, HEDONG, TODAY
from tests.web.conftest import Service


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/edit",
        "/statement",
        "/statement/csv",
        "/facts/new",
        "/gone",
        "/consent",
        "/contact",
        "/diet",
        "/cards/new",
        "/cards/{card}/lost",
        "/cards/{card}/replace",
        "/move",
        "/top-up",
        "/pay-out",
        "/write-off",
    ],
)
def test_O_087_the_secretary_of_a_sees_nothing_of_b_and_her_try_is_recorded(
    service: Service, secretary: Browser, path: str
) -> None:
    path = path.format(card=card_id_of(service.database, service.world, "P10"))
    outside = secretary.get(f"/community/elders/P10{path}")
    missing = secretary.get(f"/community/elders/P999{path}")

    assert outside.status_code == missing.status_code == 404
    assert outside.get_data(as_text=True).replace("P10", "") == missing.get_data(
        as_text=True
    ).replace("P999", "")
    assert "覃大山" not in outside.get_data(as_text=True)
    assert [line for line in list_trail(service.database) if line[0] == "elder.outside"] == [
        ("elder.outside", "P10")
    ]


def test_O_087_no_form_reaches_an_elder_of_another_community(
    service: Service, secretary: Browser
) -> None:
    card = card_id_of(service.database, service.world, "P10")
    for path in (
        "edit", "facts/new", "facts/1/withdraw", "gone", "consent", "contact", "diet", "unmask",
        "notes/diet/1/off", "cards/new", f"cards/{card}/lost", f"cards/{card}/replace",
        f"cards/{card}/found", f"cards/{card}/return", "move", "top-up", "pay-out", "write-off",
    ):  # fmt: skip
        assert secretary.post_form(f"/community/elders/P10/{path}").status_code == 404, path
    both = {"kept": "P01", "merged": "P10", "reason": "x"}
    assert secretary.post_form("/community/merges", **both).status_code == 404


def test_O_012_a_known_id_number_asks_the_other_community_and_both_agree(
    service: Service, secretary: Browser
) -> None:
    give_numbers(service.database)
    other = service.browser("secretary2")
    asked = {"name": "黄桂兰", "id_number": ID_NUMBER, "community": HEDONG}
    known = other.post_form("/community/elders/new", **asked)
    assert known.status_code == 422
    assert "城南社区" in known.get_data(as_text=True)
    assert "P01" not in known.get_data(as_text=True)
    own = secretary.post_form("/community/elders/new", **{**asked, "community": CHENGNAN})
    assert "/community/elders/P01" in own.get_data(as_text=True)

    joined = other.post_form(
        "/community/moves/join", id_number=ID_NUMBER, community=HEDONG, moves_on=f"{TODAY}"
    )
    assert joined.status_code == 303
    assert "黄桂兰" in secretary.get("/community/moves").get_data(as_text=True)
    assert other.post_form("/community/moves/1/confirm").status_code == 404
    assert secretary.post_form("/community/moves/1/confirm").status_code == 303
    assert other.get("/community/elders/P01").status_code == 200
    assert secretary.get("/community/elders/P01").status_code == 404


def test_a_move_is_asked_for_and_refused_with_a_reason(
    service: Service, secretary: Browser
) -> None:
    assert secretary.get("/community/elders/P01/move").status_code == 200
    asked = {"to_code": HEDONG, "moves_on": f"{TODAY}", "reason": "搬家"}
    assert secretary.post_form("/community/elders/P01/move", **asked).status_code == 303
    again = secretary.post_form("/community/elders/P01/move", **asked)
    assert "等对方确认" in again.get_data(as_text=True)
    other = service.browser("secretary2")
    assert other.post_form("/community/moves/1/refuse").status_code == 422
    assert other.post_form("/community/moves/1/refuse", note="不住这里").status_code == 303
    assert other.post_form("/community/moves/1/else", note="x").status_code == 404
    late = other.post_form("/community/moves/1/confirm")
    assert "已经办过了" in late.get_data(as_text=True)


def test_an_id_number_of_nobody_is_asked_of_nobody(service: Service, secretary: Browser) -> None:
    asked = {"id_number": ID_NUMBER, "community": CHENGNAN, "moves_on": f"{TODAY}"}
    answer = secretary.post_form("/community/moves/join", **asked)
    assert answer.status_code == 422
    assert "名册上没有" in answer.get_data(as_text=True)


def test_two_rows_of_one_person_are_merged_and_the_old_address_leads_on(
    service: Service, secretary: Browser
) -> None:
    service.database.run(make_elder, number="P91", name="黄桂岚")
    assert "P91" in secretary.get("/community/merges").get_data(as_text=True)
    assert secretary.post_form("/community/merges", kept="P01", merged="P91").status_code == 422
    both = {"kept": "P01", "merged": "P91", "reason": "同一个人"}
    assert secretary.post_form("/community/merges", **both).status_code == 303
    moved = secretary.get("/community/elders/P91")
    assert moved.headers["Location"].endswith("/community/elders/P01")
    again = secretary.post_form("/community/merges", **both)
    assert "已经合并过" in again.get_data(as_text=True)
