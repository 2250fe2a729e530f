"""A volunteer's day in the words of her language, as her page and her phone's script draw it: the same
plain dictionary is drawn by the template and sent as JSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import render_template, request

from canteen import clock
from canteen.rules.days import local_time
from canteen.rules.delivery_ladder import is_near
from canteen.services import volunteer_rounds
from canteen.services.person_links import LinkHolder
from canteen.services.volunteer_rounds import OwnRound, OwnStop
from canteen.web import delivery_words
from canteen.web.house import database
from canteen.web.i18n import pick
from canteen.web.links import get_link

MEALTIMES = {
    "breakfast": ("早餐", "Breakfast"),
    "lunch": ("午餐", "Lunch"),
    "dinner": ("晚餐", "Dinner"),
}
SUMMARY = ("{title} {all} 家，送完 {done} 家", "{title}: {done} of {all} doors done")
NO_ANSWER = ("{whom}，没人接", "{whom}: no answer")
ANSWERED = ("{whom}，接了", "{whom}: answered")
#: states in which a stop is no longer to go to
DONE = ("delivered", "failed", "cancelled")


def show_day(note: str = "") -> str:
    """The page of whoever came in by a volunteer's link, as it is without the script."""
    return _draw(tell_day(get_link("volunteer")), note)


def show_empty() -> str:
    """The same page without a word of anybody, which the script fills from what the phone keeps."""
    return _draw({"name": "", "rounds": [], "elsewhere": []}, "")


def _draw(day: dict[str, Any], note: str) -> str:
    return render_template(
        "volunteer/day.html",
        day=day,
        round=_choose(day, request.args.get("stop", ""), bool(request.args.get("away"))),
        note=note,
        new_id=lambda: str(uuid4()),
    )


def tell_day(link: LinkHolder) -> dict[str, Any]:
    """Everything the page shows; `rounds` in the order of the day."""
    volunteer_id = link.volunteer_id
    assert volunteer_id is not None, "a volunteer's link names her"
    day = database().read(volunteer_rounds.get_day, volunteer_id=volunteer_id, now=clock.instant())
    return {
        "day": day.day.isoformat(),
        "number": day.number,
        "name": day.name,
        "rounds": [_tell_round(one, volunteer_id) for one in day.rounds],
        "elsewhere": [_tell_stop(one, None, volunteer_id) for one in day.elsewhere],
        "words": {
            "who": pick("{name}，还有", "{name}, still"),
            "summary": pick(*SUMMARY),
            "waiting": pick(
                "还有 {n} 条没报上，有网自动上报", "{n} to report once there is a signal"
            ),
            "no_answer": pick(*NO_ANSWER),
            "answered": pick(*ANSWERED),
            **{kind: pick(*words) for kind, words in delivery_words.REPORTS.items()},
        },
    }


def _choose(day: dict[str, Any], picked: str, is_away: bool) -> dict[str, Any]:
    """The round she is on, and the stop to go to: as the script chooses them."""
    rounds = day["rounds"]
    current = next((one for one in rounds if any(map(_is_open, one["stops"]))), None)
    current = current or (
        rounds[-1] if rounds else {"uid": "", "title": "", "due": "", "stops": []}
    )
    carried = [stop for stop in current["stops"] if stop["state"] not in ("cancelled", "queued")]
    left = [stop for stop in carried if _is_open(stop)]
    on_way = [stop for stop in left if stop["state"] == "out"]
    chosen = [stop for stop in on_way if stop["uid"] == picked]
    now = next(iter(chosen or on_way), None)
    summary = pick(*SUMMARY).format(
        title=current["title"], all=len(carried), done=len(carried) - len(left)
    )
    return {
        "uid": current["uid"],
        "all": len(carried),
        "left": len(left),
        "done": len(carried) - len(left),
        "summary": "·".join(filter(None, (summary, current["due"]))) if rounds else "",
        "is_waiting": len(left) > len(on_way),
        "now": now,
        "is_away": is_away and bool(chosen),
        "next": [stop for stop in left if stop is not now],
        "is_done": bool(current["stops"]) and not left,
        "finished": _list_finished([*current["stops"], *day["elsewhere"]]),
    }


def _is_open(stop: dict[str, Any]) -> bool:
    return stop["state"] in ("assigned", "out")


def _list_finished(stops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is done with, by the clock. A slip is taken back of the last one, and of every failed one:
    she may open after all."""
    finished = sorted(
        (stop for stop in stops if stop["done"]), key=lambda stop: str(stop["done"]["at"])
    )
    own = [stop for stop in finished if stop["done"]["is_own"] and stop["state"] == "delivered"]
    return [
        {
            **stop,
            "can_undo": stop["done"]["is_own"] and (stop["state"] == "failed" or stop in own[-1:]),
        }
        for stop in finished
    ]


def _tell_round(own: OwnRound, volunteer_id: int) -> dict[str, Any]:
    title = pick(*MEALTIMES[own.mealtime])
    due = None if own.due_at is None else _clock(own.due_at)
    return {
        "uid": own.uid,
        "canteen": own.canteen,
        "title": title
        if own.trip == 1
        else pick(f"{title}第 {own.trip} 趟", f"{title} {own.trip}"),
        "due": "" if due is None else pick(f"{due} 前", f"due {due}"),
        "state": own.state,
        "stops": [_tell_stop(one, own, volunteer_id) for one in own.stops],
    }


def _tell_stop(own: OwnStop, round_: OwnRound | None, volunteer_id: int) -> dict[str, Any]:
    stop = own.stop
    calls = _calls(own)
    return {
        "uid": stop.uid,
        "state": stop.state,
        "house": stop.address.house if stop.address.door else "",
        "door": stop.address.door or stop.address.house,
        "estate": stop.address.beside,
        "lift": _lift(stop.floor, stop.has_lift),
        "name": stop.name,
        "age": "" if stop.age is None else pick(f"{stop.age} 岁", str(stop.age)),
        "note": pick("；", "; ").join(filter(None, (stop.door_note, stop.order_note))),
        "diet": delivery_words.diets(stop.diets, stop.diet_words),
        "meal": _meal(own, round_),
        "calls": calls,
        "steps": [
            {
                "step": step.step,
                "result": step.result,
                "words": _step_words(step.step, step.result, calls),
                "at": _clock(step.done_at),
            }
            for step in own.steps
        ],
        "portions": stop.portions,
        "done": _done(own, volunteer_id) if stop.state in DONE else None,
    }


def _calls(own: OwnStop) -> list[dict[str, str]]:
    """Whom to call, in the order of the ladder: herself, the first of the family, a neighbour."""
    found: dict[str, dict[str, str]] = {}
    for phone in own.phones:
        if not phone.relation:
            step, whom, label = (
                "call_elder",
                pick("本人", own.stop.name),
                pick("打给本人", f"Call {own.stop.name}"),
            )
        else:
            step = "neighbour" if is_near(phone.relation) else "call_contact"
            whom = f"{phone.relation} {phone.name}"
            label = pick(f"打给{whom}", f"Call {whom}")
        found.setdefault(step, {"step": step, "whom": whom, "label": label, "tel": phone.number})
    order = ("call_elder", "call_contact", "neighbour")
    return [found[step] for step in order if step in found]


def _step_words(step: str, result: str, calls: Iterable[dict[str, str]]) -> str:
    whom = next((call["whom"] for call in calls if call["step"] == step), None)
    if whom is None:
        return pick("，", ": ").join((delivery_words.step(step), delivery_words.result(result)))
    return pick(*(ANSWERED if result == "answered" else NO_ANSWER)).format(whom=whom)


def _lift(floor: int | None, has_lift: bool | None) -> str:
    storey = "" if floor is None else f"负 {-floor}" if floor < 0 else str(floor)
    where = [pick(f"{storey} 楼", f"Floor {floor}")] if storey else []
    if has_lift is not None:
        where.append(pick("有电梯", "lift") if has_lift else pick("没有电梯", "no lift"))
    return pick("，", ", ").join(where)


def _meal(own: OwnStop, round_: OwnRound | None) -> str:
    stop = own.stop
    words = [] if round_ is None or round_.meal is None else [pick(*round_.meal)]
    if not stop.diets and not stop.diet_words:
        words.append(pick("普通餐", "ordinary"))
    if stop.portions > 1:
        words.append(pick(f"{stop.portions} 份", f"{stop.portions} portions"))
    return pick("，", ", ").join(words)


def _done(own: OwnStop, volunteer_id: int) -> dict[str, Any]:
    """How it ended, in words unless she handed it over herself: a tick says that."""
    stop, by = own.stop, own.done_by
    at = _clock(stop.done_at or stop.state_at)
    is_own = by is not None and by.volunteer_id == volunteer_id
    if stop.state == "cancelled":  # why is nobody's business at the door
        words = pick("今天不用送", "not today")
    elif stop.state == "failed":
        words = delivery_words.named(delivery_words.FAILS, stop.fail_code)
    else:
        words = ""
    if by is not None and not is_own:
        who = by.number or pick("社区", "the community")
        words = pick(
            f"已由 {who} {words or '送达'} {at}",
            f"{words or 'delivered'} already, by {who} at {at}",
        )
    return {"words": words, "at": at, "is_own": is_own, "receiver": stop.receiver or ""}


def _clock(at: datetime) -> str:
    return local_time(at).strftime("%H:%M")
