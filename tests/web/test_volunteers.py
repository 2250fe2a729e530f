"""The pages of volunteers: added, changed, away and back; numbers masked; only one's own community."""

import pytest
from sqlalchemy import select

from canteen.models.audit import AuditLine
from canteen.models.volunteers import Volunteer, VolunteerAbsence, VolunteerDuty
from tests.factories.deliveries import make_volunteer
from tests.factories.world import CHENGNAN, HEDONG
from tests.web.conftest import Service

PHONE = "13800000091"
TYPED = {
    "number": "V07",
    "name": "韦志远",
    "phone": PHONE,
    "area": CHENGNAN,
    "capacity": "8",
    "floors_max": "4",
    "buildings": "3栋、5栋",
    "team": "银龄互助队",
    "duty": ["3-lunch", "5-lunch"],
}
PAGE = "/community/volunteers/V07"


@pytest.fixture
def added(service: Service) -> Service:
    answer = service.browser("secretary1").post_form("/community/volunteers/add", **TYPED)
    assert answer.status_code == 303
    assert answer.location.endswith(PAGE)
    return service


def _kept(service: Service) -> Volunteer:
    return service.database.read(lambda s: s.scalars(select(Volunteer)).one())


def test_a_volunteer_is_added_and_shown(added: Service):
    browser = added.browser("secretary1")
    for path in ("/community/volunteers", PAGE):
        page = browser.get(path).get_data(as_text=True)
        assert "韦志远" in page
        assert "138****0091" in page
        assert PHONE not in page
        assert "午餐 三 五" in page
    assert "银龄互助队" in browser.get(f"{PAGE}/change").get_data(as_text=True)


def test_the_full_number_leaves_a_line(added: Service):
    page = added.browser("secretary1").post_form(f"{PAGE}/phone").get_data(as_text=True)
    assert f'href="tel:{PHONE}"' in page
    actions = added.database.read(
        lambda s: s.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    )
    assert actions.count("volunteer.unmask") == 1


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(service: Service):
    browser = service.browser("secretary1")
    wrong = {"number": "V/7", "capacity": "0", "area": HEDONG, "phone": "12"}
    answer = browser.post_form("/community/volunteers/add", **(TYPED | wrong))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in ("number", "capacity", "area"):
        assert f'id="f-{name}-err"' in page
    assert 'value="韦志远"' in page
    assert page.count(" checked") == 2
    answer = browser.post_form("/community/volunteers/add", **(TYPED | {"phone": "12"}))
    assert 'id="f-phone-err"' in answer.get_data(as_text=True)


def test_a_change_keeps_the_phone_that_is_not_typed_again(added: Service):
    browser = added.browser("secretary1")
    answer = browser.post_form(
        f"{PAGE}/change", **(TYPED | {"phone": "", "capacity": "9", "duty": []})
    )
    assert answer.status_code == 303
    assert (_kept(added).capacity, _kept(added).phone_box is None) == (9, False)
    assert added.database.read(lambda s: s.scalars(select(VolunteerDuty)).all()) == []
    refused = browser.post_form(f"{PAGE}/change", **(TYPED | {"name": ""}))
    assert refused.status_code == 422


def test_she_is_away_and_comes_after_all(added: Service):
    browser = added.browser("secretary1")
    away = browser.post_form(
        f"{PAGE}/absences", from_on="2026-11-25", to_on="2026-11-27", reason="探亲"
    )
    assert away.status_code == 303
    assert "探亲" in browser.get(PAGE).get_data(as_text=True)
    assert "2026-11-27" in browser.get("/community/volunteers").get_data(as_text=True)
    wrong = browser.post_form(f"{PAGE}/absences", from_on="2026-11-25", to_on="2026-11-20")
    assert wrong.status_code == 422
    assert browser.post_form(f"{PAGE}/absences", from_on="").status_code == 422
    [absence] = added.database.read(lambda s: s.scalars(select(VolunteerAbsence)).all())
    assert browser.post_form(f"{PAGE}/absences/{absence.id}/off").status_code == 303
    assert "探亲" not in browser.get(PAGE).get_data(as_text=True)


def test_her_service_ends_and_goes_on(added: Service):
    browser = added.browser("secretary1")
    assert browser.post_form(f"{PAGE}/end", ended_on="2026-11-20").status_code == 303
    assert "不再送" in browser.get("/community/volunteers").get_data(as_text=True)
    assert browser.post_form(f"{PAGE}/end", ended_on="x").status_code == 422
    assert browser.post_form(f"{PAGE}/end", ended_on="").status_code == 303
    assert _kept(added).ended_on is None


def test_a_volunteer_of_another_community_is_not_there(service: Service):
    service.database.run(make_volunteer, "V07", area=HEDONG, name="外人")
    browser = service.browser("secretary1")
    assert "外人" not in browser.get("/community/volunteers").get_data(as_text=True)
    assert browser.get(PAGE).status_code == 404
    for act in ("change", "absences", "end", "phone", "absences/1/off"):
        assert browser.post_form(f"{PAGE}/{act}").status_code == 404
