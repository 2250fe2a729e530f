"""Column types and the declarative base that both databases share.

SQLite stores what it is given, so every type checks in Python and every table is STRICT; PostgreSQL
gets its native types. Money is whole fen, instants are UTC, days are plain dates.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

#: Integer primary and foreign keys: INTEGER on SQLite (the row id), BIGINT on PostgreSQL.
Id = BigInteger().with_variant(Integer, "sqlite")
#: Whole numbers that are neither keys nor money.
Count = BigInteger().with_variant(Integer, "sqlite")

#: Every table is created STRICT on SQLite: a text never slips into an integer column.
STRICT = {"sqlite_strict": True}


class Fen(TypeDecorator[int]):
    """Money in whole fen (分). Refuses float, bool and text on the way in, because SQLite would not."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and type(value) is not int:
            raise TypeError(f"fen must be a whole number, not {value!r}")
        return value


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: text `2026-11-25T03:32:10.120000Z` on SQLite (sorts as time), timestamptz on
    PostgreSQL. A naive datetime is refused: it would name another moment on another machine."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"an instant needs its time zone: {value!r}")
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC)


class Day(TypeDecorator[date]):
    """A calendar date: text `2026-11-25` on SQLite, date on PostgreSQL. Never a datetime."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            raise TypeError(f"a day must be a plain date, not {value!r}")
        return value.isoformat() if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        if isinstance(value, str):
            return date.fromisoformat(value)
        return value


class Flag(TypeDecorator[bool]):
    """Yes or no: 0/1 on SQLite (STRICT knows no boolean), boolean on PostgreSQL."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if type(value) is not bool:
            raise TypeError(f"a flag must be True or False, not {value!r}")
        return int(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Base(DeclarativeBase):
    """All tables. Constraint names follow one convention so that both databases can alter them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
