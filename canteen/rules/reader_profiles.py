"""The reader profiles a counter may have (contract.md §3), by the names that the agent knows.

Ground floor: a table of names. What each means on the wire is the agent's own (`card_reader`).
"""

from canteen.rules.errors import Invalid

READER_PROFILES = (
    "rdm6300",
    "id12",
    "stx10",
    "em18",
    "parallax",
    "line",
    "line10",
    "stxlen_bin",
    "aabb",
    "soyal",
    "w26_bits",
    "w26_bits_d0d1_swapped",
    "pn532",
    "sam",
    "ssi",
    "qr",
)


def check_profile(name: str) -> str:
    """`name`; Invalid `reader_profile`, naming those there are, for any other."""
    if name not in READER_PROFILES:
        listed = ", ".join(READER_PROFILES)
        raise Invalid(
            "reader_profile",
            f"没有读卡器类型 {name!r}；可用：{listed}",
            f"There is no reader profile {name!r}; the profiles are: {listed}",
        )
    return name
