"""Column types: how a time, a JSON value and a large text stand in both databases alike."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Row
from sqlalchemy.types import TypeDecorator, TypeEngine

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns its query named."""

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A row's own number. SQLite numbers rows by itself only in a column of exactly INTEGER."""


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC to the microsecond and read back aware.

    PostgreSQL: timestamptz. SQLite, which knows no times: text of fixed width
    (``2026-08-14T05:00:00.000000Z``), so that comparing the text compares the times.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(27))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds")[:26] + "Z" if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        moment: datetime = value
        return moment.astimezone(UTC)


class Packed(TypeDecorator[bytes]):
    """Bytes, kept compressed (zlib, level 6: feeds and documents shrink to a fifth)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.decompress(value)
