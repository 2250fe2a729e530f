"""The reader agent: bytes from a serial card reader become swipes that are kept and sent.

It stands apart from the service (a counter's small computer installs only this and pyserial) and
decides nothing about meals or money: it makes a swipe, keeps it, sends it, shows the answer.
"""

__version__ = "0.1.0"
