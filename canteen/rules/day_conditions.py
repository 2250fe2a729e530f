"""What must hold before a day is signed off, each with its evidence in words.

Ground floor: `bad` stops the signature, `warn` and `ok` do not. SOURCE: domain.md §6.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from canteen.rules.day_facts import Anomaly
from canteen.rules.days import Window, local_time
from canteen.rules.outcomes import MEALTIMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing looked at: its state, and what was seen."""

    code: str
    state: str
    zh: str
    en: str
    detail_zh: str = ""
    detail_en: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it lets the day be signed."""
        return self.state != "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderReport:
    """When a reader's agent last told how it is, and how many taps it still keeps."""

    code: str
    reported_at: datetime | None
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """Names of the day's deliveries: done, on the way, and not set off; and of whom reports contradict
    each other and nobody has decided."""

    done: Sequence[str] = ()
    out: Sequence[str] = ()
    waiting: Sequence[str] = ()
    conflicts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignFacts:
    """What the conditions are judged by. `ends_at` is None on a day without mealtimes."""

    day: date
    now: datetime
    windows: Sequence[Window]
    ends_at: datetime | None
    readers: Sequence[ReaderReport]
    pending_sales: Sequence[str]
    late_count: int
    anomalies: Sequence[Anomaly]
    remarked: frozenset[str]
    previous: date | None
    is_previous_signed: bool
    portions: Sequence[Mapping[str, Any]]
    deliveries: DeliveryFacts = DeliveryFacts()


def judge(facts: SignFacts) -> list[Condition]:
    """All conditions in the order in which a secretary goes through them."""
    return [
        _mealtimes(facts),
        _readers(facts),
        *_sales(facts),
        *_deliveries(facts.deliveries),
        *_previous(facts),
        *_portions(facts),
        _anomalies(facts),
    ]


def is_over(facts: SignFacts) -> bool:
    """Whether the last mealtime's queue has been served; a day without one when it has begun."""
    if facts.ends_at is None:
        return local_time(facts.now).date() >= facts.day
    return facts.now >= facts.ends_at


def list_unsettled(facts: SignFacts) -> list[Anomaly]:
    """The anomalies that must be settled and are not."""
    return [one for one in facts.anomalies if one.level == "must" and one.key not in facts.remarked]


def _mealtimes(facts: SignFacts) -> Condition:
    zh = "、".join(MEALTIMES[window.mealtime][0] for window in facts.windows)
    en = ", ".join(MEALTIMES[window.mealtime][1] for window in facts.windows)
    closes = [f"{window.closes:%H:%M}" for window in facts.windows]
    if not is_over(facts):
        ends = f"{local_time(facts.ends_at):%m-%d %H:%M}" if facts.ends_at else str(facts.day)
        return Condition(
            code="mealtimes", state="bad", zh="还没收市", en="Mealtimes are not over",
            detail_zh=f"要到 {ends}", detail_en=f"not before {ends}",
        )  # fmt: skip
    if not facts.windows:
        return Condition(code="mealtimes", state="ok", zh="这天没有开餐", en="No mealtime that day")
    return Condition(
        code="mealtimes", state="ok", zh=f"{zh}收市了", en=f"{en}: over",
        detail_zh="，".join(closes), detail_en=", ".join(closes),
    )  # fmt: skip


def _readers(facts: SignFacts) -> Condition:
    silent = [
        one for one in facts.readers
        if one.kept or (
            facts.ends_at is not None
            and (one.reported_at is None or one.reported_at < facts.ends_at)
        )
    ]  # fmt: skip
    if silent:
        return Condition(
            code="readers", state="bad", zh=f"{len(silent)} 个读卡器收市后还没报清",
            en=f"{len(silent)} readers have not reported all since closing",
            detail_zh="；".join(_report(one, "zh") for one in silent),
            detail_en="; ".join(_report(one, "en") for one in silent),
        )  # fmt: skip
    if facts.late_count:
        return Condition(
            code="readers", state="ok", zh=f"断网时存的 {facts.late_count} 笔都传上来了",
            en=f"All {facts.late_count} taps kept while offline have arrived",
        )  # fmt: skip
    return Condition(
        code="readers", state="ok", zh="读卡器都报清了" if facts.readers else "没有读卡器",
        en="Every reader has reported, nothing kept" if facts.readers else "No reader here",
        detail_zh="、".join(one.code for one in facts.readers),
        detail_en=", ".join(one.code for one in facts.readers),
    )  # fmt: skip


def _report(one: ReaderReport, language: str) -> str:
    zh = language == "zh"
    if one.reported_at is None:
        return f"{one.code} {'从没报到' if zh else 'never reported'}"
    at = f"{local_time(one.reported_at):%m-%d %H:%M}"
    kept = f"{'存着' if zh else 'keeps'} {one.kept}" if one.kept else ""
    words = f"{'最后报到' if zh else 'last reported'} {at}"
    return " ".join(part for part in (one.code, words, kept) if part)


def _sales(facts: SignFacts) -> list[Condition]:
    if not facts.pending_sales:
        return []
    counters = "、".join(facts.pending_sales)
    return [
        Condition(
            code="sales", state="bad", zh="还有一笔等着刷卡", en="A keyed sale waits for its card",
            detail_zh=counters, detail_en=counters,
        )
    ]  # fmt: skip


def _deliveries(facts: DeliveryFacts) -> Iterator[Condition]:
    for code, state, names, zh, en in (
        ("deliveries", "bad", facts.out, "份送餐还在路上", "deliveries are on their way"),
        ("delivery_conflicts", "bad", facts.conflicts, "份送餐的上报对不上",
         "deliveries have reports that contradict each other"),
        ("deliveries_waiting", "warn", facts.waiting, "份送餐没有出发", "deliveries did not set off"),
    ):  # fmt: skip
        if names:
            yield Condition(
                code=code, state=state, zh=f"{len(names)} {zh}", en=f"{len(names)} {en}",
                detail_zh="、".join(names), detail_en=", ".join(names),
            )  # fmt: skip
    if facts.done and not facts.out and not facts.conflicts:
        yield Condition(
            code="deliveries", state="ok", zh=f"{len(facts.done)} 份送餐都有结果",
            en=f"{len(facts.done)} deliveries, each with its outcome",
        )  # fmt: skip


def _previous(facts: SignFacts) -> list[Condition]:
    if facts.previous is None:
        return []
    day = facts.previous.isoformat()
    if facts.is_previous_signed:
        return [
            Condition(
                code="previous", state="ok", zh="前一天已签结", en="The day before is signed",
                detail_zh=day, detail_en=day,
            )
        ]  # fmt: skip
    return [
        Condition(
            code="previous", state="bad", zh="前一天还没签结", en="The day before is not signed",
            detail_zh=day, detail_en=day,
        )
    ]  # fmt: skip


def _portions(facts: SignFacts) -> list[Condition]:
    counted = [line for line in facts.portions if line["left"] is not None]
    if not counted:
        return []
    cooked, left, served = (
        sum(line[key] for line in counted) for key in ("cooked", "left", "served")
    )
    fits = all(line["cooked"] - line["left"] == line["served"] for line in counted)
    sign = "=" if fits else "≠"
    return [
        Condition(
            code="portions", state="ok" if fits else "warn",
            zh="份数对得上" if fits else "份数对不上",
            en="Portions agree" if fits else "Portions do not agree",
            detail_zh=f"打出 {served} {sign} 备 {cooked} − 剩 {left}",
            detail_en=f"served {served} {sign} cooked {cooked} − left {left}",
        )
    ]  # fmt: skip


def _anomalies(facts: SignFacts) -> Condition:
    unsettled = list_unsettled(facts)
    musts = sum(one.level == "must" for one in facts.anomalies)
    if unsettled:
        first = unsettled[0]
        return Condition(
            code="anomalies", state="bad", zh=f"还有 {len(unsettled)} 条异常要处理",
            en=f"{len(unsettled)} anomalies must be settled",
            detail_zh="：".join(part for part in (first.who[0], first.zh) if part),
            detail_en=": ".join(part for part in (first.who[1], first.en) if part),
        )  # fmt: skip
    return Condition(
        code="anomalies", state="ok",
        zh="异常都处理了" if facts.anomalies else "没有异常",
        en="Nothing is left to settle" if facts.anomalies else "No anomaly",
        detail_zh=f"{len(facts.anomalies)} 条，{musts} 条必须处理" if facts.anomalies else "",
        detail_en=f"{len(facts.anomalies)}, of them {musts} that must be" if facts.anomalies else "",
    )  # fmt: skip
