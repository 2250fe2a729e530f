"""The agent's own few lines: what was read, what was answered, what a person has to do.

The cashier looks at the counter page; this is for whoever stands at the agent's machine, and the
only thing left to look at when the line is down. It never says more of a card than its last four
digits, and of an elder nothing at all.
"""

import sys
from collections.abc import Mapping
from threading import Lock
from typing import TextIO

from card_reader.clock import Clock
from card_reader.outbox import Entry
from card_reader.swipe import CHINA, last_four

_TEXTS: Mapping[str, tuple[str, str]] = {
    "started": (
        "已启动，读卡器端口 {port}，服务器 {server}",
        "started: port {port}, service {server}",
    ),
    "stopped": ("已停止，待发送 {waiting} 条", "stopped: {waiting} waiting to be sent"),
    "port_open": ("读卡器已连接", "reader connected"),
    "port_absent": ("读卡器断开：找不到端口", "reader lost: the port is not there"),
    "port_busy": ("读卡器端口被其他程序占用", "the reader's port is held by another program"),
    "port_denied": (
        "没有权限打开读卡器端口（dialout 组？）",
        "no permission to open the reader's port (group dialout?)",
    ),
    "port_down": (
        "读卡器断开，或端口被其他程序同时读取",
        "reader lost, or another program reads its port too",
    ),
    "again": ("卡 {card}：请再放一次", "card {card}: hold it again"),
    "never": (
        "卡 {card}：读卡不完整或不是饭卡，请重刷",
        "card {card}: no meal card, or cut: hold it again",
    ),
    "taken": ("卡 {card}：已记下，联网后结算", "card {card}: kept here, will be settled"),
    "refused": ("卡 {card}：请勿使用此卡，未供餐", "card {card}: do not serve this card"),
    "unconfirmed": (
        "卡 {card}：结果未确认，请勿重刷扣款",
        "card {card}: not confirmed, do not charge again",
    ),
    "not_recorded": (
        "卡 {card}：没有记下！请用纸记录（{detail}）",
        "card {card}: NOT RECORDED, write it down ({detail})",
    ),
    "answered": ("卡 {card}：{outcome}{money}", "card {card}: {outcome}{money}"),
    "dead": (
        "卡 {card}：服务器不接受（{status} {code}），请联系管理员",
        "card {card}: not taken by the service ({status} {code}): tell the administrator",
    ),
    "stuck": (
        "卡 {card}：服务器处理失败，已搁置，稍后再试",
        "card {card}: the service fails at it, set aside, tried again later",
    ),
    "line_lost": (
        "连不上服务器，刷卡先记在本机（{detail}）",
        "the service can't be reached, swipes are kept here ({detail})",
    ),
    "line_back": ("已连上服务器", "the service is reached again"),
    "stop": (
        "服务器拒绝本读卡器（{status} {code}），刷卡先记在本机，请联系管理员",
        "this reader is refused ({status} {code}): swipes are kept, tell the administrator",
    ),
    "clock": (
        "本机时钟与服务器相差 {seconds} 秒",
        "this machine's clock is {seconds} s off the service's",
    ),
    "outbox": ("本机记录出错：{detail}", "the outbox fails: {detail}"),
    "fault": ("出错：{detail}", "fault: {detail}"),
}

_PARTS = (("price_fen", ""), ("elder_fen", "= "), ("subsidy_fen", "+ "), ("discount_fen", "+ "))


class Screen:
    """Writes one line for each thing that happened."""

    def __init__(self, clock: Clock, locale: str, out: TextIO | None = None) -> None:
        self._clock = clock
        self._text = 0 if locale == "zh_CN" else 1
        self._out = out or sys.stdout
        self._lock = Lock()

    def say(self, what: str, **facts: object) -> None:
        """One line about `what`, a name of the table of texts."""
        time_text = self._clock.wall().astimezone(CHINA).strftime("%H:%M:%S")
        line = f"{time_text} {_TEXTS[what][self._text].format(**facts)}\n"
        with self._lock:
            try:
                self._out.write(line)
                self._out.flush()
            except (OSError, ValueError):
                return  # Nobody reads any more: the swipes still have to be kept and sent.

    def swipe(self, what: str, card_uid: str, **facts: object) -> None:
        """One line about a card, of which the last four digits are shown."""
        self.say(what, card=last_four(card_uid), **facts)

    def answer(self, entry: Entry, facts: Mapping[str, object]) -> None:
        """What the service answered, with the amounts when there is a meal."""
        reason = facts.get("reason")
        outcome = str(facts["outcome"]) + (f" ({reason})" if reason else "")
        self.swipe("answered", entry.swipe.card_uid, outcome=outcome, money=_money(facts))


def _money(facts: Mapping[str, object]) -> str:
    """The meal as "¥12.00 = ¥7.00 + ¥5.00 → ¥43.00": price, elder, each other part, balance."""
    meal, purse = facts.get("meal"), facts.get("purse")
    said = ""
    if isinstance(meal, dict):
        for name, sign in _PARTS:
            fen = meal.get(name)
            if isinstance(fen, int) and (fen or name == "elder_fen"):
                said += f" {sign}¥{yuan_text(fen)}"
    balance_fen = purse.get("balance_fen") if isinstance(purse, dict) else None
    if isinstance(balance_fen, int):
        said += f" → ¥{yuan_text(balance_fen)}"
    return said


def yuan_text(fen: int) -> str:
    """Whole fen as yuan: 1250 is "12.50"."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"
