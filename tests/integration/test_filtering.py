"""A filter finds in the database whom it holds for, and lists go on where they stopped, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
)

from services.filtering.evaluating import evaluate
from services.filtering.parsing import parse
from services.filtering.tree import Kind, Value
from services.storage.columns import Instant
from services.storage.database import make_engine
from services.storage.filtering import SortKey, rows_after, where
from tests.integration.filters import FIELDS, FILTERS, NOW, ROWS

TYPES: dict[str, Any] = {"orders": Integer(), "rate": Float(53)}
OF_KIND: dict[Kind, Any] = {
    Kind.NUMBER: BigInteger(),
    Kind.TEXT: String(40),
    Kind.ENUM: String(24),
    Kind.BOOL: Boolean(),
    Kind.MOMENT: Instant(),
    Kind.AGE: Instant(),
}
PEOPLE = Table(
    "people",
    MetaData(),
    Column("number", Integer, primary_key=True),
    *(Column(name, TYPES.get(name, OF_KIND[field.kind])) for name, field in FIELDS.items()),
    prefixes=["TEMPORARY"],
)
COLUMNS = {name: PEOPLE.c[name] for name in FIELDS}
Rows = list[dict[str, Value | None]]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = make_engine(database_url)
    with engine.connect() as found:
        PEOPLE.create(found)
        yield found
        found.rollback()
    engine.dispose()


def fill(connection: Connection, rows: Rows) -> None:
    connection.execute(PEOPLE.delete())
    connection.execute(insert(PEOPLE), [{"number": number, **row} for number, row in enumerate(rows)])


def test_the_database_finds_whom_a_filter_holds_for(connection: Connection) -> None:
    @hypothesis_settings(max_examples=150)
    @given(rows=st.lists(ROWS, min_size=1, max_size=6), texts=st.lists(FILTERS, min_size=1, max_size=4))
    def check(rows: Rows, texts: list[str]) -> None:
        fill(connection, rows)
        for text in texts:
            tree = parse(text, FIELDS)
            found = connection.execute(select(PEOPLE.c.number).where(where(tree, COLUMNS, NOW))).scalars()
            wanted = {number for number, row in enumerate(rows) if evaluate(tree, row, NOW)}
            assert set(found) == wanted, text

    check()


SORTS = st.lists(
    st.tuples(st.sampled_from(sorted(FIELDS)), st.booleans()),
    max_size=3,
    unique_by=lambda one: one[0],
)


def keys_of(sorts: list[tuple[str, bool]]) -> list[SortKey]:
    keys = [SortKey(PEOPLE.c[name], FIELDS[name].kind, down, nullable=True) for name, down in sorts]
    return [*keys, SortKey(PEOPLE.c.number, Kind.NUMBER, descending=False, nullable=False)]


def test_pages_after_each_row_are_the_rest_of_the_list(connection: Connection) -> None:
    @hypothesis_settings(max_examples=60)
    @given(rows=st.lists(ROWS, min_size=1, max_size=6), sorts=SORTS)
    def check(rows: Rows, sorts: list[tuple[str, bool]]) -> None:
        fill(connection, rows)
        keys = keys_of(sorts)
        ordered = select(PEOPLE.c.number, *(key.column for key in keys)).order_by(
            *(clause for key in keys for clause in key.clauses)
        )
        whole = list(connection.execute(ordered))
        for place, row in enumerate(whole):
            rest = connection.execute(ordered.where(rows_after(keys, row[1:]))).scalars()
            assert list(rest) == [one[0] for one in whole[place + 1 :]]

    check()


@pytest.mark.parametrize("descending", [False, True])
def test_whoever_has_no_value_comes_last(connection: Connection, descending: bool) -> None:
    fill(connection, [{**dict.fromkeys(FIELDS), "rate": rate} for rate in (1.0, None, 2.0)])
    (key, last) = keys_of([("rate", descending)])
    found = connection.execute(select(PEOPLE.c.rate).order_by(*key.clauses, *last.clauses)).scalars().all()
    assert found[-1] is None
    assert [one < other for one, other in pairwise(found[:2])] == [not descending]


def test_the_youngest_age_is_the_latest_moment(connection: Connection) -> None:
    from datetime import timedelta

    ages = (3, 1, 2)
    fill(connection, [{**dict.fromkeys(FIELDS), "recency_days": NOW - timedelta(days=age)} for age in ages])
    (key, _) = keys_of([("recency_days", False)])
    found = connection.execute(select(PEOPLE.c.number).order_by(*key.clauses)).scalars()
    assert [ages[number] for number in found] == [1, 2, 3]
