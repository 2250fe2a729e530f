"""Elders, the dated facts about them, their cards and who held which card when.

Facts have two clocks: `from_on, to_on` say when a thing is true, `recorded_at, withdrawn_at` when we
knew it. Rows are added or withdrawn, never edited (a trigger refuses), so that an old meal can be
judged again by what was true, and by what was known.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from canteen.models.base import STRICT, Base, Count, Day, Flag, Id, Instant


class Elder(Base):
    """A person on the register (花名册). What can change with time is a fact, not a column here."""

    __tablename__ = "elders"
    __table_args__ = (CheckConstraint("sex IN ('F', 'M', 'U')", name="sex"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: register number: the handle in commands, pages and addresses; never an ID number
    number: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    #: full pinyin and initials, lower case, for search and for sorting (no database sorts Chinese alike)
    pinyin: Mapped[str] = mapped_column(Text, index=True)
    initials: Mapped[str] = mapped_column(Text, index=True)
    sex: Mapped[str] = mapped_column(Text)
    #: the community whose secretary keeps this elder
    community_code: Mapped[str] = mapped_column(Text, ForeignKey("areas.code"), index=True)
    #: the canteen where she usually eats
    canteen_id: Mapped[int | None] = mapped_column(Id, ForeignKey("canteens.id"), index=True)
    #: resident ID number, sealed for "elders:<number>:id_number"; its keyed index; and of its last four
    id_number_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[str | None] = mapped_column(Text, unique=True)
    id_last4_index: Mapped[str | None] = mapped_column(Text, index=True)
    #: phone, sealed for "elders:<number>:phone"; its keyed index
    phone_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(Text, index=True)
    #: building, stair and door as written; plain, for volunteers and search
    address: Mapped[str | None] = mapped_column(Text)
    #: what she must not or does not eat; shown to cashier and kitchen
    diet: Mapped[str | None] = mapped_column(Text)
    #: the voice names amounts and balance; each elder may have it off
    speak: Mapped[bool] = mapped_column(Flag, default=True)
    speak_balance: Mapped[bool] = mapped_column(Flag, default=True)
    #: the row that goes on for this person since two were found to be one; her cards answer to it
    merged_into_id: Mapped[int | None] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    #: the roster that is still bringing her in, in slices; she is seen when all of it is there
    pending_import_id: Mapped[int | None] = mapped_column(Id, ForeignKey("import_files.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class ElderFact(Base):
    """One dated fact with two clocks: birth date, 户籍, residence, a category, moved or deceased."""

    __tablename__ = "elder_facts"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'born' AND born IS NOT NULL AND code IS NULL)"
            " OR (kind IN ('hukou', 'residence', 'category', 'status') AND code IS NOT NULL"
            " AND born IS NULL)",
            name="kind",
        ),
        CheckConstraint("level IS NULL OR kind = 'category'", name="level_of_category"),
        CheckConstraint("kind <> 'status' OR code IN ('moved', 'deceased')", name="status_code"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="from_before_to"),
        Index(None, "elder_id", "kind"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"))
    kind: Mapped[str] = mapped_column(Text)
    #: category code, area code of 户籍 or residence, or moved/deceased
    code: Mapped[str | None] = mapped_column(Text)
    #: degree of a category (失能 2 级 …), where it has one
    level: Mapped[int | None] = mapped_column(Count)
    born: Mapped[date | None] = mapped_column(Day)
    #: first and last day it is true; of a birth date both are open
    from_on: Mapped[date | None] = mapped_column(Day)
    to_on: Mapped[date | None] = mapped_column(Day)
    source: Mapped[str | None] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)


class Card(Base):
    """A physical card (就餐卡), known by its canonical id: scheme and bytes in air order."""

    __tablename__ = "cards"
    __table_args__ = (Index(None, "low24"), Index(None, "low32"), Index(None, "printed"), STRICT)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: `em4100:62E3086CED`, `iso14443a:B0864D25`
    uid: Mapped[str] = mapped_column(Text, unique=True)
    #: the number printed on the card, where it has one
    printed: Mapped[str | None] = mapped_column(Text)
    #: low 24 and 32 bits of an EM4100 card, for readers that send no more
    low24: Mapped[int | None] = mapped_column(Count)
    low32: Mapped[int | None] = mapped_column(Count)
    #: the morning card: the cook taps it at opening, nobody is charged
    is_test: Mapped[bool] = mapped_column(Flag, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class CardHolding(Base):
    """Who held a card from when to when; one holder at a time."""

    __tablename__ = "card_holdings"
    __table_args__ = (
        Index(
            "uq_card_holdings_open",
            "card_id",
            unique=True,
            sqlite_where=text("to_at IS NULL"),
            postgresql_where=text("to_at IS NULL"),
        ),
        Index(None, "card_id", "from_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    card_id: Mapped[int] = mapped_column(Id, ForeignKey("cards.id"))
    elder_id: Mapped[int] = mapped_column(Id, ForeignKey("elders.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(Instant)
    to_at: Mapped[datetime | None] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class CardBlock(Base):
    """A card reported lost, or blocked for another reason, from an instant on."""

    __tablename__ = "card_blocks"
    __table_args__ = (
        CheckConstraint("kind IN ('lost', 'blocked')", name="kind"),
        Index(None, "card_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    card_id: Mapped[int] = mapped_column(Id, ForeignKey("cards.id"))
    kind: Mapped[str] = mapped_column(Text)
    from_at: Mapped[datetime] = mapped_column(Instant)
    #: the card was found again, or the block lifted
    to_at: Mapped[datetime | None] = mapped_column(Instant)
    #: who told us: "女儿", "本人"
    reported_by: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
