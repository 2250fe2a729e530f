"""What is said to an elder: plain amounts as people speak them, and nothing that shames."""

import pytest

from canteen.rules.outcomes import OUTCOMES
from canteen.rules.sentences import message
from canteen.rules.speech import (
    accepted_lines,
    english_yuan,
    offline_lines,
    refused_lines,
    returned_lines,
    spoken_yuan,
)

SHAMING = ("余额不足", "余额不够", "迁出", "去世", "低保", "特困", "挂失", "注销")


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零块"), (5, "五分"), (50, "五毛"), (55, "五毛五"), (100, "一块"), (200, "两块"),
        (700, "七块"), (560, "五块六"), (705, "七块零五分"), (755, "七块五毛五"),
        (1000, "十块"), (1250, "十二块五"), (2000, "二十块"), (8640, "八十六块四"),
        (10_000, "一百块"), (10_500, "一百零五块"), (11_000, "一百一十块"), (100_000, "一千块"),
        (100_500, "一千零五块"), (1_000_000, "一万块"), (1_005_000, "一万零五十块"),
        (1_234_500, "一万二千三百四十五块"), (-700, "负七块"), (100_000_00, "100000.00元"),
    ],
)  # fmt: skip
def test_amounts_are_said_as_people_say_them(fen: int, said: str) -> None:
    assert spoken_yuan(fen) == said


def test_english_reads_figures() -> None:
    assert [english_yuan(fen) for fen in (700, 560)] == ["7 yuan", "5.60 yuan"]


def test_an_accepted_meal_says_what_she_pays_what_is_paid_and_what_is_left() -> None:
    lines = accepted_lines(
        name="黄女士", elder_fen=700, government_fen=560, balance_fen=8640, is_low=False
    )
    assert lines["zh"]["full"] == "黄女士，您付七块，政府补五块六，还有八十六块四。"
    assert lines["zh"]["short"] == "您付七块，还有八十六块四。"
    assert lines["en"]["full"] == "You pay 7 yuan. The government pays 5.60 yuan. 86.40 yuan left."


def test_low_asks_for_a_top_up_and_debt_is_never_spoken() -> None:
    low = accepted_lines(name=None, elder_fen=200, government_fen=0, balance_fen=460, is_low=True)
    assert low["zh"]["full"] == "您付两块，还有四块六，记得充值。"
    owing = accepted_lines(
        name=None, elder_fen=200, government_fen=0, balance_fen=-460, is_low=False
    )
    assert owing["zh"]["full"] == "您付两块。"


def test_offline_speaks_no_balance_and_a_void_says_what_goes_back() -> None:
    assert offline_lines(900)["zh"]["full"] == "您付九块。"
    assert returned_lines(700)["zh"]["full"] == "退您七块。"


@pytest.mark.parametrize("outcome", [o.code for o in OUTCOMES if not o.accepted])
def test_no_refusal_says_aloud_why(outcome: str) -> None:
    lines = refused_lines(outcome, "lunch")
    said = " ".join(lines["zh"].values())
    assert not any(word in said for word in SHAMING), said
    assert lines["en"]["full"]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.code)
def test_every_outcome_has_a_short_sentence_for_the_counter_in_both_languages(outcome) -> None:
    told = message(outcome.code, {"mealtime": "lunch", "first_time": "11:32"})
    assert 0 < len(str(told["zh"])) <= 20
    assert told["en"]


def test_what_an_inactive_elder_is_called_stays_at_the_counter() -> None:
    told = message("elder_inactive", {"status": "moved"})
    assert told["zh"] == "已迁出，请联系社区"
    assert told["speak"] == "请稍等，工作人员帮您。"


@pytest.mark.parametrize(
    ("facts", "zh"),
    [
        ({"own_canteen": True}, "今天午餐已刷 11:32"),
        ({"own_canteen": False, "first_canteen": "城南食堂"}, "今天午餐已在城南食堂刷过 11:32"),
        ({"first_channel": "delivery"}, "今天午餐已送餐 11:32"),
    ],
)
def test_already_eaten_says_when_and_where(facts: dict[str, object], zh: str) -> None:
    told = message("already_eaten", {"mealtime": "lunch", "first_time": "11:32", **facts})
    assert told["zh"] == zh


def test_a_code_without_a_sentence_is_shown_as_itself() -> None:
    assert message("brand_new", {})["zh"] == "brand_new"


def test_who_taps_after_her_meal_was_carried_hears_where_it_is() -> None:
    lines = refused_lines("already_eaten", "lunch", is_carried=True)
    assert lines["zh"]["full"] == "午饭送到您家去了，没有再扣钱。"
    assert lines["en"]["full"] == "Lunch was sent to your door. No charge."
