"""Files that people send: rosters waiting for their fixes, and lists of other registers (动态监测比对).

A file holds ID numbers: its bytes and the fixes made to it are sealed, and go when it is done.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Id, Instant


class ImportFile(Base):
    """A roster or a register's list as it was sent, until it is applied or put aside."""

    __tablename__ = "import_files"
    __table_args__ = (
        CheckConstraint("kind IN ('roster', 'register_list')", name="kind"),
        CheckConstraint("state IN ('open', 'applying', 'applied', 'discarded')", name="state"),
        Index(None, "area_code", "sent_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    #: the community (roster) or the area (list) it is judged for
    area_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"))
    name: Mapped[str] = mapped_column(Text)
    byte_count: Mapped[int] = mapped_column(Count)
    sha256: Mapped[str] = mapped_column(Text)
    #: the bytes, sealed for "import_files:<sha256>:content"; null once done
    content_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: what the person mended: `rules.roster_fixes.Fixes`, sealed for "import_files:<sha256>:fixes"
    fixes_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: JSON {header as written: field} where the person chose otherwise than we guessed
    columns: Mapped[str | None] = mapped_column(Text)
    #: of a register's list: who made it (civil_affairs, police, disabled_federation) and its paper
    source: Mapped[str | None] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    #: JSON: how its sender means a register's list ("as_of", "category", "is_complete"); for which
    #: "areas" a roster may name people
    terms: Mapped[str | None] = mapped_column(Text)
    #: JSON counts {"add", "change", "same", "refuse", "hold"} of what was applied; of a list {"rows",
    #: "same", "nobody", "known", "unread": [[row, code] …]}
    outcome: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[str | None] = mapped_column(Text)


class ColumnName(Base):
    """Which field a header means to a community: remembered from the last time somebody chose it."""

    __tablename__ = "column_names"
    __table_args__ = (STRICT,)

    area_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"), primary_key=True)
    #: the header as written, blanks taken out
    header: Mapped[str] = mapped_column(Text, primary_key=True)
    #: the field's name, or "" for a column to leave out
    field: Mapped[str] = mapped_column(Text)
    chosen_at: Mapped[datetime] = mapped_column(Instant)
    chosen_by: Mapped[str] = mapped_column(Text)


class RegisterFinding(Base):
    """What a line of another register's list says of an elder: to be accepted or declined by a person."""

    __tablename__ = "register_findings"
    __table_args__ = (
        CheckConstraint(
            "change IN ('deceased', 'moved', 'category_begins', 'category_ends')", name="change"
        ),
        CheckConstraint("state IN ('open', 'accepted', 'declined')", name="state"),
        UniqueConstraint("import_file_id", "row", "elder_id", "change", "code"),
        Index(None, "elder_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_file_id: Mapped[int] = mapped_column(Id, ForeignKey("import_files.id"))
    #: the row's number as the file's own program shows it; 0: she is not on a complete list
    row: Mapped[int] = mapped_column(Count)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    change: Mapped[str] = mapped_column(Text)
    #: category code and degree, where it is one
    code: Mapped[str | None] = mapped_column(Text)
    level: Mapped[int | None] = mapped_column(Count)
    #: first day it is true (of an end: the last day the category held)
    on_day: Mapped[date] = mapped_column(Day)
    #: her name on the list, where it differs from ours
    name_written: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
