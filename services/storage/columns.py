"""What tables are made of: columns of a few kinds, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Constraint,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)
from sqlalchemy.types import UserDefinedType

from services.clock import EPOCH, MICROSECOND


class Instant(UserDefinedType[datetime]):
    """A moment, kept as microseconds since 1970 in UTC: exact, sortable and alike on both databases."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "BIGINT"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        del dialect
        return lambda moment: None if moment is None else (moment - EPOCH) // MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        del dialect, coltype
        return lambda count: None if count is None else EPOCH + timedelta(microseconds=count)


# SQLite numbers rows by itself only in a column declared INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def table(name: str, *parts: Column[Any] | Index | Constraint, clustered: bool = False) -> Table:
    """A table; on SQLite a clustered one keeps its rows in the order of its key, for narrow rows."""
    options: dict[str, Any] = {"sqlite_with_rowid": False} if clustered else {}
    made: Table = Table(name, metadata, *parts, **options)
    return made


def key(name: str, length: int = 128) -> Column[str]:
    return Column(name, String(length), primary_key=True)


def text(name: str, length: int = 128) -> Column[str]:
    return Column(name, String(length), nullable=False)


def number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def position(name: str) -> Column[int]:
    """A part of the key that counts from 0."""
    return Column(name, Integer, primary_key=True, autoincrement=False)


def never_negative(*names: str) -> CheckConstraint:
    """The database itself refuses a balance below zero."""
    return CheckConstraint(" AND ".join(f"{name} >= 0" for name in names), name="never_negative")
