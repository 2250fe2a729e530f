"""Serial peers from outside: socat's pseudo-terminals and ser2net's network ports."""

import os
import signal
import subprocess
from pathlib import Path

from tests.e2e.live import free_port, wait_until

SER2NET = """%YAML 1.1
---
connection: &port
  accepter: {accepter},tcp,127.0.0.1,{port}
  enable: on
  options: {{kickolduser: false, max-connections: 1}}
  connector: serialdev,{device},9600n81,local
"""


class Cable:
    """A socat pair: what is written at the card's end comes out at the host's end."""

    def __init__(self, folder: Path) -> None:
        self.card, self.host = folder / "card", folder / "host"
        self._ends = [f"PTY,link={end},raw,echo=0,mode=660" for end in (self.card, self.host)]
        self._socat: subprocess.Popen[bytes] | None = None
        self.plug()

    def plug(self) -> None:
        self._socat = subprocess.Popen(["socat", *self._ends], stderr=subprocess.DEVNULL)
        wait_until(lambda: self.card.exists() and self.host.exists(), "socat made both ends")

    def unplug(self, how: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM takes the links away; SIGKILL leaves them dangling, as a broken machine does."""
        assert self._socat is not None
        self._socat.send_signal(how)
        self._socat.wait(10)
        for end in (self.card, self.host):
            if end.is_symlink():  # the number it dangles at is soon given to another test's reader
                end.unlink()
                end.symlink_to("/dev/pts/gone")

    def lay(self, frame: bytes) -> None:
        """Lay a card on the reader."""
        handle = os.open(self.card, os.O_WRONLY | os.O_NOCTTY)
        os.write(handle, frame)
        os.close(handle)

    def close(self) -> None:
        if self._socat is not None and self._socat.poll() is None:
            self.unplug()


class SerialServer:
    """ser2net before a device: `rfc2217` with its telnet options, or a raw TCP port."""

    def __init__(self, folder: Path, device: Path, *, rfc2217: bool) -> None:
        self.port = free_port()
        self._file = folder / f"ser2net-{self.port}.yaml"
        accepter = "telnet(rfc2217=true)" if rfc2217 else "raw"
        text = SER2NET.format(accepter=accepter, port=self.port, device=device)
        self._file.write_text(text.replace("raw,tcp", "tcp"), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        # A pseudo-terminal has no DTR, so its control lines are not waited for.
        self.address = (
            f"rfc2217://127.0.0.1:{self.port}?ign_set_control"
            if rfc2217
            else f"socket://127.0.0.1:{self.port}"
        )
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["ser2net", "-n", "-c", str(self._file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
