"""Which passwords are good enough, which spellings are one account, and how long a wrong try waits.

Pure: the tries are counted by the service and handed in. Three counts slow down: the account from one
address, the account from everywhere, and the address; the last two never hold up an account at an
address where it has signed in before, so that nobody is shut out by somebody else's guessing.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from canteen.rules.errors import Invalid

PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 200
TRIES_FREE = 5
WAIT_SECONDS_FIRST = 60
WAIT_SECONDS_MAX = 300
ACCOUNT_TRIES_FREE = 10
ORIGIN_TRIES_FREE = 30
WAIT_SECONDS_OTHERS = 30
#: wrong tries older than this are forgotten
WINDOW = timedelta(minutes=15)
#: an address is known to an account for so long after a sign-in
KNOWN_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Wrong tries within the window, and when the last of them was."""

    count: int
    last_at: datetime | None


def fold_name(text: str) -> str:
    """The account a typed name means: width, case, blanks at the ends and invisible characters are
    one ("Ｆｉｎａｎｃｅ ", "finance")."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    shown = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", shown).strip()


def check_password(password: str, name_key: str) -> str:
    """The password; `Invalid` when it is too short, too long or the account's own name."""
    too_easy = fold_name(password) == name_key
    if too_easy or not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise Invalid(
            "password_short",
            f"密码至少 {PASSWORD_LENGTH_MIN} 个字符，不能和账号相同",
            f"A password has at least {PASSWORD_LENGTH_MIN} characters and is not the account's name",
        )
    return password


def tries_left(here: Wrong) -> int:
    """How many more wrong tries are free for this account from this address."""
    return max(0, TRIES_FREE - here.count)


def wait_after(here: Wrong) -> int:
    """Seconds to wait after the last wrong try from this address; doubles up to five minutes."""
    if here.count < TRIES_FREE:
        return 0
    doublings = min(here.count - TRIES_FREE, 8)
    return min(WAIT_SECONDS_MAX, WAIT_SECONDS_FIRST << doublings)


def seconds_to_wait(
    here: Wrong, account: Wrong, origin: Wrong, *, is_known: bool, now: datetime
) -> int:
    """Seconds until the next try is looked at; 0 = now. `is_known`: this account has signed in here."""
    waits = [(here.last_at, wait_after(here))]
    if not is_known:
        if account.count >= ACCOUNT_TRIES_FREE:
            waits.append((account.last_at, WAIT_SECONDS_OTHERS))
        if origin.count >= ORIGIN_TRIES_FREE:
            waits.append((origin.last_at, WAIT_SECONDS_OTHERS))
    left = [
        last_at + timedelta(seconds=seconds) - now
        for last_at, seconds in waits
        if last_at and seconds
    ]
    longest = max(left, default=timedelta(0))
    return max(0, -(-longest // timedelta(seconds=1)))
