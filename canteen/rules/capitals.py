"""Amounts in Chinese capitals (人民币大写), as claims and day sheets must show them beside the digits.

SOURCE: 正确填写票据和结算凭证的基本规定 (Payment and Settlement Measures of the People's Bank of China,
1997, annex 1). Of what it leaves open we take: 整 after 元 and after 角, never after 分; 零 before 分
when 角 is zero; none between 元 and 角.
"""

from canteen.rules.money import check_fen

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
#: one million million yuan: nothing that is claimed comes near it
FEN_LIMIT = 10 ** (4 * len(GROUPS) + 2)


def in_capitals(fen: int) -> str:
    """Fen as 大写 without 人民币: 5 is 伍分, 1000050 is 壹万元伍角整, 0 is 零元整, -5 is 负伍分."""
    amount = abs(check_fen(fen))
    assert amount < FEN_LIMIT, "beyond the words we have"
    yuan, rest = divmod(amount, 100)
    jiao, last = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan or not rest else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    if last:
        words += f"{DIGITS[0] if yuan and not jiao else ''}{DIGITS[last]}分"
    return f"{'负' if fen < 0 else ''}{words}{'' if last else '整'}"


def _whole(number: int) -> str:
    """Whole yuan in words, four digits at a time; zeros between digits are one 零."""
    if number == 0:
        return DIGITS[0]
    words = ""
    has_gap = False
    for place, group in _groups(number):
        if group == 0:
            has_gap = True
            continue
        if words and (has_gap or group < 1000):
            words += DIGITS[0]
        words += _group(group) + GROUPS[place]
        has_gap = False
    return words


def _groups(number: int) -> list[tuple[int, int]]:
    """(place, four digits) from the left: 120000 is (1, 12), (0, 0)."""
    groups: list[tuple[int, int]] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append((len(groups), group))
    return groups[::-1]


def _group(number: int) -> str:
    """Up to four digits in words, without zeros at either end."""
    words = ""
    digits = str(number)
    for digit, unit in zip(digits, UNITS[len(digits) - 1 :: -1], strict=True):
        if digit == "0":
            words += DIGITS[0] if not words.endswith(DIGITS[0]) else ""
        else:
            words += DIGITS[int(digit)] + unit
    return words.rstrip(DIGITS[0])
