"""The demonstration's secretary: what comes to her desk in the morning, each day signed in its evening."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from canteen.demo import kitchen
from canteen.demo.names import sound_alike
from canteen.demo.places import CASHIER, SECRETARY, Place, acting, at, one_a_canteen
from canteen.demo.story import LATE_DAYS, NEW_CARD, Part
from canteen.demo.world import community_of
from canteen.services import (
    card_desk,
    day_counts,
    day_sheets,
    day_signing,
    elder_desk,
    elder_facts,
    readers,
    welfare,
    welfare_list,
    welfare_watch,
)

HERE = (community_of(0),)
#: one drawer in so many holds a few yuan more or less than the books say, and this was found out
CASH_DIFFERS = 9
DIFFERENCES = (
    (-500, "找零多找了 5 元，和收银员核对过"),
    (-200, "少 2 元，没有查出来，记下"),
    (-100, "少 1 元，零钱掉了"),
    (100, "多 1 元，有位老人没要找零"),
    (300, "多 3 元，散客多给的，明天退"),
)
#: key of an anomaly → what the secretary writes of it
REMARKS = {
    "lost_card": "卡收回来了，交还本人剪掉",
    "manual": "问过收银员，都是没带卡的，人对得上",
    "void_after": "问过，打错餐了",
    "portions": "和后厨又点了一遍，差的记下了",
}
BEGINNING_REMARK = "发卡、收原有余额的一天，还没开餐，读卡器没接"
CUT_REMARK = "2 号窗口中午断网，读卡器存着，明早补传"
GRANTS = (("hardship", None, "青民救〔2026〕18 号"), ("disability", 3, "残疾人证"))


def sign_beginning(session: Session, *, places: Sequence[Place], day: date) -> None:
    """The day on which the cards were given out and the purses filled; nobody ate yet."""
    for place in one_a_canteen(places):
        day_signing.sign_day(
            session,
            canteen=place.canteen,
            day=day,
            remark=BEGINNING_REMARK,
            **acting(SECRETARY, at(day, time(19, 20))),
        )


def open_day(session: Session, *, day: date, parts: Sequence[Part]) -> None:
    """What the part players of the day bring to the desk, and the visits she was to make."""
    beginning = [part for part in parts if part.begins_on == day]
    who = acting(SECRETARY, at(day, time(8, 50)))
    for number, part in enumerate(beginning):
        _record(session, part, who, GRANTS[(day.toordinal() + number) % len(GRANTS)])
    _make_visits(session, parts, who)


def _record(
    session: Session, part: Part, who: dict[str, Any], grant: tuple[str, int | None, str]
) -> None:
    number, day = part.diner.number, part.begins_on
    if part.role == "card_lost":
        held = card_desk.list_cards(session, number=number)[0]
        card_desk.replace(
            session,
            number=number,
            card_id=held.id,
            asked=card_desk.CardAsked(typed=NEW_CARD),
            reported_by="本人",
            areas=HERE,
            **who,
        )
    elif part.role in ("deceased", "moved", "told_late"):
        source = "迁去和儿子住" if part.role == "moved" else "女儿来报"
        elder_facts.record_departure(
            session,
            number=number,
            status="moved" if part.role == "moved" else "deceased",
            from_on=day - timedelta(days=LATE_DAYS if part.role == "told_late" else 0),
            source=source,
            document=None,
            **who,
        )
    elif part.role == "granted":
        code, level, document = grant
        elder_facts.add_fact(
            session,
            number=number,
            kind="category",
            code=code,
            level=level,
            from_on=day,
            source="街道通知",
            document=document,
            **who,
        )
    elif part.role == "twin":
        # Somebody copied her from a paper list, by ear and without her ID number.
        diner = part.diner
        asked = elder_desk.ElderAsked(
            sound_alike(diner.name), HERE[0], sex=diner.sex, born=diner.born, address=diner.address
        )
        elder_desk.add_elder(session, asked=asked, **who)


def _make_visits(session: Session, parts: Sequence[Part], who: dict[str, Any]) -> None:
    """She calls for two of those who have not come: one is in hospital, one is not reached."""
    roles = {part.diner.number: part for part in parts}
    for check in welfare_list.list_checks(session, areas=HERE, now=who["now"]):
        part = roles.get(check.number)
        if part is None or check.notes or part.role not in ("in_hospital", "unreached"):
            continue
        is_found = part.role == "in_hospital"
        if is_found:
            elder_facts.add_fact(
                session,
                number=check.number,
                kind="category",
                code="in_hospital",
                from_on=part.begins_on,
                source="家属电话",
                document=None,
                **who,
            )
        welfare.write_note(
            session,
            check_id=check.id,
            contact="call_contact" if is_found else "call_elder",
            found="in_hospital" if is_found else "not_reached",
            note="女儿说摔了一跤，在区医院，下月出院" if is_found else "打了两次没人接，明天上门",
            follow_up_on=None if is_found else who["now"].date() + timedelta(days=1),
            closes=is_found,
            **who,
        )


def close_day(
    session: Session,
    *,
    day: date,
    places: Sequence[Place],
    given: Mapping[str, int],
    kept: int,
    seed: str,
) -> None:
    """Portions and cash are counted, the readers report, she settles what is left and signs. `kept` taps
    wait in the last reader, which is cut off."""
    rng, canteen = random.Random(seed), places[0].canteen
    kitchen.count(session, rng, day=day, canteen=canteen, given=given)
    for place in places:
        waiting = kept if place == places[-1] else 0
        readers.record_health(
            session,
            reader_id=place.reader_id,
            report={"state": "open", "outbox_waiting": waiting},
            state_since=at(day, time(9, 0)),
            now=at(day, time(18, 50)),
        )
    page = day_sheets.show_day(session, canteen=canteen, day=day, now=at(day, time(19, 0)))
    remarks = {
        one["key"]: REMARKS[rule]
        for one in page.anomalies
        if one["level"] != "note" and (rule := one["key"].partition(":")[0]) in REMARKS
    }
    for drawer in page.figures["drawers"]:
        remarks |= _count_cash(session, rng, day, canteen, drawer)
    who = acting(SECRETARY, at(day, time(19, 20)))
    for key, remark in remarks.items():
        day_counts.write_remark(
            session, canteen=canteen, day=day, key=key, remark=remark, **who
        )  # fmt: skip
    day_signing.sign_day(
        session, canteen=canteen, day=day, remark=CUT_REMARK if kept else "", **who
    )  # fmt: skip


def _count_cash(
    session: Session, rng: random.Random, day: date, canteen: str, drawer: Mapping[str, Any]
) -> dict[str, str]:
    """The cashier counts a drawer; the remark that a difference needs."""
    counter, expected_fen = drawer["counter"], drawer["expected_fen"]
    difference_fen, remark = 0, ""
    if rng.randrange(CASH_DIFFERS) == 0:
        difference_fen, remark = rng.choice(DIFFERENCES)
        difference_fen = max(difference_fen, -expected_fen)
    day_counts.count_cash(
        session,
        canteen=canteen,
        counter=counter,
        day=day,
        counted_fen=expected_fen + difference_fen,
        **acting(CASHIER, at(day, time(18, 55))),
    )
    return {f"cash_differs:{counter}:{difference_fen}": remark} if difference_fen else {}


def watch(session: Session, *, day: date) -> None:
    """What the nightly job does: a visit is owed for each regular who has not come."""
    now = at(day, time(21, 30))
    welfare_watch.open_owed(session, watched=welfare_watch.watch_all(session, at=now), now=now)


def lose_cards(session: Session, *, numbers: Sequence[str], now: datetime) -> None:
    """The cards of these elders were reported lost by their families."""
    for number in numbers:
        card_desk.report_lost(
            session,
            number=number,
            card_id=card_desk.list_cards(session, number=number)[0].id,
            reported_by="女儿",
            **acting(SECRETARY, now),
        )
