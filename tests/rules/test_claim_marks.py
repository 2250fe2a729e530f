"""What a claim's paper says beside its number."""

import pytest

from canteen.rules.claim_marks import tell_marks, why_not_to_sign


@pytest.mark.parametrize("state", ["submitted", "approved", "paid"])
def test_the_first_claim_to_all_funders_has_no_mark_once_it_is_sent_and_is_signed(state: str):
    assert tell_marks(state=state, supplement=0, funder=None) == ""
    assert why_not_to_sign(state) is None


@pytest.mark.parametrize(
    ("state", "mark"),
    [("draft", "草稿"), ("checked", "草稿"), ("returned", "已退回"), ("withdrawn", "已撤回"),
     ("discarded", "已作废")],
)  # fmt: skip
def test_a_version_that_is_not_or_no_longer_to_be_signed_says_so(state: str, mark: str):
    assert tell_marks(state=state, supplement=2, funder="区级") == f"（补充2）（仅区级）（{mark}）"
    assert "不作签字盖章之用" in str(why_not_to_sign(state))
