"""Rows are stored as sets: what was stored is read back as it was, and a table's key decides what stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DataError, IntegrityError

from services.storage.database import make_engine
from services.storage.sets import Present, Rows, insert_new, insert_rows, insert_tuples, store_rows, upsert
from services.storage.tables import awards, customers, gateways, presence_pseudonyms, requests
from services.storage.tables import churn_predictions as churn
from tests.integration.shop import NOON

AWKWARD = 'O\'Neill \\ "quoted" {a,b} %(c)s 100 % \u20ac \U0001f600\n\tNULL'


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = make_engine(database_url)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def request(request_id: str, **changes: Any) -> dict[str, Any]:
    row = {
        "request_id": request_id,
        "method": "spend",
        "customer_id": "anna",
        "fingerprint": bytes(range(256)),
        "answer": b"",
        "created_at": NOON + timedelta(microseconds=1),
    }
    return row | changes


def gateway(health: Any) -> dict[str, Any]:
    keys = {"gateway": "gw", "store": "camden", "version": "1", "session": "s", "config": None}
    return {**keys, "dropped": 2**62, "dropped_at": None, "last_contact_at": NOON, "health": health}


def prediction(probability: float) -> dict[str, Any]:
    told = {"band": "HIGH", "reasons": [{"why": AWKWARD}], "value_minor": -1, "expected_loss_minor": 0}
    return {"customer_id": "anna", "probability": probability, **told}


def stored(connection: Connection, table: Table) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [dict(row) for row in rows]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (requests, request(AWKWARD)),
        (gateways, gateway({"rssi": [1.5, None], "note": AWKWARD})),
        (gateways, gateway(None)),
        (churn, prediction(0.1 + 0.2)),
        (churn, prediction(5e-324)),
        (presence_pseudonyms, {"pseudonym": "p", "customer_id": "", "day": date(2024, 2, 29)}),
    ],
)
def test_a_row_is_read_back_as_it_was_stored(
    connection: Connection, table: Table, row: dict[str, Any]
) -> None:
    insert_rows(connection, table, [row])
    assert stored(connection, table) == [row]


def test_tuples_are_stored_in_the_order_of_the_columns(connection: Connection) -> None:
    names = [column.name for column in awards.columns]
    values = tuple(
        f"v{place}" if column.type.python_type is str else place
        for place, column in enumerate(awards.columns)
    )
    insert_tuples(connection, awards, [values])
    assert stored(connection, awards) == [dict(zip(names, values, strict=True))]


def test_of_rows_with_one_key_the_last_is_kept(connection: Connection) -> None:
    upsert(connection, requests, [request("a", method="old"), request("b")])
    upsert(connection, requests, [request("a", method="new"), request("a", method="newest")])
    assert [row["method"] for row in stored(connection, requests)] == ["newest", "spend"]


def test_a_row_that_is_there_already_stays_as_it_is(connection: Connection) -> None:
    insert_new(connection, requests, [request("a")])
    insert_new(connection, requests, [request("a", method="new"), request("b")])
    assert [row["method"] for row in stored(connection, requests)] == ["spend", "spend"]


def test_a_key_that_must_be_new_is_refused_when_it_is_not(connection: Connection) -> None:
    insert_rows(connection, requests, [request("a")])
    with pytest.raises(IntegrityError), connection.begin_nested():
        insert_rows(connection, requests, [request("b"), request("a")])
    assert len(stored(connection, requests)) == 1


def test_rows_of_several_tables_are_stored_together(connection: Connection) -> None:
    store_rows(
        connection,
        Rows(customers, [{"customer_id": "anna", "first_seen_at": NOON}], Present.KEPT),
        Rows(gateways, []),
        Rows(requests, [request("a")]),
        Rows(churn, [prediction(0.5)], Present.REPLACED),
    )
    assert [len(stored(connection, one)) for one in (customers, gateways, requests, churn)] == [1, 0, 1, 1]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_text_that_is_too_long_is_refused_and_never_cut(connection: Connection) -> None:
    with pytest.raises(DataError), connection.begin_nested():
        insert_rows(connection, requests, [request("a" * 1_000)])
    assert stored(connection, requests) == []
