"""A small made-up shop: customers with rhythms of their own, some of whom leave without a word."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from models import history

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 400
AS_OF = START + timedelta(days=DAYS)


def _orders_of(rng: np.random.Generator) -> list[float]:
    """Erlang gaps around the customer's own mean, from joining until leaving."""
    gap_days = float(rng.choice([6, 10, 16, 28])) * rng.uniform(0.8, 1.25)
    day, leaves = rng.uniform(0, 300), rng.exponential(260) + 20
    days, end = [], min(DAYS, day + leaves)
    while day < end:
        days.append(day)
        day += rng.gamma(4, gap_days / 4)
    return days


def _lines_of(customer: int, rng: np.random.Generator) -> list[tuple[str, str, datetime, str, int, int]]:
    staples = rng.choice(30, size=3, replace=False)
    every = rng.integers(1, 5, size=3)
    lines = []
    for index, day in enumerate(_orders_of(rng)):
        bought = [f"staple-{sku}" for sku, n in zip(staples, every, strict=True) if index % n == 0]
        bought.append(f"whim-{rng.integers(0, 200)}")
        at = START + timedelta(days=day)
        for sku in sorted(set(bought)):
            units = int(rng.integers(1, 4))
            lines.append((f"c{customer:04d}", f"o{customer:04d}-{index}", at, sku, units, units * 499))
    return lines


def build_shop(customers: int, seed: int = 7) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [line for customer in range(customers) for line in _lines_of(customer, rng)]
    return pl.DataFrame(rows, schema=history.LINES, orient="row")


def sold(rows: Iterable[tuple[str, float, str]]) -> pl.DataFrame:
    """One unit per row of (customer, day, sku), an order each."""
    lines = [
        (customer, f"{customer}-{place}", START + timedelta(days=day), sku, 1, 500)
        for place, (customer, day, sku) in enumerate(rows)
    ]
    return pl.DataFrame(lines, schema=history.LINES, orient="row")


class Ledger:
    """Order lines written down one by one, for the rules that need only a few."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, datetime, str, int, int]] = []

    def buys(
        self, day: float, *, customer: str = "ann", order: str = "", sku: str = "tea", units: int = 1
    ) -> None:
        at = START + timedelta(days=day)
        self._rows.append((customer, order or f"{customer}-{day}", at, sku, units, units * 500))

    def returns(
        self, day: float, order: str, *, customer: str = "ann", sku: str = "tea", units: int = 1
    ) -> None:
        at = START + timedelta(days=day)
        self._rows.append((customer, order, at, sku, -units, -units * 500))

    @property
    def lines(self) -> pl.DataFrame:
        return history.checked(pl.DataFrame(self._rows, schema=history.LINES, orient="row"))

    @staticmethod
    def day(day: float) -> datetime:
        return START + timedelta(days=day)
