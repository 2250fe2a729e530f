"""What changed on a list of deliveries since it was printed: who is new, who is off, who goes with whom.

Ground floor: a list is its deliveries by handle, each with its portions, volunteer and turn.
SOURCE: field case O-058.
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: portions, the volunteer's number (None: no round), the turn on her round
Entry = tuple[int, str | None, int | None]
Content = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Difference:
    """Handles of what the paper says otherwise than the list now does."""

    added: tuple[str, ...] = ()
    taken_off: tuple[str, ...] = ()
    #: handle, portions on the paper, portions now
    portions: tuple[tuple[str, int, int], ...] = ()
    #: handle, volunteer on the paper, volunteer now
    moved: tuple[tuple[str, str | None, str | None], ...] = ()
    #: with the same volunteer, in another turn
    turned: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.taken_off or self.portions or self.moved or self.turned)


def compare(printed: Content, now: Content) -> Difference:
    """The difference of the list to its paper. A turn is another one only if the order of those on
    both changed: who moves up because somebody was taken off goes the same way."""
    both = [uid for uid in now if uid in printed]
    moved = [uid for uid in both if now[uid][1] != printed[uid][1]]
    return Difference(
        added=tuple(uid for uid in now if uid not in printed),
        taken_off=tuple(uid for uid in printed if uid not in now),
        portions=tuple(
            (uid, printed[uid][0], now[uid][0]) for uid in both if now[uid][0] != printed[uid][0]
        ),
        moved=tuple((uid, printed[uid][1], now[uid][1]) for uid in moved),
        turned=_turned([uid for uid in both if uid not in moved], printed, now),
    )


def _turned(same: list[str], printed: Content, now: Content) -> tuple[str, ...]:
    before, after = (
        sorted(same, key=lambda uid: (content[uid][1] or "", content[uid][2] or 0))
        for content in (printed, now)
    )
    return tuple(uid for was, uid in zip(before, after, strict=True) if was != uid)


def print_again(printed: Content, now: Content, volunteer: str) -> dict[str, Entry]:
    """What the papers say together after one volunteer's sheets were printed again."""
    others = {uid: entry for uid, entry in printed.items() if entry[1] != volunteer}
    return others | {uid: entry for uid, entry in now.items() if entry[1] == volunteer}
