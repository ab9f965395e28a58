"""All SQL of `predictions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    delete,
    func,
    insert,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from services.predictions.rules import BANDS, Churn, Reason, Replenishment, Run
from services.storage.sets import among, upsert
from services.storage.tables import (
    churn_predictions,
    order_lines,
    orders,
    prediction_runs,
    products,
    replenishments,
    return_lines,
)

if TYPE_CHECKING:  # loaded where a model runs: the server at rest stays small
    import polars as pl

_BOUGHT = select(
    orders.c.customer_id,
    (orders.c.source + "/" + orders.c.order_id).label("order_id"),
    type_coerce(orders.c.placed_at, BigInteger).label("occurred_at"),
    order_lines.c.sku,
    order_lines.c.quantity,
    (order_lines.c.quantity * order_lines.c.unit_price_minor).label("amount_minor"),
).join_from(
    orders,
    order_lines,
    (order_lines.c.source == orders.c.source) & (order_lines.c.order_id == orders.c.order_id),
)
_RETURNED = select(
    return_lines.c.customer_id,
    return_lines.c.source + "/" + return_lines.c.order_id,
    type_coerce(return_lines.c.returned_at, BigInteger),
    return_lines.c.sku,
    -return_lines.c.quantity,
    -return_lines.c.amount_minor,
)
INSERT_CHUNK: Final = 10_000  # rows per statement: enough to be fast, little enough to hold


def read_lines(connection: Connection) -> pl.DataFrame:
    """Every order line and return line, shaped like `models.history.LINES`; returns are negative."""
    import polars as pl

    schema = {
        "customer_id": pl.String,
        "order_id": pl.String,
        "occurred_at": pl.Int64,
        "sku": pl.String,
        "quantity": pl.Int64,
        "amount_minor": pl.Int64,
    }
    rows = connection.execute(union_all(_BOUGHT, _RETURNED)).fetchall()
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    return frame.with_columns(pl.col("occurred_at").cast(pl.Datetime("us", "UTC")))


def store_run(connection: Connection, run: Run, report: dict[str, Any], scored_at: datetime) -> None:
    upsert(connection, prediction_runs, [{**asdict(run), "report": report, "scored_at": scored_at}])


def replace_churn(connection: Connection, rows: Sequence[Churn]) -> None:
    connection.execute(delete(churn_predictions))
    insert_chunks(connection, insert(churn_predictions), [asdict(row) for row in rows])


def replace_replenishments(connection: Connection, rows: Sequence[Replenishment]) -> None:
    connection.execute(delete(replenishments))
    insert_chunks(connection, insert(replenishments), [without_title(row) for row in rows])


def without_title(row: Replenishment) -> dict[str, Any]:
    values = asdict(row)
    del values["title"]
    return values


def insert_chunks(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), INSERT_CHUNK):
        connection.execute(statement, rows[start : start + INSERT_CHUNK])


_RUN = select(*(prediction_runs.c[name] for name in Run.__dataclass_fields__)).where(
    among(prediction_runs.c.subject, "ids")
)
_CHURN_COLUMNS: Final = tuple(churn_predictions.c[name] for name in Churn.__dataclass_fields__)
_CHURN = select(*_CHURN_COLUMNS).where(among(churn_predictions.c.customer_id, "ids"))


def find_runs(connection: Connection, subjects: Sequence[str]) -> dict[str, Run]:
    return {row[0]: Run(*row) for row in connection.execute(_RUN, {"ids": list(subjects)})}


def run_report(connection: Connection, subject: str) -> dict[str, Any]:
    """What the latest training said of its hold-out; empty before the first."""
    query = select(prediction_runs.c.report).where(prediction_runs.c.subject == subject)
    return connection.execute(query).scalar() or {}


def churn_of(row: Row[Any]) -> Churn:
    values = dict(zip(Churn.__dataclass_fields__, row, strict=True))
    return Churn(**{**values, "reasons": tuple(Reason(**reason) for reason in values["reasons"])})


def find_churn(connection: Connection, customer_ids: Sequence[str]) -> dict[str, Churn]:
    return {row[0]: churn_of(row) for row in connection.execute(_CHURN, {"ids": customer_ids})}


def list_churn(
    connection: Connection, band_min: str, after: tuple[int, str] | None, limit: int
) -> list[Churn]:
    """Largest expected loss first, of this band or a worse one."""
    table = churn_predictions.c
    query = (
        select(*_CHURN_COLUMNS)
        .where(table.band.in_(BANDS[BANDS.index(band_min) :]))
        .order_by(table.expected_loss_minor.desc(), table.customer_id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(table.expected_loss_minor, table.customer_id) < after)
    return [churn_of(row) for row in connection.execute(query)]


def list_replenishments(
    connection: Connection, customer_id: str, after: tuple[float, str, str] | None, limit: int
) -> list[Replenishment]:
    """Most probable first; of one customer when `customer_id` is not empty."""
    table = replenishments.c
    columns = [table[name] for name in Replenishment.__dataclass_fields__ if name != "title"]
    query = (
        select(*columns, func.coalesce(products.c.title, ""))
        .outerjoin_from(replenishments, products, products.c.sku == table.sku)
        .order_by(table.probability.desc(), table.customer_id.desc(), table.sku.desc())
        .limit(limit)
    )
    if customer_id:
        query = query.where(table.customer_id == customer_id)
    if after is not None:
        query = query.where(tuple_(table.probability, table.customer_id, table.sku) < after)
    return [Replenishment(*tuple(row)) for row in connection.execute(query)]
