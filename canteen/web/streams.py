"""How many event streams are open at once: each holds a thread, and the taps need theirs (speed.md)."""

import threading


class Streams:
    """A count with a limit; a stream enters before its first byte and leaves at its end."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._open = 0
        self._lock = threading.Lock()

    @property
    def open_count(self) -> int:
        """Streams open now."""
        return self._open

    def enter(self) -> bool:
        """Take a place; False when all are taken."""
        with self._lock:
            if self._open >= self.limit:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._open -= 1
