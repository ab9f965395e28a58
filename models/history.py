"""What a customer bought and kept, as it was known at a moment."""

from datetime import datetime
from typing import Final

import polars as pl

LINES: Final = pl.Schema(
    {
        "customer_id": pl.String(),
        "order_id": pl.String(),
        "occurred_at": pl.Datetime("us", "UTC"),
        "sku": pl.String(),
        "quantity": pl.Int64(),
        "amount_minor": pl.Int64(),
    }
)
SECONDS_PER_DAY: Final = 86_400.0


class HistoryError(ValueError):
    """The order lines do not have the agreed shape."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(f"order lines, column {column!r}: {problem}")
        self.column = column


class MissingColumnError(HistoryError):
    """A column of `LINES` is absent."""


class ColumnTypeError(HistoryError):
    """A column of `LINES` has another type."""


class NullValueError(HistoryError):
    """A column of `LINES` has empty cells."""


def checked(lines: pl.DataFrame) -> pl.DataFrame:
    """The columns of `LINES`, in their order, with rows in one canonical order.

    lines: one row per order line or return line. `quantity` and `amount_minor` (net line revenue) are
    negative for returned units; a return carries the `order_id` it takes back and the time it happened.
    Raises HistoryError, which names the column.
    """
    for column, dtype in LINES.items():
        _check_column(lines, column, dtype)
    return lines.select(LINES.names()).sort(LINES.names())


def _check_column(lines: pl.DataFrame, column: str, dtype: pl.DataType) -> None:
    if column not in lines.columns:
        raise MissingColumnError(column, "is missing")
    if lines.schema[column] != dtype:
        raise ColumnTypeError(column, f"expected {dtype}, found {lines.schema[column]}")
    if lines[column].null_count():
        raise NullValueError(column, f"{lines[column].null_count()} empty cells")


def known(lines: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    """The lines that had happened by the cut-off, itself included."""
    return lines.filter(pl.col("occurred_at") <= cutoff)


def kept_purchases(lines: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    """One row per customer, order and sku of which units were still kept at the cut-off.

    Columns customer_id, order_id, sku, bought_at, units, amount_minor (both net of returns by then),
    sorted by customer and time. Orders without net value do not count.
    """
    net = (
        known(lines, cutoff)
        .group_by("customer_id", "order_id", "sku", maintain_order=True)
        .agg(
            pl.col("occurred_at").min().alias("bought_at"),
            pl.col("quantity").sum().alias("units"),
            pl.col("amount_minor").sum(),
        )
        .filter(pl.col("units") > 0)
    )
    order_amount_minor = pl.col("amount_minor").sum().over("customer_id", "order_id")
    return net.filter(order_amount_minor > 0).sort("customer_id", "bought_at", "order_id", "sku")


def kept_orders(purchases: pl.DataFrame) -> pl.DataFrame:
    """One row per kept order, by customer and time, with ordered_at, units, skus and amount_minor.

    purchases: what `kept_purchases` returned.
    """
    return (
        purchases.group_by("customer_id", "order_id", maintain_order=True)
        .agg(
            pl.col("bought_at").min().alias("ordered_at"),
            pl.col("units").sum(),
            pl.len().cast(pl.Int64).alias("skus"),
            pl.col("amount_minor").sum(),
        )
        .sort("customer_id", "ordered_at", "order_id")
    )


def days_until(moment: datetime, column: str) -> pl.Expr:
    """Days, with their fraction, from the column's time until the moment."""
    return (pl.lit(moment) - pl.col(column)).dt.total_seconds() / SECONDS_PER_DAY
