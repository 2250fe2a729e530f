"""Keeps what a long run measured in docs/measured.md: each run its own section, written anew by itself."""

import re
from pathlib import Path

MEASURED = Path(__file__).parent.parent / "docs" / "measured.md"
TITLE = "# Measured\n\nWritten by `make soak`; each section by the test it names.\n"


def keep(title: str, body: str) -> None:
    """Write the section of this title, in the order of the alphabet."""
    text = MEASURED.read_text(encoding="utf-8") if MEASURED.exists() else TITLE
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    sections = dict(part.split("\n", maxsplit=1) for part in parts)
    sections[title] = f"\n{body.strip()}\n\n"
    made = "".join(f"## {name}\n{sections[name]}" for name in sorted(sections))
    MEASURED.write_text(f"{head.strip()}\n\n{made}".rstrip() + "\n", encoding="utf-8")
