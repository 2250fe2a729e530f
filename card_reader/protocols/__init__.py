"""What readers say on the wire: bytes and times in, events out.

Standard library only; no serial port, no clock and no logging, so every case can be replayed.
"""
