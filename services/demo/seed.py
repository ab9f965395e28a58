"""Fills an empty database with a made-up shop, for benchmarks and for screens that need many customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Table, insert, select

from services.activity.use_cases.carts import CART_IDLE_TOPIC
from services.clock import EPOCH, MICROSECOND
from services.demo import synthetic
from services.demo.goods import SOURCE, catalogue, product_rows
from services.demo.seed_ledger import Ledger
from services.engagement.queries.scores import all_customer_ids
from services.engagement.queries.versions import store_reference
from services.engagement.use_cases.references import reference_from
from services.engagement.use_cases.rescoring import plan_next_night
from services.engagement.use_cases.scores import refresh_scores
from services.errors import WrongStateError
from services.events import OrderedLine, OrderPlaced, ReturnedLine
from services.programme.programme import Programme
from services.storage.database import Database
from services.storage.tables import customers as customer_table
from services.storage.tables import metadata
from services.storage.unit import UnitOfWork

BLOCK_CUSTOMERS: Final = 25_000  # some 300 MB of rows in memory, and one transaction
SCORE_CHUNK: Final = 2_000
HISTORY_SHARE: Final = 0.4  # of the whole time: writing what happened, then the reference, then the scores
REFERENCE_SHARE: Final = 0.2

Progress = Callable[[str, float], None]


class NotEmptyError(WrongStateError):
    """This database holds customers already; seed an empty one."""

    reason = "NOT_EMPTY"


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was written: rows by table, and how long it took."""

    rows: dict[str, int]
    seconds: float


def seed(database: Database, customers: int, seed: int, progress: Progress) -> SeedReport:
    """Write `customers` customers and all that they did in the 540 days before the database's clock.

    database: empty and not serving. The same seed at the same moment gives the same content. The scores are
    those that the service itself computes. progress: what is being done, and the share done, 0 to 1.
    Raises NotEmptyError.
    """
    started = perf_counter()
    as_of = database.clock.now()
    rows = _write_history(database, customers, seed, as_of, progress)
    with database.engine.begin() as connection:
        progress("building the reference", HISTORY_SHARE)
        store_reference(connection, reference_from(connection, as_of), as_of)
    rows["scores"] = _write_scores(database, as_of, progress)
    with database.engine.begin() as connection:
        plan_next_night(connection, database.programme, as_of)
        rows["outbox"] = rows.get("outbox", 0) + 1
        connection.exec_driver_sql("ANALYZE")
    progress("done", 1.0)
    return SeedReport(rows, perf_counter() - started)


def _write_history(
    database: Database, customers: int, seed: int, as_of: datetime, progress: Progress
) -> dict[str, int]:
    goods = catalogue(seed)
    counts: dict[str, int] = {}
    with database.engine.begin() as connection:
        _check_empty(connection)
        _write(connection, {"products": product_rows(goods)}, counts)
    for first in range(0, customers, BLOCK_CUSTOMERS):
        progress("writing what customers did", HISTORY_SHARE * first / customers)
        count = min(BLOCK_CUSTOMERS, customers - first)
        made = synthetic.block(seed, first, count, microseconds(as_of), goods)
        with database.engine.begin() as connection:
            _write(connection, all_rows(made, database.programme, as_of), counts)
    return counts


def _check_empty(connection: Connection) -> None:
    if connection.execute(select(customer_table.c.customer_id).limit(1)).first() is not None:
        raise NotEmptyError


def _write_scores(database: Database, as_of: datetime, progress: Progress) -> int:
    with database.engine.connect() as connection:
        ids = all_customer_ids(connection)
    begun = HISTORY_SHARE + REFERENCE_SHARE
    for start in range(0, len(ids), SCORE_CHUNK):
        progress("scoring", begun + (1 - begun) * start / len(ids))
        with database.engine.begin() as connection:
            unit = UnitOfWork(connection, as_of, database.programme, database.vault)
            refresh_scores(unit, ids[start : start + SCORE_CHUNK])
    return len(ids)


def all_rows(made: synthetic.Block, programme: Programme, as_of: datetime) -> dict[str, pl.DataFrame]:
    """The rows of a block with the programme's own: currency, the clocks of carts, points."""
    idle = timedelta(minutes=programme.reminding.cart_idle_minutes) // MICROSECOND
    expiry = timedelta(days=programme.reminding.cart_days_max) // MICROSECOND
    is_abandoned = pl.col("state") == "ABANDONED"
    abandoned_at = pl.when(is_abandoned).then(pl.col("changed_at") + idle)
    currency = pl.lit(programme.currency).alias("currency")
    return {
        **made.rows,
        "orders": made.rows["orders"].with_columns(currency),
        "order_lines": made.rows["order_lines"].drop("amount_minor"),
        "carts": made.rows["carts"].with_columns(currency, abandoned_at.alias("abandoned_at")),
        "outbox": made.rows["outbox"].select(
            "work_key",
            topic=pl.lit(CART_IDLE_TOPIC),
            payload=pl.struct("customer_id").struct.json_encode(),
            due_at=pl.col("changed_at") + pl.when(is_abandoned).then(expiry).otherwise(idle),
            attempts=pl.lit(0),
        ),
        **ledger_rows(made, programme, as_of),
    }


def ledger_rows(made: synthetic.Block, programme: Programme, as_of: datetime) -> dict[str, pl.DataFrame]:
    """What the members' orders and returns did to their points, by the programme's own rules."""
    ledger = Ledger(programme)
    amounts = _line_amounts(made.rows["order_lines"])
    enrolled = dict(made.rows["members"].select("customer_id", "enrolled_at").iter_rows())
    for customer_id, enrolled_at in enrolled.items():
        ledger.open(customer_id, EPOCH + enrolled_at * MICROSECOND)
    for customer_id, order_id, placed, total, returned, units in _orders(made.earning):
        order = OrderPlaced(
            SOURCE,
            order_id,
            customer_id,
            placed,
            "",
            total,
            programme.currency,
            tuple(OrderedLine(line, "", "", amount) for line, amount in enumerate(amounts[order_id])),
        )
        back = None if returned is None else (returned, (ReturnedLine(0, units, units),))
        ledger.earn(order, back)
    return ledger.rows(as_of)


def _line_amounts(lines: pl.DataFrame) -> dict[str, list[int]]:
    amounts = lines.group_by("order_id", maintain_order=True).agg("amount_minor")
    return dict(amounts.iter_rows())


def _orders(earning: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Customer id, order id, placed at, total; returned at and units of the first line, or None."""
    moments = pl.col("placed_at", "returned_at").cast(pl.Datetime("us", "UTC"))
    columns = ("customer_id", "order_id", "placed_at", "total_minor", "returned_at", "units")
    return earning.with_columns(moments).select(columns).iter_rows()


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _write(connection: Connection, rows: dict[str, pl.DataFrame], counts: dict[str, int]) -> None:
    store = _copy if connection.dialect.name == "postgresql" else _insert
    for name, frame in rows.items():
        table = metadata.tables[name]
        columns = [column.name for column in table.columns if column.name in frame.columns]
        if frame.height:
            store(connection, table, frame.select(columns))
        counts[name] = counts.get(name, 0) + frame.height


def _insert(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    statement = insert(table).compile(dialect=connection.dialect, column_keys=frame.columns)
    connection.exec_driver_sql(str(statement), frame.rows())


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    cursor: Any = connection.connection.cursor()
    into = f"COPY {table.name} ({', '.join(frame.columns)}) FROM STDIN (FORMAT csv, NULL '\\N')"
    with cursor, cursor.copy(into) as copy:
        copy.write(frame.write_csv(include_header=False, null_value="\\N"))
