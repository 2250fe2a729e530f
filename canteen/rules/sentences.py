"""The cashier's sentences: what an outcome or a note says, with its facts, in both languages."""

from collections.abc import Mapping

from canteen.rules.money import yuan_text
from canteen.rules.outcomes import BY_CODE, MEALTIMES, NOTES
from canteen.rules.speech import refused_lines, spoken_yuan


def message(code: str, facts: Mapping[str, object]) -> dict[str, object]:
    """`{"code", "zh", "en", "speak"}` of an outcome or a note; `speak` is what the elder hears in
    Chinese, or None where only the cashier is addressed."""
    zh, en = _sentence(code, facts)
    return {"code": code, "zh": zh, "en": en, "speak": _spoken(code, facts)}


def _sentence(code: str, facts: Mapping[str, object]) -> tuple[str, str]:
    if code == "already_eaten":
        return _already_eaten(facts)
    if code == "insufficient_balance":
        short = yuan_text(_fen(facts, "elder_fen") - _fen(facts, "balance_fen"))
        return f"余额不足，差 {short}", f"Not enough balance: short by {short}"
    if code == "elder_inactive" and facts.get("status") in NOTES:
        return NOTES[str(facts["status"])]
    if code in BY_CODE:
        return BY_CODE[code].zh, BY_CODE[code].en
    return NOTES.get(code, (code, code))


def _already_eaten(facts: Mapping[str, object]) -> tuple[str, str]:
    zh, en = MEALTIMES.get(str(facts.get("mealtime")), ("这餐", "This meal"))
    at = str(facts.get("first_time", ""))
    if facts.get("first_channel") == "delivery":
        return f"今天{zh}已送餐 {at}", f"{en} went out for delivery at {at}"
    if facts.get("own_canteen", True):
        return f"今天{zh}已刷 {at}", f"{en} already served at {at}"
    where = facts.get("first_canteen")
    return f"今天{zh}已在{where}刷过 {at}", f"{en} already served at {where}, {at}"


def _spoken(code: str, facts: Mapping[str, object]) -> str | None:
    known = BY_CODE.get(code)
    if known is None:
        return None
    if known.accepted or code == "repeat":
        paid = spoken_yuan(_fen(facts, "elder_fen"))
        gov = _fen(facts, "subsidy_fen")
        return f"您付{paid}" + (f"，政府补{spoken_yuan(gov)}。" if gov else "。")
    is_carried = facts.get("first_channel") == "delivery"
    return refused_lines(code, str(facts.get("mealtime")), is_carried=is_carried)["zh"]["full"]


def _fen(facts: Mapping[str, object], name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0
