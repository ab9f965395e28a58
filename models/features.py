"""One point-in-time definition of the features: nothing dated after the cut-off can change a row."""

import hashlib
import json
from datetime import datetime
from math import log
from typing import Final

import polars as pl

from models import history

DEFINITION: Final = 1  # raise it whenever a formula below changes: models of another definition are refused

CHURN_WINDOWS_DAYS: Final = (14, 30, 60, 90, 180)
AMOUNT_WINDOWS_DAYS: Final = (30, 60, 90, 180)
# Column -> direction in which the risk may move with it (1 up, -1 down, 0 free). Whatever moves while a
# customer stays silent has a direction, so that longer silence can never lower the risk.
CHURN_FEATURES: Final[dict[str, int]] = {
    "recency_days": 1,
    "overdue_ratio": 1,
    "silence_surprise": 1,
    "silence_probability": 1,
    "order_rate": -1,
    **{f"orders_{days}d": -1 for days in CHURN_WINDOWS_DAYS},
    **{f"amount_{days}d_minor": -1 for days in AMOUNT_WINDOWS_DAYS},
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

PAIR_HISTORY_DAYS: Final = 365  # a product not bought for a year is no longer a habit
PAIR_WINDOWS_DAYS: Final = (30, 60, 90, 180)
HALF_LIFE_DAYS: Final = 60  # of the decayed count: two months, the rhythm of most consumables
LEAST_GAP_DAYS: Final = 1.0  # a day is the finest rhythm we claim to know
PRIOR_PURCHASES: Final = 1.0  # gamma shape: one purchase's worth of belief in the product's own rate
PRIOR_WATCHED_DAYS: Final = 3_650.0  # a product leans on the shop's rate until watched ten buyer-years
PAIR_FEATURES: Final = (
    "recency_days",
    "age_days",
    "purchases",
    *(f"purchases_{days}d" for days in PAIR_WINDOWS_DAYS),
    "decayed_count",
    "pair_rate",
    "usual_gap_days",
    "overdue_ratio",
    "gap_days_median",
    "gap_days_last",
    "gap_variation",
    "units_mean",
    "units_last_ratio",
    "order_share",
    "item_buyers",
    "item_rate",
    "item_rebuy_share",
    "item_purchases_30d",
    "item_trend",
    "item_season",
    "customer_orders",
    "customer_recency_days",
    "customer_rate",
    "customer_orders_90d",
    "customer_skus",
    "customer_repeat_share",
    "customer_basket_size",
)


def definition_hash() -> str:
    """Names the definition: it changes with every column, direction or formula."""
    words = json.dumps([DEFINITION, CHURN_FEATURES, PAIR_FEATURES])
    return hashlib.sha256(words.encode()).hexdigest()


def churn_features(lines: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    """One row per customer with a kept order at the cut-off, sorted by customer_id.

    lines: as `history.checked` returned them; any partition that holds whole customers gives the same rows.
    Columns: customer_id, last_order_at and every own-history column of `CHURN_FEATURES`; those that compare
    a customer with the shop (`usual_gap_days` and its kin) are added by `Cadence.applied_to`.
    """
    purchases = history.kept_purchases(lines, cutoff)
    orders = history.kept_orders(purchases)
    return (
        _orders(orders, cutoff)
        .join(_gaps(orders), on="customer_id", how="left")
        .join(_baskets(purchases), on="customer_id", how="left")
        .join(_returns(history.known(lines, cutoff)), on="customer_id", how="left")
        .sort("customer_id")
    )


def _orders(orders: pl.DataFrame, cutoff: datetime) -> pl.DataFrame:
    age, amount = pl.col("age_days"), pl.col("amount_minor")
    aged = orders.with_columns(history.days_until(cutoff, "ordered_at").alias("age_days"))
    return aged.group_by("customer_id", maintain_order=True).agg(
        pl.col("ordered_at").last().alias("last_order_at"),
        pl.len().cast(pl.Int64).alias("orders"),
        age.last().alias("recency_days"),
        _days_between(pl.col("ordered_at").first(), pl.col("ordered_at").last()).alias("span_days"),
        *[(age < days).sum().cast(pl.Int64).alias(f"orders_{days}d") for days in CHURN_WINDOWS_DAYS],
        *[
            amount.filter(age < days).sum().alias(f"amount_{days}d_minor")
            for days in (*AMOUNT_WINDOWS_DAYS, 365)
        ],
        amount.sum(),
        amount.mean().alias("order_value_minor"),
        (amount.last() / amount.mean()).alias("last_order_value_ratio"),
        pl.col("skus").mean().alias("skus_per_order"),
        (pl.col("skus").last() / pl.col("skus").mean()).alias("skus_last_order_ratio"),
        pl.col("units").mean().alias("units_per_order"),
        *_clock(pl.col("ordered_at").dt),
    )


def _days_between(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_seconds() / history.SECONDS_PER_DAY


def _clock(moment: pl.expr.datetime.ExprDateTimeNameSpace) -> list[pl.Expr]:
    return [
        (moment.weekday() >= 6).mean().alias("weekend_share"),
        moment.hour().mean().alias("hour_mean"),
        moment.weekday().std().alias("weekday_spread"),
    ]


def _gaps(orders: pl.DataFrame) -> pl.DataFrame:
    gap = pl.col("gap_days")
    return (
        order_gaps(orders)
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("order_days"),
            gap.median().alias("gap_days_median"),
            gap.drop_nulls().last().alias("gap_days_last"),
            (gap.std() / gap.mean()).alias("gap_variation"),
            (gap.drop_nulls().last() / gap.mean()).alias("gap_trend"),
        )
    )


def order_gaps(orders: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and day with an order, `gap_days` since the one before (empty for the first).

    Two orders on one day are one decision to shop.
    """
    days = orders.select("customer_id", pl.col("ordered_at").dt.truncate("1d").alias("day"))
    same = pl.col("customer_id").shift(1) == pl.col("customer_id")
    gap = pl.col("day").diff().dt.total_days().cast(pl.Float64)
    return days.unique(maintain_order=True).with_columns(pl.when(same).then(gap).alias("gap_days"))


def _baskets(purchases: pl.DataFrame) -> pl.DataFrame:
    sku = pl.col("sku")
    return purchases.group_by("customer_id", maintain_order=True).agg(
        sku.n_unique().cast(pl.Int64).alias("skus"), (1 - sku.n_unique() / pl.len()).alias("sku_repeat_share")
    )


def _returns(known: pl.DataFrame) -> pl.DataFrame:
    units = pl.col("quantity")
    returned, bought = -units.filter(units < 0).sum(), units.filter(units > 0).sum()
    return known.group_by("customer_id", maintain_order=True).agg((returned / bought).alias("returned_share"))


def pair_features(lines: pl.DataFrame, cutoff: datetime, horizon_days: int) -> pl.DataFrame:
    """One row per customer and sku kept within a year, sorted by both: `PAIR_FEATURES` and last_bought_at.

    lines: all customers, because a product's rate is learnt from all its buyers.
    """
    aged = history.kept_purchases(lines, cutoff).with_columns(
        history.days_until(cutoff, "bought_at").alias("age_days")
    )
    items = item_statistics(aged, horizon_days)
    recent = aged.filter(pl.col("age_days") <= PAIR_HISTORY_DAYS)
    frame = _pairs(recent).join(_customers(recent), on="customer_id").join(items, on="sku")
    return _rhythm(frame).sort("customer_id", "sku")


def item_statistics(aged: pl.DataFrame, horizon_days: int) -> pl.DataFrame:
    """One row per sku: how many buy it, how often they buy it again, its trend and its season.

    aged: `history.kept_purchases` with `age_days` at the cut-off.
    """
    again = _rebuying(aged).join(_demand(aged, horizon_days), on="sku")
    repeats, watched = pl.col("repeats"), pl.col("watched_days")
    prior = PRIOR_WATCHED_DAYS * (repeats.sum() + 1) / (watched.sum() + PRIOR_WATCHED_DAYS)
    return again.select(
        "sku",
        "item_buyers",
        "item_rebuy_share",
        "item_purchases_30d",
        "item_trend",
        "item_season",
        ((repeats + prior) / (watched + PRIOR_WATCHED_DAYS)).alias("item_rate"),
    )


def _rebuying(aged: pl.DataFrame) -> pl.DataFrame:
    pairs = aged.group_by("customer_id", "sku", maintain_order=True).agg(
        pl.len().alias("purchases"), pl.col("age_days").max().clip(LEAST_GAP_DAYS).alias("watched_days")
    )
    return pairs.group_by("sku", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("item_buyers"),
        (pl.col("purchases") > 1).mean().alias("item_rebuy_share"),
        (pl.col("purchases").cast(pl.Int64) - 1).sum().alias("repeats"),
        pl.col("watched_days").sum(),
    )


def _demand(aged: pl.DataFrame, horizon_days: int) -> pl.DataFrame:
    """Recent demand against the two months before, and last year's share of sales in the coming weeks."""
    age = pl.col("age_days")
    season_start = PAIR_HISTORY_DAYS - horizon_days
    in_year = age <= PAIR_HISTORY_DAYS
    season = (in_year & (age > season_start)).sum() / in_year.sum().clip(1)
    has_season = pl.lit(aged.select((age > season_start).any()).item())
    return aged.group_by("sku", maintain_order=True).agg(
        (age < 30).sum().cast(pl.Int64).alias("item_purchases_30d"),
        (((age < 30).sum() + 1) / (((age >= 30) & (age < 90)).sum() / 2 + 1)).alias("item_trend"),
        pl.when(has_season).then(season).alias("item_season"),
    )


def _pairs(recent: pl.DataFrame) -> pl.DataFrame:
    age, gap, units = pl.col("age_days"), pl.col("gap_days"), pl.col("units")
    return (
        pair_gaps(recent)
        .group_by("customer_id", "sku", maintain_order=True)
        .agg(
            pl.col("bought_at").last().alias("last_bought_at"),
            age.last().alias("recency_days"),
            age.first(),
            pl.len().cast(pl.Int64).alias("purchases"),
            *[(age < days).sum().cast(pl.Int64).alias(f"purchases_{days}d") for days in PAIR_WINDOWS_DAYS],
            (age * (-log(2) / HALF_LIFE_DAYS)).exp().sum().alias("decayed_count"),
            gap.median().alias("gap_days_median"),
            gap.last().alias("gap_days_last"),
            (gap.std() / gap.mean()).alias("gap_variation"),
            units.mean().alias("units_mean"),
            (units.last() / units.mean()).alias("units_last_ratio"),
        )
    )


def pair_gaps(purchases: pl.DataFrame) -> pl.DataFrame:
    """`purchases` by customer, sku and time, with `gap_days` since the pair's last purchase, if any."""
    ordered = purchases.sort("customer_id", "sku", "bought_at", "order_id")
    same = (pl.col("sku").shift(1) == pl.col("sku")) & (
        pl.col("customer_id").shift(1) == pl.col("customer_id")
    )
    gap = pl.col("bought_at").diff().dt.total_seconds() / history.SECONDS_PER_DAY
    return ordered.with_columns(pl.when(same).then(gap.clip(LEAST_GAP_DAYS)).alias("gap_days"))


def _customers(recent: pl.DataFrame) -> pl.DataFrame:
    age, sku = pl.col("age_days"), pl.col("sku")
    order = pl.col("order_id")
    return recent.group_by("customer_id", maintain_order=True).agg(
        sku.n_unique().cast(pl.Int64).alias("customer_skus"),
        (1 - sku.n_unique() / pl.len()).alias("customer_repeat_share"),
        age.min().alias("customer_recency_days"),
        age.max().alias("customer_days"),
        order.n_unique().cast(pl.Int64).alias("customer_orders"),
        order.filter(age < 90).n_unique().cast(pl.Int64).alias("customer_orders_90d"),
        (pl.len() / order.n_unique()).alias("customer_basket_size"),
    )


def _rhythm(frame: pl.DataFrame) -> pl.DataFrame:
    """Gamma-Poisson rate of each pair, its prior the product's own rate."""
    purchases, recency, age = pl.col("purchases"), pl.col("recency_days"), pl.col("age_days")
    prior_days = PRIOR_PURCHASES / pl.col("item_rate")
    events = PRIOR_PURCHASES + purchases - 1
    usual = ((prior_days + age - recency) / events).clip(LEAST_GAP_DAYS)
    return frame.with_columns(
        (events / (prior_days + age)).alias("pair_rate"),
        usual.alias("usual_gap_days"),
        (recency / usual).alias("overdue_ratio"),
        (pl.col("customer_orders") / (pl.col("customer_days") + 30)).alias("customer_rate"),
        (purchases / pl.col("customer_orders")).alias("order_share"),
    )
