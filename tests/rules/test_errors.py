"""The error family: a code for programs, a sentence in each language for people, the facts."""

from canteen.rules.errors import Busy, Invalid


def test_an_error_speaks_the_askers_language_and_else_english() -> None:
    wrong = Invalid("wrong", "不对", "Wrong", errors=("a", "b"), place="C1")
    assert [wrong.text(language) for language in ("zh_CN", "zh", "en", "fr")] == [
        "不对",
        "不对",
        "Wrong",
        "Wrong",
    ]
    assert (str(wrong), wrong.errors, wrong.facts) == ("wrong: Wrong", ("a", "b"), {"place": "C1"})


def test_a_busy_store_says_when_to_come_again() -> None:
    busy = Busy("queue_full", retry_seconds=7, waiting=64)
    assert (busy.code, busy.retry_seconds, busy.facts) == ("queue_full", 7, {"waiting": 64})
    assert (busy.zh, busy.en) == (
        "现在记不上，请稍后再试",
        "Cannot be booked right now; try again",
    )
    assert (Busy().code, Busy().retry_seconds) == ("busy", 2)
