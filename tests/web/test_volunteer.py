"""The volunteer's phone at its interface: her own round of today, reports once each, other doors shut."""

import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery
from canteen.models.delivery_reports import DeliveryReport, DeliveryStep
from canteen.models.meals import Meal
from canteen.models.people import Elder
from canteen.models.personal import sealed_columns
from canteen.models.register import ElderContact, ElderDoor
from canteen.models.volunteers import Volunteer
from tests.factories.deliveries import Carried, make_carried, make_volunteer
from tests.factories.links import REPORTS, RUN, come_in
from tests.factories.people import LONG_AGO
from tests.factories.world import TODAY, shanghai
from tests.web.conftest import LUNCH, Service, set_clock

pytestmark = pytest.mark.both_databases

SCRIPTS = "/static/volunteer"
PHONE, SON = "13800000066", "13800000077"


def _rows(session: Session, table: type) -> list:
    return list(session.scalars(select(table)))


def _describe(session: Session, elder_id: int) -> None:
    """An address, a phone, a son and a door note of the elder."""
    ring = session.info["key_ring"]
    number = session.get_one(Elder, elder_id).number
    session.execute(
        update(Elder)
        .where(Elder.id == elder_id)
        .values(address="榕荫里5栋1单元601", **sealed_columns(ring, "elders", number, None, PHONE))
    )
    kept = {"elder_id": elder_id, "recorded_at": LONG_AGO, "recorded_by": "test"}
    box = ring.seal(SON, f"elder_contacts:{number}:phone")
    session.add(ElderContact(name="李伟", relation="儿子", phone_box=box, **kept))
    session.add(ElderDoor(note="耳背，敲门用力些", has_lift=False, must_serve=False, **kept))


@pytest.fixture
def carried(service: Service) -> list[Carried]:
    """P02's and P03's lunches on V1's round; V2 is there and carries nothing of theirs."""
    made = [service.database.run(make_carried, service.world, one) for one in ("P02", "P03")]
    service.database.run(_describe, service.world.elders["P02"])
    service.database.run(make_volunteer, "V2")
    return made


def test_her_run_holds_what_she_needs_and_nothing_more(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)

    told = phone.run()
    stop = told["rounds"][0]["stops"][0]

    assert (told["number"], told["day"]) == ("V1", TODAY.isoformat())
    assert told["rounds"][0]["due"] == "12:30 前"
    assert (stop["house"], stop["door"], stop["lift"]) == ("5 栋 1 单元", "601", "6 楼，没有电梯")
    assert (stop["name"], stop["age"], stop["note"]) == ("韦德胜", "85 岁", "耳背，敲门用力些")
    assert [(call["label"], call["tel"]) for call in stop["calls"]] == [
        ("打给本人", PHONE),
        ("打给儿子 李伟", SON),
    ]
    text = json.dumps(told, ensure_ascii=False) + phone.text("/volunteer")
    for secret in ("fen", "dibao", "低保", "余额", "450702", "元", "id_number"):
        assert secret not in text.replace("单元", ""), secret


def test_another_days_and_anothers_run_are_not_hers(service: Service, carried: list[Carried]):
    tomorrow = TODAY + timedelta(days=1)
    service.database.run(make_carried, service.world, "P01", day=tomorrow)
    service.database.run(make_carried, service.world, "P04", volunteer="V2")

    names = {stop["name"] for stop in come_in(service.app, service.database).stops()}
    others = {stop["name"] for stop in come_in(service.app, service.database, "V2").stops()}

    assert names == {"韦德胜", "陆秀珍"}
    assert others == {"梁𠮷祥"}


def test_the_run_is_told_again_only_when_it_changed(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    first = phone.client.get(RUN)
    etag = first.headers["ETag"]

    same = phone.client.get(RUN, headers={"If-None-Match": etag})
    phone.tap(carried[0].run_uid, "go_out")
    changed = phone.client.get(RUN, headers={"If-None-Match": etag})

    assert (same.status_code, same.get_data()) == (304, b"")
    assert changed.status_code == 200
    assert {stop["state"] for stop in phone.stops()} == {"out"}


def test_a_round_is_carried_and_a_slip_taken_back(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    first, second = carried

    phone.tap(first.run_uid, "go_out")
    phone.tap(first.uid, "delivered", dishes_back=1, wellbeing="well")
    phone.tap(second.uid, "refused")
    phone.tap(second.uid, "undo")
    phone.tap(second.uid, "delivered", receiver="邻居 陈姨")

    done = {stop["name"]: stop["done"] for stop in phone.stops()}
    assert done["韦德胜"] == {"words": "", "at": "11:32", "is_own": True, "receiver": ""}
    assert done["陆秀珍"]["receiver"] == "邻居 陈姨"
    meals = service.database.read(_rows, Meal)
    assert sum(meal.voided_at is None for meal in meals) == 2
    kept = {
        (one.dishes_back, one.wellbeing) for one in service.database.read(_rows, DeliveryReport)
    }
    assert (1, "well") in kept


def test_the_same_reports_sent_thrice_are_applied_once(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    reports = [
        {"id": str(uuid4()), "uid": carried[0].run_uid, "kind": "go_out", "age_ms": 0},
        {"id": str(uuid4()), "uid": carried[0].uid, "kind": "delivered", "age_ms": 0},
        {"id": str(uuid4()), "uid": carried[1].uid, "kind": "step", "age_ms": 0,
         "step": "call_elder", "result": "no_answer"},
    ]  # fmt: skip

    answers = [phone.post(*reports).get_json() for _ in range(3)]

    assert [one["outcome"] for one in answers[0]["results"]] == ["applied"] * 3
    assert answers[1] == answers[2]
    assert len(service.database.read(_rows, DeliveryReport)) == 1
    assert len(service.database.read(_rows, DeliveryStep)) == 1
    assert len(service.database.read(_rows, Meal)) == 2  # both doors' meals went out, each once


def test_what_was_tapped_without_a_signal_keeps_its_time(service: Service, carried: list[Carried]):
    """Tapped at 11:12 and 11:22, sent at 11:32: the phone's own clock is not asked."""
    phone = come_in(service.app, service.database)

    phone.post(
        {"id": str(uuid4()), "uid": carried[0].run_uid, "kind": "go_out", "age_ms": 1_500_000},
        {"id": str(uuid4()), "uid": carried[0].uid, "kind": "delivered", "age_ms": 1_200_000},
        {"id": str(uuid4()), "uid": carried[1].uid, "kind": "delivered", "age_ms": 600_000},
    )

    assert [stop["done"]["at"] for stop in phone.stops()] == ["11:12", "11:22"]


def test_o_059_both_volunteers_report_the_same_door(service: Service):
    """P10's lunch is delivered once and charged once; V2 is told who was there before."""
    made = service.database.run(make_carried, service.world, "P10", canteen="C2")
    service.database.run(make_volunteer, "V2")
    service.database.run(_to_area_of_c2)
    set_clock(shanghai("12:01:05"))
    one, other = (
        come_in(service.app, service.database),
        come_in(service.app, service.database, "V2"),
    )
    sent = {"id": str(uuid4()), "uid": made.uid, "kind": "delivered"}

    for _ in range(3):
        one.post(sent)
    set_clock(shanghai("12:01:07"))
    told = other.tap(made.uid, "delivered")

    assert told == {"id": told["id"], "outcome": "same", "words": "已由 V1 送达 12:01"}
    assert len(service.database.read(_rows, Meal)) == 1
    assert other.run()["elsewhere"][0]["done"]["words"] == "已由 V1 送达 12:01"
    assert other.run()["rounds"] == []


def _to_area_of_c2(session: Session) -> None:
    session.execute(update(Volunteer).values(area_code="450702003006"))


def test_a_delivery_of_another_day_or_another_area_does_not_exist_for_her(
    service: Service, carried: list[Carried]
):
    tomorrow = service.database.run(
        make_carried, service.world, "P01", day=TODAY + timedelta(days=1)
    )
    foreign = service.database.run(make_carried, service.world, "P10", canteen="C2", volunteer="V9")
    phone = come_in(service.app, service.database)

    told = [phone.tap(uid, "delivered") for uid in (tomorrow.uid, foreign.uid, str(uuid4()))]
    rounds = [phone.tap(uid, "go_out") for uid in (tomorrow.run_uid, foreign.run_uid)]

    assert {one["outcome"] for one in told + rounds} == {"refused"}
    assert {one["words"] for one in told} == {"没有这份送餐"}
    assert service.database.read(_rows, Meal) == []


def test_a_delivery_called_off_says_so_and_not_why(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    phone.run()
    service.database.run(_call_off, carried[0].id)

    told = phone.tap(carried[0].uid, "delivered")

    stop = next(one for one in phone.stops() if one["uid"] == carried[0].uid)
    assert (stop["done"]["words"], stop["done"]["is_own"], stop["calls"]) == (
        "今天不用送",
        False,
        [],
    )
    assert told["outcome"] == "conflict"
    assert "社区核对" in told["words"]
    assert service.database.read(_rows, Meal) == []


def _call_off(session: Session, delivery_id: int) -> None:
    delivery = session.get_one(Delivery, delivery_id)
    delivery.state, delivery.cancel_code = "cancelled", "gone"


def test_one_bad_report_holds_up_no_other(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)

    answer = phone.post(
        {"id": str(uuid4()), "uid": str(uuid4()), "kind": "delivered"},
        {"id": str(uuid4()), "uid": carried[0].uid, "kind": "step"},
        {"id": str(uuid4()), "uid": carried[0].uid, "kind": "delivered"},
    )

    outcomes = [one["outcome"] for one in answer.get_json()["results"]]
    assert outcomes == ["refused", "refused", "applied"]


def test_the_next_meal_is_taken_at_the_door(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)

    told = phone.tap(carried[0].uid, "delivered", next_day="yes")

    assert told["outcome"] == "applied"
    assert "2026-11-26" in told["words"]


def test_after_the_day_nothing_is_shown_and_nothing_taken(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    csrf = phone.run()["csrf"]
    set_clock(shanghai(LUNCH, TODAY + timedelta(days=1)))

    shown = phone.client.get(RUN)
    sent = phone.client.post(
        REPORTS,
        json={"reports": [{"id": str(uuid4()), "uid": carried[0].uid, "kind": "delivered"}]},
        headers={"X-CSRF-Token": csrf},
    )

    assert (shown.status_code, shown.get_json()["code"]) == (403, "link_needed")
    assert sent.status_code == 403
    assert "韦德胜" not in phone.text("/volunteer")
    assert service.database.read(_rows, DeliveryReport) == []


def test_without_its_script_the_page_does_the_same(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    first, second = carried

    assert "取餐出发" in phone.text("/volunteer")
    phone.send(
        "/volunteer/reports", "/volunteer", id=str(uuid4()), uid=first.run_uid, kind="go_out"
    )
    away = phone.text(f"/volunteer?stop={first.uid}&away=1")
    assert f"tel:{SON}" in away
    phone.send(
        "/volunteer/reports", "/volunteer", id=str(uuid4()), uid=first.uid, kind="step",
        step="call_elder", result="no_answer",
    )  # fmt: skip
    assert "本人，没人接" in phone.text(f"/volunteer?stop={first.uid}&away=1")
    phone.send("/volunteer/reports", "/volunteer", id=str(uuid4()), uid=first.uid, kind="not_home")
    done = phone.send(
        "/volunteer/reports", "/volunteer", id=str(uuid4()), uid=second.uid, kind="delivered",
        dishes_back="2",
    )  # fmt: skip
    again = phone.send(
        "/volunteer/reports", "/volunteer", id=str(uuid4()), uid=second.uid, kind="delivered"
    )

    assert done.status_code == 303
    assert "已由 V1 送达" in again.get_data(as_text=True)
    page = phone.text("/volunteer")
    assert "都送完了" in page
    assert "不在家" in page
    states = {row.uid: row.state for row in service.database.read(_rows, Delivery)}
    assert (states[first.uid], states[second.uid]) == ("failed", "delivered")


def test_the_page_that_a_phone_lays_by_names_nobody(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)

    empty, worker = phone.text("/volunteer/empty"), phone.client.get("/volunteer/worker.js")

    assert not any(word in empty for word in ("韦德胜", "陆秀珍", "陈姨", PHONE, carried[0].uid))
    assert 'src="/static/volunteer/volunteer.js"' in empty
    assert worker.headers["Service-Worker-Allowed"] == "/volunteer"
    assert worker.mimetype == "text/javascript"
    [listed] = re.findall(r"SCRIPTS = (\[.*\]);", phone.text(f"{SCRIPTS}/volunteer.js"))
    folder = Path(service.app.static_folder or "") / "volunteer"
    assert {*json.loads(listed), "worker"} == {file.stem for file in folder.iterdir()}


def test_a_report_without_the_links_token_is_refused(service: Service, carried: list[Carried]):
    phone = come_in(service.app, service.database)
    body = {"reports": [{"id": str(uuid4()), "uid": carried[0].uid, "kind": "delivered"}]}

    answer = phone.client.post(REPORTS, json=body)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "csrf")
    assert service.database.read(_rows, DeliveryReport) == []
