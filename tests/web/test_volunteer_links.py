"""The secretary gives today's volunteers their links: all at once, shown once, her own people only."""

import re

import pytest
from sqlalchemy.orm import Session

from canteen.models.volunteers import Volunteer
from tests.factories.deliveries import make_absence, make_carried, make_volunteer
from tests.factories.world import HEDONG
from tests.web.conftest import Service

PAGE = "/community/volunteers/links"
TOKEN = re.compile(r"http://localhost(/link/[\w-]+)")


@pytest.fixture
def ids(service: Service) -> dict[str, int]:
    """V1 and V2 are on duty today, V3 is ill, V4 carries on Mondays only, V5 is another community's."""
    made = {
        number: service.database.run(make_volunteer, number, name=f"志愿者{number}", **given)
        for number, given in {
            "V1": {},
            "V2": {"duties": ((3, "lunch"),)},
            "V3": {},
            "V4": {"duties": ((1, "lunch"),)},
            "V5": {"area": HEDONG},
        }.items()
    }
    service.database.run(make_absence, made["V3"])
    service.database.run(make_carried, service.world, "P02")
    return made


def test_one_button_gives_everybody_on_duty_a_link_and_a_pin(service: Service, ids: dict[str, int]):
    secretary = service.browser("secretary1")
    before = secretary.get(PAGE).get_data(as_text=True)

    made = secretary.post_form(PAGE).get_data(as_text=True)
    again = secretary.post_form(PAGE).get_data(as_text=True)

    assert all(number in before for number in ("志愿者V1", "志愿者V2"))
    assert not any(number in before for number in ("志愿者V3", "志愿者V4", "志愿者V5"))
    tokens = sorted(set(TOKEN.findall(made)))
    assert len(tokens) == 2
    assert len(re.findall(r'class="tn">\d{6}<', made)) == 2
    for token in tokens:
        assert service.app.test_client().get(token).headers["Location"] == "/volunteer"
    assert TOKEN.findall(again) == []
    assert TOKEN.findall(secretary.get(PAGE).get_data(as_text=True)) == []


def test_a_new_link_ends_the_older_one_and_revoking_ends_it_too(
    service: Service, ids: dict[str, int]
):
    secretary, phone = service.browser("secretary1"), service.app.test_client()
    old = TOKEN.findall(secretary.post_form(f"{PAGE}/{ids['V1']}").get_data(as_text=True))[0]
    new = TOKEN.findall(secretary.post_form(f"{PAGE}/{ids['V1']}").get_data(as_text=True))[0]

    assert phone.get(old).status_code == 404
    assert phone.get(new).status_code == 303
    assert phone.get("/api/v1/volunteer/run").status_code == 200
    secretary.post_form(f"{PAGE}/{ids['V1']}/revoke")
    secretary.post_form(f"{PAGE}/{ids['V1']}/revoke")
    assert phone.get("/api/v1/volunteer/run").status_code == 403


def test_a_volunteer_of_another_community_answers_as_if_there_were_none(
    service: Service, ids: dict[str, int]
):
    secretary = service.browser("secretary1")

    for which in (ids["V5"], 999_999):
        assert secretary.post_form(f"{PAGE}/{which}").status_code == 404
        assert secretary.post_form(f"{PAGE}/{which}/revoke").status_code == 404


def test_who_carries_today_is_listed_though_she_is_not_on_duty(
    service: Service, ids: dict[str, int]
):
    service.database.run(_end, ids["V1"])

    page = service.browser("secretary1").get(PAGE).get_data(as_text=True)

    assert "志愿者V1" in page  # P02's lunch is on her round


def _end(session: Session, volunteer_id: int) -> None:
    make_absence(session, volunteer_id)
    assert session.get_one(Volunteer, volunteer_id).ended_on is None
