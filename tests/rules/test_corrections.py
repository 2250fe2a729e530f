"""Differences to a meal: they add up, they balance, and what is judged again twice is judged once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canteen.rules.corrections import (
    Delta,
    Net,
    PayerShare,
    change_split,
    claw_back,
    clean_reason,
    correction_postings,
    take_back,
)
from canteen.rules.errors import Invalid

PRICE = 1500
PAYERS = (("age", "city"), ("age", "street"), ("hardship", "city"), ("off", "canteen"))


def make_share(rule: str, payer: str, fen: int, version: int = 1) -> PayerShare:
    kind = "canteen" if payer == "canteen" else "government"
    funder = None if kind == "canteen" else len(payer)
    return PayerShare(rule, payer, version, kind, payer, funder, "scheme", payer, fen)


def make_net(*shares: PayerShare, rounding_fen: int = 0, fee_fen: int = 0) -> Net:
    given_fen = sum(share.fen for share in shares)
    discount_fen = sum(share.fen for share in shares if share.payer_kind == "canteen")
    elder_fen = PRICE - given_fen
    return Net(
        price_fen=PRICE,
        elder_fen=elder_fen,
        subsidy_fen=given_fen - discount_fen,
        discount_fen=discount_fen,
        paid_fen=elder_fen - rounding_fen,
        rounding_fen=rounding_fen,
        delivery_fee_fen=fee_fen,
        meals=1,
        shares=shares,
    )


splits = st.fixed_dictionaries(
    {pair: st.sampled_from([0, 0, 100, 250, 300]) for pair in PAYERS},
).map(lambda fens: tuple(make_share(*pair, fen) for pair, fen in fens.items() if fen))
acts = st.lists(
    st.one_of(
        st.tuples(st.just("judge"), splits, st.integers(1, 2)),
        st.tuples(st.just("claw"), st.integers(0, 3), st.integers(1, 300)),
        st.tuples(st.just("cut"), st.integers(0, 3), st.integers(1, 400)),
        st.tuples(st.just("back"), st.booleans(), st.booleans()),
    ),
    max_size=6,
)


def _judge(net: Net, shares: tuple[PayerShare, ...]) -> Delta | None:
    target = make_net(*shares)
    return change_split(
        net, elder_fen=target.elder_fen, discount_fen=target.discount_fen, shares=shares
    )


def _prove(net: Net, delta: Delta) -> Net:
    after = net.after(delta)
    assert delta.price_fen == delta.elder_fen + delta.subsidy_fen + delta.discount_fen
    assert delta.elder_fen == delta.borne_fen - delta.purse_fen - delta.cash_fen
    assert correction_postings(delta, elder_id=1, counter_id=None, day=date(2026, 11, 25)) or (
        not any((delta.price_fen, delta.purse_fen, delta.borne_fen, delta.delivery_fee_fen))
    )
    assert after.price_fen == after.elder_fen + after.subsidy_fen + after.discount_fen
    assert after.paid_fen >= 0
    assert after.elder_fen >= 0
    assert all(share.fen > 0 for share in after.shares)
    given = sum(share.fen for share in after.shares if share.payer_kind != "canteen")
    assert given == after.subsidy_fen
    return after


def _cut(net: Net, share: PayerShare, fen: int) -> Net:
    """The net with at most so much cut of a share: all that moves is who bears it."""
    after = net.cut({(share.rule, share.payer): fen})
    off = net.subsidy_fen - after.subsidy_fen
    assert 0 < off <= fen
    assert (after.price_fen, after.paid_fen, after.corrections, after.meals) == (
        net.price_fen, net.paid_fen, net.corrections, net.meals,
    )  # fmt: skip
    assert after.borne_fen == net.borne_fen + off
    assert all(left.fen > 0 for left in after.shares)
    return after


@given(first=splits, rounding=st.sampled_from([0, 5]), acts=acts)
def test_whatever_is_corrected_in_whatever_order_adds_up(
    first: tuple[PayerShare, ...], rounding: int, acts: list[tuple[str, object, object]]
) -> None:
    net = make_net(*first, rounding_fen=rounding, fee_fen=200)
    for act, one, two in acts:
        delta: Delta | None
        if act == "judge" and net.meals:
            shares = tuple(replace(share, version_id=two) for share in one)  # type: ignore[attr-defined]
            delta = _judge(net, shares)
            if delta is not None:
                net = _prove(net, delta)
            assert _judge(net, shares) is None
            owed = {(share.rule, share.payer): share.fen for share in shares}
            for share in net.shares:
                pair = share.rule, share.payer
                assert share.fen <= owed[pair]
                assert share.fen >= owed[pair] - net.clawed.get(pair, 0)
        elif act == "claw":
            government = [share for share in net.shares if share.funder_id]
            if government:
                share = government[int(str(one)) % len(government)]
                taken = min(share.fen, int(str(two)))
                net = _prove(net, claw_back(net, {share.key: taken}))
        elif act == "cut":
            government = [share for share in net.shares if share.funder_id]
            if government:
                net = _cut(net, government[int(str(one)) % len(government)], int(str(two)))
        elif act == "back" and not net.is_empty:
            back = take_back(net, keeps_part=bool(one), keeps_fee=bool(two), is_guest=False)
            paid = net.paid_fen
            net = _prove(net, back)
            assert (net.meals, net.subsidy_fen, net.shares) == (0, 0, ())
            assert net.paid_fen == (paid if one else 0)


def test_what_falls_goes_to_her_and_what_rises_is_borne_until_it_falls_again() -> None:
    net = make_net(make_share("age", "city", 500))
    up = _judge(net, ())
    assert up is not None
    assert (up.elder_fen, up.borne_fen, up.purse_fen, up.rise_fen) == (500, 500, 0, 500)
    charged = up.charged()
    assert (charged.borne_fen, charged.purse_fen) == (0, -500)
    borne = net.after(up)
    down = _judge(borne, (make_share("age", "city", 700),))
    assert down is not None
    assert (down.elder_fen, down.borne_fen, down.purse_fen) == (-700, -500, 200)
    paid_back = _judge(net.after(charged), (make_share("age", "city", 700),))
    assert paid_back is not None
    assert (paid_back.borne_fen, paid_back.purse_fen) == (0, 700)


def test_the_rounding_she_never_paid_is_not_given_back() -> None:
    net = make_net(make_share("age", "city", 795), rounding_fen=5)
    delta = take_back(net, keeps_part=False, keeps_fee=False, is_guest=True)
    assert (delta.cash_fen, delta.borne_fen, delta.elder_fen) == (700, -5, -705)


def test_the_same_money_by_another_version_is_no_difference() -> None:
    net = make_net(make_share("age", "city", 500))
    assert _judge(net, (make_share("age", "city", 500, version=2),)) is None
    changed = _judge(net, (make_share("age", "city", 600, version=2),))
    assert changed is not None
    assert [(share.version_id, share.fen) for share in changed.shares] == [(1, -500), (2, 600)]


def test_a_reason_is_needed() -> None:
    assert clean_reason(" 打了没吃 ") == "打了没吃"
    with pytest.raises(Invalid, match="reason"):
        clean_reason("  ")
