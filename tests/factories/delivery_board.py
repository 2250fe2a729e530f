"""A lunch of sixteen deliveries as the board shows it in the middle of the rounds: every lane is used."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from canteen.models.deliveries import Delivery, DeliveryDay, DeliveryRun
from canteen.models.people import Elder
from canteen.models.personal import key_ring_of
from canteen.models.register import ElderContact, ElderDiet, ElderDoor
from canteen.till.delivery_steps import record_step
from tests.factories.deliveries import make_delivery, make_order, make_run, make_volunteer
from tests.factories.people import LONG_AGO, make_elder
from tests.factories.world import CHENGNAN, TODAY, shanghai

#: name, address, born, diet, door note, where she stands: a state and, on a round, whose
STOPS: tuple[tuple[str, str, int, str | None, str | None, str, str | None], ...] = (
    ("黄建国", "1栋2单元202", 1938, None, None, "queued", None),
    ("罗文彬", "1栋3单元402", 1940, "low_sugar", None, "queued", None),
    ("韦秀珍", "2栋2单元104", 1939, "low_salt", None, "queued", None),
    ("罗美莲", "2栋2单元202", 1944, "low_salt", None, "queued", None),
    ("周秀兰", "2栋2单元202", 1937, None, None, "assigned", "刘春燕"),
    ("苏春桃", "2栋3单元304", 1945, None, None, "assigned", "刘春燕"),
    ("周玉兰", "4栋1单元203", 1945, "low_sugar", None, "assigned", "刘春燕"),
    ("陈惠芳", "3栋1单元602", 1938, "no_pork", "独居", "delivered", "何志平"),
    ("苏文彬", "3栋2单元201", 1943, "diabetic", "走得慢，多等一会儿", "delivered", "何志平"),
    ("李炳坤", "5栋1单元601", 1941, None, "耳背，敲门用力些", "out", "何志平"),
    ("陆世昌", "5栋2单元502", 1935, "soft", "坐轮椅，饭放桌上", "out", "何志平"),
    ("蒙素珍", "5栋3单元101", 1934, "liquid", "汤分两只碗", "out", "何志平"),
    ("李少英", "4栋2单元503", 1938, None, None, "out", "卢海"),
    ("周国华", "5栋1单元202", 1945, "no_pork", None, "out", "卢海"),
    ("施带娣", "6栋3单元204", 1938, None, None, "delivered", "卢海"),
    ("李茂林", "6栋3单元202", 1944, None, None, "failed", "卢海"),
)
PHONE, DAUGHTER = "13800000666", "13800000777"


@dataclass(frozen=True, slots=True)
class MadeBoard:
    """The board's deliveries and volunteers by name."""

    uids: dict[str, str]
    elders: dict[str, int]
    volunteers: dict[str, int]


def make_board(
    session: Session, canteen_id: int, *, day: date = TODAY, now: datetime | None = None
) -> MadeBoard:
    """The lunch of `day`; `now` is when somebody looks at it."""
    now = now or shanghai("12:02", day)
    made_at = now - timedelta(hours=17)
    listed = {"canteen_id": canteen_id, "day": day, "mealtime": "lunch"}
    session.add(DeliveryDay(**listed, made_at=made_at, planned_at=made_at))
    session.flush()
    volunteers = {
        name: make_volunteer(session, f"V{number}", name=name)
        for number, name in enumerate(("何志平", "刘春燕", "卢海"), 1)
    }
    runs = {
        name: make_run(
            session, canteen_id, volunteers[name], day=day, state="planned" if waits else "out"
        )
        for name, waits in (("何志平", False), ("刘春燕", True), ("卢海", False))
    }
    session.execute(
        update(DeliveryRun)
        .where(DeliveryRun.state == "out")
        .values(out_at=now - timedelta(minutes=20))
    )
    made = MadeBoard({}, {}, volunteers)
    places = dict.fromkeys(runs, 0)
    for number, (name, address, born, diet, note, state, who) in enumerate(STOPS, 1):
        elder_id = _make_elder(session, number, name, address, born, diet, note)
        if who is not None:
            places[who] += 1
        delivery_id = make_delivery(
            session,
            elder_id,
            canteen_id,
            day=day,
            state=state,
            run_id=None if who is None else runs[who],
            place=None if who is None else places[who],
            fail_code="not_home" if state == "failed" else None,
        )
        done = state in ("delivered", "failed")
        values: dict[str, Any] = {
            "made_at": now if name == "韦秀珍" else made_at,
            "done_at": now - timedelta(minutes=16 - number) if done else None,
            "attempt": int(done or state == "out"),
            "out_at": now - timedelta(minutes=20) if done or state == "out" else None,
        }
        uid = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id)
            .values(**values)
            .returning(Delivery.uid)
        ).scalar_one()
        made.uids[name], made.elders[name] = uid, elder_id
        if state == "failed":
            _climb(session, elder_id, number, delivery_id, now)
    make_order(session, made.elders["黄建国"], canteen_id, state="asked", mealtimes="dinner")
    session.flush()
    return made


def _make_elder(
    session: Session,
    number: int,
    name: str,
    address: str,
    born: int,
    diet: str | None,
    note: str | None,
) -> int:
    elder_id = make_elder(
        session, number=f"S{number:02d}", name=name, born=date(born, 1, 1), community=CHENGNAN
    )
    session.execute(update(Elder).where(Elder.id == elder_id).values(address=address))
    kept = {"elder_id": elder_id, "recorded_at": LONG_AGO, "recorded_by": "test"}
    if diet is not None:
        session.execute(insert(ElderDiet).values(code=diet, **kept))
    if note is not None:
        session.execute(insert(ElderDoor).values(note=note, must_serve=False, **kept))
    return elder_id


def _climb(session: Session, elder_id: int, number: int, delivery_id: int, now: datetime) -> None:
    """She has a phone that nobody answered, and a daughter."""
    ring = key_ring_of(session.info)
    own = session.execute(select(Elder.number).where(Elder.id == elder_id)).scalar_one()
    session.execute(
        update(Elder)
        .where(Elder.id == elder_id)
        .values(phone_box=ring.seal(PHONE, f"elders:{own}:phone"))
    )
    session.add(
        ElderContact(
            elder_id=elder_id,
            name="李小梅",
            relation="女儿",
            phone_box=ring.seal(DAUGHTER, f"elder_contacts:{own}:phone"),
            recorded_at=LONG_AGO,
            recorded_by="test",
        )
    )
    record_step(
        session,
        id=str(uuid4()),
        delivery_id=delivery_id,
        step="call_elder",
        result="no_answer",
        note=None,
        done_at=now,
        by="volunteer:V3",
        now=now,
    )
