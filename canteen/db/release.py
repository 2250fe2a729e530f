"""The migration that this release's tables stand at, asked without loading Alembic."""

from pathlib import Path

_HEAD = Path(__file__).parents[2] / "migrations" / "HEAD"


def read_head() -> str:
    """The newest migration of this code, as the file beside the migrations names it."""
    return _HEAD.read_text(encoding="utf-8").strip()
