"""One point-in-time definition of the features: nothing dated after the cut-off can change a row."""

from datetime import datetime
from typing import Final

import polars as pl

from models import history

CHURN_WINDOWS_DAYS: Final = (14, 30, 60, 90, 180)
ONE_DAY: Final = 1.0  # floor of every gap and ratio: orders within a day are one shopping trip

# Column -> direction in which the risk may move with it (1 up, -1 down, 0 free). Whatever moves while a customer
# stays silent has a direction, so that longer silence can never lower the risk.
CHURN_FEATURES: Final[dict[str, int]] = {
    "recency_days": 1,
    "overdue_ratio": 1,
    "silence_surprise": 1,
    "order_rate": -1,
    **{f"orders_{days}d": -1 for days in CHURN_WINDOWS_DAYS},
    **{f"amount_{days}d_minor": -1 for days in CHURN_WINDOWS_DAYS[1:]},
    "order_days": -1,
    "span_days": 0,
    "usual_gap_days": 0,
    "gap_days_median": 0,
    "gap_days_last": 0,
    "gap_variation": 0,
    "gap_trend": 0,
    "amount_minor": 0,
    "order_value_minor": 0,
    "last_order_value_ratio": 0,
    "skus": 0,
    "skus_per_order": 0,
    "skus_last_order_ratio": 0,
    "units_per_order": 0,
    "sku_repeat_share": 0,
    "returned_share": 0,
    "weekend_share": 0,
    "hour_mean": 0,
    "weekday_spread": 0,
}


def churn_features(lines: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    """One row per customer with a kept order at the cut-off, sorted by customer_id.

    lines: shaped like `history.LINES`; any partition that holds whole customers gives the same rows.
    Columns: customer_id, last_order_at and every own-history column of `CHURN_FEATURES`; those that
    compare a customer with the shop (`usual_gap_days` and its kin) are added by `cadence.with_cadence`.
    """
    purchases = history.kept_purchases(lines, cutoff)
    orders = history.kept_orders(purchases)
    parts = [_baskets(purchases), _returns(history.known(lines, cutoff))]
    frame = _orders(orders, cutoff).join(_gaps(orders, cutoff), on="customer_id", how="left")
    for part in parts:
        frame = frame.join(part, on="customer_id", how="left")
    return frame.with_columns(pl.col("returned_share").fill_null(0.0)).sort("customer_id")


def _orders(orders: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    age_days = history.days_until(cutoff, "ordered_at")
    return orders.with_columns(age_days.alias("age_days")).group_by("customer_id", maintain_order=True).agg(
        pl.col("ordered_at").last().alias("last_order_at"),
        pl.len().cast(pl.Int64).alias("orders"),
        pl.col("age_days").last().alias("recency_days"),
        (pl.col("age_days").first() - pl.col("age_days").last()).alias("span_days"),
        *[(pl.col("age_days") < days).sum().cast(pl.Int64).alias(f"orders_{days}d") for days in CHURN_WINDOWS_DAYS],
        *[
            pl.col("amount_minor").filter(pl.col("age_days") < days).sum().alias(f"amount_{days}d_minor")
            for days in (*CHURN_WINDOWS_DAYS[1:], 365)
        ],
        pl.col("amount_minor").sum(),
        pl.col("amount_minor").mean().alias("order_value_minor"),
        (pl.col("amount_minor").last() / pl.col("amount_minor").mean()).alias("last_order_value_ratio"),
        pl.col("skus").mean().alias("skus_per_order"),
        (pl.col("skus").last() / pl.col("skus").mean()).alias("skus_last_order_ratio"),
        pl.col("units").mean().alias("units_per_order"),
        (pl.col("ordered_at").dt.weekday() >= 6).mean().alias("weekend_share"),
        pl.col("ordered_at").dt.hour().mean().alias("hour_mean"),
        pl.col("ordered_at").dt.weekday().std().alias("weekday_spread"),
    )


def _gaps(orders: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    """Gaps between days with an order: two orders on one day are one decision to shop."""
    days = orders.select("customer_id", pl.col("ordered_at").dt.date().alias("day")).unique(maintain_order=True)
    gap = pl.col("day").diff().dt.total_days().drop_nulls()
    return days.group_by("customer_id", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("order_days"),
        gap.mean().alias("gap_days_mean"),
        gap.median().alias("gap_days_median"),
        gap.last().cast(pl.Float64).alias("gap_days_last"),
        (gap.std() / gap.mean()).alias("gap_variation"),
        (gap.last() / gap.mean()).alias("gap_trend"),
    )


def _baskets(purchases: pl.DataFrame) -> pl.DataFrame:
    return purchases.group_by("customer_id", maintain_order=True).agg(
        pl.col("sku").n_unique().cast(pl.Int64).alias("skus"),
        (1 - pl.col("sku").n_unique() / pl.len()).alias("sku_repeat_share"),
    )


def _returns(known: pl.DataFrame) -> pl.DataFrame:
    units = pl.col("quantity")
    returned = -units.filter(units < 0).sum()
    bought = units.filter(units > 0).sum()
    return known.group_by("customer_id", maintain_order=True).agg((returned / bought).alias("returned_share"))
