"""Just after midnight: which days are over and nobody has signed. A job tells; only a person signs."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from canteen.models.sites import Canteen
from canteen.till.day_judging import judge_day
from canteen.till.day_state import list_unsigned
from canteen.till.places import get_canteen
from canteen.trail.alarms import raise_alarm


def tell_unsigned(session: Session, *, today: date, now: datetime) -> list[str]:
    """Draw the sheets of the days before `today` that await their signature, each told once with its
    figures in the audit trail; what was told now, as `C1:2026-11-24`, oldest first."""
    canteens = [get_canteen(session, id_) for id_ in session.scalars(select(Canteen.id)).all()]
    owed = [(day, place) for place in canteens for day in list_unsigned(session, place, today)]
    told = []
    for day, canteen in sorted(owed, key=lambda one: (one[0], one[1].code)):
        judged = judge_day(session, canteen, day, now)
        facts: dict[str, object] = {
            "people": judged.figures["counts"]["people"],
            "must": [one.key for one in judged.anomalies if one.level == "must"],
            "should": [one.key for one in judged.anomalies if one.level == "should"],
        }
        if raise_alarm(session, "day_unsigned", f"{canteen.code}:{day}", now, facts):
            told.append(f"{canteen.code}:{day}")
    return told
