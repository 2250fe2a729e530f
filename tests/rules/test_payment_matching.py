"""Which claim a movement may pay: the amount with a word beside it is sure, an amount alone is a proposal."""

import pytest

from canteen.rules.payment_matching import Candidate, propose

DISTRICT = Candidate("C1-2026-10", "qinnan", "钦南区民政局", 50_000)
CITY = Candidate("C1-2026-10", "city", "钦州市民政局", 30_000)
SUPPLEMENT = Candidate("C1-2026-10-S1", "qinnan", "钦南区民政局", 50_000)
ALL = [DISTRICT, CITY, SUPPLEMENT]


@pytest.mark.parametrize(
    ("fen", "counterparty", "remark", "best", "is_sure"),
    [
        (30_000, "国库支付中心", "10月补贴", CITY, False),
        (30_000, "钦州市民政局", "", CITY, True),
        (50_000, "钦南区财政局", "c1 2026 10 s1 补充", SUPPLEMENT, True),
        (50_000, "钦南区财政局", "C1-2026-10", DISTRICT, True),
        (49_000, "钦南区民政局", "C1-2026-10 扣手续费", DISTRICT, False),
    ],
)
def test_the_best_is_first(
    fen: int, counterparty: str, remark: str, best: Candidate, is_sure: bool
) -> None:
    found = propose(fen, counterparty, remark, ALL)
    assert (found[0].candidate, found[0].is_sure) == (best, is_sure)


def test_two_claims_of_one_amount_are_both_proposed() -> None:
    assert [one.candidate for one in propose(50_000, "", "", ALL)] == [DISTRICT, SUPPLEMENT]


@pytest.mark.parametrize(
    ("fen", "counterparty"), [(12_345, "钦南区民政局"), (-50_000, "钦南区民政局"), (7, "菜场")]
)
def test_a_name_alone_or_money_the_other_way_is_no_proposal(fen: int, counterparty: str) -> None:
    assert propose(fen, counterparty, "", ALL) == []
