"""The one error for wrong input: what was typed or set, where, and how to mend it.

It stands at the bottom so that settings, decoder and commands share it; the commands turn it into
exit code 2.
"""


class InputInvalid(ValueError):
    """What was typed or set can't be used; the text says what, where and what is allowed."""
