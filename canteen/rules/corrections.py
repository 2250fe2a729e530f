"""Corrections (更正) as pure sums: what a meal has become, and what is missing to what it should be.

Ground floor: the result of a meal is its booked lines and its approved corrections together; a delta is
the difference from that to a target. SOURCE: domain.md §4.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from canteen.rules.errors import Invalid
from canteen.rules.postings import Posting, balanced

REASON_LENGTH_MAX = 500
#: rule, payer, scheme version: a delta keeps each of the old and of the new
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class PayerShare:
    """A payer's share of a meal, or the change of it, under a rule of a scheme version."""

    rule: str
    payer: str
    version_id: int
    payer_kind: str
    payer_name: str
    funder_id: int | None
    quota_scope: str
    quota_group: str
    fen: int

    @property
    def key(self) -> Key:
        """What a share is: rule, payer, version."""
        return self.rule, self.payer, self.version_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A difference to a meal, in fen: negative takes back. The fields are those of a correction's row."""

    kind: str
    price_fen: int = 0
    elder_fen: int = 0
    subsidy_fen: int = 0
    discount_fen: int = 0
    #: given to the purse (negative: charged to it), given back in cash, borne by the canteen
    purse_fen: int = 0
    cash_fen: int = 0
    borne_fen: int = 0
    delivery_fee_fen: int = 0
    meals: int = 0
    shares: tuple[PayerShare, ...] = ()

    @property
    def rise_fen(self) -> int:
        """The rise of the elder's part that somebody must bear."""
        return max(self.elder_fen, 0)

    def charged(self) -> "Delta":
        """The same, with the rise paid by her purse and not by the canteen."""
        rise_fen = self.rise_fen
        return replace(
            self, purse_fen=self.purse_fen - rise_fen, borne_fen=self.borne_fen - rise_fen
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """What a meal has become: the booked meal and its approved corrections."""

    price_fen: int
    elder_fen: int
    subsidy_fen: int
    discount_fen: int
    #: of the elder's part, what she paid; the rest the canteen bears, cash rounding included
    paid_fen: int
    rounding_fen: int
    delivery_fee_fen: int
    meals: int
    shares: tuple[PayerShare, ...]
    #: (rule, payer) → what its funder has taken back, whatever the facts say
    clawed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    #: what approvals cut of the shares
    cuts: tuple[PayerShare, ...] = ()
    #: how many approved corrections it has
    corrections: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether all of it is taken back."""
        return not (self.meals or self.price_fen or self.delivery_fee_fen)

    @property
    def borne_fen(self) -> int:
        """What corrections made the canteen bear of the elder's part."""
        return self.elder_fen - self.paid_fen - self.rounding_fen

    @property
    def counted(self) -> tuple[PayerShare, ...]:
        """The shares as quotas count them, net of corrections only: a cut gives no quota back."""
        return _add((*self.shares, *self.cuts))

    def cut(self, taken: Mapping[tuple[str, str], int]) -> "Net":
        """The meal after approvals took so much off what was claimed of it, by rule and payer: the
        canteen bears that and the funder never paid it, but nothing was corrected."""
        left, keys = dict(taken), dict[Key, int]()
        for share in self.shares:
            pair = share.rule, share.payer
            fen = min(share.fen, left.get(pair, 0))
            if fen > 0:
                keys[share.key] = fen
                left[pair] -= fen
        cuts = tuple(
            replace(share, fen=keys[share.key]) for share in self.shares if share.key in keys
        )
        after = self.after(claw_back(self, keys))
        return replace(after, corrections=self.corrections, cuts=(*self.cuts, *cuts))

    def after(self, delta: Delta) -> "Net":
        """The meal with one more correction."""
        clawed = dict(self.clawed)
        if delta.kind == "claw_back":
            for share in delta.shares:
                pair = share.rule, share.payer
                clawed[pair] = clawed.get(pair, 0) - share.fen
        return replace(
            self,
            price_fen=self.price_fen + delta.price_fen,
            elder_fen=self.elder_fen + delta.elder_fen,
            subsidy_fen=self.subsidy_fen + delta.subsidy_fen,
            discount_fen=self.discount_fen + delta.discount_fen,
            paid_fen=self.paid_fen - delta.purse_fen - delta.cash_fen,
            delivery_fee_fen=self.delivery_fee_fen + delta.delivery_fee_fen,
            meals=self.meals + delta.meals,
            shares=_add((*self.shares, *delta.shares)),
            clawed=clawed,
            corrections=self.corrections + 1,
        )


def clean_reason(reason: str) -> str:
    """The reason without blanks at its ends; Invalid `reason` without one."""
    why = reason.strip()[:REASON_LENGTH_MAX]
    if not why:
        raise Invalid("reason", "请写原因", "Write the reason", field="reason")
    return why


def take_back(net: Net, *, keeps_part: bool, keeps_fee: bool, is_guest: bool) -> Delta:
    """Nobody ate it: every share goes back. What she paid too, unless her part is kept: then the rest of
    the price is the canteen's discount."""
    fee_fen = 0 if keeps_fee else -net.delivery_fee_fen
    back = tuple(replace(share, fen=-share.fen) for share in net.shares)
    common = Delta(
        kind="not_eaten",
        subsidy_fen=-net.subsidy_fen,
        delivery_fee_fen=fee_fen,
        meals=-net.meals,
        shares=back,
    )
    if keeps_part:
        return replace(common, discount_fen=net.subsidy_fen)
    whole = replace(
        common, price_fen=-net.price_fen, elder_fen=-net.elder_fen, discount_fen=-net.discount_fen
    )
    return _settle(whole, net, is_guest=is_guest)


def change_split(
    net: Net, *, elder_fen: int, discount_fen: int, shares: Iterable[PayerShare]
) -> Delta | None:
    """What leads from the meal as it is to another split of the same price; None when no payer would pay
    another sum.

    What a funder took back stays taken back: the canteen goes on bearing it."""
    target: list[PayerShare] = []
    lost_fen = 0
    for share in shares:
        lost = min(share.fen, net.clawed.get((share.rule, share.payer), 0))
        lost_fen += lost
        if share.fen > lost:
            target.append(replace(share, fen=share.fen - lost))
    if _sums(target) == _sums(net.shares):
        return None
    change = _add((*(replace(share, fen=-share.fen) for share in net.shares), *target))
    delta = Delta(
        kind="rejudged",
        elder_fen=elder_fen + lost_fen - net.elder_fen,
        subsidy_fen=sum(share.fen for share in change if share.payer_kind != "canteen"),
        discount_fen=discount_fen - net.discount_fen,
        shares=change,
    )
    return _settle(delta, net, is_guest=False)


def claw_back(net: Net, taken: Mapping[Key, int]) -> Delta:
    """What a funder takes back of its shares: the canteen bears it."""
    shares = tuple(
        replace(share, fen=-taken[share.key]) for share in net.shares if taken.get(share.key)
    )
    assert len(shares) == len(taken), "no such share"
    assert all(share.fen < 0 and share.funder_id for share in shares), shares
    fen = -sum(share.fen for share in shares)
    return Delta(kind="claw_back", elder_fen=fen, subsidy_fen=-fen, borne_fen=fen, shares=shares)


def _settle(delta: Delta, net: Net, *, is_guest: bool) -> Delta:
    """Who gets or bears the change of the elder's part. What falls is first what the canteen bore for
    her, then what she paid, last the rounding; what rises the canteen bears."""
    if delta.elder_fen >= 0:
        return replace(delta, borne_fen=delta.elder_fen)
    fall_fen = -delta.elder_fen
    paid_fen = min(max(fall_fen - net.borne_fen, 0), net.paid_fen)
    borne_fen = paid_fen - fall_fen
    if is_guest:
        return replace(delta, cash_fen=paid_fen, borne_fen=borne_fen)
    return replace(delta, purse_fen=paid_fen, borne_fen=borne_fen)


def correction_postings(
    delta: Delta, *, elder_id: int | None, counter_id: int | None, day: date
) -> tuple[Posting, ...]:
    """The postings of a correction: those of a meal with its signs turned where it takes back."""
    owed: dict[int, int] = {}
    for share in delta.shares:
        if share.funder_id is not None:
            owed[share.funder_id] = owed.get(share.funder_id, 0) + share.fen
    purse_fen = delta.purse_fen - delta.delivery_fee_fen
    return balanced(
        [
            Posting("sales", delta.price_fen),
            Posting("delivery_fees", delta.delivery_fee_fen),
            Posting("purse", purse_fen, elder_id=elder_id),
            Posting("cash_drawer", delta.cash_fen, counter_id=counter_id, day=day),
            Posting("write_off", -delta.borne_fen),
            Posting("discount", -delta.discount_fen),
            *(Posting("receivable", -fen, funder_id=funder) for funder, fen in owed.items()),
        ]
    )


def _add(shares: Sequence[PayerShare]) -> tuple[PayerShare, ...]:
    """Shares of one key together; those that come to nothing cancel out. Who was booked first says whose
    the share is."""
    added: dict[Key, PayerShare] = {}
    for share in shares:
        held = added.get(share.key)
        added[share.key] = share if held is None else replace(held, fen=held.fen + share.fen)
    return tuple(share for share in added.values() if share.fen)


def _sums(shares: Iterable[PayerShare]) -> dict[tuple[str, str], int]:
    """What each payer gives under each rule, whichever version it was."""
    sums: dict[tuple[str, str], int] = {}
    for share in shares:
        pair = share.rule, share.payer
        sums[pair] = sums.get(pair, 0) + share.fen
    return {pair: fen for pair, fen in sums.items() if fen}
