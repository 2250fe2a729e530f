"""How claims' pages write parts, periods and items."""

from datetime import date

import pytest

from canteen.rules.lifecycles import CLAIM
from canteen.services.claim_pages import ItemWords
from canteen.web.claim_page import item_of
from canteen.web.claim_words import STATES, WAY, action, item, period_on_paper
from canteen.web.figures import percent
from tests.web.conftest import Service


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (2, 3, "66.7%"),
        (1, 8, "12.5%"),
        (-1, 3, "−33.3%"),
        (0, 5, "0.0%"),
        (5, 0, "–"),
        (3, 3, "100.0%"),
    ],
)
def test_a_part_is_written_with_one_decimal(part: int, whole: int, words: str) -> None:
    assert percent(part, whole) == words


@pytest.mark.parametrize(
    ("source", "item"),
    [
        ("share:12:60-plus:city", "meal:12"),
        ("meal_service:12:operating:city", "meal:12"),
        ("correction:5:60-plus:city:3", "correction:5"),
        ("service_change:5:7", "correction:5"),
        ("service:7", "service:7"),
        ("grant:C1:2026-02:operating:city", "grant:C1:2026-02:operating:city"),
    ],
)
def test_a_lines_source_names_the_item_that_a_hold_names(source: str, item: str) -> None:
    assert item_of(source) == item


def test_every_state_of_a_claim_has_its_words_and_its_place_on_the_way() -> None:
    states = {state for state, _ in CLAIM} | set(CLAIM.values())
    assert states == set(STATES)
    assert [STATES[state][0] for state in WAY] == [1, 2, 3, 4, 5]
    assert period_on_paper("2026-02") == "2026 年 2 月"
    assert period_on_paper("2026-Q1") == "2026 年第 1 季度"


def test_a_row_is_called_by_words_and_never_by_its_key(service: Service) -> None:
    day = date(2026, 11, 5)
    known = {
        "meal:7": ItemWords("韦莲", "C1-20261105-0003", day, 300),
        "service:7": ItemWords("韦莲", None, day, 200),
    }
    with service.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert item("meal:7", known) == "韦莲 2026-11-05 C1-20261105-0003"
        assert item("service:7", known) == "韦莲 2026-11-05"
        assert item("grant:C1:2026-11:operating:gov", known) == "运营补贴 2026 年 11 月 gov"
        assert item("grant:C1:2026:operating:gov", known) == "运营补贴 2026 年 gov"
        made = action("claim.export", '{"form":"xlsx","sha256":"0f"}', known)
        assert made == "导出 · XLSX"
        for odd in ("grant:C1", "grant:C1:2026-13:operating:gov", "meal:9", ""):
            assert item(odd, known) == odd
