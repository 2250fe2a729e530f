"""`card-reader ports`: which serial ports there are, by names that stay, and who holds them.

A number like ttyUSB0 changes when a reader is pulled out; the names under /dev/serial do not. Two
readers of the same make can share a by-id name (cheap ones have no serial number), so a by-id name
is shown only while it leads to this port.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from serial.tools import list_ports

STABLE_FOLDERS = (Path("/dev/serial/by-id"), Path("/dev/serial/by-path"))
PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class PortFound:
    """One port. `stable`: the name to write into reader.toml. `held_by`: "pid name" of each."""

    port: str
    stable: str
    description: str
    held_by: tuple[str, ...]


def list_found(
    folders: Iterable[Path] = STABLE_FOLDERS, processes: Path = PROCESSES
) -> list[PortFound]:
    """The ports of this machine in the order of their names."""
    return [
        PortFound(
            port=str(found.device),
            stable=find_stable_name(str(found.device), folders),
            description=str(found.description or ""),
            held_by=tuple(list_holders(str(found.device), processes)),
        )
        for found in sorted(list_ports.comports(), key=lambda found: str(found.device))
    ]


def find_stable_name(port: str, folders: Iterable[Path] = STABLE_FOLDERS) -> str:
    """The first name under /dev/serial that leads to the port; the port itself when none does."""
    wanted = Path(port).resolve()
    for folder in folders:
        names = sorted(folder.iterdir()) if folder.is_dir() else []
        for name in names:
            if name.resolve() == wanted:
                return str(name)
    return port


def list_holders(port: str, processes: Path = PROCESSES) -> list[str]:
    """The processes that have the port open, as far as this user may see them."""
    wanted = Path(port).resolve()
    holders = []
    for folder in sorted(processes.glob("[0-9]*"), key=lambda folder: int(folder.name)):
        try:
            is_holder = any(link.resolve() == wanted for link in (folder / "fd").iterdir())
            name = (folder / "comm").read_text().strip() if is_holder else ""
        except OSError:
            continue  # It ended meanwhile, or belongs to somebody else.
        if is_holder:
            holders.append(f"{folder.name} {name}")
    return holders


def ports_json(found: Iterable[PortFound]) -> dict[str, object]:
    """The ports as the document of `--json`."""
    return {"ports": [asdict(port) for port in found]}


def ports_text(found: list[PortFound]) -> str:
    """The ports for a person."""
    if not found:
        return "no serial port found: is the reader plugged in, and may this user see it?"
    lines = []
    for port in found:
        held = f"  held by {', '.join(port.held_by)}" if port.held_by else ""
        lines.append(f"{port.stable}\n    {port.port}  {port.description}{held}")
    return "\n".join(lines)
