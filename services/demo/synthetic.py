"""A made-up shop, block by block: customers with rhythms of their own, some of whom leave without a word.

Pure: the same seed, block and moment give the same rows. Moments are microseconds since 1970, as stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from services.demo import habits
from services.demo.goods import (
    CHANNELS,
    DAY_MICROSECONDS,
    PRODUCTS,
    SOURCE,
    Catalogue,
    any_product,
    names,
)

HISTORY_DAYS: Final = 540  # a year of features, and half a year of outcomes to train on
STAPLES_PER_CUSTOMER: Final = 4
MEMBER_SHARE: Final = 0.60
RETURN_SHARE: Final = 0.12
CHANNEL_SHARES: Final = (0.45, 0.20, 0.25, 0.03, 0.07)


@dataclass(frozen=True, slots=True)
class Block:
    """Some customers and all that they did: rows by table, and the orders that earn points."""

    rows: dict[str, pl.DataFrame]
    earning: pl.DataFrame


def block(seed: int, first: int, count: int, as_of: int, goods: Catalogue) -> Block:
    """The customers numbered from `first`, and what they did in HISTORY_DAYS before `as_of`."""
    rng = np.random.default_rng([seed, first])
    people = _people(rng, first, count, as_of)
    orders = _orders(rng, people, as_of)
    lines, orders = _lines(rng, orders, goods)
    returns = _returns(rng, orders, lines, as_of)
    taken = orders.join(returns, on="order_id", how="left", maintain_order="left")
    lines = _with_returns(lines, returns)
    carts = habits.carts(rng, people, as_of)
    rows = {
        "customers": people.select("customer_id", first_seen_at="joined_at"),
        "members": habits.members(people),
        "consents": habits.consents(rng, people),
        "orders": _order_rows(taken),
        "order_lines": lines,
        "returns": _return_rows(taken),
        "return_lines": _return_line_rows(taken),
        "carts": carts,
        "cart_lines": habits.cart_lines(rng, carts, goods),
        "outbox": habits.cart_timers(carts),
        "touches": habits.sessions(rng, people, as_of),
        "answers": habits.answers(rng, people, as_of),
    }
    earning = taken.filter(pl.col("member") & (pl.col("placed_at") >= pl.col("enrolled_at")))
    return Block(rows, earning)


def _people(rng: np.random.Generator, first: int, count: int, as_of: int) -> pl.DataFrame:
    """Each buys at a rate of their own (Gamma) until they leave (exponential): the Pareto/NBD customer."""
    joined_day = np.maximum(rng.uniform(-0.6 * HISTORY_DAYS, HISTORY_DAYS, count), 0.0)
    stays_days = rng.exponential(rng.gamma(2.0, 130.0, count))
    began_at = as_of - HISTORY_DAYS * DAY_MICROSECONDS
    joined = began_at + (joined_day * DAY_MICROSECONDS).astype(np.int64)
    active_days = np.minimum(HISTORY_DAYS - joined_day, stays_days)
    enrolled = joined + (rng.beta(1, 4, count) * active_days * DAY_MICROSECONDS).astype(np.int64)
    return pl.DataFrame(
        {
            "number": np.arange(first, first + count),
            "joined_at": joined,
            "active_days": active_days,
            "per_day": rng.gamma(0.9, 1 / 40, count),
            "appetite": rng.lognormal(-0.9, 0.6, count),
            "channel": rng.choice(len(CHANNELS), count, p=CHANNEL_SHARES),
            "buys": rng.random(count) < 0.88,  # the others only look
            "member": rng.random(count) < MEMBER_SHARE,
            "enrolled_at": enrolled,
        }
    ).with_columns(customer_id="c" + pl.col("number").cast(pl.String).str.zfill(7))


def _orders(rng: np.random.Generator, people: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """A first order on joining, then a Poisson process while the customer stays."""
    mean = (people["per_day"] * people["active_days"]).to_numpy()
    counts = np.where(people["buys"].to_numpy(), 1 + rng.poisson(mean), 0)
    orders = people[np.repeat(np.arange(people.height), counts)]
    nth = np.arange(orders.height) - np.repeat(np.cumsum(counts) - counts, counts)
    after_days = np.where(nth == 0, 0.0, rng.random(orders.height)) * orders["active_days"].to_numpy()
    placed = orders["joined_at"].to_numpy() + (after_days * DAY_MICROSECONDS).astype(np.int64)
    usual = rng.random(orders.height) < 0.8
    channel = np.where(usual, orders["channel"].to_numpy(), rng.integers(0, len(CHANNELS), orders.height))
    return (
        orders.with_columns(placed_at=np.minimum(placed, as_of), channel=names(channel, CHANNELS))
        .sort("number", "placed_at", maintain_order=True)
        .with_columns(order_id=pl.format("o{}-{}", pl.col("customer_id").str.slice(1), pl.Series(nth + 1)))
    )


def _lines(
    rng: np.random.Generator, orders: pl.DataFrame, goods: Catalogue
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines, and the orders with their totals. Half of what is bought are the customer's own staples."""
    counts = 1 + rng.poisson(1.2, orders.height)
    of_order = np.repeat(np.arange(orders.height), counts)
    number, appetite = orders["number"].to_numpy()[of_order], orders["appetite"].to_numpy()[of_order]
    staple = (number * 7919 + rng.integers(0, STAPLES_PER_CUSTOMER, len(of_order)) * 104_729) % PRODUCTS
    whim = any_product(rng, goods, len(of_order))
    product = np.where(rng.random(len(of_order)) < 0.5, staple, whim)
    quantity = 1 + rng.poisson(appetite)
    amount = quantity * goods.prices_minor[product]
    lines = pl.DataFrame(
        {
            "source": pl.repeat(SOURCE, len(of_order), eager=True),
            "order_id": orders["order_id"].gather(of_order),
            "line": np.arange(len(of_order)) - np.repeat(np.cumsum(counts) - counts, counts),
            "sku": goods.skus.gather(product),
            "quantity": quantity,
            "unit_price_minor": goods.prices_minor[product],
            "amount_minor": amount,
            "category": goods.categories.gather(product),
            "gift_card": pl.repeat(False, len(of_order), eager=True),
        }
    )
    total = np.bincount(of_order, weights=amount, minlength=orders.height).astype(np.int64)
    return lines, orders.with_columns(total_minor=total)


def _returns(rng: np.random.Generator, orders: pl.DataFrame, lines: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Of some orders the first line comes back whole, within a fortnight."""
    chosen = rng.random(orders.height) < RETURN_SHARE
    delay = (rng.uniform(1, 13, orders.height) * DAY_MICROSECONDS).astype(np.int64)
    return (
        orders.select("order_id", returned_at=pl.col("placed_at") + pl.Series(delay))
        .filter(pl.Series(chosen) & (pl.col("returned_at") <= as_of))
        .join(lines.filter(pl.col("line") == 0), on="order_id", maintain_order="left")
        .select("order_id", "returned_at", "sku", units="quantity", refund_minor="amount_minor")
    )


def _with_returns(lines: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    back = returns.select("order_id", "units", line=pl.lit(0, pl.Int64))
    return lines.join(back, on=("order_id", "line"), how="left", maintain_order="left").select(
        pl.exclude("units"), returned_quantity=pl.col("units").fill_null(0)
    )


def _order_rows(taken: pl.DataFrame) -> pl.DataFrame:
    return taken.select(
        "order_id",
        "customer_id",
        "channel",
        "placed_at",
        "total_minor",
        source=pl.lit(SOURCE),
        refunded_minor=pl.col("refund_minor").fill_null(0),
        points_paid_minor=pl.lit(0),
        replaces=pl.lit(""),
    )


def _return_rows(taken: pl.DataFrame) -> pl.DataFrame:
    return taken.drop_nulls("returned_at").select(
        "customer_id",
        "returned_at",
        "refund_minor",
        source=pl.lit(SOURCE),
        return_id="r" + pl.col("order_id").str.slice(1),
        unmatched_units=pl.lit(0),
    )


def _return_line_rows(taken: pl.DataFrame) -> pl.DataFrame:
    return taken.drop_nulls("returned_at").select(
        "order_id",
        "customer_id",
        "sku",
        "returned_at",
        source=pl.lit(SOURCE),
        return_id="r" + pl.col("order_id").str.slice(1),
        line=pl.lit(0),
        order_line=pl.lit(0),
        quantity="units",
        amount_minor="refund_minor",
    )
