"""What a claim's paper says beside its number, in Chinese: that it is a supplement, whom alone it asks, and
that a version is not one to sign: not yet, or no longer."""

#: a state in which nobody signs → its mark, and why
_NOT_TO_SIGN = {
    "draft": ("草稿", "还没有提交"),
    "checked": ("草稿", "还没有提交"),
    "returned": ("已退回", "这一版已退回"),
    "withdrawn": ("已撤回", "这一版已撤回"),
    "discarded": ("已作废", "这一版已作废"),
}


def tell_marks(*, state: str, supplement: int, funder: str | None) -> str:
    """（补充1）（仅区级）（草稿）; nothing for a period's first claim to all funders, once it is sent."""
    mark, _ = _NOT_TO_SIGN.get(state, (None, None))
    told = (supplement and f"补充{supplement}", funder and f"仅{funder}", mark)
    return "".join(f"（{one}）" for one in told if one)


def why_not_to_sign(state: str) -> str | None:
    """What stands where the offices would sign; None for a claim that they sign."""
    if state not in _NOT_TO_SIGN:
        return None
    return f"{_NOT_TO_SIGN[state][1]}，不作签字盖章之用。"
