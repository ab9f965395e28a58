"""P5: a stream of orders in batches of 500, against the same rows written by prebuilt statements alone."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1 import activity_service_pb2_grpc
from sqlalchemy import Connection, Engine, Table, insert

from services.settings import Settings
from services.storage.database import make_engine
from services.storage.tables import metadata
from tests.benchmarks import calls
from tests.benchmarks.bench_reads import SERVE
from tests.benchmarks.processes import Server
from tests.benchmarks.shops import copied
from tests.benchmarks.verdicts import Sizes, Verdict

BATCH_ORDERS = 500
ROUND_BATCHES = 8
# Each table that an order writes to, and the column by which its rows of some orders are found again.
WRITTEN = {
    "customers": "customer_id",
    "orders": "order_id",
    "order_lines": "order_id",
    "products": "sku",
    "lots": "order_id",
    "awards": "order_id",
    "movements": "lot_id",
    "accounts": "customer_id",
    "scores": "customer_id",
}
REPLACED = frozenset({"accounts", "scores"})
KNOWN = frozenset({"customers", "products"})  # there already: what is written is only what is new


def against_executemany(sizes: Sizes) -> list[Verdict]:
    rng = random.Random(5)
    ours: list[float] = []
    raw: list[float] = []
    with (
        copied(sizes, "p5-ours") as folder,
        copied(sizes, "p5-raw") as raw_folder,
        Server(SERVE, "house", "--data-dir", folder) as house,
        grpc.insecure_channel(f"127.0.0.1:{house.port}") as channel,
    ):
        stub = activity_service_pb2_grpc.ActivityServiceStub(channel)
        source, target = engine_of(folder), engine_of(raw_folder)
        for number in range(sizes.rounds + 1):
            batches = made_batches(rng, sizes)
            seconds = streamed(stub, house.key, batches)
            rows = [rows_of(source, batch) for batch in batches]
            raw_seconds = written(target, rows)
            if number:  # the first round warms up
                ours.append(orders_in(batches) / seconds)
                raw.append(orders_in(batches) / raw_seconds)
        source.dispose()
        target.dispose()
    return [verdict(ours, raw)]


def verdict(ours: Sequence[float], raw: Sequence[float]) -> Verdict:
    stream, bare = statistics.median(ours), statistics.median(raw)
    return Verdict(
        "P5",
        f"order stream in batches of {BATCH_ORDERS}, durable : raw executemany of the same rows",
        0.35,
        stream / bare,
        at_least=True,
        sides={"order stream": f"{stream:,.0f} orders/s", "raw executemany": f"{bare:,.0f} orders/s"},
    )


def engine_of(folder: Path) -> Engine:
    return make_engine(Settings(data_dir=folder).url)


def made_batches(rng: random.Random, sizes: Sizes) -> list[list[calls.Purchase]]:
    count = max(round(ROUND_BATCHES * sizes.scale), 1)
    return [calls.purchases(rng, sizes.customers, (), BATCH_ORDERS) for _ in range(count)]


def orders_in(batches: Sequence[Sequence[calls.Purchase]]) -> int:
    return sum(len(batch) for batch in batches)


def streamed(stub: Any, key: str, batches: Sequence[Sequence[calls.Purchase]]) -> float:
    """Seconds from the first batch sent to the last one answered; each must be stored whole."""
    requests = [
        activity.RecordOrdersRequest(
            batch_id=number,
            records=[activity.OrderRecord(order=calls.order_message(bought)) for bought in batch],
        )
        for number, batch in enumerate(batches)
    ]
    began = time.perf_counter()
    answers = list(stub.RecordOrders(iter(requests), metadata=(("authorization", f"Bearer {key}"),)))
    seconds = time.perf_counter() - began
    assert [answer.inserted for answer in answers] == [len(batch) for batch in batches]
    return seconds


def rows_of(source: Engine, batch: Sequence[calls.Purchase]) -> dict[str, list[tuple[Any, ...]]]:
    """What the service stored for these orders, by table, as the database keeps it."""
    keys = {
        "order_id": [bought.order_id for bought in batch],
        "customer_id": sorted({bought.customer_id for bought in batch}),
        "sku": sorted({line[0] for bought in batch for line in bought.lines}),
        "lot_id": [f"default/{bought.order_id}/base" for bought in batch],
    }
    with source.connect() as connection:
        return {name: stored(connection, name, column, keys[column]) for name, column in WRITTEN.items()}


def stored(connection: Connection, table: str, column: str, keys: Sequence[str]) -> list[tuple[Any, ...]]:
    names = ", ".join(written_columns(metadata.tables[table]))
    query = f"SELECT {names} FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"
    return [tuple(row) for row in connection.exec_driver_sql(query, (json.dumps(keys),))]


def written_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name != "movement_id"]


def written(target: Engine, batches: Sequence[dict[str, list[tuple[Any, ...]]]]) -> float:
    """Seconds to write the rows, one durable transaction per batch."""
    statements = dict(prepared(target, batches[0]))
    began = time.perf_counter()
    for rows in batches:
        with target.begin() as connection:
            for name, statement in statements.items():
                if rows[name]:
                    connection.exec_driver_sql(statement, rows[name])
    return time.perf_counter() - began


def prepared(target: Engine, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        table = metadata.tables[name]
        statement = insert(table)
        if name in REPLACED:
            statement = statement.prefix_with("OR REPLACE")
        if name in KNOWN:
            statement = statement.prefix_with("OR IGNORE")
        yield name, str(statement.compile(target, column_keys=written_columns(table)))
