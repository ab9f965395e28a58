"""A customer's own rhythm, shrunk towards the shop's where the customer has shown little of it."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

LEAST_GAP_DAYS: Final = 1.0  # a day is the finest rhythm we claim to know
FIRST_GUESS_GAPS: Final = 2.0  # how many own gaps weigh as much as the shop's average, if it cannot be estimated


@dataclass(frozen=True, slots=True)
class Cadence:
    """Gamma prior of the customers' order rates per day: shape `gaps`, rate `days`."""

    gaps: float
    days: float

    @classmethod
    def of(cls, customers: pl.DataFrame) -> Self:
        """Estimated by moments from `churn_features` rows: Poisson counts mixed over gamma rates."""
        exposure = (customers["span_days"] + customers["recency_days"]).clip(LEAST_GAP_DAYS).to_numpy()
        repeats = (customers["order_days"] - 1).to_numpy().astype(float)
        if repeats.sum() == 0:
            return cls(FIRST_GUESS_GAPS, FIRST_GUESS_GAPS * float(np.median(exposure)))
        rate = repeats.sum() / exposure.sum()
        surplus = ((repeats - rate * exposure) ** 2).sum() - repeats.sum()
        variance = surplus / (exposure**2).sum()
        gaps = rate**2 / variance if variance > 0 else FIRST_GUESS_GAPS
        gaps = float(np.clip(gaps, 0.2, 20.0))
        return cls(gaps, gaps / rate)

    def applied_to(self, customers: pl.DataFrame, horizon_days: float) -> pl.DataFrame:
        """`customers` with usual_gap_days, overdue_ratio, silence_surprise and order_rate."""
        gaps = self.gaps + pl.col("order_days") - 1
        closed_days = self.days + pl.col("span_days")
        open_days = closed_days + pl.col("recency_days")
        usual = (closed_days / gaps).clip(LEAST_GAP_DAYS)
        return customers.with_columns(
            usual.alias("usual_gap_days"),
            (pl.col("recency_days") / usual).alias("overdue_ratio"),
            (gaps * (open_days / closed_days).log()).alias("silence_surprise"),
            (gaps / open_days).alias("order_rate"),
            (gaps * (1 + horizon_days / open_days).log()).neg().exp().alias("silence_probability"),
        )
