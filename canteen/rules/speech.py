"""What the elder hears and reads: plain spoken amounts, never a category, never a want of money.

The wording is ui.md §5. Short lines are for when the next person already stands there.
"""

from canteen.rules.money import yuan_text
from canteen.rules.outcomes import BY_CODE, MEALTIMES_SPOKEN

DIGITS = "零一二三四五六七八九"
#: from 10^4 on people say 万; purses do not reach 10^8 fen here, texts fall back to figures
SPOKEN_MAX_FEN = 99_999_99


def spoken_yuan(fen: int) -> str:
    """七块, 五块六, 八十六块四, 十二块零五分 … for 0 ≤ fen ≤ 99999.99 yuan."""
    if fen < 0:
        return "负" + spoken_yuan(-fen)
    if fen > SPOKEN_MAX_FEN:
        return yuan_text(fen) + "元"
    yuan, rest = divmod(fen, 100)
    jiao, odd = divmod(rest, 10)
    if yuan == 0:
        if jiao == 0:
            return f"{DIGITS[odd]}分" if odd else "零块"
        return f"{DIGITS[jiao]}毛{DIGITS[odd] if odd else ''}"
    words = ("两" if yuan == 2 else _spoken_whole(yuan)) + "块"
    if odd == 0:
        return words + (DIGITS[jiao] if jiao else "")
    return words + (f"{DIGITS[jiao]}毛{DIGITS[odd]}" if jiao else f"零{DIGITS[odd]}分")


def _spoken_whole(number: int) -> str:
    """一 to 九万九千九百九十九, as spoken: 十二, 一百零五, 二十."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        tail = ("零" if 0 < low < 1000 else "") + (_spoken_whole(low) if low else "")
        return _spoken_whole(high) + "万" + tail
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            words += ("零" if gap else "") + DIGITS[digit] + name
            gap = False
        elif words and number:
            gap = True
    return words[1:] if words.startswith("一十") else words


def english_yuan(fen: int) -> str:
    """7 yuan, 5.60 yuan: engines read figures well."""
    return f"{yuan_text(fen).removesuffix('.00')} yuan"


Lines = dict[str, dict[str, str]]


def accepted_lines(
    *,
    name: str | None,
    elder_fen: int,
    government_fen: int,
    balance_fen: int | None,
    is_low: bool,
) -> Lines:
    """The lines of a served meal; `balance_fen` None leaves the balance unsaid."""
    you = f"您付{spoken_yuan(elder_fen)}"
    you_en = f"You pay {english_yuan(elder_fen)}."
    left = (
        f"，还有{spoken_yuan(balance_fen)}" if balance_fen is not None and balance_fen >= 0 else ""
    )
    left_en = f" {english_yuan(balance_fen)} left." if left and balance_fen is not None else ""
    if is_low:
        tail, tail_en = "，记得充值。", " Please top up soon."
        short = you + left
        return _lines(short + tail, short + "。", you_en + left_en + tail_en, you_en + left_en)
    gov = f"，政府补{spoken_yuan(government_fen)}" if government_fen else ""
    gov_en = f" The government pays {english_yuan(government_fen)}." if government_fen else ""
    hello = f"{name}，" if name else ""
    return _lines(
        f"{hello}{you}{gov}{left}。",
        f"{you}{left}。",
        f"{you_en}{gov_en}{left_en}",
        f"{you_en}{left_en}",
    )


def offline_lines(elder_fen: int) -> Lines:
    """A late swipe: what she pays; the balance is not spoken."""
    return _same(f"您付{spoken_yuan(elder_fen)}。", f"You pay {english_yuan(elder_fen)}.")


def refused_lines(outcome: str, mealtime: str | None, *, is_carried: bool = False) -> Lines:
    """请稍等 and its kin; for a second tap that nothing was charged, and that the meal went to her door
    when it did."""
    known = BY_CODE[outcome]
    zh, en = MEALTIMES_SPOKEN.get(mealtime or "", ("这餐", "This meal"))
    if is_carried:
        return _same(f"{zh}送到您家去了，没有再扣钱。", f"{en} was sent to your door. No charge.")
    return _same(known.elder_zh.format(meal=zh), known.elder_en.format(meal=en))


def returned_lines(fen: int) -> Lines:
    """A void: what goes back to the purse."""
    return _same(f"退您{spoken_yuan(fen)}。", f"{english_yuan(fen)} returned.")


def _same(zh: str, en: str) -> Lines:
    return _lines(zh, zh, en, en)


def _lines(zh: str, zh_short: str, en: str, en_short: str) -> Lines:
    return {
        "zh": {"full": zh, "short": zh_short},
        "en": {"full": en, "short": en_short},
    }
