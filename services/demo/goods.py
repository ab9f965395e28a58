"""A made-up shop: what it sells, and where. Pure: the same seed gives the same goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

IntArray = np.ndarray[Any, np.dtype[np.int64]]

DAY_MICROSECONDS: Final = 86_400_000_000
CHANNELS: Final = ("WEB", "APP", "STORE", "PHONE", "MARKETPLACE")
SOURCE: Final = "default"
PRODUCTS: Final = 2_000
CATEGORIES: Final = ("HOME", "FOOD", "CARE", "TOYS", "GARDEN")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products by popularity: prices are lognormal, demand falls off as in any long tail."""

    skus: pl.Series
    titles: pl.Series
    categories: pl.Series
    prices_minor: IntArray
    popularity: np.ndarray[Any, np.dtype[np.float64]]  # cumulative


def catalogue(seed: int) -> Catalogue:
    rng = np.random.default_rng([seed])
    number = pl.Series(np.arange(1, PRODUCTS + 1)).cast(pl.String).str.zfill(5)
    prices = np.maximum(rng.lognormal(7.0, 0.8, PRODUCTS).astype(np.int64), 99)
    demand = 1.0 / np.arange(10, PRODUCTS + 10)
    categories = names(np.arange(PRODUCTS) % len(CATEGORIES), CATEGORIES)
    return Catalogue(
        "sku-" + number, "Product " + number, categories, prices, np.cumsum(demand / demand.sum())
    )


def product_rows(goods: Catalogue) -> pl.DataFrame:
    return pl.DataFrame({"sku": goods.skus, "title": goods.titles})


def any_product(rng: np.random.Generator, goods: Catalogue, count: int) -> IntArray:
    return np.searchsorted(goods.popularity, rng.random(count)).clip(max=PRODUCTS - 1)


def names(numbers: IntArray, of: tuple[str, ...]) -> pl.Series:
    return pl.Series(of).gather(pl.Series(numbers))
