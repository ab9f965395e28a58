"""What customers of a made-up shop do beside buying: join, agree, look in, answer, leave carts. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from services.demo.goods import CHANNELS, DAY_MICROSECONDS, SOURCE, Catalogue, any_product, names

TOUCH_DAYS: Final = 180  # sessions older than twice the score's window tell nothing
CART_SHARE: Final = 0.06
CONSENT_SHARES: Final = {"PRESENCE": 0.55, "IN_APP": 0.60, "PUSH": 0.40, "EMAIL": 0.70}
CART_SHAPES: Final = {"OPEN": (0.1, 0, 55 / 1440), "ABANDONED": (0.9, 0.1, 10)}  # share, age in days from, to


def members(people: pl.DataFrame) -> pl.DataFrame:
    return people.filter("member").select(
        "customer_id", "enrolled_at", changed_at="enrolled_at", state=pl.lit("ACTIVE")
    )


def consents(rng: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    joined = people.filter("member")
    asked = joined[np.repeat(np.arange(joined.height), len(CONSENT_SHARES))]
    kinds = np.tile(np.arange(len(CONSENT_SHARES)), joined.height)
    wanted = np.tile(np.array(list(CONSENT_SHARES.values())), joined.height)
    return asked.select(
        "customer_id",
        kind=names(kinds, tuple(CONSENT_SHARES)),
        granted=pl.Series(rng.random(asked.height) < wanted),
        source=pl.lit("enrolment"),
        text_version=pl.lit("2024-01"),
        recorded_at="enrolled_at",
    )


def sessions(rng: np.random.Generator, people: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Those who still buy look in now and then, on the web or in the app."""
    stays = (
        people["active_days"] * DAY_MICROSECONDS + people["joined_at"] > as_of - TOUCH_DAYS * DAY_MICROSECONDS
    )
    counts = rng.poisson(np.where(stays.to_numpy(), rng.gamma(1.0, 5.0, people.height), 0.1))
    visits = people[np.repeat(np.arange(people.height), counts)]
    ago = rng.uniform(0, TOUCH_DAYS, visits.height) * DAY_MICROSECONDS
    nth = np.arange(visits.height) - np.repeat(np.cumsum(counts) - counts, counts)
    session_id = pl.format("s{}-{}", pl.col("customer_id").str.slice(1), pl.Series(nth))
    return visits.select(
        "customer_id",
        event_id=session_id,
        source=pl.lit(SOURCE),
        kind=pl.lit("SESSION"),
        channel=names(rng.integers(0, 2, visits.height), CHANNELS),
        occurred_at=pl.Series(as_of - ago.astype(np.int64)),
        touchpoint=pl.lit(""),
        subject=pl.lit(""),
        session_id=session_id,
        pages=pl.Series(rng.geometric(0.2, visits.height)),
        outbound=pl.lit(False),
        proxied=pl.lit(False),
    )


def answers(rng: np.random.Generator, people: pl.DataFrame, as_of: int) -> pl.DataFrame:
    asked = people.filter(pl.Series(rng.random(people.height) < 0.1))
    ago = rng.uniform(0, 365, asked.height) * DAY_MICROSECONDS
    return asked.select(
        "customer_id",
        survey=pl.lit("NPS"),
        answer=pl.Series(rng.binomial(10, 0.75, asked.height)),
        answered_at=pl.Series(as_of - ago.astype(np.int64)),
        **{
            name: pl.lit("")
            for name in ("polarity", "survey_id", "comment", "touchpoint", "source", "order_id")
        },
        channel=names(asked["channel"].to_numpy(), CHANNELS),
    )


def carts(rng: np.random.Generator, people: pl.DataFrame, as_of: int) -> pl.DataFrame:
    chosen = people.filter(pl.Series(rng.random(people.height) < CART_SHARE))
    shares, oldest, newest = np.array(list(CART_SHAPES.values())).T
    shape = rng.choice(len(CART_SHAPES), chosen.height, p=shares)
    ago = rng.uniform(oldest[shape], newest[shape]) * DAY_MICROSECONDS
    return chosen.select(
        "customer_id",
        cart_id="k" + pl.col("customer_id").str.slice(1),
        channel=names(rng.integers(0, 2, chosen.height), CHANNELS),
        state=names(shape, tuple(CART_SHAPES)),
        changed_at=pl.Series(as_of - ago.astype(np.int64)),
        order_source=pl.lit(""),
        order_id=pl.lit(""),
        order_channel=pl.lit(""),
    ).with_columns(started_at="changed_at", started_channel="channel")


def cart_lines(rng: np.random.Generator, carts: pl.DataFrame, goods: Catalogue) -> pl.DataFrame:
    counts = rng.integers(1, 4, carts.height)
    of_cart = np.repeat(np.arange(carts.height), counts)
    product = any_product(rng, goods, len(of_cart))
    return pl.DataFrame(
        {
            "cart_id": carts["cart_id"].gather(of_cart),
            "line": np.arange(len(of_cart)) - np.repeat(np.cumsum(counts) - counts, counts),
            "sku": goods.skus.gather(product),
            "quantity": 1 + rng.poisson(0.4, len(of_cart)),
            "unit_price_minor": goods.prices_minor[product],
            "title": goods.titles.gather(product),
        }
    )


def cart_timers(carts: pl.DataFrame) -> pl.DataFrame:
    """What makes them older: each has its clock."""
    return carts.select("customer_id", "changed_at", "state", work_key="cart_id")
